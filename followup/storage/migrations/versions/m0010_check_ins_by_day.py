"""Check-ins and infusions are found by day, paused patients by clinic, notices by alert without all other messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the indexes; two of messages hold only rows that have what they look for."""
    op.create_index(op.f("ix_infusions_clinic_id_ended_at"), "infusions", ["clinic_id", "ended_at"], unique=False)
    op.create_index(op.f("ix_check_ins_clinic_id_due_at"), "check_ins", ["clinic_id", "due_at"], unique=False)
    op.create_index(
        "ix_patients_paused",
        "patients",
        ["clinic_id", "status_until"],
        unique=False,
        sqlite_where=sa.text("status IN ('paused')"),
        postgresql_where=sa.text("status IN ('paused')"),
    )
    for column in ("alert_id", "inbound_id"):
        op.drop_index(op.f(f"ix_messages_{column}"), "messages")
        op.create_index(
            f"ix_messages_{column}",
            "messages",
            [column],
            unique=False,
            sqlite_where=sa.text(f"{column} IS NOT NULL"),
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )
