"""Whether the service does its work: what `/readyz`, the staff pages and `followup doctor` tell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypedDict

from followup.services.context import Context
from followup.services.hold import is_held
from followup.storage.errors import StorageError
from followup.storage.store import Store
from followup.storage.unit_of_work import UnitOfWork

#: Why the files on disk are not what runs; empty while they are. Whoever reads the files writes it.
PENDING_ERROR = "schedule.pending_error"


class ScheduleHealth(TypedDict):
    """`version` is the one in force, `pending_error` why a newer file was not taken."""

    version: int | None
    pending_error: str | None


class Health(TypedDict):
    """`checks` maps `database`, `schedule` and `ticking` to "ok" or to what is wrong."""

    ready: bool
    checks: dict[str, str]
    schedule: ScheduleHealth
    hold: bool
    shadow: bool
    mode: str


def health(context: Context, now: datetime, watched: Mapping[str, timedelta]) -> Health:
    """The state of the service at `now`. `watched`: jobs, and how old their last beat may be.

    Never raises: a database that does not answer is what it tells.
    """
    try:
        with context.store.read() as uow:
            checks, schedule, hold = _asked(uow, now, watched)
    except StorageError:
        checks = {"database": "does not answer", "schedule": "unknown", "ticking": "unknown"}
        schedule, hold = ScheduleHealth(version=None, pending_error=None), False
    return Health(
        ready=all(state == OK for state in checks.values()),
        checks=checks,
        schedule=schedule,
        hold=hold,
        shadow=context.policy.shadow,
        mode=context.policy.mode.value,
    )


OK = "ok"


def _asked(
    uow: UnitOfWork, now: datetime, watched: Mapping[str, timedelta]
) -> tuple[dict[str, str], ScheduleHealth, bool]:
    version = uow.versions.latest_number() or None
    pending = uow.facts.get(PENDING_ERROR) or None
    checks = {
        "database": OK,
        "schedule": OK if version is not None else "nothing is published",
        "ticking": _ticking(uow, now, watched),
    }
    return checks, ScheduleHealth(version=version, pending_error=pending), is_held(uow)


def _ticking(uow: UnitOfWork, now: datetime, watched: Mapping[str, timedelta]) -> str:
    """A job is well when its last good run is fresh: that catches a dead thread and a job that always fails."""
    last = {beat.name: beat.last_ok_at for beat in uow.jobs.all()}
    silent = []
    for name, longest in watched.items():
        at = last.get(name)
        if at is None or now - at > longest:
            silent.append(name)
    return OK if not silent else f"no good run lately: {', '.join(sorted(silent))}"


def set_pending_error(store: Store, problem: str | None) -> None:
    """Say why the files on disk are not what runs, or that they are again. `problem` names places in the files."""
    with store.write() as uow:
        if (uow.facts.get(PENDING_ERROR) or None) != problem:
            uow.facts.set(PENDING_ERROR, problem or "")
            uow.commit()
