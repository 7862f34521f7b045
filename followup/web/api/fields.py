"""Kinds of field that the API takes: text, instants with an offset, phone numbers, time zones."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import cache
from typing import Annotated, Final
from zoneinfo import available_timezones

import phonenumbers
from pydantic import AfterValidator, BeforeValidator, StringConstraints, WithJsonSchema

from followup.web.api.reading import Wrong

_REGION: Final = "US"
_YEARS: Final = range(2000, 2100)
_EMAIL: Final = re.compile(r"[^@\s<>()\",;:\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
# A time of day must be there, and the date in full: `2026-11-22` alone is no instant.
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|z|[+-]\d\d:?\d\d)?")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")


def phone_number(text: str) -> str:
    """`text` as E.164; without a country code it is read as a number of the US. Raises Wrong."""
    try:
        number = phonenumbers.parse(text, _REGION)
    except phonenumbers.NumberParseException:
        raise Wrong("is not a phone number; write it as +13125550142") from None
    if number.extension:
        raise Wrong("has an extension, which cannot get texts; give a direct number") from None
    # A local number without its area code counts as possible, and cannot be texted.
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise Wrong("does not have the right number of digits; write it as +13125550142")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def number_sought(words: str) -> str | None:
    """What somebody searches for as a phone number; None where it is none."""
    try:
        return phone_number(words.strip())
    except Wrong:
        return None


def _instant(value: object) -> datetime:
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise Wrong("must be a time such as 2026-11-22T15:04:00-06:00")
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise Wrong("must be a time such as 2026-11-22T15:04:00-06:00") from None
    if instant.tzinfo is None:
        raise Wrong("needs its offset from UTC, such as 2026-11-22T15:04:00-06:00")
    if instant.year not in _YEARS:
        raise Wrong(f"must lie between {_YEARS.start} and {_YEARS.stop}")
    return instant.astimezone(UTC)


def _day(value: object) -> date:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise Wrong("must be a date such as 1984-05-31")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Wrong("must be a date such as 1984-05-31") from None


def _storable(text: str) -> str:
    if any(ord(character) < 32 and character not in "\n\t" for character in text):
        raise Wrong("must not hold control characters")
    if any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        raise Wrong("holds half a character; send it as UTF-8")
    return text


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - {"localtime", "Factory"}


def _zone(text: str) -> str:
    if text not in _zones():
        raise Wrong("must be a time zone by its name, such as America/Chicago")
    return text


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text) or ".." in text:
        raise Wrong("is not an e-mail address; write it as name@example.org")
    return text


def _line(text: str) -> str:
    if "\n" in text or "\t" in text:
        raise Wrong("must be one line")
    return text


Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, strict=True), AfterValidator(_storable)]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, strict=True),
    AfterValidator(_storable),
    AfterValidator(_line),
]
Key = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=128, strict=True),
    AfterValidator(_storable),
    AfterValidator(_line),
]
Phone = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=60, strict=True),
    AfterValidator(phone_number),
]
Email = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=254, strict=True), AfterValidator(_email)
]
Zone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64, strict=True), AfterValidator(_zone)]
Instant = Annotated[datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
