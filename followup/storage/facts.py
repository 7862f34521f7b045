"""Single facts about the installation: its mode stamp, the hold switch, key checks, watermarks."""

from __future__ import annotations

from sqlalchemy import select

from followup.storage.rows import Rows
from followup.storage.tables.running import facts


class FactRows:
    """The facts as one unit of work sees them."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def get(self, key: str) -> str | None:
        """The value of a fact, or None."""
        value: str | None = self._rows.scalar(select(facts.c.value).where(facts.c.key == key))
        return value

    def set(self, key: str, value: str) -> None:
        """Replace a fact."""
        stored = self._rows.insertion(facts)
        replaced = stored.on_conflict_do_update(index_elements=["key"], set_={"value": stored.excluded.value})
        self._rows.change(replaced, {"key": key, "value": value})
