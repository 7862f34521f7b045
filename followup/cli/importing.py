"""What `followup infusion import` reads and shows: the file, a progress bar, the outcome, the report."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from followup.cli.saying import WRONG, say, say_json
from followup.errors import BadInput
from followup.intake.decoding import MOST_BYTES
from followup.intake.found import Remark
from followup.services.import_infusions import Imported
from followup.services.import_infusions import Progress as Tell
from followup.services.import_report import summary

#: More bad rows than this are in the report; here they would hide the counts.
_MOST_SHOWN = 50


def read_bytes(file: Path) -> bytes:
    """The content of a file, or of standard input. Raises BadInput."""
    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(MOST_BYTES + 1)
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}") from None


def fingerprint(data: bytes) -> str:
    """Names a file by its content, so that a report needs no name of a file, which may be a patient's."""
    return hashlib.sha256(data).hexdigest()[:12]


@contextmanager
def show_progress(*, hidden: bool) -> Iterator[Tell]:
    """A bar on a terminal, nothing elsewhere."""
    console = Console(stderr=True)
    if hidden or not console.is_terminal:
        yield lambda _done, _all: None
        return
    columns = (TextColumn("rows"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("rows", total=None)
        yield lambda done, everything: bar.update(task, completed=done, total=everything)


def write_report(path: Path | None, text: str) -> None:
    """Write the text for the sender, where one is wanted. Raises BadInput."""
    if path is None:
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"the report {path} cannot be written: {error.strerror}") from None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an import, for the terminal."""

    imported: Imported

    def tell(self, *, as_json: bool) -> None:
        """Print it and end with the exit code that it deserves."""
        if as_json:
            say_json(self._shown())
        else:
            self._say()
        if not self.imported.all_taken:
            raise typer.Exit(WRONG)

    def _say(self) -> None:
        found = self.imported
        for title, remarks in (("refused", found.refusals), ("look at", found.warnings)):
            for remark in remarks[:_MOST_SHOWN]:
                say(f"{title}: {remark}")
            if len(remarks) > _MOST_SHOWN:
                say(f"{title}: {len(remarks) - _MOST_SHOWN} more; --report names them all")
        for note in found.notes:
            say(f"note: {note}")
        for line in summary(found):
            say(line)
        if found.dry_run:
            say("Nothing was kept: this was a dry run.")

    def _shown(self) -> dict[str, object]:
        found = self.imported
        return {
            "format": found.format.value,
            "encoding": found.encoding,
            "rows": found.rows,
            "recorded": found.recorded,
            "known": found.known,
            "refused": found.refused,
            "dry_run": found.dry_run,
            "refusals": [_place(remark) for remark in found.refusals],
            "warnings": [_place(remark) for remark in found.warnings],
            "notes": list(found.notes),
            "first_check_in": [
                {"key": key, "impossible": reason is not None, "reason": reason, "count": count}
                for (key, reason), count in sorted(found.first.items(), key=str)
            ],
        }


def _place(remark: Remark) -> dict[str, object]:
    return {"line": remark.line, "column": remark.column, "reason": remark.reason}
