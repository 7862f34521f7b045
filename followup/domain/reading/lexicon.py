"""The word lists as a value: entries, their patterns and the index that finds them; built by the content floor."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice

from followup.domain.reading.likeness import Likeness
from followup.domain.reading.normalise import Words
from followup.domain.reading.pattern import Compiled
from followup.domain.reading.reading import Asked, Severity
from followup.domain.reading.spelling import Spelling


class Sort(StrEnum):
    """What an entry of the word lists is used for."""

    DANGER = "danger"
    IDIOM = "idiom"
    SYMPTOM = "symptom"
    SEVERITY = "severity"
    CUE = "cue"
    ACT = "act"
    SIGN = "sign"
    WIDER = "wider"


class Certainty(StrEnum):
    """How sure the words are by themselves; shown to staff, never used to lower a level."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One reviewable entry: what it means, how it is put, what it must and must not match.

    `topic` is a topic of `TOPICS` for danger, a symptom code for symptoms, a family for signs, the
    name of a cue or act else. `negatable`: a "no" before it takes it back. `unless` are patterns
    whose presence in the same sentence cancels a match, `unless_anywhere` in the whole text.
    `asked` names the only questions after which the words mean this (none: always).
    """

    id: str
    sort: Sort
    topic: str
    language: str
    certainty: Certainty
    patterns: tuple[str, ...]
    unless: tuple[str, ...] = ()
    unless_anywhere: tuple[str, ...] = ()
    negatable: bool = True
    symptom: str | None = None
    asked: frozenset[Asked] = frozenset()
    severity: Severity = Severity.PRESENT
    matches: tuple[str, ...] = ()
    counters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """An entry seen in a text, from word `first` to word `last` (inclusive)."""

    entry: Entry
    first: int
    last: int
    pattern: str


class Part:
    """A compiled part that makes its expression on first use (most are never needed)."""

    __slots__ = ("_ready", "compiled")

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self._ready: re.Pattern[str] | None = None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Every place where this part matches."""
        ready = self._ready
        if ready is None:
            ready = self._ready = re.compile(self.compiled.expression)
        return ready.finditer(text)


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern of an entry, as its parts; the entry's vetoes come with it."""

    entry: Entry
    source: str
    parts: tuple[Part, ...]
    unless: tuple[Part, ...]
    unless_anywhere: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lexicon:
    """All word lists, ready to be asked; immutable and shared by every thread."""

    spelling: Spelling
    rules: tuple[Rule, ...]
    lists: Mapping[str, tuple[str, ...]]
    likeness: Likeness = field(default_factory=Likeness, repr=False)
    _by_word: Mapping[str, tuple[int, ...]] = field(init=False, repr=False)
    _by_prefix: Mapping[str, tuple[int, ...]] = field(init=False, repr=False)
    _shortest_prefix: int = field(init=False, repr=False)
    _wide: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index the rules by the words of which a text must hold one."""
        by_word: dict[str, list[int]] = {}
        by_prefix: dict[str, list[int]] = {}
        for number, rule in enumerate(self.rules):
            for word in rule.parts[0].compiled.anchors:
                by_word.setdefault(word, []).append(number)
            for prefix in rule.parts[0].compiled.prefixes:
                by_prefix.setdefault(prefix, []).append(number)
        object.__setattr__(self, "_by_word", {key: tuple(value) for key, value in by_word.items()})
        object.__setattr__(self, "_by_prefix", {key: tuple(value) for key, value in by_prefix.items()})
        wide = frozenset(rule.entry.id for rule in self.rules if rule.entry.sort in (Sort.SIGN, Sort.WIDER))
        object.__setattr__(self, "_wide", wide)
        object.__setattr__(self, "_shortest_prefix", min(map(len, by_prefix), default=1))

    @property
    def wide(self) -> frozenset[str]:
        """The ids of entries that see much that is harmless, too: signs, and the wider wordings of danger."""
        return self._wide

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every entry once, in the order of the files."""
        return tuple({rule.entry.id: rule.entry for rule in self.rules}.values())

    def words(self, name: str) -> frozenset[str]:
        """A named list as a set; KeyError when there is no such list."""
        return frozenset(self.lists[name])

    def find(self, words: Words, sorts: frozenset[Sort] | None = None) -> tuple[Match, ...]:
        """Every entry of these sorts that the text holds, in the order of the text."""
        found: dict[tuple[str, int, int], Match] = {}
        for number in sorted(self._candidates(words)):
            rule = self.rules[number]
            if sorts is None or rule.entry.sort in sorts:
                for match in _matches(rule, words):
                    found.setdefault((rule.entry.id, match.first, match.last), match)
        return tuple(sorted(found.values(), key=lambda match: (match.first, match.last)))

    def _candidates(self, words: Words) -> set[int]:
        numbers: set[int] = set()
        for word in {word.text for word in words.words}:
            numbers.update(self._by_word.get(word, ()))
            for length in range(self._shortest_prefix, min(len(word), 14) + 1):
                numbers.update(self._by_prefix.get(word[:length], ()))
        if words.norm.strip() and _has_number(words):
            numbers.update(self._by_word.get("#", ()))
        return numbers


_VETO_REACH = 300
_MOST_PLACES = 100


def _has_number(words: Words) -> bool:
    return any(word.text[0].isdigit() for word in words.words)


def _matches(rule: Rule, words: Words) -> Iterator[Match]:
    if not all(any(True for _ in part.finditer(words.norm)) for part in rule.parts[1:]):
        return
    if _any(rule.unless_anywhere, words.norm):
        return
    for match in islice(rule.parts[0].finditer(words.norm), _MOST_PLACES):
        if match.end() == match.start() or _vetoed(rule, words, match):
            continue
        first, last = words.index_at(match.start()), words.index_at(match.end() - 1)
        yield Match(rule.entry, first, last, rule.source)


def _vetoed(rule: Rule, words: Words, match: re.Match[str]) -> bool:
    if not rule.unless:
        return False
    # A bounded window, so that a long text without a full stop costs no more than its length.
    from_, to = max(match.start() - _VETO_REACH, 0), match.end() + _VETO_REACH
    left = (
        max(words.norm.rfind("| ", from_, match.start()), words.norm.rfind("? ", from_, match.start()), from_ - 1) + 1
    )
    ends = [end for end in (words.norm.find("| ", match.end(), to), words.norm.find("? ", match.end(), to)) if end >= 0]
    right = min(ends, default=to)
    return _any(rule.unless, " " + words.norm[left:right].lstrip())


def _any(parts: Iterable[Part], text: str) -> bool:
    return any(True for part in parts for _ in part.finditer(text))
