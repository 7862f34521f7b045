"""Alerts and the lines of their histories."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, insert, or_, select, update

from followup.domain.alert import Alert, AlertEntry, AlertStatus, EntryKind
from followup.storage.addresses import Directory
from followup.storage.mapping import Mapper
from followup.storage.rows import Row, Rows, batched
from followup.storage.tables.concerns import alert_entries, alerts, is_unclosed
from followup.storage.vault import Vault

_column = alerts.c

#: What `list` may be asked for beside one status.
ALL = "all"


class AlertRows:
    """The alerts of one unit of work."""

    def __init__(self, rows: Rows, vault: Vault) -> None:
        self._rows = rows
        self._directory = Directory(vault)
        self._mapper = Mapper(alerts, Alert, vault)
        self._entry_mapper = Mapper(alert_entries, AlertEntry, vault)

    def add(self, alert: Alert) -> None:
        """Store a new alert.

        Raises Collision where the same patient (or unknown sender) has one with this reason that is not closed,
        or where the code stands for another: load again and add to that one.
        """
        self._rows.change(insert(alerts), self._values(alert))

    def update(self, alert: Alert, expected_status: AlertStatus | None = None) -> bool:
        """Replace what is stored; with `expected_status` only while it has that. Tells whether it was replaced."""
        stored = update(alerts).where(_column.id == alert.id)
        if expected_status is not None:
            stored = stored.where(_column.status == expected_status)
        return self._rows.change(stored, self._values(alert)) == 1

    def get(self, alert_id: str) -> Alert | None:
        """By its id."""
        return self._one(select(alerts).where(_column.id == alert_id))

    def by_code(self, clinic: str | None, code: str) -> Alert | None:
        """The alert that a code stands for: one not closed, or else the latest. `clinic` None means any clinic."""
        named = select(alerts).where(_column.code == code)
        if clinic is not None:
            named = named.where(_column.clinic_id == clinic)
        closed_last = case((_column.status == AlertStatus.CLOSED, 1), else_=0)
        return self._one(named.order_by(closed_last, _column.id.desc()).limit(1))

    def unclosed_by_code(self, code: str) -> tuple[Alert, ...]:
        """The alerts not closed that a code stands for: one, or one in each of several clinics."""
        return self._several(select(alerts).where(_column.code == code, is_unclosed).order_by(_column.id))

    def code_taken(self, clinic: str, code: str, since: datetime) -> bool:
        """Whether a code stands for an alert that is not closed, or was closed after `since`."""
        named = (_column.clinic_id == clinic) & (_column.code == code)
        return self._count(named & or_(is_unclosed, _column.closed_at > since)) > 0

    def unclosed_of(self, clinic: str, *, patient: str | None = None, sender: str | None = None) -> tuple[Alert, ...]:
        """Alerts not closed of a patient, or of an address that belongs to none; of the whole clinic without either."""
        found = select(alerts).where(_column.clinic_id == clinic, is_unclosed).order_by(_column.id)
        if patient is not None:
            found = found.where(_column.patient_id == patient)
        if sender is not None:
            found = found.where(_column.sender_index.in_(self._directory.addresses(sender)))
        return self._several(found)

    def due(self, now: datetime, limit: int) -> tuple[Alert, ...]:
        """Alerts for which something must be done at `now`, longest waiting first."""
        waiting = select(alerts).where(is_unclosed, _column.next_action_at <= now)
        return self._several(waiting.order_by(_column.next_action_at, _column.id).limit(limit))

    def taken_on_duty(self) -> tuple[Alert, ...]:
        """Alerts that somebody has taken on a duty of theirs and not closed."""
        taken = _column.status == AlertStatus.ACKNOWLEDGED
        return self._several(select(alerts).where(is_unclosed, taken, _column.duty_of.is_not(None)))

    def next_due_at(self) -> datetime | None:
        """When something must next be done for any alert."""
        soonest: datetime | None = self._rows.scalar(select(func.min(_column.next_action_at)).where(is_unclosed))
        return soonest

    def overdue(self, before: datetime) -> int:
        """How many alerts should have had something done before `before`. Anything but 0 is a fault."""
        return self._count(is_unclosed & (_column.next_action_at < before))

    def without_next_action(self) -> int:
        """How many alerts that are not closed wait for nothing. Anything but 0 is a fault."""
        return self._count(is_unclosed & _column.next_action_at.is_(None))

    def list(
        self, status: str, after: str | None = None, limit: int = 100, *, clinic: str | None = None
    ) -> tuple[Alert, ...]:
        """Newest first, of one status or of `all`; `after` is the id of the last one seen."""
        page = select(alerts).order_by(_column.id.desc()).limit(limit)
        if status != ALL:
            page = page.where(_column.status == AlertStatus(status))
        if status in {AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED}:
            page = page.where(is_unclosed)  # says nothing new, but leads to the small index
        if clinic is not None:
            page = page.where(_column.clinic_id == clinic)
        if after is not None:
            page = page.where(_column.id < after)
        return self._several(page)

    def of_patient(self, patient: str) -> tuple[Alert, ...]:
        """All alerts of a patient, oldest first."""
        return self._several(select(alerts).where(_column.patient_id == patient).order_by(_column.id))

    def opened_since(self, clinic: str, since: datetime) -> tuple[Alert, ...]:
        """Every alert of a clinic that opened at `since` or later, oldest first."""
        found = select(alerts).where(_column.clinic_id == clinic, _column.opened_at >= since)
        return self._several(found.order_by(_column.opened_at, _column.id))

    def first_taken(self, ids: Sequence[str]) -> dict[str, datetime]:
        """When each of these alerts was first taken by somebody, where it was."""
        line = alert_entries.c
        found: dict[str, datetime] = {}
        for few in batched(ids):
            taken = line.alert_id.in_(few) & (line.kind == EntryKind.ACKNOWLEDGED)
            first = select(line.alert_id, func.min(line.at).label("at")).where(taken).group_by(line.alert_id)
            found |= {row["alert_id"]: row["at"] for row in self._rows.all(first)}
        return found

    def add_entry(self, entry: AlertEntry) -> None:
        """Add a line to the history of an alert that is stored already."""
        clinic = select(_column.clinic_id).where(_column.id == entry.alert).scalar_subquery()
        self._rows.change(insert(alert_entries).values(self._entry_mapper.values(entry, clinic_id=clinic)))

    def entries(self, alert: str) -> tuple[AlertEntry, ...]:
        """The history of an alert, oldest first."""
        lines = select(alert_entries).where(alert_entries.c.alert_id == alert)
        return self._entry_mapper.records(self._rows.all(lines.order_by(alert_entries.c.at, alert_entries.c.id)))

    def entries_of(self, ids: Sequence[str]) -> dict[str, tuple[AlertEntry, ...]]:
        """The histories of these alerts, each oldest first; one without any line is left out."""
        line = alert_entries.c
        found: dict[str, list[AlertEntry]] = {}
        for few in batched(ids):
            lines = select(alert_entries).where(line.alert_id.in_(few)).order_by(line.at, line.id)
            for entry in self._entry_mapper.records(self._rows.all(lines)):
                found.setdefault(entry.alert, []).append(entry)
        return {alert: tuple(entries) for alert, entries in found.items()}

    def _values(self, alert: Alert) -> dict[str, Any]:
        sender_index = None if alert.sender is None else self._directory.address(alert.sender)
        return self._mapper.values(alert, sender_index=sender_index)

    def _count(self, condition: ColumnElement[bool]) -> int:
        return int(self._rows.scalar(select(func.count()).select_from(alerts).where(condition)))

    def _several(self, statement: Select[Any]) -> tuple[Alert, ...]:
        return self._mapper.records(self._rows.all(statement))

    def _one(self, statement: Select[Any]) -> Alert | None:
        row: Row | None = self._rows.first(statement)
        return None if row is None else self._mapper.record(row)
