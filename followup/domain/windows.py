"""Quiet hours, zones and daylight saving: the only zone arithmetic of the product.

A wall time that a clock change leaves out moves forward by the gap; one that comes twice takes the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Hours of a day between which messages may go, in the recipient's wall time; `end` itself is outside."""

    start: time
    end: time


def local(instant: datetime, zone: str) -> datetime:
    """`instant` as wall time in `zone`."""
    return instant.astimezone(ZoneInfo(zone))


def local_date(instant: datetime, zone: str) -> date:
    """The date that a person in `zone` has at `instant`."""
    return local(instant, zone).date()


def instant_of(day: date, wall: time, zone: str) -> datetime:
    """The instant, in UTC, at which a clock in `zone` shows `wall` on `day`."""
    naive = datetime.combine(day, wall)
    candidate = naive.replace(tzinfo=ZoneInfo(zone), fold=0)
    # A missing wall time read with fold=0 uses the offset from before the gap, which lands after it:
    # exactly the move forward by the gap that we want.
    return candidate.astimezone(UTC)


def inside(instant: datetime, window: Window, zone: str) -> bool:
    """Whether `instant` lies inside `window` for a person in `zone`."""
    return window.start <= local(instant, zone).time() < window.end


def next_inside(instant: datetime, window: Window, zone: str) -> datetime:
    """`instant` itself when inside the window, else the next opening of the window."""
    if inside(instant, window, zone):
        return instant
    day = local_date(instant, zone)
    for offset in range(3):
        opening = instant_of(day + timedelta(days=offset), window.start, zone)
        if opening >= instant:
            return opening
    message = "a window opens every day"
    raise AssertionError(message)


def window_end(instant: datetime, window: Window, zone: str) -> datetime:
    """The end of the window on the local day of `instant`."""
    return instant_of(local_date(instant, zone), window.end, zone)


def times_shown(day: date, wall: time, zone: str) -> int:
    """How often a clock in `zone` shows `wall` on `day`: 0 where a change leaves it out, 2 where it comes twice."""
    naive = datetime.combine(day, wall)
    instants = {naive.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sum(local(instant, zone).replace(tzinfo=None, fold=0) == naive for instant in instants)
