"""Twilio's words for where a message or a call stands, in ours. The gateways and twilio_webhook read through it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from followup.domain.calls import CallStage
from followup.domain.message import MessageState

PROVIDER: Final = "twilio"

# Every word before the carrier's answer proves acceptance, which is all that `sent` says.
_STATES: Final[Mapping[str, MessageState]] = MappingProxyType(
    {
        "accepted": MessageState.SENT,
        "scheduled": MessageState.SENT,
        "queued": MessageState.SENT,
        "sending": MessageState.SENT,
        "sent": MessageState.SENT,
        "delivered": MessageState.DELIVERED,
        "read": MessageState.DELIVERED,
        "undelivered": MessageState.UNDELIVERED,
        "failed": MessageState.FAILED,
        "canceled": MessageState.FAILED,
    }
)


def state_of(word: str | None) -> MessageState | None:
    """Our state for Twilio's `word`; None for one we do not know."""
    return _STATES.get((word or "").strip().lower())


# Twilio docs, Call resource, Status; a call placed or queued rings for all we can do about it.
_STAGES: Final[Mapping[str, CallStage]] = MappingProxyType(
    {
        "queued": CallStage.RINGING,
        "initiated": CallStage.RINGING,
        "ringing": CallStage.RINGING,
        "answered": CallStage.ANSWERED,
        "in-progress": CallStage.ANSWERED,
        "completed": CallStage.NO_KEY,
        "busy": CallStage.BUSY,
        "no-answer": CallStage.NO_ANSWER,
        "failed": CallStage.FAILED,
        "canceled": CallStage.CANCELED,
    }
)


def stage_of(word: str | None, answered_by: str | None = None) -> CallStage | None:
    """Where a call stands by Twilio's `word`, and by what it took whoever picked up for; None for an unknown word.

    What picked up counts while the line is open (`machine_start`, `fax`): afterwards a key may have been pressed.
    """
    stage = _STAGES.get((word or "").strip().lower())
    listened = (answered_by or "").strip().lower()
    machine = listened.startswith("machine") or listened == "fax"
    if machine and stage in {None, CallStage.RINGING, CallStage.ANSWERED}:
        return CallStage.MACHINE
    return stage
