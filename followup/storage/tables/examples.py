"""Examples for the reader: what texts should have been taken to mean."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Table

from followup.domain.level import Level
from followup.domain.reading import Asked, Kind
from followup.storage.tables.base import clinic, flag, instant, metadata, own_id, reference, sealed, text, word

corrections = Table(
    "corrections",
    metadata,
    own_id(),
    clinic(),
    reference("inbound_id", "inbound"),
    instant("at"),
    text("by"),
    word("level", Level),
    word("kind", Kind),
    word("asked", Asked),
    text("language"),
    sealed("text"),
    text("about", nullable=True),
    Column("value", Float),
    sealed("symptoms"),
    flag("crisis"),
    sealed("note", nullable=True),
    Index(None, "inbound_id", "at"),
    Index(None, "clinic_id", "at"),
)
