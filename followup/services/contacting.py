"""A try to reach a patient, inside a caller's transaction: written down, and told to the patient where it must be."""

from __future__ import annotations

from datetime import datetime

from followup.domain.alert import Alert, AlertEntry, AlertStatus, EntryKind
from followup.domain.contact import ContactResult, ContactTry, ContactWay, not_reached_by_phone
from followup.domain.level import Level
from followup.domain.message import MessageClass
from followup.domain.people import Channel, Patient, PatientStatus
from followup.ids import new_id
from followup.services.composing import Draft, compose
from followup.services.context import Published, clinic_of
from followup.storage.unit_of_work import UnitOfWork

_WAYS = {
    ContactWay.CALL: "phoned the patient",
    ContactWay.BRIDGE: "was connected to the patient's phone",
    ContactWay.IN_PERSON: "went to see the patient",
    ContactWay.EMERGENCY_CONTACT: "phoned the emergency contact",
}
_RESULTS = {
    ContactResult.REACHED: "reached",
    ContactResult.NO_ANSWER: "no answer",
    ContactResult.VOICEMAIL: "voicemail",
    ContactResult.WRONG_PERSON: "somebody else answered",
}


def add_try(uow: UnitOfWork, published: Published, tried: ContactTry, now: datetime) -> None:
    """Keep a try, with its line in the history; after calls in vain on an Emergency the patient is told so, once."""
    uow.contacts.add(tried)
    uow.audit.append(
        at=now,
        actor=f"staff:{tried.by}",
        action="contact.tried",
        subject="alert" if tried.alert else "patient",
        subject_id=tried.alert or tried.patient or tried.id,
        detail={"way": tried.way.value, "result": tried.result.value},
    )
    alert = uow.alerts.get(tried.alert) if tried.alert else None
    if alert is None:
        return
    member = published.content.configuration.staff.get(tried.by)
    uow.alerts.add_entry(
        AlertEntry(
            id=new_id(),
            alert=alert.id,
            at=tried.at,
            kind=EntryKind.CONTACT,
            level=alert.level,
            actor=member.name if member else tried.by,
            understood=f"{_WAYS[tried.way]}: {_RESULTS[tried.result]}",
            words=tried.note,
        )
    )
    if alert.level is Level.EMERGENCY and alert.status is not AlertStatus.CLOSED:
        _tell_patient(uow, published, alert, now)


def _tell_patient(uow: UnitOfWork, published: Published, alert: Alert, now: datetime) -> None:
    if not not_reached_by_phone(uow.contacts.of_alert(alert.id)):
        return
    patient = uow.patients.get(alert.patient) if alert.patient else None
    to = patient.phone if patient else alert.sender
    if to is None or _must_not_be_texted(uow, alert, patient, to):
        return
    draft = Draft(
        template="E_NOCONTACT",
        message_class=MessageClass.SAFETY,
        channel=Channel.SMS,
        to=to,
        intent=f"no-contact/{alert.id}",
        language=patient.language if patient else None,
        patient=alert.patient,
        alert=alert.id,
    )
    if uow.messages.add(compose(published, clinic_of(published.content.configuration, alert.clinic), draft, now)):
        uow.wake(draft.message_class.lane.value)


def _must_not_be_texted(uow: UnitOfWork, alert: Alert, patient: Patient | None, to: str) -> bool:
    """A text would reach nobody, or the wrong person, or put the patient in danger."""
    blocked = uow.suppressions.active(alert.clinic, Channel.SMS, to)
    held = patient is not None and patient.safe_contact_hold
    gone = patient is not None and patient.status in {PatientStatus.DECEASED, PatientStatus.IN_HOSPITAL}
    return blocked or held or gone or any(_is_held(uow, other) for other in alert.also)


def _is_held(uow: UnitOfWork, patient: str) -> bool:
    known = uow.patients.get(patient)
    return known is not None and known.safe_contact_hold
