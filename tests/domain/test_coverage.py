"""When the clinic is open, who can be reached, and when it opens again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.domain import coverage
from followup.domain.coverage import Reach
from followup.domain.schedule import Coverage
from followup.domain.windows import Window
from tests.domain.samples import CLINIC, clinic, utc
from tests.domain.test_windows import INSTANTS, ZONES

A, B, C = Coverage.AROUND_THE_CLOCK, Coverage.EXTENDED, Coverage.BUSINESS_HOURS
OPEN, ON_CALL, NOBODY = Reach.OPEN, Reach.ON_CALL, Reach.NOBODY


@pytest.mark.parametrize(
    ("instant", "a", "b", "c"),
    [
        ("2026-11-02T08:00:00-06:00", OPEN, OPEN, OPEN),
        ("2026-11-02T16:59:59-06:00", OPEN, OPEN, OPEN),
        ("2026-11-02T17:00:00-06:00", ON_CALL, ON_CALL, NOBODY),
        ("2026-11-02T07:59:59-06:00", ON_CALL, ON_CALL, NOBODY),
        ("2026-11-02T07:00:00-06:00", ON_CALL, ON_CALL, NOBODY),
        ("2026-11-02T06:59:59-06:00", ON_CALL, NOBODY, NOBODY),
        ("2026-11-02T21:59:59-06:00", ON_CALL, ON_CALL, NOBODY),
        ("2026-11-02T22:00:00-06:00", ON_CALL, NOBODY, NOBODY),
        ("2026-11-07T12:00:00-06:00", ON_CALL, ON_CALL, NOBODY),  # a Saturday
        ("2026-11-26T12:00:00-06:00", ON_CALL, ON_CALL, NOBODY),  # Thanksgiving
        ("2026-11-27T12:00:00-06:00", OPEN, OPEN, OPEN),
        ("2026-03-09T08:00:00-05:00", OPEN, OPEN, OPEN),  # the Monday after the clocks went forward
        ("2026-11-02T08:00:00-05:00", ON_CALL, ON_CALL, NOBODY),  # and eight by the clock of the day before
    ],
)
def test_who_can_be_reached(instant, a, b, c):
    assert [coverage.reach(clinic(mode), utc(instant)) for mode in (A, B, C)] == [a, b, c]


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2026-11-02T03:00:00-06:00", "2026-11-02T08:00:00-06:00"),
        ("2026-11-02T08:00:00-06:00", "2026-11-03T08:00:00-06:00"),
        ("2026-11-02T20:00:00-06:00", "2026-11-03T08:00:00-06:00"),
        ("2026-11-06T18:00:00-06:00", "2026-11-09T08:00:00-06:00"),
        ("2026-11-25T18:00:00-06:00", "2026-11-27T08:00:00-06:00"),
        ("2026-12-24T18:00:00-06:00", "2026-12-28T08:00:00-06:00"),
        ("2026-10-30T18:00:00-05:00", "2026-11-02T08:00:00-06:00"),
        ("2026-03-06T18:00:00-06:00", "2026-03-09T08:00:00-05:00"),
    ],
)
def test_the_next_opening(instant, expected):
    assert coverage.next_opening(CLINIC, utc(instant)) == utc(expected)


@pytest.mark.parametrize(
    ("instant", "days", "expected"),
    [
        ("2026-11-02T12:00:00-06:00", 1, "2026-11-03T17:00:00-06:00"),
        ("2026-11-02T12:00:00-06:00", 2, "2026-11-04T17:00:00-06:00"),
        ("2026-11-06T12:00:00-06:00", 1, "2026-11-09T17:00:00-06:00"),
        ("2026-11-07T12:00:00-06:00", 1, "2026-11-09T17:00:00-06:00"),
        ("2026-11-25T12:00:00-06:00", 1, "2026-11-27T17:00:00-06:00"),
        ("2026-11-25T12:00:00-06:00", 2, "2026-11-30T17:00:00-06:00"),
    ],
)
def test_the_end_of_a_business_day(instant, days, expected):
    assert coverage.end_of_business_day(CLINIC, utc(instant), days_ahead=days) == utc(expected)


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-11-16", "2026-11-16"), ("2026-11-21", "2026-11-23"), ("2026-11-26", "2026-11-27")],
)
def test_the_next_business_day(day, expected):
    assert coverage.next_business_day(CLINIC, date.fromisoformat(day)) == date.fromisoformat(expected)


def test_a_clinic_that_never_opens_still_gives_times_so_that_nothing_waits_for_ever():
    never = replace(CLINIC, hours={})
    now = utc("2026-11-02T12:00:00-06:00")
    assert coverage.next_opening(never, now) == now + timedelta(days=7)
    assert coverage.end_of_business_day(never, now, days_ahead=2) == now + timedelta(days=2)
    assert coverage.next_business_day(never, date(2026, 11, 2)) == date(2026, 11, 2)
    assert coverage.reach(replace(never, coverage=C), now) is NOBODY


@given(now=INSTANTS, zone=st.sampled_from(ZONES), opens=st.integers(0, 22))
def test_the_next_opening_lies_ahead_and_the_clinic_is_open_then(now, zone, opens):
    somewhere = replace(CLINIC, timezone=zone, hours={day: Window(start=time(opens), end=time(23)) for day in range(5)})
    opening = coverage.next_opening(somewhere, now)
    assert now < opening <= now + timedelta(days=7)
    assert coverage.is_open(somewhere, opening)
    assert not coverage.is_open(somewhere, opening - timedelta(hours=1, microseconds=1)) or opens == 0
