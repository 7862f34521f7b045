"""Which infusions belong together, and whose baseline counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followup.domain.infusion import Baseline, Infusion, series_baseline, series_of
from tests.domain.samples import T0, infusion


def given_on(day: int, **changes) -> Infusion:
    return infusion(T0 + timedelta(days=day), id=f"day{day}", **changes)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([0], [0]),
        ([0, 2, 4], [0, 2, 4]),
        ([0, 21], [0, 21]),
        ([0, 22], [22]),
        ([0, 21, 42, 64], [64]),
        ([0, 30, 40], [30, 40]),
    ],
)
def test_infusions_at_most_21_days_apart_are_one_series(days, expected):
    infusions = [given_on(day) for day in days]
    assert [one.id for one in series_of(infusions[-1], infusions)] == [f"day{day}" for day in expected]


def test_other_treatments_cancelled_and_later_ones_do_not_count():
    others = [
        given_on(1, treatment="lidocaine"),
        given_on(2, cancelled_at=T0),
        given_on(9),
    ]
    present = given_on(5)
    assert series_of(present, [*others, present]) == (present,)


def test_the_baseline_of_a_series_is_that_before_its_first_infusion():
    first = given_on(0, baseline=Baseline(pain=8, mood=4))
    second = given_on(7, baseline=Baseline(pain=3, mood=9))
    assert series_baseline(series_of(second, [second, first])) == Baseline(pain=8, mood=4)


def test_without_a_series_there_is_no_baseline():
    assert series_baseline(()) == Baseline()


def test_discharge_is_the_end_where_the_clinic_did_not_say():
    assert infusion().discharged == T0
    assert infusion(discharged_at=T0 + timedelta(hours=1)).discharged == T0 + timedelta(hours=1)
