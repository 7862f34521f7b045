"""The lists that people at a clinic work from, read from what is on file; staff pages and the digest call it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from followup.domain import digest, invitation, lists
from followup.domain.alert import Alert
from followup.domain.infusion import Infusion
from followup.domain.level import Level
from followup.domain.lists import CallEntry, EveningEntry, OnFile, RoutineEntry
from followup.domain.people import Channel, Patient
from followup.domain.schedule import Clinic
from followup.domain.tasks import Task, TaskKind
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


def lists_of_day(context: Context, clinic: str) -> tuple[tuple[CallEntry, ...], tuple[EveningEntry, ...]]:
    """Today's calls and the evening list, as the two say it by themselves; what is on file is read once for both.

    Raises NotFound for an unknown clinic.
    """
    now = context.clock.now()
    place = _clinic(context, clinic)
    with context.store.read() as uow:
        around = uow.infusions.ended_between(clinic, now - lists.LATELY, now + _AHEAD)
        today, treated = lists.of_day(around, place.timezone, now), lists.lately(around, now)
        known = _by_patient(uow, clinic, (*today.values(), *treated.values()))
    calls = [lists.call_entry(known[one], infusion, now) for one, infusion in today.items() if one in known]
    evening = [lists.evening_entry(known[one], infusion, now) for one, infusion in treated.items() if one in known]
    return lists.in_calling_order(entry for entry in calls if entry is not None), lists.in_evening_order(evening)


def routine_list(context: Context, clinic: str) -> tuple[RoutineEntry, ...]:
    """Routine alerts that are not closed, the oldest first. Raises NotFound for an unknown clinic."""
    place = _clinic(context, clinic)
    with context.store.read() as uow:
        return _routine(context, uow, place, uow.alerts.unclosed_of(clinic), context.clock.now())


def set_aside(uow: UnitOfWork, clinic: str) -> dict[str, Task]:
    """Alerts, by their ids, that somebody will call back about later, and of which nothing was heard since."""
    return {task.alert: task for task in uow.tasks.waiting_in(clinic, TaskKind.CALL_BACK)}


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
    routine = sorted(
        (alert for alert in unclosed if alert.level is Level.ROUTINE), key=lambda alert: (alert.opened_at, alert.id)
    )
    patients = uow.patients.of_ids(list({alert.patient for alert in routine if alert.patient is not None}))
    return tuple(_routine_entry(context, clinic, alert, patients.get(alert.patient or ""), now) for alert in routine)


def _routine_entry(
    context: Context, clinic: Clinic, alert: Alert, patient: Patient | None, now: datetime
) -> RoutineEntry:
    configuration = context.content.version(alert.schedule_version).configuration
    rule = configuration.rule(alert.rule)
    due_at = lists.routine_due_at(alert, configuration.chains.get(alert.chain), clinic)
    return RoutineEntry(
        alert=alert,
        patient=patient,
        reason=rule.reason if rule else alert.reason,
        due_at=due_at,
        overdue=now >= due_at,
    )


def _on_file(uow: UnitOfWork, clinic: str, infusions: Mapping[str, Infusion]) -> tuple[tuple[OnFile, Infusion], ...]:
    """What is known of each patient, beside the infusion that put them on the list."""
    known = _by_patient(uow, clinic, infusions.values())
    return tuple((known[one], infusion) for one, infusion in infusions.items() if one in known)


def _by_patient(uow: UnitOfWork, clinic: str, infusions: Iterable[Infusion]) -> Mapping[str, OnFile]:
    """What is known of each patient, read together for all of them, as far as these infusions ask for it."""
    found = {one.id: one for one in infusions}
    if not found:
        return {}
    # Only what was answered or closed since the infusion is asked about.
    since = min(one.ended_at for one in found.values())
    ids = list({one.patient for one in found.values()})
    patients = uow.patients.of_ids(ids)
    naming = lists.alerts_by_patient(uow.alerts.unclosed_of(clinic))
    phones = {one.phone for one in patients.values() if one.phone is not None}
    opted_out = uow.gathered.opted_out(clinic, Channel.SMS, phones)
    check_ins, alerts = uow.gathered.check_ins(ids, list(found)), uow.gathered.alerts_since(ids, since)
    texts = uow.gathered.last_texts(patients.values())
    to_ask = [one.id for one in patients.values() if not one.consent.sms]
    invitations = uow.gathered.messages_from(to_ask, invitation.TEMPLATE)
    answers = uow.gathered.answers(ids, since)

    def on_file(patient: Patient) -> OnFile:
        own = {alert.id: alert for alert in (*alerts.get(patient.id, ()), *naming.get(patient.id, ()))}
        return OnFile(
            patient=patient,
            check_ins=check_ins.get(patient.id, ()),
            answers=answers.get(patient.id, ()),
            messages=texts.get(patient.id, ()),
            invitations=invitations.get(patient.id, ()),
            alerts=tuple(own.values()),
            opted_out_at=opted_out.get(patient.phone or ""),
            contact_held_at=_contact_held_at(uow, patient) if patient.safe_contact_hold else None,
        )

    return {one.id: on_file(one) for one in patients.values()}


def _contact_held_at(uow: UnitOfWork, patient: Patient) -> datetime | None:
    rows = uow.audit.list(subject="patient", subject_id=patient.id)
    return next((row.at for row in rows if row.action == "patient.contact_held"), None)
