"""Merges of patients: whose rows moved to whom, and back. Only ids are kept of it, nothing of the patients."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Table, insert, select, update

from followup.storage.rows import Row, Rows
from followup.storage.tables.callbacks import contact_tries, tasks
from followup.storage.tables.care import chats, expected_levels, notes
from followup.storage.tables.concerns import alerts
from followup.storage.tables.course import answers, check_ins, infusions, plans
from followup.storage.tables.mail import inbound, messages
from followup.storage.tables.people import patient_merges

#: Everything that hangs on a patient and moves. In an order in which what hangs on an infusion follows it.
_MOVING: Final[Mapping[str, Table]] = {
    table.name: table
    for table in (
        infusions,
        plans,
        check_ins,
        answers,
        messages,
        inbound,
        alerts,
        chats,
        notes,
        expected_levels,
        contact_tries,
        tasks,
    )
}
_OF_INFUSION: Final = (plans, check_ins)
_OF_CHECK_IN: Final = (answers, messages)
#: Databases take only so many values in one statement.
_AT_ONCE: Final = 500

_column = patient_merges.c
Ids = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """One merge: rows by table that moved from `merged` to `kept`, check-ins that were retired by it, and what else
    was changed (`filled`: names of gaps of the kept record, `status` before, opt-outs by channel)."""

    id: str
    clinic: str
    kept: str
    merged: str
    merged_at: datetime
    merged_by: str
    rows: Ids
    retired: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    opted_out: tuple[str, ...] = ()
    status: str | None = None
    undone_at: datetime | None = None
    undone_by: str | None = None


class MergeRows:
    """The merges of one unit of work."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, merge: Merge) -> None:
        """Store a merge. Raises Collision where the record was merged already."""
        self._rows.change(insert(patient_merges), _row(merge))

    def update(self, merge: Merge) -> None:
        """Replace what is stored under the same id."""
        self._rows.change(update(patient_merges).where(_column.id == merge.id), _row(merge))

    def of(self, merged: str) -> Merge | None:
        """The merge in force by which this patient's record stands aside."""
        in_force = (_column.merged_id == merged) & _column.undone_at.is_(None)
        row = self._rows.first(select(patient_merges).where(in_force))
        return None if row is None else _merge(row)

    def standing(self) -> tuple[Merge, ...]:
        """Every merge in force, oldest first."""
        found = select(patient_merges).where(_column.undone_at.is_(None)).order_by(_column.id)
        return tuple(_merge(row) for row in self._rows.all(found))

    def rows_of(self, patient: str) -> dict[str, tuple[str, ...]]:
        """The ids of everything that hangs on a patient, by table."""
        return {
            name: tuple(self._rows.scalars(select(table.c.id).where(table.c.patient_id == patient)))
            for name, table in _MOVING.items()
        }

    def with_what_followed(self, rows: Ids) -> dict[str, tuple[str, ...]]:
        """`rows` and what has come to hang on their infusions and check-ins since."""
        grown = {name: dict.fromkeys(rows.get(name, ())) for name in _MOVING}
        for table in _OF_INFUSION:
            grown[table.name].update(self._hanging_on(table, "infusion_id", grown["infusions"]))
        for table in _OF_CHECK_IN:
            grown[table.name].update(self._hanging_on(table, "check_in_id", grown["check_ins"]))
        return {name: tuple(ids) for name, ids in grown.items()}

    def move(self, rows: Ids, *, to: str) -> int:
        """Hang rows on another patient; gives how many."""
        moved = 0
        for name, ids in rows.items():
            table = _MOVING[name]
            for some in _in_parts(ids):
                moved += self._rows.change(update(table).where(table.c.id.in_(some)).values(patient_id=to))
        return moved

    def _hanging_on(self, table: Table, column: str, ids: Iterable[str]) -> dict[str, None]:
        found: dict[str, None] = {}
        for some in _in_parts(tuple(ids)):
            found.update(dict.fromkeys(self._rows.scalars(select(table.c.id).where(table.c[column].in_(some)))))
        return found


def _in_parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def _row(merge: Merge) -> dict[str, Any]:
    moved = {
        "rows": {name: list(ids) for name, ids in merge.rows.items() if ids},
        "retired": list(merge.retired),
        "filled": list(merge.filled),
        "opted_out": list(merge.opted_out),
        "status": merge.status,
    }
    return {
        "id": merge.id,
        "clinic_id": merge.clinic,
        "kept_id": merge.kept,
        "merged_id": merge.merged,
        "merged_at": merge.merged_at,
        "merged_by": merge.merged_by,
        "moved": json.dumps(moved),
        "undone_at": merge.undone_at,
        "undone_by": merge.undone_by,
    }


def _merge(row: Row) -> Merge:
    moved = json.loads(row["moved"])
    return Merge(
        id=row["id"],
        clinic=row["clinic_id"],
        kept=row["kept_id"],
        merged=row["merged_id"],
        merged_at=row["merged_at"],
        merged_by=row["merged_by"],
        rows={name: tuple(ids) for name, ids in moved["rows"].items()},
        retired=tuple(moved["retired"]),
        filled=tuple(moved["filled"]),
        opted_out=tuple(moved["opted_out"]),
        status=moved["status"],
        undone_at=row["undone_at"],
        undone_by=row["undone_by"],
    )
