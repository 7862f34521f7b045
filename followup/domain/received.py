"""Anything that came in, stored raw before anything else is done with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from followup.domain.people import Channel


class InboundState(StrEnum):
    """`received` waits to be read; `read` was answered or routed; `failed` was handed to a person unread."""

    RECEIVED = "received"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One incoming message. `provider_id` is unique per provider, so a redelivery is taken once.

    `raw` is the form or mail as received; `opt_out_type` is the provider's own word (STOP, START, HELP)
    where it has already answered a keyword itself.
    """

    id: str
    clinic: str
    provider: str
    provider_id: str
    channel: Channel
    sender: str
    to: str
    body: str
    received_at: datetime
    raw: str = ""
    media: tuple[str, ...] = ()
    opt_out_type: str | None = None
    state: InboundState = InboundState.RECEIVED
    attempts: int = 0
    read_at: datetime | None = None
    patient: str | None = None
    kind: str | None = None
    reading: str | None = None
