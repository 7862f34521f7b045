"""Failed tries to sign in, counted per account and per address (both hashed)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, insert, select

from followup.ids import new_id
from followup.storage.rows import Rows
from followup.storage.tables.access import sign_in_failures

_column = sign_in_failures.c


class ThrottleRows:
    """The failed tries as one unit of work sees them."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def note_failure(self, key_hash: str, at: datetime) -> None:
        """Count one."""
        self._rows.change(insert(sign_in_failures), {"id": new_id(), "key_hash": key_hash, "at": at})

    def failures_since(self, key_hash: str, since: datetime) -> int:
        """How many there were at or after `since`."""
        counted = select(func.count()).select_from(sign_in_failures)
        return int(self._rows.scalar(counted.where(_column.key_hash == key_hash, _column.at >= since)))

    def clear_failures(self, key_hash: str) -> None:
        """Forget them, after a success."""
        self._rows.change(delete(sign_in_failures).where(_column.key_hash == key_hash))

    def forget_before(self, before: datetime) -> int:
        """Remove those too old to count, and give how many there were."""
        return self._rows.change(delete(sign_in_failures).where(_column.at < before))
