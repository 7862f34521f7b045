"""What staff see of alerts: the list, and one alert with all that stands behind it. Web, terminal and tests call it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from followup.domain import escalation
from followup.domain.alert import Alert, AlertEntry, AlertStatus
from followup.domain.level import Level
from followup.domain.message import Message
from followup.domain.people import Channel, Patient, PatientDetails
from followup.domain.schedule import Clinic, Configuration
from followup.errors import InvalidInput, NotFound, Problem
from followup.services.context import Context, clinic_of
from followup.services.duty import configuration_now
from followup.storage.unit_of_work import UnitOfWork

STATUSES = ("open", "acknowledged", "closed", "all")
MOST_ALERTS = 200


class NextKind(StrEnum):
    """What the service will do next about an alert, if nobody does anything."""

    TELL = "tell"  # the next people of the chain are told
    RAISE = "raise"  # it was taken and not closed: everything begins anew
    OVERDUE = "overdue"  # it is marked overdue on the work list
    REMIND = "remind"  # those who look after the work list are told


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """When it will be done, and the names of the people who will be told; `ways` has them by what is done first."""

    kind: NextKind
    at: datetime
    people: tuple[str, ...]
    ways: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MetRule:
    """A rule that was met, as it stood in the version that judged; `names_alert` marks the one that named the alert."""

    id: str
    level: Level
    reason: str
    names_alert: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLine:
    """One line of the board."""

    alert: Alert
    clinic: Clinic
    patient: Patient | None
    reason: str
    next_step: NextStep | None
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView:
    """One alert with everything that whoever takes it needs.

    `gaps` are the fields of the patient's details that nobody filled in. `opted_out`: texts are stopped, so
    phone. `notices` are the messages to staff about it, oldest first.
    """

    line: AlertLine
    rules: tuple[MetRule, ...]
    entries: tuple[AlertEntry, ...]
    also: tuple[Patient, ...]
    notices: tuple[Message, ...]
    gaps: tuple[str, ...]
    opted_out: bool

    @property
    def alert(self) -> Alert:
        """The alert itself."""
        return self.line.alert


def alert_list(
    context: Context, status: str, after: str | None, limit: int, *, clinic: str | None = None
) -> dict[str, Any]:
    """Alerts as `GET /api/alerts` shows them, newest first; `next` goes on where this page ends.

    Raises InvalidInput for a status there is not.
    """
    if status not in STATUSES:
        wrong = Problem(at="status", message=f"use one of {', '.join(STATUSES)}")
        raise InvalidInput("The list was not understood.", (wrong,))
    limit = max(1, min(limit, MOST_ALERTS))
    with context.store.read() as uow:
        found = uow.alerts.list(status, after, limit + 1, clinic=clinic)
        items = [_item(uow, alert) for alert in found[:limit]]
    return {"items": items, "next": found[limit - 1].id if len(found) > limit else None}


def alert_item(context: Context, alert_id: str) -> dict[str, Any]:
    """One alert as `GET /api/alerts` shows it. Raises NotFound."""
    with context.store.read() as uow:
        return _item(uow, _alert(uow, alert_id, None))


def alert_line(context: Context, uow: UnitOfWork, alert: Alert, configuration: Configuration) -> AlertLine:
    """One alert as a line, inside the caller's transaction; `configuration` with the rotas as they are now."""
    return _line(context, uow, alert, configuration, context.clock.now())


def alert_view(context: Context, alert_id: str, *, clinic: str | None = None) -> AlertView:
    """One alert with all that stands behind it. Raises NotFound, also for another clinic's alert."""
    with context.store.read() as uow:
        configuration = configuration_now(uow, context.content.current(), context.clock.now())
        alert = _alert(uow, alert_id, clinic)
        line = _line(context, uow, alert, configuration, context.clock.now())
        number = alert.sender or (line.patient.phone if line.patient else None)
        return AlertView(
            line=line,
            rules=_rules(context, alert, uow.alerts.entries(alert.id)),
            entries=uow.alerts.entries(alert.id),
            also=tuple(filter(None, (uow.patients.get(other) for other in alert.also))),
            notices=uow.messages.of_alert(alert.id),
            gaps=_gaps(line.patient.details) if line.patient else (),
            opted_out=number is not None and uow.suppressions.active(alert.clinic, Channel.SMS, number),
        )


def linked_alert(context: Context, token_hash: str, *, now: datetime) -> tuple[Alert, str] | None:
    """The alert that a link in a notice leads to and the staff key of whom it was sent to; None where it has ended."""
    with context.store.read() as uow:
        link = uow.links.link(token_hash)
        alert = uow.alerts.get(link.alert) if link is not None and now < link.expires_at else None
    return (alert, link.person) if alert is not None and link is not None else None


