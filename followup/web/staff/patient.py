"""Patients: a list with a search, one patient's page, texting with them, and notes on them."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from followup.domain.access import Role
from followup.errors import Conflict, InvalidInput
from followup.services import human_chat
from followup.services.access import seen_record
from followup.services.context import clinic_of
from followup.services.keep_notes import add_note
from followup.services.note_read import note_read
from followup.services.send_personal import NeedsConfirmation, send
from followup.services.show_patient import patient_record, recent_patients, search_patients
from followup.services.sign_in import SignedIn
from followup.web.api.fields import number_sought
from followup.web.site import Fields, Site
from followup.web.staff.live import part
from followup.web.staff.patient_file import file_routes
from followup.web.staff.patient_page import Draft, show_patient_page, talk_values
from followup.web.staff.patient_phone import phone_routes

#: Longer ones are refused by the service; this only bounds what is looked at.
_LONGEST = 5000


def patient_routes(site: Site) -> list[Route]:
    """The list, the search, the page of one patient and all that is done on it."""
    return [*_list_routes(site), *_page_routes(site), *file_routes(site), *phone_routes(site)]


def _list_routes(site: Site) -> list[Route]:
    def recent(request: Request, who: SignedIn) -> Response:
        note_read(site.context, actor=f"staff:{who.person}", subject="patients", subject_id="recent", clinic=who.clinic)
        values = {"words": "", "found": recent_patients(site.context, who.clinic)}
        return site.show(request, "patients", _with_clinic(site, who, values))

    def searched(request: Request, who: SignedIn, fields: Fields) -> Response:
        words = fields.get("words", "").strip()[:100]
        note_read(site.context, actor=f"staff:{who.person}", subject="patients", subject_id="search", clinic=who.clinic)
        found = (
            search_patients(site.context, who.clinic, words, number_sought(words))
            if words
            else recent_patients(site.context, who.clinic)
        )
        return site.show(request, "patients", _with_clinic(site, who, {"words": words, "found": found}))

    return [
        Route("/staff/patients", site.staff(recent), methods=["GET"]),
        # By POST, so that no name stands in an address or a log.
        Route("/staff/patients", site.staff_form(searched, needs=Role.VIEWER), methods=["POST"]),
    ]


def _page_routes(site: Site) -> list[Route]:
    def shown(request: Request, who: SignedIn) -> Response:
        return show_patient_page(site, request, who)

    def renewed(request: Request, who: SignedIn) -> Response:
        # The same page renewing itself: one reading, which was noted when it was opened.
        record = patient_record(site.context, request.path_params["id"], clinic=who.clinic)
        record = seen_record(site.context, who, record)
        return part(site, request, "patient_talk", talk_values(site, request, who, record, Draft()))

    def written(request: Request, who: SignedIn, fields: Fields) -> Response:
        return _send(site, request, who, fields)

    def begun(request: Request, who: SignedIn, _fields: Fields) -> Response:
        patient = _own_patient(site, request, who)
        human_chat.start(site.context, patient=patient, by=who.person)
        return _back(patient)

    def ended(request: Request, who: SignedIn, _fields: Fields) -> Response:
        patient = _own_patient(site, request, who)
        human_chat.end(site.context, patient=patient, by=who.person)
        site.deps.settle()
        return _back(patient)

    def noted(request: Request, who: SignedIn, fields: Fields) -> Response:
        patient = _own_patient(site, request, who)
        try:
            add_note(site.context, patient=patient, text=fields.get("text", ""), by=who.person)
        except InvalidInput as refused:
            return show_patient_page(site, request, who, note=refused.problems[0].message, status=422)
        return RedirectResponse(f"/staff/patients/{patient}#notes", status_code=303)

    here = "/staff/patients/{id}"
    return [
        Route(here, site.staff(shown), methods=["GET"]),
        Route(f"{here}/talk", site.staff(renewed, active=False), methods=["GET"]),
        Route(f"{here}/texts", site.staff_form(written), methods=["POST"]),
        Route(f"{here}/talk/begin", site.staff_form(begun), methods=["POST"]),
        Route(f"{here}/talk/end", site.staff_form(ended), methods=["POST"]),
        Route(f"{here}/notes", site.staff_form(noted), methods=["POST"]),
    ]


def _send(site: Site, request: Request, who: SignedIn, fields: Fields) -> Response:
    patient = _own_patient(site, request, who)
    text = fields.get("text", "")[:_LONGEST]
    try:
        send(
            site.context,
            patient=patient,
            text=text,
            by=who.person,
            answering=None,
            confirmed="confirmed" in fields,
            hold="hold" in fields,
            key=fields.get("press", "")[:64] or None,
        )
    except InvalidInput as refused:
        draft = Draft(text=text, refused=refused.problems[0].message)
        return show_patient_page(site, request, who, draft=draft, status=422)
    except NeedsConfirmation as warned:
        draft = Draft(text=text, cautions=warned.cautions)
        return show_patient_page(site, request, who, draft=draft, status=409)
    except Conflict as refused:
        return show_patient_page(site, request, who, draft=Draft(text=text, refused=str(refused)), status=409)
    site.deps.settle()
    return _back(patient)


def _own_patient(site: Site, request: Request, who: SignedIn) -> str:
    """The patient of the address, where they are of the clinic that somebody is signed in to. Raises NotFound."""
    return patient_record(site.context, request.path_params["id"], clinic=who.clinic).patient.id


def _back(patient: str) -> Response:
    return RedirectResponse(f"/staff/patients/{patient}#conversation", status_code=303)


def _with_clinic(site: Site, who: SignedIn, values: dict[str, Any]) -> dict[str, Any]:
    clinic = clinic_of(site.context.content.current().content.configuration, who.clinic)
    return {"who": who, "clinic": clinic, "zone": clinic.timezone, **values}
