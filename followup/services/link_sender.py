"""Somebody says which patient an unknown or shared number belongs to, or whose text it was. The inbox calls it."""

from __future__ import annotations

from dataclasses import replace

from followup.domain.alert import Alert, AlertEntry, AlertStatus, EntryKind
from followup.domain.people import Patient
from followup.errors import Conflict, NotFound
from followup.ids import new_id
from followup.services.context import Context, staff_by_name
from followup.services.turns import alert_turn
from followup.storage.unit_of_work import UnitOfWork


def link(context: Context, *, alert: str, patient: str, by: str, clinic: str) -> Alert:
    """File an alert of an unknown or shared number, and the texts in it, under `patient` (our id); `by` a staff key.

    The patient's number on file stays as it is. Raises NotFound; Conflict for an alert that is closed or a
    patient's already, and where the patient has one open for the same reason.
    """
    now = context.clock.now()
    member = staff_by_name(context.content.current().content.configuration, by)
    with context.store.write(urgent=True) as uow:
        known, person = _known(uow, alert, patient, clinic)
        uow.serialize(alert_turn(alert))
        standing = [one for one in uow.alerts.unclosed_of(clinic, patient=person.id) if one.reason == known.reason]
        if standing:
            raise Conflict(
                f"this patient has {standing[0].code} open for the same reason; answer there, and close this one"
            )
        linked = replace(known, patient=person.id, also=())
        if not uow.alerts.update(linked, expected_status=known.status):
            raise Conflict("somebody else has just changed this alert; look again")
        _file_texts(uow, alert, person)
        uow.alerts.add_entry(
            AlertEntry(
                id=new_id(),
                alert=alert,
                at=now,
                kind=EntryKind.NOTE,
                level=known.level,
                actor=member.name,
                understood=f"filed under a patient by {member.name}",
            )
        )
        uow.audit.append(
            at=now,
            actor=f"staff:{member.key}",
            action="alert.linked",
            subject="alert",
            subject_id=alert,
            detail={"patient": person.id},
            clinic=clinic,
        )
        uow.commit()
    return linked


def _known(uow: UnitOfWork, alert: str, patient: str, clinic: str) -> tuple[Alert, Patient]:
    known, person = uow.alerts.get(alert), uow.patients.get(patient)
    if known is None or known.clinic != clinic or person is None or person.clinic != clinic:
        raise NotFound("There is no such alert or patient.")
    if known.status is AlertStatus.CLOSED:
        raise Conflict("this alert is closed already")
    if known.patient is not None:
        raise Conflict("this alert is a patient's already")
    return known, person


def _file_texts(uow: UnitOfWork, alert: str, person: Patient) -> None:
    """The texts of the alert that were nobody's stand on the patient's page from now on."""
    for entry in uow.alerts.entries(alert):
        inbound = uow.inbound.get(entry.inbound) if entry.inbound else None
        if inbound is not None and inbound.patient is None:
            uow.inbound.update(replace(inbound, patient=person.id))
