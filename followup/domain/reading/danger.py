"""Words of danger as findings, each with its scope and level; the reader and the scan of every inbound use it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from followup.domain.level import Level
from followup.domain.reading.lexicon import Match, Sort
from followup.domain.reading.numbers import Placed
from followup.domain.reading.reading import Finding, NumberType, Scope, Severity
from followup.domain.reading.scope import Surroundings, scope_of
from followup.domain.reading.topics import BY_NAME, CRISIS_TOPICS

_SYSTOLIC_HIGH, _DIASTOLIC_HIGH = 180.0, 120.0
_SYSTOLIC_RAISED, _DIASTOLIC_RAISED = 140.0, 90.0
_FEVER_C, _FEVER_F, _HIGHEST_C = 38.0, 100.4, 45.0
_OVER_WITH_THE_INFUSION = frozenset(
    ("lasting_hallucination", "near_faint", "vomiting_once", "vomiting_repeated", "panic")
)


def find_danger(matches: Iterable[Match], around: Surroundings) -> tuple[Finding, ...]:
    """A finding for each danger entry in the text."""
    return tuple(_finding(match, around) for match in matches if match.entry.sort in (Sort.DANGER, Sort.WIDER))


def _finding(match: Match, around: Surroundings) -> Finding:
    topic = BY_NAME[match.entry.topic]
    scope = scope_of(match, around, crisis=topic.crisis)
    if scope.counts and topic.name in _OVER_WITH_THE_INFUSION and _during(match, around):
        scope = Scope.DURING_INFUSION
    start, end = around.words.span(match.first, match.last)
    return Finding(
        topic=topic.name,
        scope=scope,
        level=topic.level if scope.counts else Level.NONE,
        severity=match.entry.severity,
        words=around.words.original[start:end],
        start=start,
        end=end,
        pattern=match.entry.id,
    )


def _during(match: Match, around: Surroundings) -> bool:
    return around.cue_in_sentence("during_infusion", match) and not around.cue_in_sentence("again", match)


def is_crisis(findings: Iterable[Finding]) -> bool:
    """Whether somebody means to die or kill, or may."""
    return any(finding.topic in CRISIS_TOPICS and finding.scope.counts for finding in findings)


def measured(numbers: Sequence[Placed], around: Surroundings, matches: Sequence[Match]) -> tuple[Finding, ...]:
    """Findings from blood pressures and temperatures."""
    found: list[Finding] = []
    with_symptom = any(
        match.entry.sort is Sort.CUE and match.entry.topic == "pressure_symptom" and not around.denied(match)
        for match in matches
    )
    for placed in numbers:
        topic = _measured_topic(placed, with_symptom=with_symptom)
        if topic is not None:
            found.append(_measured_finding(topic, placed, around))
    return tuple(found)


def _measured_topic(placed: Placed, *, with_symptom: bool) -> str | None:
    read = placed.read
    if read.type is NumberType.TEMPERATURE:
        limit = _FEVER_C if read.value < _HIGHEST_C else _FEVER_F
        return "fever" if read.value >= limit else None
    if read.type is not NumberType.BLOOD_PRESSURE:
        return None
    low = read.low or 0.0
    if read.value >= _SYSTOLIC_HIGH or low >= _DIASTOLIC_HIGH:
        return "pressure_crisis" if with_symptom else "pressure_high"
    return "pressure_raised" if read.value >= _SYSTOLIC_RAISED or low >= _DIASTOLIC_RAISED else None


def _measured_finding(topic: str, placed: Placed, around: Surroundings) -> Finding:
    past = around.cue_near("past", placed.first)
    return Finding(
        topic=topic,
        scope=Scope.PAST if past else Scope.PRESENT,
        level=Level.NONE if past else BY_NAME[topic].level,
        severity=Severity.SEVERE if BY_NAME[topic].level.at_least(Level.URGENT) else Severity.MODERATE,
        words=placed.read.words,
        start=placed.read.start,
        end=placed.read.end,
        pattern=f"number-{topic}",
    )
