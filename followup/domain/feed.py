"""Whether infusions have stopped coming in: a feed that breaks says nothing. services.watch_feed calls it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from followup.domain import coverage, windows
from followup.domain.schedule import Clinic

#: How many business days of the same weekday are looked back at, how many of them make a habit, and how far
#: back they are looked for where some were holidays.
DAYS = 4
HABIT = 3
WEEKS = 8
#: A first infusion may be this much later than usual before anybody is asked.
PATIENCE = timedelta(hours=1)

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A day on which infusions are late: by `hour` of this weekday there usually are some; `due_at`: when to ask."""

    day: date
    hour: int
    due_at: datetime

    @property
    def words(self) -> str:
        """What staff read."""
        weekday = _WEEKDAYS[self.day.weekday()]
        return (
            f"no infusion has been recorded today; by {self.hour:02}:00 on a {weekday} there usually are; "
            "is the feed running?"
        )


def silence_of(clinic: Clinic, recorded: Iterable[datetime], now: datetime) -> Silence | None:
    """When today's silence becomes unusual; None where it never does, or something was recorded today.

    `recorded` are the instants at which infusions were recorded, of the last WEEKS weeks at least, in any order.
    It is unusual an hour after the full hour by which on at least three of the last four business days of this
    weekday the first had been recorded, and never before the clinic opens.
    """
    today = windows.local_date(now, clinic.timezone)
    if not coverage.is_business_day(clinic, today):
        return None
    first = _first_of_each_day(recorded, clinic.timezone)
    hour = None if today in first else _usual_hour([first[day] for day in _like(today, clinic) if day in first])
    if hour is None:
        return None
    opening = windows.instant_of(today, clinic.hours[today.weekday()].start, clinic.timezone)
    usual = windows.instant_of(today, time(hour), clinic.timezone)
    return Silence(day=today, hour=hour, due_at=max(usual + PATIENCE, opening))


def _usual_hour(firsts: Sequence[time]) -> int | None:
    """The full hour by which HABIT of these days had their first; None where too few had any, or only at midnight."""
    if len(firsts) < HABIT:
        return None
    third = sorted(firsts)[HABIT - 1]
    hour = third.hour if third == time(third.hour) else third.hour + 1
    return hour if hour < 24 else None


def _first_of_each_day(recorded: Iterable[datetime], zone: str) -> dict[date, time]:
    first: dict[date, time] = {}
    for instant in sorted(recorded):
        wall = windows.local(instant, zone)
        first.setdefault(wall.date(), wall.time())
    return first


def _like(today: date, clinic: Clinic) -> tuple[date, ...]:
    """The last business days of the same weekday, the latest first."""

    def past() -> Iterator[date]:
        for week in range(1, WEEKS + 1):
            day = today - timedelta(weeks=week)
            if coverage.is_business_day(clinic, day):
                yield day

    return tuple(day for _, day in zip(range(DAYS), past(), strict=False))
