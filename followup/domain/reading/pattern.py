"""The small language in which the word lists are written, compiled to bounded regular expressions.

A pattern is a row of elements, each standing for whole words of a normalised text:

    chest               this word
    suicid*             a word that begins so
    to?                 this word, or nothing
    (tight|heavy|on fire)   one of these; each may be any row of elements; (...)? or nothing
    [my|the]            one of these, or nothing
    <body>              one of a named list;  <body>? or nothing
    ~  ~5               up to 3 (5) words of the same clause
    ~~  ~~9             up to 8 (9) words, commas allowed
    #                   a number in digits;  #### a year
    ?  ,  .             a question mark, a comma, a full stop
    ^  $                start and end of a clause;  ^^ and $$ of the whole text
    a && b              both, anywhere in the text (only between whole patterns)

Every repetition is bounded and every word ends in one blank, so that matching takes time in
proportion to the length of the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

HARD, SOFT, ASK = "|", ",", "?"
BOUNDARIES = frozenset((HARD, SOFT, ASK))
_TOKEN = re.compile(r"[)\]]\??|[(\[|]|<[^>]*>\??|[^\s()\[\]|<>]+")
_GAP = re.compile(r"(~~?)(\d*)")
_EDGES = {
    "^": r"(?:(?<=\A )|(?<=[|,?] ))",
    "$": r"(?=[|,?]|\Z)",
    "^^": r"(?<=\A )",
    "$$": r"(?:[|,?] )*\Z",
}
_NUMBERS = {"#": r"\d+(?:\.\d+)? ", "####": r"(?:19|20)\d\d "}
_COMMON_WORDS = frozenset(
    "a an the i you he she it we they my me to of in on at is am are was be been have has had do did not no and or "
    "so that this with for can will just like all up out el la los las un una de en que y o a mi me se te no ya es "
    "esta estoy si lo le con por para muy mas".split()
)


class PatternError(ValueError):
    """A pattern that cannot be read; the message names it."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """One part of a pattern: its expression, and the words of which a text must hold at least one."""

    source: str
    expression: str
    anchors: frozenset[str]
    prefixes: frozenset[str]


def fold(text: str) -> str:
    """Lower case without accents, as normalised texts are."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def compile_pattern(source: str, lists: Mapping[str, tuple[str, ...]]) -> tuple[Compiled, ...]:
    """The parts of `source` (one unless it holds `&&`); PatternError when it cannot be read."""
    return tuple(
        _compile_part(part.strip(), lists, anchored=index == 0) for index, part in enumerate(source.split("&&"))
    )


def _compile_part(source: str, lists: Mapping[str, tuple[str, ...]], *, anchored: bool) -> Compiled:
    parser = _Parser(source, _TOKEN.findall(fold(source)), lists)
    expression, anchors = parser.everything()
    if anchored and not anchors:
        message = f"the pattern {source!r} needs at least one word that must be there"
        raise PatternError(message)
    return Compiled(
        source=source,
        expression="(?<= )" + expression,
        anchors=frozenset(word for word in anchors if not word.endswith("*")),
        prefixes=frozenset(word[:-1] for word in anchors if word.endswith("*")),
    )


@dataclass(slots=True)
class _Parser:
    """Reads the elements of one pattern; each reading gives an expression and its anchor words."""

    source: str
    tokens: list[str]
    lists: Mapping[str, tuple[str, ...]]
    at: int = 0

    def everything(self) -> tuple[str, frozenset[str]]:
        """The whole pattern."""
        expression, anchors = self._row()
        if self.at < len(self.tokens):
            raise self._error(f"has a stray {self.tokens[self.at]!r}")
        return expression, anchors

    def _row(self) -> tuple[str, frozenset[str]]:
        expressions: list[str] = []
        best: frozenset[str] = frozenset()
        while self.at < len(self.tokens) and self.tokens[self.at][0] not in "|)]":
            expression, anchors = self._element()
            expressions.append(expression)
            if anchors and (not best or _breadth(anchors) < _breadth(best)):
                best = anchors
        return "".join(expressions), best

    def _element(self) -> tuple[str, frozenset[str]]:
        token = self.tokens[self.at]
        self.at += 1
        if token[0] in "([":
            return self._group(optional=token[0] == "[")
        if token[0] == "<":
            return self._list(token)
        return _word(token)

    def _group(self, *, optional: bool) -> tuple[str, frozenset[str]]:
        rows = [self._row()]
        while self.at < len(self.tokens) and self.tokens[self.at] == "|":
            self.at += 1
            rows.append(self._row())
        if self.at >= len(self.tokens):
            raise self._error("has a bracket that is not closed")
        optional = optional or self.tokens[self.at].endswith("?")
        self.at += 1
        return _either(rows, optional=optional)

    def _list(self, token: str) -> tuple[str, frozenset[str]]:
        name = token.removesuffix("?")[1:-1]
        if name not in self.lists:
            raise self._error(f"names the list <{name}>, which there is not")
        return _either([_words(phrase) for phrase in self.lists[name]], optional=token.endswith("?"))

    def _error(self, what: str) -> PatternError:
        return PatternError(f"the pattern {self.source!r} {what}")


def _breadth(words: frozenset[str]) -> float:
    """How many texts these words would let through; the smaller the better an anchor."""
    return sum(40.0 if word in _COMMON_WORDS else 1.0 for word in words)


def _either(rows: list[tuple[str, frozenset[str]]], *, optional: bool) -> tuple[str, frozenset[str]]:
    """One of several rows; without anchors as soon as one of them may be absent."""
    ordered = sorted((expression for expression, _ in rows), key=len, reverse=True)
    expression = f"(?:{'|'.join(ordered)})" + ("?" if optional else "")
    if optional or not all(anchors for _, anchors in rows):
        return expression, frozenset()
    return expression, frozenset().union(*(anchors for _, anchors in rows))


def _words(phrase: str) -> tuple[str, frozenset[str]]:
    read = [_word(word) for word in phrase.split()]
    anchors = min((found for _, found in read if found), key=_breadth, default=frozenset[str]())
    return "".join(expression for expression, _ in read), anchors


def _word(token: str) -> tuple[str, frozenset[str]]:
    if token in _EDGES:
        return _EDGES[token], frozenset()
    gap = _GAP.fullmatch(token)
    if gap:
        return _gap(gap), frozenset()
    if token in _NUMBERS:
        return _NUMBERS[token], frozenset()
    if token == ".":
        return re.escape(HARD) + " ", frozenset((HARD,))
    if len(token) > 1 and token.endswith("?"):
        return f"(?:{re.escape(token[:-1])} )?", frozenset()
    if len(token) > 1 and token.endswith("*"):
        return re.escape(token[:-1]) + "[^ ]* ", frozenset((token,))
    return re.escape(token) + " ", frozenset((token,))


def _gap(gap: re.Match[str]) -> str:
    wide = gap.group(1) == "~~"
    most = int(gap.group(2) or (8 if wide else 3))
    word = r"[^ |?]+ " if wide else r"[^ |,?]+ "
    return f"(?:{word}){{0,{most}}}?"
