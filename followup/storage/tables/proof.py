"""How somebody proves who they are beside a password: second factors, recovery codes, known browsers, invitations."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text, UniqueConstraint

from followup.domain.access import Role
from followup.storage.tables.base import clinic, instant, metadata, number, own_id, reference, sealed, text, word

#: `last_step` is the 30-second step of the last code taken, so that no code counts twice (RFC 6238, section 5.2).
second_factors = Table(
    "second_factors",
    metadata,
    own_id(),
    reference("account_id", "accounts"),
    sealed("seed"),
    instant("made_at"),
    instant("confirmed_at", nullable=True),
    number("last_step", nullable=True),
    Index(None, "account_id"),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    own_id(),
    reference("account_id", "accounts"),
    text("code_hash"),
    instant("made_at"),
    instant("used_at", nullable=True),
    UniqueConstraint("account_id", "code_hash"),
)

devices = Table(
    "devices",
    metadata,
    own_id(),
    reference("account_id", "accounts"),
    text("token_hash"),
    text("name"),
    instant("made_at"),
    instant("seen_at"),
    instant("expires_at"),
    UniqueConstraint("token_hash"),
    Index(None, "account_id"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("token_hash", Text, primary_key=True),
    clinic(),
    text("person"),
    word("role", Role),
    instant("made_at"),
    text("made_by"),
    instant("expires_at"),
    Index(None, "person"),
)
