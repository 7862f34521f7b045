"""The lists that people at a clinic work from, read from what is on file; staff pages and the digest call it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from followup.domain import digest, lists
from followup.domain.alert import Alert
from followup.domain.infusion import Infusion
from followup.domain.level import Level
from followup.domain.lists import CallEntry, EveningEntry, OnFile, RoutineEntry
from followup.domain.people import Channel, Patient
from followup.domain.schedule import Clinic
from followup.services.context import Context, clinic_of
from followup.storage.unit_of_work import UnitOfWork

#: An infusion may be recorded this long before it ends, and today ends within a day.
_AHEAD = timedelta(days=2)


def same_day_calls(context: Context, clinic: str) -> tuple[CallEntry, ...]:
    """Patients of today's infusions who get no texts, each with the reason and since when; nobody called yet first.

    `clinic` is its key. Raises NotFound for an unknown one.
    """
    now = context.clock.now()
    place = _clinic(context, clinic)
    with context.store.read() as uow:
        around = uow.infusions.ended_between(clinic, now - _AHEAD, now + _AHEAD)
        today = lists.of_day(around, place.timezone, now)
        entries = [lists.call_entry(on_file, infusion, now) for on_file, infusion in _on_file(uow, clinic, today)]
    return lists.in_calling_order(entry for entry in entries if entry is not None)


def evening_list(context: Context, clinic: str) -> tuple[EveningEntry, ...]:
    """Every patient treated within the last 72 hours, each once: a task, a contact, or a reason why not.

    Raises NotFound for an unknown clinic.
    """
    now = context.clock.now()
    _clinic(context, clinic)
    with context.store.read() as uow:
        return _evening(uow, clinic, now)


def routine_list(context: Context, clinic: str) -> tuple[RoutineEntry, ...]:
    """Routine alerts that are not closed, the oldest first. Raises NotFound for an unknown clinic."""
    place = _clinic(context, clinic)
    with context.store.read() as uow:
        return _routine(context, uow, place, uow.alerts.unclosed_of(clinic), context.clock.now())


def counts(context: Context, clinic: str) -> digest.Counts:
    """The numbers of the morning digest. Raises NotFound for an unknown clinic."""
    now = context.clock.now()
    place = _clinic(context, clinic)
    with context.store.read() as uow:
        unclosed = uow.alerts.unclosed_of(clinic)
        return digest.counts(unclosed, _routine(context, uow, place, unclosed, now), _evening(uow, clinic, now))


def _clinic(context: Context, key: str) -> Clinic:
    return clinic_of(context.content.current().content.configuration, key)


def _evening(uow: UnitOfWork, clinic: str, now: datetime) -> tuple[EveningEntry, ...]:
    treated = lists.lately(uow.infusions.ended_between(clinic, now - lists.LATELY, now), now)
    on_file = _on_file(uow, clinic, treated)
    return lists.in_evening_order(lists.evening_entry(one, infusion, now) for one, infusion in on_file)


def _routine(
    context: Context, uow: UnitOfWork, clinic: Clinic, unclosed: Iterable[Alert], now: datetime
) -> tuple[RoutineEntry, ...]:
    entries = [_routine_entry(context, uow, clinic, alert, now) for alert in unclosed if alert.level is Level.ROUTINE]
    return tuple(sorted(entries, key=lambda entry: (entry.alert.opened_at, entry.alert.id)))


def _routine_entry(context: Context, uow: UnitOfWork, clinic: Clinic, alert: Alert, now: datetime) -> RoutineEntry:
    configuration = context.content.version(alert.schedule_version).configuration
    rule = configuration.rule(alert.rule)
    due_at = lists.routine_due_at(alert, configuration.chains.get(alert.chain), clinic)
    return RoutineEntry(
        alert=alert,
        patient=uow.patients.get(alert.patient) if alert.patient else None,
        reason=rule.reason if rule else alert.reason,
        due_at=due_at,
        overdue=now >= due_at,
    )


def _on_file(uow: UnitOfWork, clinic: str, infusions: Mapping[str, Infusion]) -> tuple[tuple[OnFile, Infusion], ...]:
    """What is known of each patient, beside the infusion that put them on the list."""
    unclosed = lists.alerts_by_patient(uow.alerts.unclosed_of(clinic))
    found = []
    for patient_id, infusion in infusions.items():
        patient = uow.patients.get(patient_id)
        if patient is not None:
            found.append((_load(uow, patient, unclosed.get(patient_id, ())), infusion))
    return tuple(found)


def _load(uow: UnitOfWork, patient: Patient, unclosed: tuple[Alert, ...]) -> OnFile:
    alerts = {alert.id: alert for alert in (*uow.alerts.of_patient(patient.id), *unclosed)}
    return OnFile(
        patient=patient,
        check_ins=uow.check_ins.of_patient(patient.id),
        answers=uow.answers.of_patient(patient.id),
        messages=uow.messages.of_patient(patient.id),
        alerts=tuple(alerts.values()),
        opted_out_at=_opted_out_at(uow, patient),
        contact_held_at=_contact_held_at(uow, patient) if patient.safe_contact_hold else None,
    )


def _opted_out_at(uow: UnitOfWork, patient: Patient) -> datetime | None:
    if patient.phone is None:
        return None
    opt_outs = uow.suppressions.history(patient.clinic, Channel.SMS, patient.phone)
    return next((one.began_at for one in opt_outs if one.lifted_at is None), None)


def _contact_held_at(uow: UnitOfWork, patient: Patient) -> datetime | None:
    rows = uow.audit.list(subject="patient", subject_id=patient.id)
    return next((row.at for row in rows if row.action == "patient.contact_held"), None)
