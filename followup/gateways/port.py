"""What every way out of the house looks like: services send and ask through these shapes, adapters fill them in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from followup.domain.calls import CallStage
from followup.domain.message import MessageState
from followup.domain.people import Channel
from followup.errors import FollowupError


class GatewayError(FollowupError):
    """The provider could not be asked just now. Nothing was sent and nothing was learnt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message at the door.

    `id` and `attempt` are ours and travel with the message, so that whatever comes back names it. `to` is
    an E.164 number or an e-mail address. `sender` is the clinic's own number or address; None means the
    configured default. `staff` chooses the sender kept for staff. `valid_for`: after it the provider
    should drop the message rather than deliver it late. `reply_to` is an e-mail address for answers,
    `html` the same words as `body` for mail readers that show HTML. `language` is that of the words.
    """

    id: str
    attempt: int
    channel: Channel
    to: str
    body: str
    subject: str | None = None
    sender: str | None = None
    staff: bool = False
    valid_for: timedelta | None = None
    reply_to: str | None = None
    html: str | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The provider took the message and named it `provider_id`."""

    provider: str
    provider_id: str
    state: MessageState = MessageState.SENT


class RefusalKind(StrEnum):
    """What a refusal asks for. A refused message was surely not accepted."""

    PERMANENT = "permanent"  # this number or configuration will not work; no retry, staff are told
    OPTED_OUT = "opted_out"  # the recipient has stopped messages from this sender
    ACCOUNT = "account"  # nothing can be sent at all: stop every send and alert
    LATER = "later"  # not now; the same attempt may go again after `retry_after`


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The message was surely not accepted. `code` is the provider's, `reason` plain words for staff."""

    kind: RefusalKind
    code: str
    reason: str
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertain:
    """The answer was lost: the message may have been accepted or not. Never repeat it blindly."""

    reason: str


Outcome = Accepted | Refused | Uncertain


class Late(StrEnum):
    """What a message that was accepted and then not delivered asks for."""

    OPTED_OUT = "opted_out"  # stop every text to this number and tell staff
    LANDLINE = "landline"  # this number takes no texts: call or e-mail
    TRANSIENT = "transient"  # at most one later retry, then another channel
    BLOCKED = "blocked"  # filtered, blocked or unregistered: no retry by text, another channel
    PERMANENT = "permanent"  # this number or configuration will not work; also every code we do not know
    ACCOUNT = "account"  # nothing can be sent at all: stop every send and alert


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRecord:
    """One outgoing message as the provider lists it.

    `body` is None where the provider has redacted it. `refused` marks a record of a creation that the
    provider turned down: it was never accepted and proves nothing. `late` and `reason` as in StatusUpdate.
    `stage` is that of a call; None for anything else.
    """

    provider_id: str
    to: str
    body: str | None
    created_at: datetime
    state: MessageState
    error_code: str | None
    refused: bool
    late: Late | None = None
    reason: str | None = None
    stage: CallStage | None = None


