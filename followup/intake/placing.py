"""A date and a time of day at a place -> the instant, with what a clock change did to it said aloud."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from followup.domain import windows
from followup.intake.cells import Unusable

MISSING: Final = "is an hour that the clock change left out; it was moved forward by the gap"
TWICE: Final = "is an hour that came twice on that day; the first was taken"


def instant_of(
    day: date, wall: time, zone: str, *, offset: timedelta | None = None, zone_word: str | None = None
) -> tuple[datetime, str | None]:
    """The instant, UTC, and a warning where the wall time was missing or came twice. Raises Unusable."""
    if offset is not None:
        return datetime.combine(day, wall, timezone(offset)).astimezone(UTC), None
    if zone_word is not None and "/" in zone_word:
        if zone_word not in available_timezones():
            raise Unusable("names a time zone that does not exist")
        zone, zone_word = zone_word, None
    warning = _clock_change(day, wall, zone)
    if zone_word is None:
        return windows.instant_of(day, wall, zone), warning
    return _by_word(day, wall, zone, zone_word), None


def _clock_change(day: date, wall: time, zone: str) -> str | None:
    return {0: MISSING, 2: TWICE}.get(windows.times_shown(day, wall, zone))


def _by_word(day: date, wall: time, zone: str, word: str) -> datetime:
    """`CST` tells which of two equal hours is meant, and that the clinic's clock is meant at all."""
    for fold in (0, 1):
        local = datetime.combine(day, wall, ZoneInfo(zone)).replace(fold=fold)
        if local.tzname() == word:
            return local.astimezone(UTC)
    raise Unusable("names a time zone that the clinic does not have on that day; write the offset, such as -06:00")
