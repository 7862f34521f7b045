"""A text as words of one spelling, each still tied to its place in the original; used by every other reader file."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from followup.domain.reading.pattern import ASK, HARD, SOFT
from followup.domain.reading.spelling import Spelling

_TOKEN = re.compile(
    r"(?P<number>\d+(?:[.,]\d+)*)"
    r"|(?P<word>[^\W\d_]+(?:['*@$!0-9][^\W\d_]+)*'?\d*)"
    r"|(?P<hard>[.!;\n\r\u2028\u2029\u3002\u2026]+)"
    r"|(?P<ask>\?)"
    r"|(?P<soft>\s[-\u2013\u2014]+\s|--+|\u2014|[,()\[\]])"
    r"|(?P<inner>(?<=[^\W\d_])[-\u2013](?=[^\W\d_]))"
    r"|(?P<sign>[-\u2013/:%$#\u00b0+=*&~<>{}|\\^\"])"
    r"|(?P<other>[^\s\w])"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_RUN = re.compile(r"(.)\1{2,}")
_JOINERS = "\ufe0e\ufe0f\u200d\u20e3\u200b\u200c\u2060\ufeff\u00ad"
_APOSTROPHES = "\u2019\u2018\u00b4`\u02bc\uff07"
_SIGNS = {"|": HARD, "\u2013": "-", "&": "and"}
_QUOTES = frozenset('"\u201c\u201d\u00ab\u00bb\u201e')
_OPENING = frozenset("\u00a1\u00bf")  # Spanish opens with what it closes with; the closing mark is enough
_LEET = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "@": "a", "$": "s", "!": "i"})


@dataclass(frozen=True, slots=True)
class Word:
    """A normalised word and where it stands in the original text (end exclusive)."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Words:
    """A normalised text: ` word word | word `, with the place of each word in it."""

    original: str
    norm: str
    words: tuple[Word, ...]
    starts: tuple[int, ...]

    def index_at(self, offset: int) -> int:
        """The index of the word that stands at this offset of `norm`."""
        return max(bisect_right(self.starts, offset) - 1, 0)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where the words from `first` to `last` (inclusive) stand in the original."""
        if not self.words:
            return 0, 0
        return self.words[first].start, max(word.end for word in self.words[first : last + 1])

    def text(self, first: int, last: int) -> str:
        """The patient's own spelling of the words from `first` to `last`."""
        start, end = self.span(first, last)
        return self.original[start:end]


def normalise(text: str, spelling: Spelling) -> Words:
    """Any text as normalised words; never fails."""
    folded, places = _fold_with_places(text)
    words = tuple(_words(folded, places, spelling))
    words = tuple(_in_context(_spelt_out(words, spelling)))
    starts: list[int] = []
    offset = 1
    for word in words:
        starts.append(offset)
        offset += len(word.text) + 1
    norm = " " + "".join(word.text + " " for word in words)
    return Words(original=text, norm=norm, words=words, starts=tuple(starts))


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    if char in _JOINERS:
        return ""
    if char in _APOSTROPHES:
        return "'"
    if char == "\U0001f51f":
        return "10"
    decomposed = unicodedata.normalize("NFKD", char.casefold())
    return "".join(part for part in decomposed if not unicodedata.combining(part))


def _fold_with_places(text: str) -> tuple[str, list[int] | range]:
    """The folded text, and for each of its characters the index of the one it came from."""
    if text.isascii():
        return text.lower(), range(len(text))
    pieces: list[str] = []
    places: list[int] = []
    for index, char in enumerate(text):
        piece = _fold_char(char)
        pieces.append(piece)
        places.extend([index] * len(piece))
    return "".join(pieces), places


def _words(folded: str, places: list[int] | range, spelling: Spelling) -> Iterator[Word]:
    for match in _TOKEN.finditer(folded):
        start, end = places[match.start()], places[match.end() - 1] + 1
        if match.group() == "nd" and folded[match.start() - 1 : match.start()].isdigit():
            yield Word("nd", start, end)  # `2nd`; on its own it is chat for "and"
            continue
        for piece in _pieces(match, spelling):
            yield Word(piece, start, end)


