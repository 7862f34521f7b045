"""Times how schedule files are read and refused; `make bench` runs it."""

from __future__ import annotations

import contextlib
import statistics
import sys
import time
from pathlib import Path

from followup.content.loader import InvalidContent, content_from, load_content

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5
EVERY = 12  # one line in so many is broken, each in turn


def _say(line: str) -> None:
    sys.stdout.write(f"contents: {line}\n")


def _seconds(schedules: str, templates: dict[str, str]) -> float:
    began = time.thread_time()
    with contextlib.suppress(InvalidContent):
        content_from(schedules, templates)
    return time.thread_time() - began


def main() -> int:
    """Print the time of the shipped files, and of the same with one line broken: the slowest and its share."""
    shipped = load_content(ROOT / "schedules.yaml", ROOT / "templates")
    text, templates = shipped.schedules_text, dict(shipped.template_files)
    whole = statistics.median(_seconds(text, templates) for _ in range(ROUNDS))
    _say(f"shipped files read in {1000 * whole:.0f} ms")
    lines = text.split("\n")
    broken = [
        _seconds("\n".join([*lines[:at], lines[at] + " : [", *lines[at + 1 :]]), templates)
        for at in range(0, len(lines), EVERY)
    ]
    worst = max(broken)
    _say(f"{len(broken)} broken files: slowest {1000 * worst:.0f} ms, {worst / whole:.2f} of the whole file's time")
    return 0


if __name__ == "__main__":
    sys.exit(main())
