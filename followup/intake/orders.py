"""What only a whole column can tell: which of month and day comes first, whether its clock has 12 hours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Final

from followup.intake.cells import Unusable
from followup.intake.found import DayOrder, Unreadable
from followup.intake.moments import Moment, Numbers

_MOST_MONTHS: Final = 12
#: No clinic ends infusions before this hour: an earlier one in a column without any afternoon is an afternoon's.
_DAWN: Final = time(7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the dates of one column say about their order."""

    month_first: int = 0
    day_first: int = 0
    open: int = 0

    @property
    def order(self) -> DayOrder | None:
        """The order that the column itself shows."""
        if self.month_first and not self.day_first:
            return DayOrder.MONTH_FIRST
        if self.day_first and not self.month_first:
            return DayOrder.DAY_FIRST
        return None

    @property
    def torn(self) -> bool:
        """Whether it shows both."""
        return bool(self.month_first and self.day_first)


def evidence_of(moments: Iterable[Moment]) -> Evidence:
    """Count what the dates of a column show. One whose parts are equal reads the same in both ways."""
    month_first = day_first = undecided = 0
    for moment in moments:
        if not isinstance(moment.day, Numbers) or moment.day.first == moment.day.second:
            continue
        if moment.day.second > _MOST_MONTHS >= moment.day.first:
            month_first += 1
        elif moment.day.first > _MOST_MONTHS >= moment.day.second:
            day_first += 1
        elif moment.day.first <= _MOST_MONTHS:
            undecided += 1
    return Evidence(month_first=month_first, day_first=day_first, open=undecided)


def orders_of(columns: Mapping[str, Evidence], given: DayOrder | None) -> dict[str, DayOrder | None]:
    """The order of each column by name: given, shown by itself, or shown by the other columns of the same export."""
    if given is not None:
        return dict.fromkeys(columns, given)
    shown = {evidence.order for evidence in columns.values() if evidence.order is not None}
    others = next(iter(shown)) if len(shown) == 1 else None
    return {name: evidence.order or (None if evidence.torn else others) for name, evidence in columns.items()}


def needs_order(name: str, evidence: Evidence, order: DayOrder | None) -> None:
    """Raises Unreadable where a column of infusions cannot be read in one way alone."""
    if order is not None:
        return
    if evidence.torn:
        raise Unreadable(
            f"{name}: some dates begin with the month, others with the day; "
            "write them as 2026-11-22, or say --dates mdy or --dates dmy and the others are refused"
        )
    if evidence.open:
        raise Unreadable(
            f"{name}: no date shows whether the month or the day comes first; say --dates mdy or --dates dmy"
        )


def needs_halves(name: str, moments: Iterable[Moment]) -> None:
    """Raises Unreadable where a column of times looks like a 12-hour clock that does not say AM or PM."""
    free = [moment.time for moment in moments if moment.time is not None and not moment.plain]
    halves = any(moment.twelve_hours for moment in moments)
    if free and not halves and max(free).hour <= _MOST_MONTHS and any(time(0, 59) < at < _DAWN for at in free):
        raise Unreadable(
            f"{name}: the times look like a 12-hour clock without AM and PM; write them as 15:04 or as 3:04 PM"
        )


def day_of(moment: Moment, order: DayOrder | None, today: date) -> date | None:
    """The date of a moment, None where it has none. Raises Unusable."""
    if not isinstance(moment.day, Numbers):
        return moment.day
    numbers = moment.day
    if numbers.first == numbers.second:
        order = DayOrder.MONTH_FIRST
    if order is None:
        raise Unusable("can be read with the month or the day first")
    month, day = (numbers.first, numbers.second) if order is DayOrder.MONTH_FIRST else (numbers.second, numbers.first)
    try:
        found = date(numbers.year, month, day)
    except ValueError:
        raise Unusable(
            "is no day of the calendar" if max(month, day) <= _MOST_MONTHS else f"does not fit dates written {order}"
        ) from None
    if numbers.short_year and abs((found - today).days) > _YEAR:
        raise Unusable("has a year of two digits; write it with four")
    return found


_YEAR: Final = 400
