"""Twilio's words for where a message stands, in ours. twilio_sms and twilio_webhook read statuses through it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

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