def next_step(alert: Alert, configuration: Configuration, now: datetime) -> NextStep | None:
    """What comes next for an alert that is not closed, by the rota of that hour; None for a closed one."""
    chain = configuration.chains.get(alert.chain)
    if alert.status is AlertStatus.CLOSED or alert.next_action_at is None or chain is None:
        return None
    at = max(alert.next_action_at, now)
    move = escalation.advance(alert, chain, configuration, at)
    people = tuple(dict.fromkeys(configuration.staff[notice.person].name for notice in move.notices))
    if alert.status is AlertStatus.ACKNOWLEDGED:
        kind = NextKind.RAISE
    elif chain.work_list is not None:
        kind = NextKind.REMIND if people else NextKind.OVERDUE
    else:
        kind = NextKind.TELL
    return NextStep(kind=kind, at=alert.next_action_at, people=people, ways=_ways(move.notices, configuration))


#: The way that wakes most counts as the way that somebody is told.
_VERBS = {Channel.VOICE: "call", Channel.SMS: "text", Channel.CHAT: "message", Channel.EMAIL: "mail"}


def _ways(
    notices: Sequence[escalation.Notice], configuration: Configuration
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """`(("call", ("Sam",)), ("text", ("Kay", "Lee")))`: each person once, by the way that wakes most."""
    named: dict[str, list[str]] = {}
    for person in dict.fromkeys(notice.person for notice in notices):
        channels = {notice.channel for notice in notices if notice.person == person}
        verb = next((verb for channel, verb in _VERBS.items() if channel in channels), "tell")
        named.setdefault(verb, []).append(configuration.staff[person].name)
    return tuple((verb, tuple(people)) for verb, people in named.items())


def _alert(uow: UnitOfWork, alert_id: str, clinic: str | None) -> Alert:
    alert = uow.alerts.get(alert_id)
    if alert is None or clinic not in {None, alert.clinic}:
        raise NotFound("There is no such alert.")
    return alert


def _item(uow: UnitOfWork, alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "clinic": alert.clinic,
        "code": alert.code,
        "level": alert.level.value,
        "reason": alert.reason,
        "rule": alert.rule,
        "rules": list(alert.rules),
        "patient": _external_id(uow, alert.patient),
        "also": [known for known in (_external_id(uow, other) for other in alert.also) if known],
        "status": alert.status.value,
        "opened_at": alert.opened_at.isoformat(),
        "acknowledged_by": alert.acknowledged_by,
        "acknowledged_at": _iso(alert.acknowledged_at),
        "closed_at": _iso(alert.closed_at),
        "outcome": alert.outcome.value if alert.outcome else None,
        "next_step_at": None if alert.status is AlertStatus.CLOSED else _iso(alert.next_action_at),
    }


def _external_id(uow: UnitOfWork, patient_id: str | None) -> str | None:
    patient = uow.patients.get(patient_id) if patient_id else None
    return patient.external_id if patient else None


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _line(context: Context, uow: UnitOfWork, alert: Alert, configuration: Configuration, now: datetime) -> AlertLine:
    step = next_step(alert, configuration, now)
    chain = configuration.chains.get(alert.chain)
    waits = chain is not None and chain.work_list is not None
    return AlertLine(
        alert=alert,
        clinic=clinic_of(configuration, alert.clinic),
        patient=uow.patients.get(alert.patient) if alert.patient else None,
        reason=_reason(context, alert, alert.rule),
        next_step=step,
        overdue=alert.status is AlertStatus.OPEN and waits and alert.position > 0,
    )


def _reason(context: Context, alert: Alert, rule_id: str) -> str:
    rule = context.content.version(alert.schedule_version).configuration.rule(rule_id)
    return rule.reason if rule else alert.reason


def _rules(context: Context, alert: Alert, entries: Sequence[AlertEntry]) -> tuple[MetRule, ...]:
    """In the order of the file: every rule of the alert and of its history, the highest level first."""
    configuration = context.content.version(alert.schedule_version).configuration
    met = set(alert.rules).union(*(entry.rules for entry in entries))
    rules = [
        MetRule(id=rule.id, level=rule.level, reason=rule.reason, names_alert=rule.id == alert.rule)
        for rule in configuration.rules
        if rule.id in met
    ]
    return tuple(sorted(rules, key=lambda rule: -rule.level.rank))


def _gaps(details: PatientDetails) -> tuple[str, ...]:
    return tuple(each.name for each in fields(details) if getattr(details, each.name) is None)
