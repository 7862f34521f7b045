"""Times as they are typed."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from followup.errors import BadInput

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def instant(text: str, name: str) -> datetime:
    """An instant with its offset. Raises BadInput, naming the option."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        message = f"{name} must be a time with its offset, such as 2026-11-22T09:00:00-06:00"
        raise BadInput(message)
    return found


def wall_time(text: str, name: str) -> datetime:
    """A wall time without zone, such as 2026-12-24 07:00; the zone is that of what it is about. Raises BadInput."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None or not re.match(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}", text):
        message = f"{name} must be a day and time such as 2026-12-24 07:00"
        raise BadInput(message)
    return found


def duration(text: str, name: str) -> timedelta:
    """A duration such as 90d. Raises BadInput, naming the option."""
    found = re.fullmatch(r"([0-9]{1,5})([smhd])", text)
    if found is None:
        message = f"{name} must be a duration such as 90d, 12h or 30m"
        raise BadInput(message)
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
