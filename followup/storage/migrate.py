"""Brings a database up to date. For the bootstrap and `followup db upgrade`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, inspect, text

from followup.storage.engine import parsed, writing_engine
from followup.storage.migrations import HEAD
from followup.storage.rows import guarded


def head() -> str:
    """The revision that this version of the product works with."""
    return HEAD


def current(url: str) -> str | None:
    """The revision of a database; None where it is empty. Raises StorageError."""
    with _connected(url) as connection:
        return guarded(lambda: _revision(connection))


def upgrade(url: str) -> None:
    """Bring a database to `head`, in one transaction. Does nothing where it is there already. Raises StorageError."""
    if current(url) == HEAD:
        return
    from followup.storage.migrations.run import run  # noqa: PLC0415 - Alembic costs half a second at every start

    with _connected(url) as connection:
        guarded(lambda: run(connection))
        guarded(connection.commit)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = writing_engine(parsed(url), checks_references=False)
    try:
        connection = guarded(engine.connect)
        try:
            yield connection
        finally:
            connection.close()
    finally:
        engine.dispose()
