"""A key on a call that we placed: 1 takes the alert, 2 passes it on, 3 connects to the patient. The answer is spoken.

Called by the provider's voice webhook, and in the demo by the simulated phones. Each answer says what is true now.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from followup.content.call_words import CallWords, said
from followup.domain import calls
from followup.domain.contact import ContactResult
from followup.domain.message import Message
from followup.gateways.port import EndedBridge, PressedKey, Spoken
from followup.services import page_test
from followup.services.bridging import BRIDGE_TEMPLATE, Blocked, keep_try, number_to_ring
from followup.services.context import Context, clinic_of
from followup.services.duty import configuration_now
from followup.services.on_the_line import Line, not_usable, not_yours, passed_on, take_it, taken
from followup.services.turns import alert_turn
from followup.storage.unit_of_work import UnitOfWork

KEY_PATH = "/twilio/voice/key"
#: Where the provider tells how a connection to a patient ended, and where the key goes that says who was reached.
BRIDGE_PATH = "/twilio/voice/bridge"
SAID_PATH = "/twilio/voice/said"

#: Keys that do something; any other proves nobody, it may be a phone in a pocket.
_KEYS = frozenset("123")
_RESULTS = {"1": ContactResult.REACHED, "2": ContactResult.VOICEMAIL, "3": ContactResult.WRONG_PERSON}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line(Line):
    """One key on one call that we placed, and the number that calls."""

    message: Message
    caller: str


def press_key(context: Context, pressed: PressedKey) -> Spoken:
    """Do what a key asks for; returns what is said next. A key of a call that is over or not ours changes nothing."""
    with context.store.write(urgent=True) as uow:
        tested = _on_a_test(uow, context, pressed)
        if tested is not None:
            uow.commit()
            return tested
        line = _line(uow, context, pressed.message_id, pressed.provider_id, pressed.sender)
        if line is None:
            return not_usable(context)
        message = replace(line.message, provider=pressed.provider, provider_id=pressed.provider_id)
        spoken = _acted(replace(line, message=message), pressed.key)
        if pressed.key in _KEYS:
            uow.messages.update(calls.key_pressed(message, pressed.key, line.now), expected=line.message.state)
        uow.commit()
    return spoken


def _on_a_test(uow: UnitOfWork, context: Context, pressed: PressedKey) -> Spoken | None:
    """What a key does on the call of a test page: 1 answers it. None where the call is no such call, or is over."""
    message, now = uow.messages.get(pressed.message_id), context.clock.now()
    if message is None or message.template != page_test.CALL_TEMPLATE or calls.over(message, now):
        return None
    if message.provider_id not in {None, pressed.provider_id}:
        return None
    heard = pressed.key == "1" and page_test.answered_by_call(uow, message, now)
    if heard:
        known = replace(message, provider=pressed.provider, provider_id=pressed.provider_id)
        uow.messages.update(calls.key_pressed(known, pressed.key, now), expected=message.state)
    language = context.content.current().content.configuration.staff_language
    words = CallWords.TEST_HEARD if heard else CallWords.TEST_KEY
    again = None if heard else f"{KEY_PATH}/{message.id}"
    return Spoken(text=said(words, language), language=language, key_path=again)


def end_bridge(context: Context, ended: EndedBridge) -> Spoken:
    """A patient's phone was put down, or never picked up: the try is kept, or it is asked first who was reached."""
    with context.store.write(urgent=True) as uow:
        line = _line(uow, context, ended.message_id, ended.provider_id, "")
        if line is None:
            return not_usable(context)
        if ended.reached and not ended.caller_gone:
            asking = calls.asks_about(line.message, ended.connection, ended.seconds)
            uow.messages.update(asking, expected=line.message.state)
            spoken = line.says(CallWords.REACHED)
            spoken = replace(spoken, key_path=f"{SAID_PATH}/{line.message.id}")
        elif ended.reached:
            # Nobody is left to ask: the end of the call itself keeps the try, see follow_calls.
            uow.messages.update(
                calls.asks_about(line.message, ended.connection, ended.seconds), expected=line.message.state
            )
            spoken = line.says(CallWords.NOTED)
        else:
            keep_try(
                uow,
                context,
                line.message,
                connection=ended.connection,
                result=ContactResult.NO_ANSWER,
                seconds=0,
                sure=True,
            )
            spoken = line.says(CallWords.NO_ANSWER, asks=True)
        uow.commit()
    return spoken


def say_who_was_reached(context: Context, pressed: PressedKey) -> Spoken:
    """The key that answers whether a connection reached the patient; any other key asks once more."""
    with context.store.write(urgent=True) as uow:
        line = _line(uow, context, pressed.message_id, pressed.provider_id, pressed.sender)
        asked = calls.asked_about(line.message) if line is not None else None
        if line is None or asked is None:
            return not_usable(context)
        result = _RESULTS.get(pressed.key)
        if result is None:
            return replace(line.says(CallWords.REACHED), key_path=f"{SAID_PATH}/{line.message.id}")
        keep_try(uow, context, line.message, connection=asked[0], result=result, seconds=asked[1], sure=True)
        uow.messages.update(replace(line.message, question=None), expected=line.message.state)
        uow.commit()
        return line.says(CallWords.NOTED)


def _line(uow: UnitOfWork, context: Context, message_id: str, provider_id: str, caller: str) -> _Line | None:
    """The call in question, where it is ours, still open, about an alert, and to somebody who works here.

    Signatures have no time in them, so that a recorded request could be sent again: a call that has ended takes none.
    """
    now = context.clock.now()
    message = uow.messages.get(message_id)
    if message is None or not calls.is_call_of_ours(message) or calls.over(message, now):
        return None
    if message.provider_id not in {None, provider_id} or message.alert is None:
        return None
    uow.serialize(alert_turn(message.alert))
    configuration = configuration_now(uow, context.content.current(), now)
    member = configuration.staff.get(message.person or "")
    alert = uow.alerts.get(message.alert)
    if member is None or alert is None:
        return None
    return _Line(
        uow=uow,
        context=context,
        configuration=configuration,
        member=member,
        alert=alert,
        key_path=f"{KEY_PATH}/{message.id}",
        now=now,
        message=message,
        caller=caller,
    )


def _acted(line: _Line, key: str) -> Spoken:
    asked_for_on_a_page = line.message.template == BRIDGE_TEMPLATE
    match key:
        case "1" if asked_for_on_a_page:
            return _connect(line)
        case "1":
            return taken(line)
        case "2" if not asked_for_on_a_page:
            return passed_on(line)
        case "3":
            return _connect(line)
        case _:
            return line.says(CallWords.ANY_KEY, asks=True)


def _connect(line: _Line) -> Spoken:
    """Whoever is connected to the patient has the alert; where somebody else has it, two would call."""
    other = not_yours(line, take_it(line))
    if other is not None:
        return other
    number = number_to_ring(line.uow, line.alert)
    if isinstance(number, Blocked):
        return line.says(number.words)
    clinic = clinic_of(line.configuration, line.alert.clinic)
    return replace(
        line.says(CallWords.CONNECTING),
        connect_to=number,
        caller=clinic.sender or line.caller or None,
        ended_path=f"{BRIDGE_PATH}/{line.message.id}",
    )
