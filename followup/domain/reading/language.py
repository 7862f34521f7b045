"""Which language a text is in when its words make it clear; only for choosing the language of an answer."""

from __future__ import annotations

from collections.abc import Sequence

from followup.domain.reading.lexicon import Match, Sort
from followup.domain.reading.normalise import Words

_ENGLISH = frozenset(
    "the and is am are was my you your it of with have has not but this that for i to in on feel feeling pain better "
    "good fine still been today had me we they please thanks thank would could about can what when where how "
    "yes".split()
)
_SPANISH = frozenset(
    "el la los las y es estoy esta estan mi que de con tengo tiene pero esto eso para por yo en me siento dolor mejor "
    "bien todavia hoy muy ya gracias favor puedo cuando donde como si una un del al lo le se mas nada ayer".split()
)
_SHARED = frozenset(("me", "no", "a"))
_ENOUGH = 2


def language_of(words: Words, matches: Sequence[Match]) -> str | None:
    """`en` or `es`, or None when the words do not tell."""
    texts = [word.text for word in words.words if word.text not in _SHARED]
    english = sum(text in _ENGLISH for text in texts) + _weight(matches, "en")
    spanish = sum(text in _SPANISH for text in texts) + _weight(matches, "es")
    if max(english, spanish) < _ENOUGH or abs(english - spanish) < _ENOUGH:
        return None
    return "en" if english > spanish else "es"


def _weight(matches: Sequence[Match], language: str) -> int:
    return sum(1 for match in matches if match.entry.language == language and match.entry.sort is not Sort.CUE)
