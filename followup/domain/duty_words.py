"""What staff text to change the duty: `take over`, `cover until 07:00`, `swap 2026-12-24 with sam`.

Pure reading; services.duty_by_text acts on it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from followup.domain import windows

_DAY = r"(\d{4}-\d{2}-\d{2})"
_HOUR = r"(\d{1,2})(?::(\d{2}))?\s*(am|pm)?"
_ROTA = r"(?:\s+(?:on\s+|the\s+)?([a-z][\w.-]*?))?(?:\s+rota)?"
_TAKE_OVER = re.compile(rf"(?:i\s+)?(?:take\s*over|takeover){_ROTA}(?:\s+now)?")
_COVER = re.compile(rf"(?:i\s+)?cover{_ROTA}(?:\s+(?:until|till|til)\s+(?:{_DAY}[\s,]+)?{_HOUR})?")
_SWAP = re.compile(rf"swap\s+{_DAY}\s+with\s+([a-z][\w. '-]*?)(?:\s+for\s+{_DAY})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOver:
    """Whoever writes has the duty now, until the next hand-over hour; `rota` where they named one."""

    rota: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverUntil:
    """Whoever writes has the duty now, until a wall time: of `day`, or the next time that it is `at`."""

    at: time
    day: date | None = None
    rota: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapDay:
    """The writer's duty that begins on `day` goes to `other`; in return the writer has theirs of `in_return`."""

    day: date
    other: str
    in_return: date | None = None


DutyRequest = TakeOver | CoverUntil | SwapDay


def duty_request(text: str) -> DutyRequest | None:
    """What a whole text asks for about the duty; None where it is about something else."""
    said = " ".join(text.casefold().split()).strip(" .!")
    if found := _SWAP.fullmatch(said):
        return _swap(found)
    if found := _COVER.fullmatch(said):
        return _cover(found)
    if found := _TAKE_OVER.fullmatch(said):
        return TakeOver(rota=_named(found[1]))
    return None


def _swap(found: re.Match[str]) -> SwapDay | None:
    day = _day(found[1])
    in_return = _day(found[3])
    if day is None or (found[3] and in_return is None):
        return None
    return SwapDay(day=day, other=found[2].strip(), in_return=in_return)


def _cover(found: re.Match[str]) -> DutyRequest | None:
    rota = _named(found[1])
    if found[3] is None:
        return TakeOver(rota=rota)
    at, day = _time(found[3], found[4], found[5]), _day(found[2])
    if at is None or (found[2] and day is None):
        return None
    return CoverUntil(at=at, day=day, rota=rota)


def _named(rota: str | None) -> str | None:
    return None if rota in {None, "now", "duty"} else rota


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _time(hour: str, minute: str | None, half: str | None) -> time | None:
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half == "pm" else 0)
    try:
        return time(hours, int(minute or 0))
    except ValueError:
        return None


def until(request: CoverUntil, now: datetime, zone: str) -> datetime:
    """The instant at which a cover ends: its hour of that day, or the next time that a clock in `zone` shows it."""
    if request.day is not None:
        return windows.instant_of(request.day, request.at, zone)
    today = windows.local_date(now, zone)
    ends = (windows.instant_of(today + timedelta(days=ahead), request.at, zone) for ahead in range(3))
    return next(end for end in ends if end > now)
