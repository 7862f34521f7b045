"""How the words around a finding bear on it: denied, long past, only supposed, of somebody else, a figure of speech."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from followup.domain.reading.lexicon import Match, Sort
from followup.domain.reading.normalise import Words
from followup.domain.reading.pattern import ASK, BOUNDARIES, HARD, SOFT
from followup.domain.reading.reading import Scope

_NEGATION_REACH = 7
_LIST_ITEM = 4
_SENTENCE_REACH = 60
# How many words may stand between a cue that takes danger back and the danger. Further off it tells of something else.
_NEAR_BEFORE, _NEAR_AFTER = 5, 4
_OPENING = {"past": 3, "fiction": 6}


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

    def belongs(self, topic: str, match: Match, *, after: bool = True, before: int = _NEAR_BEFORE) -> bool:
        """Whether a cue of this topic is told of the match itself: near it, and nobody else's deed between them.

        `i passed out, i had surgery 3 years ago` tells of a faint today; `3 years ago i passed out` does not.
        """
        return any(
            self._leads(topic, cue, match, before)
            if cue.first < match.first
            else after and self._follows(topic, cue, match)
            for cue in self.cues.get(topic, ())
            if not _inside(cue, match)
        )

    def shares_or_leads(self, topic: str, match: Match) -> bool:
        """Whether a cue of this topic shares words with the match, or names whose it is just before it."""
        return any(
            (_shared(cue, match) > 0 and (cue.first <= match.first or _covers(cue, match))) or self._names(cue, match)
            for cue in self.cues.get(topic, ())
            if not _inside(cue, match)
        )

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

    def _texts(self, first: int, last: int) -> list[str]:
        return [word.text for word in self.words.words[first:last]]

    def _leads(self, topic: str, cue: Match, match: Match, most: int) -> bool:
        """Whether a cue before the match opens its clause and reaches the match: `3 years ago , i passed out`."""
        between = self._texts(cue.last + 1, match.first)
        if len(between) > most or not _PARTING.isdisjoint(between) or self._turns(cue.last, match.first):
            return False
        if topic == "fiction" and self._own_deed(cue, match, between):
            return False
        if _tells_another(between):
            return False
        opening = _OPENING.get(topic)
        if opening is None:
            return SOFT not in between
        left, _ = self._around(cue.first, cue.first, (HARD, ASK, SOFT, "and", "y"))
        return cue.first - left <= opening

    def _follows(self, topic: str, cue: Match, match: Match) -> bool:
        """Whether a cue after the match still tells of it: `i passed out about 3 years ago`, `he dies in the movie`."""
        between = self._texts(match.last + 1, cue.first)
        if topic == "fiction" and _WITHIN.isdisjoint(between):
            return False
        return (
            len(between) <= _NEAR_AFTER
            and (_PARTING | _SUBJECTS | _CLITICS).isdisjoint(between)
            and not self._turns(match.last, cue.first)
        )

    def _names(self, cue: Match, match: Match) -> bool:
        between = self._texts(cue.last + 1, match.first)
        return (
            cue.last < match.first <= cue.last + _LIST_ITEM
            and (_PARTING | _SUBJECTS | _OWN | BOUNDARIES).isdisjoint(between)
            and self.words.words[match.first].text not in _SUBJECTS | _OWN
            and not self._turns(cue.last, match.first)
        )

    def _own_deed(self, cue: Match, match: Match, between: list[str]) -> bool:
        """Whether it befell the writer or their people, whatever they watched; a dream is about the dreamer."""
        until = [*between, *self._texts(match.first, match.first + 2)]
        if any(text.startswith(_DREAMS) for text in self._texts(cue.first, cue.last + 1)):
            return False
        return not _SELF.isdisjoint(until[:-1]) or any(
            one in ("my", "mi") and two in _KIN for one, two in pairwise(until)
        )

    def _told_anew(self, cue: Match, match: Match) -> bool:
        """Whether somebody's deed begins between a "no" and the match: `it is not my back i passed out`."""
        between = self._texts(cue.last + 1, match.first)
        until = [*between, *self._texts(match.first, match.first + 2)]
        if not _TELLING.isdisjoint(between) or any(
            one in _JOINING and two in _TELLERS for one, two in pairwise(until[: len(between) + 1])
        ):
            return True
        if not between or not _BRIDGES.isdisjoint(between):
            return False
        return (
            not _STARTING.isdisjoint(until[:-1])
            or any(one in ("my", "mi") and two in _KIN for one, two in pairwise(until))
            or (len(between) > 1 and (until[-2] in _OPENERS or between[-1] in _CLITICS))
            or (between[-1] == "and" and self._texts(cue.first - 1, cue.last + 1) in _NOT_DONE)
        )

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
        if self._turns(cue.last, match.first) or self._told_anew(cue, match):
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


def _tells_another(between: list[str]) -> bool:
    """Whether the words after a cue are a statement of their own: `last year i was fine , i passed out`."""
    if not _BRIDGES.isdisjoint(between):
        return False
    stops = [index for index, text in enumerate(between) if text == SOFT]
    return any(stops) or any(text in _STARTING for text in between[1:])


# Words that begin something new, so that a cue on their other side does not bear on the danger.
_PARTING = frozenset((HARD, ASK, *"and y when cuando while mientras pero but luego then".split()))
_SUBJECTS = frozenset("i he she we they you u yo ella ellos nosotros ustedes".split())
_CLITICS = frozenset("me nos se le les it".split())
_OWN = frozenset("my mi me our nuestro nuestra mis".split())
_STARTING = frozenset("i he she it we they yo".split())
_OPENERS = frozenset("my mi me se nos".split())
_NOT_DONE = (["did", "not"], ["could", "not"])
_SELF = frozenset("i me us we yo nos".split())
_DREAMS = ("dream", "nightmare", "sone", "suen", "pesadilla")
_WITHIN = frozenset("in on from about of en de sobre".split())
_JOINING = frozenset("and y so when cuando".split())
_TELLERS = _STARTING | frozenset("my mi me se nos le el ella".split())
_KIN = frozenset(
    "husband wife son daughter dad father mom mother brother sister kid boy girl baby boyfriend girlfriend partner "
    "friend roommate neighbor grandma grandpa esposo esposa marido mujer hijo hija papa mama padre madre hermano "
    "hermana novio novia pareja amigo amiga vecino vecina abuelo abuela nieto nieta suegro suegra".split()
)
# "Never told anybody that" denies the telling, not what is told.
_TELLING = frozenset("tell told telling know knows knew contado dicho dije sabe saben sabia sabian".split())
# Between a "no" and somebody's deed these still carry the "no" over: `i do not think that i fainted`.
_BRIDGES = frozenset(
    "think thought thoughts thinking feel feeling felt like that say said saying mean meant believe want wanted wish "
    "plan plans urge if as than que si saw notice noticed remember where who so creo pienso siento digo dije".split()
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
    if around.belongs("fiction", match):
        return Scope.OTHER_PERSON
    return _supposed(match, around, crisis=crisis)


def _long_past(match: Match, around: Surroundings) -> bool:
    if around.cue_in_sentence("again", match):
        return False
    return around.belongs("past", match) or around.belongs("used_to", match, after=False)


def _supposed(match: Match, around: Surroundings, *, crisis: bool) -> Scope:
    if not crisis and around.belongs("hypothetical", match, after=False):
        return Scope.HYPOTHETICAL
    if around.shares_or_leads("other_distant", match):
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
