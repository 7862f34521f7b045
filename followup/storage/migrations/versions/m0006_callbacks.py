"""Tries to reach patients, tasks that fall due later, and to whom an alert was handed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make both tables, and two columns of the alerts."""
    op.add_column("alerts", sa.Column("handed_to", sa.Text(), nullable=True))
    op.add_column("alerts", sa.Column("duty_of", sa.Text(), nullable=True))
    _contact_tries()
    _tasks()


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, initially="DEFERRED", deferrable=True)


def _contact_tries() -> None:
    op.create_table(
        "contact_tries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("alert_id", sa.Text(), nullable=True),
        sa.Column("patient_id", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        _reference("contact_tries", "alert_id", "alerts"),
        _reference("contact_tries", "patient_id", "patients"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_tries")),
    )
    op.create_index(op.f("ix_contact_tries_alert_id_at"), "contact_tries", ["alert_id", "at"], unique=False)
    op.create_index(op.f("ix_contact_tries_patient_id_at"), "contact_tries", ["patient_id", "at"], unique=False)


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_id", sa.Text(), nullable=True),
        _reference("tasks", "alert_id", "alerts"),
        _reference("tasks", "patient_id", "patients"),
        _reference("tasks", "opened_id", "alerts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    op.create_index(op.f("ix_tasks_patient_id_due_at"), "tasks", ["patient_id", "due_at"], unique=False)
    is_waiting = sa.text("done_at IS NULL")
    waiting: dict[str, Any] = {"sqlite_where": is_waiting, "postgresql_where": is_waiting}
    op.create_index("ix_tasks_due", "tasks", ["due_at", "id"], unique=False, **waiting)
    op.create_index("uq_tasks_waiting", "tasks", ["alert_id", "kind"], unique=True, **waiting)
