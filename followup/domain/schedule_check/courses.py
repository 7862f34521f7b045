"""Schedules: can every check-in be sent, reminded of and answered, and can every schedule be chosen?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta

from followup.domain.schedule import AfterInfusion, CheckInSpec, Configuration, OnDay, Schedule
from followup.domain.schedule_check.found import Found, KeyPath

#: A reminder that comes later than this is a matter of the next day's window.
A_DAY = timedelta(hours=20)


def check(configuration: Configuration) -> Iterator[Found]:
    """Check-ins outside the send window, reminders that never go, schedules that are never chosen."""
    yield from _chosen(configuration)
    courses: list[tuple[KeyPath, Schedule]] = [
        (("schedules", key), one) for key, one in configuration.schedules.items()
    ]
    courses.append((("safety_course",), configuration.safety_course))
    for path, course in courses:
        if not any(check_in.safety for check_in in course.check_ins):
            yield Found((*path, "check_ins"), "no check-in of this course is a safety check-in (`safety: true`)")
        for check_in in course.check_ins:
            yield from _check_in((*path, "check_ins", check_in.key), check_in, course, configuration)


def _chosen(configuration: Configuration) -> Iterator[Found]:
    seen: dict[tuple[str, str], str] = {}
    for key, schedule in configuration.schedules.items():
        for indication in sorted(schedule.indications) or [""]:
            owner = seen.setdefault((schedule.treatment, indication), key)
            if owner != key:
                what = f"{schedule.treatment}, {indication}" if indication else schedule.treatment
                yield Found(("schedules", key), f"this schedule is never chosen: `{owner}` above is for {what} too")


def _check_in(path: KeyPath, check_in: CheckInSpec, course: Schedule, configuration: Configuration) -> Iterator[Found]:
    yield from _in_window(path, check_in, configuration)
    yield from _in_time(path, check_in)
    asked: list[str] = []
    for question in check_in.questions:
        if question in asked:
            yield Found((*path, "questions"), f"`{question}` is asked twice")
        asked.append(question)
    for position, extra in enumerate(check_in.extra):
        if extra.question in asked:
            yield Found((*path, "also_ask", position, "question"), f"`{extra.question}` is asked of everybody already")
    former = check_in.renamed_from
    if former is not None and any(other.key == former for other in course.check_ins):
        yield Found((*path, "renamed_from"), f"`{former}` still is a check-in of this course")
    if isinstance(check_in.timing, AfterInfusion) and check_in.repeat_every is not None:
        yield Found((*path, "repeat_every"), "only a check-in with `day` can repeat")


def _in_window(path: KeyPath, check_in: CheckInSpec, configuration: Configuration) -> Iterator[Found]:
    timing = check_in.timing
    wall, where = (
        (timing.at, (*path, "at"))
        if isinstance(timing, OnDay)
        else (timing.latest, (*path, "after_infusion", "latest"))
    )
    for clinic in configuration.clinics.values():
        window = clinic.send_window
        if not window.start <= wall < window.end:
            span = f"{window.start:%H:%M}-{window.end:%H:%M}"
            yield Found(where, f"{wall:%H:%M} is outside the send window of clinic `{clinic.key}`, {span}")


def _in_time(path: KeyPath, check_in: CheckInSpec) -> Iterator[Found]:
    due = check_in.timing.at if isinstance(check_in.timing, OnDay) else None
    closes = _length(due, check_in)
    if closes is not None and closes <= timedelta(0):
        yield Found((*path, "closes"), "this check-in is closed before it is sent")
        return
    reminder = check_in.reminder
    if reminder is None or due is None:
        return
    if closes is not None and reminder.after >= closes:
        yield Found((*path, "reminder", "after"), "this reminder can never go: the check-in has closed by then")
    elif reminder.after < A_DAY and _since_midnight(due) + reminder.after >= _since_midnight(reminder.before):
        yield Found(
            (*path, "reminder", "after"), f"this reminder can never go: it would be after {reminder.before:%H:%M}"
        )


def _length(due: time | None, check_in: CheckInSpec) -> timedelta | None:
    """How long a check-in stays open; None where that depends on the hour of the infusion."""
    if check_in.closes.at is None:
        return check_in.closes.after
    return None if due is None else _since_midnight(check_in.closes.at) - _since_midnight(due)


def _since_midnight(wall: time) -> timedelta:
    return timedelta(hours=wall.hour, minutes=wall.minute)
