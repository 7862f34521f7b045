"""A patient's check-ins for one infusion, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CheckInState(StrEnum):
    """`planned` waits for its due time, `open` was asked; the other five are final."""

    PLANNED = "planned"
    OPEN = "open"
    ANSWERED = "answered"
    PARTLY_ANSWERED = "partly_answered"
    EXPIRED = "expired"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether the check-in has come to its end."""
        return self not in {CheckInState.PLANNED, CheckInState.OPEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The course of one infusion: which schedule, which published version, which revision of the plan."""

    id: str
    clinic: str
    patient: str
    infusion: str
    schedule: str
    schedule_version: int
    revision: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """One planned contact. Times are UTC instants.

    `questions` is the list still to be asked after `question`, the open one; `asked_at` when that went out;
    `reasked` whether it was put once more. `about` names the symptom
    that a severity question is about. `unanswered_at`: if it is not fully answered by then, for whatever
    reason, the rules about that are asked, once.
    """

    id: str
    clinic: str
    plan: str
    patient: str
    infusion: str
    key: str
    due_at: datetime
    closes_at: datetime
    remind_at: datetime | None
    state: CheckInState
    schedule_version: int
    revision: int
    questions: tuple[str, ...]
    reason: str | None = None
    question: str | None = None
    about: str | None = None
    asked_at: datetime | None = None
    reasked: bool = False
    reminded_at: datetime | None = None
    sent_at: datetime | None = None
    closed_at: datetime | None = None
    unanswered_at: datetime | None = None

    @property
    def next_action_at(self) -> datetime | None:
        """When something must next be done with it: asked, reminded, closed, or told to staff as unanswered."""
        moments = (self._next_step_at, self.unanswered_at)
        return min((moment for moment in moments if moment is not None), default=None)

    @property
    def _next_step_at(self) -> datetime | None:
        if self.state.final:
            return None
        if self.state is CheckInState.PLANNED:
            return self.due_at
        if self.remind_at is not None and self.reminded_at is None:
            return min(self.remind_at, self.closes_at)
        return self.closes_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer. `value` is a rating or a choice, `codes` the digits of a codes question, `severity` 1 to 3.

    `attempt` counts corrections of one question in one check-in: the highest stands. `doubtful`: it came from a
    number that turned out to be somebody else's, so it counts for nothing.
    """

    id: str
    clinic: str
    patient: str
    check_in: str
    question: str
    at: datetime
    text: str
    channel: str = "sms"
    attempt: int = 1
    value: float | None = None
    codes: tuple[int, ...] = ()
    severity: int | None = None
    is_range: bool = False
    late: bool = False
    doubtful: bool = False
    inbound: str | None = None
    entered_by: str | None = None
