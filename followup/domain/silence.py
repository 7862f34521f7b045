"""Who has gone silent, and what that asks for: silence after an infusion is told to a person, never left alone."""

from __future__ import annotations

from collections.abc import Sequence

from followup.domain.plan import CheckIn, CheckInState
from followup.domain.schedule import CheckInSpec, EventKind, Schedule

#: The reason of a check-in that was delivered, as far as we know, and not answered at all.
NO_ANSWER = "no answer"
#: The reason of check-ins that were ended because an alert took over.
ALERT = "alert"

#: Reasons for which nobody waits for an answer to it any more.
_NOT_ASKED_OF = frozenset({ALERT, "infusion cancelled", "patient status"})


def is_silent(check_in: CheckIn) -> bool:
    """Whether it went by without a word. One that an alert ended, or that never went out, is not silence."""
    return check_in.state is CheckInState.EXPIRED and check_in.reason == NO_ANSWER


def is_unanswered(check_in: CheckIn) -> bool:
    """Whether it is not fully answered, for whatever reason but an alert that took over or a cancelled infusion."""
    return check_in.state is not CheckInState.ANSWERED and check_in.reason not in _NOT_ASKED_OF


def silence_event(closed: CheckIn, course: Sequence[CheckIn], schedule: Schedule) -> EventKind | None:
    """What the closing of a silent check-in amounts to, seen with the others of its infusion.

    Both safety check-ins silent, or two later ones in a row: somebody should phone.
    """
    if not is_silent(closed):
        return None
    spec = schedule.check_in(closed.key)
    if spec is not None and spec.safety:
        safety = [one for one in course if _is_safety(one, schedule)]
        return EventKind.BOTH_SILENT if len(safety) > 1 and all(is_silent(one) for one in safety) else None
    before = _one_before(closed, course, schedule)
    return EventKind.TWO_SILENT if before is not None and is_silent(before) else None


def silence_ends_course(closed: CheckIn, course: Sequence[CheckIn], spec: CheckInSpec) -> bool:
    """Whether so many repetitions in a row were silent that asking on would only annoy."""
    if spec.stop_after_silent is None or not is_silent(closed):
        return False
    repetitions = [one for one in sorted(course, key=lambda one: one.due_at) if one.key.split("-", 1)[0] == spec.key]
    upto = repetitions[: repetitions.index(closed) + 1] if closed in repetitions else repetitions
    last = upto[-spec.stop_after_silent :]
    return len(last) == spec.stop_after_silent and all(is_silent(one) for one in last)


def _is_safety(check_in: CheckIn, schedule: Schedule) -> bool:
    spec = schedule.check_in(check_in.key)
    return spec is not None and spec.safety


def _one_before(closed: CheckIn, course: Sequence[CheckIn], schedule: Schedule) -> CheckIn | None:
    """The later check-in asked before this one; those that never went out do not count."""
    earlier = [
        one
        for one in course
        if one.due_at < closed.due_at and one.asked_at is not None and not _is_safety(one, schedule)
    ]
    return max(earlier, key=lambda one: one.due_at, default=None)
