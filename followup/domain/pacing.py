"""How much one patient is asked: a new infusion retires old questions, one day and one week hold only so many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from followup.domain import windows
from followup.domain.infusion import Infusion
from followup.domain.plan import CheckIn, CheckInState
from followup.domain.schedule import AnswerKind, Configuration, Limits, Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Paced:
    """A check-in of a patient, and whether it is a safety check-in, which stands outside every limit."""

    check_in: CheckIn
    safety: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What the limits make of a due check-in: skipped as over the `limit`, or asked together with `merged` ones."""

    limit: str | None = None
    merged: tuple[CheckIn, ...] = ()


def retired_by(
    newer: Infusion, check_ins: Sequence[CheckIn], older: dict[str, tuple[Infusion, Schedule]]
) -> tuple[CheckIn, ...]:
    """The pending check-ins that a newer infusion of the same treatment replaces.

    `older` maps our infusion ids to each earlier infusion with its schedule. Safety check-ins stand; the
    course of another treatment runs on beside.
    """

    def replaced(check_in: CheckIn) -> bool:
        known = older.get(check_in.infusion)
        if known is None or check_in.state is not CheckInState.PLANNED:
            return False
        infusion, schedule = known
        spec = schedule.check_in(check_in.key)
        same = infusion.treatment == newer.treatment and infusion.ended_at <= newer.ended_at
        return same and spec is not None and not spec.safety

    return tuple(one for one in check_ins if replaced(one))


def pace(due: Paced, others: Sequence[Paced], limits: Limits, *, zone: str, now: datetime) -> Pace:
    """Whether a due check-in may be asked beside what was asked this day and week, and what it takes along."""
    if due.safety:
        return Pace()
    counted = [one.check_in for one in others if not one.safety and one.check_in.id != due.check_in.id]
    today = windows.local_date(now, zone)
    asked = [windows.local_date(one.asked_at, zone) for one in counted if one.asked_at is not None]
    if sum(day == today for day in asked) >= limits.per_day:
        return Pace(limit="one check-in a day")
    if sum(_week(day) == _week(today) for day in asked) >= limits.per_week:
        return Pace(limit="three check-ins a week")
    same_day = [
        one for one in counted if one.state is CheckInState.PLANNED and windows.local_date(one.due_at, zone) == today
    ]
    return Pace(merged=tuple(same_day))


def merged_questions(due: CheckIn, merged: Sequence[CheckIn], configuration: Configuration) -> tuple[str, ...]:
    """The questions of check-ins that fall on one day, each once, those about symptoms first."""
    keys = list(dict.fromkeys([*due.questions, *(key for one in merged for key in one.questions)]))
    if not merged:
        return tuple(keys)
    scales = {key for key in keys if configuration.questions[key].kind is AnswerKind.SCALE}
    return tuple(sorted(keys, key=lambda key: key in scales))


def _week(day: date) -> date:
    return day - timedelta(days=day.weekday())
