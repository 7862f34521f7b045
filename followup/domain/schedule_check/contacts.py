"""People's own order of ways: can each be used, and does a chain leave time for all of them?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from followup.domain.people import Channel
from followup.domain.schedule import Chain, Configuration, StaffMember, Step, Target, TargetKind
from followup.domain.schedule_check.chains import NEEDED
from followup.domain.schedule_check.found import Found, KeyPath


def check(configuration: Configuration) -> Iterator[Found]:
    """Ways without an address, twice or too late; steps that come before a person's own last way."""
    for key, person in configuration.staff.items():
        yield from _ways(("staff", key, "contact"), person)
    for key, chain in configuration.chains.items():
        yield from _cut_off(key, chain, configuration)
    for key, rota in configuration.rotas.items():
        if rota.holiday_person is not None and not rota.holidays:
            message = "no clinic that is told by this rota has `holidays`, so this person never has the duty"
            yield Found(("rotas", key, "holidays"), message, warning=True)


def _ways(path: KeyPath, person: StaffMember) -> Iterator[Found]:
    seen: set[Channel] = set()
    latest = timedelta(0)
    for position, way in enumerate(person.contact):
        here = (*path, position)
        if way.channel in seen:
            yield Found(here, f"{person.name} is to be told by {way.channel} twice; name each way once")
        if person.address(way.channel) is None:
            missing = NEEDED[way.channel]
            yield Found(here, f"{person.name} is to be told by {way.channel} and has no {missing}")
        if position == 0 and way.after > timedelta(0):
            yield Found(here, "the first way comes at once: write it without a delay")
        if way.after < latest:
            yield Found(here, f"{way.channel} would come before the way above it; put them in their order")
        seen.add(way.channel)
        latest = max(latest, way.after)


def _cut_off(key: str, chain: Chain, configuration: Configuration) -> Iterator[Found]:
    """A step that comes before somebody's own last way has had its time (oncall#934)."""
    for position, step in enumerate(chain.steps):
        follows = _follows(chain, position)
        for person in _people(step, configuration):
            waits = max((way.after for way in person.contact if way.channel in step.channels), default=timedelta(0))
            if waits >= follows:
                message = (
                    f"{person.name} is to be told by every own way within {_shown(waits)}, "
                    f"and the chain moves on {_shown(follows)} after this step"
                )
                yield Found(("chains", key, "steps", position, "after"), message, warning=True)


def _follows(chain: Chain, position: int) -> timedelta:
    if position + 1 < len(chain.steps):
        return chain.steps[position + 1].after - chain.steps[position].after
    return chain.repeat


def _people(step: Step, configuration: Configuration) -> tuple[StaffMember, ...]:
    keys = [key for target in step.targets for key in _meant(target, configuration)]
    return tuple(configuration.staff[key] for key in dict.fromkeys(keys))


def _meant(target: Target, configuration: Configuration) -> tuple[str, ...]:
    if target.kind is TargetKind.PERSON:
        return (target.name,)
    rota = configuration.rotas[target.name]
    stand_ins = [override.person for override in rota.overrides]
    holiday = [rota.holiday_person] if rota.holiday_person is not None else []
    return (*rota.people, *stand_ins, *holiday)


def _shown(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"
