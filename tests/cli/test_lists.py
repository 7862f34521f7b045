"""`followup lists` and `followup patient invite`: the day's lists from the terminal, and asking for consent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from followup.bootstrap.demo import Demo
from followup.domain.people import Consent
from followup.services.record_infusion import NewInfusion, NewPatient, record_infusion
from tests.cli.conftest import SUNDAY, Command


def treated(clinic: Demo, patient: str, *, consent: Consent) -> None:
    """Somebody was treated this morning."""
    about = NewPatient(id=patient, name="Eve Stone", phone="+13125550188", language="en", timezone="America/Chicago")
    new = NewInfusion(
        id=f"I-{patient}",
        clinic=next(iter(clinic.context.content.current().content.configuration.clinics)),
        patient=replace(about, consent=consent),
        treatment="ketamine",
        indication="chronic_pain",
        ended_at=SUNDAY - timedelta(hours=1),
    )
    record_infusion(clinic.context, new, actor="test")


def test_all_three_lists_for_people(followup: Command, clinic: Demo) -> None:
    treated(clinic, "P-900", consent=Consent())
    done = followup("lists")
    assert done.code == 0
    for heading in ("Phone today", "Nobody forgotten", "Work list"):
        assert heading in done.out
    assert "has not agreed to texts" in done.out
    assert "Eve" not in done.out


def test_one_list_for_programs(followup: Command, clinic: Demo) -> None:
    treated(clinic, "P-900", consent=Consent())
    calls = followup("lists", "same-day", "--json").json["same-day"]
    assert [call["patient"] for call in calls] == ["P-900"]
    evening = followup("lists", "evening", "--json").json["evening"]
    assert {"P-900", "P-101"} <= {entry["patient"] for entry in evening}
    routine = followup("lists", "routine", "--json").json["routine"]
    assert calls[0]["alerts"] in {entry["alert"] for entry in routine}


def test_an_unknown_clinic_or_list_is_refused(followup: Command, clinic: Demo) -> None:
    assert followup("lists", "--clinic", "elsewhere").code == 1
    assert followup("lists", "yearly").code == 2


def test_consent_is_asked_once(followup: Command, clinic: Demo) -> None:
    treated(clinic, "P-900", consent=Consent())
    asked = followup("patient", "invite", "P-900")
    assert (asked.code, asked.out) == (
        0,
        "P-900 is asked by text, within their own hours; the answer 1 is the consent.\n",
    )
    again = followup("patient", "invite", "P-900")
    assert again.code == 1
    assert "was invited within the last 7 days" in again.err
    assert followup("patient", "invite", "P-101").code == 1


def test_reading_the_lists_is_in_the_audit_trail(followup: Command, clinic: Demo) -> None:
    place = next(iter(clinic.context.content.current().content.configuration.clinics))
    followup("lists", "routine")
    with clinic.context.store.read() as uow:
        rows = uow.audit.list(subject="lists", subject_id=place)
    assert [row.action for row in rows] == ["lists.read"]
    assert rows[0].actor.startswith("terminal")
