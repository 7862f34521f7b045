"""The demo takes edits of the schedule as a live service does; its clock stands, so a thread of its own looks."""

from __future__ import annotations

import threading

from followup import log
from followup.clock import SystemClock
from followup.services.context import Context
from followup.services.watch_schedules import Files, FileWatch

#: How often it looks, in seconds.
_EVERY = 1.0

_log = log.get(__name__)


class EditFollower:
    """Looks at the files until it is stopped. Start once, stop once."""

    def __init__(self, context: Context, files: Files) -> None:
        self._context = context
        self._watch = FileWatch(files, clock=SystemClock())
        self._ended = threading.Event()
        self._thread = threading.Thread(name="edits", target=self._follow, daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """End, after what is under way, for at most `seconds`."""
        self._ended.set()
        self._thread.join(seconds)

    def _follow(self) -> None:
        while not self._ended.is_set():
            try:
                self._watch.look(self._context)
            except Exception as error:  # the demo must outlive whatever an edit does to it  # noqa: BLE001
                _log.error("the files could not be looked at", **log.describe(error))
            self._ended.wait(_EVERY)
