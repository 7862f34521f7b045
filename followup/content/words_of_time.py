"""How durations, clock times, days, numbers to call and zones are written in schedules.yaml."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import available_timezones

import phonenumbers

from followup.content.problems import nearest
from followup.content.shapes import Parsed

_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_LONGEST = timedelta(days=400)


def duration(text: str) -> timedelta:
    """`30s`, `90m`, `4h`, `3d`, at most 400 days."""
    found = re.fullmatch(r"([0-9]{1,6}) ?([smhd])", text)
    if not found:
        raise ValueError("" if not re.fullmatch(r"[0-9]+", text) else "; a unit is missing")
    value = int(found[1]) * _UNITS[found[2]]
    if value > _LONGEST:
        raise ValueError("; that is more than 400 days")
    return value


def clock_time(text: str) -> time:
    """`10:00`, from `00:00` to `23:59`."""
    found = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})", text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError("; hours run from 00 to 23" if found else "")
    return time(int(found[1]), int(found[2]))


def day(text: str) -> date:
    """`2026-12-25`."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError("; there is no such day") from error


def moment(text: str) -> datetime:
    """`2026-12-24 07:00`, a wall time; whoever reads it adds the zone."""
    found = re.fullmatch(r"([0-9-]{10})[ T]([0-9:]{4,5})", text)
    if not found:
        raise ValueError("")
    return datetime.combine(day(found[1]), clock_time(found[2]))


def e164(text: str) -> str:
    """A number with country code, such as `+13125550100`."""
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", text):
        raise ValueError("")
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException as error:
        raise ValueError("; there is no such country code") from error
    # A local number without its area code counts as possible, and cannot be texted.
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise ValueError("; it has too few or too many digits")
    return text


def call_back(text: str) -> str:
    """A number as patients are shown it, such as `(312) 555-0142`."""
    if not re.fullmatch(r"\+?[0-9() .-]{7,20}", text) or len(re.sub(r"\D", "", text)) < 7:
        raise ValueError("")
    return text


def email(text: str) -> str:
    """An e-mail address; only its form is looked at."""
    if not re.fullmatch(r"[^@\s,;<>\"]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", text):
        raise ValueError("")
    return text


def zone(text: str) -> str:
    """The IANA name of a time zone."""
    known = _zones()
    if text not in known:
        raise ValueError(nearest(text, known))
    return text


@cache
def _zones() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")


DURATION = Parsed(duration, "a duration such as 30s, 90m, 4h or 3d", r"^[0-9]{1,6} ?[smhd]$")
CLOCK_TIME = Parsed(clock_time, 'a clock time such as "10:00"', r"^([01]?[0-9]|2[0-3]):[0-5][0-9]$")
DAY = Parsed(day, "a date such as 2026-12-25", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
MOMENT = Parsed(
    moment, "a date and clock time such as 2026-12-24 07:00", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{1,2}:[0-9]{2}$"
)
CHAT_NAME_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,39}$"


def chat_name(text: str) -> str:
    """The name of a chat address. Raises ValueError; an address itself is a secret and has no place in the file."""
    if not re.fullmatch(CHAT_NAME_PATTERN, text):
        raise ValueError("; the address itself goes into FOLLOWUP_CHAT_URLS" if "://" in text else "")
    return text


E164 = Parsed(e164, "a phone number with country code such as +13125550100", r"^\+[1-9][0-9]{6,14}$")
CALL_BACK = Parsed(
    call_back, "a phone number as patients should see it, such as (312) 555-0142", r"^\+?[0-9() .-]{7,20}$"
)
EMAIL = Parsed(email, "an e-mail address", r"^[^@\s,;<>\"]{1,64}@[A-Za-z0-9.-]+$")
CHAT_NAME = Parsed(chat_name, "a short name such as kay-pager, not an address", CHAT_NAME_PATTERN)
ZONE = Parsed(zone, "a time zone such as America/Chicago", r"^([A-Za-z_]+/[A-Za-z0-9_+/-]+|UTC)$")
