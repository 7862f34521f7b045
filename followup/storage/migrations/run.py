"""Runs the migrations through Alembic; apart from migrate.py, as most starts need no Alembic and it loads slowly."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, text

from followup.storage.errors import StorageError

#: An arbitrary number that only this product locks on PostgreSQL.
_LOCK = 5_630_218_847


def run(connection: Connection) -> None:
    """Bring the database to the newest revision, in the transaction of `connection`. Raises StorageError."""
    if connection.dialect.name == "postgresql":
        # Two processes that start together: the second waits, then finds nothing to do.
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
    try:
        command.upgrade(alembic_config(connection), "head")
    except CommandError:
        unknown = StorageError(
            "the database is of a newer version of followup than this one; install that version",
            temporary=False,
        )
        raise unknown from None


def alembic_config(connection: Connection) -> Config:
    """What Alembic needs to know, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config
