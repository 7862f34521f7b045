"""Side effects with how bad each is said to be, clause by clause; and what that amounts to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from followup.domain.reading.lexicon import Match, Sort
from followup.domain.reading.numbers import Placed
from followup.domain.reading.pattern import ASK, HARD, SOFT
from followup.domain.reading.reading import NumberType, Scope, Severity, SymptomRead
from followup.domain.reading.scope import Surroundings

_SCALE = frozenset((NumberType.RATING, NumberType.RANGE, NumberType.FRACTION))
_BY_TOPIC = {"mild": Severity.MILD, "moderate": Severity.MODERATE, "severe": Severity.SEVERE}


@dataclass(frozen=True, slots=True)
class Mention:
    """A symptom in a place of the text; `over`: it was there and is gone."""

    read: SymptomRead
    first: int
    last: int
    over: bool = False
    strong: bool = False


def severity_on_scale(value: float) -> Severity:
    """A 0-10 severity in words: 1-3 mild, 4-6 moderate, 7-10 severe."""
    if value <= 0:
        return Severity.NONE
    if value < 4:
        return Severity.MILD
    return Severity.MODERATE if value < 7 else Severity.SEVERE


def severity_of_mood(value: float) -> Severity:
    """A 0-10 mood as a symptom: 0-1 severe, 2-4 moderate, 5 mild, above it none."""
    if value <= 1:
        return Severity.SEVERE
    if value < 5:
        return Severity.MODERATE
    return Severity.MILD if value < 6 else Severity.NONE


def mentions(matches: Sequence[Match], numbers: Sequence[Placed], around: Surroundings) -> tuple[Mention, ...]:
    """Every symptom in the text, with its severity."""
    named = [match for match in matches if match.entry.sort is Sort.SYMPTOM and not around.figure(match)]
    named = _widest(named)
    grades = [match for match in matches if match.entry.sort is Sort.SEVERITY and not around.figure(match)]
    return tuple(_mention(match, named, grades, numbers, around) for match in named)


def _widest(named: list[Match]) -> list[Match]:
    """Of several mentions of one symptom in one place, the one that says most."""
    kept: list[Match] = []
    for match in sorted(named, key=lambda one: (one.entry.severity.rank, one.last - one.first), reverse=True):
        same = [one for one in kept if one.entry.topic == match.entry.topic]
        if not any(one.first <= match.last and match.first <= one.last for one in same):
            kept.append(match)
    return sorted(kept, key=lambda one: one.first)


def _mention(
    match: Match, named: Sequence[Match], grades: Sequence[Match], numbers: Sequence[Placed], around: Surroundings
) -> Mention:
    graded = _graded(match, named, grades, numbers, around)
    state = _state(match, around)
    over = state is Scope.PAST
    strong = over and _was_strong(match, graded, around)
    severity = Severity.NONE if state is not Scope.PRESENT else graded
    words = around.words.text(match.first, match.last)
    return Mention(
        SymptomRead(code=match.entry.topic, severity=severity, words=words, pattern=match.entry.id),
        match.first,
        match.last,
        over=over,
        strong=strong,
    )


def _state(match: Match, around: Surroundings) -> Scope:
    """Present, denied (negated), over (past) or not about the patient's now."""
    if match.entry.negatable and (around.denied(match) or around.denied_after(match)):
        return Scope.NEGATED
    if around.cue_in_sentence("past", match) and not around.cue_in_sentence("again", match):
        return Scope.NEGATED
    if around.cue_in_sentence("fiction", match) or around.cue_in_sentence("other_distant", match):
        return Scope.NEGATED
    if around.cue_in_clause("hypothetical", match):
        return Scope.NEGATED
    if around.cue_in_sentence("resolved", match) or around.cue_opens_next("resolved", match):
        return Scope.PAST
    if around.cue_in_sentence("during_infusion", match) and match.entry.topic in _INFUSION_SYMPTOMS:
        return Scope.NEGATED if around.cue_in_sentence("expected", match) else Scope.PRESENT
    return Scope.PRESENT


_INFUSION_SYMPTOMS = frozenset(("dissociation", "hallucination", "dizziness"))


def _was_strong(match: Match, graded: Severity, around: Surroundings) -> bool:
    """Whether what is over now was more than mild."""
    if graded in (Severity.MODERATE, Severity.SEVERE):
        return True
    if match.entry.topic not in ("dissociation", "hallucination", "vomiting"):
        return False
    return graded is not Severity.MILD and around.cue_in_sentence("strong", match)


