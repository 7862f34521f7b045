"""Answers and a reading -> the evidence that rules look at, and its account for staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from followup.domain import windows
from followup.domain.care import ExpectedLevel, expected_now
from followup.domain.infusion import Infusion, series_baseline
from followup.domain.level import Level, highest
from followup.domain.plan import Answer
from followup.domain.reading import Finding, Kind, Reading, Scope, Severity
from followup.domain.schedule import AnswerKind, Configuration, Question, Score
from followup.domain.triage import MODERATE, Evidence

#: Findings that only restate a rating. A bare rating raises an alert through a rule of its own alone,
#: so that a patient whose pain is always 8 pages nobody by saying so.
_RATING_TOPICS = frozenset({"severe_pain", "pain_rise"})

#: Findings that come from the severity a text gives. Any other finding brings a severity of its own kind
#: ("still seeing things" is grave whatever its strength), which is not one that the patient has said.
_SAID_SEVERITY = frozenset({"severe_symptom", "symptom_moderate"})

_SEVERITY = {Severity.MILD: 1, Severity.MODERATE: 2, Severity.SEVERE: 3, Severity.PRESENT: None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What is known of a patient's course before the text at hand.

    `series` are the infusions of the series, oldest first; `answers` all standing answers of the series
    (corrected ones left out), oldest first, those of the check-in at hand included. `expected` are all
    side effects that staff have ever called expected.
    """

    infusion: Infusion | None = None
    series: tuple[Infusion, ...] = ()
    answers: tuple[Answer, ...] = ()
    check_in_keys: Mapping[str, str] = field(default_factory=dict)
    zone: str = "UTC"
    expected: tuple[ExpectedLevel, ...] = ()


