"""The bell that the store rings after a commit: whoever waits for a topic works at once instead of at the next tick.

Made once per process by followup.worker.main; the store rings it, the threads of followup.worker.loop wait on it.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable


class Bell:
    """Counts rings by topic, so that a ring between looking and waiting is never missed. Safe in any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._rings: Counter[str] = Counter()
        self._stopped = False

    def ring(self, topics: Iterable[str]) -> None:
        """Wake everybody who waits for one of `topics`."""
        with self._changed:
            self._rings.update(topics)
            self._changed.notify_all()

    def heard(self, topics: Iterable[str]) -> int:
        """How often these rang so far: take it before looking for work, hand it to `wait` after."""
        with self._changed:
            return self._count(topics)

    def wait(self, topics: Iterable[str], heard: int, seconds: float) -> None:
        """Return when one of `topics` rang since `heard`, when stopped, or after `seconds`."""
        names = tuple(topics)
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._count(names) != heard, seconds)

    def stop(self) -> None:
        """Wake everybody for the last time: from now on nobody waits."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    @property
    def stopped(self) -> bool:
        """Whether all should end."""
        with self._changed:
            return self._stopped

    def _count(self, topics: Iterable[str]) -> int:
        return sum(self._rings[topic] for topic in topics)
