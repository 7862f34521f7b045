"""Taking an alert: what the terminal, the pages, the API and a text by code have in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from followup.domain import escalation, passing, windows
from followup.domain.alert import Alert, AlertEntry, AlertStatus, EntryKind
from followup.domain.message import Message, MessageClass
from followup.domain.people import Channel
from followup.domain.schedule import Chain, Clinic, Configuration, StaffMember
from followup.ids import new_id
from followup.services.composing import Draft, compose
from followup.services.context import Published, clinic_of
from followup.services.duty import configuration_now
from followup.services.links import alert_link
from followup.services.turns import alert_turn
from followup.storage.unit_of_work import UnitOfWork


class TakeOutcome(StrEnum):
    """What came of somebody's wish to take an alert."""

    TAKEN = "taken"
    ALREADY_YOURS = "already_yours"
    TAKEN_BY_OTHER = "taken_by_other"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The alert as it now stands, and what came of it."""

    alert: Alert
    outcome: TakeOutcome


def take(
    uow: UnitOfWork,
    published: Published,
    alert: Alert,
    member: StaffMember,
    *,
    via: str,
    public_url: str,
    now: datetime,
) -> Taken:
    """Put the alert into `member`'s hands inside the caller's transaction, and tell those who were told of it."""
    if alert.status is AlertStatus.CLOSED:
        return Taken(alert=alert, outcome=TakeOutcome.CLOSED)
    if alert.status is AlertStatus.ACKNOWLEDGED:
        own = alert.acknowledged_by == member.name
        return Taken(alert=alert, outcome=TakeOutcome.ALREADY_YOURS if own else TakeOutcome.TAKEN_BY_OTHER)
    uow.serialize(alert_turn(alert.id))
    configuration = configuration_now(uow, published, now)
    chain = chain_of(alert, configuration)
    duty_of = passing.duty_of(member.key, chain, configuration, now)
    taken = escalation.acknowledge(alert, chain, person=member.name, via=via, now=now, duty_of=duty_of)
    if not uow.alerts.update(taken, expected_status=AlertStatus.OPEN):
        return Taken(alert=uow.alerts.get(alert.id) or alert, outcome=TakeOutcome.TAKEN_BY_OTHER)
    uow.alerts.add_entry(
        AlertEntry(
            id=new_id(),
            alert=alert.id,
            at=now,
            kind=EntryKind.ACKNOWLEDGED,
            level=alert.level,
            actor=member.name,
            understood=f"taken by {member.name} by {via}",
        )
    )
    uow.audit.append(
        at=now,
        actor=f"staff:{member.key}",
        action="alert.acknowledged",
        subject="alert",
        subject_id=alert.id,
        detail={"via": via},
    )
    _tell_others(uow, published, taken, member, public_url, now)
    return Taken(alert=taken, outcome=TakeOutcome.TAKEN)


def chain_of(alert: Alert, configuration: Configuration) -> Chain:
    """The chain of an alert by the version in force: for limits and people. Its steps are those at its opening."""
    return escalation.chain_of(alert, configuration, configuration)


def _with_whom(alert: Alert, clinic: Clinic, link: str) -> dict[str, str]:
    at = windows.local(alert.acknowledged_at or alert.opened_at, clinic.timezone)
    return {
        "code": alert.code,
        "who": alert.acknowledged_by or "somebody",
        "time": at.strftime("%H:%M"),
        "link": link,
    }


def _tell_others(
    uow: UnitOfWork, published: Published, alert: Alert, member: StaffMember, public_url: str, now: datetime
) -> None:
    """One text to each other person whom this round of notices went to: somebody has it."""
    configuration = published.content.configuration
    clinic = clinic_of(configuration, alert.clinic)
    for person in sorted(_told(uow.messages.of_alert(alert.id), alert) - {member.key}):
        other = configuration.staff.get(person)
        if other is None or other.phone is None:
            continue
        link = alert_link(uow, alert, other, public_url, now)
        draft = Draft(
            template="STAFF_OTHER",
            message_class=MessageClass.STAFF_REPLY,
            channel=Channel.SMS,
            to=other.phone,
            intent=f"taken/{alert.id}/{alert.raises}/{person}",
            values=_with_whom(alert, clinic, link),
            person=person,
            alert=alert.id,
        )
        _queue(uow, published, alert.clinic, draft, now)


def _told(messages: tuple[Message, ...], alert: Alert) -> set[str]:
    prefix = f"notice/{alert.id}/{alert.raises}/"
    return {
        message.person
        for message in messages
        if message.person is not None and message.intent.startswith(prefix) and message.sent_at is not None
    }


def _queue(uow: UnitOfWork, published: Published, clinic_key: str, draft: Draft, now: datetime) -> None:
    clinic = clinic_of(published.content.configuration, clinic_key)
    if uow.messages.add(compose(published, clinic, draft, now)):
        uow.wake(draft.message_class.lane.value)
