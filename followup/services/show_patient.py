"""Everything about one patient's follow-up: as JSON for `GET /api/patients/{id}`, as records for the staff pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from followup.domain.alert import Alert
from followup.domain.care import ExpectedLevel, Note
from followup.domain.contact import ContactTry
from followup.domain.infusion import Infusion
from followup.domain.message import Message
from followup.domain.people import Channel, Patient
from followup.domain.plan import Answer, CheckIn
from followup.domain.received import Inbound
from followup.domain.talk import Chat
from followup.errors import NotFound
from followup.services.context import Context, only_clinic
from followup.storage.unit_of_work import UnitOfWork

#: How far back the list of patients looks when nobody is searched for.
RECENT = timedelta(days=14)
MOST_PATIENTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRecord:
    """One patient with all rows, oldest first; messages to staff are left out."""

    patient: Patient
    infusions: tuple[Infusion, ...]
    check_ins: tuple[CheckIn, ...]
    messages: tuple[Message, ...]
    inbound: tuple[Inbound, ...]
    answers: tuple[Answer, ...]
    alerts: tuple[Alert, ...]
    opted_out: bool
    notes: tuple[Note, ...] = ()
    contacts: tuple[ContactTry, ...] = ()
    chats: tuple[Chat, ...] = ()
    expected: tuple[ExpectedLevel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientLine:
    """One line of the list of patients; `latest` is the infusion that put it there, None for one searched for."""

    patient: Patient
    latest: Infusion | None


def patient_view(context: Context, clinic: str | None, external_id: str) -> dict[str, Any]:
    """A patient by the clinic's own id, as the API shows it. Raises NotFound."""
    key = only_clinic(context.content.current().content.configuration, clinic).key
    with context.store.read() as uow:
        return _view(_record(uow, uow.patients.by_external_id(key, external_id)))


def patient_record(context: Context, patient_id: str, *, clinic: str) -> PatientRecord:
    """A patient by our own id. Raises NotFound, also for another clinic's patient."""
    with context.store.read() as uow:
        patient = uow.patients.get(patient_id)
        return _record(uow, patient if patient is not None and patient.clinic == clinic else None)


def recent_patients(context: Context, clinic: str) -> tuple[PatientLine, ...]:
    """Patients of the latest infusions, the newest first, each once."""
    with context.store.read() as uow:
        infusions = uow.infusions.latest_since(clinic, context.clock.now() - RECENT)
        newest = {one.patient: one for one in sorted(infusions, key=lambda one: one.ended_at)}
        latest = sorted(newest.values(), key=lambda one: one.ended_at, reverse=True)[:MOST_PATIENTS]
        pairs = [(uow.patients.get(one.patient), one) for one in latest]
    return tuple(PatientLine(patient=patient, latest=one) for patient, one in pairs if patient is not None)


def search_patients(context: Context, clinic: str, words: str, number: str | None = None) -> tuple[PatientLine, ...]:
    """Patients whose name has words that begin so, or who have exactly that id at the clinic.

    `number`: what the words are as a phone number (E.164), where they are one; then also whoever has it.
    """
    with context.store.read() as uow:
        by_id = uow.patients.by_external_id(clinic, words.strip())
        by_number = uow.patients.by_address(clinic, Channel.SMS, number) if number is not None else ()
        found = (by_id,) if by_id else by_number or uow.patients.search(clinic, words)
    return tuple(PatientLine(patient=patient, latest=None) for patient in found[:MOST_PATIENTS])


def _record(uow: UnitOfWork, patient: Patient | None) -> PatientRecord:
    if patient is None:
        raise NotFound("There is no such patient.")
    messages = (message for message in uow.messages.of_patient(patient.id) if not message.message_class.for_staff)
    return PatientRecord(
        patient=patient,
        infusions=uow.infusions.of_patient(patient.id),
        check_ins=tuple(sorted(uow.check_ins.of_patient(patient.id), key=lambda one: (one.due_at, one.id))),
        messages=tuple(messages),
        inbound=uow.inbound.of_patient(patient.id),
        answers=uow.answers.of_patient(patient.id),
        alerts=uow.alerts.of_patient(patient.id),
        notes=uow.notes.of_patient(patient.id),
        contacts=uow.contacts.of_patient(patient.id),
        chats=uow.chats.of_patient(patient.id),
        expected=uow.expected_levels.of_patient(patient.id),
        opted_out=patient.phone is not None and uow.suppressions.active(patient.clinic, Channel.SMS, patient.phone),
    )


def _view(record: PatientRecord) -> dict[str, Any]:
    patient = record.patient
    clinic_ids = {infusion.id: infusion.external_id for infusion in record.infusions}
    return {
        "id": patient.external_id,
        "clinic": patient.clinic,
        "status": patient.status.value,
        "language": patient.language,
        "timezone": patient.timezone,
        "opted_out": record.opted_out,
        "infusions": [_infusion(infusion) for infusion in record.infusions],
        "check_ins": [_check_in(check_in, clinic_ids) for check_in in record.check_ins],
        "messages": [_message(message) for message in record.messages],
        "answers": [_answer(answer) for answer in record.answers],
        "alerts": [alert.id for alert in record.alerts],
    }


def _infusion(infusion: Infusion) -> dict[str, Any]:
    return {
        "id": infusion.external_id,
        "treatment": infusion.treatment,
        "indication": infusion.indication,
        "ended_at": infusion.ended_at.isoformat(),
        "cancelled_at": _iso(infusion.cancelled_at),
    }


def _check_in(check_in: CheckIn, clinic_ids: dict[str, str]) -> dict[str, Any]:
    return {
        "id": check_in.id,
        "key": check_in.key,
        "infusion": clinic_ids.get(check_in.infusion),
        "state": check_in.state.value,
        "reason": check_in.reason,
        "due_at": check_in.due_at.isoformat(),
        "sent_at": _iso(check_in.sent_at),
        "closed_at": _iso(check_in.closed_at),
    }


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "class": message.message_class.value,
        "channel": message.channel.value,
        "to": message.to,
        "state": message.state.value,
        "reason": message.reason,
        "created_at": message.created_at.isoformat(),
        "sent_at": _iso(message.sent_at),
        "provider_id": message.provider_id,
        "template": message.template,
        "check_in": message.check_in,
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "question": answer.question,
        "value": _number(answer.value),
        "codes": list(answer.codes),
        "severity": answer.severity,
        "text": answer.text,
        "at": answer.at.isoformat(),
        "check_in": answer.check_in,
        "late": answer.late,
    }


def _number(value: float | None) -> float | int | None:
    """7 rather than 7.0, as the patient wrote it."""
    return int(value) if value is not None and value == int(value) else value


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
