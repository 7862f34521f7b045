"""Calls that wake staff: what each ending means for the call itself and for its alert. Services that follow calls ask.

An answered call proves no human: voicemail and call screening pick up too. Only a pressed key does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from followup.domain.alert import Alert, AlertStatus
from followup.domain.level import Level
from followup.domain.message import Message, MessageClass, MessageState
from followup.domain.people import Channel
from followup.domain.schedule import Chain

#: A phone that is set not to disturb lets the second call of one caller through when it comes within three minutes
#: (Apple, "Allow repeated calls"; Android, "Repeat callers", 15 minutes).
RINGS_AGAIN_AFTER: Final = timedelta(seconds=60)
#: A call that nothing has been heard of for this long is asked about at the provider, and then this often.
FIRST_LOOK: Final = timedelta(seconds=45)
LOOK_EVERY: Final = timedelta(seconds=30)
#: Picked up: the text said twice, and time to find the key.
LONGEST_TALK: Final = timedelta(seconds=120)
#: When the provider cannot say by then what became of a call, it counts as not answered.
GIVE_UP: Final = timedelta(seconds=105)
#: No call of ours lasts longer: whoever gives a key later has recorded an old request.
LONGEST_CALL: Final = timedelta(minutes=15)
#: Why a call that we stopped was stopped.
STOPPED: Final = "somebody has the alert; the phone need not ring any more"
#: Ends the intent of the second ring. The parts before it are those of the first.
AGAIN: Final = "again"


class CallStage(StrEnum):
    """Where a call stands, or how it ended."""

    RINGING = "ringing"
    ANSWERED = "answered"  # picked up, by whom or what is not known
    MACHINE = "machine"  # voicemail or call screening; the line may still be open
    NO_KEY = "no_key"  # picked up, and over without a key
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def line_open(self) -> bool:
        """Whether somebody may still press a key."""
        return self in {CallStage.RINGING, CallStage.ANSWERED, CallStage.MACHINE}

    @property
    def in_vain(self) -> bool:
        """Whether this call will be no acknowledgement, unless a key is pressed after all."""
        return self not in {CallStage.RINGING, CallStage.ANSWERED}


@dataclass(frozen=True, slots=True)
class _Ending:
    """What the message of a call becomes, and why, for staff. `fault`: the number or our set-up is wrong."""

    state: MessageState
    reason: str | None
    fault: bool = False


_ENDINGS: Final[Mapping[CallStage, _Ending]] = MappingProxyType(
    {
        CallStage.RINGING: _Ending(MessageState.SENT, None),
        CallStage.ANSWERED: _Ending(MessageState.SENT, "picked up; no key yet"),
        CallStage.MACHINE: _Ending(MessageState.UNDELIVERED, "voicemail or call screening picked up"),
        CallStage.NO_KEY: _Ending(MessageState.UNDELIVERED, "picked up, and no key was pressed"),
        CallStage.BUSY: _Ending(MessageState.UNDELIVERED, "the line was busy, or the call was declined"),
        CallStage.NO_ANSWER: _Ending(MessageState.UNDELIVERED, "nobody picked up"),
        CallStage.FAILED: _Ending(MessageState.FAILED, "the call could not be put through", fault=True),
        CallStage.CANCELED: _Ending(MessageState.FAILED, "the call was cancelled", fault=True),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """What follows from a call that was no acknowledgement.

    `rings_again_at`: when to call the same person once more. `moves_on`: whether the chain goes on at once. `fault`:
    whether somebody has to look at the number or the set-up.
    """

    rings_again_at: datetime | None = None
    moves_on: bool = False
    fault: bool = False


def is_call(message: Message) -> bool:
    """Whether a message is a call that tells a member of staff of an alert."""
    return message.channel is Channel.VOICE and message.message_class is MessageClass.STAFF_NOTICE


def moved(message: Message, stage: CallStage, now: datetime, *, code: str | None = None) -> Message:
    """The message of a call after news of it; old news change nothing, a key that was pressed stays."""
    if message.settled_at is not None and message.state is not MessageState.UNKNOWN:
        return message
    stopped = message.reason == STOPPED and stage.in_vain
    ending = _Ending(MessageState.UNDELIVERED, STOPPED) if stopped else _ENDINGS[stage]
    settled_at = None if stage.line_open else now
    if message.state is MessageState.DELIVERED:
        return replace(message, settled_at=settled_at, next_look_at=None if settled_at else message.next_look_at)
    if message.state in {MessageState.UNDELIVERED, MessageState.FAILED}:
        return replace(message, settled_at=settled_at, next_look_at=None)
    look_at = None
    if not stage.in_vain:
        look_at = now + (LONGEST_TALK if stage is CallStage.ANSWERED else FIRST_LOOK)
    return replace(
        message,
        state=ending.state,
        reason=ending.reason,
        error_code=code or message.error_code,
        sent_at=message.sent_at or now,
        settled_at=settled_at,
        next_look_at=look_at,
    )


def need_not_ring(message: Message, alert: Alert | None) -> bool:
    """Whether a call still rings, as far as is known, for an alert that somebody has."""
    rings = message.state is MessageState.SENT and message.settled_at is None and message.reason is None
    return rings and is_call(message) and alert is not None and alert.status is not AlertStatus.OPEN


def key_pressed(message: Message, key: str, now: datetime) -> Message:
    """A key proves a person, whatever was believed of the call before; more keys may follow until it ends."""
    return replace(
        message,
        state=MessageState.DELIVERED,
        reason=f"key {key} was pressed",
        sent_at=message.sent_at or now,
        settled_at=None,
        next_look_at=None,
    )


def over(message: Message, now: datetime) -> bool:
    """Whether the line is closed for certain, so that a key that is said to come from it is old or false."""
    if message.sent_at is not None and now - message.sent_at > LONGEST_CALL:
        return True
    return message.settled_at is not None and message.state is not MessageState.UNKNOWN


def round_of(intent: str) -> str:
    """Which round of its alert a notice belongs to; intents are `notice/{alert}/{raises}/{position}/{person}/...`."""
    return "/".join(intent.split("/")[:4])


def of_this_round(message: Message, alert: Alert) -> bool:
    """Whether nobody else has been told since, and the alert has not been raised again."""
    return round_of(message.intent) == f"notice/{alert.id}/{alert.raises}/{alert.position}"


def of_this_raise(message: Message, alert: Alert) -> bool:
    """Whether the alert has been neither raised again nor handed on since this notice."""
    return message.intent.startswith(f"notice/{alert.id}/{alert.raises}/")


def second_ring_intent(message: Message) -> str:
    """What the second ring is for: one for a person and round, however many copies of the first there are."""
    return f"{'/'.join(message.intent.split('/')[:6])}/{AGAIN}"


def is_second_ring(message: Message) -> bool:
    """Whether this call is the repetition of one that nobody answered."""
    return AGAIN in message.intent.split("/")


def consequence(
    message: Message,
    stage: CallStage,
    alert: Alert,
    chain: Chain,
    notices: Iterable[Message],
    now: datetime,
) -> Consequence:
    """What follows from `stage` for the alert that `message` was a call about; `notices` are those of its round.

    Voicemail, call screening, a declined call or one without a key move the chain on at once: this person will not
    press one. A phone that rang in vain does so too, unless a text has gone to it and not come back: then it lies
    where it can be read, and its owner has the time that the step gives. An Emergency rings a second time in every
    case. A call that could not be put through is a `fault`, and what follows is that of any notice that did not arrive.
    """
    if not stage.in_vain or alert.status is not AlertStatus.OPEN or message.reason == STOPPED:
        return Consequence()
    if _ENDINGS[stage].fault:
        return Consequence(fault=True)
    if not of_this_round(message, alert):
        return Consequence()  # the chain has gone on without this call
    round_ = [one for one in notices if one.id != message.id]
    again = None
    if alert.level is Level.EMERGENCY and not is_second_ring(message):
        again = max(now, (message.sent_at or now) + RINGS_AGAIN_AFTER)
    text_lies_there = stage is CallStage.NO_ANSWER and _text_went(message, round_)
    last_call = not any(_under_way(one) for one in round_)
    before_the_end = alert.position < len(chain.steps)  # after its last step a chain goes round in its own time
    return Consequence(rings_again_at=again, moves_on=before_the_end and last_call and not text_lies_there)


def _text_went(call: Message, round_: Iterable[Message]) -> bool:
    """Some carriers send no receipt, so that `sent` may be the last word of a text that has been read."""
    went = {MessageState.SENT, MessageState.DELIVERED}
    return any(one.person == call.person and one.channel is Channel.SMS and one.state in went for one in round_)


def _under_way(other: Message) -> bool:
    """Whether another call of the same round may still be answered by a key."""
    waits = {MessageState.QUEUED, MessageState.CLAIMED, MessageState.SENDING, MessageState.IN_DOUBT, MessageState.SENT}
    return is_call(other) and not is_second_ring(other) and other.state in waits


def asks_about(message: Message, connection: str, seconds: int) -> Message:
    """The call on which it is asked now whether a patient was reached, by a connection that lasted so long."""
    return replace(message, question=f"reached/{connection}/{seconds}")


def asked_about(message: Message) -> tuple[str, int] | None:
    """The connection, and its seconds, of which it is not known yet whether it reached the patient."""
    match (message.question or "").split("/"):
        case ["reached", connection, seconds] if is_call_of_ours(message):
            return connection, int(seconds)
        case _:
            return None


def is_call_of_ours(message: Message) -> bool:
    """Whether a message is any call to a member of staff."""
    return message.channel is Channel.VOICE and message.message_class.for_staff


#: How letters are said on the phone, so that C, D, P and T are not taken for one another (ICAO spelling alphabet).
_SPOKEN: Final = MappingProxyType(
    {
        "C": "Charlie",
        "D": "Delta",
        "F": "Foxtrot",
        "G": "Golf",
        "H": "Hotel",
        "J": "Juliett",
        "K": "Kilo",
        "M": "Mike",
        "N": "November",
        "P": "Papa",
        "Q": "Quebec",
        "R": "Romeo",
        "T": "Tango",
        "W": "Whiskey",
        "X": "X-ray",
        "Y": "Yankee",
    }
)


def spelled(code: str) -> str:
    """An alert's code as it is said: `C Charlie, 4, 7, K Kilo`."""
    return ", ".join(f"{each} {_SPOKEN[each]}" if each in _SPOKEN else each for each in code.upper())
