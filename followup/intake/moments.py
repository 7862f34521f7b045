"""Dates and times as exports write them -> their parts. What can be read in two ways stays open here: the whole
column decides (orders.py), never one cell."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from followup.intake.cells import Unusable

UNREADABLE_DATE: Final = "is not a date that is understood; write it as 2026-11-22"
UNREADABLE_TIME: Final = "is not a time of day that is understood; write it as 15:04"
#: Day 0 of the sheets of Excel for Windows; days before March 1900 are off by one, and nobody means them.
_EXCEL_ZERO: Final = date(1899, 12, 30)
_EXCEL_DAYS: Final = range(1, 73051)  # to the end of 2099

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        "jan ene january enero|feb february febrero|mar march marzo|apr abr april abril|may mayo|jun june junio|"
        "jul july julio|aug ago august agosto|sep sept set september septiembre setiembre|"
        "oct october octubre|nov november noviembre|dec dic december diciembre".split("|"),
        start=1,
    )
    for name in names.split()
}
_DAY_NAMES: Final = (
    r"(?:(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun|lun|mar|mie|jue|vie|sab|dom)(?:day|sday|nesday|rsday|urday|es|"
    r"rcoles|ves|rnes|ado|ingo)?\.?,? +)?"
)
_ISO: Final = re.compile(r"(?P<y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})")
_DIGITS: Final = re.compile(r"(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)(?=$|[t ]|\d{4,6}(?:\D|$))")
_NUMBERS: Final = re.compile(r"(?P<a>\d{1,2})([-/.])(?P<b>\d{1,2})\2(?P<y>\d{4}|\d{2})(?!\d)")
_DAY_MONTH: Final = re.compile(
    r"(?P<d>\d{1,2})(?:st|nd|rd|th)?[ -](?:de )?(?P<m>[a-z]{3,10})\.?,?[ -](?:de |del )?(?P<y>\d{4}|\d{2})(?!\d)"
)
_MONTH_DAY: Final = re.compile(r"(?P<m>[a-z]{3,10})\.? (?P<d>\d{1,2})(?:st|nd|rd|th)?,? (?P<y>\d{4})(?!\d)")
_TIME: Final = re.compile(
    r"(?P<h>\d{1,2})(?:[:h](?P<min>\d{2})(?::(?P<s>\d{2})(?:[.,]\d{1,9})?)?)?"
    r" ?(?P<half>[ap]\.? ?m\.?|[ap])?(?: ?(?:hrs?|horas|h)\.?)?"
)
_DIGIT_TIME: Final = re.compile(r"(?P<h>\d{2})(?P<min>\d{2})(?P<s>\d{2})?(?:\.\d{1,9})?")
_ZONE: Final = re.compile(
    r" ?(?:(?P<z>z|utc|gmt)|(?:utc|gmt)?(?P<sign>[+-])(?P<oh>\d{2}):?(?P<om>\d{2})|\(?(?P<word>[a-z]{2,4}t)\)?)?"
    r" ?(?:\[(?P<name>[a-z_]+(?:/[a-z_+-]+){1,2})\])?"
)
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """A date such as 03/04/2026 that month-first and day-first people read differently."""

    first: int
    second: int
    year: int
    short_year: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The parts that a cell gives. `twelve_hours`: it says AM or PM. `plain`: written as ISO or by Excel, 24 hours."""

    day: date | Numbers | None = None
    time: time | None = None
    offset: timedelta | None = None
    zone_word: str | None = None
    twelve_hours: bool = False
    plain: bool = False
    serial: bool = False


def moment_of(text: str) -> Moment:
    """A date, a date with its time, or a time of day. Raises Unusable."""
    plain = _plain(text)
    number = _NUMBER.fullmatch(plain)
    if number is not None and (found := _from_number(plain)) is not None:
        return found
    day, rest, iso = _day(plain)
    if day is None:
        return replace(_time_of(plain), day=None)
    rest = re.sub(r"^(?:t|,| -|(?: a las?| at))? *", "", rest) if rest else ""
    if not rest:
        return Moment(day=day, plain=iso)
    return replace(_time_of(rest, digits=iso), day=day, plain=iso)


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    joined = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.sub(f"^{_DAY_NAMES}(?=\\d|[a-z])", "", " ".join(joined.split())).split())


