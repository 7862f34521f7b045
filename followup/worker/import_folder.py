"""The watched folder: files of infusions that have stopped growing are imported once, then moved beside their report.

followup.worker.main adds its job to the table where FOLLOWUP_IMPORT_FOLDER is set. Whatever the process dies of, the
file is still there or already moved; importing it again changes nothing.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from followup import log
from followup.errors import BadInput, FollowupError, NotFound
from followup.intake.decoding import MOST_BYTES
from followup.intake.found import DayOrder
from followup.services.context import Context
from followup.services.import_infusions import Check, Wishes, import_infusions
from followup.services.import_report import refusal_report, report
from followup.worker.jobs import Job

EVERY: Final = timedelta(seconds=10)
#: A file that did not change for this long, in seconds, is complete; an empty one may still be about to be written.
SETTLED: Final = 8.0
SETTLED_EMPTY: Final = 60.0
DONE, REFUSED = "done", "refused"
REPORT: Final = ".report.txt"
ACTOR: Final = "import folder"
#: Names of files that other programs are still writing.
_UNFINISHED: Final = (".tmp", ".part", ".partial", ".crdownload", ".filepart", ".swp", ".lock")
_LEASE: Final = "import folder"
_LEASE_FOR: Final = timedelta(minutes=10)

_log = log.get(__name__)

#: What tells whether a file changed: its size and when it was last written.
Signature = tuple[int, int]


def import_job(folder: Path | None, check: Check) -> tuple[Job, ...]:
    """The job that watches `folder`; none where there is no folder."""
    if folder is None:
        return ()
    about = "import files of infusions from the watched folder"
    return (Job(name="import_folder", about=about, every=EVERY, work=ImportFolder(folder, check)),)


class ImportFolder:
    """Looks into the folder each time it is called. For one thread; remembers what it saw."""

    def __init__(self, folder: Path, check: Check, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._check = check
        self._monotonic = monotonic
        self._seen: dict[Path, tuple[Signature, float]] = {}
        self._stuck: dict[Path, Signature] = {}

    def __call__(self, context: Context) -> int:
        """Import what is complete. Raises FollowupError where the folder or a file in it cannot be used."""
        files = self._files()
        self._stuck = {path: mark for path, mark in self._stuck.items() if files.get(path) == mark}
        ready = [path for path, mark in files.items() if self._has_settled(path, mark)]
        if ready:
            with _alone(context) as alone:
                if alone:
                    self._take_all(context, ready, files)
        if self._stuck:
            many = f"{len(self._stuck)} files" if len(self._stuck) > 1 else "a file"
            raise FollowupError(f"{many} in the import folder cannot be read or moved; check who may write there")
        return 0

    # --- what is there -----------------------------------------------------------------------

    def _files(self) -> dict[Path, Signature]:
        try:
            found = sorted(path for path in self._folder.iterdir() if _is_ours(path))
        except OSError as error:
            raise FollowupError(f"the import folder cannot be read: {error.strerror}") from None
        marks = {path: mark for path in found if (mark := _signature(path)) is not None}
        self._seen = {path: seen for path, seen in self._seen.items() if path in marks}
        return marks

    def _has_settled(self, path: Path, mark: Signature) -> bool:
        now = self._monotonic()
        known, since = self._seen.get(path, (None, now))
        if known != mark:
            self._seen[path] = (mark, now)
            return False
        return now - since >= (SETTLED if mark[0] else SETTLED_EMPTY) and path not in self._stuck

    # --- taking ------------------------------------------------------------------------------

    def _take_all(self, context: Context, ready: list[Path], files: dict[Path, Signature]) -> None:
        for path in ready:
            try:
                self._take(context, path)
            except FileNotFoundError:
                continue  # another worker was faster, or somebody took it back
            except OSError as error:
                self._stuck[path] = files[path]
                _log.error("a file of infusions cannot be read or moved", **log.describe(error))

    def _take(self, context: Context, path: Path) -> None:
        with path.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
        text, where = self._import(context, data, _order_in_name(path))
        folder = self._folder / where
        folder.mkdir(mode=0o700, exist_ok=True)
        target = _free(folder / path.name)
        _write(target.with_name(target.name + REPORT), text)
        path.rename(target)
        self._seen.pop(path, None)

    def _import(self, context: Context, data: bytes, order: DayOrder | None) -> tuple[str, str]:
        """The text of the report, and which folder the file goes to."""
        now = context.clock.now()
        fingerprint = hashlib.sha256(data).hexdigest()[:12]
        try:
            found = import_infusions(context, data, self._check, Wishes(order=order), actor=ACTOR)
        except (BadInput, NotFound) as error:
            _log.warning("a file of infusions was refused", reason=str(error))
            return refusal_report(str(error), now, fingerprint), REFUSED
        _log.info("a file of infusions was imported", count=found.recorded, problem=found.refused)
        return report(found, now, fingerprint), DONE if found.all_taken else REFUSED


@contextmanager
def _alone(context: Context) -> Iterator[bool]:
    """Whether this worker has the folder for itself, where several share it."""
    now = context.clock.now()
    with context.store.write() as uow:
        mine = uow.leases.take(_LEASE, context.worker, now, now + _LEASE_FOR)
        uow.commit()
    try:
        yield mine
    finally:
        if mine:
            with context.store.write() as uow:
                uow.leases.release(_LEASE, context.worker)
                uow.commit()


def _is_ours(path: Path) -> bool:
    """Links are left alone: they may point at what this service can read and the sender cannot."""
    hidden = path.name.startswith((".", "~"))
    return not hidden and path.suffix.lower() not in _UNFINISHED and path.is_file() and not path.is_symlink()


def _signature(path: Path) -> Signature | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _order_in_name(path: Path) -> DayOrder | None:
    """`monday.dmy.csv` says what nobody is there to be asked."""
    named = {part.lower() for part in path.suffixes}
    return next((order for order in DayOrder if f".{order}" in named), None)


def _free(target: Path) -> Path:
    """A name that is not taken yet: the same file name comes every week."""
    number = 1
    free = target
    while free.exists():
        number += 1
        free = target.with_name(f"{target.stem}-{number}{target.suffix}")
    return free


def _write(path: Path, text: str) -> None:
    """All of it or nothing."""
    draft = path.with_name(f".{path.name}.tmp")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
