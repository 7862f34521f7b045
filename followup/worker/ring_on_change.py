"""Rings the bell when the schedule or a template is written, so that an edit need not wait for the next look.

Only a help: where the system does not tell of changes (network drives, swapped links) the looks find them.
followup.worker.main starts it.
"""

from __future__ import annotations

import threading
from pathlib import Path

from watchfiles import watch

from followup import log
from followup.services.watch_schedules import Files
from followup.worker.bell import Bell

#: How often, in milliseconds, it is asked whether the process ends.
_TURN = 500
_TOPIC = "files"

_log = log.get(__name__)


def ring_on_change(files: Files, bell: Bell) -> threading.Thread:
    """Start watching until the bell stops; gives the thread that does."""
    thread = threading.Thread(name="watch files", target=_follow, args=(files, bell), daemon=True)
    thread.start()
    return thread


def _follow(files: Files, bell: Bell) -> None:
    try:
        for changes in watch(
            *_folders(files), recursive=False, rust_timeout=_TURN, yield_on_timeout=True, raise_interrupt=False
        ):
            if bell.stopped:
                return
            if changes:
                bell.ring((_TOPIC,))
    except (OSError, RuntimeError) as error:
        _log.warning("changes of files are found by looking only", **log.describe(error))


def _folders(files: Files) -> list[Path]:
    """Folder by folder: the one around the schedule may hold much that is none of ours."""
    messages = files.templates / "messages"
    below = [path for path in messages.rglob("*") if path.is_dir()]
    return [path for path in (files.schedules.parent, messages, *below) if path.is_dir()]
