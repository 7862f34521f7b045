"""Puts together what `followup backup` and `followup restore` do: a whole database, marked, copied, checked."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from followup.bootstrap.only_one import OnlyOne
from followup.bootstrap.opening import sqlite_file
from followup.bootstrap.tool import database_url, tool
from followup.errors import FollowupError
from followup.services.restored import Gap, mark, settle_gap
from followup.settings import Settings
from followup.storage import backup, migrate


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup that was made."""

    at: datetime
    file: Path
    size: int


def back_up(settings: Settings, var: Path, file: Path, *, actor: str) -> Backup:
    """Copy the configured database into a new file, while the service runs. Raises FollowupError."""
    context = tool(settings, var)
    try:
        at = mark(context, actor=actor)
    finally:
        context.store.close()
    backup.back_up(database_url(settings, var), file)
    return Backup(at=at, file=file, size=file.stat().st_size)


def restore(settings: Settings, var: Path, file: Path, *, actor: str) -> Gap:
    """Bring a backup into the configured database, which must be empty; nothing may be running on it.

    Raises FollowupError.
    """
    url = database_url(settings, var)
    place = sqlite_file(url)
    with OnlyOne(place) if place is not None else nullcontext():
        backup.restore(url, file)
        try:
            return _settled(settings, var, url, actor)
        except FollowupError:
            if place is not None:  # such as with other keys: nothing half-restored is left for a service to start on
                for suffix in ("", "-wal", "-shm"):
                    place.with_name(place.name + suffix).unlink(missing_ok=True)
            raise


def _settled(settings: Settings, var: Path, url: str, actor: str) -> Gap:
    migrate.upgrade(url)
    context = tool(settings, var)
    try:
        return settle_gap(context, actor=actor)
    finally:
        context.store.close()
