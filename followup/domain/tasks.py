"""What people have to come back to: a patient who was not reached, a call some days after a crisis.

A task is a row with a due time; when that comes, it becomes an alert, which does not let go.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from followup.domain import coverage, windows
from followup.domain.level import Level
from followup.domain.schedule import Clinic, ReplyFamily, Rule

#: A task of a day on which the clinic is closed is due at this hour.
ON_CLOSED_DAYS = time(9)


class TaskKind(StrEnum):
    """What is due."""

    REOPEN = "reopen"  # the alert it comes from is open again: nobody was reached
    CALL_NEXT_DAY = "call_next_day"
    CALL_DAY_7 = "call_day_7"
    CALL_BACK = "call_back"  # the alert it comes from is set aside until then; it stays open


#: How many days after a crisis was closed people call again (SAMHSA 2025; Motto 2001 on contact after a crisis).
CRISIS_CALLS = {TaskKind.CALL_NEXT_DAY: 1, TaskKind.CALL_DAY_7: 7}


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something to come back to at `due_at`. `alert` is where it comes from, `opened` the alert it became."""

    id: str
    clinic: str
    alert: str
    patient: str | None
    kind: TaskKind
    due_at: datetime
    made_at: datetime
    made_by: str
    done_at: datetime | None = None
    opened: str | None = None


def day_after(clinic: Clinic, now: datetime, days: int) -> datetime:
    """When the clinic begins that day: at opening, or at nine where it is closed."""
    day = windows.local_date(now, clinic.timezone) + timedelta(days=days)
    midnight = windows.instant_of(day, time(0), clinic.timezone)
    opening = coverage.next_opening(clinic, midnight - timedelta(microseconds=1))
    if windows.local_date(opening, clinic.timezone) == day:
        return opening
    return windows.instant_of(day, ON_CLOSED_DAYS, clinic.timezone)


def rule_of(kind: TaskKind) -> Rule | None:
    """The rule that the alert of a task is opened under; None for one that opens its own alert again.

    It stands here and not in a schedule file, so that no edit can lose a call that is already promised.
    """
    return _RULES.get(kind)


_RULES = {
    kind: Rule(id=name, level=Level.ROUTINE, reason=reason, when=(), reply=ReplyFamily.NONE)
    for kind, name, reason in (
        (TaskKind.CALL_NEXT_DAY, "T1", "Call the patient: a crisis was closed the day before"),
        (TaskKind.CALL_DAY_7, "T7", "Call the patient: a crisis was closed a week ago"),
    )
}
