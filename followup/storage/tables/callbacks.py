"""What people do and have to do about a patient by voice: tries to reach them, and tasks that fall due later."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from followup.domain.contact import ContactResult, ContactWay
from followup.domain.tasks import TaskKind
from followup.storage.tables.base import clinic, instant, metadata, own_id, reference, sealed, text, word

contact_tries = Table(
    "contact_tries",
    metadata,
    own_id(),
    clinic(),
    reference("alert_id", "alerts", nullable=True),
    reference("patient_id", "patients", nullable=True),
    instant("at"),
    text("by"),
    word("way", ContactWay),
    word("result", ContactResult),
    sealed("note", nullable=True),
    Index(None, "alert_id", "at"),
    Index(None, "patient_id", "at"),
)

_is_waiting = Column("done_at").is_(None)
tasks = Table(
    "tasks",
    metadata,
    own_id(),
    clinic(),
    reference("alert_id", "alerts"),
    reference("patient_id", "patients", nullable=True),
    word("kind", TaskKind),
    instant("due_at"),
    instant("made_at"),
    text("made_by"),
    instant("done_at", nullable=True),
    reference("opened_id", "alerts", nullable=True),
    Index(None, "patient_id", "due_at"),
    Index("ix_tasks_due", "due_at", "id", sqlite_where=_is_waiting, postgresql_where=_is_waiting),
    # One of a kind waits for an alert, however often it is closed and open again.
    Index("uq_tasks_waiting", "alert_id", "kind", unique=True, sqlite_where=_is_waiting, postgresql_where=_is_waiting),
)
