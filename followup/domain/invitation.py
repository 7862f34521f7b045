"""The one text that asks a patient whether they want follow-up texts: when it may go again, and whom it suits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from followup.domain.message import Message, MessageState

TEMPLATE: Final = "OPTIN_ASK"
#: A patient who does not answer is not asked again sooner than this.
OPEN_FOR: Final = timedelta(days=7)

_NEVER_ARRIVED: Final = frozenset(
    {MessageState.SUPPRESSED, MessageState.EXPIRED, MessageState.FAILED, MessageState.UNDELIVERED}
)


def waiting(messages: Iterable[Message], now: datetime) -> Message | None:
    """The latest invitation among a patient's `messages` that may still be answered; None: the patient may be asked."""
    found = [one for one in messages if one.template == TEMPLATE and _is_open(one, now)]
    return max(found, key=lambda one: (one.not_before, one.id), default=None)


def _is_open(invitation: Message, now: datetime) -> bool:
    return invitation.state not in _NEVER_ARRIVED and now - invitation.not_before < OPEN_FOR
