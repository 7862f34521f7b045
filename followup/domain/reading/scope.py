"""How the words around a finding bear on it: denied, long past, only supposed, of somebody else, a figure of speech."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from followup.domain.reading.lexicon import Match, Sort
from followup.domain.reading.normalise import Words
from followup.domain.reading.pattern import ASK, HARD, SOFT
from followup.domain.reading.reading import Scope

_NEGATION_REACH = 7
_LIST_ITEM = 4
_SENTENCE_REACH = 60


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A text with the cues found in it; answers which scope a match has."""

    words: Words
    cues: dict[str, list[Match]] = field(default_factory=dict)
    idioms: list[Match] = field(default_factory=list)

    def denied(self, match: Match) -> bool:
        """Whether a "no" reaches this match."""
        return any(self._reaches(cue, match) for cue in self.cues.get("negation", ()))

    def denied_after(self, match: Match) -> bool:
        """Whether a "none" or "zero" follows the match at once: `nausea none`."""
        return any(match.last < cue.first <= match.last + 2 for cue in self.cues.get("denied_after", ()))

    def cue_in_sentence(self, topic: str, match: Match) -> bool:
        """Whether a cue of this topic stands in the sentence of the match, outside of it."""
        first, last = self.sentence(match.first)
        return any(first <= cue.first <= last and not _inside(cue, match) for cue in self.cues.get(topic, ()))

    def cue_opens_next(self, topic: str, match: Match) -> bool:
        """Whether the sentence after the match opens with a cue of this topic: `floaty. gone by supper`."""
        _, last = self.sentence(match.last)
        return any(last + 2 <= cue.first <= last + 3 for cue in self.cues.get(topic, ()))

    def cue_near(self, topic: str, index: int) -> bool:
        """Whether a cue of this topic stands in the sentence of a word."""
        first, last = self.sentence(index)
        return any(first <= cue.first <= last for cue in self.cues.get(topic, ()))

    def cue_in_clause(self, topic: str, match: Match) -> bool:
        """Whether a cue of this topic stands in the clause of the match, outside of it."""
        first, last = self.clause(match.first, match.last)
        return any(first <= cue.first <= last and not _inside(cue, match) for cue in self.cues.get(topic, ()))

    def has(self, topic: str) -> bool:
        """Whether a cue of this topic stands anywhere."""
        return bool(self.cues.get(topic))

    def sentence(self, index: int) -> tuple[int, int]:
        """The first and last word of the sentence around a word."""
        return self._around(index, index, (HARD, ASK))

    def clause(self, first: int, last: int) -> tuple[int, int]:
        """The first and last word of the clause around some words; "but" and commas part clauses."""
        left, right = self._around(first, last, (HARD, ASK, SOFT))
        for turn in self.cues.get("turn", ()):
            if turn.last < first:
                left = max(left, turn.last + 1)
            elif turn.first > last:
                right = min(right, turn.first - 1)
        return left, right

    def figure(self, match: Match) -> bool:
        """Whether a figure of speech covers at least half of the match."""
        return any(_covers(idiom, match) for idiom in self.idioms)

    def covered(self, match: Match) -> Scope | None:
        """The scope that a cue gives to the words it covers: `the chest does not hurt`, `died of a stroke`."""
        for topic, scope in _COVERING.items():
            if any(_covers(cue, match) for cue in self.cues.get(topic, ())):
                return scope
        return None

    def _around(self, first: int, last: int, stops: tuple[str, ...]) -> tuple[int, int]:
        words = self.words.words
        left, right = first, last
        # Bounded, so that a long text without a full stop costs no more than its length.
        while left > max(first - _SENTENCE_REACH, 0) and words[left - 1].text not in stops:
            left -= 1
        while right + 1 < min(last + _SENTENCE_REACH, len(words)) and words[right + 1].text not in stops:
            right += 1
        return left, right

    def _reaches(self, cue: Match, match: Match) -> bool:
        if cue.last >= match.first or match.first - cue.last > _NEGATION_REACH:
            return False
        if any(_inside(cue, undone) for undone in self.cues.get("negation_undone", ())):
            return False
        if self.words.words[cue.first].text == "0" and match.first > cue.last + 1:
            return False
        between = range(cue.last + 1, match.first)
        if self._turns(cue.last, match.first):
            return False
        stops = [index for index in between if self.words.words[index].text in (HARD, ASK, SOFT)]
        return not stops or (stops[0] > cue.last + 1 and self._listed(stops, match))

    def _turns(self, after: int, before: int) -> bool:
        return any(after < turn.first < before or turn.first == after for turn in self.cues.get("turn", ()))

    def _listed(self, stops: list[int], match: Match) -> bool:
        """`no nausea, dizziness or rash`: a bare item after a comma is still denied."""
        if any(self.words.words[index].text != SOFT for index in stops):
            return False
        if match.first - stops[-1] > 2:
            return False
        left, right = self._around(match.first, match.last, (HARD, ASK, SOFT))
        rest = {self.words.words[index].text for index in range(left, right + 1)}
        return right - left < _LIST_ITEM and not rest & _VERBS


# Cues that bear on their own words alone, so that danger elsewhere in the sentence is still read.
_COVERING = {"denial": Scope.NEGATED, "elsewhere": Scope.OTHER_PERSON, "rumour": Scope.HYPOTHETICAL}
_VERBS = frozenset(
    "i is are am was my it hurts hurt feels feel still now have has got had cant keeps having getting very really so "
    "bad severe duele duelen siento tengo esta estoy mi me muy sigo todavia ahora tuve tambien pero solo fuerte mucho "
    "mucha he she we they can just only some little".split()
)


def surroundings(words: Words, matches: Iterable[Match]) -> Surroundings:
    """The cues and figures of speech among `matches`, ready to be asked."""
    made = Surroundings(words)
    for match in matches:
        if match.entry.sort is Sort.CUE:
            made.cues.setdefault(match.entry.topic, []).append(match)
        elif match.entry.sort is Sort.IDIOM:
            made.idioms.append(match)
    return made


def scope_of(match: Match, around: Surroundings, *, crisis: bool) -> Scope:
    """The scope of a danger match; a crisis is lowered by less than other things."""
    if around.figure(match):
        return Scope.IDIOM
    if match.entry.negatable and around.denied(match):
        return Scope.NEGATED
    if around.denied_after(match) and not crisis:
        return Scope.NEGATED
    covered = around.covered(match)
    if covered is not None:
        return covered
    if _long_past(match, around):
        return Scope.PAST
    if around.cue_in_sentence("fiction", match):
        return Scope.OTHER_PERSON
    return _supposed(match, around, crisis=crisis)


def _long_past(match: Match, around: Surroundings) -> bool:
    if around.cue_in_sentence("again", match):
        return False
    if around.cue_in_sentence("past", match):
        return True
    return around.cue_in_clause("used_to", match)


def _supposed(match: Match, around: Surroundings, *, crisis: bool) -> Scope:
    if not crisis and around.cue_in_clause("hypothetical", match):
        return Scope.HYPOTHETICAL
    if around.cue_in_sentence("other_distant", match):
        return Scope.OTHER_PERSON
    if around.cue_in_clause("other_person", match):
        return Scope.OTHER_IN_DANGER
    return Scope.PRESENT


def _covers(cue: Match, match: Match) -> bool:
    return 2 * _shared(cue, match) > match.last - match.first


def _shared(one: Match, other: Match) -> int:
    """How many words two matches share."""
    return max(min(one.last, other.last) - max(one.first, other.first) + 1, 0)


def _inside(inner: Match, outer: Match) -> bool:
    return outer.first <= inner.first and inner.last <= outer.last
