"""Alerts: one per concern, found by code, never lost from the list of due work before they are closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from followup.domain.alert import AlertStatus
from followup.storage.errors import Collision, StorageError
from tests.storage import samples
from tests.storage.samples import ANN_PHONE, BOB_PHONE, CLINIC, MINUTE, NOW


def closed(alert, at=NOW):
    return replace(alert, status=AlertStatus.CLOSED, closed_at=at, next_action_at=None)


def test_due_alerts_come_longest_waiting_first_until_they_are_closed(store):
    late = samples.alert(reason="a", next_action_at=NOW - MINUTE, status=AlertStatus.ACKNOWLEDGED)
    now = samples.alert(reason="b", next_action_at=NOW)
    soon = samples.alert(reason="c", next_action_at=NOW + MINUTE)
    with store.write() as unit:
        assert unit.alerts.next_due_at() is None
        for alert in (soon, now, late):
            unit.alerts.add(alert)
        assert unit.alerts.due(NOW, 10) == (late, now)
        assert unit.alerts.due(NOW, 1) == (late,)
        assert unit.alerts.next_due_at() == late.next_action_at
        assert unit.alerts.overdue(NOW) == 1
        unit.alerts.update(replace(late, status=AlertStatus.CLOSED))  # its due time is still there
        assert unit.alerts.due(NOW, 10) == (now,)
        assert unit.alerts.next_due_at() == now.next_action_at
        assert unit.alerts.overdue(NOW) == 0


def test_an_alert_that_waits_for_nothing_is_counted_unless_closed(store):
    stuck, done = samples.alert(reason="a", next_action_at=None), closed(samples.alert(reason="b"))
    with store.write() as unit:
        unit.alerts.add(stuck)
        unit.alerts.add(done)
        assert unit.alerts.without_next_action() == 1


def test_of_two_who_acknowledge_at_once_the_second_is_told(store):
    alert = samples.alert()
    taken = replace(alert, status=AlertStatus.ACKNOWLEDGED, acknowledged_by="Kay")
    with store.write() as unit:
        unit.alerts.add(alert)
        assert unit.alerts.update(taken, AlertStatus.OPEN)
        assert not unit.alerts.update(replace(taken, acknowledged_by="Lee"), AlertStatus.OPEN)
        assert unit.alerts.get(alert.id) == taken
        assert not unit.alerts.update(samples.alert())


def test_a_code_means_the_alert_that_is_not_closed_or_else_the_latest(store):
    first, second = samples.alert(code="C4KD"), samples.alert(code="C4KD")
    elsewhere = samples.alert(code="C4KD", clinic="hilltop")
    with store.write() as unit:
        assert unit.alerts.by_code(CLINIC, "C4KD") is None
        unit.alerts.add(closed(first))
        unit.alerts.add(second)
        assert unit.alerts.by_code(CLINIC, "C4KD") == second
        unit.alerts.update(closed(second))
        assert unit.alerts.by_code(CLINIC, "C4KD") == closed(second)
        unit.alerts.add(elsewhere)
        assert unit.alerts.by_code(None, "C4KD") == elsewhere
        assert unit.alerts.by_code(CLINIC, "C4KD") == closed(second)


def test_a_code_stays_taken_for_a_while_after_the_alert_is_closed(store):
    alert = samples.alert(code="C4KD")
    with store.write() as unit:
        assert not unit.alerts.code_taken(CLINIC, "C4KD", NOW)
        unit.alerts.add(alert)
        assert unit.alerts.code_taken(CLINIC, "C4KD", NOW + timedelta(days=365))
        unit.alerts.update(closed(alert, at=NOW))
        assert unit.alerts.code_taken(CLINIC, "C4KD", NOW - MINUTE)
        assert not unit.alerts.code_taken(CLINIC, "C4KD", NOW)
        assert not unit.alerts.code_taken("hilltop", "C4KD", NOW - MINUTE)


def test_one_unclosed_alert_per_patient_and_reason(store):
    ann = samples.patient()
    fever = samples.alert(patient=ann.id, reason="fever")
    with store.write() as unit:
        unit.patients.add(ann)
        unit.alerts.add(fever)
        unit.alerts.add(samples.alert(patient=ann.id, reason="pain"))
        unit.alerts.add(closed(samples.alert(patient=ann.id, reason="fever")))
        unit.commit()
    with store.write() as unit, pytest.raises(Collision):
        unit.alerts.add(samples.alert(patient=ann.id, reason="fever"))
    with store.write() as unit:
        unit.alerts.update(closed(fever))
        unit.alerts.add(samples.alert(patient=ann.id, reason="fever"))
        unit.commit()


def test_one_unclosed_alert_per_unknown_number_and_reason(store):
    with store.write() as unit:
        unit.alerts.add(samples.alert(sender=BOB_PHONE, reason="unknown"))
        unit.alerts.add(samples.alert(sender=ANN_PHONE, reason="unknown"))
        unit.commit()
    with store.write() as unit, pytest.raises(Collision):
        unit.alerts.add(samples.alert(sender=BOB_PHONE, reason="unknown"))


def test_a_code_stands_for_one_unclosed_alert(store):
    with store.write() as unit:
        unit.alerts.add(samples.alert(code="C4KD", reason="a"))
        unit.alerts.add(samples.alert(code="C4KD", reason="a", clinic="hilltop"))
        unit.commit()
    with store.write() as unit, pytest.raises(Collision):
        unit.alerts.add(samples.alert(code="C4KD", reason="b"))


def test_unclosed_alerts_of_a_patient_of_a_number_and_of_a_clinic(store):
    ann = samples.patient()
    hers = samples.alert(patient=ann.id)
    unknown = samples.alert(sender=BOB_PHONE)
    hilltop = samples.alert(clinic="hilltop")
    with store.write() as unit:
        unit.patients.add(ann)
        for alert in (hers, unknown, hilltop, closed(samples.alert(patient=ann.id))):
            unit.alerts.add(alert)
        assert unit.alerts.unclosed_of(CLINIC, patient=ann.id) == (hers,)
        assert unit.alerts.unclosed_of(CLINIC, sender=BOB_PHONE) == (unknown,)
        assert unit.alerts.unclosed_of(CLINIC) == (hers, unknown)
        assert len(unit.alerts.of_patient(ann.id)) == 2


def test_the_list_goes_from_newest_to_oldest_page_by_page(store):
    oldest, middle, newest = (samples.alert(reason=reason) for reason in "abc")
    taken = replace(middle, status=AlertStatus.ACKNOWLEDGED)
    hilltop = samples.alert(clinic="hilltop")
    with store.write() as unit:
        for alert in (closed(oldest), taken, newest, hilltop):
            unit.alerts.add(alert)
        alerts = unit.alerts
        assert alerts.list("all", None, 10) == (hilltop, newest, taken, closed(oldest))
        assert alerts.list("all", None, 10, clinic=CLINIC) == (newest, taken, closed(oldest))
        assert alerts.list("all", newest.id, 1) == (taken,)
        assert alerts.list("open", None, 10, clinic=CLINIC) == (newest,)
        assert alerts.list("acknowledged", None, 10) == (taken,)
        assert alerts.list("closed", None, 10) == (closed(oldest),)


def test_the_history_of_an_alert_comes_oldest_first(store):
    alert = samples.alert()
    second, first = samples.entry(alert, at=NOW + MINUTE), samples.entry(alert, words=None)
    with store.write() as unit:
        unit.alerts.add(alert)
        unit.alerts.add_entry(second)
        unit.alerts.add_entry(first)
        assert unit.alerts.entries(alert.id) == (first, second)


def test_a_line_without_its_alert_is_refused(store):
    with store.write() as unit, pytest.raises(StorageError):
        unit.alerts.add_entry(samples.entry(samples.alert()))
