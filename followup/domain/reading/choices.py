"""Answers with digits of their own: a choice of 1-3, side-effect codes, a severity of 1-3, yes and no."""

from __future__ import annotations

from followup.domain.reading.lexicon import Match
from followup.domain.reading.normalise import Words
from followup.domain.reading.reading import Asked, Severity

_JOINERS = frozenset(
    (
        "and",
        "y",
        "e",
        "or",
        "o",
        "plus",
        "mas",
        "both",
        "also",
        "tambien",
        "|",
        ",",
        "-",
        "/",
        "+",
        "#",
        ":",
        "number",
        "numbers",
        "numero",
        "numeros",
        "se",
        "codes",
        "code",
        "codigo",
        "codigos",
        "just",
        "solo",
        "only",
        "please",
        "por",
        "favor",
    )
)
_CODE_DIGITS = frozenset((0, 1, 2, 3, 4, 5, 6, 7, 9))
_SEVERITIES = {1: Severity.MILD, 2: Severity.MODERATE, 3: Severity.SEVERE}
_KEYWORDS = {
    "stop": "stop", "stopall": "stop", "unsubscribe": "stop", "cancel": "stop", "end": "stop", "quit": "stop",
    "revoke": "stop", "optout": "stop", "start": "start", "unstop": "start", "help": "help", "info": "help",
}  # fmt: skip


def keyword_of(text: str) -> str | None:
    """The provider's own keyword when it is the whole message."""
    return _KEYWORDS.get(text.strip().casefold())


def digits_only(words: Words) -> list[str]:
    """The digit groups of a text that holds nothing but digits and joining words; else nothing."""
    groups: list[str] = []
    for word in words.words:
        if word.text.replace(".", "").isdecimal():
            groups.append(word.text)
        elif word.text in ("one", "uno", "una"):
            groups.append("1")
        elif word.text not in _JOINERS:
            return []
    return groups


def codes_of(words: Words) -> tuple[int, ...]:
    """The side-effect codes of `1 3`, `1,3 and 9` or `13`; nothing when a digit is no code."""
    digits = [int(char) for group in digits_only(words) for char in group.replace(".", "")]
    if not digits or len(digits) > 12 or not set(digits) <= _CODE_DIGITS:
        return ()
    return tuple(dict.fromkeys(digits))


def choice_of(words: Words, acts: dict[str, list[Match]]) -> int | None:
    """The digit of a 1-3 question, or the words that surely mean its first answer."""
    groups = digits_only(words)
    if len(groups) == 1 and groups[0] in ("1", "2", "3"):
        return int(groups[0])
    first = words.words[0].text if words.words else ""
    if first in ("1", "2", "3") and len(words.words) > 1 and words.words[1].text in (",", "|", "-", "=", ")", ":"):
        return int(first)
    if "fine_alone" in acts:
        return 1
    return None


def severity_choice(words: Words, grades: list[Severity]) -> Severity | None:
    """The answer to "1 mild, 2 moderate, 3 severe", by digit or word; a digit here is never of 0-10."""
    groups = digits_only(words)
    if len(groups) == 1 and groups[0] in ("1", "2", "3"):
        return _SEVERITIES[int(groups[0])]
    return grades[-1] if grades else None


def yes_or_no(acts: dict[str, list[Match]]) -> bool | None:
    """A plain yes or no that is the whole message."""
    if "yes" in acts:
        return True
    return False if "no" in acts else None


def takes_scale(asked: Asked) -> bool:
    """Whether a bare number answers this question on a 0-10 scale."""
    return asked in (Asked.PAIN, Asked.MOOD, Asked.SIDE_EFFECT_SEVERITY)
