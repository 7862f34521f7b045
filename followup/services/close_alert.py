"""An alert ends, with an outcome and the minutes it took."""

from __future__ import annotations

from dataclasses import replace

from followup.domain.alert import ROUTINE_OUTCOMES, Alert, AlertEntry, AlertStatus, EntryKind, Outcome
from followup.domain.level import Level
from followup.errors import Conflict, InvalidInput, NotFound, Problem
from followup.ids import new_id
from followup.services.context import Context, staff_by_name


def close(
    context: Context, *, alert: str, person: str, outcome: Outcome, minutes: int | None, note: str | None, via: str
) -> Alert:
    """Close an alert. Raises NotFound, Conflict when it is closed already, InvalidInput for a wrong outcome.

    An open alert may be closed by whoever dealt with it; that takes it too.
    """
    now = context.clock.now()
    published = context.content.current()
    member = staff_by_name(published.content.configuration, person)
    with context.store.write(urgent=True) as uow:
        known = uow.alerts.get(alert)
        if known is None:
            message = "there is no such alert"
            raise NotFound(message)
        _check(known, outcome, minutes)
        closed = replace(
            known,
            status=AlertStatus.CLOSED,
            next_action_at=None,
            acknowledged_by=known.acknowledged_by or member.name,
            acknowledged_at=known.acknowledged_at or now,
            acknowledged_via=known.acknowledged_via or via,
            closed_at=now,
            closed_by=member.name,
            outcome=outcome,
            minutes=minutes,
            note=note,
        )
        if not uow.alerts.update(closed, expected_status=known.status):
            message = "somebody else has just changed this alert; look again"
            raise Conflict(message)
        uow.alerts.add_entry(
            AlertEntry(
                id=new_id(),
                alert=alert,
                at=now,
                kind=EntryKind.CLOSED,
                level=known.level,
                actor=member.name,
                understood=f"closed: {outcome.value.replace('_', ' ')}",
                words=note,
            )
        )
        uow.audit.append(
            at=now,
            actor=f"staff:{member.key}",
            action="alert.closed",
            subject="alert",
            subject_id=alert,
            detail={"outcome": outcome.value, "via": via, "minutes": minutes},
        )
        uow.commit()
    return closed


def _check(alert: Alert, outcome: Outcome, minutes: int | None) -> None:
    if alert.status is AlertStatus.CLOSED:
        message = "this alert is closed already"
        raise Conflict(message)
    problems: list[Problem] = []
    if outcome in ROUTINE_OUTCOMES and alert.level.at_least(Level.URGENT):
        problems.append(Problem(at="outcome", message=f"{outcome.value} closes routine alerts only"))
    if minutes is not None and not 0 <= minutes <= 24 * 60:
        problems.append(Problem(at="minutes", message="give the minutes spent, 0 to 1440"))
    if minutes is None and alert.level.at_least(Level.URGENT):
        problems.append(Problem(at="minutes", message="give the minutes spent on it"))
    if problems:
        summary = "the alert was not closed"
        raise InvalidInput(summary, tuple(problems))
