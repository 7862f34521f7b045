"""Can everybody who may be called in the next 14 days be reached, in two ways of which one wakes? Is nobody missing?

A pure function of the configuration with its exceptions, of what is known to be broken, and of the time.
services.preflight gathers what it needs; doctor, `followup rota check`, the rota page and the board show what it finds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from followup.domain import oncall
from followup.domain.oncall import Shift, shown_at
from followup.domain.people import Channel
from followup.domain.schedule import Chain, Clinic, Configuration, Rota, StaffMember, Target, TargetKind

#: How far ahead duty is looked at.
AHEAD = timedelta(days=14)
#: Channels that make a phone ring or buzz on a bedside table.
WAKING = frozenset({Channel.SMS, Channel.VOICE})
#: How the fallback person of a chain is told.
PLAIN = frozenset({Channel.SMS, Channel.EMAIL})
_WORDS = {Channel.SMS: "text", Channel.VOICE: "phone call", Channel.EMAIL: "mail", Channel.CHAT: "chat"}


class FindingKind(StrEnum):
    """What is wrong."""

    NOBODY = "nobody"  # hours in which a rota has nobody on duty
    UNREACHABLE = "unreachable"  # no way at all to tell a person
    NOT_WAKING = "not_waking"  # nothing that wakes them
    ONE_WAY = "one_way"  # one way only: when it fails there is no other
    GONE = "gone"  # cannot work here any more, and is still on a chain
    BROKEN = "broken"  # one way is broken; there are two others, of which one wakes


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found: about whom, in which rota, in which hours (the first of them), and what mends it.

    `grave`: an alert may reach nobody in time. Names are those that people see; `person` and `rota` are keys.
    """

    kind: FindingKind
    message: str
    remedy: str
    person: str | None = None
    rota: str | None = None
    start: datetime | None = None
    end: datetime | None = None

    @property
    def grave(self) -> bool:
        """Whether an alert may reach nobody in time."""
        return self.kind not in {FindingKind.ONE_WAY, FindingKind.BROKEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What is known of the ways to staff: the channels that the service can send by, and which ways are broken.

    `broken` maps a staff key and a channel to why: texts stopped, the last notice failed.
    """

    running: frozenset[Channel]
    broken: Mapping[tuple[str, Channel], str] = field(default_factory=dict)


def preflight(configuration: Configuration, clinic: Clinic, ways: Ways, now: datetime) -> tuple[Finding, ...]:
    """Everything that may keep an alert of this clinic from a person within `AHEAD`, the gravest first.

    `configuration` is the one with the exceptions in force merged in.
    """
    found: list[Finding] = []
    for rota in oncall.rotas_of(clinic, configuration):
        found += _hours_with_nobody(rota, configuration, now)
    duties = _duties(clinic, configuration, now)
    for key, by in _called(clinic, configuration, now).items():
        person = configuration.staff.get(key)
        if person is not None:
            found += _person(person, by, duties.get(key), ways, configuration)
    found += _gone(clinic, configuration)
    return tuple(sorted(found, key=lambda one: not one.grave))


def _hours_with_nobody(rota: Rota, configuration: Configuration, now: datetime) -> Iterator[Finding]:
    for gap in oncall.gaps(oncall.known_only(rota, configuration), now, now + AHEAD):
        hours = f"from {shown_at(gap.start, rota.timezone)} to {shown_at(gap.end, rota.timezone)}"
        yield Finding(
            kind=FindingKind.NOBODY,
            message=f"nobody is on duty in {rota.key} {hours}",
            remedy=f"name somebody on the rota page or by `followup rota cover PERSON --rota {rota.key}`",
            rota=rota.key,
            start=gap.start,
            end=gap.end,
        )


def _duties(clinic: Clinic, configuration: Configuration, now: datetime) -> dict[str, Shift]:
    """The first shift of everybody who has one."""
    found: dict[str, Shift] = {}
    for rota in oncall.rotas_of(clinic, configuration):
        for shift in oncall.shifts(rota, now, now + AHEAD):
            if shift.person is not None and (shift.person not in found or shift.start < found[shift.person].start):
                found[shift.person] = shift
    return found


def _called(clinic: Clinic, configuration: Configuration, now: datetime) -> dict[str, set[frozenset[Channel]]]:
    """Everybody whom a chain of the clinic may tell at once, with the channels by which each such chain does it.

    A work list wakes nobody, so that nothing is asked of those who are told of it alone.
    """
    found: dict[str, set[frozenset[Channel]]] = {}
    for chain in oncall.chains_of(clinic, configuration):
        for person, channels in _called_by(chain, configuration, now).items():
            found.setdefault(person, set()).add(frozenset(channels))
    return found


def _called_by(chain: Chain, configuration: Configuration, now: datetime) -> dict[str, set[Channel]]:
    found: dict[str, set[Channel]] = {}
    for step in chain.steps:
        for target in step.targets:
            for person in _meant(target, configuration, now):
                found.setdefault(person, set()).update(step.channels)
    if chain.steps:
        found.setdefault(chain.fallback, set()).update(PLAIN)
    return found


def _meant(target: Target, configuration: Configuration, now: datetime) -> Iterator[str]:
    """Everybody whom a target may mean within `AHEAD`."""
    if target.kind is TargetKind.PERSON:
        yield target.name
        return
    rota = configuration.rotas.get(target.name)
    if rota is not None:
        yield from (person for person in rota.people if person not in rota.absent)
        yield from (shift.person for shift in oncall.shifts(rota, now, now + AHEAD) if shift.person is not None)


def _person(
    person: StaffMember,
    by: Collection[frozenset[Channel]],
    duty: Shift | None,
    ways: Ways,
    configuration: Configuration,
) -> Iterator[Finding]:
    """The worst that is wrong with the ways to a person, over all chains that may tell them."""
    judged = [_judged(person, channels, ways) for channels in by]
    kind, left = min(judged, key=lambda one: _GRAVITY.index(one[0]) if one[0] is not None else len(_GRAVITY))
    if kind is None:
        return
    yield Finding(
        kind=kind,
        message=f"{person.name}{_when(duty, configuration)} {_said(kind, left)}{_why(person, ways)}",
        remedy=_remedy(person, ways),
        person=person.key,
        rota=duty.rota if duty is not None else None,
        start=duty.start if duty is not None else None,
        end=duty.end if duty is not None else None,
    )


#: The gravest first.
_GRAVITY = tuple(FindingKind)


def _judged(
    person: StaffMember, channels: frozenset[Channel], ways: Ways
) -> tuple[FindingKind | None, tuple[Channel, ...]]:
    """What is wrong with the ways by which one chain tells a person, and those that are left."""
    left = tuple(
        one
        for one in Channel
        if one in channels & ways.running and person.address(one) is not None and (person.key, one) not in ways.broken
    )
    broken = any((person.key, one) in ways.broken for one in channels & ways.running)
    return _worst(person, left) or (FindingKind.BROKEN if broken else None), left


def _worst(person: StaffMember, left: Collection[Channel]) -> FindingKind | None:
    if not left:
        return FindingKind.UNREACHABLE
    if not WAKING & set(left):
        return FindingKind.NOT_WAKING
    # A text and a call hang on one phone: together they are one way.
    if len({person.address(channel) for channel in left}) < 2:
        return FindingKind.ONE_WAY
    return None


def _said(kind: FindingKind, left: Collection[Channel]) -> str:
    by = " and ".join(_WORDS.get(channel, channel.value) for channel in left)
    match kind:
        case FindingKind.UNREACHABLE:
            return "cannot be reached"
        case FindingKind.NOT_WAKING:
            return f"can be reached by {by} alone, which wakes nobody"
        case FindingKind.BROKEN:
            return f"can be reached by {by}, and not by every way"
        case _:
            return f"can be reached by {by} alone: when that fails there is no other way"


def _why(person: StaffMember, ways: Ways) -> str:
    reasons = [ways.broken[person.key, channel] for channel in Channel if (person.key, channel) in ways.broken]
    return f" ({'; '.join(dict.fromkeys(reasons))})" if reasons else ""


def _when(duty: Shift | None, configuration: Configuration) -> str:
    if duty is None:
        return ""
    zone = configuration.rotas[duty.rota].timezone
    return f", on duty in {duty.rota} from {shown_at(duty.start, zone)} to {shown_at(duty.end, zone)},"


def _remedy(person: StaffMember, ways: Ways) -> str:
    lacks = [word for word, value in (("phone", person.phone), ("email", person.email)) if value is None]
    if lacks:
        return f"give `{'` and `'.join(lacks)}` at staff.{person.key} in schedules.yaml"
    broken = [channel for key, channel in ways.broken if key == person.key]
    if Channel.SMS in broken:
        return "let them text START to the number that notices come from, then send a test: `followup rota test`"
    if broken:
        return "check the address with them, then send a test: `followup rota test`"
    return "set up the channel that is missing; `followup doctor` tells which"


def _gone(clinic: Clinic, configuration: Configuration) -> Iterator[Finding]:
    absent = frozenset().union(*(rota.absent for rota in configuration.rotas.values()))
    for chain in oncall.chains_of(clinic, configuration):
        named = [target.name for target in oncall.targets_of(chain) if target.kind is TargetKind.PERSON]
        for key in dict.fromkeys([*named, chain.fallback]):
            if key in absent and key in configuration.staff:
                yield Finding(
                    kind=FindingKind.GONE,
                    message=f"{configuration.staff[key].name} has left and is still on the chain {chain.key}",
                    remedy=f"name somebody else at chains.{chain.key} in schedules.yaml",
                    person=key,
                )
