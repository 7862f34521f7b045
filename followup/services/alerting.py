"""A concern -> the alert that carries it: opened, or added to the one that is open for the same reason."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from followup.domain import escalation
from followup.domain.alert import CODE_ALPHABET, CODE_LENGTH, Alert, AlertEntry, EntryKind
from followup.domain.evidence import inputs_of, understood_as
from followup.domain.level import Level
from followup.domain.message import MessageClass
from followup.domain.people import Channel
from followup.domain.schedule import Clinic, Configuration, EventKind
from followup.domain.tasks import TaskKind
from followup.domain.triage import Evidence, Triage, triage
from followup.ids import new_id
from followup.services.composing import Draft, compose
from followup.services.context import Published, clinic_of
from followup.storage.unit_of_work import UnitOfWork

#: A closed alert's code is not given out again for this long, so that a late reply cannot take the wrong alert.
CODE_RESTS = timedelta(days=30)
#: Whoever has an alert is texted of new words on it at most this often.
MORE_AT_MOST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """What is to be told to staff, about whom, and what they will read."""

    clinic: Clinic
    triage: Triage
    understood: str
    inputs: Mapping[str, object]
    patient: str | None = None
    also: tuple[str, ...] = ()
    sender: str | None = None
    words: str | None = None
    inbound: str | None = None
    check_in: str | None = None
    again: bool = False
    note: str | None = None
    join: str | None = None


def raise_concern(
    uow: UnitOfWork, published: Published, concern: Concern, *, actor: str, now: datetime
) -> Alert | None:
    """Open or join an alert inside the caller's transaction. None where the rules ask for none."""
    if not concern.triage.opens_alert and concern.join is None:
        return None
    configuration = published.content.configuration
    standing = _standing(uow, concern)
    if standing is None:
        alert = _open(uow, published, concern, now)
        kind = EntryKind.OPENED
    else:
        joined = escalation.join(standing, concern.triage, configuration.rules, again=concern.again, now=now)
        alert, kind = joined.alert, EntryKind.RAISED if joined.notify else EntryKind.ADDED
        alert = replace(alert, also=tuple(dict.fromkeys((*alert.also, *concern.also))))
        if joined.raised:
            alert = replace(alert, chain=_chain_key(configuration, concern.clinic, alert.level))
        uow.alerts.update(alert)
        _no_longer_aside(uow, alert, now)
        if concern.words is not None:
            _tell_holder(uow, published, alert, now)
    uow.alerts.add_entry(_entry(alert, kind, concern, actor, now))
    uow.audit.append(
        at=now,
        actor=actor,
        action=f"alert.{kind.value}",
        subject="alert",
        subject_id=alert.id,
        detail={"level": alert.level.value, "rule": alert.rule},
    )
    uow.wake("alerts")
    return alert


def _tell_holder(uow: UnitOfWork, published: Published, alert: Alert, now: datetime) -> None:
    """Whoever has an Emergency or Urgent alert hears that there are new words on it, though no rule calls them worse.

    What no rule names may still be worse, and whoever has it may be in a corridor, on another call. The alert stays
    theirs, and nobody else is woken; one text in some minutes, however many come.
    """
    members = published.content.configuration.staff.values()
    holder = next((one for one in members if one.name == alert.acknowledged_by), None)
    if holder is None or holder.phone is None or not alert.level.at_least(Level.URGENT):
        return
    draft = Draft(
        template="STAFF_MORE",
        message_class=MessageClass.STAFF_REPLY,
        channel=Channel.SMS,
        to=holder.phone,
        intent=f"more/{alert.id}/{int(now.timestamp() // MORE_AT_MOST.total_seconds())}/{holder.key}",
        values={"code": alert.code},
        person=holder.key,
        alert=alert.id,
    )
    clinic = clinic_of(published.content.configuration, alert.clinic)
    if uow.messages.add(compose(published, clinic, draft, now)):
        uow.wake(draft.message_class.lane.value)


