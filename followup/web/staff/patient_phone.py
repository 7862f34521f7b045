"""Answers that a patient gives by phone, entered under the check-in and questions they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from followup.domain.access import Role, may_see
from followup.domain.plan import CheckIn
from followup.domain.schedule import Question
from followup.errors import Conflict, InvalidInput, NotFound, Problem
from followup.services.context import clinic_of
from followup.services.note_read import note_read
from followup.services.record_answer_by_phone import questions_by_phone, record
from followup.services.show_patient import PatientRecord, patient_record
from followup.services.sign_in import SignedIn
from followup.services.words_for_staff import read_out
from followup.web.site import Fields, Site


def phone_routes(site: Site) -> list[Route]:
    """The form with the questions of one check-in."""

    def shown(request: Request, who: SignedIn) -> Response:
        known, check_in = _case(site, request, who)
        note_read(
            site.context,
            actor=f"staff:{who.person}",
            subject="patient",
            subject_id=known.patient.id,
            clinic=who.clinic,
        )
        return site.show(request, "patient_phone", _values(site, who, known, check_in))

    def entered(request: Request, who: SignedIn, fields: Fields) -> Response:
        known, check_in = _case(site, request, who)
        questions = questions_by_phone(site.context, check_in.id)
        try:
            outcome = record(
                site.context,
                check_in=check_in.id,
                answers={one.key: _answer(one, fields) for one in questions},
                words=fields.get("words", ""),
                by=who.person,
                closing_text="closing_text" in fields,
            )
        except InvalidInput as refused:
            values = _values(site, who, known, check_in, typed=fields, problems=refused.problems)
            return site.show(request, "patient_phone", values, status=422)
        except Conflict as refused:
            problems = (Problem(at="answers", message=str(refused)),)
            values = _values(site, who, known, check_in, typed=fields, problems=problems)
            return site.show(request, "patient_phone", values, status=409)
        site.deps.settle()
        if outcome.alert is not None:
            return RedirectResponse(f"/staff/alerts/{outcome.alert.id}", status_code=303)
        return RedirectResponse(f"/staff/patients/{known.patient.id}#answers", status_code=303)

    path = "/staff/patients/{id}/phone/{check_in}"
    return [
        Route(path, site.staff(shown, needs=Role.NURSE), methods=["GET"]),
        Route(path, site.staff_form(entered), methods=["POST"]),
    ]


def _answer(question: Question, fields: Fields) -> str:
    """The digits ticked for a question; each side effect has a box of its own."""
    ticked = [str(option) for option in question.options if f"{question.key}.{option}" in fields]
    return " ".join([*ticked, fields.get(question.key, "")]).strip()[:60]


def _case(site: Site, request: Request, who: SignedIn) -> tuple[PatientRecord, CheckIn]:
    """The patient of the address and their check-in. Raises NotFound."""
    known = patient_record(site.context, request.path_params["id"], clinic=who.clinic)
    wanted = request.path_params["check_in"]
    check_in = next((one for one in known.check_ins if one.id == wanted), None)
    if check_in is None:
        raise NotFound("There is no such check-in.")
    return known, check_in


def _values(
    site: Site,
    who: SignedIn,
    known: PatientRecord,
    check_in: CheckIn,
    *,
    typed: Mapping[str, str] | None = None,
    problems: tuple[Problem, ...] = (),
) -> dict[str, Any]:
    configuration = site.context.content.current().content.configuration
    clinic = clinic_of(configuration, who.clinic)
    questions = [
        one for one in questions_by_phone(site.context, check_in.id) if may_see(one, prescriber=who.prescriber)
    ]
    codes = {symptom.code: symptom.names.get("en", symptom.key) for symptom in configuration.symptoms.values()}
    given = {one.question: one for one in known.answers if one.check_in == check_in.id}
    return {
        "who": who,
        "clinic": clinic,
        "zone": clinic.timezone,
        "patient": known.patient,
        "check_in": check_in,
        "questions": questions,
        "spoken": read_out(site.context, known.patient, questions),
        "codes": codes,
        "given": given,
        "typed": typed or {},
        "problems": {problem.at: problem.message for problem in problems},
    }
