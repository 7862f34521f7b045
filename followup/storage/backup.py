"""Copies a whole database into a file and back, while it runs. For `followup backup` and `followup restore`.

SQLite copies itself page by page. PostgreSQL is asked by its own programs pg_dump and psql, whose password never
stands among their arguments. What is encrypted in the database is encrypted in the copy; the keys are in neither.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, inspect

from followup.storage.engine import is_sqlite, parsed, writing_engine
from followup.storage.errors import StorageError
from followup.storage.rows import guarded

_SQLITE_MAGIC = b"SQLite format 3\x00"
_LONGEST = 3600  # seconds


def back_up(url: str, file: Path) -> None:
    """Copy the database into `file`, which must not exist; only its owner may read it. Raises StorageError."""
    address = parsed(url)
    if file.exists():
        raise _refused(f"{file} is there already; a backup never replaces another: give a new name")
    draft = file.with_name(f"{file.name}.part")
    draft.unlink(missing_ok=True)
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        if is_sqlite(address):
            _copy_sqlite(Path(str(address.database)), draft)
        else:
            _dump_postgres(address, draft)
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        draft.replace(file)
    except OSError as error:
        raise _refused(f"{file} cannot be written ({error.strerror})") from None
    finally:
        draft.unlink(missing_ok=True)


def restore(url: str, file: Path) -> None:
    """Bring a backup into an empty database. Raises StorageError; the database is as before then."""
    address = parsed(url)
    if not file.is_file():
        raise _refused(f"there is no backup at {file}")
    with file.open("rb") as opened:
        from_sqlite = opened.read(len(_SQLITE_MAGIC)) == _SQLITE_MAGIC
    if from_sqlite != is_sqlite(address):
        kinds = ("SQLite", "PostgreSQL") if from_sqlite else ("PostgreSQL", "SQLite")
        raise _refused(f"{file} is a backup of {kinds[0]} (or none at all), and FOLLOWUP_DATABASE_URL is {kinds[1]}")
    if not is_empty(url):
        raise _refused("the database is not empty; restore into a new one, so that nothing is overwritten")
    if from_sqlite:
        _restore_sqlite(file, Path(str(address.database)))
    else:
        _restore_postgres(address, file)


def is_empty(url: str) -> bool:
    """Whether there is no table yet. Makes no file. Raises StorageError."""
    address = parsed(url)
    if is_sqlite(address) and not Path(str(address.database)).exists():
        return True
    engine = writing_engine(address)
    try:
        with guarded(engine.connect) as connection:
            return not guarded(lambda: inspect(connection).get_table_names())
    finally:
        engine.dispose()


def _copy_sqlite(source: Path, target: Path) -> None:
    if not source.is_file():
        raise _refused(f"there is no database at {source}")
    try:
        with closing(sqlite3.connect(_read_only(source), uri=True)) as ours, closing(sqlite3.connect(target)) as copy:
            ours.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without another beside it
            _check(copy, target)
    except sqlite3.Error:
        raise _refused(f"{source} cannot be copied; it is damaged, or the disk is full") from None


def _restore_sqlite(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.part")
    draft.unlink(missing_ok=True)
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(_read_only(file), uri=True)) as backup, closing(sqlite3.connect(draft)) as copy:
            backup.backup(copy)
            _check(copy, file)
        for leftover in ("-wal", "-shm"):
            target.with_name(target.name + leftover).unlink(missing_ok=True)
        draft.replace(target)
    except (sqlite3.Error, OSError):
        raise _refused(f"{file} cannot be read as a database; take another backup") from None
    finally:
        draft.unlink(missing_ok=True)


def _read_only(file: Path) -> str:
    return f"{file.resolve().as_uri()}?mode=ro"


def _check(copy: sqlite3.Connection, file: Path) -> None:
    if copy.execute("PRAGMA quick_check").fetchall() != [("ok",)]:
        raise _refused(f"{file} is damaged; take another backup")


def _dump_postgres(address: URL, target: Path) -> None:
    arguments = ["--format=plain", "--no-owner", "--no-privileges", "--no-password", f"--file={target}"]
    _run("pg_dump", arguments, address)


def _restore_postgres(address: URL, file: Path) -> None:
    arguments = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--no-password"]
    _run("psql", [*arguments, "--output=/dev/null", f"--file={file}"], address)


def _run(program: str, arguments: list[str], address: URL) -> None:
    """Run one of PostgreSQL's programs. What it says is left out: it may quote rows."""
    path = shutil.which(program)
    if path is None:
        raise _refused(
            f"{program} is not on this machine; install PostgreSQL's client programs, of the server's version"
        )
    place = address.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    secret = {} if address.password is None else {"PGPASSWORD": str(address.password)}
    try:
        done = subprocess.run(  # noqa: S603 - a program of PostgreSQL, found by its own name; nothing of it from outside
            [path, *arguments, f"--dbname={place}"],
            env={**os.environ, **secret, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LONGEST,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise _refused(f"{program} could not be run to its end") from None
    if done.returncode:
        hint = (
            "its version is older than the server's" if b"version mismatch" in done.stderr else "see the server's log"
        )
        raise _refused(f"{program} failed ({hint}); nothing was kept")


def _refused(message: str) -> StorageError:
    return StorageError(message, temporary=False)
