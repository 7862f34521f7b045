"""Messages whose fate is not known, or whose time is over: looked up, then settled by class.

A check-in is never repeated; a safety reply is repeated once; a staff notice is repeated at once, because a
doubled alarm is better than none. Called by the worker's ticker, and once when the only process starts.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from followup.domain.escalation import Notice
from followup.domain.message import Message, MessageClass, MessageState
from followup.domain.people import Channel
from followup.domain.schedule import EventKind
from followup.errors import FollowupError
from followup.gateways.port import Late, ProviderRecord
from followup.services.aftermath import Aftermath, copy_of, notice_round, round_now, undelivered
from followup.services.context import Context, clinic_of
from followup.services.deliver_messages import FIRST_LOOK, note_sent
from followup.services.notices import queue_notice
from followup.storage.unit_of_work import UnitOfWork

#: A send that has not been recorded for this long belongs to a process that is gone.
STALE = timedelta(seconds=45)
#: How often the provider is asked again, and until when: then the doubt is settled by class.
LOOK_EVERY = timedelta(seconds=30)
GIVE_UP = timedelta(minutes=10)
SAFETY_GIVE_UP = timedelta(seconds=120)
#: Some carriers send no receipt (Twilio docs): after this long none is waited for any more.
NO_RECEIPT_AFTER = timedelta(hours=24)
NO_RECEIPT = "no_receipt"
#: The provider's clock may be a little behind ours.
CLOCK_SLACK = timedelta(seconds=5)


def settle(context: Context, limit: int = 100) -> int:
    """Settle what can be settled now; returns how many messages moved."""
    now = context.clock.now()
    moved = doubt_sending(context, now - STALE)
    with context.store.read() as uow:
        doubtful = uow.messages.in_doubt_due(now, limit)
        outlived = uow.messages.outlived(now, limit)
        silent = uow.messages.without_receipt(now - NO_RECEIPT_AFTER, limit)
    moved += sum(_settle_one(context, message) for message in doubtful)
    moved += sum(_expire(context, message) for message in outlived)
    return moved + sum(_note_no_receipt(context, message) for message in silent)


def doubt_all_sending(context: Context) -> int:
    """At the start of the only process: whatever was being sent when the last one ended is in doubt."""
    return doubt_sending(context, context.clock.now())


def doubt_sending(context: Context, before: datetime) -> int:
    """Put into doubt every send that began at or before `before` and was never recorded."""
    now = context.clock.now()
    with context.store.write(urgent=True) as uow:
        stale = uow.messages.stale_sending(before)
        for message in stale:
            began = message.sending_at or now
            look_at = now if message.message_class.for_staff else max(began + FIRST_LOOK, now)
            doubtful = replace(
                message,
                state=MessageState.IN_DOUBT,
                reason="the sender ended before the answer came",
                next_look_at=look_at,
            )
            uow.messages.update(doubtful, expected=MessageState.SENDING)
        uow.commit()
    return len(stale)


def _settle_one(context: Context, message: Message) -> bool:
    if message.message_class.for_staff:
        return _repeat_notice(context, message)
    found = _look_up(context, message)
    now = context.clock.now()
    with context.store.write() as uow:
        fresh = uow.messages.get(message.id)
        if fresh is None or fresh.state is not MessageState.IN_DOUBT:
            return False
        match = _match(uow, fresh, found, provider=_provider(context, fresh))
        if match is not None:
            _adopt(Aftermath(uow=uow, context=context, now=now), fresh, match)
        else:
            _look_again_or_give_up(uow, context, fresh, now)
        uow.commit()
    return True


def _look_up(context: Context, message: Message) -> tuple[ProviderRecord, ...]:
    gateway = context.gateways.get(message.channel)
    if gateway is None or message.sending_at is None:
        return ()
    clinic = clinic_of(context.content.current().content.configuration, message.clinic)
    try:
        return gateway.look_up(to=message.to, sender=clinic.sender, since=message.sending_at - CLOCK_SLACK)
    except FollowupError:
        return ()


def _provider(context: Context, message: Message) -> str:
    """The name under which this message's gateway names messages."""
    gateway = context.gateways.get(message.channel)
    return message.provider or (gateway.name if gateway is not None else "")


def _match(
    uow: UnitOfWork, message: Message, found: tuple[ProviderRecord, ...], *, provider: str
) -> ProviderRecord | None:
    """The one record that can only be this message; with several candidates, none."""

    def is_free(record: ProviderRecord) -> bool:
        known = uow.messages.by_provider_id(provider, record.provider_id)
        return known is None or known.id == message.id

    candidates = [
        record for record in found if not record.refused and record.body in {None, "", message.body} and is_free(record)
    ]
    return candidates[0] if len(candidates) == 1 else None


