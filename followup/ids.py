"""Row ids that we make ourselves, so that a row can be encrypted and referred to before it is stored."""

from __future__ import annotations

import secrets
import threading
import time

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """32 hexadecimal digits: microseconds, strictly rising within one process, then 64 random bits.

    Ids sort by the order in which they were made, which keeps indexes compact and breaks ties
    between rows of one instant. They say nothing about a patient.
    """
    global _last  # noqa: PLW0603 - the one counter of the process, guarded by the lock
    with _lock:
        _last = max(time.time_ns() // 1000, _last + 1)
        stamp = _last
    return f"{stamp:016x}{secrets.token_hex(8)}"
