"""Exceptions to the rotas, by which somebody else has the duty for a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from followup.domain.duty import DutyChange
from followup.storage.rows import Row, Rows
from followup.storage.tables.duty import duty_changes, is_in_force

_column = duty_changes.c
_INSTANTS = {"start": "start_at", "end": "end_at"}


class DutyRows:
    """The exceptions of one unit of work."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, change: DutyChange) -> None:
        """Store an exception."""
        self._rows.change(insert(duty_changes), _row(change))

    def update(self, change: DutyChange) -> None:
        """Replace what is stored under the same id."""
        self._rows.change(update(duty_changes).where(_column.id == change.id), _row(change))

    def get(self, change_id: str) -> DutyChange | None:
        """By its id."""
        row = self._rows.first(select(duty_changes).where(_column.id == change_id))
        return None if row is None else _change(row)

    def in_force(self, now: datetime) -> tuple[DutyChange, ...]:
        """Those not withdrawn that end after `now`, the newest first, as the newest counts."""
        found = select(duty_changes).where(is_in_force, _column.end_at > now)
        return tuple(_change(row) for row in self._rows.all(found.order_by(_column.id.desc())))


def _row(change: DutyChange) -> dict[str, Any]:
    names = (name for name in DutyChange.__slots__ if name != "clinic")
    return {_INSTANTS.get(name, name): getattr(change, name) for name in names} | {"clinic_id": change.clinic}


def _change(row: Row) -> DutyChange:
    return DutyChange(
        id=row["id"],
        clinic=row["clinic_id"],
        rota=row["rota"],
        start=row["start_at"],
        end=row["end_at"],
        person=row["person"],
        kind=row["kind"],
        made_at=row["made_at"],
        made_by=row["made_by"],
        via=row["via"],
        withdrawn_at=row["withdrawn_at"],
        withdrawn_by=row["withdrawn_by"],
    )
