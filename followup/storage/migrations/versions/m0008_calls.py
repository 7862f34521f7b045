"""Calls to staff that nothing has been heard of are found at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_RINGING = "state IN ('sent') AND channel IN ('voice') AND settled_at IS NULL"


def upgrade() -> None:
    """Make the index."""
    where = sa.text(_RINGING)
    op.create_index(
        "ix_messages_ringing", "messages", ["next_look_at"], unique=False, sqlite_where=where, postgresql_where=where
    )
