"""Who is on duty: turns, hand-overs, swaps, and both changes of the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.domain.oncall import next_on_duty, on_duty, people_of
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
