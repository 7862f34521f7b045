"""Plans: the course of each infusion."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select, update

from followup.domain.plan import Plan
from followup.storage.mapping import Mapper
from followup.storage.rows import Row, Rows
from followup.storage.tables.course import infusions, plans
from followup.storage.vault import Vault


class PlanRows:
    """The plans of one unit of work."""

    def __init__(self, rows: Rows, vault: Vault) -> None:
        self._rows = rows
        self._mapper = Mapper(plans, Plan, vault)

    def add(self, plan: Plan) -> None:
        """Store a new plan. Raises Collision where its infusion has one."""
        self._rows.change(insert(plans), self._mapper.values(plan))

    def update(self, plan: Plan, expected_revision: int | None = None) -> bool:
        """Replace what is stored under the same id; with `expected_revision` only while that still stands."""
        stored = update(plans).where(plans.c.id == plan.id)
        if expected_revision is not None:
            stored = stored.where(plans.c.revision == expected_revision)
        return self._rows.change(stored, self._mapper.values(plan)) == 1

    def get(self, plan_id: str) -> Plan | None:
        """By its id."""
        return self._one(self._rows.first(select(plans).where(plans.c.id == plan_id)))

    def of_infusion(self, infusion: str) -> Plan | None:
        """The plan of an infusion."""
        return self._one(self._rows.first(select(plans).where(plans.c.infusion_id == infusion)))

    def behind(self, version: int, since: datetime, limit: int) -> tuple[Plan, ...]:
        """Plans made under a version before `version`, of infusions that stand and ended after `since`."""
        found = _under_way(since).where(plans.c.schedule_version < version).order_by(plans.c.id).limit(limit)
        return self._mapper.records(self._rows.all(found))

    def under_way(self, since: datetime, after: str, limit: int) -> tuple[Plan, ...]:
        """Plans of infusions that stand and ended after `since`, by id, from the one behind `after` on."""
        found = _under_way(since).where(plans.c.id > after).order_by(plans.c.id).limit(limit)
        return self._mapper.records(self._rows.all(found))

    def _one(self, row: Row | None) -> Plan | None:
        return None if row is None else self._mapper.record(row)


def _under_way(since: datetime) -> Select[Any]:
    of_infusion = plans.join(infusions, infusions.c.id == plans.c.infusion_id)
    stands = infusions.c.cancelled_at.is_(None)
    return select(plans).select_from(of_infusion).where(infusions.c.ended_at > since, stands)
