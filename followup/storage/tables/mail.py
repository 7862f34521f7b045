"""What goes out and what came in: the outbox and the inbox."""

from __future__ import annotations

from sqlalchemy import Index, Table, UniqueConstraint

from followup.domain.message import Lane, MessageClass, MessageState
from followup.domain.people import Channel
from followup.domain.received import InboundState
from followup.storage.tables.base import (
    clinic,
    instant,
    is_one_of,
    items,
    metadata,
    number,
    own_id,
    reference,
    sealed,
    text,
    word,
)

messages = Table(
    "messages",
    metadata,
    own_id(),
    clinic(),
    word("message_class", MessageClass),
    word("lane", Lane),
    word("channel", Channel),
    sealed("to_address"),
    text("to_index"),
    text("template"),
    sealed("subject", nullable=True),
    sealed("body"),
    text("intent"),
    instant("created_at"),
    instant("not_before"),
    text("language"),
    reference("patient_id", "patients", nullable=True),
    text("person", nullable=True),
    reference("check_in_id", "check_ins", nullable=True),
    text("question", nullable=True),
    reference("alert_id", "alerts", nullable=True),
    reference("inbound_id", "inbound", nullable=True),
    number("attempt"),
    word("state", MessageState),
    text("reason", nullable=True),
    instant("expires_at", nullable=True),
    text("claimed_by", nullable=True),
    instant("lease_until", nullable=True),
    instant("sending_at", nullable=True),
    instant("sent_at", nullable=True),
    instant("settled_at", nullable=True),
    text("provider", nullable=True),
    text("provider_id", nullable=True),
    text("error_code", nullable=True),
    instant("next_look_at", nullable=True),
    number("looks"),
    number("tries"),
    number("schedule_version", nullable=True),
    text("template_hash", nullable=True),
    UniqueConstraint("intent"),
    UniqueConstraint("provider", "provider_id"),
    Index(None, "patient_id", "created_at"),
    Index(None, "to_index", "created_at"),
    # Only to count by state. Not led by the state: SQLite would take it where an index of due work is meant.
    Index(None, "clinic_id", "state"),
)

#: Conditions that queries and partial indexes share: only rows with work left are in these indexes.
is_queued = is_one_of(messages.c.state, (MessageState.QUEUED,))
is_held = is_one_of(messages.c.state, (MessageState.HELD,))
is_claimed = is_one_of(messages.c.state, (MessageState.CLAIMED,))
is_sending = is_one_of(messages.c.state, (MessageState.SENDING,))
is_in_doubt = is_one_of(messages.c.state, (MessageState.IN_DOUBT,))
#: Texts that the provider took and of which nothing more has been heard. Mail servers send no receipts.
is_without_receipt = (
    is_one_of(messages.c.state, (MessageState.SENT,))
    & is_one_of(messages.c.channel, (Channel.SMS,))
    & messages.c.settled_at.is_(None)
)
#: Calls that the provider took and of which it is not known yet how they ended.
is_ringing = (
    is_one_of(messages.c.state, (MessageState.SENT,))
    & is_one_of(messages.c.channel, (Channel.VOICE,))
    & messages.c.settled_at.is_(None)
)
is_waiting = is_one_of(messages.c.state, tuple(state for state in MessageState if state.waiting))
_is_outreach = is_one_of(
    messages.c.message_class, tuple(message_class for message_class in MessageClass if message_class.keeps_window)
)

Index(
    "ix_messages_queued",
    messages.c.lane,
    messages.c.not_before,
    messages.c.id,
    sqlite_where=is_queued,
    postgresql_where=is_queued,
)
Index("ix_messages_held", messages.c.id, sqlite_where=is_held, postgresql_where=is_held)
Index(
    "ix_messages_claimed", messages.c.lane, messages.c.lease_until, sqlite_where=is_claimed, postgresql_where=is_claimed
)
Index("ix_messages_sending", messages.c.sending_at, sqlite_where=is_sending, postgresql_where=is_sending)
Index("ix_messages_in_doubt", messages.c.next_look_at, sqlite_where=is_in_doubt, postgresql_where=is_in_doubt)
Index(
    "ix_messages_without_receipt",
    messages.c.sent_at,
    sqlite_where=is_without_receipt,
    postgresql_where=is_without_receipt,
)
Index("ix_messages_ringing", messages.c.next_look_at, sqlite_where=is_ringing, postgresql_where=is_ringing)
Index("ix_messages_expiring", messages.c.expires_at, sqlite_where=is_waiting, postgresql_where=is_waiting)
Index("ix_messages_check_in_id", messages.c.check_in_id)
# Most messages are about no alert and answer nothing: only those that do are in these two.
for _column in (messages.c.alert_id, messages.c.inbound_id):
    Index(
        f"ix_messages_{_column.name}",
        _column,
        sqlite_where=_column.is_not(None),
        postgresql_where=_column.is_not(None),
    )
# A question of a check-in is put once per channel and attempt, whatever the intents say.
Index(
    "uq_messages_outreach",
    messages.c.check_in_id,
    messages.c.question,
    messages.c.channel,
    messages.c.message_class,
    messages.c.attempt,
    unique=True,
    sqlite_where=_is_outreach,
    postgresql_where=_is_outreach,
)

inbound = Table(
    "inbound",
    metadata,
    own_id(),
    clinic(),
    text("provider"),
    text("provider_id"),
    word("channel", Channel),
    sealed("sender"),
    text("sender_index"),
    text("to_address"),
    sealed("body"),
    instant("received_at"),
    sealed("raw"),
    items("media"),
    text("opt_out_type", nullable=True),
    word("state", InboundState),
    number("attempts"),
    instant("read_at", nullable=True),
    reference("patient_id", "patients", nullable=True),
    text("kind", nullable=True),
    sealed("reading", nullable=True),
    UniqueConstraint("provider", "provider_id"),
    Index(None, "patient_id", "received_at"),
    Index(None, "sender_index", "received_at"),
)

is_pending = is_one_of(inbound.c.state, (InboundState.RECEIVED,))
Index(
    "ix_inbound_pending",
    inbound.c.received_at,
    inbound.c.id,
    sqlite_where=is_pending,
    postgresql_where=is_pending,
)
