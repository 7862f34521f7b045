"""How the commands speak: lines, tables, JSON, and errors as a sentence with a remedy."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from followup.errors import Conflict, FollowupError, InvalidInput, NotFound

WRONG, USED_WRONGLY = 1, 2
#: Wide enough that a table which goes to a file is not cut.
_WIDE = 200


def complain(error: FollowupError) -> int:
    """Print an error for a person and give the exit code it asks for."""
    print(_sentence(str(error)), file=sys.stderr)
    if isinstance(error, InvalidInput):
        for problem in error.problems:
            print(f"  {problem.at}: {problem.message}", file=sys.stderr)
    return WRONG if isinstance(error, NotFound | Conflict) else USED_WRONGLY


def say(text: str) -> None:
    """Print one line."""
    print(text, flush=True)


def say_json(value: object) -> None:
    """Print a value for a program."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def say_table(titles: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table, or a word when it is empty."""
    if not rows:
        print("none")
        return
    table = Table(*titles, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDE)
    console.print(table)


def local(at: str | datetime | None, zone: str) -> str:
    """An instant as it reads on the wall at `zone`."""
    if at is None:
        return ""
    instant = datetime.fromisoformat(at) if isinstance(at, str) else at
    return instant.astimezone(ZoneInfo(zone)).strftime("%a %Y-%m-%d %H:%M")


def plain(value: Any) -> str:  # noqa: ANN401 - whatever a view holds
    """A value for a table cell."""
    return "" if value is None else str(value)


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
