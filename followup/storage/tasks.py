"""Tasks that become alerts when they fall due."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select, update

from followup.domain.tasks import Task, TaskKind
from followup.storage.mapping import Mapper
from followup.storage.rows import Rows
from followup.storage.tables.callbacks import tasks
from followup.storage.vault import Vault

_column = tasks.c
_is_waiting = _column.done_at.is_(None)


class TaskRows:
    """The tasks of one unit of work."""

    def __init__(self, rows: Rows, vault: Vault) -> None:
        self._rows = rows
        self._mapper = Mapper(tasks, Task, vault)

    def plan(self, task: Task) -> None:
        """Store a task, in place of one of its kind that still waits for the same alert."""
        earlier = _is_waiting & (_column.alert_id == task.alert) & (_column.kind == task.kind)
        self._rows.change(update(tasks).where(earlier), {"done_at": task.made_at})
        self._rows.change(insert(tasks), self._mapper.values(task))

    def finish(self, task: Task, *, at: datetime) -> bool:
        """The task is over. False where somebody was first."""
        waiting = update(tasks).where(_column.id == task.id, _is_waiting)
        return self._rows.change(waiting, {"done_at": at}) == 1

    def finished_as(self, task: Task, alert: str) -> None:
        """Keep which alert came of a task."""
        self._rows.change(update(tasks).where(_column.id == task.id), {"opened_id": alert})

    def due(self, now: datetime, limit: int) -> tuple[Task, ...]:
        """Tasks whose time has come, longest waiting first."""
        waiting = select(tasks).where(_is_waiting, _column.due_at <= now)
        return self._several(waiting.order_by(_column.due_at, _column.id).limit(limit))

    def next_due_at(self) -> datetime | None:
        """When a task falls due next."""
        soonest: datetime | None = self._rows.scalar(select(func.min(_column.due_at)).where(_is_waiting))
        return soonest

    def waiting_in(self, clinic: str, kind: TaskKind) -> tuple[Task, ...]:
        """What of a kind is still to come at a clinic, soonest first."""
        waiting = select(tasks).where(_is_waiting, _column.clinic_id == clinic, _column.kind == kind)
        return self._several(waiting.order_by(_column.due_at, _column.id))

    def waiting_of(self, patients: Collection[str]) -> tuple[Task, ...]:
        """What is still to come for these patients, soonest first."""
        waiting = select(tasks).where(_is_waiting, _column.patient_id.in_(list(patients)))
        return self._several(waiting.order_by(_column.due_at, _column.id))

    def of_alert(self, alert: str) -> tuple[Task, ...]:
        """Every task that came of an alert, oldest first."""
        return self._several(select(tasks).where(_column.alert_id == alert).order_by(_column.id))

    def _several(self, statement: Select[Any]) -> tuple[Task, ...]:
        return self._mapper.records(self._rows.all(statement))
