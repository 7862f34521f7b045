"""Text of a CSV file -> its heading and its rows, each with its line; the delimiter is found by what it makes of the
heading. A quote that never ends costs its own row and no other."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from followup.intake.found import Unreadable

DELIMITERS: Final = ",;\t|"
#: Exports put a title and a date above the heading; further down there are data.
_HEADING_WITHIN: Final = 25
#: A cell holds an address of some lines; more means that its closing quote is missing.
_MOST_LINES_A_ROW: Final = 12
_LONGEST_CELL: Final = 20_000

Recognise = Callable[[Sequence[str]], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row: its first line (from 1) and its cells; or, with `problem`, why it is none."""

    line: int
    cells: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A CSV file taken apart."""

    delimiter: str
    heading: tuple[str, ...]
    heading_line: int
    rows: Iterator[Record]


def table_of(text: str, recognise: Recognise, *, fewest: int) -> Table:
    """Find heading and delimiter. `recognise` counts the headings that are known.

    Raises Unreadable where no line has at least `fewest` of them.
    """
    lines = text.split("\n")
    told = _told_delimiter(lines[0])
    best, at, delimiter = 0, 0, ","
    for candidate in told or DELIMITERS:
        for number, record in enumerate(_records(lines[:_HEADING_WITHIN], 0, candidate)):
            known = recognise(record.cells)
            if known > best:
                best, at, delimiter = known, record.line, candidate
            if number > _HEADING_WITHIN:
                break
    if best < fewest:
        raise Unreadable(
            "no line of headings was found in the first lines of the file: "
            "it needs at least the columns patient id, name, phone or e-mail, and end of the infusion"
        )
    found = next(record for record in _records(lines, at - 1, delimiter))
    after = at - 1 + _height(lines, at - 1, delimiter)
    return Table(
        delimiter=delimiter,
        heading=tuple(cell.strip() for cell in found.cells),
        heading_line=at,
        rows=_records(lines, after, delimiter),
    )


def _told_delimiter(first_line: str) -> str | None:
    """Excel's own way: a first line `sep=;`."""
    told = first_line.strip().strip('"').casefold()
    return told[4:] if told.startswith("sep=") and told[4:] in set(DELIMITERS) else None


def _height(lines: Sequence[str], at: int, delimiter: str) -> int:
    return _row_at(lines, at, delimiter)[1]


def _records(lines: Sequence[str], at: int, delimiter: str) -> Iterator[Record]:
    """The rows from line `at` (from 0) on; lines without any cell are left out."""
    while at < len(lines):
        record, height = _row_at(lines, at, delimiter)
        at += height
        if record.problem is not None or any(cell.strip() for cell in record.cells):
            yield record


def _row_at(lines: Sequence[str], at: int, delimiter: str) -> tuple[Record, int]:
    """The row that begins at line `at`, and how many lines it takes."""
    if '"' not in lines[at]:
        return Record(line=at + 1, cells=tuple(lines[at].split(delimiter))), 1
    piece = [f"{line}\n" for line in lines[at : at + _MOST_LINES_A_ROW]]
    rows = csv.reader(piece, delimiter=delimiter, strict=True, skipinitialspace=True)
    try:
        cells = tuple(next(rows))
    except csv.Error:
        return Record(line=at + 1, problem='the quotes (") of this line do not match'), 1
    if any(len(cell) > _LONGEST_CELL for cell in cells):
        return Record(line=at + 1, problem="a cell is longer than any cell should be"), 1
    return Record(line=at + 1, cells=cells), rows.line_num
