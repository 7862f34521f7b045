"""When a clinic's silence becomes unusual."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.domain import windows
from followup.domain.feed import silence_of
from tests.domain.samples import CLINIC

ZONE = "America/Chicago"
#: A Tuesday in winter time; the four Tuesdays before it are business days, and the clocks changed between them.
TUESDAY = date(2026, 11, 24)
WEEK = timedelta(weeks=1)


def at(day: date, wall: str) -> datetime:
    return windows.instant_of(day, time.fromisoformat(wall), ZONE)


def tuesdays(*walls: str | None, newest: date = TUESDAY - WEEK) -> list[datetime]:
    """One infusion on each of the Tuesdays before, the newest first; None: none on that day."""
    return [at(newest - number * WEEK, wall) for number, wall in enumerate(walls) if wall is not None]


def due(recorded: list[datetime], now: datetime | None = None, clinic=CLINIC) -> datetime | None:
    found = silence_of(clinic, recorded, now or at(TUESDAY, "12:00"))
    return None if found is None else found.due_at


@pytest.mark.parametrize(
    ("walls", "asked_at"),
    [
        (("09:10", "10:20", "13:40", "16:00"), "15:00"),
        (("09:10", "10:20", "13:00", "16:00"), "14:00"),
        (("09:10", "10:20", "13:40", None), "15:00"),
        ((None, "09:10", "10:20", "13:40"), "15:00"),
        (("05:10", "05:20", "05:30", "05:40"), "08:00"),
        (("09:10", "10:20", None, None), None),
        (("23:10", "23:20", "23:30", "23:40"), None),
        ((), None),
    ],
    ids=[
        "an hour after most have begun",
        "on the full hour",
        "three of four",
        "not last week",
        "never before opening",
        "two are no habit",
        "only at midnight",
        "a new clinic",
    ],
)
def test_the_hour_at_which_silence_is_unusual(walls, asked_at):
    assert due(tuesdays(*walls)) == (at(TUESDAY, asked_at) if asked_at else None)


def test_the_first_of_a_day_counts_and_other_weekdays_do_not():
    recorded = tuesdays("09:10", "09:20", "09:30") + tuesdays("16:00", "16:00", "16:00")
    assert due(recorded) == at(TUESDAY, "11:00")
    assert due([instant + timedelta(days=1) for instant in recorded]) is None


def test_an_infusion_of_today_ends_the_silence():
    recorded = tuesdays("09:10", "09:20", "09:30")
    assert due([*recorded, at(TUESDAY, "00:05")]) is None
    assert due([*recorded, at(TUESDAY - timedelta(days=1), "23:55")]) is not None


def test_a_closed_day_is_silent_for_good_reason():
    recorded = tuesdays("09:10", "09:20", "09:30")
    assert due(recorded, clinic=replace(CLINIC, holidays=frozenset({TUESDAY}))) is None
    assert due([instant - timedelta(days=2) for instant in recorded], now=at(date(2026, 11, 22), "12:00")) is None


def test_holidays_among_the_weeks_before_are_passed_over():
    holidays = frozenset({TUESDAY - WEEK, TUESDAY - 2 * WEEK})
    older = tuesdays("09:10", "09:20", "09:30", newest=TUESDAY - 4 * WEEK)
    assert due(older, clinic=replace(CLINIC, holidays=holidays)) == at(TUESDAY, "11:00")
    assert due(older) is None


def test_it_is_asked_in_plain_words():
    found = silence_of(CLINIC, tuesdays("13:10", "13:20", "13:30"), at(TUESDAY, "15:00"))
    assert found is not None
    assert found.words == (
        "no infusion has been recorded today; by 14:00 on a Tuesday there usually are; is the feed running?"
    )


@given(st.lists(st.integers(0, 60 * 24 * 40).map(lambda minutes: at(TUESDAY, "12:00") - timedelta(minutes=minutes))))
def test_nobody_is_asked_without_a_habit_or_at_night(recorded):
    found = silence_of(CLINIC, recorded, at(TUESDAY, "12:00"))
    days = {windows.local_date(instant, ZONE) for instant in recorded}
    if found is None:
        return
    assert TUESDAY not in days
    assert sum(TUESDAY - number * WEEK in days for number in range(1, 5)) >= 3
    assert found.due_at >= at(TUESDAY, "08:00")
    assert windows.local_date(found.due_at - timedelta(hours=1), ZONE) == TUESDAY
