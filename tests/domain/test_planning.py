"""An infusion becomes a course of check-ins, each at the hour that the patient's own clock shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.domain import windows
from followup.domain.plan import CheckInState
from followup.domain.planning import PlannedCheckIn, SkipReason, plan_check_ins, reminder_time
from followup.domain.schedule import OnDay, ReminderSpec
from tests.domain.samples import CLINIC, CONFIGURATION, SCHEDULE, infusion, utc
from tests.domain.test_windows import DAY, INSTANTS, ZONES

CHICAGO = "America/Chicago"
GAP = CONFIGURATION.discharge_gap
HISTORY = CONFIGURATION.history_after


def planned(
    ended: datetime, zone: str = CHICAGO, *, now: datetime | None = None, discharged: datetime | None = None
) -> dict[str, PlannedCheckIn]:
    """The shipped course of an infusion, recorded as it ends unless told, by key."""
    return {
        one.key: one
        for one in plan_check_ins(
            infusion(ended, discharged_at=discharged),
            SCHEDULE,
            CLINIC,
            zone=zone,
            now=now or ended,
            discharge_gap=GAP,
            history_after=HISTORY,
        )
    }


def at(instant: datetime, zone: str = CHICAGO) -> str:
    """An instant as the patient's clock and calendar show it."""
    return windows.local(instant, zone).strftime("%Y-%m-%d %H:%M")


def test_the_whole_course_in_order():
    course = planned(utc("2026-11-02T12:04:00-06:00"))
    assert {key: at(one.due_at) for key, one in list(course.items())[:8]} == {
        "C1": "2026-11-02 16:04",
        "C2": "2026-11-03 10:00",
        "C3": "2026-11-05 11:00",
        "C4": "2026-11-09 11:00",
        "C5": "2026-11-16 10:00",
        "C6": "2026-11-30 11:00",
        "C6-2": "2026-12-28 11:00",
        "C6-3": "2027-01-25 11:00",
    }
    assert {one.state for one in course.values()} == {CheckInState.PLANNED}


def test_every_check_in_closes_as_the_protocol_says():
    course = planned(utc("2026-11-02T12:04:00-06:00"))
    assert {key: at(course[key].closes_at) for key in ("C1", "C2", "C3", "C4", "C5", "C6", "C6-2")} == {
        "C1": "2026-11-02 21:00",
        "C2": "2026-11-03 20:00",
        "C3": "2026-11-06 11:00",
        "C4": "2026-11-12 11:00",
        "C5": "2026-11-19 10:00",
        "C6": "2026-12-03 11:00",
        "C6-2": "2026-12-31 11:00",
    }


def test_maintenance_lasts_twelve_months_at_most():
    course = planned(utc("2026-11-02T12:00:00-06:00"))
    last = max(one.due_at for one in course.values())
    assert utc("2027-11-01T12:00:00-05:00") - timedelta(days=5) <= last <= utc("2027-11-02T12:00:00-05:00")


@pytest.mark.parametrize(
    ("ended", "discharged", "expected"),
    [
        # Four hours after, to the second.
        ("2026-11-02T09:00:06-06:00", None, "2026-11-02T13:00:06-06:00"),
        ("2026-11-02T15:45:00-06:00", None, "2026-11-02T19:45:00-06:00"),
        # Moved earlier where the evening runs out, never before two hours are over.
        ("2026-11-02T15:45:01-06:00", None, "2026-11-02T19:45:00-06:00"),
        ("2026-11-02T17:45:00-06:00", None, "2026-11-02T19:45:00-06:00"),
        ("2026-11-02T17:45:01-06:00", None, None),
        ("2026-11-02T19:50:00-06:00", None, None),
        ("2026-11-02T22:00:00-06:00", None, None),
        # Moved later to an hour after discharge, never later than the last hour.
        ("2026-11-02T09:00:00-06:00", "2026-11-02T12:00:00-06:00", "2026-11-02T13:00:00-06:00"),
        ("2026-11-02T09:00:00-06:00", "2026-11-02T13:00:00-06:00", "2026-11-02T14:00:00-06:00"),
        ("2026-11-02T15:00:00-06:00", "2026-11-02T18:45:00-06:00", "2026-11-02T19:45:00-06:00"),
        ("2026-11-02T15:00:00-06:00", "2026-11-02T18:45:01-06:00", None),
        ("2026-11-02T17:00:00-06:00", "2026-11-02T18:30:00-06:00", "2026-11-02T19:45:00-06:00"),
        # A night infusion waits for the morning of its own day.
        ("2026-11-02T00:30:00-06:00", None, "2026-11-02T09:00:00-06:00"),
        ("2026-11-02T04:59:00-06:00", None, "2026-11-02T09:00:00-06:00"),
        ("2026-11-02T05:30:00-06:00", None, "2026-11-02T09:30:00-06:00"),
        ("2026-11-02T00:30:00-06:00", "2026-11-02T08:30:00-06:00", "2026-11-02T09:30:00-06:00"),
        # Hours are hours across a clock change: four of them are five on the wall, or three.
        ("2026-03-08T00:30:00-06:00", None, "2026-03-08T09:00:00-05:00"),
        ("2026-10-31T23:30:00-05:00", None, None),
    ],
)
def test_the_evening_check_in_fits_the_evening_or_is_skipped(ended, discharged, expected):
    evening = planned(utc(ended), discharged=utc(discharged) if discharged else None)["C1"]
    if expected is None:
        assert (evening.state, evening.reason) == (CheckInState.SKIPPED, SkipReason.NO_HOUR_LEFT)
    else:
        assert (evening.state, evening.due_at) == (CheckInState.PLANNED, utc(expected))


