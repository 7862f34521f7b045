"""Files recorded row by row, on both databases: good rows are taken, bad ones named, a second time changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from followup.domain.plan import CheckInState
from followup.errors import NotFound
from followup.intake.found import DayOrder, Unreadable
from followup.services.import_infusions import Imported, Wishes, import_infusions
from followup.services.import_report import refusal_report, report, summary
from followup.web.api.infusion_shape import read_infusion
from tests.support.clinic import Clinic

HEADINGS = "Visit ID,MRN,Patient Name,Cell Phone,Infusion End,Treatment,Baseline Pain,SMS Consent,Language"
ANN = "V-1,P-1,Ann Lee,312-555-0142,11/22/2026 3:04 PM,Ketamine,5,Yes,English"
BOB = "V-2,P-2,Bob Day,312-555-0143,11/22/2026 4:30 PM,Ketamine,8,Yes,English"


def bring(at: Clinic, *rows: str, headings: str = HEADINGS, **wishes: object) -> Imported:
    data = "\n".join((headings, *rows)).encode()
    return import_infusions(at.context, data, read_infusion, Wishes(**wishes), actor="test")  # type: ignore[arg-type]


def counts(imported: Imported) -> tuple[int, int, int]:
    return imported.recorded, imported.known, imported.refused


def everything(clinic: Clinic) -> tuple[Any, ...]:
    """All that a file can change."""
    with clinic.store.read() as uow:
        patients = uow.patients.list(None, 100)
        return tuple(
            (patient, uow.infusions.of_patient(patient.id), uow.check_ins.of_patient(patient.id),
             uow.messages.of_patient(patient.id), uow.alerts.of_patient(patient.id))
            for patient in patients
        )  # fmt: skip


def test_good_rows_are_taken_and_each_bad_one_is_named(clinic: Clinic) -> None:
    imported = bring(clinic, ANN, BOB.replace("312-555-0143", "555-0143"), "V-3,P-3,,312-555-0144,,,,,")
    assert counts(imported) == (1, 0, 2)
    assert [str(remark) for remark in imported.refusals] == [
        "line 3, column D (Cell Phone): has no area code",
        "line 4, column C (Patient Name): is empty",
        "line 4, column F (Treatment): is empty",
        "line 4, column E (Infusion End): is empty",
    ]
    (known,) = everything(clinic)
    patient, infusions, check_ins, messages, alerts = known
    assert (patient.name, patient.phone, patient.consent.sms, patient.language) == (
        "Ann Lee",
        "+13125550142",
        True,
        "en",
    )
    assert infusions[0].ended_at == datetime(2026, 11, 22, 21, 4, tzinfo=UTC)
    assert check_ins[0].state is CheckInState.PLANNED
    assert (messages, alerts) == ((), ())


def test_importing_twice_changes_nothing(clinic: Clinic) -> None:
    assert counts(bring(clinic, ANN, BOB)) == (2, 0, 0)
    before = everything(clinic)
    clinic.clock.move_to(clinic.clock.now() + timedelta(minutes=5))
    assert counts(bring(clinic, BOB, ANN)) == (0, 2, 0)
    assert everything(clinic) == before


def test_a_mended_file_may_be_sent_whole(clinic: Clinic) -> None:
    assert counts(bring(clinic, ANN, BOB.replace("Yes", "maybe"))) == (1, 0, 1)
    assert counts(bring(clinic, ANN, BOB)) == (1, 1, 0)


def test_other_facts_are_a_conflict_and_other_demographics_are_not(clinic: Clinic) -> None:
    bring(clinic, ANN)
    imported = bring(clinic, ANN.replace("3:04", "2:04"))
    assert "recorded with other facts (ended_at)" in str(imported.refusals[0])
    assert counts(bring(clinic, ANN.replace("0142", "0199"))) == (0, 1, 0)
    assert everything(clinic)[0][0].phone == "+13125550199"


def test_one_infusion_told_twice_in_a_file(clinic: Clinic) -> None:
    imported = bring(clinic, ANN, ANN.replace("3:04", "2:04"), ANN.replace("V-1", "V-9"), ANN)
    assert counts(imported) == (1, 1, 2)
    assert [str(remark) for remark in imported.refusals] == [
        "line 3: the same infusion stands in line 2 with other facts",
        "line 4: the same patient has an infusion that ended at this moment in line 2, under another id",
    ]


def test_an_infusion_known_under_another_id_is_refused(clinic: Clinic) -> None:
    bring(clinic, ANN)
    imported = bring(clinic, ANN.removeprefix("V-1,"), headings=HEADINGS.removeprefix("Visit ID,"))
    assert "is recorded under another id" in str(imported.refusals[0])


def test_one_patient_with_two_names_is_pointed_out(clinic: Clinic) -> None:
    imported = bring(clinic, ANN, BOB.replace("P-2", "P-1"))
    assert counts(imported) == (2, 0, 0)
    assert [str(remark) for remark in imported.warnings] == [
        "line 3, column C (Patient Name): the same patient has another name in line 2"
    ]


def test_a_dry_run_tells_the_same_and_keeps_nothing(clinic: Clinic) -> None:
    rows = (ANN, BOB, ANN.replace("3:04", "2:04"), BOB.replace("0143", "014"))
    tried = bring(clinic, *rows, dry_run=True)
    assert everything(clinic) == ()
    done = bring(clinic, *rows)
    assert counts(tried) == counts(done) == (2, 0, 2)
    assert tried.refusals == done.refusals
    assert tried.first == done.first
    assert "would be recorded" in summary(tried)[0]


def test_the_end_tells_which_first_check_ins_come_too_late(clinic: Clinic) -> None:
    early = "V-3,P-3,Eve Day,312-555-0144,11/22/2026 9:30 AM,Ketamine,5,Yes,English"
    old = "V-4,P-4,Dan Day,312-555-0145,10/22/2026 3:04 PM,Ketamine,5,Yes,English"
    counted, impossible = summary(bring(clinic, ANN, BOB, early, old))
    assert counted == "4 rows of CSV (UTF-8): 4 recorded, 0 known already, 0 refused."
    assert impossible == (
        "C1 already impossible for 2 of 4 (1: its time had passed when the file came; "
        "1: the infusion ended too long ago and is kept as history)."
    )
    assert summary(bring(clinic, ANN)) == ["1 row of CSV (UTF-8): 0 recorded, 1 known already, 0 refused."]


def test_history_raises_no_alert_and_what_is_missing_today_does(clinic: Clinic) -> None:
    bare = "V-5,P-5,Flo Day,312-555-0146,{},Mystery,,,"
    bring(clinic, bare.format("10/22/2026 3:04 PM"))
    assert clinic.alerts() == ()
    bring(clinic, bare.replace("V-5,P-5", "V-6,P-6").format("11/22/2026 3:04 PM"))
    assert clinic.alerts() != ()


def test_an_end_too_far_ahead_is_refused_at_its_column(clinic: Clinic) -> None:
    imported = bring(clinic, ANN.replace("11/22/2026", "12/22/2026"))
    assert [str(remark) for remark in imported.refusals] == [
        "line 2, column E (Infusion End): lies more than 24 hours ahead; check date and offset"
    ]


def test_what_is_said_beside_the_file(clinic: Clinic) -> None:
    row = ANN.replace("11/22/2026", "11/12/2026").replace("Ketamine,", "")
    headings = HEADINGS.replace("Treatment,", "")
    with pytest.raises(Unreadable):
        bring(clinic, row, headings=headings, treatment="ketamine")
    imported = bring(clinic, row, headings=headings, treatment="ketamine", order=DayOrder.MONTH_FIRST, clinic="prairie")
    assert counts(imported) == (1, 0, 0)
    with pytest.raises(NotFound):
        bring(clinic, row, clinic="elsewhere")


def test_a_failure_inside_costs_its_own_row(clinic: Clinic) -> None:
    def check(raw, configuration, now):
        if raw["id"] == "V-1":
            raise RuntimeError("Ann Lee")
        return read_infusion(raw, configuration, now)

    data = f"{HEADINGS}\n{ANN}\n{BOB}".encode()
    imported = import_infusions(clinic.context, data, check, Wishes(), actor="test")
    assert counts(imported) == (1, 0, 1)
    assert [str(remark) for remark in imported.refusals] == [
        "line 2: could not be recorded; the log says where it failed"
    ]


def test_progress_is_told(clinic: Clinic) -> None:
    told: list[tuple[int, int]] = []
    data = f"{HEADINGS}\n{ANN}\n{BOB}".encode()
    import_infusions(
        clinic.context, data, read_infusion, Wishes(), actor="test", progress=lambda *done: told.append(done)
    )
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_the_report_for_the_sender_names_places_and_nobody(clinic: Clinic) -> None:
    imported = bring(clinic, ANN, BOB.replace("312-555-0143", "Zelda 99887"), ANN.replace("V-1", "V-8"))
    text = report(imported, clinic.clock.now(), "abc123")
    assert text.startswith("Infusions received 2026-11-23 00:00 UTC, file abc123\n\n3 rows of CSV")
    assert "- line 3, column D (Cell Phone): has letters in it" in text
    assert "- line 4: the same patient" in text
    assert not [word for word in ("Ann", "Lee", "Bob", "Zelda", "0142", "99887", "P-1", "V-1") if word in text]
    assert "Nothing of this file was taken: the file is empty." in refusal_report(
        "the file is empty", clinic.clock.now(), "abc123"
    )


def test_json_in_the_shape_of_the_api_is_checked_as_there(clinic: Clinic) -> None:
    data = b"""[{"id": "V-1", "patient": {"id": "P-1", "name": "Ann Lee", "phone": "312-555-0142"},
      "treatment": "ketamine", "ended_at": "2026-11-22T15:04"},
     {"id": "V-2", "patient": {"id": "P-2", "name": "Bob", "phone": "1"}, "treatment": "ketamine",
      "ended_at": "2026-11-22T15:04", "colour": "red"}]"""
    imported = import_infusions(clinic.context, data, read_infusion, Wishes(), actor="test")
    assert counts(imported) == (1, 0, 1)
    assert {remark.column for remark in imported.refusals} == {"patient.phone", "colour"}
    assert {remark.line for remark in imported.refusals} == {3}
