"""The only place that reads the time; everything below the services takes `now` as an argument."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time in UTC. Safe to call from any thread."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock. It cannot be set."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)


class StandingClock:
    """A clock that stands still until it is pushed forward: for the demo, rehearsals and tests."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The instant it stands at, aware, in UTC."""
        with self._lock:
            return self._now

    def move_to(self, instant: datetime) -> None:
        """Stand at `instant`. Raises ValueError when that lies in the past: time never runs back."""
        with self._lock:
            if instant < self._now:
                message = "a clock is never pushed back"
                raise ValueError(message)
            self._now = instant.astimezone(UTC)

    def advance(self, duration: timedelta) -> datetime:
        """Move forward by `duration` and return the new instant."""
        self.move_to(self.now() + duration)
        return self.now()
