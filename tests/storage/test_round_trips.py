"""Whatever is stored comes back equal, to the last field, from both databases."""

from __future__ import annotations

from dataclasses import MISSING, fields
from datetime import timedelta, timezone

import pytest

from followup.domain.people import Consent, Patient, PatientDetails, PatientStatus
from followup.storage.store import Store
from tests.storage import samples
from tests.storage.samples import CLINIC, NOW


def stored_course(store: Store):
    """Ann, her infusion, its plan and an open check-in, stored."""
    ann = samples.patient()
    infusion = samples.infusion(ann)
    plan = samples.plan(infusion)
    check_in = samples.check_in(plan)
    with store.write() as unit:
        unit.patients.add(ann)
        unit.infusions.add(infusion)
        unit.plans.add(plan)
        unit.check_ins.add_many([check_in])
        unit.commit()
    return ann, infusion, plan, check_in


def test_a_whole_course_comes_back(store):
    ann, infusion, plan, check_in = stored_course(store)
    received = samples.inbound(patient=ann.id)
    answer = samples.answer(check_in, inbound=received.id)
    with store.write() as unit:
        unit.inbound.add(received)
        unit.answers.add(answer)
        unit.commit()
    with store.read() as unit:
        assert unit.patients.get(ann.id) == ann
        assert unit.infusions.get(infusion.id) == infusion
        assert unit.plans.get(plan.id) == plan
        assert unit.check_ins.get(check_in.id) == check_in
        assert unit.inbound.get(received.id) == received
        assert unit.answers.of_check_in(check_in.id) == (answer,)


def test_mail_and_alerts_come_back(store):
    ann, _, _, check_in = stored_course(store)
    received = samples.inbound(patient=ann.id)
    alert = samples.full_alert(patient=ann.id)
    entry = samples.entry(alert, inbound=received.id, check_in=check_in.id)
    message = samples.full_message(patient=ann.id, check_in=check_in.id, alert=alert.id, inbound=received.id)
    with store.write() as unit:
        unit.messages.add(message)  # before what it names: rows of one unit of work may come in any order
        unit.inbound.add(received)
        unit.alerts.add(alert)
        unit.alerts.add_entry(entry)
        unit.commit()
    with store.read() as unit:
        assert unit.messages.get(message.id) == message
        assert unit.alerts.get(alert.id) == alert
        assert unit.alerts.entries(alert.id) == (entry,)


def test_a_patient_of_whom_little_is_known_comes_back(store):
    bare = Patient(id="p1", clinic=CLINIC, external_id="1", name="Bo", timezone="UTC")
    with store.write() as unit:
        unit.patients.add(bare)
        unit.commit()
    with store.read() as unit:
        assert unit.patients.get("p1") == bare


@pytest.mark.parametrize(
    "record",
    [
        samples.patient(),
        samples.infusion(samples.patient()),
        samples.full_message(patient="p", check_in="c", alert="a", inbound="i"),
        samples.full_alert(patient="p"),
        samples.inbound(patient="p"),
    ],
    ids=lambda record: type(record).__name__,
)
def test_the_samples_leave_no_field_at_its_default(record):
    defaults = {field.name: field.default for field in fields(record) if field.default is not MISSING}
    unfilled = {name for name, default in defaults.items() if getattr(record, name) == default}
    assert unfilled <= {"state", "status"}, (
        "a field that is not filled is not tested: fill it in tests/storage/samples.py"
    )


def test_what_is_changed_comes_back_changed(store):
    ann, infusion, plan, _ = stored_course(store)
    moved = samples.patient(
        id=ann.id,
        external_id=ann.external_id,
        name="Ann Newname",
        phone=None,
        consent=Consent(),
        details=PatientDetails(),
        status=PatientStatus.ACTIVE,
    )
    later = samples.infusion(
        ann, id=infusion.id, external_id=infusion.external_id, cancelled_at=None, flags=frozenset()
    )
    revised = samples.plan(infusion, id=plan.id, revision=3)
    with store.write() as unit:
        unit.patients.update(moved)
        unit.infusions.update(later)
        assert unit.plans.update(revised, expected_revision=2)
        assert not unit.plans.update(revised, expected_revision=2)
        unit.commit()
    with store.read() as unit:
        assert unit.patients.get(ann.id) == moved
        assert unit.infusions.get(infusion.id) == later
        assert unit.plans.of_infusion(infusion.id) == revised


def test_an_instant_given_in_another_zone_is_the_same_instant(store):
    ann = samples.patient()
    nepal = timezone(timedelta(hours=5, minutes=45))
    infusion = samples.infusion(ann, ended_at=NOW.astimezone(nepal))
    with store.write() as unit:
        unit.patients.add(ann)
        unit.infusions.add(infusion)
        unit.commit()
    with store.read() as unit:
        ended_at = unit.infusions.get(infusion.id).ended_at
    assert ended_at == NOW
    assert ended_at.utcoffset() == timedelta(0)
