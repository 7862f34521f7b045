"""What the checks of a schedule find; the parts of `schedule_check` make them."""

from __future__ import annotations

from dataclasses import dataclass

#: Where in schedules.yaml: the keys and list positions that lead there, such as `("chains", "urgent", "steps", 1)`.
KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One thing found. A `warning` is worth a look and stops nothing."""

    path: KeyPath
    message: str
    warning: bool = False
