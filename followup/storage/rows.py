"""Runs statements for the repositories: the one place where rows are read and written and driver errors end."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult, Executable, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from followup.storage.errors import StorageError, translated

Row = Mapping[Any, Any]
_Result = TypeVar("_Result")


#: Databases take only so many values in one statement.
AT_ONCE = 500


def batched(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Ids in parts that one statement takes."""
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def guarded(action: Callable[[], _Result]) -> _Result:
    """What `action` gives; a driver error becomes a StorageError that carries nothing of the driver's text with it."""
    try:
        return action()
    except SQLAlchemyError as error:
        failure = translated(error)
    raise failure


class Rows:
    """One open transaction, as the repositories see it. Raises StorageError and nothing of the driver's."""

    def __init__(self, connection: Connection) -> None:
        self._connection: Connection | None = connection

    def insertion(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An INSERT that can say what happens where a key is taken; both databases spell that alike."""
        return sqlite.insert(table) if self._open().dialect.name == "sqlite" else postgresql.insert(table)

    def all(self, statement: Executable) -> Sequence[Row]:
        """Every row that `statement` gives."""
        return guarded(lambda: self._run(statement).mappings().all())

    def first(self, statement: Executable) -> Row | None:
        """The first row, or None."""
        return guarded(lambda: self._run(statement).mappings().first())

    def scalar(self, statement: Executable) -> Any:  # noqa: ANN401 - whatever the statement selects
        """The first value of the first row, or None."""
        return guarded(lambda: self._run(statement).scalar())

    def scalars(self, statement: Executable) -> Sequence[Any]:
        """The first value of every row."""
        return guarded(lambda: self._run(statement).scalars().all())

    def change(self, statement: Executable, values: Row | Sequence[Row] | None = None) -> int:
        """Carry out a write and give how many rows it touched.

        Values are given beside the statement, not within: so the statement is the same each time, and made once.
        """
        # Drivers tell it for every write; the layer above forgets it for an INSERT unless asked.
        counted = statement.execution_options(preserve_rowcount=True)
        return guarded(lambda: self._run(counted, values).rowcount)

    def serialize(self, names: Collection[str]) -> None:
        """Wait for, and hold until the end, PostgreSQL's advisory locks of these names. SQLite has one writer."""
        if self._open().dialect.name == "sqlite":
            return
        for number in sorted(_lock_number(name) for name in names):  # in one order, so that no two wait for each other
            self.scalar(select(func.pg_advisory_xact_lock(number)))

    def commit(self) -> None:
        """Make everything durable and let the transaction go: nothing more can be done through it."""
        connection = self._open()
        guarded(connection.commit)
        self._connection = None

    def close(self) -> None:
        """Nothing more can be done through it."""
        self._connection = None

    def _run(self, statement: Executable, values: Row | Sequence[Row] | None = None) -> CursorResult[Any]:
        return self._open().execute(statement, values)

    def _open(self) -> Connection:
        if self._connection is None:
            raise StorageError("this unit of work is over; begin another", temporary=False)
        return self._connection


def _lock_number(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)
