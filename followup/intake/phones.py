"""Phone numbers as people type them and as Excel leaves them -> E.164, or why not. A digit is never made up."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

import phonenumbers

from followup.intake.cells import Unusable

_REGION: Final = "US"
#: Words that only say what kind of number it is.
_LABEL: Final = re.compile(
    r"\(?\b(?:cell(?:ular)?|mobile|mob|phone|ph|tel(?:ephone|efono|éfono)?|cel|m[oó]vil|home|casa|work|c|m|h|p)\b"
    r"\)?[.:#]*",
    re.IGNORECASE,
)
_SCIENTIFIC: Final = re.compile(r"(\d+)(?:[.,](\d+))?[eE]\+?(\d{1,2})")
_EXTENSION: Final = re.compile(
    r"(?:\bext(?:ension|ensi[oó]n)?\b|\bx|\banexo\b|;ext=|#)\.?[ :=]*\d{1,7}$", re.IGNORECASE
)
_LETTERS: Final = re.compile(r"[^\W\d_]")
_TWO: Final = re.compile(r"[/,;&|\n]| (?:or|and|o|y) ", re.IGNORECASE)
_LOCAL_DIGITS: Final = 7
_NORTH_AMERICA: Final = 1
#: North American Numbering Plan: neither area nor exchange begins with 0 or 1, so ten digits with a 1 lack one.
_NANP: Final = re.compile(r"[2-9]\d{2}[2-9]\d{6}")


def phone_of(text: str) -> tuple[str, str | None]:
    """The number as E.164 and, where something was put right, what. Raises Unusable."""
    plain, mended = _without_damage(text.strip())
    if _EXTENSION.search(plain):
        raise Unusable("has an extension, which cannot get texts; give a direct number")
    plain = _LABEL.sub(" ", plain).strip(" :.-")
    if len([part for part in _TWO.split(plain) if sum(map(str.isdigit, part)) >= _LOCAL_DIGITS]) > 1:
        raise Unusable("holds more than one number; keep the one that takes texts")
    if _LETTERS.search(plain):
        raise Unusable("has letters in it; write the digits")
    return _parsed(plain, mended)


def _without_damage(text: str) -> tuple[str, str | None]:
    """`1.31255501421E+10` and `3125550142.0` as they were, where every digit is still there."""
    found = _SCIENTIFIC.fullmatch(text)
    if found:
        digits = (found[1] + (found[2] or "")).rstrip("0")
        whole = f"{Decimal(text.replace(',', '.')):f}"
        # Excel shows six digits or so of a number in this form; what it cut off is zeros now.
        if len(digits) < len(whole) or "." in whole:
            raise Unusable("was shortened by Excel (as 1.31256E+10), digits are lost; format the column as text")
        return whole, "was turned back from Excel's notation"
    trailing = re.fullmatch(r"(\+?\d{7,15})[.,]0+", text)
    return (trailing[1], None) if trailing else (text, None)


def _parsed(text: str, mended: str | None) -> tuple[str, str | None]:
    digits = "".join(filter(str.isdigit, text))
    if not text.startswith(("+", "011", "00")) and len(digits) == _LOCAL_DIGITS:
        raise Unusable("has no area code")
    number = _possible(text)
    if number is None and text.startswith("00") and not text.startswith("011"):
        number, mended = _possible(f"+{digits[2:]}"), "begins with 00, which was read as +"
    if number is None and not text.startswith("+"):
        number, mended = _international(digits), "had lost its +; it was read as a number of another country"
    if number is None:
        raise Unusable("does not have the digits of a phone number; write it as +13125550142")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), mended


def _possible(text: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, _REGION)
    except phonenumbers.NumberParseException:
        return None
    fits = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    if number.country_code == _NORTH_AMERICA and not _NANP.fullmatch(str(number.national_number)):
        return None
    return number if fits and not number.extension else None


def _international(digits: str) -> phonenumbers.PhoneNumber | None:
    """Digits that are no number of ours but a valid one with a + in front; ten digits always are ours."""
    if len(digits) <= 10 or digits.startswith("1"):
        return None
    number = _possible(f"+{digits}")
    return number if number is not None and phonenumbers.is_valid_number(number) else None
