"""Patients: a list with a search, and one patient with conversation, check-ins, answers and alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from followup.domain.access import Role
from followup.domain.plan import CheckInState
from followup.services.context import clinic_of
from followup.services.note_read import note_read
from followup.services.show_patient import PatientRecord, patient_record, recent_patients, search_patients
from followup.services.sign_in import SignedIn
from followup.web.site import Fields, Site

#: So many planned check-ins are shown at once; the monthly ones after them are a click away.
NEAR = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One text of the conversation, either way. `state` and `reason` belong to ours."""

    at: datetime
    id: str
    ours: bool
    text: str
    channel: str
    state: str
    reason: str | None


def patient_routes(site: Site) -> list[Route]:
    """The list, the search and the page of one patient."""

    def recent(request: Request, who: SignedIn) -> Response:
        note_read(site.context, actor=f"staff:{who.person}", subject="patients", subject_id="recent", clinic=who.clinic)
        values = {"words": "", "found": recent_patients(site.context, who.clinic)}
        return site.show(request, "patients", _with_clinic(site, who, values))

    def searched(request: Request, who: SignedIn, fields: Fields) -> Response:
        words = fields.get("words", "").strip()[:100]
        note_read(site.context, actor=f"staff:{who.person}", subject="patients", subject_id="search", clinic=who.clinic)
        found = search_patients(site.context, who.clinic, words) if words else recent_patients(site.context, who.clinic)
        return site.show(request, "patients", _with_clinic(site, who, {"words": words, "found": found}))

    def shown(request: Request, who: SignedIn) -> Response:
        record = patient_record(site.context, request.path_params["id"], clinic=who.clinic)
        patient = record.patient
        configuration = site.context.content.current().content.configuration
        planned = [one for one in record.check_ins if one.state is CheckInState.PLANNED]
        note_read(
            site.context, actor=f"staff:{who.person}", subject="patient", subject_id=patient.id, clinic=who.clinic
        )
        values = {
            "record": record,
            "patient": patient,
            "said": _conversation(record),
            "infusions": {infusion.id: infusion for infusion in record.infusions},
            "keys": {check_in.id: check_in.key for check_in in record.check_ins},
            "questions": {key: question.short.get("en", key) for key, question in configuration.questions.items()},
            "near": [one for one in record.check_ins if one not in planned] + planned[:NEAR],
            "far": planned[NEAR:],
        }
        return site.show(request, "patient", _with_clinic(site, who, values))

    return [
        Route("/staff/patients", site.staff(recent), methods=["GET"]),
        # By POST, so that no name stands in an address or a log.
        Route("/staff/patients", site.staff_form(searched, needs=Role.VIEWER), methods=["POST"]),
        Route("/staff/patients/{id}", site.staff(shown), methods=["GET"]),
    ]


def _with_clinic(site: Site, who: SignedIn, values: dict[str, Any]) -> dict[str, Any]:
    clinic = clinic_of(site.context.content.current().content.configuration, who.clinic)
    return {"who": who, "clinic": clinic, "zone": clinic.timezone, **values}


def _conversation(record: PatientRecord) -> list[Said]:
    ours = [
        Said(
            at=message.sent_at or message.created_at,
            id=message.id,
            ours=True,
            text=message.body,
            channel=message.channel.value,
            state=message.state.value,
            reason=message.reason,
        )
        for message in record.messages
    ]
    theirs = [
        Said(
            at=inbound.received_at,
            id=inbound.id,
            ours=False,
            text=inbound.body or "(no words)",
            channel=inbound.channel.value,
            state=inbound.state.value,
            reason=None,
        )
        for inbound in record.inbound
    ]
    # Ids rise as rows are made, so they tell what came first within one instant.
    return sorted(ours + theirs, key=lambda said: (said.at, said.id))
