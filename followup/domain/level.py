"""How urgently a person must hear of something."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """Alert levels, and `none` for words that no one needs to be told of.

    Ordered by `rank`; the text is stored and shown, so it stays put.
    """

    NONE = "none"
    INFO = "info"
    ROUTINE = "routine"
    URGENT = "urgent"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """0 for none up to 4 for emergency."""
        return _RANKS[self]

    def at_least(self, other: Level) -> bool:
        """Whether this level is as high as `other` or higher."""
        return self.rank >= other.rank


_RANKS = {level: rank for rank, level in enumerate(Level)}


def highest(levels: list[Level] | tuple[Level, ...]) -> Level:
    """The highest of `levels`; none when there are none."""
    return max(levels, key=lambda level: level.rank, default=Level.NONE)
