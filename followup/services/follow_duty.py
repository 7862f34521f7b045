"""An alert that somebody took on duty goes with the duty when it passes on. Called by the worker's ticker."""

from __future__ import annotations

from datetime import datetime

from followup.domain import passing
from followup.domain.alert import Alert
from followup.services.context import Context, Published
from followup.services.duty import configuration_now
from followup.services.handing import hand
from followup.storage.unit_of_work import UnitOfWork


def follow_duty(context: Context) -> int:
    """Hand over every taken alert whose duty is somebody else's now, one transaction each; returns how many."""
    now = context.clock.now()
    with context.store.read() as uow:
        taken = uow.alerts.taken_on_duty()
        if not taken:
            return 0
        configuration = configuration_now(uow, context.content.current(), now)
    due = [alert for alert in taken if passing.heir(alert, configuration, now) is not None]
    return sum(_follow(context, alert) for alert in due)


def due_at(uow: UnitOfWork, context: Context, published: Published) -> datetime | None:
    """When the next duty ends on which an alert was taken that is not closed."""
    now = context.clock.now()
    taken = uow.alerts.taken_on_duty()
    if not taken:
        return None
    configuration = configuration_now(uow, published, now)
    ends = (passing.duty_ends_at(alert, configuration, now) for alert in taken)
    return min((end for end in ends if end is not None), default=None)


def _follow(context: Context, seen: Alert) -> bool:
    now = context.clock.now()
    published = context.content.current()
    with context.store.write(urgent=True) as uow:
        configuration = configuration_now(uow, published, now)
        alert = uow.alerts.get(seen.id)
        heir = passing.heir(alert, configuration, now) if alert is not None else None
        if alert is None or heir is None:
            return False
        member = configuration.staff[heir]
        why = f"the duty passed on: from {alert.acknowledged_by} to {member.name}"
        hand(uow, configuration, alert, to=member, actor="service", why=why, via="duty", now=now)
        uow.commit()
    return True
