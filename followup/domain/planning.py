"""Infusion -> check-ins, in the patient's own wall time.

The defaults (evening check-in four hours after the infusion, earlier where the evening would run out, next
morning at ten) follow what is known of sub-anaesthetic infusions: acute effects peak within an hour and are
over within four (Acevedo-Diaz 2020), so whatever is left next morning is not expected.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from followup.domain import windows
from followup.domain.coverage import next_business_day, reachable_in_the_evening
from followup.domain.infusion import Infusion
from followup.domain.plan import CheckInState
from followup.domain.schedule import AfterInfusion, CheckInSpec, Clinic, OnDay, ReminderSpec, Schedule


class SkipReason(StrEnum):
    """Why a check-in was never asked. Stable text: it is stored and shown to staff."""

    BEGAN_LATE = "began late"
    HISTORY = "history"
    NO_HOUR_LEFT = "no hour left"
    NO_CONSENT = "no consent"
    NO_ADDRESS = "no phone"
    NO_LANGUAGE = "no language"
    OPTED_OUT = "opted out"
    STATUS = "patient status"
    ALERT = "alert"
    WINDOW_PASSED = "window passed"
    INFUSION_CANCELLED = "infusion cancelled"
    NEWER_INFUSION = "newer infusion"
    MERGED = "merged"
    SILENT = "three silent"
    SUPERSEDED = "newer check-in"
    SHARED_PHONE = "shared phone"
    REMOVED = "removed from the schedule"
    TIME_PASSED = "its new time has passed"
    RESTORED = "restored from a backup"  # it may have been asked in the hours that the backup does not know
    TALKING = "a person is talking with the patient"
    NOBODY_REACHABLE = "nobody reachable that evening"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCheckIn:
    """One line of a plan. `state` is planned, or skipped with a reason."""

    key: str
    due_at: datetime
    closes_at: datetime
    questions: tuple[str, ...]
    state: CheckInState = CheckInState.PLANNED
    reason: SkipReason | None = None
    unanswered_at: datetime | None = None


def plan_check_ins(
    infusion: Infusion,
    schedule: Schedule,
    clinic: Clinic,
    *,
    zone: str,
    now: datetime,
    discharge_gap: timedelta,
    history_after: timedelta,
) -> tuple[PlannedCheckIn, ...]:
    """The check-ins of one infusion for a patient in `zone`, in the order of the schedule.

    Those already past at `now` are skipped as begun late, all of them as history where the infusion is
    older than `history_after`.
    """
    planned: list[PlannedCheckIn] = []
    history = now - infusion.ended_at > history_after
    for spec in schedule.check_ins:
        for repetition in range(spec.repetitions):
            key = spec.key if repetition == 0 else f"{spec.key}-{repetition + 1}"
            timing = _repeated(spec, repetition)
            due, skip = _due(timing, infusion, clinic, zone=zone, discharge_gap=discharge_gap)
            if skip is None and history:
                skip = SkipReason.HISTORY
            elif skip is None and due < now:
                skip = SkipReason.BEGAN_LATE
            planned.append(
                PlannedCheckIn(
                    key=key,
                    due_at=due,
                    closes_at=closing_time(spec, due, zone),
                    questions=spec.questions,
                    state=CheckInState.PLANNED if skip is None else CheckInState.SKIPPED,
                    reason=skip,
                    unanswered_at=(
                        None if history or skip is SkipReason.NOBODY_REACHABLE else _unanswered_at(spec, due, zone, now)
                    ),
                )
            )
    return tuple(planned)


def closing_time(spec: CheckInSpec, due: datetime, zone: str) -> datetime:
    """When a check-in closes: at a wall time of the day it is due, or a while after."""
    if spec.closes.at is not None:
        return windows.instant_of(windows.local_date(due, zone), spec.closes.at, zone)
    return due + (spec.closes.after or timedelta(days=1))


def _unanswered_at(spec: CheckInSpec, due: datetime, zone: str, now: datetime) -> datetime | None:
    """When a check-in that is not fully answered is told to staff; at once where that hour has passed already."""
    if spec.unanswered is None:
        return None
    after = spec.unanswered.after_reminder + (spec.reminder.after if spec.reminder else timedelta(0))
    latest = windows.instant_of(windows.local_date(due, zone), spec.unanswered.latest, zone)
    return max(min(due + after, latest), now)


def reminder_time(
    spec: ReminderSpec | None, asked_at: datetime, closes_at: datetime, clinic: Clinic, zone: str
) -> datetime | None:
    """When to remind once, or None: never outside the send window, never at or after closing."""
    if spec is None:
        return None
    due = asked_at + spec.after
    if spec.after >= timedelta(hours=20):
        # A reminder a day later is a matter of that day's window, not of the minute.
        due = windows.next_inside(due, clinic.send_window, zone)
    if windows.local(due, zone).time() >= spec.before:
        return None
    if not windows.inside(due, clinic.send_window, zone) or due >= closes_at:
        return None
    return due


def _repeated(spec: CheckInSpec, repetition: int) -> AfterInfusion | OnDay:
    timing = spec.timing
    if repetition == 0 or not isinstance(timing, OnDay):
        return timing
    return OnDay(
        day=timing.day + repetition * (spec.repeat_every or 28), at=timing.at, business_day=timing.business_day
    )


def _due(
    timing: AfterInfusion | OnDay, infusion: Infusion, clinic: Clinic, *, zone: str, discharge_gap: timedelta
) -> tuple[datetime, SkipReason | None]:
    if isinstance(timing, OnDay):
        due = _due_on_day(timing, infusion, clinic, zone)
        home = infusion.discharged + discharge_gap
        return (due if due >= home else windows.next_inside(home, clinic.send_window, zone)), None
    if not reachable_in_the_evening(clinic, windows.local_date(infusion.ended_at, clinic.timezone)):
        return infusion.ended_at + timing.after, SkipReason.NOBODY_REACHABLE
    earliest = max(infusion.ended_at + timing.not_before, infusion.discharged + discharge_gap)
    wanted = max(infusion.ended_at + timing.after, infusion.discharged + discharge_gap)
    if windows.inside(wanted, windows.Window(start=clinic.send_window.start, end=timing.latest), zone):
        return wanted, None
    day = windows.local_date(infusion.ended_at, zone)
    latest = windows.instant_of(day, timing.latest, zone)
    if wanted < latest:  # an infusion that ended in the night: wait for the morning
        return windows.next_inside(wanted, clinic.send_window, zone), None
    if latest < earliest or latest < infusion.ended_at:
        return latest, SkipReason.NO_HOUR_LEFT
    return latest, None


def _due_on_day(timing: OnDay, infusion: Infusion, clinic: Clinic, zone: str) -> datetime:
    day = windows.local_date(infusion.ended_at, zone) + timedelta(days=timing.day)
    if timing.business_day:
        day = next_business_day(clinic, day)
    return windows.instant_of(day, timing.at, zone)
