"""Who is on duty: turns, hand-overs, swaps, and both changes of the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.domain.oncall import (
    gaps,
    next_on_duty,
    on_duty,
    people_of,
    rotas_of,
    shift_at,
    shifts,
    shown_hours,
    turn_beginning_on,
)
from followup.domain.schedule import HandOver, Override, Rota, Target, TargetKind
from tests.domain.samples import CONFIGURATION, utc
from tests.domain.test_windows import INSTANTS

DAILY = Rota(
    key="nurses", timezone="America/Chicago", people=("kay", "sam", "lee"), at=time(7), since=date(2026, 11, 2)
)
WEEKLY = replace(DAILY, hand_over=HandOver.WEEKLY, weekday=2, since=date(2026, 11, 4))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-02T07:00:00-06:00", "kay"),
        ("2026-11-03T06:59:59-06:00", "kay"),  # the night still belongs to the day before
        ("2026-11-03T07:00:00-06:00", "sam"),
        ("2026-11-04T07:00:00-06:00", "lee"),
        ("2026-11-05T07:00:00-06:00", "kay"),
        ("2026-11-02T06:59:59-06:00", "lee"),  # before it began somebody is on duty as well
    ],
)
def test_they_take_turns_by_day(now, expected):
    assert on_duty(DAILY, utc(now)) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-04T07:00:00-06:00", "kay"),
        ("2026-11-11T06:59:59-06:00", "kay"),
        ("2026-11-11T07:00:00-06:00", "sam"),
        ("2026-11-18T07:00:00-06:00", "lee"),
        ("2026-11-25T07:00:00-06:00", "kay"),
    ],
)
def test_they_take_turns_by_week(now, expected):
    assert on_duty(WEEKLY, utc(now)) == expected


def test_a_week_that_began_in_its_middle_is_a_short_first_turn():
    began_friday = replace(WEEKLY, since=date(2026, 11, 6))
    assert on_duty(began_friday, utc("2026-11-06T12:00:00-06:00")) == "kay"
    assert on_duty(began_friday, utc("2026-11-11T07:00:00-06:00")) == "sam"


@pytest.mark.parametrize(
    ("at", "before", "after"),
    [
        # Forward, 8 March 2026: 02:30 is missing, the duty passes when the clock shows 03:30.
        (time(2, 30), "2026-03-08T01:59:59-06:00", "2026-03-08T03:30:00-05:00"),
        (time(7), "2026-03-08T06:59:59-05:00", "2026-03-08T07:00:00-05:00"),
        # Back, 1 November 2026: 01:30 comes twice, the first passes the duty and the second does nothing.
        (time(1, 30), "2026-11-01T01:29:59-05:00", "2026-11-01T01:30:00-05:00"),
        (time(7), "2026-11-01T06:59:59-06:00", "2026-11-01T07:00:00-06:00"),
    ],
)
def test_the_duty_passes_once_when_the_clocks_change(at, before, after):
    rota = replace(DAILY, at=at, since=date(2026, 1, 5))
    first, then = on_duty(rota, utc(before)), on_duty(rota, utc(after))
    turn = rota.people.index(str(first))
    assert then == rota.people[(turn + 1) % 3]
    assert {on_duty(rota, utc(after) + timedelta(minutes=15 * quarter)) for quarter in range(60)} == {then}


SWAP = Override(start=utc("2026-11-03T07:00:00-06:00"), end=utc("2026-11-03T19:00:00-06:00"), person="robin")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-03T06:59:59-06:00", "kay"),
        ("2026-11-03T07:00:00-06:00", "robin"),
        ("2026-11-03T18:59:59-06:00", "robin"),
        ("2026-11-03T19:00:00-06:00", "sam"),
    ],
)
def test_a_swap_holds_from_its_start_until_just_before_its_end(now, expected):
    assert on_duty(replace(DAILY, overrides=(SWAP,)), utc(now)) == expected


def test_the_next_is_the_next_in_turn():
    assert next_on_duty(DAILY, utc("2026-11-03T12:00:00-06:00")) == "lee"
    assert next_on_duty(DAILY, utc("2026-11-04T12:00:00-06:00")) == "kay"


def test_whoever_is_stood_in_for_is_asked_last():
    """Sam is ill and Robin has the day: the next to be told is Lee, not Sam."""
    rota = replace(DAILY, overrides=(SWAP,))
    assert next_on_duty(rota, utc("2026-11-03T12:00:00-06:00")) == "lee"
    stands_in = replace(SWAP, person="lee")
    assert next_on_duty(replace(DAILY, overrides=(stands_in,)), utc("2026-11-03T12:00:00-06:00")) == "kay"


def test_with_two_people_the_other_one_is_next_whoever_has_the_duty():
    two = replace(DAILY, people=("kay", "sam"), overrides=(replace(SWAP, person="kay"),))
    assert next_on_duty(two, utc("2026-11-03T12:00:00-06:00")) == "sam"


def test_alone_is_always_on_duty_and_next():
    alone = replace(DAILY, people=("kay",))
    now = utc("2026-11-03T12:00:00-06:00")
    assert (on_duty(alone, now), next_on_duty(alone, now)) == ("kay", "kay")


def test_an_empty_rota_has_nobody():
    empty = replace(DAILY, people=())
    now = utc("2026-11-03T12:00:00-06:00")
    assert (on_duty(empty, now), next_on_duty(empty, now)) == (None, None)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (Target(kind=TargetKind.ON_DUTY, name="nurses"), ("sam",)),
        (Target(kind=TargetKind.NEXT_ON_DUTY, name="nurses"), ("lee",)),
        (Target(kind=TargetKind.EVERYONE, name="nurses"), ("kay", "sam", "lee")),
        (Target(kind=TargetKind.PERSON, name="robin"), ("robin",)),
        (Target(kind=TargetKind.PERSON, name="somebody who left"), ()),
        (Target(kind=TargetKind.ON_DUTY, name="no such rota"), ()),
        (Target(kind=TargetKind.ON_DUTY, name="empty"), ()),
    ],
)
def test_whom_a_step_means(target, expected):
    empty = replace(DAILY, key="empty", people=())
    configuration = replace(CONFIGURATION, rotas={"nurses": DAILY, "empty": empty})
    assert people_of(target, configuration, utc("2026-11-03T12:00:00-06:00")) == expected


@given(
    now=INSTANTS,
    zone=st.sampled_from(["America/Chicago", "America/Santiago", "Australia/Lord_Howe", "America/Phoenix"]),
)
def test_there_is_always_somebody_and_the_next_is_somebody_else(now, zone):
    rota = replace(DAILY, timezone=zone)
    assert on_duty(rota, now) in rota.people
    assert next_on_duty(rota, now) != on_duty(rota, now)


# --- holidays ------------------------------------------------------------------------------------

CHRISTMAS = replace(DAILY, holiday_person="robin", holidays=frozenset({date(2026, 12, 25)}))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-12-25T06:59:59-06:00", on_duty(DAILY, utc("2026-12-24T12:00:00-06:00"))),
        ("2026-12-25T07:00:00-06:00", "robin"),
        ("2026-12-26T06:59:59-06:00", "robin"),  # the night after the holiday belongs to it
        ("2026-12-26T07:00:00-06:00", on_duty(DAILY, utc("2026-12-26T12:00:00-06:00"))),
    ],
)
def test_a_holiday_has_a_person_of_its_own_from_hand_over_to_hand_over(now, expected):
    assert on_duty(CHRISTMAS, utc(now)) == expected


def test_in_a_weekly_rota_a_holiday_is_one_day_of_the_week():
    weekly = replace(WEEKLY, holiday_person="robin", holidays=frozenset({date(2026, 12, 25)}))
    usual = on_duty(WEEKLY, utc("2026-12-25T12:00:00-06:00"))
    found = shifts(weekly, utc("2026-12-23T12:00:00-06:00"), utc("2026-12-30T06:00:00-06:00"))
    assert [shift.person for shift in found] == [usual, "robin", usual]
    assert (found[1].start, found[1].end) == (utc("2026-12-25T07:00:00-06:00"), utc("2026-12-26T07:00:00-06:00"))


def test_an_exception_counts_before_a_holiday():
    swap = Override(start=utc("2026-12-25T07:00:00-06:00"), end=utc("2026-12-25T19:00:00-06:00"), person="lee")
    assert on_duty(replace(CHRISTMAS, overrides=(swap,)), utc("2026-12-25T12:00:00-06:00")) == "lee"


# --- shifts --------------------------------------------------------------------------------------


def told(found):
    return [(shift.person, shift.start.isoformat(), shift.end.isoformat()) for shift in found]


def test_shifts_are_whole_and_without_gaps():
    found = shifts(
        replace(DAILY, overrides=(SWAP,)), utc("2026-11-03T12:00:00-06:00"), utc("2026-11-04T12:00:00-06:00")
    )
    assert told(found) == [
        ("robin", "2026-11-03T13:00:00+00:00", "2026-11-04T01:00:00+00:00"),
        ("sam", "2026-11-04T01:00:00+00:00", "2026-11-04T13:00:00+00:00"),
        ("lee", "2026-11-04T13:00:00+00:00", "2026-11-05T13:00:00+00:00"),
    ]


def test_an_exception_that_changes_nobody_divides_no_shift():
    same = replace(SWAP, person="sam")
    rota = replace(DAILY, overrides=(same,))
    assert shifts(rota, utc("2026-11-03T12:00:00-06:00"), utc("2026-11-03T13:00:00-06:00")) == shifts(
        DAILY, utc("2026-11-03T12:00:00-06:00"), utc("2026-11-03T13:00:00-06:00")
    )


def test_a_week_is_one_shift():
    found = shifts(WEEKLY, utc("2026-11-05T00:00:00-06:00"), utc("2026-11-12T00:00:00-06:00"))
    assert told(found) == [
        ("kay", "2026-11-04T13:00:00+00:00", "2026-11-11T13:00:00+00:00"),
        ("sam", "2026-11-11T13:00:00+00:00", "2026-11-18T13:00:00+00:00"),
    ]


def test_whoever_left_leaves_a_gap_and_is_asked_no_more():
    left = replace(DAILY, absent=frozenset({"sam"}))
    during = utc("2026-11-03T12:00:00-06:00")
    assert on_duty(left, during) is None
    assert next_on_duty(left, during) == "lee"
    found = gaps(left, utc("2026-11-02T12:00:00-06:00"), utc("2026-11-07T12:00:00-06:00"))
    assert told(found) == [
        (None, "2026-11-03T13:00:00+00:00", "2026-11-04T13:00:00+00:00"),
        (None, "2026-11-06T13:00:00+00:00", "2026-11-07T13:00:00+00:00"),
    ]


def test_gaps_that_touch_are_one_and_are_cut_at_what_was_asked_for():
    nobody = replace(DAILY, people=())
    start, end = utc("2026-11-03T12:00:00-06:00"), utc("2026-11-06T12:00:00-06:00")
    assert [(gap.start, gap.end) for gap in gaps(nobody, start, end)] == [(start, end)]


def test_everyone_includes_whoever_stands_in():
    configuration = replace(CONFIGURATION, rotas={"nurses": replace(DAILY, overrides=(SWAP,))})
    everyone = Target(kind=TargetKind.EVERYONE, name="nurses")
    assert people_of(everyone, configuration, utc("2026-11-03T12:00:00-06:00")) == ("kay", "sam", "lee", "robin")


def test_one_person_may_be_in_several_rotas():
    leads = replace(DAILY, key="leads", people=("sam", "lee"))
    configuration = replace(CONFIGURATION, rotas={"nurses": DAILY, "leads": leads})
    now = utc("2026-11-03T12:00:00-06:00")
    targets = [Target(kind=TargetKind.ON_DUTY, name=name) for name in ("nurses", "leads")]
    assert [people_of(target, configuration, now) for target in targets] == [("sam",), ("lee",)]


def test_a_clinic_has_the_rotas_that_its_chains_tell():
    other = replace(DAILY, key="elsewhere")
    configuration = replace(CONFIGURATION, rotas={**CONFIGURATION.rotas, "elsewhere": other})
    assert [rota.key for rota in rotas_of(CONFIGURATION.clinics["prairie"], configuration)] == ["nurses"]


# --- both changes of the clock, north and south ----------------------------------------------------

CHANGES = [
    # zone, hand-over, day of the change, the instant at which the duty passes, hours of the shift that ends there
    ("America/Chicago", time(2, 30), date(2026, 3, 8), "2026-03-08T03:30:00-05:00", 24),
    ("America/Chicago", time(7), date(2026, 3, 8), "2026-03-08T07:00:00-05:00", 23),
    ("America/Chicago", time(1, 30), date(2026, 11, 1), "2026-11-01T01:30:00-05:00", 24),
    ("America/Chicago", time(7), date(2026, 11, 1), "2026-11-01T07:00:00-06:00", 25),
    # In the south the clocks go forward in spring, which is October, and back in April.
    ("Australia/Sydney", time(2, 30), date(2026, 10, 4), "2026-10-04T03:30:00+11:00", 24),
    ("Australia/Sydney", time(7), date(2026, 10, 4), "2026-10-04T07:00:00+11:00", 23),
    ("Australia/Sydney", time(2, 30), date(2026, 4, 5), "2026-04-05T02:30:00+11:00", 24),
    ("Australia/Sydney", time(7), date(2026, 4, 5), "2026-04-05T07:00:00+10:00", 25),
    # Midnight itself is missing in Chile in September, and Lord Howe moves by half an hour.
    ("America/Santiago", time(0), date(2026, 9, 6), "2026-09-06T01:00:00-03:00", 24),
    ("Australia/Lord_Howe", time(7), date(2026, 10, 4), "2026-10-04T07:00:00+11:00", 23.5),
]


@pytest.mark.parametrize(("zone", "at", "day", "passes", "hours"), CHANGES)
def test_oncall_3261_5247_5455_a_clock_change_moves_no_shift_and_leaves_no_gap(zone, at, day, passes, hours):
    """Shifts were kept as instants and moved by an hour, with gaps and overlaps of one; ours are wall time."""
    rota = replace(DAILY, timezone=zone, at=at, since=date(2026, 1, 5))
    instant = utc(passes)
    before, after = shift_at(rota, instant - timedelta(seconds=1)), shift_at(rota, instant)
    assert before.end == after.start == instant
    assert (before.end - before.start).total_seconds() / 3600 == hours
    assert rota.people.index(str(after.person)) == (rota.people.index(str(before.person)) + 1) % 3
    around = shifts(rota, instant - timedelta(days=4), instant + timedelta(days=4))
    assert all(one.end == two.start for one, two in pairwise(around))
    assert all(
        on_duty(rota, one.start) == one.person == on_duty(rota, one.end - timedelta(seconds=1)) for one in around
    )
    assert turn_beginning_on(rota, day) == (after.start, after.end)


@given(
    now=INSTANTS,
    zone=st.sampled_from(["America/Chicago", "America/Santiago", "Australia/Lord_Howe", "Australia/Sydney"]),
    at=st.times(),
    weekly=st.booleans(),
)
def test_shifts_say_what_on_duty_says(now, zone, at, weekly):
    rota = replace(WEEKLY if weekly else DAILY, timezone=zone, at=at.replace(second=0, microsecond=0))
    found = shifts(rota, now, now + timedelta(days=9))
    assert found[0].start <= now < found[0].end
    assert all(one.end == two.start for one, two in pairwise(found))
    for hour in range(0, 9 * 24, 5):
        instant = now + timedelta(hours=hour)
        shift = next(one for one in found if one.start <= instant < one.end)
        assert on_duty(rota, instant) == shift.person


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-12-24T07:00:00-06:00", "2026-12-25T07:00:00-06:00", "Thu 24 Dec 07:00 to Fri 07:00"),
        ("2026-12-24T07:00:00-06:00", "2026-12-24T19:00:00-06:00", "Thu 24 Dec 07:00 to 19:00"),
        ("2026-12-24T07:00:00-06:00", "2026-12-31T07:00:00-06:00", "Thu 24 Dec 07:00 to Thu 31 Dec 07:00"),
    ],
)
def test_hours_are_written_as_short_as_they_can_be_told_apart(start, end, expected):
    assert shown_hours(utc(start), utc(end), "America/Chicago") == expected
