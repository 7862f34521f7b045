"""Who has gone silent, how much one patient is asked, and when a check-in is next looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from followup.domain.pacing import Pace, Paced, merged_questions, pace, retired_by
from followup.domain.plan import CheckIn, CheckInState
from followup.domain.schedule import EventKind, Limits, Schedule
from followup.domain.silence import is_silent, is_unanswered, silence_ends_course, silence_event
from tests.domain.samples import CONFIGURATION, EVENING, SCHEDULE, T0, check_in, infusion, utc

ANSWERED, EXPIRED, PARTLY = CheckInState.ANSWERED, CheckInState.EXPIRED, CheckInState.PARTLY_ANSWERED
PLANNED, SKIPPED, CANCELLED = CheckInState.PLANNED, CheckInState.SKIPPED, CheckInState.CANCELLED
CHICAGO = "America/Chicago"


def ended(key: str, state: CheckInState = EXPIRED, reason: str | None = "no answer", **changes) -> CheckIn:
    """A check-in that came to its end, one day after the other in the order of their numbers."""
    order = int(key.rsplit("-", maxsplit=1)[-1]) + 5 if "-" in key else int(key[1])
    due = T0 + timedelta(days=order)
    asked = None if state in {PLANNED, SKIPPED} else due
    return replace(check_in(key, state=state, reason=reason, due_at=due, asked_at=asked), **changes)


@pytest.mark.parametrize(
    ("state", "reason", "silent", "unanswered"),
    [
        (EXPIRED, "no answer", True, True),
        (EXPIRED, "window passed", False, True),
        (EXPIRED, "undelivered", False, True),
        (PARTLY, "no answer", False, True),
        (PARTLY, "alert", False, False),
        (SKIPPED, "alert", False, False),
        (SKIPPED, "no hour left", False, True),
        (CANCELLED, "opted out", False, True),
        (CANCELLED, "infusion cancelled", False, False),
        (SKIPPED, "patient status", False, False),
        (CheckInState.OPEN, None, False, True),
        (ANSWERED, None, False, False),
    ],
)
def test_silence_is_a_delivered_question_without_a_word(state, reason, silent, unanswered):
    one = ended("C1", state, reason)
    assert (is_silent(one), is_unanswered(one)) == (silent, unanswered)


@pytest.mark.parametrize(
    ("closed", "course", "event"),
    [
        (ended("C2"), [ended("C1")], EventKind.BOTH_SILENT),
        (ended("C1"), [ended("C2")], EventKind.BOTH_SILENT),
        (ended("C2"), [ended("C1", ANSWERED, None)], None),
        (ended("C2"), [ended("C1", PARTLY, "alert")], None),
        (ended("C2"), [ended("C1", SKIPPED, "no hour left")], None),
        (ended("C2"), [], None),
        (ended("C1"), [ended("C2", PLANNED, None)], None),
        (ended("C2", ANSWERED, None), [ended("C1")], None),
        (ended("C4"), [ended("C3")], EventKind.TWO_SILENT),
        (ended("C4"), [ended("C2"), ended("C3", ANSWERED, None)], None),
        (ended("C5"), [ended("C3"), ended("C4", ANSWERED, None)], None),
        (ended("C5"), [ended("C3"), ended("C4", SKIPPED, "merged")], EventKind.TWO_SILENT),
        (ended("C3"), [ended("C1"), ended("C2")], None),  # only one of the later ones
        (ended("C6-2"), [ended("C6")], EventKind.TWO_SILENT),
        (ended("C4", PARTLY, "no answer"), [ended("C3")], None),
    ],
)
def test_what_silence_amounts_to(closed, course, event):
    assert silence_event(closed, [*course, closed], SCHEDULE) is event


@pytest.mark.parametrize(
    ("silent", "ends"),
    [
        (["C6", "C6-2", "C6-3"], True),
        (["C6-2", "C6-3"], False),
        (["C6", "C6-3"], False),
        (["C5", "C6-2", "C6-3"], False),
    ],
)
def test_three_silent_rounds_end_the_course(silent, ends):
    spec = SCHEDULE.check_in("C6")
    assert spec is not None
    course = [
        ended(key) if key in silent else ended(key, ANSWERED, None) for key in ("C5", "C6", "C6-2", "C6-3", "C6-4")
    ]
    closed = next(one for one in course if one.key == "C6-3")
    assert silence_ends_course(closed, course, spec) is ends
    assert not silence_ends_course(closed, course, replace(spec, stop_after_silent=None))
    assert not silence_ends_course(replace(closed, state=ANSWERED), course, spec)


def test_a_check_in_that_is_not_among_the_course_is_judged_by_the_course():
    spec = SCHEDULE.check_in("C6")
    assert spec is not None
    course = [ended(key) for key in ("C6", "C6-2", "C6-3")]
    assert silence_ends_course(ended("C6-9"), course, spec)


# --- pacing -----------------------------------------------------------------------------------------------------

MONDAY = utc("2026-11-02T11:00:00-06:00")


def asked(
    key: str, at: datetime | None, *, safety: bool = False, left: tuple[str, ...] = (), due: datetime = MONDAY
) -> Paced:
    state = PLANNED if at is None else ANSWERED
    return Paced(check_in=check_in(key, None, left, state=state, asked_at=at, due_at=due), safety=safety)


def days(*numbers: int) -> list[Paced]:
    return [asked(f"C{9 + number}", MONDAY + timedelta(days=number)) for number in numbers]


@pytest.mark.parametrize(
    ("others", "now", "limit"),
    [
        ([], MONDAY, None),
        (days(0), MONDAY + timedelta(hours=5), "one check-in a day"),
        (days(0), MONDAY + timedelta(days=1), None),
        (days(0, 1, 2), MONDAY + timedelta(days=3), "three check-ins a week"),
        (days(0, 1, 2), MONDAY + timedelta(days=6), "three check-ins a week"),
        (days(0, 1, 2), MONDAY + timedelta(days=7), None),  # a week begins on Monday
        (days(-1, -2, -3), MONDAY, None),
        # Safety check-ins are outside: three infusions in a week do not silence the rest.
        (
            [asked(f"C{n}", MONDAY + timedelta(hours=n), safety=True) for n in range(3)],
            MONDAY + timedelta(hours=5),
            None,
        ),
    ],
)
def test_one_a_day_and_three_a_week(others, now, limit):
    due = asked("C3", None)
    assert pace(due, others, Limits(), zone=CHICAGO, now=now) == Pace(limit=limit)
    assert pace(replace(due, safety=True), others, Limits(), zone=CHICAGO, now=now) == Pace()


def test_a_check_in_is_not_counted_against_itself():
    due = asked("C3", None)
    assert pace(due, [due], Limits(), zone=CHICAGO, now=MONDAY) == Pace()


def test_the_day_is_the_patients_own():
    night = [asked("C4", utc("2026-11-01T23:00:00-06:00"))]  # the second of November in UTC
    assert pace(asked("C3", None), night, Limits(), zone=CHICAGO, now=MONDAY).limit is None


def test_later_check_ins_of_one_day_are_asked_together_symptoms_first():
    due = asked("C3", None, left=("C3_PAIN", "MOOD"))
    beside = asked("C4", None, left=("C3_PAIN", "URINE", "SE"))
    found = pace(due, [beside], Limits(), zone=CHICAGO, now=MONDAY)
    assert found == Pace(merged=(beside.check_in,))
    assert merged_questions(due.check_in, found.merged, CONFIGURATION) == ("URINE", "SE", "C3_PAIN", "MOOD")
    assert merged_questions(due.check_in, (), CONFIGURATION) == ("C3_PAIN", "MOOD")
    tomorrow = asked("C4", None, left=("SE",), due=MONDAY + timedelta(days=1))
    assert pace(due, [tomorrow], Limits(), zone=CHICAGO, now=MONDAY) == Pace()


def test_a_new_infusion_restarts_the_course_but_not_its_safety_check_ins():
    """Monday, Wednesday, Friday: each keeps its evening and morning, and only the last one asks after a week."""
    older = infusion(id="i1")
    newer = infusion(T0 + timedelta(days=2), id="i2")
    course = [check_in(key, state=PLANNED) for key in ("C1", "C2", "C3", "C4", "C5", "C6", "C6-2")]
    course.append(check_in("C3", state=ANSWERED, id="asked already"))
    course.append(check_in("C4", state=PLANNED, id="of no known infusion", infusion="i9"))
    known: dict[str, tuple] = {"i1": (older, SCHEDULE)}
    assert [one.key for one in retired_by(newer, course, known)] == ["C3", "C4", "C5", "C6", "C6-2"]
    assert retired_by(replace(newer, treatment="lidocaine"), course, known) == ()
    assert retired_by(replace(newer, ended_at=T0 - timedelta(days=2)), course, known) == ()
    unknown: Schedule = replace(SCHEDULE, check_ins=())
    assert retired_by(newer, course, {"i1": (older, unknown)}) == ()


# --- when a check-in is next looked at --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"state": PLANNED}, EVENING),
        ({}, EVENING + timedelta(hours=2)),
        ({"remind_at": EVENING + timedelta(hours=1)}, EVENING + timedelta(hours=1)),
        ({"remind_at": EVENING + timedelta(hours=1), "reminded_at": EVENING}, EVENING + timedelta(hours=2)),
        ({"remind_at": EVENING + timedelta(hours=3)}, EVENING + timedelta(hours=2)),
        ({"unanswered_at": EVENING + timedelta(minutes=5)}, EVENING + timedelta(minutes=5)),
        ({"state": ANSWERED}, None),
        ({"state": EXPIRED, "unanswered_at": EVENING}, EVENING),
    ],
)
def test_the_next_moment_of_a_check_in(changes, expected):
    assert check_in(**changes).next_action_at == expected


@pytest.mark.parametrize(
    ("key", "expected"), [("C6", "C6"), ("C6-2", "C6"), ("C6-13", "C6"), ("C1", "C1"), ("C9", None)]
)
def test_a_repetition_has_the_specification_of_its_check_in(key, expected):
    spec = SCHEDULE.check_in(key)
    assert (spec.key if spec else None) == expected


def test_which_schedule_an_infusion_matches():
    named = replace(SCHEDULE, key="for-migraine", indications=frozenset({"migraine"}))
    configuration = replace(CONFIGURATION, schedules={"general": SCHEDULE, "named": named})
    assert configuration.schedule_for("ketamine", "migraine") == named
    assert configuration.schedule_for("ketamine", "chronic_pain") == SCHEDULE
    assert configuration.schedule_for("ketamine", None) == SCHEDULE
    assert configuration.schedule_for("magnesium", None) is None
    assert configuration.schedule(CONFIGURATION.safety_course.key) is CONFIGURATION.safety_course
    assert configuration.schedule("named") == named
    assert configuration.schedule("no such") is None
    assert configuration.rule("E1") is not None
    assert configuration.rule("X1") is None
