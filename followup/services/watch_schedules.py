"""The files that admins edit are watched: a good edit is taken, anything else is said and changes nothing.

The worker's ticker calls `FileWatch.look`; the start of a service calls `take_edit` once. What is on disk is judged
when it has been quiet for some seconds, so that a file half written or a template not yet saved is never taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from followup import log
from followup.clock import Clock
from followup.content.loader import Content, InvalidContent, load_content
from followup.errors import BadInput, Conflict, InvalidInput
from followup.services.context import ContentBook, Context
from followup.services.health import set_pending_error
from followup.services.preview_schedules import preview
from followup.services.publish_schedules import add_version
from followup.services.replan_plans import replan_all
from followup.storage.store import Store

#: Nothing may have been written for this long: an editor saves in several steps, a person several files.
QUIET = timedelta(seconds=2)
#: Only who holds this lease publishes what is on disk; whoever stops looking loses it.
LEASE = "schedules"
LEASE_LASTS = timedelta(seconds=30)
_SHOWN = 3

_log = log.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The schedule file, and the folder that holds `messages/`."""

    schedules: Path
    templates: Path


class Outcome(StrEnum):
    """What became of the files on disk."""

    IN_FORCE = "in force"
    PUBLISHED = "published"
    WAITS = "waits for a person"
    KNOWN = "published before"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What became of the files, and in one line why they are not what runs."""

    outcome: Outcome
    problem: str | None = None


def take_edit(store: Store, book: ContentBook, files: Files, *, clock: Clock) -> Judged:
    """Judge the files as they are now, publish them where they may be, and say what stands in the way otherwise.

    `clock` is the service's: its moment decides what moves. Raises Conflict where another version was published
    at the same moment.
    """
    return _settle(store, book, read_files(files), clock)


def read_files(files: Files) -> Content | Judged:
    """What the files hold, or why they cannot be used. Never raises."""
    try:
        return load_content(files.schedules, files.templates)
    except BadInput as error:
        return Judged(outcome=Outcome.REFUSED, problem=in_short(error))
    except Exception as error:  # whatever a file holds, the last good version goes on and people are told  # noqa: BLE001
        _log.error("the files on disk could not be judged", **log.describe(error))
        problem = "the schedule or its templates cannot be read by this program; run `followup schedules check`"
        return Judged(outcome=Outcome.REFUSED, problem=problem)


def _settle(store: Store, book: ContentBook, read: Content | Judged, clock: Clock) -> Judged:
    judged = read if isinstance(read, Judged) else _judge(store, book, read, clock)
    set_pending_error(store, judged.problem)
    if judged.problem is not None:
        _log.warning("the files on disk are not what runs", status=judged.outcome.value, problem=judged.problem)
    elif judged.outcome is Outcome.PUBLISHED:
        _log.info("an edit of the schedule is in force", version=book.current().version)
        replan_all(store, book, clock)
    return judged


def _judge(store: Store, book: ContentBook, content: Content, clock: Clock) -> Judged:
    in_force = book.current()
    if content.content_hash == in_force.content.content_hash:
        return Judged(outcome=Outcome.IN_FORCE)
    with store.read() as uow:
        known = uow.versions.by_hash(content.content_hash)
    if known is not None:
        problem = (
            f"the files are as in version {known.number}, and version {in_force.version} was published since; "
            f"`followup schedules rollback {known.number}` puts them in force again"
        )
        return Judged(outcome=Outcome.KNOWN, problem=problem)
    shown = preview(store, book, content, clock.now())
    if shown.impossible:
        places = "; ".join(f"{one.at}: {one.message}" for one in shown.impossible[:_SHOWN])
        return Judged(outcome=Outcome.REFUSED, problem=places)
    if shown.waits:
        problem = f"an edit waits for `followup schedules publish`: {'; '.join(shown.waits)}"
        return Judged(outcome=Outcome.WAITS, problem=problem)
    with store.write() as uow:
        if uow.versions.latest_number() != in_force.version:
            raise Conflict("another version was published at the same moment")
        add_version(uow, content, before=in_force.content, actor="service", clock=clock)
        uow.commit()
    return Judged(outcome=Outcome.PUBLISHED)


def in_short(error: BadInput) -> str:
    """A refusal in one line, with its first places. It names places and words of the files, nothing of patients."""
    if isinstance(error, InvalidContent | InvalidInput):
        places = [f"{problem.at}: {problem.message}" for problem in error.problems[:_SHOWN]]
        return "; ".join([str(error), *places])
    return str(error)


_Signature = tuple[tuple[str, int, int, int], ...]


class FileWatch:
    """Looks at the files again and again. For one thread.

    `clock` tells how long they have been quiet: the machine's, also where the service's own clock stands.
    """

    def __init__(self, files: Files, *, clock: Clock, quiet: timedelta = QUIET) -> None:
        self._files = files
        self._clock = clock
        self._quiet = quiet
        self._seen: _Signature | None = None
        self._since = clock.now()
        self._judged: tuple[_Signature, int] | None = None
        self._held_until: datetime | None = None
        #: What became of the files when they were last judged.
        self.last: Judged | None = None

    def look(self, context: Context) -> int:
        """Judge the files if they have changed and are quiet, or another version came into force; 1 if it did."""
        if not self._holds_lease(context):
            return 0
        signature, now = _signature(self._files), self._clock.now()
        if signature != self._seen:
            self._seen, self._since = signature, now
        with context.store.read() as uow:
            version = uow.versions.latest_number()
        if self._judged == (signature, version) or now - self._since < self._quiet:
            return 0
        read = read_files(self._files)
        if _signature(self._files) != signature:
            return 0  # it was written to while it was read: what was read may be half of it
        try:
            judged = _settle(context.store, context.content, read, context.clock)
        except Conflict:
            return 0
        self.last = judged
        self._judged = (signature, context.content.current().version)
        return 1

    def _holds_lease(self, context: Context) -> bool:
        now = self._clock.now()
        if self._held_until is not None and self._held_until - now > LEASE_LASTS / 2:
            return True
        with context.store.write() as uow:
            taken = uow.leases.take(LEASE, context.worker, now, now + LEASE_LASTS)
            uow.commit()
        self._held_until = now + LEASE_LASTS if taken else None
        if not taken:
            self._judged = None  # what another one judged meanwhile is judged again
        return taken


def _signature(files: Files) -> _Signature:
    return tuple(_stat(path) for path in (files.schedules, *_template_files(files.templates)))


def _template_files(folder: Path) -> Iterator[Path]:
    yield from sorted((folder / "messages").rglob("*"))


def _stat(path: Path) -> tuple[str, int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return str(path), 0, 0, 0
    return str(path), found.st_mtime_ns, found.st_size, found.st_ino
