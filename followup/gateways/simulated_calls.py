"""Calls to fictional phones: they ring for a while by the demo's clock, and somebody may pick up and press a key.

The simulator keeps one; the demo's world and tests move its calls.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final, TypedDict

from followup.clock import Clock
from followup.domain.calls import CallStage
from followup.domain.people import Channel
from followup.errors import BadInput, NotFound
from followup.gateways.port import CallNews, EndedBridge, PressedKey, Spoken
from followup.gateways.simulated_book import Book, Direction, Entry
from followup.ids import new_id

#: A phone that nobody picks up rings this long.
RINGS: Final = timedelta(seconds=25)
#: How long people talk when a patient picks up, in seconds, whatever the standing clock shows.
TALK: Final = 90

PhoneCall = TypedDict(
    "PhoneCall",
    {"id": str, "at": str, "from": str, "to": str, "said": str, "state": str, "heard": list[str], "connected": bool},
)


def _asks(spoken: Spoken) -> bool:
    return spoken.key_path is not None and "/said/" in spoken.key_path


class SimulatedCalls:
    """Every call to fictional phones. Safe to call from any thread. Raises NotFound for a call that there is not."""

    def __init__(self, book: Book, clock: Clock, provider: str) -> None:
        self._book = book
        self._clock = clock
        self._provider = provider
        self.on_call: Callable[[CallNews], None] | None = None

    def of(self, number: str) -> list[PhoneCall]:
        """The calls to one phone, oldest first; `at` is ISO 8601 with offset, `said` what whoever picks up hears."""
        return [self._shown(entry) for entry in self._book.of(Channel.VOICE, number)]

    def stage(self, entry: Entry) -> CallStage:
        """Where a call stands by the clock: one that nobody picked up has stopped ringing after a while."""
        stage = self._book.line(entry.provider_id).stage
        rang_out = stage is CallStage.RINGING and self._clock.now() - entry.at >= RINGS
        return CallStage.NO_ANSWER if rang_out else stage

    def press(self, call_id: str, key: str) -> PressedKey:
        """Whoever has the phone picks up, if nobody has yet, and presses a key. Raises BadInput when it is over."""
        entry = self._entry(call_id)
        if not self.stage(entry).line_open:
            raise BadInput("This call is over; no key can be pressed any more.")
        self._note(entry, CallStage.ANSWERED)
        return PressedKey(
            message_id=entry.message_id or "",
            provider=self._provider,
            provider_id=entry.provider_id,
            key=key,
            sender=entry.sender,
        )

    def hears(self, call_id: str, spoken: Spoken) -> None:
        """What was said after a key; another phone rings, a further key may be pressed, or the call is over."""
        entry = self._entry(call_id)
        line = self._book.line(entry.provider_id)
        goes_on = spoken.connect_to is not None or spoken.key_path is not None
        stage = CallStage.ANSWERED if goes_on else CallStage.NO_KEY
        heard = (*line.heard, spoken.text)
        line = replace(line, stage=stage, heard=heard, connected_to=spoken.connect_to, asked=_asks(spoken))
        self._book.note_call(line)
        if not goes_on:
            self._tell(entry, stage)

    def ends(self, call_id: str, stage: CallStage) -> None:
        """The call ends so, or voicemail picks up. Raises BadInput where it is over already."""
        entry = self._entry(call_id)
        if not self.stage(entry).line_open:
            raise BadInput("This call is over already.")
        self._note(entry, stage)
        self._tell(entry, stage)

    def stops(self, call_id: str) -> None:
        """We stop a call that rings; one that somebody picked up, or that is over, stays as it is."""
        entry = self._entry(call_id)
        if self.stage(entry) is CallStage.RINGING:
            self._note(entry, CallStage.CANCELED)
            self._tell(entry, CallStage.CANCELED)

    def asks_who_was_reached(self, call_id: str) -> bool:
        """Whether the next key answers that; after a patient's phone was put down."""
        return self._book.line(self._entry(call_id).provider_id).asked

    def connection_ends(self, call_id: str, *, reached: bool, caller_gone: bool = False) -> EndedBridge:
        """The patient's phone, rung by a key, is put down after a talk, or nobody picked it up. Raises BadInput."""
        entry = self._entry(call_id)
        line = self._book.line(entry.provider_id)
        if line.connected_to is None or not line.stage.line_open:
            raise BadInput("This call is connected to nobody.")
        self._book.note_call(replace(line, connected_to=None))
        return EndedBridge(
            message_id=entry.message_id or "",
            provider=self._provider,
            provider_id=entry.provider_id,
            connection=f"SIM{new_id()}",
            reached=reached,
            seconds=TALK if reached else 0,
            caller_gone=caller_gone,
        )

    def _note(self, entry: Entry, stage: CallStage) -> None:
        self._book.note_call(replace(self._book.line(entry.provider_id), stage=stage))

    def _tell(self, entry: Entry, stage: CallStage) -> None:
        if self.on_call is not None:
            self.on_call(
                CallNews(
                    message_id=entry.message_id, provider=self._provider, provider_id=entry.provider_id, stage=stage
                )
            )

    def _entry(self, call_id: str) -> Entry:
        found = self._book.entry(call_id)
        if found is None or found.channel is not Channel.VOICE or found.direction is not Direction.OUT:
            raise NotFound("There is no such call.")
        return found

    def _shown(self, entry: Entry) -> PhoneCall:
        line = self._book.line(entry.provider_id)
        return {
            "id": entry.provider_id,
            "at": entry.at.isoformat(),
            "from": entry.sender,
            "to": entry.recipient,
            "said": entry.body,
            "state": self.stage(entry).value,
            "heard": list(line.heard),
            "connected": line.connected_to is not None and line.stage.line_open,
        }
