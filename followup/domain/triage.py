"""Findings and answers -> concerns: which rules of the protocol hold, and the level they give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from followup.domain.level import Level, highest
from followup.domain.reading import Finding
from followup.domain.schedule import Condition, EventKind, Reference, Rule, Score

#: A side effect whose severity was never given counts as moderate once its check-in has closed.
MODERATE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that rules may look at, for one inbound, one answer or one event.

    `answers` maps a question to the digits given, `symptoms` a symptom to its severity (1 mild to 3 severe,
    None where not yet said), `previous` a score to its earlier values in the series, latest last.
    `day` counts local days from the infusion's date. `reported` is the worst severity of each symptom on an
    earlier local day of the same course (unstated: 2). `earlier` is the evidence of earlier check-ins of the
    course, newest first. `expected` is the severity up to which staff expect a symptom for now.
    """

    findings: tuple[Finding, ...] = ()
    read_level: Level = Level.NONE
    answers: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    symptoms: Mapping[str, int | None] = field(default_factory=dict)
    scores: Mapping[Score, float] = field(default_factory=dict)
    baseline: Mapping[Score, float] = field(default_factory=dict)
    previous: Mapping[Score, tuple[float, ...]] = field(default_factory=dict)
    check_in: str | None = None
    since_infusion: timedelta | None = None
    day: int | None = None
    flags: frozenset[str] = frozenset()
    reported: Mapping[str, int] = field(default_factory=dict)
    events: frozenset[EventKind] = frozenset()
    earlier: tuple[Evidence, ...] = ()
    expected: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """The rules that hold, in the order of the file."""

    rules: tuple[Rule, ...] = ()

    @property
    def level(self) -> Level:
        """The highest level of any rule that holds; none where no rule does."""
        return highest([rule.level for rule in self.rules])

    @property
    def named(self) -> Rule | None:
        """The rule that names the alert: the first of the highest level in the order of the file."""
        return next((rule for rule in self.rules if rule.level is self.level), None)

    @property
    def opens_alert(self) -> bool:
        """Whether staff are told; info opens none."""
        return self.level.at_least(Level.ROUTINE)


def triage(evidence: Evidence, rules: tuple[Rule, ...], *, dropped: frozenset[str] = frozenset()) -> Triage:
    """Which of `rules` hold for `evidence`. A schedule may drop rules, never those marked `everywhere`.

    A routine rule that holds by expected symptoms alone is left out; nothing above routine ever is.
    """
    met = _all_met(evidence, rules, dropped)
    if not evidence.expected:
        return Triage(rules=tuple(met))
    unexpected = replace(evidence, symptoms=_unexpected(evidence))
    return Triage(
        rules=tuple(
            rule
            for rule in met
            if rule.level is not Level.ROUTINE or any(_lasts(condition, unexpected) for condition in rule.when)
        )
    )


def _unexpected(evidence: Evidence) -> dict[str, int | None]:
    """The symptoms that staff do not expect at this strength; one whose strength nobody said counts as moderate."""
    return {
        symptom: severity
        for symptom, severity in evidence.symptoms.items()
        if (MODERATE if severity is None else severity) > evidence.expected.get(symptom, 0)
    }


def _all_met(evidence: Evidence, rules: tuple[Rule, ...], dropped: frozenset[str]) -> list[Rule]:
    met: list[Rule] = []
    for rule in rules:
        if not rule.everywhere and rule.id in dropped:
            continue
        if any(other.id in rule.unless for other in met):
            continue
        if any(_lasts(condition, evidence) for condition in rule.when if _counts(condition, rule, met)):
            met.append(rule)
    return met


def _counts(condition: Condition, rule: Rule, met: Sequence[Rule]) -> bool:
    """Whether a condition is to be looked at: words that only their level names give way to a rule that names them."""
    if not rule.alone or condition.read_as is None:
        return True
    return not any(other.level.at_least(rule.level) for other in met)


def _lasts(condition: Condition, evidence: Evidence) -> bool:
    """Whether the condition holds now and on as many earlier check-ins that put the question as it asks for."""
    asked = [one for one in evidence.earlier if _was_asked(condition, one)]
    running = (evidence, *asked)[: condition.lasting]
    return len(running) == condition.lasting and all(condition_holds(condition, one) for one in running)


def _was_asked(condition: Condition, evidence: Evidence) -> bool:
    if condition.score is not None and condition.score not in evidence.scores:
        return False
    return all(question in evidence.answers for question in condition.answers)


def condition_holds(condition: Condition, evidence: Evidence) -> bool:
    """Whether everything that `condition` asks for is true of `evidence`."""
    return (
        _circumstances_hold(condition, evidence)
        and _words_hold(condition, evidence)
        and _answers_hold(condition, evidence)
        and _symptoms_hold(condition, evidence)
        and _score_holds(condition, evidence)
        and (condition.event is None or condition.event in evidence.events)
    )


