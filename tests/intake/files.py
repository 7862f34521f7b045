"""What the tests of reading files have in common: the clinic a file is read for, and a row to vary."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from followup.intake.found import Reading, Surroundings
from followup.intake.reader import read_file

PRAIRIE = Surroundings(
    now=datetime(2026, 11, 23, 0, 0, tzinfo=UTC),
    zones={"prairie": "America/Chicago"},
    names={"prairie": "Prairie Infusion"},
    clinic="prairie",
    treatments=("ketamine", "lidocaine"),
    indications=("depression", "bipolar_depression", "chronic_pain"),
    languages=("en", "es"),
    flags=("first_infusion", "lives_alone", "prior_severe_reaction", "si_history", "bp_risk"),
)

#: A complete row by its headings; tests change, add and take away columns.
ROW = {
    "Visit ID": "V-1",
    "MRN": "P-1",
    "Patient Name": "Ann Lee",
    "Cell Phone": "(312) 555-0142",
    "Infusion End": "2026-11-22 15:04",
    "Treatment": "Ketamine",
}
ENDED = "2026-11-22T21:04:00+00:00"


def csv(*rows: dict[str, str], delimiter: str = ",") -> str:
    """A CSV text of rows with the same headings."""
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    return "".join(delimiter.join(_quoted(cell, delimiter) for cell in line) + "\n" for line in lines)


def read(content: str | bytes, around: Surroundings = PRAIRIE) -> Reading:
    """A file as it is read for the clinic."""
    return read_file(content if isinstance(content, bytes) else content.encode(), around)


def only(content: str | bytes, around: Surroundings = PRAIRIE) -> dict[str, Any]:
    """The one infusion of a file, which must have been taken."""
    (draft,) = read(content, around).drafts
    assert draft.raw is not None, [str(remark) for remark in draft.refusals]
    return dict(draft.raw)


def refusals(content: str | bytes, around: Surroundings = PRAIRIE) -> list[str]:
    """Every refusal of a file, with its place."""
    return [str(remark) for draft in read(content, around).drafts for remark in draft.refusals]


def warnings(content: str | bytes, around: Surroundings = PRAIRIE) -> list[str]:
    """Every warning of a file, with its place."""
    return [str(remark) for draft in read(content, around).drafts for remark in draft.warnings]


def _quoted(cell: str, delimiter: str) -> str:
    quote = any(each in cell for each in (delimiter, '"', "\n"))
    return '"' + cell.replace('"', '""') + '"' if quote else cell
