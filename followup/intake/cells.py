"""What a cell holds before it is read: emptiness in its many spellings, Excel's errors, formulas made harmless."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: Ways of exports to say that nothing is there. Not for names: people are called Null and Na.
_EMPTY: Final = frozenset(
    ["", "-", "--", "—", "–", ".", "n/a", "na", "n.a.", "null", "none", "nil", "unknown", "unk", "\\n", "n/d", "s/d",
     "nd", "sin dato", "sin datos", "ninguno", "ninguna", "desconocido", "not on file", "(blank)", "(null)", "nan",
     "undefined", "tbd", "?", "x/x"]
)  # fmt: skip
_EXCEL_ERROR: Final = re.compile(
    r"#(?:REF|VALUE|DIV/0|NAME|NUM|NULL|SPILL|CALC|BLOCKED|CONNECT|FIELD|GETTING_DATA|¡?REF|¿?NOMBRE|¡?NUM|¡?VALOR|"
    r"¡?DIV/0|NULO|¡?NULO)[!?]|#N/[AD]|#{3,}",
    re.IGNORECASE,
)
_TEXT_BY_FORMULA: Final = re.compile(r'="([^"]*)"')
#: Cells that a spreadsheet would run. A number with a sign is none.
_FORMULA: Final = re.compile(r"[=@]|[+-](?![\d\s(.])|\t")


class Unusable(Exception):
    """Why a cell cannot be read; the reason holds nothing of the cell."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def cleaned(cell: str) -> str:
    """A cell without what programs leave around it: odd spaces, Excel's apostrophe and its ="..." for text."""
    text = unicodedata.normalize("NFC", cell)
    for odd in "\u00a0\u202f\u2007\u2009\u3000":
        text = text.replace(odd, " ")
    for nothing in "\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u2060\ufeff":
        text = text.replace(nothing, "")
    text = text.strip()
    quoted = _TEXT_BY_FORMULA.fullmatch(text)
    if quoted:
        text = quoted.group(1).strip()
    return text.removeprefix("'").strip() if text[:1] == "'" and text.count("'") == 1 else text


def usable(cell: str) -> str:
    """A cleaned cell that is neither an error of Excel's nor a formula. Raises Unusable."""
    text = cleaned(cell)
    error = _EXCEL_ERROR.fullmatch(text)
    if error:
        raise Unusable(f"holds an error of Excel's ({text if text[1:2] != '#' else '####'}); mend the sheet")
    if _FORMULA.match(text) and text.casefold() not in _EMPTY:
        raise Unusable("holds a formula; export the values")
    return text


def is_empty(text: str) -> bool:
    """Whether a cell says that nothing is there."""
    return text.casefold() in _EMPTY
