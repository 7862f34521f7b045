"""How the check-ins of a day went, and how many are answered: counted from states and reasons. Today's page asks it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from followup.domain.by_phone import BY_PHONE
from followup.domain.plan import CheckInState
from followup.domain.planning import SkipReason
from followup.domain.silence import NO_ANSWER


class Went(StrEnum):
    """How a check-in went, or stands."""

    TO_COME = "to_come"
    WAITING = "waiting"  # asked, and there is time to answer
    ANSWERED = "answered"
    PARTLY = "partly"
    BY_PHONE = "by_phone"
    SILENT = "silent"
    FAILED = "failed"  # the text did not arrive, or nobody knows whether it did
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """So many check-ins of one day in one state with one reason. `day` counts from the first day asked about."""

    day: int
    state: CheckInState
    reason: str | None
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """The check-ins that were due on one day, by how they went; `why_not` counts those not asked by reason."""

    went: Mapping[Went, int] = field(default_factory=dict)
    why_not: Mapping[str, int] = field(default_factory=dict)

    @property
    def due(self) -> int:
        """How many were due, or still are."""
        return sum(self.went.values())

    def count(self, *kinds: Went) -> int:
        """How many went so."""
        return sum(self.went.get(kind, 0) for kind in kinds)

    @property
    def delivered(self) -> int:
        """How many texts arrived and can be answered no more: those that a response rate counts."""
        return self.count(Went.ANSWERED, Went.PARTLY, Went.SILENT)

    @property
    def replied(self) -> int:
        """How many of those got an answer by text, if only to some questions."""
        return self.count(Went.ANSWERED, Went.PARTLY)


#: They were never due: another check-in stands for them, or nobody was to be followed.
_NEVER_DUE = frozenset(
    {
        SkipReason.MERGED.value,
        SkipReason.HISTORY.value,
        SkipReason.BEGAN_LATE.value,
        SkipReason.NEWER_INFUSION.value,
        SkipReason.INFUSION_CANCELLED.value,
        SkipReason.REMOVED.value,
        SkipReason.TIME_PASSED.value,
    }
)
_SILENCES = frozenset({NO_ANSWER, SkipReason.SUPERSEDED.value})
_BY_STATE = {
    CheckInState.PLANNED: Went.TO_COME,
    CheckInState.OPEN: Went.WAITING,
    CheckInState.ANSWERED: Went.ANSWERED,
    CheckInState.PARTLY_ANSWERED: Went.PARTLY,
    CheckInState.SKIPPED: Went.NOT_ASKED,
    CheckInState.CANCELLED: Went.NOT_ASKED,
}


def went(state: CheckInState, reason: str | None) -> Went | None:
    """How a check-in in this state went; None where it was never due."""
    if reason in _NEVER_DUE:
        return None
    if state is CheckInState.EXPIRED:
        return Went.SILENT if reason in _SILENCES else Went.FAILED
    if reason == BY_PHONE:
        return Went.BY_PHONE
    return _BY_STATE[state]


def by_day(counted: Iterable[Counted], days: int) -> tuple[DayFigures, ...]:
    """The figures of each of `days` days, the first one first."""
    kinds: list[dict[Went, int]] = [{} for _ in range(days)]
    why: list[dict[str, int]] = [{} for _ in range(days)]
    for one in counted:
        kind = went(one.state, one.reason)
        if kind is None or not 0 <= one.day < days:
            continue
        kinds[one.day][kind] = kinds[one.day].get(kind, 0) + one.number
        if kind is Went.NOT_ASKED:
            reason = one.reason or "no reason noted"
            why[one.day][reason] = why[one.day].get(reason, 0) + one.number
    return tuple(DayFigures(went=kinds[day], why_not=why[day]) for day in range(days))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many of so many."""

    part: int
    whole: int

    @property
    def share(self) -> float | None:
        """From 0 to 1; None of nothing."""
        return self.part / self.whole if self.whole else None


def response_rate(days: Iterable[DayFigures]) -> Rate:
    """How many of the texts that arrived were answered by text."""
    known = tuple(days)
    return Rate(part=sum(day.replied for day in known), whole=sum(day.delivered for day in known))
