"""Turns records into rows and back, sealing what is encrypted; every repository has one Mapper for its noun."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, Generic, TypeVar

from sqlalchemy import Table

from followup.storage.rows import Row
from followup.storage.types import Sealed
from followup.storage.vault import Vault

#: Fields that name another row are columns ending in `_id`; `to` would need quotes in plain SQL.
_COLUMNS = {
    "clinic": "clinic_id",
    "patient": "patient_id",
    "infusion": "infusion_id",
    "plan": "plan_id",
    "check_in": "check_in_id",
    "alert": "alert_id",
    "inbound": "inbound_id",
    "account": "account_id",
    "opened": "opened_id",
    "to": "to_address",
}

Record = TypeVar("Record")


class Seals:
    """Seals and opens the encrypted columns of one table."""

    def __init__(self, table: Table, vault: Vault) -> None:
        self._table = table.name
        self._vault = vault
        self._columns = sealed_columns(table)

    def seal(self, values: dict[str, Any]) -> dict[str, Any]:
        """`values` of one row, `id` among them, with the encrypted ones sealed."""
        for column in self._columns:
            text = values.get(column)
            if text is not None:
                values[column] = self._vault.encrypt(self._table, column, values["id"], text)
        return values

    def open(self, row: Row) -> dict[str, Any]:
        """A row as read, with its encrypted values opened. Raises SealBroken."""
        values = dict(row)
        for column in self._columns:
            sealed = values.get(column)
            if sealed is not None:
                values[column] = self._vault.decrypt(self._table, column, values["id"], sealed)
        return values


class Mapper(Generic[Record]):
    """Maps a record whose fields are columns one by one. Columns that no field has are the repository's own."""

    def __init__(self, table: Table, record: type[Record], vault: Vault) -> None:
        self._seals = Seals(table, vault)
        self._record = record
        self._pairs = tuple((name, _COLUMNS.get(name, name)) for name in _names(record))

    def values(self, record: Record, **own: object) -> dict[str, Any]:
        """The row of `record`, with the repository's own columns beside it."""
        row = {column: getattr(record, name) for name, column in self._pairs}
        return self._seals.seal(row) | own

    def record(self, row: Row) -> Record:
        """The record of a row."""
        opened = self._seals.open(row)
        return self._record(**{name: opened[column] for name, column in self._pairs})

    def records(self, rows: Iterable[Row]) -> tuple[Record, ...]:
        """The records of rows, in their order."""
        return tuple(self.record(row) for row in rows)


def sealed_columns(table: Table) -> tuple[str, ...]:
    """Names of the columns that are encrypted."""
    return tuple(column.name for column in table.columns if isinstance(column.type, Sealed))


def _names(record: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(record))
