"""Check-ins are taken up when due, change by compare-and-set, and leave the list of due work when they end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from followup.domain.plan import CheckInState
from followup.storage.errors import Collision
from followup.storage.store import Store
from tests.storage import samples
from tests.storage.samples import MINUTE, NOW


def planned(store: Store, *due_in: timedelta, state: CheckInState = CheckInState.PLANNED):
    """A plan with one check-in for each of `due_in`, all in one state, not yet reminded."""
    ann = samples.patient()
    infusion = samples.infusion(ann)
    plan = samples.plan(infusion)
    check_ins = [
        samples.check_in(plan, key=f"C{number}", due_at=NOW + wait, state=state, reminded_at=None)
        for number, wait in enumerate(due_in, start=1)
    ]
    with store.write() as unit:
        unit.patients.add(ann)
        unit.infusions.add(infusion)
        unit.plans.add(plan)
        unit.check_ins.add_many(check_ins)
        unit.commit()
    return plan, check_ins


def test_due_ones_come_longest_waiting_first_and_not_before_their_time(store):
    _, (late, soon, now) = planned(store, -5 * MINUTE, MINUTE, 0 * MINUTE)
    with store.read() as unit:
        assert unit.check_ins.due(NOW, 10) == (late, now)
        assert unit.check_ins.due(NOW, 1) == (late,)
        assert unit.check_ins.due(NOW + MINUTE, 10) == (late, now, soon)
        assert unit.check_ins.next_due_at() == late.due_at


def test_with_nothing_planned_nothing_is_due(store):
    with store.read() as unit:
        assert unit.check_ins.due(NOW, 10) == ()
        assert unit.check_ins.next_due_at() is None
    with store.write() as unit:
        unit.check_ins.add_many([])
        unit.commit()


@pytest.mark.parametrize("end", [state for state in CheckInState if state.final])
def test_one_that_has_ended_is_never_due_again(store, end):
    _, (check_in,) = planned(store, 0 * MINUTE)
    with store.write() as unit:
        assert unit.check_ins.update(replace(check_in, state=end))
        unit.commit()
    with store.read() as unit:
        assert unit.check_ins.due(NOW + timedelta(days=365), 10) == ()
        assert unit.check_ins.next_due_at() is None


def test_an_open_one_is_due_when_it_is_to_be_reminded_and_then_when_it_closes(store):
    _, (check_in,) = planned(store, 0 * MINUTE, state=CheckInState.OPEN)
    with store.write() as unit:
        assert unit.check_ins.next_due_at() == check_in.remind_at
        unit.check_ins.update(replace(check_in, reminded_at=NOW))
        assert unit.check_ins.next_due_at() == check_in.closes_at
        assert unit.check_ins.open_of([check_in.patient]) == (replace(check_in, reminded_at=NOW),)
        assert unit.check_ins.open_of(["somebody else"]) == ()
        assert unit.check_ins.open_of([]) == ()


def test_of_two_who_change_one_state_the_second_is_told(store):
    _, (check_in,) = planned(store, 0 * MINUTE)
    with store.write() as unit:
        assert unit.check_ins.update(replace(check_in, state=CheckInState.OPEN), CheckInState.PLANNED)
        unit.commit()
    with store.write() as unit:
        assert not unit.check_ins.update(replace(check_in, state=CheckInState.CANCELLED), CheckInState.PLANNED)
        unit.commit()
    with store.read() as unit:
        assert unit.check_ins.get(check_in.id).state is CheckInState.OPEN


def test_one_that_is_not_there_cannot_be_changed(store):
    plan, _ = planned(store)
    with store.write() as unit:
        assert not unit.check_ins.update(samples.check_in(plan))
        assert unit.check_ins.get("nowhere") is None


def test_all_of_a_plan_and_of_a_patient_come_by_due_time(store):
    plan, (second, first) = planned(store, MINUTE, 0 * MINUTE)
    with store.read() as unit:
        assert unit.check_ins.of_plan(plan.id) == (first, second)
        assert unit.check_ins.of_patient(plan.patient) == (first, second)


def test_a_plan_has_each_key_once(store):
    plan, _ = planned(store, 0 * MINUTE)
    with store.write() as unit, pytest.raises(Collision):
        unit.check_ins.add_many([samples.check_in(plan, key="C1")])
