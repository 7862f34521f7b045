"""What becomes of calls to staff: news from the provider, and calls of which there is none.

A call without a key is no acknowledgement, whatever picked up. Called by the provider's webhook and the ticker.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from followup.domain import calls
from followup.domain.alert import Alert
from followup.domain.calls import CallStage
from followup.domain.escalation import chain_of, move_on
from followup.domain.message import Message
from followup.domain.people import Channel
from followup.errors import Conflict, FollowupError
from followup.gateways.port import CallNews, StopsRinging
from followup.services.aftermath import Aftermath, copy_of, undelivered
from followup.services.bridging import keep_try, unconfirmed
from followup.services.context import Context
from followup.storage.unit_of_work import UnitOfWork

#: Nobody moves one call more often than this while one piece of news is being stored.
_TRIES = 5
#: The provider's clock may be a little behind ours.
_CLOCK_SLACK = timedelta(seconds=5)


def note_news(context: Context, news: CallNews) -> None:
    """Store what the provider says of a call. What is unknown, old or another's changes nothing."""
    if news.stage is None:
        return
    for _ in range(_TRIES):
        with context.store.write(urgent=True) as uow:
            message = _message_of(uow, news)
            if message is None:
                return
            known = replace(message, provider=news.provider, provider_id=news.provider_id)
            if _move(uow, context, message, known, news.stage, news.error_code):
                uow.commit()
                return
    message_ = "news of a call could not be stored: the call was moved by others each time"
    raise Conflict(message_)


def follow_calls(context: Context, limit: int = 50) -> int:
    """Stop calls that need not ring, ask about those that should have been heard of; returns how many moved."""
    now = context.clock.now()
    with context.store.read() as uow:
        due = uow.messages.calls_to_ask_about(now, limit)
        ringing = uow.messages.calls_under_way(limit)
        idle = [call for call in ringing if calls.need_not_ring(call, uow.alerts.get(call.alert or ""))]
    stopped = sum(_stop(context, call) for call in idle)
    return stopped + sum(_ask(context, call) for call in due)


def _stop(context: Context, call: Message) -> bool:
    """Once: what has been picked up meanwhile goes on, and its keys are answered by what is true then."""
    with context.store.write(urgent=True) as uow:
        fresh = uow.messages.get(call.id)
        alert = uow.alerts.get(call.alert or "")
        if fresh is None or not calls.need_not_ring(fresh, alert):
            return False
        noted = uow.messages.update(replace(fresh, reason=calls.STOPPED), expected=fresh.state)
        uow.commit()
    gateway: object = context.gateways.get(Channel.VOICE)
    if noted and call.provider_id is not None and isinstance(gateway, StopsRinging):
        gateway.stop_ringing(call.provider_id)
    return noted


def _ask(context: Context, call: Message) -> bool:
    stage = _stage_at_provider(context, call)
    now = context.clock.now()
    with context.store.write(urgent=True) as uow:
        message = uow.messages.get(call.id)
        if message is None or message.state is not call.state or message.settled_at is not None:
            return False
        if stage is None or not stage.in_vain:
            stage = _given_up(message, stage, now)
        if stage is None:
            waiting = replace(message, next_look_at=now + calls.LOOK_EVERY)
            uow.messages.update(waiting, expected=message.state)
        else:
            _move(uow, context, message, message, stage, None)
        uow.commit()
    return True


def _given_up(message: Message, stage: CallStage | None, now: datetime) -> CallStage | None:
    """None while it may still be answered; then what it counts as, where the provider cannot say or the line hangs."""
    began = message.sent_at or now
    patience = calls.GIVE_UP + (calls.LONGEST_TALK if stage is CallStage.ANSWERED else timedelta(0))
    if now - began < patience:
        return None
    return CallStage.NO_KEY if stage is CallStage.ANSWERED else CallStage.NO_ANSWER


def _stage_at_provider(context: Context, call: Message) -> CallStage | None:
    gateway = context.gateways.get(Channel.VOICE)
    began = call.sending_at or call.sent_at
    if gateway is None or began is None:
        return None
    try:
        found = gateway.look_up(to=call.to, sender=None, since=began - _CLOCK_SLACK)
    except FollowupError:
        return None
    return next((record.stage for record in found if record.provider_id == call.provider_id), None)


def _message_of(uow: UnitOfWork, news: CallNews) -> Message | None:
    """By our own id from the callback's address; a foreign pairing, or what is no call, is not ours."""
    if news.message_id is None:
        found = uow.messages.by_provider_id(news.provider, news.provider_id)
    else:
        found = uow.messages.get(news.message_id)
    if found is None or not calls.is_call_of_ours(found) or found.provider_id not in {None, news.provider_id}:
        return None
    return found


def _move(
    uow: UnitOfWork, context: Context, before: Message, known: Message, stage: CallStage, code: str | None
) -> bool:
    """Whether the news is stored; False where somebody else moved the call meanwhile."""
    now = context.clock.now()
    after = calls.moved(known, stage, now, code=code)
    if after == before:
        return True
    if not stage.line_open and (asked := calls.asked_about(after)) is not None:
        after = replace(after, question=None)
        keep_try(uow, context, after, connection=asked[0], result=unconfirmed(asked[1]), seconds=asked[1], sure=False)
    if not uow.messages.update(after, expected=before.state):
        return False
    if after.state is not before.state and calls.is_call(after):
        _follow(Aftermath(uow=uow, context=context, now=now), after, stage)
    return True


def _follow(aftermath: Aftermath, message: Message, stage: CallStage) -> None:
    uow, context, now = aftermath.uow, aftermath.context, aftermath.now
    alert = uow.alerts.get(message.alert) if message.alert else None
    if alert is None:
        return
    opened_under = context.content.version(alert.schedule_version).configuration
    chain = chain_of(alert, opened_under, context.content.current().content.configuration)
    notices = uow.messages.of_round(alert.id, calls.round_of(message.intent))
    follows = calls.consequence(message, stage, alert, chain, notices, now)
    if follows.fault:
        undelivered(aftermath, message, None)
    if follows.rings_again_at is not None:
        _ring_again(uow, message, follows.rings_again_at, now)
    if follows.moves_on:
        _move_on(uow, alert, now)


def _ring_again(uow: UnitOfWork, message: Message, at: datetime, now: datetime) -> None:
    again = replace(
        copy_of(message, now, not_before=at), intent=calls.second_ring_intent(message), attempt=1, question=None
    )
    if uow.messages.add(again):
        uow.wake(again.message_class.lane.value)


def _move_on(uow: UnitOfWork, alert: Alert, now: datetime) -> None:
    if uow.alerts.update(move_on(alert, now), expected_status=alert.status):
        uow.wake("alerts")
