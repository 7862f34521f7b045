"""Exceptions to the rotas of the schedule file, and the weekly test pages. Nothing in them is about a patient."""

from __future__ import annotations

from sqlalchemy import Index, Table, UniqueConstraint

from followup.domain.duty import DutyKind
from followup.storage.tables.base import clinic, instant, items, metadata, own_id, text, word

duty_changes = Table(
    "duty_changes",
    metadata,
    own_id(),
    clinic(),
    text("rota"),
    instant("start_at"),
    instant("end_at"),
    text("person"),
    word("kind", DutyKind),
    instant("made_at"),
    text("made_by"),
    text("via"),
    instant("withdrawn_at", nullable=True),
    text("withdrawn_by", nullable=True),
)

is_in_force = duty_changes.c.withdrawn_at.is_(None)
Index("ix_duty_changes_in_force", duty_changes.c.end_at, sqlite_where=is_in_force, postgresql_where=is_in_force)

test_pages = Table(
    "test_pages",
    metadata,
    own_id(),
    clinic(),
    text("person"),
    items("rotas"),
    text("code"),
    text("token_hash"),
    instant("sent_at"),
    instant("due_at"),
    instant("acknowledged_at", nullable=True),
    text("acknowledged_via", nullable=True),
    instant("missed_at", nullable=True),
    UniqueConstraint("token_hash"),
    Index(None, "clinic_id", "code"),
)

#: Those that still wait for an answer, so that somebody is told when none comes.
is_unanswered = test_pages.c.acknowledged_at.is_(None) & test_pages.c.missed_at.is_(None)
Index("ix_test_pages_unanswered", test_pages.c.due_at, sqlite_where=is_unanswered, postgresql_where=is_unanswered)