def _graded(
    match: Match, named: Sequence[Match], grades: Sequence[Match], numbers: Sequence[Placed], around: Surroundings
) -> Severity:
    scored = _score(match, named, numbers, around)
    if scored is not None:
        return severity_on_scale(scored)
    near = _nearest_grade(match, named, grades, around)
    if near is None:
        return match.entry.severity
    grade = _BY_TOPIC[near.entry.topic]
    if around.denied(near):
        return Severity.MILD if grade is Severity.SEVERE else match.entry.severity
    return _combined(match.entry.severity, grade)


def _combined(own: Severity, grade: Severity) -> Severity:
    """A grade on top of what the words say themselves: "a bit" softens by one step."""
    if own in (Severity.PRESENT, grade) or grade is not Severity.MILD:
        return grade if own is not Severity.SEVERE else own
    return Severity.MILD if own in (Severity.MODERATE, Severity.MILD) else own


def _score(match: Match, named: Sequence[Match], numbers: Sequence[Placed], around: Surroundings) -> float | None:
    """The 0-10 number said of this symptom, after it (`nausea 8`) or before (`an 8 for nausea`)."""
    words = around.words.words
    for placed in numbers:
        if placed.read.type not in _SCALE:
            continue
        between = [word.text for word in words[match.last + 1 : placed.first]]
        if (
            0 <= placed.first - match.last - 1 <= 4
            and not set(between) & _BREAKS
            and not _other_between(match, placed, named)
        ):
            return placed.read.value
        gap = [word.text for word in words[placed.last + 1 : match.first]]
        if 1 <= len(gap) <= 3 and gap[0] in ("for", "on", "de", "en", "of", "para"):
            return placed.read.value
    return None


_BREAKS = frozenset((HARD, ASK, SOFT, "pain", "dolor", "and", "y", "but", "pero", "mood", "no"))


def _other_between(match: Match, placed: Placed, named: Sequence[Match]) -> bool:
    return any(match.last < other.first < placed.first for other in named)


def _nearest_grade(match: Match, named: Sequence[Match], grades: Sequence[Match], around: Surroundings) -> Match | None:
    """The severity word that belongs to this symptom: in its clause, else alone in a following one."""
    first, last = around.clause(match.first, match.last)
    inside = [grade for grade in grades if first <= grade.first <= last]
    inside = [grade for grade in inside if _belongs(grade, match, named)]
    if inside:
        return min(inside, key=lambda grade: _gap(grade, match))
    shared = _shared_grade(match, named, grades, around)
    if shared is not None:
        return shared
    if len({other.entry.topic for other in named}) == 1:
        rest = [grade for grade in grades if grade.first > match.last]
        return rest[0] if rest and around.sentence(match.first) == around.sentence(rest[0].first) else None
    return None


def _shared_grade(match: Match, named: Sequence[Match], grades: Sequence[Match], around: Surroundings) -> Match | None:
    """A grade said of several at once: `queasy and lightheaded, both medium`."""
    for grade in grades:
        if grade.first <= match.last or around.sentence(grade.first) != around.sentence(match.first):
            continue
        first, last = around.clause(grade.first, grade.last)
        words = {word.text for word in around.words.words[first : last + 1]}
        if words & _ALL and not any(first <= other.first <= last for other in named):
            return grade
    return None


_ALL = frozenset(("both", "all", "each", "everything", "ambos", "ambas", "todo", "todos", "todas", "2", "los"))


def _gap(one: Match, other: Match) -> int:
    return one.first - other.last if one.first > other.last else other.first - one.last


def _belongs(grade: Match, match: Match, named: Sequence[Match]) -> bool:
    nearest = min(named, key=lambda other: (_gap(grade, other), other.first < grade.first))
    return nearest.entry.topic == match.entry.topic or _gap(grade, match) <= _gap(grade, nearest)


def merged(found: Iterable[SymptomRead]) -> tuple[SymptomRead, ...]:
    """One line a symptom: the worst that was said of it."""
    worst: dict[str, SymptomRead] = {}
    for read in found:
        before = worst.get(read.code)
        if before is None or read.severity.rank > before.severity.rank:
            worst[read.code] = read
    return tuple(worst.values())