def standing(answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """The answers that stand: of each question of a check-in the last attempt, doubtful ones left out."""
    answers = [answer for answer in answers if not answer.doubtful]
    last = {(answer.check_in, answer.question): answer for answer in sorted(answers, key=lambda one: one.attempt)}
    return tuple(answer for answer in answers if last[(answer.check_in, answer.question)] is answer)


def evidence_of(
    course: Course,
    configuration: Configuration,
    *,
    check_in: str | None,
    answers: Sequence[Answer],
    reading: Reading | None,
    now: datetime,
    closing: bool = False,
) -> Evidence:
    """The evidence at `now`: the standing `answers` of the check-in at hand and the words just read.

    `check_in` is the id of the check-in at hand. With `closing` a side effect whose severity was never said
    counts as moderate.
    """
    own = answered(answers, configuration)
    if reading is not None:
        own = _with_words(own, reading, configuration)
    if closing:
        symptoms = {key: MODERATE if value is None else value for key, value in own.symptoms.items()}
        own = replace(own, symptoms=symptoms)
    others = [answer for answer in course.answers if answer.check_in != check_in]
    return replace(
        own,
        check_in=course.check_in_keys.get(check_in or ""),
        baseline=_baseline(course),
        previous=_previous(others, configuration),
        reported=_reported_before(others, course, configuration, now),
        earlier=_earlier(others, course, configuration),
        since_infusion=_since(course, now),
        day=_day(course, now),
        flags=course.infusion.flags if course.infusion else frozenset(),
        expected=expected_now(course.expected, now),
    )


def words_level(reading: Reading) -> Level:
    """The level of the words alone: what only restates a bare rating is left out."""
    counted = [finding.level for finding in reading.findings if finding.scope.counts and not _restates_rating(finding)]
    if reading.kind in {Kind.QUESTION, Kind.CALLBACK}:
        counted.append(reading.level if reading.level is Level.ROUTINE else Level.NONE)
    return highest(counted)


def _restates_rating(finding: Finding) -> bool:
    return finding.topic in _RATING_TOPICS and any(character.isdigit() for character in finding.words)


def answered(answers: Sequence[Answer], configuration: Configuration) -> Evidence:
    """What the answers of one check-in say by themselves: digits, scores and symptoms with their severity."""
    digits: dict[str, tuple[int, ...]] = {}
    scores: dict[Score, float] = {}
    symptoms: dict[str, int | None] = {}
    for answer in answers:
        question = configuration.questions.get(answer.question)
        if question is None:
            continue
        if question.score is not None and answer.value is not None:
            scores[question.score] = answer.value
        digits[question.key] = _digits(question, answer)
        symptoms.update(_named_symptoms(answer, configuration))
    for answer in answers:
        question = configuration.questions.get(answer.question)
        if question is not None and question.kind is AnswerKind.SEVERITY and answer.severity is not None:
            for key in [question.about] if question.about else list(symptoms):
                symptoms[key] = answer.severity
    return Evidence(answers=digits, scores=scores, symptoms=symptoms)


def _digits(question: Question, answer: Answer) -> tuple[int, ...]:
    if question.kind is AnswerKind.CODES:
        return answer.codes
    if question.kind is AnswerKind.SEVERITY:
        return () if answer.severity is None else (answer.severity,)
    return () if answer.value is None or question.kind is AnswerKind.SCALE else (int(answer.value),)


def _named_symptoms(answer: Answer, configuration: Configuration) -> dict[str, int | None]:
    return {
        symptom.key: None
        for symptom in configuration.symptoms.values()
        if symptom.code in answer.codes and symptom.code != 0
    }


def _with_words(evidence: Evidence, reading: Reading, configuration: Configuration) -> Evidence:
    symptoms = dict(evidence.symptoms)
    for key, severity in spoken_symptoms(reading, configuration).items():
        known = symptoms.get(key)
        symptoms[key] = max(known or 0, severity or 0) or None
    return replace(evidence, symptoms=symptoms, findings=reading.findings, read_level=words_level(reading))


def spoken_symptoms(reading: Reading, configuration: Configuration) -> dict[str, int | None]:
    """The symptoms that a text names in words, with the severity it gives them (None: not said)."""
    found: dict[str, int | None] = {}
    supposed = {finding.pattern for finding in reading.findings if finding.topic not in _SAID_SEVERITY}
    for read in reading.symptoms:
        if read.severity is Severity.NONE:
            continue
        said = 0 if read.pattern in supposed else _SEVERITY[read.severity] or 0
        for symptom in configuration.symptoms.values():
            if read.code in symptom.read_as:
                severity = max(found.get(symptom.key) or 0, said)
                found[symptom.key] = severity or None
                break
    return found


def _baseline(course: Course) -> dict[Score, float]:
    baseline = series_baseline(course.series)
    values = {Score.PAIN: baseline.pain, Score.MOOD: baseline.mood}
    return {score: value for score, value in values.items() if value is not None}


def _previous(answers: Sequence[Answer], configuration: Configuration) -> dict[Score, tuple[float, ...]]:
    values: dict[Score, list[float]] = {}
    for answer in answers:
        question = configuration.questions.get(answer.question)
        if question is not None and question.score is not None and answer.value is not None:
            values.setdefault(question.score, []).append(answer.value)
    return {score: tuple(found) for score, found in values.items()}


def _by_check_in(answers: Sequence[Answer]) -> dict[str, list[Answer]]:
    grouped: dict[str, list[Answer]] = {}
    for answer in answers:
        grouped.setdefault(answer.check_in, []).append(answer)
    return grouped


def _reported_before(
    others: Sequence[Answer], course: Course, configuration: Configuration, now: datetime
) -> dict[str, int]:
    """The worst severity of each symptom on earlier local days of the same infusion's course."""
    today = windows.local_date(now, course.zone)
    worst: dict[str, int] = {}
    for answers in _by_check_in(others).values():
        if windows.local_date(answers[0].at, course.zone) >= today or answers[0].check_in not in course.check_in_keys:
            continue
        for key, severity in answered(answers, configuration).symptoms.items():
            worst[key] = max(worst.get(key, 0), MODERATE if severity is None else severity)
    return worst


def _earlier(others: Sequence[Answer], course: Course, configuration: Configuration) -> tuple[Evidence, ...]:
    """The evidence of earlier check-ins of the series, newest first, each with its own past."""
    baseline = _baseline(course)
    groups = list(_by_check_in(others).values())
    earlier = [
        replace(
            answered(answers, configuration),
            baseline=baseline,
            check_in=course.check_in_keys.get(answers[0].check_in),
            previous=_previous([answer for before in groups[:position] for answer in before], configuration),
        )
        for position, answers in enumerate(groups)
    ]
    return tuple(reversed(earlier))


def _since(course: Course, now: datetime) -> timedelta | None:
    return None if course.infusion is None else now - course.infusion.ended_at


def _day(course: Course, now: datetime) -> int | None:
    if course.infusion is None:
        return None
    began = windows.local_date(course.infusion.ended_at, course.zone)
    return (windows.local_date(now, course.zone) - began).days


def inputs_of(evidence: Evidence) -> dict[str, object]:
    """The values that the rules saw, for the alert's record."""
    return {
        "check_in": evidence.check_in,
        "scores": {score.value: value for score, value in evidence.scores.items()},
        "baseline": {score.value: value for score, value in evidence.baseline.items()},
        "symptoms": dict(evidence.symptoms),
        "answers": {question: list(digits) for question, digits in evidence.answers.items()},
        "hours_since_infusion": None
        if evidence.since_infusion is None
        else round(evidence.since_infusion.total_seconds() / 3600, 2),
        "day": evidence.day,
        "flags": sorted(evidence.flags),
        "expected": dict(evidence.expected),
        "events": sorted(event.value for event in evidence.events),
        "level_of_words": evidence.read_level.value,
        "found": [
            {"topic": finding.topic, "scope": finding.scope.value, "words": finding.words, "pattern": finding.pattern}
            for finding in evidence.findings
        ],
    }


#: What staff read where the name of a topic says too little; and how the words around it bear on it.
_PLAINLY = {
    "breathing": "cannot breathe",
    "faint": "fainted",
    "stroke": "signs of a stroke",
    "overmedicated": "too much medicine, and ill from it",
    "help_now": "asks for help now",
    "pressure_crisis": "very high blood pressure with a symptom",
    "pressure_high": "very high blood pressure",
    "pressure_raised": "raised blood pressure",
    "like_crisis": "reads much like a crisis",
    "like_medical": "reads much like a medical emergency",
    "like_urgent": "reads much like something urgent",
    "resolved_recent": "over within the last day",
    "symptom_moderate": "a moderate side effect",
    "severe_symptom": "a severe side effect",
    "vomiting_repeated": "vomits again and again",
    "leg_numbness": "numb legs",
    "pain_idiom": "a figure of speech about pain",
}
_BEARING = {
    Scope.PRESENT: "",
    Scope.NEGATED: " (said not to be so)",
    Scope.PAST: " (in the past)",
    Scope.HYPOTHETICAL: " (not said to be so now)",
    Scope.OTHER_PERSON: " (of somebody else)",
    Scope.OTHER_IN_DANGER: " (somebody else, in danger now)",
    Scope.DURING_INFUSION: " (during the infusion)",
    Scope.IDIOM: " (as a figure of speech)",
}


def _told(finding: Finding) -> str:
    return f"{_PLAINLY.get(finding.topic, finding.topic.replace('_', ' '))}{_BEARING[finding.scope]}"


def understood_as(evidence: Evidence) -> str:
    """One plain line for staff: what was understood."""
    parts = [f"{score.value} {value:g} of 10" for score, value in evidence.scores.items()]
    if evidence.scores.get(Score.PAIN) is not None and Score.PAIN in evidence.baseline:
        parts[0] += f" (before the infusion {evidence.baseline[Score.PAIN]:g})"
    parts += [
        f"{question} answered {', '.join(str(digit) for digit in digits)}"
        for question, digits in evidence.answers.items()
        if digits and not evidence.symptoms  # symptoms say it better than their codes
    ]
    words = {1: "mild", 2: "moderate", 3: "severe", None: "how strong was not said"}
    parts += [
        f"{key.replace('_', ' ')}: {words.get(severity, 'reported')}" for key, severity in evidence.symptoms.items()
    ]
    parts += [_told(finding) for finding in evidence.findings]
    parts += [event.value.replace("_", " ") for event in sorted(evidence.events)]
    return "; ".join(dict.fromkeys(parts)) or "nothing that a rule names"
