"""Wall time and instants: what a clock on a patient's wall shows, on ordinary days and on days when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.domain import windows
from followup.domain.windows import Window
from tests.domain.samples import utc

#: Zones that name a place; `Factory`, `localtime` and the like belong to nobody.
ZONES = sorted(
    zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix", "right"))
)
DAY = Window(start=time(9), end=time(20))
#: Two decades; hypothesis wants bounds without a zone and adds it itself.
_FIRST, _LAST = (datetime.combine(date(year, 1, 1), time()) for year in (2015, 2037))
INSTANTS = st.datetimes(min_value=_FIRST, max_value=_LAST, timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("day", "wall", "zone", "expected"),
    [
        # An ordinary day either side of the summer.
        ("2026-01-15", "10:00", "America/Chicago", "2026-01-15T16:00:00+00:00"),
        ("2026-07-15", "10:00", "America/Chicago", "2026-07-15T15:00:00+00:00"),
        # Clocks go forward: 02:30 is missing and moves to 03:30; ten o'clock stays ten o'clock.
        ("2026-03-08", "02:30", "America/Chicago", "2026-03-08T03:30:00-05:00"),
        ("2026-03-08", "10:00", "America/Chicago", "2026-03-08T10:00:00-05:00"),
        # Clocks go back: 01:30 comes twice, the first is meant.
        ("2026-11-01", "01:30", "America/Chicago", "2026-11-01T01:30:00-05:00"),
        ("2026-11-01", "10:00", "America/Chicago", "2026-11-01T10:00:00-06:00"),
        # Southern summer; in Chile the clocks change at midnight, so that the day begins at 01:00.
        ("2026-09-06", "00:00", "America/Santiago", "2026-09-06T01:00:00-03:00"),
        ("2026-04-04", "23:30", "America/Santiago", "2026-04-04T23:30:00-03:00"),
        # Half an hour on Lord Howe Island.
        ("2026-10-04", "02:15", "Australia/Lord_Howe", "2026-10-04T02:45:00+11:00"),
        ("2026-04-05", "01:45", "Australia/Lord_Howe", "2026-04-05T01:45:00+11:00"),
        # No change at all.
        ("2026-03-08", "02:30", "America/Phoenix", "2026-03-08T02:30:00-07:00"),
        # Leap day and year's end.
        ("2028-02-29", "10:00", "America/Chicago", "2028-02-29T10:00:00-06:00"),
        ("2026-12-31", "23:59", "Pacific/Kiritimati", "2026-12-31T23:59:00+14:00"),
    ],
)
def test_a_wall_time_is_one_instant(day, wall, zone, expected):
    assert windows.instant_of(date.fromisoformat(day), time.fromisoformat(wall), zone) == utc(expected)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2026-11-02T08:59:59.999999-06:00", False),
        ("2026-11-02T09:00:00-06:00", True),
        ("2026-11-02T19:59:59-06:00", True),
        ("2026-11-02T20:00:00-06:00", False),
    ],
)
def test_the_window_has_its_start_and_not_its_end(instant, expected):
    assert windows.inside(utc(instant), DAY, "America/Chicago") is expected


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2026-11-02T03:00:00-06:00", "2026-11-02T09:00:00-06:00"),
        ("2026-11-02T12:34:56-06:00", "2026-11-02T12:34:56-06:00"),
        ("2026-11-02T20:00:00-06:00", "2026-11-03T09:00:00-06:00"),
        # Through both nights on which the clocks change.
        ("2026-10-31T21:00:00-05:00", "2026-11-01T09:00:00-06:00"),
        ("2026-03-07T21:00:00-06:00", "2026-03-08T09:00:00-05:00"),
    ],
)
def test_what_waits_goes_at_the_next_opening(instant, expected):
    assert windows.next_inside(utc(instant), DAY, "America/Chicago") == utc(expected)


def test_the_window_ends_on_the_persons_own_day():
    late = utc("2026-11-03T01:00:00+00:00")  # still the second of November in Chicago
    assert windows.window_end(late, DAY, "America/Chicago") == utc("2026-11-02T20:00:00-06:00")


def test_a_window_without_an_opening_is_looked_for_three_days_and_no_longer(monkeypatch):
    past = utc("2026-11-01T00:00:00+00:00")
    monkeypatch.setattr(windows, "instant_of", lambda day, wall, zone: past)
    with pytest.raises(AssertionError, match="opens every day"):
        windows.next_inside(utc("2026-11-02T03:00:00-06:00"), DAY, "America/Chicago")


@given(instant=INSTANTS, zone=st.sampled_from(ZONES))
def test_the_next_opening_is_inside_soon_and_never_earlier(instant, zone):
    opening = windows.next_inside(instant, DAY, zone)
    assert windows.inside(opening, DAY, zone)
    assert timedelta(0) <= opening - instant < timedelta(hours=14)  # 13 h of night, and one of a clock change
    assert windows.next_inside(opening, DAY, zone) == opening


@given(
    day=st.dates(min_value=date(2015, 1, 1), max_value=date(2036, 12, 31)),
    minute=st.integers(0, 24 * 60 - 1),
    zone=st.sampled_from(ZONES),
)
def test_an_instant_shows_the_wall_time_it_was_made_of_or_one_moved_forward(day, minute, zone):
    wall = time(minute // 60, minute % 60)
    instant = windows.instant_of(day, wall, zone)
    shown = windows.local(instant, zone).replace(tzinfo=None)
    asked = datetime.combine(day, wall)
    assert asked <= shown <= asked + timedelta(hours=1) or shown - asked == timedelta(days=1)
    assert instant.tzinfo is UTC
    if shown == asked:  # and no earlier instant shows the same
        assert windows.local(instant - timedelta(hours=1), zone).replace(tzinfo=None) != asked


@pytest.mark.parametrize(
    ("day", "wall", "zone", "expected"),
    [
        ("2026-03-08", "02:30", "America/Chicago", 0),
        ("2026-11-01", "01:30", "America/Chicago", 2),
        ("2026-11-01", "10:00", "America/Chicago", 1),
        ("2026-03-08", "02:30", "America/Phoenix", 1),
        ("2026-10-04", "02:15", "Australia/Lord_Howe", 0),
        ("2026-04-05", "01:45", "Australia/Lord_Howe", 2),
        ("2026-09-06", "00:00", "America/Santiago", 0),
    ],
)
def test_how_often_a_clock_shows_a_time(day, wall, zone, expected):
    assert windows.times_shown(date.fromisoformat(day), time.fromisoformat(wall), zone) == expected
