"""Patients are found by the clinic's id, by how they are reached, and by the words of their names."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from followup.domain.people import Channel
from followup.storage.errors import Collision
from tests.storage import samples
from tests.storage.samples import ANN_PHONE, CLINIC, NOW


def test_by_the_clinics_own_id(store):
    ann = samples.patient(external_id="MRN-1")
    with store.write() as unit:
        unit.patients.add(ann)
        unit.patients.add(samples.patient(external_id="MRN-1", clinic="hilltop"))
        assert unit.patients.by_external_id(CLINIC, "MRN-1") == ann
        assert unit.patients.by_external_id(CLINIC, "MRN-2") is None
        assert unit.patients.get("nowhere") is None
        with pytest.raises(Collision):
            unit.patients.add(samples.patient(external_id="MRN-1"))


def test_by_address_oldest_first(store):
    ann, son = samples.patient(), samples.patient(name="Son", email=None)
    elsewhere = samples.patient(clinic="hilltop")
    with store.write() as unit:
        for patient in (ann, son, elsewhere):
            unit.patients.add(patient)
        patients = unit.patients
        assert patients.by_address(CLINIC, Channel.SMS, ANN_PHONE) == (ann, son)
        assert patients.by_address(CLINIC, Channel.VOICE, ANN_PHONE) == (ann, son)
        assert patients.by_address(None, Channel.SMS, ANN_PHONE) == (ann, son, elsewhere)
        assert patients.by_address(CLINIC, Channel.EMAIL, "ann.canary@EXAMPLE.org ") == (ann,)
        assert patients.by_address(CLINIC, Channel.EMAIL, ANN_PHONE) == ()


def test_a_changed_number_is_found_and_the_old_one_is_not(store):
    ann = samples.patient()
    with store.write() as unit:
        unit.patients.add(ann)
        unit.patients.update(replace(ann, phone="+13125550177"))
        assert unit.patients.by_address(CLINIC, Channel.SMS, ANN_PHONE) == ()
        assert len(unit.patients.by_address(CLINIC, Channel.SMS, "+13125550177")) == 1


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("josé", True),
        ("JOSE", True),
        ("jo on", True),
        ("oneil", True),
        ("O'Neil", True),
        ("smi", True),
        ("maximiliano-federico", True),
        ("  smith   jose ", True),
        ("MRN-77", True),
        ("j", False),
        ("ose", False),
        ("jose miller", False),
        ("mrn", False),
        ("", False),
        ("'", False),
    ],
)
def test_by_the_words_of_a_name(store, words, found):
    with store.write() as unit:
        unit.patients.add(samples.patient(name="José O'Neil-Smith Maximiliano Federico", external_id="MRN-77"))
        assert bool(unit.patients.search(CLINIC, words)) is found
        assert unit.patients.search("hilltop", words) == ()


def test_a_new_name_is_found_and_the_old_one_is_not(store):
    ann = samples.patient(name="Ann Able")
    with store.write() as unit:
        unit.patients.add(ann)
        renamed = replace(ann, name="Ann Baker")
        unit.patients.update(renamed)
        assert unit.patients.search(CLINIC, "baker") == (renamed,)
        assert unit.patients.search(CLINIC, "able") == ()


def test_the_list_goes_page_by_page(store):
    first, second = samples.patient(), samples.patient()
    elsewhere = samples.patient(clinic="hilltop")
    with store.write() as unit:
        for patient in (first, second, elsewhere):
            unit.patients.add(patient)
        assert unit.patients.list(None, 10) == (first, second, elsewhere)
        assert unit.patients.list(CLINIC, 10) == (first, second)
        assert unit.patients.list(CLINIC, 1) == (first,)
        assert unit.patients.list(CLINIC, 10, first.id) == (second,)


def test_infusions_of_a_patient_oldest_first_and_of_a_clinic_newest_first(store):
    ann = samples.patient()
    early = samples.infusion(ann, ended_at=NOW - timedelta(days=7), recorded_at=NOW - timedelta(days=7))
    late = samples.infusion(ann)
    with store.write() as unit:
        unit.patients.add(ann)
        unit.infusions.add(late)
        unit.infusions.add(early)
        infusions = unit.infusions
        assert infusions.of_patient(ann.id) == (early, late)
        assert infusions.latest_since(CLINIC, NOW - timedelta(days=30)) == (late, early)
        assert infusions.latest_since(CLINIC, NOW) == (late,)
        assert infusions.latest_since("hilltop", NOW) == ()
        week = timedelta(days=7)
        assert infusions.recorded_since(CLINIC, NOW - week) == (early.recorded_at, late.recorded_at)
        assert infusions.recorded_since("hilltop", NOW - week) == ()
        assert infusions.ended_between(CLINIC, early.ended_at, late.ended_at) == (early, late)
        assert infusions.ended_between(CLINIC, early.ended_at, late.ended_at - timedelta(seconds=1)) == (early,)
        assert infusions.ended_between("hilltop", early.ended_at, late.ended_at) == ()
        assert infusions.by_external_id(CLINIC, late.external_id) == late
        assert infusions.by_external_id("hilltop", late.external_id) is None
