"""The door to the database: hands out units of work to the services. Made once per process by the bootstrap."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from followup.storage.engine import is_sqlite, parsed, reading_engine, writing_engine
from followup.storage.errors import StorageError
from followup.storage.lock import WriteLock
from followup.storage.rows import Rows, guarded
from followup.storage.unit_of_work import UnitOfWork
from followup.storage.vault import Vault

Topics = frozenset[str]


class Store:
    """One database. Safe to use from any thread; each unit of work belongs to the thread that opened it."""

    def __init__(
        self,
        url: str,
        *,
        vault: Vault,
        on_commit: Callable[[Topics], None] | None = None,
        durable: bool = True,
    ) -> None:
        """`url` is SQLAlchemy's. `on_commit` gets the topics to wake after each commit; it must not raise.

        `durable` False is for a demo on SQLite: twice as fast, and its last commits may go with the machine's power.

        Raises StorageError where the address is none of a SQLite file or PostgreSQL. Nothing is connected yet.
        """
        address = parsed(url)
        self.vault = vault
        self._on_commit = on_commit or _nobody_waits
        self._writing = writing_engine(address, durable=durable)
        self._reading = reading_engine(address, self._writing)
        self._lock = WriteLock() if is_sqlite(address) else None

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """A unit of work that only reads; the database refuses anything else."""
        with _transaction(self._reading) as rows:
            yield UnitOfWork(rows, self.vault, None)

    @contextmanager
    def write(self, *, urgent: bool = False) -> Iterator[UnitOfWork]:
        """A unit of work that may write. Leaving the block undoes everything unless `commit` was called.

        `urgent` work (for staff, or about danger) goes before all other that waits. Raises StorageError.
        """
        with self._turn(urgent=urgent) as give_back:

            def committed(topics: Topics) -> None:
                give_back()
                if topics:
                    self._on_commit(topics)

            with _transaction(self._writing) as rows:
                yield UnitOfWork(rows, self.vault, committed)

    def close(self) -> None:
        """Give up every connection."""
        self._reading.dispose()
        self._writing.dispose()

    @contextmanager
    def _turn(self, *, urgent: bool) -> Iterator[Callable[[], None]]:
        """On SQLite, hold the write lock until the block is left or the yielded function is called."""
        if self._lock is None:
            yield _nothing
            return
        self._lock.acquire(urgent=urgent)
        held = True

        def give_back() -> None:
            nonlocal held
            if held and self._lock is not None:
                held = False
                self._lock.release()

        try:
            yield give_back
        finally:
            give_back()


@contextmanager
def _transaction(engine: Engine) -> Iterator[Rows]:
    connection = guarded(engine.connect)
    try:
        guarded(connection.begin)
        rows = Rows(connection)
        try:
            yield rows
        finally:
            rows.close()
    finally:
        _let_go(connection)


def _let_go(connection: Connection) -> None:
    """Roll back what was not committed, and give the connection back. A broken one can only be thrown away."""
    try:
        guarded(connection.close)
    except StorageError:
        if not connection.closed:
            connection.invalidate()


def _nobody_waits(_topics: Topics) -> None:
    """Topics go nowhere."""


def _nothing() -> None:
    """PostgreSQL needs no turn."""