def _pieces(match: re.Match[str], spelling: Spelling) -> tuple[str, ...]:
    token = match.group()
    match match.lastgroup:
        case "number":
            return (_number(token),)
        case "word":
            return _word(token, spelling)
        case "hard":
            return (HARD,)
        case "ask":
            return (ASK,)
        case "soft":
            return (SOFT,)
        case "inner":
            return ()
        case _ if token in _QUOTES or token in _OPENING:
            return ()
        case _:
            return (_SIGNS.get(token, token),)


def _number(token: str) -> str:
    if _THOUSANDS.fullmatch(token):
        return token.replace(",", "")
    if token.count(",") + token.count(".") == 1:
        whole, _, part = token.replace(",", ".").partition(".")
        return f"{whole}.{part}" if len(part) <= 2 else whole + part
    return token.replace(",", ".")


def _word(token: str, spelling: Spelling) -> tuple[str, ...]:
    plain = token.replace("'", "")
    found = spelling.expansion(token) or spelling.expansion(plain)
    if found:
        return found
    if not plain.isalpha():
        return _mixed(plain, spelling)
    if len(plain) > 2:
        plain = _squeeze(plain, spelling)
        found = spelling.expansion(plain)
        if found:
            return found
    if plain.endswith("ish"):
        found = spelling.expansion(plain.removesuffix("ish").removesuffix("-"))
        if found and found[0].isdigit():
            return found
    return (spelling.mend(plain),)


def _mixed(plain: str, spelling: Spelling) -> tuple[str, ...]:
    """A word with digits or signs in it: `su1c1de`, `k*ll`, `b12`."""
    readable = plain.translate(_LEET)
    if spelling.is_danger(readable):
        return (readable,)
    starred = spelling.unstar(plain)
    if starred:
        return (starred,)
    parts = [part for part in re.split(r"[*@$!]+", plain) if part]
    return tuple(parts) if parts else (plain,)


def _squeeze(word: str, spelling: Spelling) -> str:
    """Three or more of one letter as two or as one, whichever is a known word."""
    if not _RUN.search(word):
        return word
    double = _RUN.sub(r"\1\1", word)
    return double if spelling.knows(double) else _RUN.sub(r"\1", word)


def _spelt_out(words: tuple[Word, ...], spelling: Spelling) -> tuple[Word, ...]:
    """Single letters with dots or blanks between them as the word they spell: `S.T.O.P.`"""
    if not any(len(word.text) == 1 and word.text.isalpha() for word in words):
        return words
    made: list[Word] = []
    at = 0
    while at < len(words):
        end = _letters_end(words, at)
        joined = "".join(word.text for word in words[at:end] if word.text != HARD)
        if len(joined) > 3 and spelling.knows(joined):
            made.append(Word(joined, words[at].start, words[end - 1].end))
            at = end
        else:
            made.append(words[at])
            at += 1
    return tuple(made)


def _letters_end(words: tuple[Word, ...], first: int) -> int:
    """Where a run of single letters ends, at most twelve words on."""
    end = first
    for index in range(first, min(first + 12, len(words))):
        text = words[index].text
        if len(text) == 1 and text.isalpha():
            end = index + 1
        elif text not in (HARD, "-") or end == first:
            break
    return end


_TO_BEFORE = frozenset(("want", "need", "going", "have", "used", "trying", "ready", "able", "like", "about", "got"))
_PRONOUNS = frozenset(("i", "he", "she", "we", "they", "you"))


def _in_context(words: tuple[Word, ...]) -> Iterator[Word]:
    """Digits and single letters that stand for a word: `want 2 die`, `no c k hacer`."""
    for index, word in enumerate(words):
        before = words[index - 1].text if index else ""
        if word.text == "2" and before in _TO_BEFORE and _letters_follow(words, index):
            yield Word("to", word.start, word.end)
        elif word.text == "k" and index:
            yield Word("que", word.start, word.end)
        elif word.text == "ill" and index + 1 < len(words) and before not in ("am", "be", "is", "feel", "so", "very"):
            yield from (Word("i", word.start, word.end), Word("will", word.start, word.end))
        else:
            yield word


def _letters_follow(words: tuple[Word, ...], index: int) -> bool:
    return index + 1 < len(words) and words[index + 1].text.isalpha()