class Gateway(Protocol):
    """One channel through one provider. Every method may be called from any thread."""

    @property
    def name(self) -> str:
        """The provider's name as stored beside its ids."""
        ...

    @property
    def channel(self) -> Channel:
        """The channel this gateway serves."""
        ...

    def send(self, message: Outgoing) -> Outcome:
        """Hand `message` over once. Never raises and never repeats a request."""
        ...

    def look_up(self, *, to: str, sender: str | None, since: datetime) -> tuple[ProviderRecord, ...]:
        """All outgoing messages to `to` created at or after `since`, oldest first.

        `sender` narrows to one sender where the message had a fixed one. A provider that cannot list
        returns nothing. Raises GatewayError when the provider cannot be asked.
        """
        ...

    def close(self) -> None:
        """Let go of connections. The gateway is not used afterwards."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusUpdate:
    """What the provider says has become of a message.

    `message_id` and `attempt` are ours, back from the callback's query; None where it carried none.
    `state` is None for a word we do not know. `late` and `reason` (plain words for staff) say what a
    failure asks for; both are None where nothing failed.
    """

    message_id: str | None
    attempt: int | None
    provider: str
    provider_id: str
    state: MessageState | None
    error_code: str | None
    late: Late | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedText:
    """A text that came in. `media` are content types, `raw` all fields as JSON (a list of pairs).

    `received_at` is the provider's time, where it was asked for later; None where it has just been posted.
    """

    provider: str
    provider_id: str
    sender: str
    to: str
    body: str
    media: tuple[str, ...]
    opt_out_type: str | None
    raw: str
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedCall:
    """A call to one of our texting numbers. `reached` says, once it has ended, whether a person answered it.

    `forged`: the carrier says that the caller has no right to the number shown.
    """

    provider: str
    provider_id: str
    sender: str
    to: str
    raw: str
    reached: bool = False
    forged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswer:
    """What a caller hears: the clinic's name and phone, and whom to connect to; nobody where that is None.

    `ended_path` is where the provider tells how the connection ended.
    """

    clinic: str
    phone: str
    connect_to: str | None
    ended_path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNews:
    """What the provider says of a call that we placed.

    `message_id` is ours, back from the address; None where that carried none. `stage` is None for a word that we do
    not know. `error_code` is the provider's.
    """

    message_id: str | None
    provider: str
    provider_id: str
    stage: CallStage | None
    error_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PressedKey:
    """Whoever is on a call with us pressed `key`; empty where they pressed none in time.

    `message_id` is ours, out of the address: that of a call we placed, or of the inbound of a call we got. `sender` is
    the number that the call comes from.
    """

    message_id: str
    provider: str
    provider_id: str
    key: str
    sender: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedBridge:
    """A call that we had connected to a patient's phone is connected no more.

    `connection` is the provider's name for the call to the patient. `reached`: somebody or something picked up, for
    `seconds`. `caller_gone`: nobody is on our end of the line any more, so that nothing can be asked.
    """

    message_id: str
    provider: str
    provider_id: str
    connection: str
    reached: bool
    seconds: int
    caller_gone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What whoever is on the line hears next.

    `key_path`: where a key goes that they press; the call ends after the words where it is None. `connect_to`: whose
    phone rings then, `caller` the number it is called from, `ended_path` where the provider tells how that ended.
    """

    text: str
    language: str = "en"
    key_path: str | None = None
    connect_to: str | None = None
    caller: str | None = None
    ended_path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundSetUp:
    """Where a provider posts the texts (`channel` SMS) or calls (VOICE) that come in for one of our senders.

    `about` names the sender in words. `falls_back_to` is asked when we do not answer. An address is None where none is
    set. Not `known`: the account has no such number.
    """

    about: str
    channel: Channel
    goes_to: str | None = None
    falls_back_to: str | None = None
    known: bool = True


class Inbox(Protocol):
    """Asks a provider for what it has received: the net under posts that were lost on their way to us."""

    def received_since(self, *, to: str, since: datetime) -> tuple[ReceivedText, ...]:
        """All texts to our number `to` at or after `since`, oldest first, under the ids that posts carry.

        Raises GatewayError when the provider cannot be asked.
        """
        ...

    def own_numbers(self) -> tuple[str, ...]:
        """The numbers of ours that only the provider knows. Raises GatewayError when it cannot be asked."""
        ...


@runtime_checkable
class StopsRinging(Protocol):
    """A gateway whose messages ring, and can be told to stop."""

    def stop_ringing(self, provider_id: str) -> None:
        """Stop a call that nobody has picked up; one that somebody is on goes on. Never raises."""
        ...


class Checkable(Protocol):
    """A gateway that can be tried without sending anything."""

    def problem(self) -> str | None:
        """What stands in the way of sending, as a sentence for an operator; None when nothing does."""
        ...


class Webhook(Protocol):
    """Reads what a provider posts to us."""

    def verify(self, *, path_and_query: str, form: Sequence[tuple[str, str]], signature: str | None) -> bool:
        """Whether the provider signed exactly this. `form` holds every pair as sent, blank ones too."""
        ...

    def received(self, form: Sequence[tuple[str, str]]) -> ReceivedText:
        """The text in `form`. Raises BadInput when it names no message or sender."""
        ...

    def status(self, query: Mapping[str, str], form: Sequence[tuple[str, str]]) -> StatusUpdate:
        """The status in `form`. Raises BadInput when it names no message."""
        ...

    def call(self, form: Sequence[tuple[str, str]]) -> ReceivedCall:
        """The call in `form`. Raises BadInput when it names no call, caller or number called."""
        ...

    def answer(self, answer: CallAnswer) -> str:
        """What the provider is to say and do, in its own markup (XML)."""
        ...

    def ended(self, answer: CallAnswer, *, reached: bool) -> str:
        """What follows once the other phone was put down, or was never picked up."""
        ...

    def call_news(self, query: Mapping[str, str], form: Sequence[tuple[str, str]]) -> CallNews:
        """What `form` says of a call that we placed. Raises BadInput when it names no call."""
        ...

    def key(self, message_id: str, form: Sequence[tuple[str, str]]) -> PressedKey:
        """The key in `form`. Raises BadInput when it names no call, or `message_id` is none of ours."""
        ...

    def bridge(self, message_id: str, form: Sequence[tuple[str, str]]) -> EndedBridge:
        """How a connection to a patient ended. Raises BadInput as `key` does."""
        ...

    def speak(self, spoken: Spoken) -> str:
        """What the provider is to say and do next, in its own markup (XML)."""
        ...
