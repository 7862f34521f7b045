"""What is on file about a patient, changed by hand: status, consent, language, zone, number, hold, expected effects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any, Final
from zoneinfo import available_timezones

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from followup.domain import windows
from followup.domain.access import Role
from followup.domain.care import may_be_expected
from followup.domain.people import Patient, PatientStatus
from followup.errors import Conflict, InvalidInput, Problem
from followup.services import edit_patient, keep_notes
from followup.services.context import clinic_of
from followup.services.note_read import note_read
from followup.services.show_patient import PatientRecord, patient_record
from followup.services.sign_in import SignedIn
from followup.web.api.fields import phone_number
from followup.web.api.reading import Wrong
from followup.web.site import Fields, Site

#: What patients in the US live by; any other zone may be typed.
_COMMON_ZONES: Final = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
)

Step = Callable[[Site, Patient, SignedIn, Fields], None]


def file_routes(site: Site) -> list[Route]:
    """The page with every form, and where each form goes."""

    def shown(request: Request, who: SignedIn) -> Response:
        return _show(site, request, who)

    def route(name: str, step: Step, needs: Role = Role.NURSE) -> Route:
        def taken(request: Request, who: SignedIn, fields: Fields) -> Response:
            patient = patient_record(site.context, request.path_params["id"], clinic=who.clinic).patient
            try:
                step(site, patient, who, fields)
            except InvalidInput as refused:
                return _show(site, request, who, form=name, wrong=refused.problems[0].message, typed=fields, status=422)
            except Conflict as refused:
                return _show(site, request, who, form=name, wrong=str(refused), typed=fields, status=409)
            site.deps.settle()
            return RedirectResponse(f"/staff/patients/{patient.id}/file?kept={name}#{name}", status_code=303)

        return Route(f"/staff/patients/{{id}}/file/{name}", site.staff_form(taken, needs=needs), methods=["POST"])

    return [
        Route("/staff/patients/{id}/file", site.staff(shown), methods=["GET"]),
        route("status", _status),
        route("confirm", _confirm),
        route("consent", _consent),
        route("language", _language),
        route("zone", _zone),
        route("phone", _phone),
        # Whoever releases a hold answers for somebody's safety at home.
        route("release", _release, Role.LEAD),
        route("expect", _expect),
        route("expect-no-more", _expect_no_more),
    ]


# --- one step for each form ----------------------------------------------------------------------


def _status(site: Site, patient: Patient, who: SignedIn, fields: Fields) -> None:
    try:
        status = PatientStatus(fields.get("status", ""))
    except ValueError:
        raise _wrong("status", "choose where the patient stands") from None
    until = _end_of_pause(fields.get("until", ""), patient.timezone) if status is PatientStatus.PAUSED else None
    edit_patient.set_status(site.context, patient.id, status, until=until, by=who.person)


def _end_of_pause(typed: str, zone: str) -> datetime | None:
    """The morning of the day that was chosen, where the patient is."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return windows.instant_of(day, time(0), zone) if 2000 <= day.year < 2100 else None


def _confirm(site: Site, patient: Patient, who: SignedIn, _fields: Fields) -> None:
    edit_patient.confirm_status(site.context, patient.id, by=who.person)


def _consent(site: Site, patient: Patient, who: SignedIn, fields: Fields) -> None:
    edit_patient.set_consent(
        site.context,
        patient.id,
        sms="sms" in fields,
        email="email" in fields,
        text=fields.get("text", ""),
        method=fields.get("method", ""),
        by=who.person,
    )


def _language(site: Site, patient: Patient, who: SignedIn, fields: Fields) -> None:
    edit_patient.set_language(site.context, patient.id, fields.get("language", ""), by=who.person)


def _zone(site: Site, patient: Patient, who: SignedIn, fields: Fields) -> None:
    zone = fields.get("zone", "").strip()
    if zone not in _zones():
        raise _wrong("zone", "give a time zone by its name, such as America/Chicago")
    edit_patient.set_zone(site.context, patient.id, zone, by=who.person)


def _phone(site: Site, patient: Patient, who: SignedIn, fields: Fields) -> None:
    try:
        number = phone_number(fields.get("phone", "").strip()[:60])
    except Wrong as wrong:
        raise _wrong("phone", f"this {wrong}") from None
    edit_patient.set_phone(site.context, patient.id, number, by=who.person)


def _release(site: Site, patient: Patient, who: SignedIn, _fields: Fields) -> None:
    edit_patient.release_hold(site.context, patient.id, by=who.person)


def _expect(site: Site, patient: Patient, who: SignedIn, fields: Fields) -> None:
    keep_notes.expect(
        site.context,
        patient=patient.id,
        symptom=fields.get("symptom", ""),
        severity=_number(fields.get("severity", "")),
        days=_number(fields.get("days", "")),
        by=who.person,
    )


def _expect_no_more(site: Site, patient: Patient, who: SignedIn, fields: Fields) -> None:
    keep_notes.expect_no_more(site.context, patient=patient.id, level=fields.get("level", ""), by=who.person)


def _number(typed: str) -> int:
    """A small whole number; anything else is one that no form takes."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 4 else 0


def _wrong(at: str, message: str) -> InvalidInput:
    return InvalidInput("Nothing was changed.", (Problem(at=at, message=message),))


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - {"localtime", "Factory"}


# --- the page ------------------------------------------------------------------------------------


def _show(
    site: Site,
    request: Request,
    who: SignedIn,
    *,
    form: str | None = None,
    wrong: str | None = None,
    typed: Fields | None = None,
    status: int = 200,
) -> Response:
    record = patient_record(site.context, request.path_params["id"], clinic=who.clinic)
    note_read(
        site.context, actor=f"staff:{who.person}", subject="patient", subject_id=record.patient.id, clinic=who.clinic
    )
    kept = request.query_params.get("kept")
    values = {
        **_values(site, who, record),
        "form": form,
        "wrong": wrong,
        "typed": defaultdict(str, typed or {}),
        "kept": kept,
    }
    return site.show(request, "patient_file", values, status=status)


def _values(site: Site, who: SignedIn, record: PatientRecord) -> dict[str, Any]:
    configuration = site.context.content.current().content.configuration
    clinic = clinic_of(configuration, who.clinic)
    now = site.context.clock.now()
    patient = record.patient
    return {
        "who": who,
        "may_write": who.role.may(Role.NURSE),
        "may_release": who.role.may(Role.LEAD),
        "clinic": clinic,
        "zone": clinic.timezone,
        "record": record,
        "patient": patient,
        "statuses": tuple(PatientStatus),
        "languages": sorted(configuration.languages),
        "zones": tuple(dict.fromkeys((patient.timezone, clinic.timezone, *_COMMON_ZONES))),
        "tomorrow": (windows.local_date(now, patient.timezone) + timedelta(days=1)).isoformat(),
        "symptoms": {key: one.names.get("en", key) for key, one in configuration.symptoms.items()},
        "expectable": [key for key, one in configuration.symptoms.items() if may_be_expected(configuration, one)],
        "expected": [one for one in record.expected if one.holds(now)],
        "names": {key: member.name for key, member in configuration.staff.items()},
    }
