"""Leases: what only one worker may do at a time, for a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select

from followup.storage.rows import Rows
from followup.storage.tables.running import leases


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """What one worker alone does until then."""

    name: str
    holder: str
    until: datetime


class LeaseRows:
    """The leases as one unit of work sees them."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def take(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        """Take a lease, or hold it longer; False while somebody else has it at `now`."""
        wanted = self._rows.insertion(leases).values(name=name, holder=holder, until=until)
        taken = wanted.on_conflict_do_update(
            index_elements=["name"],
            set_={"holder": holder, "until": until},
            where=or_(leases.c.until <= now, leases.c.holder == holder),
        )
        return self._rows.change(taken) == 1

    def held(self, now: datetime) -> tuple[Lease, ...]:
        """The leases in force at `now`, by name."""
        rows = self._rows.all(select(leases).where(leases.c.until > now).order_by(leases.c.name))
        return tuple(Lease(**row) for row in rows)

    def release(self, name: str, holder: str) -> None:
        """Give a lease back; somebody else's stays."""
        self._rows.change(delete(leases).where(leases.c.name == name, leases.c.holder == holder))