def _from_number(text: str) -> Moment | None:
    """Excel's serial day (with its fraction of a day), a fraction alone, `1504`, `930`; None for digits of a date."""
    whole, _, fraction = text.replace(",", ".").partition(".")
    if len(whole) <= 1 and fraction:
        return Moment(time=_fraction(float(f"0.{fraction}")), plain=True, serial=True) if whole in {"", "0"} else None
    if len(whole) in {3, 4} and not fraction:
        return Moment(time=_clock(int(whole[:-2]), int(whole[-2:]), 0), plain=True)
    if len(whole) == 5 and int(whole) in _EXCEL_DAYS:
        day = _EXCEL_ZERO + timedelta(days=int(whole))
        if not fraction:
            return Moment(day=day, plain=True, serial=True)
        at = datetime.combine(day, time()) + timedelta(seconds=round(float(f"0.{fraction}") * 86400))
        return Moment(day=at.date(), time=at.time(), plain=True, serial=True)
    return None


def _fraction(part: float) -> time:
    return (datetime(2000, 1, 1) + timedelta(seconds=round(part * 86400))).time()  # noqa: DTZ001 - a span, no date


def _day(text: str) -> tuple[date | Numbers | None, str, bool]:
    """The date at the beginning, what follows, and whether it was written year first."""
    for pattern in (_ISO, _DIGITS):
        found = pattern.match(text)
        if found:
            return _date(int(found["y"]), int(found["m"]), int(found["d"])), text[found.end() :], True
    found = _NUMBERS.match(text)
    if found:
        year = int(found["y"])
        short = len(found["y"]) == 2
        numbers = Numbers(
            first=int(found["a"]), second=int(found["b"]), year=2000 + year if short else year, short_year=short
        )
        return numbers, text[found.end() :], False
    return _day_in_words(text)


def _day_in_words(text: str) -> tuple[date | None, str, bool]:
    found = _DAY_MONTH.match(text) or _MONTH_DAY.match(text)
    if found is None:
        return None, text, False
    month = _MONTHS.get(found["m"])
    if month is None:
        raise Unusable(UNREADABLE_DATE)
    year = int(found["y"])
    return _date(2000 + year if year < 100 else year, month, int(found["d"])), text[found.end() :], False


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Unusable("is no day of the calendar") from None


def _time_of(text: str, *, digits: bool = False) -> Moment:
    found = (_DIGIT_TIME.match(text) if digits else None) or _TIME.match(text)
    if found is None:
        raise Unusable(UNREADABLE_DATE if not text[:1].isdigit() else UNREADABLE_TIME)
    parts = found.groupdict()
    half = (parts.get("half") or "").replace(".", "").replace(" ", "")
    if parts["min"] is None and not half:
        raise Unusable(UNREADABLE_TIME)
    zone = _ZONE.fullmatch(text[found.end() :])
    if zone is None:
        raise Unusable(UNREADABLE_TIME)
    at = _clock(_hour(int(parts["h"]), half), int(parts["min"] or 0), int(parts["s"] or 0))
    return Moment(time=at, offset=_offset(zone), zone_word=_zone_word(zone), twelve_hours=bool(half))


def _hour(hour: int, half: str) -> int:
    if not half or hour > 12:
        if half.startswith("a") and hour > 12:
            raise Unusable("says AM of an hour after noon")
        return hour
    return hour % 12 + (12 if half.startswith("p") else 0)


def _clock(hour: int, minute: int, second: int) -> time:
    try:
        return time(hour, minute, second)
    except ValueError:
        raise Unusable(UNREADABLE_TIME) from None


def _offset(zone: re.Match[str]) -> timedelta | None:
    if zone["z"]:
        return timedelta(0)
    if not zone["sign"]:
        return None
    span = timedelta(hours=int(zone["oh"]), minutes=int(zone["om"]))
    if span > timedelta(hours=14):
        raise Unusable("has an offset that no place on earth has")
    return -span if zone["sign"] == "-" else span


def _zone_word(zone: re.Match[str]) -> str | None:
    if zone["name"]:
        return "/".join(part.title() for part in zone["name"].split("/"))
    return zone["word"].upper() if zone["word"] else None
