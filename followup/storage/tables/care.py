"""What staff add to a patient: talks by text, notes, side effects that are expected for a while."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from followup.storage.tables.base import clinic, instant, metadata, number, own_id, reference, sealed, text

#: One talk at a time with a patient. `ended_at` is empty until somebody, or the clock, has ended it.
chats = Table(
    "chats",
    metadata,
    own_id(),
    clinic(),
    reference("patient_id", "patients"),
    instant("started_at"),
    text("started_by"),
    instant("until"),
    instant("seen_at"),
    instant("ended_at", nullable=True),
    text("ended_by", nullable=True),
    Index(None, "patient_id", "started_at"),
    Index(
        "uq_chats_open",
        "patient_id",
        unique=True,
        sqlite_where=Column("ended_at").is_(None),
        postgresql_where=Column("ended_at").is_(None),
    ),
    Index(
        "ix_chats_until",
        "until",
        sqlite_where=Column("ended_at").is_(None),
        postgresql_where=Column("ended_at").is_(None),
    ),
)

notes = Table(
    "notes",
    metadata,
    own_id(),
    clinic(),
    reference("patient_id", "patients"),
    instant("at"),
    text("author"),
    sealed("text"),
    Index(None, "patient_id", "at"),
)

expected_levels = Table(
    "expected_levels",
    metadata,
    own_id(),
    clinic(),
    reference("patient_id", "patients"),
    text("symptom"),
    number("severity"),
    instant("set_at"),
    text("set_by"),
    instant("until"),
    instant("ended_at", nullable=True),
    text("ended_by", nullable=True),
    Index(None, "patient_id", "set_at"),
)
