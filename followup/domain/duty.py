"""Exceptions to a rota's pattern: cover, swaps and taking over; how they go into it, and what speaks against one.

The pattern stands in schedules.yaml, the exceptions in the database. services.duty keeps them and merges both.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from followup.domain import oncall
from followup.domain.oncall import Shift, shown_at
from followup.domain.schedule import Configuration, Override, Rota

#: What lasts longer than this is no exception: it belongs into the pattern.
LONGEST = timedelta(days=28)


class DutyKind(StrEnum):
    """How an exception came about."""

    COVER = "cover"  # somebody stands in for whoever has the duty
    SWAP = "swap"  # two give each other a turn
    TAKE_OVER = "take_over"  # somebody has the duty from now on


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyChange:
    """`person` has the duty of `rota` from `start` until just before `end`, in force until it is withdrawn.

    `made_by` is the name of who made it, as audit trails name actors; `via` is page, sms or terminal.
    """

    id: str
    clinic: str
    rota: str
    start: datetime
    end: datetime
    person: str
    kind: DutyKind
    made_at: datetime
    made_by: str
    via: str
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None


def with_changes(
    configuration: Configuration, changes: Sequence[DutyChange], absent: Collection[str] = ()
) -> Configuration:
    """The configuration as it stands now: pattern and exceptions of the file, and those of the database before them.

    `changes` are those in force, the newest first, as the newest counts. `absent` are staff keys of people who can
    have no duty any more; an exception that names somebody unknown or absent is passed over.
    """
    gone = frozenset(absent)
    rotas = {key: _with_changes(rota, configuration, changes, gone) for key, rota in configuration.rotas.items()}
    return replace(configuration, rotas=rotas)


def _with_changes(
    rota: Rota, configuration: Configuration, changes: Sequence[DutyChange], absent: frozenset[str]
) -> Rota:
    own = [
        Override(start=one.start, end=one.end, person=one.person)
        for one in changes
        if one.rota == rota.key and one.person in configuration.staff and one.person not in absent
    ]
    return replace(rota, overrides=(*own, *rota.overrides), absent=rota.absent | absent)


def objection(rota: Rota, change: DutyChange, standing: Sequence[DutyChange], names: dict[str, str]) -> str | None:
    """Why `change` cannot be made, in words for whoever asks for it; None where nothing speaks against it.

    `rota` is the rota with the exceptions in force, which `standing` lists; `names` gives people's names by key.
    """
    who = names.get(change.person, change.person)
    if change.end < change.made_at:  # before the start is looked at: what lies behind has been cut to begin now
        return "that time has passed"
    if change.end <= change.start:
        return "the end must come after the start"
    if change.end - change.start > LONGEST:
        return f"an exception lasts at most {LONGEST.days} days; change the rota in schedules.yaml instead"
    if change.kind is not DutyKind.TAKE_OVER:
        overlap = next((one for one in standing if _overlap(one, change)), None)
        if overlap is not None:
            other = names.get(overlap.person, overlap.person)
            return f"{other} has {rota.key} {span(overlap, rota.timezone)} by another exception; withdraw that first"
    if all(shift.person == change.person for shift in oncall.shifts(rota, change.start, change.end)):
        return f"{who} has {rota.key} in all of that time already"
    return None


def _overlap(one: DutyChange, other: DutyChange) -> bool:
    return one.rota == other.rota and one.start < other.end and other.start < one.end


def span(hours: DutyChange | Shift, zone: str) -> str:
    """`from Thu 24 Dec 07:00 to Fri 25 Dec 07:00` on a clock in `zone`."""
    return f"from {shown_at(hours.start, zone)} to {shown_at(hours.end, zone)}"


def relieved(rota: Rota, change: DutyChange) -> tuple[str, ...]:
    """Whose hours a change takes, in order, before it is made."""
    held = (shift.person for shift in oncall.shifts(rota, change.start, change.end))
    return tuple(dict.fromkeys(person for person in held if person is not None and person != change.person))


def hours_of(configuration: Configuration, person: str, start: datetime, end: datetime) -> tuple[Shift, ...]:
    """Every shift of a person in every rota that has a part between `start` and `end`, in order."""
    found = [
        shift
        for rota in configuration.rotas.values()
        for shift in oncall.shifts(rota, start, end)
        if shift.person == person
    ]
    return tuple(sorted(found, key=lambda shift: (shift.start, shift.rota)))
