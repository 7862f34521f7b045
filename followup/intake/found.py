"""What reading a file gives: drafts of infusions with their places, and remarks that quote nothing of the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from followup.errors import BadInput


class Unreadable(BadInput):
    """A file that cannot be taken at all; nothing of it was."""


class Format(StrEnum):
    """What a file turned out to be."""

    CSV = "CSV"
    JSON = "JSON"
    JSON_LINES = "JSON lines"
    FHIR = "FHIR"


class DayOrder(StrEnum):
    """How dates such as 03/04/2026 are written: month or day first."""

    MONTH_FIRST = "mdy"
    DAY_FIRST = "dmy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something about one place: the line (from 1), the column by its heading or path, and the reason.

    The reason never holds what stands there: a report made of remarks may be mailed to whoever sent the file.
    """

    line: int
    reason: str
    column: str | None = None

    def __str__(self) -> str:
        where = f"line {self.line}" if self.column is None else f"line {self.line}, {self.column}"
        return f"{where}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One infusion of a file: `raw` in the API's shape, or None where the row cannot be taken.

    `columns` names the file's column for a dotted path of the API, such as `patient.phone`.
    """

    line: int
    raw: Mapping[str, Any] | None
    columns: Mapping[str, str] = field(default_factory=dict)
    refusals: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A file as read. `notes` are about the file as a whole."""

    format: Format
    encoding: str
    drafts: tuple[Draft, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a file is read against.

    `zones` and `names` are the time zone and the name of each clinic by its key; `clinic` is the clinic of rows that
    name none, where there is one. `treatment` stands in for a file without such a column; `order` for what its dates
    leave open.
    """

    now: datetime
    zones: Mapping[str, str]
    names: Mapping[str, str]
    clinic: str | None
    treatments: tuple[str, ...] = ()
    indications: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    flags: tuple[str, ...] = ()
    treatment: str | None = None
    order: DayOrder | None = None

    def clinic_called(self, words: str) -> str | None:
        """The key of the clinic that `words` are the key or name of."""
        sought = words.strip().casefold()
        for key, name in self.names.items():
            if sought in {key.casefold(), name.casefold()}:
                return key
        return None
