"""Heartbeats of the periodic jobs: a job that stopped running is seen by its age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from followup.storage.rows import Rows
from followup.storage.tables.running import job_beats


@dataclass(frozen=True, slots=True, kw_only=True)
class JobBeat:
    """When a job last ran and last ran well; `error` is what went wrong at the last run."""

    name: str
    last_run_at: datetime
    last_ok_at: datetime | None
    error: str | None


class JobRows:
    """The heartbeats as one unit of work sees them."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def record(self, name: str, at: datetime, ok: bool, error: str | None = None) -> None:  # noqa: FBT001 - the API
        """Note a run. `error` carries no patient data."""
        values: dict[str, Any] = {"last_run_at": at, "error": error} | ({"last_ok_at": at} if ok else {})
        stored = self._rows.insertion(job_beats).values(name=name, **values)
        self._rows.change(stored.on_conflict_do_update(index_elements=["name"], set_=values))

    def all(self) -> tuple[JobBeat, ...]:
        """The beat of every job that ever ran, by name."""
        beats = self._rows.all(select(job_beats).order_by(job_beats.c.name))
        return tuple(JobBeat(**beat) for beat in beats)
