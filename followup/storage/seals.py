"""Seals everything anew under the first data key, so that an earlier key can be taken away. For key rotation."""

from __future__ import annotations

from sqlalchemy import Table, func, or_, select, update

from followup.storage.mapping import Seals, sealed_columns
from followup.storage.rows import Rows
from followup.storage.tables import metadata
from followup.storage.vault import Vault


class SealRows:
    """Every encrypted column of the database, as one unit of work sees it."""

    def __init__(self, rows: Rows, vault: Vault) -> None:
        self._rows = rows
        self._vault = vault

    def renew(self, limit: int) -> int:
        """Seal up to `limit` rows anew that are sealed under an earlier key; 0 when there are none left."""
        renewed = 0
        for table in metadata.sorted_tables:
            if sealed_columns(table) and renewed < limit:
                renewed += self._renew(table, limit - renewed)
        return renewed

    def _renew(self, table: Table, limit: int) -> int:
        seals = Seals(table, self._vault)
        columns = [table.c[name] for name in sealed_columns(table)]
        key = self._vault.sealing_key_id
        earlier = or_(*(func.substr(column, 1, len(key)) != key for column in columns))
        rows = self._rows.all(select(table.c.id, *columns).where(earlier).limit(limit))
        for row in rows:
            resealed = seals.seal(seals.open(row))
            self._rows.change(update(table).where(table.c.id == row["id"]).values(resealed))
        return len(rows)
