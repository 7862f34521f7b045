"""What is not the patient's own words: copies of our texts, phone reactions, automatic replies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# What phones of several makers and both languages put before the text that somebody reacted to.
_VERBS = (
    r"liked|loved|disliked|laughed at|emphasi[sz]ed|questioned",
    r"reacted\s+\S{1,8}\s+to|reacted to|reacted with \S{1,8} to",
    r"removed (?:a|an) [a-z ]{3,20} from",
    r"le gust[oó]|le gusta|me gusta|me gust[oó]|le encant[oó]|le encanta|me encant[oó]|no le gust[oó]|no le gusta",
    r"se ri[oó] (?:de|con)|enfatiz[oó]|destac[oó]|cuestion[oó]|pregunt[oó] por|puso [eé]nfasis en",
    r"exclam[oó] (?:sobre|ante)",
    r"reaccion[oó] (?:con )?\S{1,8} a|reaccion[oó] a|to|a",
)
_REACTION = re.compile(
    r"\s*(?:\S{1,8}\s+)?(?:" + "|".join(_VERBS) + r")\s*[:]?\s*"
    r"[\"\u201c\u201d\u00ab'](?P<quote>.{1,2000})[\"\u201c\u201d\u00bb'\u2026.]{1,3}\s*",
    re.IGNORECASE | re.DOTALL,
)
_BARE_FORM = re.compile(r"\s*(?:to|a)\s*[:]?\s*[\"\u201c\u00ab']", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.?!\n]+")
_WORD = re.compile(r"\w+")
_SHORTEST_COPY = 4


@dataclass(frozen=True, slots=True)
class OwnWords:
    """The text with everything set aside blanked out, so that places stay the same.

    `quoted` is a reaction's quote that is none of our texts: it is read for danger alone.
    """

    masked: str
    reaction: bool
    quoted: str = ""

    @property
    def text(self) -> str:
        """The new words without the blanks around them."""
        return self.masked.strip()


def own_words(text: str, sent_texts: Sequence[str]) -> OwnWords:
    """What the patient added; copies of `sent_texts` and phone reactions are blanked out."""
    reaction = _REACTION.fullmatch(text)
    if reaction is not None and not _BARE_FORM.match(text):
        quote = reaction.group("quote")
        known = any(_same_start(quote, sent) for sent in sent_texts)
        return OwnWords(masked=" " * len(text), reaction=True, quoted="" if known else quote)
    masked = text
    for sent in sent_texts:
        masked = _without_copy(masked, sent)
    return OwnWords(masked=masked, reaction=False)


def _same_start(quote: str, sent: str) -> bool:
    """Phones shorten what they quote."""
    ours = _WORD.findall(sent.casefold())
    theirs = _WORD.findall(quote.casefold())
    return bool(theirs) and ours[: len(theirs)] == theirs


def _without_copy(text: str, sent: str) -> str:
    """The text with a copy of the whole of `sent` blanked out, and else with copies of its longer sentences."""
    whole = _WORD.findall(sent)
    if len(whole) >= _SHORTEST_COPY:
        copy = re.compile(r"\W{1,5}".join(re.escape(word) for word in whole), re.IGNORECASE)
        text = copy.sub(lambda found: " " * len(found.group()), text)
    for sentence in _SENTENCE_END.split(sent):
        words = _WORD.findall(sentence)
        if len(words) < _SHORTEST_COPY:
            continue
        copy = re.compile(r"\W{1,5}".join(re.escape(word) for word in words), re.IGNORECASE)
        text = copy.sub(lambda found: " " * len(found.group()), text)
    return text
