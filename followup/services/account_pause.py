"""The provider takes nothing for the whole account: ordinary texts wait, and are not each refused in turn.

A daily limit (Twilio's 63038) or a suspended account ends by a person's hand or by time, not by asking again.
Safety replies and notices to staff are tried all the same. `deliver_messages` asks and sets it.
"""

from __future__ import annotations

from datetime import datetime

from followup.domain.people import Channel
from followup.storage.unit_of_work import UnitOfWork


def pause(uow: UnitOfWork, channel: Channel, until: datetime) -> None:
    """Let ordinary messages of a channel wait until an instant; then one of them finds out how things stand."""
    uow.facts.set(_fact(channel), until.isoformat())


def paused_until(uow: UnitOfWork, channel: Channel) -> datetime | None:
    """Until when ordinary messages of a channel wait; None where they never had to."""
    stored = uow.facts.get(_fact(channel))
    return None if stored is None else datetime.fromisoformat(stored)


def _fact(channel: Channel) -> str:
    return f"account_pause/{channel.value}"
