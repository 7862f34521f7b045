"""The running service's own book-keeping: audit trail, published versions, heartbeats, leases and single facts."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text, UniqueConstraint

from followup.storage.tables.base import clinic, instant, metadata, own_id, text
from followup.storage.types import Mapped

#: `seal` is a keyed hash of the row itself, made when it is written; `position` and `chain` are added by the sealer.
audit = Table(
    "audit",
    metadata,
    own_id(),
    clinic(nullable=True),
    instant("at"),
    text("actor"),
    text("action"),
    text("subject"),
    text("subject_id"),
    Column("detail", Mapped, nullable=False),
    text("seal"),
    Column("position", Integer),
    text("chain", nullable=True),
    UniqueConstraint("position"),
    Index(None, "subject", "subject_id"),
)

published_versions = Table(
    "published_versions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    text("content_hash"),
    text("schedules"),
    Column("templates", Mapped, nullable=False),
    instant("published_at"),
    text("published_by"),
    Index(None, "content_hash"),
)

job_beats = Table(
    "job_beats",
    metadata,
    Column("name", Text, primary_key=True),
    instant("last_run_at"),
    instant("last_ok_at", nullable=True),
    text("error", nullable=True),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    text("holder"),
    instant("until"),
)

facts = Table(
    "facts",
    metadata,
    Column("key", Text, primary_key=True),
    text("value"),
)
