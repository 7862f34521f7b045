"""The one write lock of a process on SQLite; the store takes it before it begins to write."""

from __future__ import annotations

import threading

from followup.storage.errors import StorageError


class WriteLock:
    """Lets one thread write at a time. Urgent writers go before all others that wait.

    SQLite has one writer in any case; writers that met there would sleep and try again in no particular order.
    """

    def __init__(self, patience: float = 30.0) -> None:
        """`patience`: seconds after which a waiting writer gives up with a temporary StorageError."""
        self._patience = patience
        self._changed = threading.Condition()
        self._holder: int | None = None
        self._urgent_waiting = 0
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """How many writers wait at this moment."""
        with self._changed:
            return self._waiting

    def acquire(self, *, urgent: bool) -> None:
        """Wait for the lock. Raises StorageError when it takes too long, or when this thread holds it already."""
        with self._changed:
            if self._holder == threading.get_ident():
                raise StorageError(
                    "this thread is writing already; a unit of work cannot hold another", temporary=False
                )
            self._waiting += 1
            self._urgent_waiting += urgent
            try:
                free = self._changed.wait_for(lambda: self._is_free_for(urgent=urgent), self._patience)
            finally:
                self._waiting -= 1
                self._urgent_waiting -= urgent
            if not free:
                self._changed.notify_all()
                raise StorageError("another unit of work has been writing for too long; try again", temporary=True)
            self._holder = threading.get_ident()

    def release(self) -> None:
        """Give the lock back."""
        with self._changed:
            self._holder = None
            self._changed.notify_all()

    def _is_free_for(self, *, urgent: bool) -> bool:
        return self._holder is None and (urgent or self._urgent_waiting == 0)
