"""Mistakes in the files that admins edit: where they are, what was expected, and how they are shown.

Readers of schedules.yaml and of the templates collect them here, so that all are told at once.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from followup.errors import InvalidInput, Problem

#: More than this many mistakes at once help nobody; the rest are counted.
MOST_SHOWN = 100

#: Longest part of an offending line that is shown.
WIDEST = 160


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a text, counted from 1."""

    line: int
    column: int


def place_at(text: str, position: int) -> Place:
    """The line and column of a position in `text`."""
    before = text[:position]
    return Place(before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1)


class InvalidContent(InvalidInput):
    """Files that cannot be used. Each problem is at `file:line:column`; `lines` holds the lines they are on."""

    def __init__(self, summary: str, problems: tuple[Problem, ...], lines: Mapping[str, str]) -> None:
        super().__init__(summary, problems)
        self.lines = lines


@dataclass(slots=True)
class Report:
    """Collects the mistakes of one file, `name`, whose whole text is `text`."""

    name: str
    text: str
    _found: dict[tuple[Place, str], None] = field(default_factory=dict)
    _warned: dict[tuple[Place, str], None] = field(default_factory=dict)

    def add(self, place: Place, message: str, *, warning: bool = False) -> None:
        """Note a mistake, or something only worth a look; the same one twice counts once."""
        (self._warned if warning else self._found).setdefault((place, message))

    def __bool__(self) -> bool:
        return bool(self._found)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every mistake, in the order of the file."""
        return self._in_order(self._found)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Everything worth a look, in the order of the file."""
        return self._in_order(self._warned)

    def _in_order(self, noted: Iterable[tuple[Place, str]]) -> tuple[Problem, ...]:
        ordered = sorted(noted, key=lambda found: (found[0].line, found[0].column))
        return tuple(
            Problem(at=f"{self.name}:{place.line}:{place.column}", message=message) for place, message in ordered
        )

    def lines(self) -> dict[str, str]:
        """The lines that the problems are on, by the problems' `at`."""
        rows = self.text.splitlines()
        return {
            f"{self.name}:{place.line}:{place.column}": rows[place.line - 1] if place.line <= len(rows) else ""
            for place, _ in self._found
        }


def refuse(reports: Iterable[Report]) -> None:
    """Raise InvalidContent with everything in `reports`; do nothing when they are empty."""
    filled = [report for report in reports if report]
    if not filled:
        return
    problems = tuple(problem for report in filled for problem in report.problems)
    lines = {at: line for report in filled for at, line in report.lines().items()}
    count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
    raise InvalidContent(f"{count} in the schedule or its templates; nothing was changed", problems, lines)


def nearest(word: str, known: Iterable[str]) -> str:
    """` - did you mean "..."?` with the nearest of `known`, or nothing when none is near."""
    candidates = list(known)
    folded = {candidate.lower(): candidate for candidate in reversed(candidates)}
    close = difflib.get_close_matches(word.lower(), folded, n=1, cutoff=0.6)
    return f' - did you mean "{folded[close[0]]}"?' if close else ""


def listed(words: Iterable[str]) -> str:
    """`a, b or c`, at most twelve of them."""
    names = list(words)
    if len(names) > 12:
        return ", ".join(names[:12]) + ", ..."
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def format_problems(error: InvalidContent) -> str:
    """The mistakes for a terminal: place, what was expected, the offending line and a caret below it."""
    blocks = [_block(problem, error.lines.get(problem.at, "")) for problem in error.problems[:MOST_SHOWN]]
    left = len(error.problems) - MOST_SHOWN
    if left > 0:
        blocks.append(f"... and {left} more")
    return "\n".join(blocks)


def _block(problem: Problem, line: str) -> str:
    head = f"{problem.at}: {problem.message}"
    if not line.strip():
        return head
    column = int(problem.at.rsplit(":", 1)[1])
    if column > WIDEST:  # an endless line: show the part around the mistake
        cut = column - WIDEST // 2
        line, column = line[cut : cut + WIDEST], column - cut
    line = line[:WIDEST]
    # The caret must stand below the character even where the line is indented by tabs.
    padding = "".join("\t" if character == "\t" else " " for character in line[: column - 1])
    return f"{head}\n    {line.rstrip()}\n    {padding}^"
