"""On SQLite one process works on the database: a second one is told so instead of sending everything again."""

from __future__ import annotations

import fcntl
from pathlib import Path
from types import TracebackType
from typing import IO

from followup.errors import FollowupError


class OnlyOne:
    """Holds a lock beside a file for as long as the process lives, or the block is not left."""

    def __init__(self, file: Path) -> None:
        self._path = file.with_name(f"{file.name}.running")
        self._held: IO[str] | None = None

    def __enter__(self) -> None:
        """Take the lock. Raises FollowupError while another process has it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        held = self._path.open("w", encoding="utf-8")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            held.close()
            message = (
                f"another process runs on {self._path.with_suffix('')} already: "
                "stop it first, or give this one a database of its own"
            )
            raise FollowupError(message) from None
        self._held = held

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give it back."""
        if self._held is not None:
            self._held.close()
