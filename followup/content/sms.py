"""What a text costs and how it is made to cost less; used at sending and by the linter.

3GPP TS 23.038 and 23.040: a text of GSM-7 characters holds 160 units, or 153 a part when it needs several; one
character outside turns all of it to UCS-2 with 70, or 67 a part.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from gsm0338 import Codec

_GSM = Codec()

#: Look-alikes that word processors and phones put in for plain characters.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′ʼ`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys(
            "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t", " "
        ),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
        "…": "...",
        "•": "-",
        "\u2028": "\n",
        "\u2029": "\n",
    }
)
#: GSM-7 has é and ñ but none of these.
_FOLDED = str.maketrans("áíóúÁÍÓÚ", "aiouAIOU")


class Encoding(StrEnum):
    """How a text travels."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


@dataclass(frozen=True, slots=True)
class SmsCount:
    """`units`: septets of GSM-7 (some characters take two) or 16-bit units of UCS-2; `parts`: what is billed."""

    encoding: Encoding
    units: int
    parts: int


def normalise(text: str, *, fold: bool = False) -> str:
    """`text` with look-alikes replaced by plain characters and line ends as LF; with `fold`, á í ó ú as a i o u."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).translate(_PLAIN)
    return plain.translate(_FOLDED) if fold else plain


def parts(text: str) -> SmsCount:
    """How `text` travels as it stands; 0 parts when it is empty."""
    septets = [_septets(character) for character in text]
    if all(septets):
        return _counted(Encoding.GSM_7, iter(septets), single=160, joined=153)
    units = (2 if ord(character) > 0xFFFF else 1 for character in text)
    return _counted(Encoding.UCS_2, units, single=70, joined=67)


def outside_gsm(text: str) -> str:
    """The characters of `text` that GSM-7 lacks, each once, in order."""
    return "".join(dict.fromkeys(character for character in text if not _septets(character)))


def _septets(character: str) -> int:
    try:
        return len(_GSM.encode(character)[0])
    except UnicodeEncodeError:
        return 0


def _counted(encoding: Encoding, widths: Iterator[int], *, single: int, joined: int) -> SmsCount:
    sizes = list(widths)
    total = sum(sizes)
    if total <= single:
        return SmsCount(encoding, total, min(total, 1))
    count, room = 1, joined
    for width in sizes:
        # A character of two units is never torn in two by the end of a part.
        if width > room:
            count, room = count + 1, joined
        room -= width
    return SmsCount(encoding, total, count)
