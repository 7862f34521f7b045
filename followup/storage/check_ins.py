"""Check-ins: planned contacts, taken up when their time has come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, insert, select, update

from followup.domain.day_figures import Counted
from followup.domain.plan import CheckIn, CheckInState
from followup.storage.mapping import Mapper
from followup.storage.rows import Rows
from followup.storage.tables.course import check_ins
from followup.storage.vault import Vault


class CheckInRows:
    """The check-ins of one unit of work."""

    def __init__(self, rows: Rows, vault: Vault) -> None:
        self._rows = rows
        self._mapper = Mapper(check_ins, CheckIn, vault)

    def add_many(self, planned: Sequence[CheckIn]) -> None:
        """Store new check-ins in one statement. Raises Collision where a plan has one with the same key."""
        if planned:
            self._rows.change(insert(check_ins), [self._values(check_in) for check_in in planned])

    def update(self, check_in: CheckIn, expected: CheckInState | None = None) -> bool:
        """Replace what is stored; with `expected` only while it is in that state. Tells whether it was replaced."""
        stored = update(check_ins).where(check_ins.c.id == check_in.id)
        if expected is not None:
            stored = stored.where(check_ins.c.state == expected)
        return self._rows.change(stored, self._values(check_in)) == 1

    def get(self, check_in_id: str) -> CheckIn | None:
        """By its id."""
        row = self._rows.first(select(check_ins).where(check_ins.c.id == check_in_id))
        return None if row is None else self._mapper.record(row)

    def of_patient(self, patient: str) -> tuple[CheckIn, ...]:
        """All of a patient's check-ins, by due time."""
        return self._found(check_ins.c.patient_id == patient)

    def of_plan(self, plan: str) -> tuple[CheckIn, ...]:
        """All check-ins of a plan, by due time."""
        return self._found(check_ins.c.plan_id == plan)

    def open_of(self, patients: Sequence[str]) -> tuple[CheckIn, ...]:
        """The open check-ins of these patients, by due time."""
        return self._found(check_ins.c.patient_id.in_(patients) & (check_ins.c.state == CheckInState.OPEN))

    def due(self, now: datetime, limit: int) -> tuple[CheckIn, ...]:
        """Those for which something must be done at `now`, longest waiting first."""
        waiting = select(check_ins).where(check_ins.c.next_action_at <= now)
        ordered = waiting.order_by(check_ins.c.next_action_at, check_ins.c.id).limit(limit)
        return self._mapper.records(self._rows.all(ordered))

    def next_due_at(self) -> datetime | None:
        """When something must next be done for any of them."""
        soonest: datetime | None = self._rows.scalar(
            select(func.min(check_ins.c.next_action_at)).where(check_ins.c.next_action_at.is_not(None))
        )
        return soonest

    def counted(self, clinic: str, bounds: Sequence[datetime]) -> tuple[Counted, ...]:
        """How many of a clinic's check-ins are due between each bound and the next, by state and reason."""
        within = (
            (check_ins.c.clinic_id == clinic) & (check_ins.c.due_at >= bounds[0]) & (check_ins.c.due_at < bounds[-1])
        )
        day = case(*((check_ins.c.due_at < end, position) for position, end in enumerate(bounds[1:])))
        figures = select(day.label("day"), check_ins.c.state, check_ins.c.reason, func.count().label("number"))
        rows = self._rows.all(figures.where(within).group_by(day, check_ins.c.state, check_ins.c.reason))
        return tuple(
            Counted(day=row["day"], state=row["state"], reason=row["reason"], number=row["number"]) for row in rows
        )

    def _found(self, condition: ColumnElement[bool]) -> tuple[CheckIn, ...]:
        found = select(check_ins).where(condition).order_by(check_ins.c.due_at, check_ins.c.id)
        return self._mapper.records(self._rows.all(found))

    def _values(self, check_in: CheckIn) -> dict[str, Any]:
        return self._mapper.values(check_in, next_action_at=check_in.next_action_at)
