"""A refusal to start, in a few lines that tell what to mend. The worker and the demo print it."""

from __future__ import annotations

from followup.errors import FollowupError, InvalidInput

USED_WRONGLY = 2
MOST_LINES = 5


def refusal(error: FollowupError) -> tuple[str, ...]:
    """An error in at most MOST_LINES lines, each a sentence of its own."""
    if not isinstance(error, InvalidInput) or not error.problems:
        return (" ".join(str(error).split()),)
    lines = [" ".join(f"{problem.at} {problem.message}".split()) for problem in error.problems]
    if len(lines) > MOST_LINES:
        left = len(lines) - MOST_LINES + 1
        lines = [*lines[: MOST_LINES - 1], f"... and {left} more; `followup doctor` tells all"]
    return tuple(lines)