def _circumstances_hold(condition: Condition, evidence: Evidence) -> bool:
    return (
        (not condition.check_ins or evidence.check_in in condition.check_ins)
        and _time_holds(condition, evidence.since_infusion)
        and _day_holds(condition, evidence.day)
        and (not condition.flags or bool(condition.flags & evidence.flags))
        and not condition.without_flags & evidence.flags
    )


def _time_holds(condition: Condition, since: timedelta | None) -> bool:
    if condition.hours_at_least is None and condition.hours_below is None:
        return True
    if since is None:
        return False
    return (condition.hours_at_least is None or since >= condition.hours_at_least) and (
        condition.hours_below is None or since < condition.hours_below
    )


def _day_holds(condition: Condition, day: int | None) -> bool:
    if condition.day_at_least is None and condition.day_below is None:
        return True
    if day is None:
        return False
    return (condition.day_at_least is None or day >= condition.day_at_least) and (
        condition.day_below is None or day < condition.day_below
    )


def _words_hold(condition: Condition, evidence: Evidence) -> bool:
    if condition.read_as is not None and evidence.read_level is not condition.read_as:
        return False
    if not condition.words:
        return True
    return any(
        finding.topic in condition.words and finding.scope.value in condition.scopes for finding in evidence.findings
    )


def _answers_hold(condition: Condition, evidence: Evidence) -> bool:
    return all(
        any(digit in digits for digit in evidence.answers.get(question, ()))
        for question, digits in condition.answers.items()
    )


def _symptoms_hold(condition: Condition, evidence: Evidence) -> bool:
    bounded = condition.severity_at_least is not None or condition.severity_at_most is not None
    if not condition.symptoms and not bounded:
        return True
    wanted = condition.symptoms or frozenset(evidence.symptoms)
    return any(
        _severity_holds(condition, evidence.symptoms[symptom]) and _history_holds(condition, symptom, evidence)
        for symptom in wanted
        if symptom in evidence.symptoms
    )


def _severity_holds(condition: Condition, stated: int | None) -> bool:
    if condition.severity_at_least is None and condition.severity_at_most is None:
        return stated != 0
    severity = stated if stated is not None else condition.unstated
    if severity is None:
        return False
    return (condition.severity_at_least is None or severity >= condition.severity_at_least) and (
        condition.severity_at_most is None or severity <= condition.severity_at_most
    )


def _history_holds(condition: Condition, symptom: str, evidence: Evidence) -> bool:
    if condition.reported_before is None:
        return True
    worst = evidence.reported.get(symptom, 0)
    return (worst >= (condition.earlier_severity_at_least or 1)) is condition.reported_before


def _score_holds(condition: Condition, evidence: Evidence) -> bool:
    if condition.score is None:
        return True
    now = evidence.scores.get(condition.score)
    if now is None:
        return False
    known = condition.score in evidence.baseline
    if condition.with_baseline is not None and known is not condition.with_baseline:
        return False
    return (
        _bounds_hold(condition, now)
        and _change_holds(condition, now, _reference(condition, condition.score, evidence))
        and _relief_holds(condition, now, condition.score, evidence)
    )


def _bounds_hold(condition: Condition, now: float) -> bool:
    return (condition.at_least is None or now >= condition.at_least) and (
        condition.at_most is None or now <= condition.at_most
    )


def _change_holds(condition: Condition, now: float, before: float | None) -> bool:
    if condition.rises_by is None and condition.falls_by is None and condition.ratio_at_least is None:
        return True
    if before is None:
        return False
    return (
        (condition.rises_by is None or now - before >= condition.rises_by)
        and (condition.falls_by is None or before - now >= condition.falls_by)
        and (condition.ratio_at_least is None or now >= condition.ratio_at_least * before)
    )


def _reference(condition: Condition, score: Score, evidence: Evidence) -> float | None:
    if condition.reference is Reference.BASELINE:
        return evidence.baseline.get(score)
    values = evidence.previous.get(score, ())
    return values[-1] if values else None


def _relief_holds(condition: Condition, now: float, score: Score, evidence: Evidence) -> bool:
    """Relief is the fall of a score from baseline as a share of it; it is undefined at a baseline of 0."""
    bounds = (condition.relief_at_least, condition.relief_below, condition.earlier_relief_at_least)
    if all(bound is None for bound in bounds):
        return True
    baseline = evidence.baseline.get(score, 0.0)
    if baseline <= 0:
        return False
    relief = (baseline - now) / baseline
    best = max(((baseline - value) / baseline for value in evidence.previous.get(score, ())), default=float("-inf"))
    return (
        (condition.relief_at_least is None or relief >= condition.relief_at_least)
        and (condition.relief_below is None or relief < condition.relief_below)
        and (condition.earlier_relief_at_least is None or best >= condition.earlier_relief_at_least)
    )
