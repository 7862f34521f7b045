"""Chains: does every level have one, can every step come, and can everybody on it be told?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from followup.domain.level import Level
from followup.domain.people import Channel
from followup.domain.schedule import Chain, Configuration, Step, Target, TargetKind
from followup.domain.schedule_check.found import Found, KeyPath

#: Levels that somebody must hear of.
ALERTING = (Level.EMERGENCY, Level.URGENT, Level.ROUTINE)
#: Levels that must never wait on a work list.
WAKING = (Level.EMERGENCY, Level.URGENT)
#: What a person needs to be told by a channel.
NEEDED = {Channel.SMS: "phone", Channel.VOICE: "phone", Channel.EMAIL: "e-mail address", Channel.CHAT: "chat names"}
#: Channels that notices can go by.
RUNNING = frozenset(Channel)


def check(configuration: Configuration) -> Iterator[Found]:
    """Levels without a chain, steps out of order, people who cannot be told."""
    yield from _levels(configuration)
    for rule in configuration.rules:
        chain = configuration.chains.get(rule.chain or "")
        if chain is not None and rule.level in WAKING and chain.work_list is not None:
            yield Found(
                ("rules", rule.id, "chain"), f"chain `{chain.key}` tells nobody at once, and this rule is {rule.level}"
            )
    for key, chain in configuration.chains.items():
        yield from _steps(key, chain)
        yield from _reachable(key, chain, configuration)


def _levels(configuration: Configuration) -> Iterator[Found]:
    for key, clinic in configuration.clinics.items():
        for level in ALERTING:
            name = clinic.chains.get(level, level.value)
            chain = configuration.chains.get(name)
            path: KeyPath = ("clinics", key, "chains", level.value)
            if chain is None:
                yield Found(path, f"there is no chain for level {level}; name one here or call a chain `{level}`")
            elif level in WAKING and chain.work_list is not None:
                yield Found(path, f"chain `{name}` has a work list and tells nobody at once; level {level} needs steps")


def _steps(key: str, chain: Chain) -> Iterator[Found]:
    for position, step in enumerate(chain.steps):
        path: KeyPath = ("chains", key, "steps", position, "after")
        if position == 0 and step.after > timedelta(0):
            yield Found(path, "the first step comes at once: `after: 0s`")
        elif position and step.after <= chain.steps[position - 1].after:
            yield Found(path, "this step can never come: it is not later than the step before it")
    if chain.steps and chain.acknowledge_within < timedelta(minutes=1):
        yield Found(("chains", key, "acknowledge_within"), "nobody can answer within less than a minute")
    if chain.work_list is None:
        return
    if chain.work_list.tell_after_business_days < chain.work_list.overdue_after_business_days:
        path = ("chains", key, "work_list", "tell_after_business_days")
        yield Found(path, "somebody is told before the alert is overdue")


def _reachable(key: str, chain: Chain, configuration: Configuration) -> Iterator[Found]:
    for position, step in enumerate(chain.steps):
        yield from _told(("chains", key, "steps", position), step.targets, step.channels, configuration)
        yield from _nobody_new(("chains", key, "steps", position, "tell"), step, configuration)
    if chain.work_list is not None:
        listed = chain.work_list
        yield from _told(("chains", key, "work_list"), listed.targets, listed.channels, configuration)
    fallback = configuration.staff[chain.fallback]
    if chain.steps and (fallback.phone is None or fallback.email is None):
        path: KeyPath = ("chains", key, "fallback")
        yield Found(path, f"{fallback.name} needs a phone and an e-mail address, as the last one who is told")


def _told(
    path: KeyPath, targets: tuple[Target, ...], channels: tuple[Channel, ...], configuration: Configuration
) -> Iterator[Found]:
    for channel in channels:
        for key in _people(targets, configuration):
            person = configuration.staff[key]
            if person.address(channel) is None:
                yield Found((*path, "tell"), f"{person.name} is to be told by {channel} and has no {NEEDED[channel]}")


def _people(targets: tuple[Target, ...], configuration: Configuration) -> tuple[str, ...]:
    """Everybody whom the targets may ever mean, stand-ins included."""
    keys: list[str] = []
    for target in targets:
        if target.kind is TargetKind.PERSON:
            keys.append(target.name)
            continue
        rota = configuration.rotas[target.name]
        keys += [*rota.people, *(override.person for override in rota.overrides)]
        keys += [rota.holiday_person] if rota.holiday_person is not None else []
    return tuple(dict.fromkeys(keys))


def _nobody_new(path: KeyPath, step: Step, configuration: Configuration) -> Iterator[Found]:
    for target in step.targets:
        if target.kind is TargetKind.NEXT_ON_DUTY and len(configuration.rotas[target.name].people) < 2:
            message = f"rota `{target.name}` has one person, so the next on duty is the same one again"
            yield Found(path, message, warning=True)
