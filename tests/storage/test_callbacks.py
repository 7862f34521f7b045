"""Tries to reach patients, and tasks that wait for their time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from followup.domain.contact import ContactResult, ContactTry, ContactWay
from followup.domain.tasks import Task, TaskKind
from followup.ids import new_id
from tests.storage import samples
from tests.storage.samples import CLINIC, NOW


@pytest.fixture
def alert(store):
    """An alert about Ann, stored."""
    ann = samples.patient()
    stored = samples.full_alert(patient=ann.id)
    with store.write() as unit:
        unit.patients.add(ann)
        unit.alerts.add(stored)
        unit.commit()
    return stored


def tried(alert, *, minutes: int = 0, note: str | None = None) -> ContactTry:
    return ContactTry(
        id=new_id(),
        clinic=CLINIC,
        alert=alert.id,
        patient=alert.patient,
        at=NOW + timedelta(minutes=minutes),
        by="kay",
        way=ContactWay.CALL,
        result=ContactResult.NO_ANSWER,
        note=note,
    )


def task(alert, kind: TaskKind, *, days: int = 1, made: int = 0) -> Task:
    return Task(
        id=new_id(),
        clinic=CLINIC,
        alert=alert.id,
        patient=alert.patient,
        kind=kind,
        due_at=NOW + timedelta(days=days),
        made_at=NOW + timedelta(hours=made),
        made_by="kay",
    )


def test_tries_come_back_in_the_order_of_their_time(store, alert):
    later, sooner = tried(alert, minutes=9, note="canary: her sister answered"), tried(alert)
    with store.write() as unit:
        unit.contacts.add(later)
        unit.contacts.add(sooner)
        unit.commit()
    with store.read() as unit:
        assert unit.contacts.of_alert(alert.id) == (sooner, later)
        assert unit.contacts.of_patient(alert.patient) == (sooner, later)
        assert unit.contacts.of_alerts([alert.id, "none"]) == {alert.id: (sooner, later)}
        assert unit.contacts.of_alerts([]) == {}


def test_a_task_waits_for_its_time_and_is_done_once(store, alert):
    reopen = task(alert, TaskKind.REOPEN)
    with store.write() as unit:
        unit.tasks.plan(reopen)
        unit.commit()
    with store.write() as unit:
        assert unit.tasks.due(NOW + timedelta(hours=23), 5) == ()
        assert unit.tasks.due(NOW + timedelta(days=1), 5) == (reopen,)
        assert unit.tasks.next_due_at() == reopen.due_at
        assert unit.tasks.waiting_of([alert.patient]) == unit.tasks.waiting_in(CLINIC, TaskKind.REOPEN) == (reopen,)
        assert unit.tasks.finish(reopen, at=NOW)
        assert not unit.tasks.finish(reopen, at=NOW), "somebody was first"
        unit.tasks.finished_as(reopen, alert.id)
        unit.commit()
    with store.read() as unit:
        assert unit.tasks.of_alert(alert.id) == (replace(reopen, done_at=NOW, opened=alert.id),)
        assert (unit.tasks.next_due_at(), unit.tasks.waiting_of([alert.patient])) == (None, ())


def test_of_one_kind_one_task_waits_for_an_alert(store, alert):
    first, second = task(alert, TaskKind.CALL_NEXT_DAY), task(alert, TaskKind.CALL_NEXT_DAY, days=2, made=3)
    other = task(alert, TaskKind.CALL_DAY_7, days=7)
    with store.write() as unit:
        for each in (first, other, second):
            unit.tasks.plan(each)
        unit.commit()
    with store.read() as unit:
        assert unit.tasks.waiting_of([alert.patient]) == (second, other)
        assert unit.tasks.of_alert(alert.id)[0].done_at == second.made_at


def test_alerts_are_found_by_their_opening_and_first_taking(store, alert):
    taken = samples.entry(alert, kind="acknowledged", at=NOW + timedelta(minutes=2))
    again = samples.entry(alert, kind="acknowledged", at=NOW + timedelta(minutes=9))
    with store.write() as unit:
        unit.alerts.add_entry(taken)
        unit.alerts.add_entry(again)
        unit.commit()
    with store.read() as unit:
        assert unit.alerts.opened_since(CLINIC, alert.opened_at) == (alert,)
        assert unit.alerts.opened_since(CLINIC, alert.opened_at + timedelta(seconds=1)) == ()
        assert unit.alerts.first_taken([alert.id]) == {alert.id: taken.at}
        assert unit.alerts.taken_on_duty() == (), "it is closed"
        assert unit.alerts.unclosed_by_code(alert.code) == ()
