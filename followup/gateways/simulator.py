"""A provider without a network: fictional phones and mailboxes for the demo, rehearsals and tests.

Bootstrap makes one for a demo database; the simulator pages read its phones; tests also give it faults.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypedDict

from followup.clock import Clock
from followup.domain.calls import CallStage
from followup.domain.message import MessageState
from followup.domain.people import Channel
from followup.gateways.port import (
    Accepted,
    GatewayError,
    Late,
    Outcome,
    Outgoing,
    ProviderRecord,
    ReceivedText,
    RefusalKind,
    Refused,
    StatusUpdate,
    Uncertain,
)
from followup.gateways.simulated_book import Book, Direction, Entry
from followup.gateways.simulated_calls import SimulatedCalls
from followup.gateways.simulated_faults import Fault, Faults
from followup.ids import new_id

NAME = "simulator"
CLINIC_NUMBER = "+12025550100"
CLINIC_ADDRESS = "follow-up@clinic.example"

PhoneMessage = TypedDict(
    "PhoneMessage", {"at": str, "from": str, "to": str, "body": str, "media": list[str], "direction": str, "id": str}
)
MailboxMessage = TypedDict(
    "MailboxMessage", {"at": str, "from": str, "to": str, "subject": str, "text": str, "id": str}
)

OnStatus = Callable[[StatusUpdate], None]


class SimulatedProvider:
    """Carries texts, calls and mails between the clinic and fictional people. Safe to call from any thread.

    `path` is its SQLite file, so that a demo started again shows the same phones; None keeps all in
    memory. `on_status` is told what became of each accepted message, before `send` returns, as a real
    provider may do. `before_send` runs on the sending thread before anything is accepted: tests stop
    a send there.
    """

    def __init__(
        self,
        clock: Clock,
        path: Path | None = None,
        *,
        number: str = CLINIC_NUMBER,
        staff_number: str | None = None,
        address: str = CLINIC_ADDRESS,
        on_status: OnStatus | None = None,
    ) -> None:
        self._clock = clock
        self._book = Book(path)
        self._default_senders = {Channel.SMS: number, Channel.VOICE: number, Channel.EMAIL: address}
        self._staff_number = staff_number
        self._blocked: set[str] = set()
        self._failing_look_ups = 0
        self.on_status = on_status
        self.before_send: Callable[[Outgoing], None] | None = None
        self.faults = Faults()
        self.sms = SimulatedGateway(self, Channel.SMS)
        self.email = SimulatedGateway(self, Channel.EMAIL)
        self.voice = SimulatedGateway(self, Channel.VOICE)
        self.calls = SimulatedCalls(self._book, clock, NAME)

    # What the gateways do

    def send(self, message: Outgoing) -> Outcome:
        """Carry `message`, unless a fault strikes. Never raises."""
        if self.before_send is not None:
            self.before_send(message)
        if message.to in self._blocked and message.channel is Channel.SMS:
            return _OPTED_OUT
        fault = self.faults.next_for(message)
        if fault is not None and fault.outcome is not None and not fault.accepted:
            return fault.outcome
        entry = self._accept(message)
        if message.channel is Channel.VOICE:
            self._ring(entry, fault)
        else:
            self._report(entry, fault)
        if fault is not None and fault.outcome is not None:
            return fault.outcome
        return Accepted(provider=NAME, provider_id=entry.provider_id)

    def look_up(
        self, *, to: str, sender: str | None, since: datetime, channel: Channel = Channel.SMS
    ) -> tuple[ProviderRecord, ...]:
        """Texts, or calls, accepted for `to` at or after `since`, oldest first. Raises GatewayError while told to."""
        if self._failing_look_ups > 0:
            self._failing_look_ups -= 1
            raise GatewayError("the simulated provider cannot be asked just now")
        return tuple(
            _record(entry, self.calls.stage(entry) if channel is Channel.VOICE else None)
            for entry in self._book.of(channel, to)
            if entry.direction is Direction.OUT and entry.at >= since and sender in {None, entry.sender}
        )

    def _accept(self, message: Outgoing) -> Entry:
        entry = Entry(
            direction=Direction.OUT,
            channel=message.channel,
            at=self._clock.now(),
            sender=self._sender(message),
            recipient=message.to,
            subject=message.subject,
            body=message.body,
            provider_id=f"SIM{new_id()}",
            message_id=message.id,
            attempt=message.attempt,
        )
        self._book.add(entry)
        return entry

    def _sender(self, message: Outgoing) -> str:
        if message.staff and message.channel is not Channel.EMAIL and self._staff_number is not None:
            return self._staff_number
        return message.sender or self._default_senders[message.channel]

    def _ring(self, entry: Entry, fault: Fault | None) -> None:
        """A phone rings, and nothing is heard of it until somebody picks up; a planned failure comes at once."""
        if fault is not None and fault.receipt is not None:
            self.calls.ends(entry.provider_id, CallStage.FAILED)

    def _report(self, entry: Entry, fault: Fault | None) -> None:
        planned = fault.receipt if fault is not None else None
        if planned is None and self.on_status is None:
            return
        update = StatusUpdate(
            message_id=entry.message_id,
            attempt=entry.attempt,
            provider=NAME,
            provider_id=entry.provider_id,
            state=planned.state if planned is not None else MessageState.DELIVERED,
            error_code=planned.error_code if planned is not None else None,
            late=planned.late if planned is not None else None,
            reason=planned.reason if planned is not None else None,
        )
        if update.state is not None:
            self._book.settle(entry.provider_id, update.state)
        if self.on_status is not None:
            self.on_status(update)

    # What fictional people see and do

    def phones(self) -> tuple[str, ...]:
        """Every number seen so far, in the order of its first text."""
        return self._book.owners(Channel.SMS)

    def mailboxes(self) -> tuple[str, ...]:
        """Every address seen so far, in the order of its first mail."""
        return self._book.owners(Channel.EMAIL)

    def phone_messages(self, number: str) -> list[PhoneMessage]:
        """What one phone shows, both directions, oldest first; `at` is ISO 8601 with offset."""
        return [
            {
                "at": entry.at.isoformat(),
                "from": entry.sender,
                "to": entry.recipient,
                "body": entry.body,
                "media": list(entry.media),
                "direction": entry.direction,
                "id": entry.provider_id,
            }
            for entry in self._book.of(Channel.SMS, number)
        ]

    def mailbox(self, address: str) -> list[MailboxMessage]:
        """What one mailbox holds, oldest first; `at` is ISO 8601 with offset."""
        return [
            {
                "at": entry.at.isoformat(),
                "from": entry.sender,
                "to": entry.recipient,
                "subject": entry.subject or "",
                "text": entry.body,
                "id": entry.provider_id,
            }
            for entry in self._book.of(Channel.EMAIL, address)
        ]

    def record_inbound(
        self,
        *,
        sender: str,
        body: str,
        to: str | None = None,
        media: tuple[str, ...] = (),
        opt_out_type: str | None = None,
    ) -> ReceivedText:
        """The owner of phone `sender` writes; without `to`, to whoever texted that phone last.

        Returns what a real provider would post to us. `media` are content types.
        """
        entry = Entry(
            direction=Direction.IN,
            channel=Channel.SMS,
            at=self._clock.now(),
            sender=sender,
            recipient=to or self._last_correspondent(sender),
            body=body,
            media=media,
            provider_id=f"SIM{new_id()}",
        )
        self._book.add(entry)
        fields = [["MessageSid", entry.provider_id], ["From", sender], ["To", entry.recipient], ["Body", body]]
        return ReceivedText(
            provider=NAME,
            provider_id=entry.provider_id,
            sender=sender,
            to=entry.recipient,
            body=body,
            media=media,
            opt_out_type=opt_out_type,
            raw=json.dumps(fields, ensure_ascii=False),
        )

    def _last_correspondent(self, number: str) -> str:
        received = [entry for entry in self._book.of(Channel.SMS, number) if entry.recipient == number]
        return received[-1].sender if received else self._default_senders[Channel.SMS]

    # What tests ask

    def ledger(self) -> tuple[Entry, ...]:
        """Everything accepted from us, oldest first: the truth, whatever was answered."""
        return self._book.sent()

    def refuse(
        self,
        kind: RefusalKind = RefusalKind.PERMANENT,
        *,
        code: str = "21211",
        to: str | None = None,
        times: int | None = 1,
        retry_after: timedelta | None = None,
        channel: Channel | None = None,
    ) -> None:
        """Refuse the next `times` messages (to `to`, by `channel`)."""
        refusal = Refused(kind=kind, code=code, reason="refused by the simulated provider", retry_after=retry_after)
        self.faults.add(Fault(outcome=refusal, to=to, channel=channel), times=times)

    def lose_answer(
        self, *, accepted: bool = True, to: str | None = None, times: int | None = 1, channel: Channel | None = None
    ) -> None:
        """Lose the answer of the next `times` messages (to `to`, by `channel`), `accepted` or not."""
        lost = Uncertain(reason="the answer of the simulated provider was lost")
        self.faults.add(Fault(outcome=lost, accepted=accepted, to=to, channel=channel), times=times)

    def fail_delivery(
        self,
        late: Late = Late.TRANSIENT,
        *,
        code: str = "30003",
        state: MessageState = MessageState.UNDELIVERED,
        to: str | None = None,
        times: int | None = 1,
        channel: Channel | None = None,
    ) -> None:
        """Accept the next `times` messages (to `to`, by `channel`) and report them undelivered."""
        receipt = StatusUpdate(
            message_id=None,
            attempt=None,
            provider=NAME,
            provider_id="",
            state=state,
            error_code=code,
            late=late,
            reason="not delivered by the simulated provider",
        )
        self.faults.add(Fault(receipt=receipt, to=to, channel=channel), times=times)

    def block(self, number: str) -> None:
        """Refuse every text to `number` as opted out, as a provider does after STOP."""
        self._blocked.add(number)

    def unblock(self, number: str) -> None:
        """Take messages to `number` again."""
        self._blocked.discard(number)

    def fail_look_ups(self, times: int = 1) -> None:
        """Let the next `times` look-ups raise GatewayError."""
        self._failing_look_ups = times

    def close(self) -> None:
        """Close the file."""
        self._book.close()


class SimulatedGateway:
    """One channel of the simulated provider."""

    def __init__(self, provider: SimulatedProvider, channel: Channel) -> None:
        self._provider = provider
        self._channel = channel

    @property
    def name(self) -> str:
        """The provider's name as stored beside its ids."""
        return NAME

    @property
    def channel(self) -> Channel:
        """The channel this gateway serves."""
        return self._channel

    def send(self, message: Outgoing) -> Outcome:
        """Hand `message` to the simulated provider."""
        return self._provider.send(message)

    def look_up(self, *, to: str, sender: str | None, since: datetime) -> tuple[ProviderRecord, ...]:
        """What was accepted for `to`; a mail server cannot be asked, so mail finds nothing."""
        if self._channel is Channel.EMAIL:
            return ()
        return self._provider.look_up(to=to, sender=sender, since=since, channel=self._channel)

    def stop_ringing(self, provider_id: str) -> None:
        """Stop a call that nobody has picked up."""
        if self._channel is Channel.VOICE:
            self._provider.calls.stops(provider_id)

    def close(self) -> None:
        """Nothing to let go of: the provider is shared and closed by its owner."""


_OPTED_OUT = Refused(
    kind=RefusalKind.OPTED_OUT, code="21610", reason="The recipient has stopped texts from this number."
)


def _record(entry: Entry, stage: CallStage | None) -> ProviderRecord:
    return ProviderRecord(
        provider_id=entry.provider_id,
        to=entry.recipient,
        body=entry.body,
        created_at=entry.at,
        state=entry.state,
        error_code=None,
        refused=False,
        stage=stage,
    )
