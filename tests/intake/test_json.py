"""JSON in the API's shape, and FHIR R4 resources as systems export them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from followup.intake.found import Format, Unreadable
from tests.intake.files import ENDED, only, read, refusals, warnings

INFUSION: dict[str, Any] = {
    "id": "V-1",
    "patient": {"id": "P-1", "name": "Ann Lee", "phone": "+13125550142"},
    "treatment": "ketamine",
    "ended_at": "2026-11-22T15:04:00-06:00",
}


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (json.dumps(INFUSION), Format.JSON),
        (json.dumps(INFUSION, indent=2), Format.JSON),
        (json.dumps([INFUSION]), Format.JSON),
        ("\ufeff" + json.dumps([INFUSION], indent=1), Format.JSON),
        (json.dumps({"infusions": [INFUSION]}), Format.JSON),
        (json.dumps({"next": None, "items": [INFUSION]}, indent=3), Format.JSON),
        (json.dumps(INFUSION) + "\n\n", Format.JSON),
    ],
)
def test_one_object_a_list_or_a_wrapped_list(content, form):
    assert read(content).format is form
    raw = only(content)
    assert raw["patient"]["timezone"] == "America/Chicago"
    assert raw["clinic"] == "prairie"


def test_one_infusion_a_line_and_a_bad_line_costs_no_other():
    lines = [json.dumps(INFUSION), '{"id": "V-2",', "[1]", json.dumps(INFUSION | {"id": "V-4"})]
    reading = read("\n".join(lines))
    assert reading.format is Format.JSON_LINES
    assert [draft.raw["id"] for draft in reading.drafts if draft.raw is not None] == ["V-1", "V-4"]
    assert refusals("\n".join(lines)) == [
        "line 2: is not readable JSON",
        "line 3: is no infusion, which is an object",
    ]


def test_each_entry_of_a_list_has_its_line():
    content = json.dumps([INFUSION, 7], indent=2)
    reading = read(content)
    assert [draft.line for draft in reading.drafts] == [2, content.count("\n")]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ('[{"id": 1},\n {"id": }]', "line 2, column 9"),
        ('[{"id": 1}', "line 1, column 11"),
        ('[{"id": 1}] trailing', "line 1, column 11"),
        ('{"id": 1, "id": 2}', "line 1, column 1"),
        ('[{"id": NaN}]', "line 1, column 2"),
        ("[" * 100_000, "line 1"),
        ("{", "line 1, column 2"),
    ],
)
def test_broken_json_is_told_with_its_place(content, place):
    with pytest.raises(Unreadable) as refused:
        read(content)
    assert str(refused.value).startswith(place)


def test_a_time_without_offset_is_the_clinics():
    assert only(json.dumps(INFUSION | {"ended_at": "2026-11-22T15:04"}))["ended_at"] == ENDED
    missing = json.dumps(INFUSION | {"ended_at": "2026-03-08T02:30"})
    assert only(missing)["ended_at"] == "2026-03-08T08:30:00+00:00"
    assert "left out" in warnings(missing)[0]
    assert refusals(json.dumps(INFUSION | {"ended_at": "2026-02-30T02:30"})) == [
        "line 1, ended_at: is no time that there is"
    ]


PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "pat",
    "identifier": [
        {"type": {"coding": [{"code": "SS"}]}, "value": "000-00-0000"},
        {
            "type": {"coding": [{"code": "MR"}]},
            "value": "P-1",
        },
    ],
    "name": [{"use": "nickname", "text": "Annie"}, {"use": "official", "family": "Lee", "given": ["Ann", "M"]}],
    "telecom": [
        {"system": "phone", "value": "312-555-0100", "use": "home", "rank": 1},
        {"system": "phone", "value": "tel:+1-312-555-0142", "use": "mobile"},
        {"system": "email", "value": "ann@example.org"},
        {"system": "email", "value": "old@example.org", "use": "old"},
    ],
    "communication": [
        {"language": {"coding": [{"code": "en"}]}},
        {"language": {"coding": [{"code": "es", "display": "Spanish"}]}, "preferred": True},
    ],
    "birthDate": "1984-05-31",
    "address": [{"line": ["1 Main St"], "city": "Chicago", "state": "IL", "postalCode": "60601"}],
    "contact": [{"name": {"text": "Bob Lee"}, "telecom": [{"system": "phone", "value": "312-555-0199"}]}],
}
PROCEDURE: dict[str, Any] = {
    "resourceType": "Procedure",
    "id": "proc",
    "identifier": [{"value": "V-1"}],
    "status": "completed",
    "subject": {"reference": "Patient/pat"},
    "code": {"coding": [{"display": "Intravenous infusion"}], "text": "Ketamine infusion"},
    "reasonCode": [{"coding": [{"code": "F33.2", "display": "Major depression, recurrent"}]}],
    "performedPeriod": {"start": "2026-11-22T14:20:00-06:00", "end": "2026-11-22T15:04:00-06:00"},
}
PAIN: dict[str, Any] = {
    "resourceType": "Observation",
    "id": "pain",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "72514-3"}]},
    "subject": {"reference": "Patient/pat"},
    "effectiveDateTime": "2026-11-22T13:50:00-06:00",
    "valueInteger": 6,
}


def bundle(*resources: dict[str, Any]) -> str:
    entries = [{"fullUrl": f"urn:uuid:{each['id']}", "resource": each} for each in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})


def test_a_procedure_and_its_patient():
    content = bundle(PATIENT, PROCEDURE, PAIN)
    assert read(content).format is Format.FHIR
    assert only(content) == {
        "id": "V-1",
        "clinic": "prairie",
        "patient": {
            "id": "P-1",
            "name": "Ann M Lee",
            "phone": "+13125550142",
            "email": "ann@example.org",
            "language": "es",
            "timezone": "America/Chicago",
            "birth_date": "1984-05-31",
            "address": "1 Main St, Chicago, IL, 60601",
            "emergency_contact": "Bob Lee, 312-555-0199",
        },
        "treatment": "ketamine",
        "indication": "depression",
        "ended_at": "2026-11-22T15:04:00-06:00",
        "baseline": {"pain": 6.0},
    }


@pytest.mark.parametrize(
    "medication",
    [
        {"medicationCodeableConcept": {"text": "Ketamine 50 mg in NaCl"}},
        {"medicationCodeableConcept": {"coding": [{"code": "6130"}]}},
        {"medicationReference": {"reference": "#med"}, "contained": [
            {"resourceType": "Medication", "id": "med", "code": {"text": "ketamine"}}]},
    ],
)  # fmt: skip
def test_a_medication_administration(medication):
    event = {"resourceType": "MedicationAdministration", "id": "ma", "status": "completed",
             "subject": {"reference": "urn:uuid:pat"}, "effectivePeriod": {"end": "2026-11-22T21:04:00Z"}}  # fmt: skip
    raw = only(bundle(PATIENT, event | medication))
    assert (raw["id"], raw["treatment"], raw["ended_at"]) == ("ma", "ketamine", "2026-11-22T21:04:00Z")


def test_resources_one_a_line_as_a_bulk_export_gives_them():
    assert only(json.dumps(PATIENT) + "\n" + json.dumps(PROCEDURE))["patient"]["id"] == "P-1"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": "entered-in-error"}, "is not completed"),
        ({"status": "in-progress"}, "is not completed"),
        ({"subject": {"reference": "Patient/other"}}, "names no Patient"),
        ({"subject": None}, "names no Patient"),
        ({"performedPeriod": {"start": "2026-11-22T15:04:00Z"}}, "ended_at: is not given"),
        ({"performedPeriod": {"end": "2026-11-22"}}, "with its offset"),
        ({"code": None}, "treatment: is not given"),
    ],
)
def test_events_that_cannot_be_followed(change, reason):
    (told,) = refusals(bundle(PATIENT, PROCEDURE | change))
    assert reason in told


def test_a_single_moment_is_taken_as_the_end_with_a_warning():
    event = {name: value for name, value in PROCEDURE.items() if name != "performedPeriod"}
    content = bundle(PATIENT, event | {"performedDateTime": "2026-11-22T15:04:00-06:00"})
    assert only(content)["ended_at"] == "2026-11-22T15:04:00-06:00"
    assert "taken as the end" in warnings(content)[0]


@pytest.mark.parametrize("odd", [None, 7, "text", [], [None, 7], {}, {"coding": "text"}, [{"value": 3}], True])
@pytest.mark.parametrize(
    "name", ["identifier", "name", "telecom", "communication", "birthDate", "address", "contact", "extension"]
)
def test_odd_values_in_fhir_never_break_it(name, odd):
    content = bundle(PATIENT | {name: odd}, PROCEDURE)
    assert len(read(content).drafts) == 1


def test_fhir_without_an_infusion_is_told():
    with pytest.raises(Unreadable, match="no Procedure and no MedicationAdministration"):
        read(bundle(PATIENT))
