"""Outgoing messages: their classes, lanes and states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from followup.domain.people import Channel


class MessageClass(StrEnum):
    """What a message is for; the class decides window, opt-out and what happens in doubt."""

    CHECK_IN = "check_in"
    REMINDER = "reminder"
    REPLY = "reply"  # an answer to a patient who just wrote
    SAFETY = "safety"  # E_* texts, and U_* texts to words of danger
    KEYWORD = "keyword"  # opt-out, opt-in and help confirmations
    PERSONAL = "personal"  # a text that a member of staff wrote
    STAFF_NOTICE = "staff_notice"
    STAFF_REPLY = "staff_reply"  # an answer to a member of staff who just wrote

    @property
    def keeps_window(self) -> bool:
        """Whether it waits for the patient's send window."""
        return self in {MessageClass.CHECK_IN, MessageClass.REMINDER}

    @property
    def for_staff(self) -> bool:
        """Whether it goes to a member of staff."""
        return self in {MessageClass.STAFF_NOTICE, MessageClass.STAFF_REPLY}

    @property
    def lane(self) -> Lane:
        """The lane whose senders deliver it; a lane below never delays one above."""
        if self.for_staff:
            return Lane.STAFF
        if self is MessageClass.SAFETY:
            return Lane.SAFETY
        return Lane.CHECK_IN if self.keeps_window else Lane.REPLY


class Lane(StrEnum):
    """Senders of their own each, most urgent first."""

    STAFF = "staff"
    SAFETY = "safety"
    REPLY = "reply"
    CHECK_IN = "check_in"


class MessageState(StrEnum):
    """Where a message is.

    `queued` waits for its time, `held` for a hold to end, `claimed` is taken but surely not sent, `sending`
    may have been sent, `in_doubt` was `sending` when its process died or its answer got lost. `sent` may
    still become `delivered`, `undelivered` or `failed`. `unknown`, `suppressed` and `expired` are final.
    """

    QUEUED = "queued"
    HELD = "held"
    CLAIMED = "claimed"
    SENDING = "sending"
    IN_DOUBT = "in_doubt"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"
    EXPIRED = "expired"

    @property
    def progress(self) -> int:
        """Rank by which a late or doubled callback cannot move a message backwards."""
        return _PROGRESS[self]

    @property
    def waiting(self) -> bool:
        """Whether it has surely not been sent and still may be."""
        return self in {MessageState.QUEUED, MessageState.HELD, MessageState.CLAIMED}


_PROGRESS = {
    MessageState.QUEUED: 0,
    MessageState.HELD: 0,
    MessageState.CLAIMED: 1,
    MessageState.SENDING: 2,
    MessageState.IN_DOUBT: 3,
    MessageState.UNKNOWN: 4,
    MessageState.SENT: 5,
    MessageState.DELIVERED: 6,
    MessageState.UNDELIVERED: 6,
    MessageState.FAILED: 6,
    MessageState.SUPPRESSED: 6,
    MessageState.EXPIRED: 6,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One outgoing message: one channel, one recipient, one class.

    `intent` names what it is for and is unique, so that no crash or race makes a second one: for example
    `check-in/{id}/{question}/1`. `expires_at`: after it the message is expired, never sent late.
    `provider_id` is the provider's name for it once accepted.
    """

    id: str
    clinic: str
    message_class: MessageClass
    channel: Channel
    to: str
    template: str
    body: str
    intent: str
    created_at: datetime
    not_before: datetime
    subject: str | None = None
    language: str = "en"
    patient: str | None = None
    person: str | None = None
    check_in: str | None = None
    question: str | None = None
    alert: str | None = None
    inbound: str | None = None
    attempt: int = 1
    state: MessageState = MessageState.QUEUED
    reason: str | None = None
    expires_at: datetime | None = None
    claimed_by: str | None = None
    lease_until: datetime | None = None
    sending_at: datetime | None = None
    sent_at: datetime | None = None
    settled_at: datetime | None = None
    provider: str | None = None
    provider_id: str | None = None
    error_code: str | None = None
    next_look_at: datetime | None = None
    looks: int = 0
    tries: int = 0
    schedule_version: int | None = None
    template_hash: str | None = None
