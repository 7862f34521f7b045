"""The forms of an alert's page, read: how it ended, what a text should have been taken to mean."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from followup.domain import windows
from followup.domain.alert import Outcome
from followup.errors import InvalidInput, Problem
from followup.web.site import Fields

_NOT_CLOSED = "The alert was not closed."
#: How many symptoms one correction can name.
SYMPTOM_ROWS = 2


def ending(fields: Fields, zone: str) -> dict[str, Any]:
    """What `close` is given. Raises InvalidInput."""
    return {
        "outcome": _outcome(fields),
        "minutes": _minutes(fields),
        "note": fields.get("note", "").strip()[:2000] or None,
        "sign_off": fields.get("sign_off", "").strip() or None,
        "retry_at": _retry_at(fields, zone),
    }


def label(fields: Fields) -> dict[str, Any]:
    """What `correct` is given. Raises InvalidInput."""
    rows = [(fields.get(f"symptom{row}", ""), fields.get(f"severity{row}", "")) for row in range(SYMPTOM_ROWS)]
    return {
        "inbound": fields.get("inbound", ""),
        "level": fields.get("level", ""),
        "kind": fields.get("kind", ""),
        "value": _value(fields),
        "symptoms": {symptom: severity for symptom, severity in rows if symptom},
        "crisis": fields.get("crisis") == "yes",
        "note": fields.get("note", "").strip() or None,
    }


def _outcome(fields: Fields) -> Outcome:
    try:
        return Outcome(fields.get("outcome", ""))
    except ValueError:
        raise InvalidInput(_NOT_CLOSED, (Problem(at="outcome", message="choose how it ended"),)) from None


def _minutes(fields: Fields) -> int | None:
    text = fields.get("minutes", "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise InvalidInput(_NOT_CLOSED, (Problem(at="minutes", message="give a whole number"),))
    return int(text[:9])


def call_back_at(fields: Fields, zone: str) -> datetime | None:
    """What `call_back` is given. Raises InvalidInput."""
    return _wall_time(fields, "call_back_at", zone, "It was not set aside.")


def _retry_at(fields: Fields, zone: str) -> datetime | None:
    return _wall_time(fields, "retry_at", zone, _NOT_CLOSED)


def _wall_time(fields: Fields, name: str, zone: str, summary: str) -> datetime | None:
    """A wall time of the clinic, as browsers send it: 2026-11-23T14:30."""
    text = fields.get(name, "").strip()
    if not text:
        return None
    try:
        wall = datetime.fromisoformat(text)
    except ValueError:
        wall = None
    if wall is None or wall.tzinfo is not None:
        problem = Problem(at=name, message="give day and time, such as 2026-11-23T14:30")
        raise InvalidInput(summary, (problem,))
    return windows.instant_of(wall.date(), wall.time(), zone)


def _value(fields: Fields) -> float | None:
    text = fields.get("value", "").strip().replace(",", ".")
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        problem = Problem(at="value", message="give a number from 0 to 10, or nothing")
        raise InvalidInput("The correction was not taken.", (problem,)) from None