def _adopt(aftermath: Aftermath, message: Message, found: ProviderRecord) -> None:
    state = found.state if found.state.progress >= MessageState.SENT.progress else MessageState.SENT
    adopted = replace(
        message,
        state=state,
        provider=_provider(aftermath.context, message),
        provider_id=found.provider_id,
        sent_at=message.sending_at,
        reason=found.reason or "found at the provider",
        error_code=found.error_code,
        next_look_at=None,
    )
    if not aftermath.uow.messages.update(adopted, expected=MessageState.IN_DOUBT):
        return
    note_sent(aftermath.uow, adopted, aftermath.now)
    if state in {MessageState.FAILED, MessageState.UNDELIVERED}:
        undelivered(aftermath, adopted, found.late or Late.PERMANENT)


def _look_again_or_give_up(uow: UnitOfWork, context: Context, message: Message, now: datetime) -> None:
    safety = message.message_class is MessageClass.SAFETY
    limit = SAFETY_GIVE_UP if safety else GIVE_UP
    began = message.sending_at or now
    if now - began < limit or message.looks < 1:
        later = min(now + LOOK_EVERY, max(began + limit, now + timedelta(seconds=5)))
        looked = replace(message, looks=message.looks + 1, next_look_at=later)
        uow.messages.update(looked, expected=MessageState.IN_DOUBT)
        return
    repeated = safety and message.attempt == 1
    reason = "delivery unknown; sent once more" if repeated else "delivery unknown; not sent again"
    unknown = replace(message, state=MessageState.UNKNOWN, reason=reason, settled_at=now, next_look_at=None)
    if not uow.messages.update(unknown, expected=MessageState.IN_DOUBT):
        return
    if repeated:
        uow.messages.add(copy_of(message, now))
        uow.wake(message.message_class.lane.value)
    else:
        note = f"it is not known whether {_which(message)} reached the patient; it was not sent again"
        Aftermath(uow=uow, context=context, now=now).tell(message, EventKind.NO_REPLY_POSSIBLE, note)


def _which(message: Message) -> str:
    """A text that a person wrote is named by its author, who has to know."""
    if message.message_class is MessageClass.PERSONAL and message.person is not None:
        return f"the text that {message.person} wrote"
    return "a text"


def _repeat_notice(context: Context, message: Message) -> bool:
    """A staff notice in doubt: one copy at once, and another way beside it; when both fail, the chain moves on."""
    now = context.clock.now()
    with context.store.write(urgent=True) as uow:
        again = message.attempt == 1
        reason = "answer lost; sent again" if again else "answer lost twice"
        unknown = replace(message, state=MessageState.UNKNOWN, reason=reason, settled_at=now, next_look_at=None)
        if not uow.messages.update(unknown, expected=MessageState.IN_DOUBT):
            return False
        if again:
            uow.messages.add(copy_of(message, now))
            uow.wake(message.message_class.lane.value)
            _tell_by_another_way(uow, context, message, now)
        elif message.message_class is MessageClass.STAFF_NOTICE:
            Aftermath(uow=uow, context=context, now=now).advance_chain(unknown)
        uow.commit()
    return True


def _tell_by_another_way(uow: UnitOfWork, context: Context, message: Message, now: datetime) -> None:
    """A text in doubt goes by mail too, and a mail by text, unless that was part of the same round anyway."""
    alert = uow.alerts.get(message.alert) if message.alert else None
    if alert is None or message.message_class is not MessageClass.STAFF_NOTICE or message.person is None:
        return
    published = context.content.current()
    if notice_round(message) != round_now(alert) or message.person not in published.content.configuration.staff:
        return
    for channel in (Channel.SMS, Channel.EMAIL):
        if channel is not message.channel:
            queue_notice(uow, context, published, alert, Notice(person=message.person, channel=channel), now)


def _expire(context: Context, message: Message) -> bool:
    now = context.clock.now()
    with context.store.write() as uow:
        expired = replace(message, state=MessageState.EXPIRED, reason=message.reason or "too late", settled_at=now)
        moved = uow.messages.update(expired, expected=message.state)
        if moved and message.message_class is MessageClass.PERSONAL:
            note = f"{_which(message)} did not go out in time and will not: {expired.reason}"
            Aftermath(uow=uow, context=context, now=now).tell(expired, EventKind.NO_REPLY_POSSIBLE, note)
        uow.commit()
    return moved


def _note_no_receipt(context: Context, message: Message) -> bool:
    """Its state stays `sent`, which is what is known; a receipt that comes all the same still moves it on."""
    with context.store.write() as uow:
        fresh = uow.messages.get(message.id)
        if fresh is None or fresh.state is not MessageState.SENT or fresh.settled_at is not None:
            return False
        noted = replace(fresh, reason=NO_RECEIPT, settled_at=context.clock.now())
        moved = uow.messages.update(noted, expected=MessageState.SENT)
        uow.commit()
    return moved
