"""Alerts are found by when they opened: the figures of a day or a month."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the index."""
    op.create_index(op.f("ix_alerts_clinic_id_opened_at"), "alerts", ["clinic_id", "opened_at"], unique=False)