def test_the_morning_follows_an_evening_that_was_skipped():
    course = planned(utc("2026-11-02T19:00:00-06:00"))
    assert course["C1"].state is CheckInState.SKIPPED
    assert (course["C2"].state, at(course["C2"].due_at)) == (CheckInState.PLANNED, "2026-11-03 10:00")


@pytest.mark.parametrize(
    ("zone", "ended", "expected"),
    [
        # Northern, both ways: the course crosses 8 March and 1 November 2026.
        (CHICAGO, "2026-03-05T12:00:00-06:00", {"C2": "16:00", "C3": "16:00", "C4": "16:00", "C5": "15:00"}),
        (CHICAGO, "2026-10-29T12:00:00-05:00", {"C2": "15:00", "C3": "17:00", "C4": "17:00", "C5": "16:00"}),
        # Southern, both ways: 5 April and 6 September in Chile.
        ("America/Santiago", "2026-04-02T12:00:00-03:00", {"C2": "13:00", "C3": "15:00", "C4": "15:00", "C5": "14:00"}),
        ("America/Santiago", "2026-09-03T12:00:00-04:00", {"C2": "14:00", "C3": "14:00", "C4": "14:00", "C5": "13:00"}),
        # Half an hour: 5 April and 4 October on Lord Howe Island, where the clock is ahead of UTC.
        (
            "Australia/Lord_Howe",
            "2026-04-02T12:00:00+11:00",
            {"C2": "23:00", "C3": "00:30", "C4": "00:30", "C5": "23:30"},
        ),
        (
            "Australia/Lord_Howe",
            "2026-10-01T12:00:00+10:30",
            {"C2": "23:30", "C3": "00:00", "C4": "00:00", "C5": "23:00"},
        ),
        # None: Arizona keeps its time.
        ("America/Phoenix", "2026-03-05T12:00:00-07:00", {"C2": "17:00", "C3": "18:00", "C4": "18:00", "C5": "17:00"}),
    ],
)
def test_clock_changes_move_the_instant_and_not_the_hour(zone, ended, expected):
    """The patients of LAMP-platform 439 and 180 were asked an hour off, or twice, after each clock change."""
    course = planned(utc(ended), zone)
    assert {key: course[key].due_at.strftime("%H:%M") for key in expected} == expected
    assert {at(course[key].due_at, zone)[-5:] for key in ("C3", "C4")} == {"11:00"}


def test_today_is_the_patients_today():
    """SaraAlert PR 1228: a day reckoned in the clinic's zone loses a day for patients ahead of it."""
    ended = utc("2026-11-02T12:00:00-06:00")  # two in the morning of the third in Manila
    course = planned(ended, "Asia/Manila")
    assert at(course["C1"].due_at, "Asia/Manila") == "2026-11-03 09:00"
    assert at(course["C2"].due_at, "Asia/Manila") == "2026-11-04 10:00"


def test_an_hour_that_a_clock_change_leaves_out_moves_forward_and_a_doubled_one_is_asked_once():
    night = replace(
        SCHEDULE, check_ins=(replace(SCHEDULE.check_ins[1], timing=OnDay(day=1, at=time(2, 30)), repeat_every=None),)
    )

    def due(ended: str) -> tuple[datetime, ...]:
        course = plan_check_ins(
            infusion(utc(ended)), night, CLINIC, zone=CHICAGO, now=utc(ended), discharge_gap=GAP, history_after=HISTORY
        )
        return tuple(one.due_at for one in course)

    assert due("2026-03-07T12:00:00-06:00") == (utc("2026-03-08T03:30:00-05:00"),)
    doubled = replace(night, check_ins=(replace(night.check_ins[0], timing=OnDay(day=1, at=time(1, 30))),))
    course = plan_check_ins(
        infusion(utc("2026-10-31T12:00:00-05:00")),
        doubled,
        CLINIC,
        zone=CHICAGO,
        now=utc("2026-10-31T12:00:00-05:00"),
        discharge_gap=GAP,
        history_after=HISTORY,
    )
    assert [one.due_at for one in course] == [utc("2026-11-01T01:30:00-05:00")]


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        ("2026-11-02T12:00:00-06:00", "2026-11-16"),  # a Monday stays
        ("2026-11-07T12:00:00-06:00", "2026-11-23"),  # a Saturday becomes Monday
        ("2026-11-12T12:00:00-06:00", "2026-11-27"),  # Thanksgiving becomes the Friday after
        ("2026-12-11T12:00:00-06:00", "2026-12-28"),  # Christmas on a Friday becomes Monday
    ],
)
def test_the_mood_check_in_keeps_business_days(ended, expected):
    assert at(planned(utc(ended))["C5"].due_at) == f"{expected} 10:00"


@pytest.mark.parametrize(
    ("later", "late"),
    [
        (timedelta(hours=3, minutes=59), set()),
        (timedelta(hours=4), set()),  # due just now is still asked
        (timedelta(hours=4, seconds=1), {"C1"}),
        (timedelta(hours=23), {"C1", "C2"}),
        (timedelta(hours=48), {"C1", "C2"}),
    ],
)
def test_a_course_recorded_late_begins_where_it_is(later, late):
    ended = utc("2026-11-02T12:00:00-06:00")
    course = planned(ended, now=ended + later)
    assert {key for key, one in course.items() if one.reason is SkipReason.BEGAN_LATE} == late
    assert {one.state for key, one in course.items() if key not in late} == {CheckInState.PLANNED}


def test_an_old_infusion_is_history_and_sends_nothing():
    ended = utc("2026-11-02T12:00:00-06:00")
    course = planned(ended, now=ended + timedelta(hours=48, seconds=1))
    assert {one.state for one in course.values()} == {CheckInState.SKIPPED}
    assert {one.reason for one in course.values()} == {SkipReason.HISTORY}


def test_an_infusion_that_is_still_to_end_is_planned_from_its_end():
    ended = utc("2026-11-03T12:00:00-06:00")
    course = planned(ended, now=ended - timedelta(hours=24))
    assert at(course["C1"].due_at) == "2026-11-03 16:00"
    assert {one.state for one in course.values()} == {CheckInState.PLANNED}


@given(ended=INSTANTS, zone=st.sampled_from(ZONES), stay=st.integers(0, 10 * 60))
def test_no_check_in_is_ever_due_in_quiet_hours(ended, zone, stay):
    discharged = ended + timedelta(minutes=stay)
    course = planned(ended, zone, discharged=discharged)
    for one in course.values():
        if one.state is CheckInState.PLANNED:
            assert windows.inside(one.due_at, DAY, zone), one
            assert one.due_at >= discharged + GAP
            assert one.closes_at > one.due_at
    evening = course["C1"]
    if evening.state is CheckInState.PLANNED:
        assert evening.due_at >= ended + timedelta(hours=2)
        assert windows.local(evening.due_at, zone).time() <= time(19, 45)


@given(ended=INSTANTS, zone=st.sampled_from(ZONES))
def test_every_day_of_the_course_is_asked_exactly_once_at_its_hour(ended, zone):
    course = planned(ended, zone)
    began = windows.local_date(ended, zone)
    hours = {
        "C2": (1, time(10)),
        "C3": (3, time(11)),
        "C4": (7, time(11)),
        "C6": (28, time(11)),
        "C6-2": (56, time(11)),
    }
    for key, (day, hour) in hours.items():
        shown = windows.local(course[key].due_at, zone)
        assert (shown.date() - began, shown.time()) == (timedelta(days=day), hour)
    assert len({one.due_at for one in course.values() if one.key != "C1"}) == len(course) - 1


# --- reminders ---------------------------------------------------------------------------------------------------


def reminder(key: str, asked: str, zone: str = CHICAGO, *, closes: str | None = None) -> datetime | None:
    spec = SCHEDULE.check_in(key)
    assert spec is not None
    asked_at = utc(asked)
    closes_at = utc(closes) if closes else asked_at + timedelta(days=3)
    return reminder_time(spec.reminder, asked_at, closes_at, CLINIC, zone)