def _no_longer_aside(uow: UnitOfWork, alert: Alert, now: datetime) -> None:
    """Whoever set it aside until they call back did not know of what has come in now."""
    for task in uow.tasks.of_alert(alert.id):
        if task.kind is TaskKind.CALL_BACK:
            uow.tasks.finish(task, at=now)


def raise_event(
    uow: UnitOfWork,
    published: Published,
    clinic: Clinic,
    event: EventKind,
    *,
    now: datetime,
    actor: str,
    patient: str | None = None,
    evidence: Evidence | None = None,
    note: str | None = None,
    words: str | None = None,
    check_in: str | None = None,
    again: bool = False,
) -> Alert | None:
    """Raise what the rules make of an event that is no patient's words. `note` says it in words for staff.

    `again`: tell staff even where it joins an alert that is open for the same reason.
    """
    base = evidence or Evidence()
    seen = replace(base, events=base.events | {event})
    met = triage(seen, published.content.configuration.rules)
    concern = Concern(
        clinic=clinic,
        triage=met,
        understood=note or understood_as(seen),
        inputs=inputs_of(seen),
        patient=patient,
        words=words,
        check_in=check_in,
        again=again,
    )
    return raise_concern(uow, published, concern, actor=actor, now=now)


def _standing(uow: UnitOfWork, concern: Concern) -> Alert | None:
    if concern.join is not None:
        return uow.alerts.get(concern.join)
    named = concern.triage.named
    reason = named.reason if named else ""
    found = uow.alerts.unclosed_of(concern.clinic.key, patient=concern.patient, sender=concern.sender)
    if concern.patient is None and concern.sender is None:  # about the service itself
        found = tuple(alert for alert in found if alert.patient is None and alert.sender is None)
    return next((alert for alert in found if alert.reason == reason), None)


def _open(uow: UnitOfWork, published: Published, concern: Concern, now: datetime) -> Alert:
    configuration = published.content.configuration
    named = concern.triage.named
    if named is None:
        message = "a concern without a rule opens no alert"
        raise AssertionError(message)
    chain_key = named.chain or _chain_key(configuration, concern.clinic, named.level)
    begins = escalation.first_action_at(concern.triage, configuration.chains[chain_key], concern.clinic, now)
    alert = Alert(
        id=new_id(),
        clinic=concern.clinic.key,
        code=_free_code(uow, concern.clinic.key, now),
        level=named.level,
        reason=named.reason,
        rule=named.id,
        rules=tuple(rule.id for rule in concern.triage.rules),
        schedule_version=published.version,
        chain=chain_key,
        opened_at=now,
        round_started_at=begins,
        next_action_at=begins,
        patient=concern.patient,
        also=concern.also,
        sender=concern.sender,
        danger=named.level is Level.EMERGENCY,
    )
    uow.alerts.add(alert)
    return alert


def _chain_key(configuration: Configuration, clinic: Clinic, level: Level) -> str:
    return configuration.chain_for(clinic, level).key


def _entry(alert: Alert, kind: EntryKind, concern: Concern, actor: str, now: datetime) -> AlertEntry:
    understood = concern.understood if concern.note is None else f"{concern.understood}; {concern.note}"
    return AlertEntry(
        id=new_id(),
        alert=alert.id,
        at=now,
        kind=kind,
        level=concern.triage.level,
        actor=actor,
        rules=tuple(rule.id for rule in concern.triage.rules),
        words=concern.words,
        understood=understood,
        inputs=json.dumps(dict(concern.inputs), ensure_ascii=False),
        inbound=concern.inbound,
        check_in=concern.check_in,
    )


def _free_code(uow: UnitOfWork, clinic: str, now: datetime) -> str:
    while True:
        code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
        if not code.isdigit() and not uow.alerts.code_taken(clinic, code, now - CODE_RESTS):
            return code
