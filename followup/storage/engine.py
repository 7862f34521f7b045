"""Makes the database engines: how each of the two databases is spoken to. For the store and the migrations."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from followup.storage.errors import StorageError

if TYPE_CHECKING:
    import psycopg  # loaded by SQLAlchemy where the address asks for it

#: How long a statement waits for a lock that somebody else holds.
LOCK_SECONDS = 10


def parsed(url: str) -> URL:
    """The database address, with PostgreSQL's driver made explicit. Raises StorageError; never repeats the address."""
    try:
        address = make_url(url)
    except ArgumentError:
        address = None
    if address is None or address.get_backend_name() not in {"sqlite", "postgresql"}:
        raise StorageError(
            "FOLLOWUP_DATABASE_URL is no address of a supported database; it begins with sqlite:/// or postgresql://",
            temporary=False,
        )
    if address.get_backend_name() == "postgresql":
        return address.set(drivername="postgresql+psycopg")
    if address.database in {None, "", ":memory:"}:
        raise StorageError("SQLite needs a file: sqlite:///path/to/file.sqlite", temporary=False)
    return address


def is_sqlite(url: URL) -> bool:
    """Whether the address is a SQLite file: then one process works on it, one writer at a time."""
    return url.get_backend_name() == "sqlite"


def writing_engine(url: URL, *, checks_references: bool = True, durable: bool = True) -> Engine:
    """An engine whose transactions may write.

    A migration on SQLite leaves `checks_references` out: it changes a table by making it anew. `durable` False:
    a SQLite file whose last commits may go with the machine's power, never with the process.
    """
    if not is_sqlite(url):
        return _postgres(url)
    return _sqlite(url, reading=False, references=checks_references, synchronous="FULL" if durable else "NORMAL")


def reading_engine(url: URL, writing: Engine) -> Engine:
    """An engine whose transactions cannot write; on PostgreSQL it shares the connections of `writing`."""
    if is_sqlite(url):
        return _sqlite(url, reading=True, references=True)
    return writing.execution_options(postgresql_readonly=True)


def _sqlite(url: URL, *, reading: bool, references: bool, synchronous: str = "FULL") -> Engine:
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": LOCK_SECONDS})
    # The driver would begin a transaction only at the first write, and then as one that can fail half-way.
    begin = "BEGIN" if reading else "BEGIN IMMEDIATE"

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous}")
        connection.execute(f"PRAGMA foreign_keys={'ON' if references else 'OFF'}")
        connection.execute(f"PRAGMA query_only={'ON' if reading else 'OFF'}")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgres(url: URL) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        pool_size=10,
        max_overflow=20,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 5},
    )

    @event.listens_for(engine, "connect")
    def configure(connection: psycopg.Connection[Any], _record: object) -> None:
        autocommit, connection.autocommit = connection.autocommit, True
        connection.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
        connection.execute("SET idle_in_transaction_session_timeout = '60s'")
        connection.autocommit = autocommit

    return engine