@pytest.mark.parametrize(
    ("key", "asked", "closes", "expected"),
    [
        ("C1", "2026-11-02T13:00:00-06:00", "2026-11-02T21:00:00-06:00", "2026-11-02T14:15:00-06:00"),
        ("C1", "2026-11-02T18:44:59-06:00", "2026-11-02T21:00:00-06:00", "2026-11-02T19:59:59-06:00"),
        ("C1", "2026-11-02T18:45:00-06:00", "2026-11-02T21:00:00-06:00", None),
        ("C1", "2026-11-02T19:45:00-06:00", "2026-11-02T21:00:00-06:00", None),
        ("C2", "2026-11-03T10:00:00-06:00", "2026-11-03T20:00:00-06:00", "2026-11-03T14:00:00-06:00"),
        ("C2", "2026-11-03T16:00:00-06:00", "2026-11-03T20:00:00-06:00", None),
        ("C3", "2026-11-05T11:00:00-06:00", "2026-11-06T11:00:00-06:00", "2026-11-05T16:00:00-06:00"),
        ("C3", "2026-11-05T15:30:00-06:00", "2026-11-06T11:00:00-06:00", None),
        ("C4", "2026-11-09T11:00:00-06:00", None, "2026-11-10T11:00:00-06:00"),
        ("C4", "2026-11-09T19:59:00-06:00", None, "2026-11-10T19:59:00-06:00"),
        # A day is 24 hours, also when the clocks change in it.
        ("C4", "2026-03-07T11:00:00-06:00", None, "2026-03-08T12:00:00-05:00"),
        ("C4", "2026-10-31T11:00:00-05:00", None, "2026-11-01T10:00:00-06:00"),
        # Where that day's change leads into the evening it waits for the morning.
        ("C4", "2026-03-07T19:30:00-06:00", None, "2026-03-09T09:00:00-05:00"),
        # Never when the check-in closes first.
        ("C4", "2026-11-09T11:00:00-06:00", "2026-11-10T11:00:00-06:00", None),
    ],
)
def test_one_reminder_only_while_there_is_time_for_it(key, asked, closes, expected):
    assert reminder(key, asked, closes=closes) == (utc(expected) if expected else None)


def test_a_check_in_without_a_reminder_has_none():
    assert (
        reminder_time(None, utc("2026-11-02T13:00:00-06:00"), utc("2026-11-03T13:00:00-06:00"), CLINIC, CHICAGO) is None
    )


def test_the_last_hour_for_a_reminder_holds_on_every_day():
    """With longer hours for texts than for reminders, a reminder on the next day keeps its own limit too."""
    long = replace(CLINIC, send_window=replace(CLINIC.send_window, end=time(21)))
    spec = ReminderSpec(after=timedelta(hours=24), before=time(20))
    asked = utc("2026-11-09T20:30:00-06:00")
    assert reminder_time(spec, asked, asked + timedelta(days=3), long, CHICAGO) is None


@given(
    asked=INSTANTS,
    zone=st.sampled_from(ZONES),
    after=st.integers(1, 72 * 60),
    before=st.integers(10, 20),
)
def test_no_reminder_is_ever_due_in_quiet_hours_or_after_closing(asked, zone, after, before):
    closes = asked + timedelta(hours=48)
    spec = ReminderSpec(after=timedelta(minutes=after), before=time(before))
    due = reminder_time(spec, asked, closes, CLINIC, zone)
    if due is not None:
        assert windows.inside(due, DAY, zone)
        assert windows.local(due, zone).time() < time(before)
        assert asked + spec.after <= due < closes


# --- an infusion on Monday, Wednesday and Friday ----------------------------------------------------------------


def test_each_infusion_of_a_week_has_its_own_evening_and_morning():
    """Caps never take a safety check-in: C1 and C2 of all three infusions stand, on the right days."""
    days = ("2026-11-02", "2026-11-04", "2026-11-06")
    courses = [planned(utc(f"{day}T12:00:00-06:00")) for day in days]
    assert [at(course[key].due_at) for course in courses for key in ("C1", "C2")] == [
        "2026-11-02 16:00",
        "2026-11-03 10:00",
        "2026-11-04 16:00",
        "2026-11-05 10:00",
        "2026-11-06 16:00",
        "2026-11-07 10:00",
    ]
    assert date(2026, 11, 7).weekday() == 5
    assert datetime(2026, 11, 7, tzinfo=UTC).date() == date(2026, 11, 7)
