"""JSON -> drafts: infusions as the API takes them, one object, a list or one a line; FHIR is handed on to fhir.py."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NoReturn

from followup.intake.cells import Unusable
from followup.intake.fhir import is_fhir, read_fhir
from followup.intake.found import Draft, Format, Reading, Remark, Surroundings, Unreadable
from followup.intake.placing import instant_of

_SPACE: Final = " \t\n\r"
_WALL: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?")
#: Lists are often wrapped in an object with one of these names.
_WRAPPERS: Final = ("infusions", "items", "data", "results", "records")

Entry = tuple[int, object]


def read_json(text: str, encoding: str, around: Surroundings) -> Reading:
    """Every infusion of a JSON file as a draft. Raises Unreadable, naming line and column."""
    entries, lines = _entries(text)
    objects = [each for _, each in entries]
    if any(is_fhir(each) for each in objects):
        return read_fhir([(line, each) for line, each in entries if isinstance(each, Mapping)], encoding, around)
    return Reading(
        format=Format.JSON_LINES if lines else Format.JSON,
        encoding=encoding,
        drafts=tuple(_draft(line, each, around) for line, each in entries),
    )


def looks_like_json(text: str) -> bool:
    """Whether a file begins as JSON does."""
    return text.lstrip(_SPACE + "\ufeff")[:1] in {"{", "["}


# --- taking apart --------------------------------------------------------------------------------


class _Broken:
    """A line that is no JSON."""


def _entries(text: str) -> tuple[list[Entry], bool]:
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    if len(lines) > 1 and isinstance(_object_or_none(lines[0][1]), Mapping):
        return [(number, _line(line)) for number, line in lines], True
    at = _skip(text, 0)
    if text[at] == "[":
        return list(_elements(text, at)), False
    whole, end = _decode(text, at)
    if _skip(text, end) < len(text):
        raise _unreadable(text, end)
    return _unwrapped(text, at, whole), False


def _unwrapped(text: str, at: int, whole: object) -> list[Entry]:
    if isinstance(whole, Mapping) and not is_fhir(whole):
        for name in _WRAPPERS:
            if isinstance(whole.get(name), list):
                start = text.index("[", text.index(f'"{name}"', at))
                return list(_elements(text, start, whole=False))
    return [(_line_of(text, at), whole)]


def _elements(text: str, at: int, *, whole: bool = True) -> Iterable[Entry]:
    """The elements of the list that begins at `at`, each with its line."""
    at = _skip(text, at + 1)
    while at < len(text) and text[at] != "]":
        element, end = _decode(text, at)
        yield _line_of(text, at), element
        at = _skip(text, end)
        if at < len(text) and text[at] == ",":
            at = _skip(text, at + 1)
        elif at >= len(text) or text[at] != "]":
            raise _unreadable(text, at)
    if at >= len(text) or (whole and _skip(text, at + 1) < len(text)):
        raise _unreadable(text, at)


def _decode(text: str, at: int) -> tuple[object, int]:
    try:
        found: tuple[object, int] = _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise _unreadable(text, error.pos) from None
    except (ValueError, RecursionError):
        raise _unreadable(text, at) from None
    return found


def _line(line: str) -> object:
    found = _object_or_none(line)
    return _Broken() if found is None else found


def _object_or_none(line: str) -> object:
    try:
        return json.loads(line, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field is named twice")
    return found


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse_constant)


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _line_of(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _unreadable(text: str, at: int) -> Unreadable:
    column = at - text.rfind("\n", 0, at)
    return Unreadable(f"line {_line_of(text, at)}, column {column}: from here on the file is not readable JSON")


# --- completing ----------------------------------------------------------------------------------


def _draft(line: int, entry: object, around: Surroundings) -> Draft:
    if not isinstance(entry, Mapping):
        reason = "is not readable JSON" if isinstance(entry, _Broken) else "is no infusion, which is an object"
        return Draft(line=line, raw=None, refusals=(Remark(line=line, reason=reason),))
    raw = {name: value for name, value in entry.items() if value is not None}
    named = raw.get("clinic", around.clinic)
    zone = around.zones.get(named) if isinstance(named, str) else None
    if named is not None:
        raw["clinic"] = named
    if zone is None:
        return Draft(line=line, raw=raw)
    refusals: list[Remark] = []
    warnings: list[Remark] = []
    for name in ("ended_at", "discharged_at"):
        if name in raw:
            raw[name] = _at_clinic(raw[name], Remark(line=line, column=name, reason=""), zone, refusals, warnings)
    if "patient" in raw:
        raw["patient"] = _patient(raw["patient"], zone)
    return Draft(line=line, raw=None if refusals else raw, refusals=tuple(refusals), warnings=tuple(warnings))


def _patient(patient: object, zone: str) -> object:
    if not isinstance(patient, Mapping):
        return patient
    given = {name: value for name, value in patient.items() if value is not None}
    return {"timezone": zone} | given


def _at_clinic(value: object, place: Remark, zone: str, refusals: list[Remark], warnings: list[Remark]) -> object:
    """A time without offset is the clinic's wall time; anything else is left to the API's own checks."""
    if not isinstance(value, str) or not _WALL.fullmatch(value):
        return value
    try:
        wall = datetime.fromisoformat(value)  # naive on purpose: its zone is the clinic's
        at, warning = instant_of(wall.date(), wall.time(), zone)
    except (Unusable, ValueError, OverflowError):
        refusals.append(Remark(line=place.line, column=place.column, reason="is no time that there is"))
        return value
    if warning:
        warnings.append(Remark(line=place.line, column=place.column, reason=warning))
    return at.isoformat()
