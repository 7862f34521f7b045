"""The only place that sends: claim, mark as sending, send with no transaction open, record."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from followup.domain.calls import FIRST_LOOK as FIRST_LOOK_AT_CALL
from followup.domain.message import Lane, Message, MessageClass, MessageState
from followup.domain.outreach import AtTheDoor, Drop, Go, may_send, settled
from followup.domain.people import Channel
from followup.domain.retry import retry_at
from followup.domain.schedule import Clinic, EventKind
from followup.gateways.port import Accepted, Outcome, Outgoing, RefusalKind, Refused, Uncertain
from followup.services.account_pause import paused_until
from followup.services.aftermath import Aftermath, undelivered
from followup.services.context import Context, clinic_of
from followup.services.courses import is_watched
from followup.services.hold import is_held
from followup.services.human_chat import held_until
from followup.services.turns import address_turn, alert_turn
from followup.storage.unit_of_work import UnitOfWork

#: A claimed message is surely unsent; when its process dies it may be taken again after this long.
LEASE = timedelta(seconds=60)
#: How soon an unanswered send is looked up at the provider; a staff notice is repeated at once instead.
FIRST_LOOK = timedelta(seconds=60)


def deliver(context: Context, lane: Lane, limit: int = 8) -> int:
    """One pass of one sender through its lane; returns how many messages it dealt with."""
    now = context.clock.now()
    with context.store.write(urgent=lane in {Lane.STAFF, Lane.SAFETY}) as uow:
        claimed = uow.messages.claim(lane, context.worker, now, LEASE, limit)
        uow.commit()
    for message in claimed:
        _deliver_one(context, message)
    return len(claimed)


def _deliver_one(context: Context, message: Message) -> None:
    sending = _mark_sending(context, message)
    if sending is None:
        return
    outcome = _send(context, sending)
    record(context, sending, outcome)


def _mark_sending(context: Context, claimed: Message) -> Message | None:
    """Read again, in one transaction, all that could forbid the send; commit `sending` before the first byte."""
    now = context.clock.now()
    with context.store.write(urgent=claimed.message_class.for_staff) as uow:
        # An opt-out or an acknowledgement is either seen below, or waits until this send has been marked.
        uow.serialize(*_at_stake(claimed))
        message = uow.messages.get(claimed.id)
        if message is None or message.state is not MessageState.CLAIMED or message.claimed_by != claimed.claimed_by:
            return None
        if message.lease_until is None or message.lease_until <= now:
            return None
        message = _current_address(uow, message)
        verdict = may_send(message, _at_the_door(uow, context, message), now)
        if not isinstance(verdict, Go):
            stopped = settled(message, verdict, now)
            uow.messages.update(stopped, expected=MessageState.CLAIMED)
            if isinstance(verdict, Drop):
                _after_drop(uow, context, stopped, now)
            uow.commit()
            return None
        sending = replace(message, state=MessageState.SENDING, sending_at=now, tries=message.tries + 1, reason=None)
        if not uow.messages.update(sending, expected=MessageState.CLAIMED):
            return None
        uow.commit()
    return sending


def _at_stake(message: Message) -> tuple[str, ...]:
    names = (address_turn(message.clinic, message.to),)
    return names if message.alert is None else (*names, alert_turn(message.alert))


def _current_address(uow: UnitOfWork, message: Message) -> Message:
    """A check-in follows the patient to a new number; an answer goes to the number that wrote."""
    if message.patient is None or not message.message_class.keeps_window:
        return message
    patient = uow.patients.get(message.patient)
    address = patient.address(message.channel) if patient else None
    return replace(message, to=address) if address else message


def _at_the_door(uow: UnitOfWork, context: Context, message: Message) -> AtTheDoor:
    patient = uow.patients.get(message.patient) if message.patient else None
    configuration = context.content.current().content.configuration
    asks = patient is not None and message.message_class.keeps_window
    return AtTheDoor(
        clinic=_clinic(context, message),
        suppressed=uow.suppressions.active(message.clinic, message.channel, message.to),
        hold=is_held(uow),
        shadow=context.policy.shadow,
        only_to=context.policy.only_to,
        patient=patient,
        check_in=uow.check_ins.get(message.check_in) if message.check_in else None,
        alert=uow.alerts.get(message.alert) if message.alert else None,
        watched=is_watched(uow, patient, configuration) if patient is not None and asks else False,
        paused_until=paused_until(uow, message.channel),
        talk_until=held_until(uow, patient.id, context.clock.now()) if patient is not None and asks else None,
    )


def _clinic(context: Context, message: Message) -> Clinic:
    return clinic_of(context.content.current().content.configuration, message.clinic)


def _after_drop(uow: UnitOfWork, context: Context, message: Message, now: datetime) -> None:
    if message.message_class is MessageClass.STAFF_NOTICE and message.reason != "taken meanwhile":
        undelivered(Aftermath(uow=uow, context=context, now=now), message, None)
    if message.message_class is MessageClass.PERSONAL:
        note = f"the text that {message.person} wrote was not sent: {message.reason}"
        Aftermath(uow=uow, context=context, now=now).tell(message, EventKind.NO_REPLY_POSSIBLE, note)


def _send(context: Context, message: Message) -> Outcome:
    gateway = context.gateways.get(message.channel)
    if gateway is None:
        return Refused(
            kind=RefusalKind.PERMANENT, code="no-gateway", reason=f"no way to send {message.channel.value} is set up"
        )
    clinic = _clinic(context, message)
    valid_for = message.expires_at - context.clock.now() if message.expires_at else None
    return gateway.send(
        Outgoing(
            id=message.id,
            attempt=message.attempt,
            channel=message.channel,
            to=message.to,
            body=message.body,
            subject=message.subject,
            sender=clinic.sender if message.channel in {Channel.SMS, Channel.VOICE} else None,
            staff=message.message_class.for_staff,
            valid_for=valid_for,
            language=message.language,
        )
    )


def record(context: Context, sending: Message, outcome: Outcome) -> None:
    """Store what came of a send. A callback may have come first: a message never moves backwards."""
    now = context.clock.now()
    with context.store.write(urgent=sending.message_class.for_staff) as uow:
        message = uow.messages.get(sending.id)
        if message is None:
            return
        aftermath = Aftermath(uow=uow, context=context, now=now)
        match outcome:
            case Accepted():
                _accepted(uow, message, outcome, now)
            case Refused():
                _refused(aftermath, message, outcome, now)
            case Uncertain():
                _uncertain(uow, message, outcome, now)
        uow.commit()


def _accepted(uow: UnitOfWork, message: Message, outcome: Accepted, now: datetime) -> None:
    moved = replace(
        message,
        provider=outcome.provider,
        provider_id=outcome.provider_id,
        sent_at=message.sent_at or now,
        next_look_at=_asked_about_at(message, now),
    )
    if message.state.progress < MessageState.SENT.progress:
        moved = replace(moved, state=outcome.state, reason=None)
    uow.messages.update(moved, expected=message.state)
    note_sent(uow, moved, now)


def _asked_about_at(message: Message, now: datetime) -> datetime | None:
    """A call that nothing is heard of is asked about; of texts the provider tells by itself."""
    unheard = message.channel is Channel.VOICE and message.state is MessageState.SENDING
    return now + FIRST_LOOK_AT_CALL if unheard else None


def note_sent(uow: UnitOfWork, message: Message, now: datetime) -> None:
    """A check-in counts as sent when its first message was accepted."""
    if message.message_class is not MessageClass.CHECK_IN or message.check_in is None:
        return
    check_in = uow.check_ins.get(message.check_in)
    if check_in is not None and check_in.sent_at is None:
        uow.check_ins.update(replace(check_in, sent_at=message.sent_at or now), expected=check_in.state)


def _refused(aftermath: Aftermath, message: Message, outcome: Refused, now: datetime) -> None:
    uow = aftermath.uow
    if message.state is not MessageState.SENDING:
        return  # a status came first and proves that the provider has it, whoever answered our request
    if outcome.kind in {RefusalKind.LATER, RefusalKind.ACCOUNT}:
        again = retry_at(
            now, message.tries, retry_after=outcome.retry_after, account=outcome.kind is RefusalKind.ACCOUNT
        )
        waiting = replace(
            message,
            state=MessageState.QUEUED,
            not_before=again,
            reason=outcome.reason,
            error_code=outcome.code,
            claimed_by=None,
            sending_at=None,
        )
        uow.messages.update(waiting, expected=message.state)
        aftermath.postponed(waiting, outcome)
        return
    failed = replace(message, state=MessageState.FAILED, reason=outcome.reason, error_code=outcome.code, settled_at=now)
    if uow.messages.update(failed, expected=message.state):
        undelivered(aftermath, failed, outcome.kind)


def _uncertain(uow: UnitOfWork, message: Message, outcome: Uncertain, now: datetime) -> None:
    if message.state is not MessageState.SENDING:
        return
    look_at = now if message.message_class.for_staff else now + FIRST_LOOK
    doubtful = replace(message, state=MessageState.IN_DOUBT, reason=outcome.reason, next_look_at=look_at)
    uow.messages.update(doubtful, expected=MessageState.SENDING)
