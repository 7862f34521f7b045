"""The audit trail: who did what to what, and when. Services append; one sealer chains the rows."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, func, insert, select, update

from followup.ids import new_id
from followup.origin import origin
from followup.storage.facts import FactRows
from followup.storage.rows import Row, Rows, batched
from followup.storage.tables.running import audit
from followup.storage.vault import Vault

#: The actor of what the service does by itself.
SERVICE = "service"

Detail = Mapping[str, str | int | bool | None]

_column = audit.c
_is_unsealed = audit.c.position.is_(None)
_PAGE = 500
_HEAD = "audit.head"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One thing that somebody did. `position` is its place in the chain, None for the seconds before it is chained."""

    id: str
    clinic: str | None
    at: datetime
    actor: str
    action: str
    subject: str
    subject_id: str
    detail: Detail
    position: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """The end of the chain, kept apart from it so that a cut-off end is noticed."""

    position: int = 0
    chain: str = ""


class AuditRows:
    """The audit trail as one unit of work sees it.

    A row's seal is a keyed hash of all it says; its link in the chain is a keyed hash of position, seal and the
    link before. Whoever edits the database without the key breaks one or the other. Rows are chained by one sealer
    seconds after they were written, so that no unit of work waits for another.
    """

    def __init__(self, rows: Rows, vault: Vault) -> None:
        self._rows = rows
        self._vault = vault
        self._facts = FactRows(rows)

    def append(
        self,
        *,
        at: datetime,
        actor: str,
        action: str,
        subject: str,
        subject_id: str,
        detail: Detail | None = None,
        clinic: str | None = None,
    ) -> None:
        """Write down what `actor` did. Nothing of it may be patient data: it is stored in clear and kept.

        Where it was asked for from a page, by a program or at the terminal, `detail` says from where.
        """
        place = None if actor == SERVICE else origin()
        row = {
            "id": new_id(),
            "clinic_id": clinic,
            "at": at.astimezone(UTC),
            "actor": actor,
            "action": action,
            "subject": subject,
            "subject_id": subject_id,
            "detail": {**(detail or {}), **({"from": place} if place else {})},
        }
        self._rows.change(insert(audit), row | {"seal": self._vault.index("audit-row", _said(row))})

    def seal(self, limit: int) -> int:
        """Chain up to `limit` rows, oldest first, and give how many. One caller at a time: hold a lease."""
        head = self._head()
        waiting = select(audit).where(_is_unsealed).order_by(_column.id).limit(limit)
        rows = self._rows.all(waiting)
        for row in rows:
            position = head.position + 1
            head = _Head(position=position, chain=self._vault.index("audit-chain", _link(position, row, head)))
            chained = update(audit).where(_column.id == row["id"])
            self._rows.change(chained.values(position=position, chain=head.chain))
        if rows:
            self._facts.set(_HEAD, f"{head.position} {head.chain}")
        return len(rows)

    def verify(self) -> str | None:
        """The first thing wrong with the trail, naming the row; None where all is as it was written."""
        reached = _Head()
        while page := self._chained_after(reached.position):
            for row in page:
                fault = self._fault(row, reached)
                if fault:
                    return fault
                reached = _Head(position=row["position"], chain=row["chain"])
        if reached != self._head():
            return f"row at position {reached.position + 1} or later was removed, or the end of the trail was changed"
        return self._fault_among_unsealed()

    def list(
        self, *, subject: str | None = None, subject_id: str | None = None, after: str | None = None, limit: int = 100
    ) -> tuple[AuditRow, ...]:
        """Newest first; `after` is the id of the last one seen."""
        page = select(audit).order_by(_column.id.desc()).limit(limit)
        if subject is not None:
            page = page.where(_column.subject == subject)
        if subject_id is not None:
            page = page.where(_column.subject_id == subject_id)
        if after is not None:
            page = page.where(_column.id < after)
        return tuple(_audit_row(row) for row in self._rows.all(page))

    def by(self, actors: Collection[str], since: datetime) -> Iterator[AuditRow]:
        """What these actors did at or after `since`, oldest first."""
        return self._in_pages(_column.actor.in_(actors), _column.at >= since)

    def about(self, subject_ids: Collection[str]) -> Iterator[AuditRow]:
        """Everything that was done to, or read of, what has one of these ids, oldest first."""
        ids = sorted(subject_ids)
        for start in range(0, len(ids), _PAGE):
            yield from self._in_pages(_column.subject_id.in_(ids[start : start + _PAGE]))

    def since(self, since: datetime) -> Iterator[AuditRow]:
        """Everything at or after `since`, oldest first."""
        return self._in_pages(_column.at >= since)

    def _in_pages(self, *wanted: ColumnElement[bool]) -> Iterator[AuditRow]:
        reached = ""
        while page := self._rows.all(
            select(audit).where(*wanted, _column.id > reached).order_by(_column.id).limit(_PAGE)
        ):
            for row in page:
                yield _audit_row(row)
                reached = row["id"]

    def last_done(self, action: str, actor: str, *, subject: str, ids: Sequence[str]) -> dict[str, datetime]:
        """When somebody last did one thing to each of these subjects, where they ever did."""
        found: dict[str, datetime] = {}
        for few in batched(ids):
            done = (_column.subject == subject) & _column.subject_id.in_(few)
            by = done & (_column.action == action) & (_column.actor == actor)
            last = select(_column.subject_id, func.max(_column.at).label("at")).where(by).group_by(_column.subject_id)
            found |= {row["subject_id"]: row["at"] for row in self._rows.all(last)}
        return found

    def _head(self) -> _Head:
        stored = self._facts.get(_HEAD)
        if stored is None:
            return _Head()
        position, _, chain = stored.partition(" ")
        return _Head(position=int(position), chain=chain)

    def _chained_after(self, position: int) -> Sequence[Row]:
        chained = select(audit).where(_column.position > position)
        return self._rows.all(chained.order_by(_column.position).limit(_PAGE))

    def _fault(self, row: Row, before: _Head) -> str | None:
        if row["position"] != before.position + 1:
            return f"row at position {before.position + 1} was removed"
        if row["seal"] not in self._vault.candidates("audit-row", _said(row)):
            return f"row {row['id']} at position {row['position']} was changed"
        if row["chain"] not in self._vault.candidates("audit-chain", _link(row["position"], row, before)):
            return f"row {row['id']} at position {row['position']} was inserted, moved or changed"
        return None

    def _fault_among_unsealed(self) -> str | None:
        for row in self._rows.all(select(audit).where(_is_unsealed).order_by(_column.id)):
            if row["chain"] is not None or row["seal"] not in self._vault.candidates("audit-row", _said(row)):
                return f"row {row['id']} was inserted or changed"
        return None


def _said(row: Row) -> str:
    """All that a row says, in one fixed form."""
    at: datetime = row["at"]
    values = [row[name] for name in ("id", "clinic_id", "actor", "action", "subject", "subject_id")]
    return json.dumps([*values, at.isoformat(), dict(row["detail"])], sort_keys=True, ensure_ascii=False)


def _link(position: int, row: Row, before: _Head) -> str:
    return f"{position}|{row['seal']}|{before.chain}"


def _audit_row(row: Row) -> AuditRow:
    return AuditRow(
        id=row["id"],
        clinic=row["clinic_id"],
        at=row["at"],
        actor=row["actor"],
        action=row["action"],
        subject=row["subject"],
        subject_id=row["subject_id"],
        detail=row["detail"],
        position=row["position"],
    )
