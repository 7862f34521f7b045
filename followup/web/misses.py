"""Counts tries at links that do not work, by address, so that guessing gets nowhere. The pages behind links call it.

A link that works is shown to whoever has it, however many others from the same address did not: behind one address
may sit a whole clinic, and nothing may stand between a nurse and an alert. Guessing is hopeless by the length of the
token alone; that it is refused keeps it from costing anything.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta
from typing import Final

#: So many within SPAN are answered that the link does not work; the rest, that it was too often.
ALLOWED: Final = 30
SPAN: Final = timedelta(minutes=15)
#: Addresses that are remembered, the latest; a flood of invented ones must not fill the memory.
_MOST_ADDRESSES: Final = 10_000


class Misses:
    """In the memory of one process, since looking at a link must change nothing that lasts. For any thread."""

    def __init__(self) -> None:
        self._missed: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def too_many(self, address: str, now: datetime) -> bool:
        """Count one from `address`, and tell whether there were too many of late."""
        with self._lock:
            moments = self._missed.setdefault(address, deque(maxlen=ALLOWED + 1))
            self._missed.move_to_end(address)
            moments.append(now)
            while len(self._missed) > _MOST_ADDRESSES:
                self._missed.popitem(last=False)
            return sum(now - moment < SPAN for moment in moments) > ALLOWED
