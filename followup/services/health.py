"""Whether the service does its work: what `/readyz`, the staff pages and `followup doctor` tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypedDict

from followup.log import without_addresses
from followup.services.context import Context
from followup.services.hold import is_held
from followup.storage.errors import StorageError
from followup.storage.jobs import JobBeat
from followup.storage.store import Store
from followup.storage.unit_of_work import UnitOfWork

#: So much later than a job is missed, every page of staff says so: a restart takes a moment, and nobody needs a scare.
_SAID_AFTER: Final = timedelta(minutes=2)
#: Why the files on disk are not what runs; empty while they are. Whoever reads the files writes it.
PENDING_ERROR = "schedule.pending_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How a job is watched: the age of its last good run from which on it counts as stopped.

    `may_fail`: a run that failed counts too, and so does a first one that is not over yet.
    """

    silent_after: timedelta
    may_fail: bool = False


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """The service does not do its work. `since`: the last time it did; None where it never ran. `jobs` stand still.

    `whole`: nothing of it runs at all.
    """

    since: datetime | None
    jobs: tuple[str, ...]
    whole: bool


def stopped(context: Context, now: datetime, watched: Mapping[str, Watch]) -> Stopped | None:
    """What has stood still for minutes, so that people must do it; None while all goes on. Raises StorageError."""
    with context.store.read() as uow:
        beats = {beat.name: beat for beat in uow.jobs.all() if beat.name in watched}
    if watched and not beats:
        return Stopped(since=None, jobs=tuple(sorted(watched)), whole=True)
    last = {name: _last(beat, watched[name]) for name, beat in beats.items()}
    still = {name: at for name, at in last.items() if at is None or now - at > watched[name].silent_after + _SAID_AFTER}
    if not still:
        return None
    whole = len(still) == len(beats)
    known = [at for at in still.values() if at is not None]
    # All of it stopped with the last of its jobs; of a part, what matters is how long it has been missing.
    since = (max(known) if whole else min(known)) if known else None
    return Stopped(since=since, jobs=tuple(sorted(still)), whole=whole)


def health(context: Context, now: datetime, watched: Mapping[str, Watch]) -> Health:
    """The state of the service at `now`. `watched` are the jobs that should be running, by name.

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


def _asked(uow: UnitOfWork, now: datetime, watched: Mapping[str, Watch]) -> tuple[dict[str, str], ScheduleHealth, bool]:
    version = uow.versions.latest_number() or None
    # Anybody may read this page: what a mistake in the file says goes without the numbers of staff.
    pending = without_addresses(uow.facts.get(PENDING_ERROR) or "") or None
    checks = {
        "database": OK,
        "schedule": OK if version is not None else "nothing is published",
        "ticking": _ticking(uow, now, watched),
    }
    return checks, ScheduleHealth(version=version, pending_error=pending), is_held(uow)


def _ticking(uow: UnitOfWork, now: datetime, watched: Mapping[str, Watch]) -> str:
    """A job is well when its last good run is fresh: that catches a dead thread and a job that always fails."""
    beats = {beat.name: beat for beat in uow.jobs.all()}
    silent = [name for name, watch in watched.items() if not _is_well(beats.get(name), watch, now)]
    return OK if not silent else f"no good run lately: {', '.join(sorted(silent))}"


def _is_well(beat: JobBeat | None, watch: Watch, now: datetime) -> bool:
    if beat is None:
        return watch.may_fail
    at = _last(beat, watch)
    return at is not None and now - at <= watch.silent_after


def _last(beat: JobBeat, watch: Watch) -> datetime | None:
    return beat.last_run_at if watch.may_fail else beat.last_ok_at


def set_pending_error(store: Store, problem: str | None) -> None:
    """Say why the files on disk are not what runs, or that they are again. `problem` names places in the files."""
    with store.write() as uow:
        if (uow.facts.get(PENDING_ERROR) or None) != problem:
            uow.facts.set(PENDING_ERROR, problem or "")
            uow.commit()
