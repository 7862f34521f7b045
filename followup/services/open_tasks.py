"""What people have to come back to, when its time has come: it becomes an alert. Called by the worker's ticker."""

from __future__ import annotations

from datetime import datetime

from followup.domain import escalation
from followup.domain.alert import Alert, AlertEntry, AlertStatus, EntryKind
from followup.domain.ending import reopened
from followup.domain.schedule import Clinic, Rule
from followup.domain.tasks import Task, TaskKind, rule_of
from followup.domain.triage import Triage
from followup.ids import new_id
from followup.services.alerting import Concern, raise_concern
from followup.services.context import Context, Published, clinic_of
from followup.services.taking import chain_of
from followup.storage.unit_of_work import UnitOfWork


def open_due_tasks(context: Context, limit: int = 50) -> int:
    """Turn every task that is due into an alert, one transaction each; returns how many."""
    now = context.clock.now()
    with context.store.read() as uow:
        due = uow.tasks.due(now, limit)
    return sum(_open_one(context, task) for task in due)


def _open_one(context: Context, task: Task) -> bool:
    now = context.clock.now()
    published = context.content.current()
    with context.store.write(urgent=True) as uow:
        source = uow.alerts.get(task.alert)
        if source is None or not uow.tasks.finish(task, at=now):
            return False
        if task.kind is TaskKind.CALL_BACK:
            _back_on_the_list(uow, source, now)
            uow.commit()
            return True
        rule = rule_of(task.kind)
        opened = _again(uow, published, source, now) if rule is None else _call(uow, published, source, rule, now)
        if opened is not None:
            uow.tasks.finished_as(task, opened.id)
        uow.commit()
    return True


def _back_on_the_list(uow: UnitOfWork, alert: Alert, now: datetime) -> None:
    """It was open all the time: it stands where it stood before somebody set it aside."""
    if alert.status is not AlertStatus.CLOSED:
        _note(uow, alert, EntryKind.NOTE, "time to call back", now)


def _again(uow: UnitOfWork, published: Published, alert: Alert, now: datetime) -> Alert | None:
    """Open the very alert again, or add to the one that was opened for the same reason meanwhile."""
    if alert.status is not AlertStatus.CLOSED:
        return alert
    known = uow.alerts.unclosed_of(alert.clinic, patient=alert.patient, sender=alert.sender)
    standing = next((one for one in known if one.reason == alert.reason), None)
    if standing is not None:
        _note(uow, standing, EntryKind.ADDED, f"{alert.code} was closed with nobody reached; it goes on here", now)
        return standing
    clinic = clinic_of(published.content.configuration, alert.clinic)
    chain = chain_of(alert, published.content.configuration)
    begins = now
    if chain.work_list is not None:
        begins = escalation.first_action_at(Triage(rules=()), chain, clinic, now)
    again = reopened(alert, begins=begins, now=now)
    uow.alerts.update(again, expected_status=AlertStatus.CLOSED)
    _note(uow, again, EntryKind.REOPENED, _said(alert), now)
    _audit(uow, again, now)
    uow.wake("alerts")
    return again


def _said(alert: Alert) -> str:
    outcome = alert.outcome.value.replace("_", " ") if alert.outcome else "not reached"
    return f"open again: closed by {alert.closed_by or 'somebody'} as {outcome}"


def _call(uow: UnitOfWork, published: Published, source: Alert, rule: Rule, now: datetime) -> Alert | None:
    """A routine alert for the call that is due, with the alert it comes from in its words."""
    clinic: Clinic = clinic_of(published.content.configuration, source.clinic)
    concern = Concern(
        clinic=clinic,
        triage=Triage(rules=(rule,)),
        understood=f"{rule.reason} (alert {source.code})",
        inputs={"alert": source.code},
        patient=source.patient,
        also=source.also,
        sender=source.sender,
    )
    return raise_concern(uow, published, concern, actor="service", now=now)


def _note(uow: UnitOfWork, alert: Alert, kind: EntryKind, text: str, now: datetime) -> None:
    uow.alerts.add_entry(
        AlertEntry(id=new_id(), alert=alert.id, at=now, kind=kind, level=alert.level, actor="service", understood=text)
    )


def _audit(uow: UnitOfWork, alert: Alert, now: datetime) -> None:
    uow.audit.append(
        at=now,
        actor="service",
        action="alert.reopened",
        subject="alert",
        subject_id=alert.id,
        detail={"code": alert.code},
    )
