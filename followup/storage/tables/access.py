"""Who may come in: staff accounts and their sessions, API tokens, links in notices, and the count of failed tries."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table, Text, UniqueConstraint

from followup.domain.access import Role, Stage
from followup.storage.tables.base import clinic, instant, items, metadata, own_id, reference, text, word

accounts = Table(
    "accounts",
    metadata,
    own_id(),
    clinic(),
    text("person"),
    text("password_hash"),
    instant("created_at"),
    instant("password_set_at"),
    instant("disabled_at", nullable=True),
    UniqueConstraint("person"),
)

account_roles = Table(
    "account_roles",
    metadata,
    Column("account_id", Text, ForeignKey("accounts.id", deferrable=True, initially="DEFERRED"), primary_key=True),
    Column("clinic_id", Text, primary_key=True),
    word("role", Role),
    instant("given_at"),
    text("given_by"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    reference("account_id", "accounts"),
    clinic(),
    word("stage", Stage),
    reference("device_id", "devices", nullable=True),
    instant("began_at"),
    instant("seen_at"),
    instant("expires_at"),
    Index(None, "account_id"),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    own_id(),
    text("key_hash"),
    instant("at"),
    Index(None, "key_hash", "at"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    own_id(),
    text("name"),
    text("token_hash"),
    items("scopes"),
    instant("created_at"),
    instant("expires_at", nullable=True),
    UniqueConstraint("token_hash"),
)

alert_links = Table(
    "alert_links",
    metadata,
    Column("token_hash", Text, primary_key=True),
    reference("alert_id", "alerts"),
    text("person"),
    instant("created_at"),
    instant("expires_at"),
    Index(None, "alert_id"),
)
