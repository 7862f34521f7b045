"""Giving an alert to somebody else, inside a caller's transaction: pages, texts, calls and the end of a duty do so."""

from __future__ import annotations

from datetime import datetime

from followup.domain import passing
from followup.domain.alert import Alert, AlertEntry, AlertStatus, EntryKind
from followup.domain.schedule import Configuration, StaffMember
from followup.errors import Conflict
from followup.ids import new_id
from followup.services.turns import alert_turn
from followup.storage.unit_of_work import UnitOfWork


def hand(
    uow: UnitOfWork,
    configuration: Configuration,
    alert: Alert,
    *,
    to: StaffMember,
    actor: str,
    why: str,
    via: str,
    now: datetime,
) -> Alert:
    """Open the alert again for `to`, who is told as soon as this is committed. Raises Conflict.

    `actor` is as audit trails name one; `why` is what the history says.
    """
    if alert.status is AlertStatus.CLOSED:
        message = "this alert is closed already"
        raise Conflict(message)
    if not passing.can_be_told(to):
        message = f"{to.name} has neither phone nor e-mail in schedules.yaml, so nobody would hear of it"
        raise Conflict(message)
    uow.serialize(alert_turn(alert.id))
    handed = passing.hand_over(alert, to=to.key, now=now)
    if not uow.alerts.update(handed, expected_status=alert.status):
        message = "somebody else has just changed this alert; look again"
        raise Conflict(message)
    uow.alerts.add_entry(
        AlertEntry(
            id=new_id(),
            alert=alert.id,
            at=now,
            kind=EntryKind.HANDED_OVER,
            level=alert.level,
            actor=_named(configuration, actor),
            understood=why,
        )
    )
    uow.audit.append(
        at=now,
        actor=actor,
        action="alert.handed_over",
        subject="alert",
        subject_id=alert.id,
        detail={"to": to.key, "via": via},
    )
    uow.wake("alerts")
    return handed


def _named(configuration: Configuration, actor: str) -> str:
    member = configuration.staff.get(actor.removeprefix("staff:"))
    return member.name if member else actor
