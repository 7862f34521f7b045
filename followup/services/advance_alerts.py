"""Alerts whose next action is due: the chain moves on, and its notices are queued. Called by the worker's ticker."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from followup.domain import account_of_alert, escalation
from followup.domain.alert import Alert, AlertEntry, AlertStatus, EntryKind
from followup.domain.message import MessageClass
from followup.domain.people import Channel
from followup.domain.schedule import Configuration, EventKind
from followup.ids import new_id
from followup.services.alerting import raise_event
from followup.services.composing import Draft, compose
from followup.services.context import Context, Published, clinic_of
from followup.services.duty import configuration_now
from followup.services.notices import NOT_CLOSED, queue_notice
from followup.storage.unit_of_work import UnitOfWork

#: An alert whose move cannot be made is looked at again this soon, so that one bad row never stops the rest.
POISON_WAIT = timedelta(seconds=30)
_LEASE = timedelta(seconds=30)


def advance_due(context: Context, limit: int = 50) -> int:
    """Make the next move of every due alert, one transaction each; returns how many moved."""
    now = context.clock.now()
    with context.store.read() as uow:
        if not uow.alerts.due(now, 1):
            return 0
    with context.store.write(urgent=True) as uow:
        mine = uow.leases.take("advance_alerts", context.worker, now, now + _LEASE)
        due = uow.alerts.due(now, limit) if mine else ()
        uow.commit()
    moved = sum(_advance(context, alert) for alert in due)
    if mine:
        with context.store.write(urgent=True) as uow:
            uow.leases.release("advance_alerts", context.worker)
            uow.commit()
    return moved


def _advance(context: Context, seen: Alert) -> bool:
    try:
        return _advance_one(context, seen)
    except Exception:
        with context.store.write(urgent=True) as uow:
            alert = uow.alerts.get(seen.id)
            if alert is not None and alert.status is not AlertStatus.CLOSED:
                uow.alerts.update(replace(alert, next_action_at=context.clock.now() + POISON_WAIT))
            uow.commit()
        raise


def _advance_one(context: Context, seen: Alert) -> bool:
    now = context.clock.now()
    published = context.content.current()
    with context.store.write(urgent=True) as uow:
        alert = uow.alerts.get(seen.id)
        if alert is None or alert.next_action_at is None or alert.next_action_at > now:
            return False
        configuration = configuration_now(uow, published, now)
        opened_under = context.content.version(alert.schedule_version).configuration
        chain = escalation.chain_of(alert, opened_under, configuration)
        move = escalation.advance(alert, chain, configuration, now)
        # The history is read for this one step alone: a chain that climbed all night has hundreds of lines.
        if move.tell_sender and account_of_alert.taken_since_words(uow.alerts.entries(alert.id)):
            move = escalation.advance(alert, chain, configuration, now, taken_since=True)
        uow.alerts.update(move.alert, expected_status=alert.status)
        if alert.status is AlertStatus.ACKNOWLEDGED:
            _entry(uow, move.alert, EntryKind.RAISED, NOT_CLOSED, now)
        for notice in move.notices:
            queue_notice(uow, context, published, move.alert, notice, now)
        _note(uow, move, published.content.configuration, now)
        if move.tell_sender:
            _tell_sender(uow, published, move.alert, now)
        if move.unreachable:
            _tell_of_gaps(uow, published, move, now)
        uow.commit()
    return True


def _note(uow: UnitOfWork, move: escalation.Advance, configuration: Configuration, now: datetime) -> None:
    if not move.notices:
        _entry(uow, move.alert, EntryKind.NOTE, "overdue" if not move.unreachable else "nobody could be told", now)
        return
    told = [f"{configuration.staff[notice.person].name} by {notice.channel.value}" for notice in move.notices]
    _entry(uow, move.alert, EntryKind.NOTIFIED, f"told {', '.join(told)}", now)


def _entry(uow: UnitOfWork, alert: Alert, kind: EntryKind, text: str, now: datetime) -> None:
    uow.alerts.add_entry(
        AlertEntry(id=new_id(), alert=alert.id, at=now, kind=kind, level=alert.level, actor="service", understood=text)
    )


def _tell_sender(uow: UnitOfWork, published: Published, alert: Alert, now: datetime) -> None:
    """Once: nobody has answered yet, do not wait for us. It goes the way of every safety text."""
    patient = uow.patients.get(alert.patient) if alert.patient else None
    to = patient.phone if patient else alert.sender
    if to is None or (patient is not None and patient.safe_contact_hold):
        return
    draft = Draft(
        template="E_NOACK",
        message_class=MessageClass.SAFETY,
        channel=Channel.SMS,
        to=to,
        intent=f"no-acknowledgement/{alert.id}",
        language=patient.language if patient else None,
        patient=alert.patient,
        alert=alert.id,
    )
    clinic = clinic_of(published.content.configuration, alert.clinic)
    if uow.messages.add(compose(published, clinic, draft, now)):
        uow.wake(draft.message_class.lane.value)


def _tell_of_gaps(uow: UnitOfWork, published: Published, move: escalation.Advance, now: datetime) -> None:
    if move.alert.patient is None and move.alert.sender is None:
        return  # the alert is itself about the configuration; its fallback person has been told
    clinic = clinic_of(published.content.configuration, move.alert.clinic)
    raise_event(
        uow,
        published,
        clinic,
        EventKind.CONFIGURATION,
        now=now,
        actor="service",
        note=f"not everybody who should be told could be: {', '.join(move.unreachable)}",
    )
