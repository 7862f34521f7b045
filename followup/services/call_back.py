"""A routine alert is set aside until a time at which somebody promised to call; it stays open. Pages call it."""

from __future__ import annotations

from datetime import datetime

from followup.domain import windows
from followup.domain.alert import AlertEntry, AlertStatus, EntryKind
from followup.domain.ending import RETRY_AT_MOST
from followup.domain.level import Level
from followup.domain.tasks import Task, TaskKind
from followup.errors import Conflict, InvalidInput, NotFound, Problem
from followup.ids import new_id
from followup.services.context import Context, clinic_of, staff_by_name
from followup.services.turns import alert_turn
from followup.storage.unit_of_work import UnitOfWork


def call_back(context: Context, *, alert: str, by: str, at: datetime | None) -> None:
    """Set the alert with id `alert` aside until `at`, in place of a time that was named before.

    `by` is a staff key or name. What comes in meanwhile puts it back on the list at once. Raises NotFound, Conflict
    where it is closed or not routine (nobody may wait there), InvalidInput for a time that is past or far away.
    """
    now = context.clock.now()
    configuration = context.content.current().content.configuration
    member = staff_by_name(configuration, by)
    if at is None or not now < at <= now + RETRY_AT_MOST:
        wrong = Problem(at="call back", message=f"give a time from now to {RETRY_AT_MOST.days} days ahead")
        raise InvalidInput("It was not set aside.", (wrong,))
    with context.store.write(urgent=True) as uow:
        uow.serialize(alert_turn(alert))
        known = uow.alerts.get(alert)
        if known is None:
            raise NotFound("There is no such alert.")
        if known.status is AlertStatus.CLOSED or known.level is not Level.ROUTINE:
            raise Conflict("Only an open routine alert can be set aside.")
        uow.tasks.plan(
            Task(
                id=new_id(),
                clinic=known.clinic,
                alert=known.id,
                patient=known.patient,
                kind=TaskKind.CALL_BACK,
                due_at=at,
                made_at=now,
                made_by=member.key,
            )
        )
        uow.wake("tasks")
        clinic = clinic_of(configuration, known.clinic)
        said = f"to be called back {windows.local(at, clinic.timezone).strftime('%a %d %b %H:%M')}"
        _note(uow, alert, member.name, said, now)
        uow.audit.append(
            at=now,
            actor=f"staff:{member.key}",
            action="alert.call_back",
            subject="alert",
            subject_id=known.id,
            detail={"due_at": at.isoformat()},
        )
        uow.commit()


def _note(uow: UnitOfWork, alert: str, actor: str, text: str, now: datetime) -> None:
    uow.alerts.add_entry(
        AlertEntry(
            id=new_id(), alert=alert, at=now, kind=EntryKind.NOTE, level=Level.ROUTINE, actor=actor, understood=text
        )
    )
