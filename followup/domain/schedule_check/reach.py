"""Does whatever a patient may say or answer meet a rule, and does whoever must hear of it exist at every hour?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from followup.domain import coverage, oncall, windows
from followup.domain.level import Level
from followup.domain.reading import Scope
from followup.domain.reading.topics import TOPICS
from followup.domain.schedule import (
    AnswerKind,
    CheckInSpec,
    Clinic,
    Condition,
    Configuration,
    Coverage,
    EventKind,
    OnDay,
    Question,
    Rota,
    Schedule,
    Score,
)
from followup.domain.schedule_check.found import Found
from followup.domain.triage import Evidence, triage

#: How far ahead rotas and closures are looked at.
AHEAD = timedelta(days=14)
#: A closure in which an urgent item would wait longer than this is listed.
LONG_CLOSURE = timedelta(hours=12)
_BASELINES = (None, *range(11))


def check(configuration: Configuration) -> Iterator[Found]:
    """Topics, events, scores, digits and severities that would meet no rule at all."""
    yield from _topics(configuration)
    yield from _events(configuration)
    yield from _scores(configuration)
    unmet: dict[str, list[str]] = {}
    for course in _courses(configuration):
        for check_in in course.check_ins:
            for question, said in _unmet(course, check_in, configuration):
                unmet.setdefault(question, []).append(f"{said} at {check_in.key} of `{course.key}`")
    for question, cases in unmet.items():
        more = f" (and {len(cases) - 1} more)" if len(cases) > 1 else ""
        message = f"{cases[0]}{more} meets no rule; add one, of level info at least"
        yield Found(("questions", question), message)


# --- words and events --------------------------------------------------------------------------


def _topics(configuration: Configuration) -> Iterator[Found]:
    caught = {condition.read_as for rule in configuration.rules for condition in rule.when if not condition.words}
    for topic in TOPICS:
        if topic.level is Level.NONE:
            continue
        levels = [
            rule.level
            for rule in configuration.rules
            for condition in rule.when
            if topic.name in condition.words and Scope.PRESENT.value in condition.scopes
        ]
        if topic.level is Level.EMERGENCY and Level.EMERGENCY not in levels:
            yield Found(("rules",), f"no emergency rule names `{topic.name}` ({topic.meaning}), which is an emergency")
        elif topic.level is not Level.EMERGENCY and not levels and topic.level not in caught:
            yield Found(("rules",), f"`{topic.name}` ({topic.meaning}) meets no rule; name it in one")


def _events(configuration: Configuration) -> Iterator[Found]:
    named = {condition.event for rule in configuration.rules for condition in rule.when}
    for event in EventKind:
        if event not in named:
            yield Found(("rules",), f"no rule has `event: {event}`, so nobody would hear of it")


# --- answers -----------------------------------------------------------------------------------


def _scores(configuration: Configuration) -> Iterator[Found]:
    for key, question in configuration.questions.items():
        gap = None if question.score is None else _gap(question.score, configuration)
        if gap is not None:
            known = "without a baseline" if gap[1] is None else f"with a baseline of {gap[1]}"
            message = f"the answer {gap[0]} {known} meets no rule; add one, of level info at least"
            yield Found(("questions", key), message)


def _gap(score: Score, configuration: Configuration) -> tuple[int, int | None] | None:
    """The first pair of answer and baseline, of all there are, that meets no rule."""
    rules = tuple(rule for rule in configuration.rules if any(condition.score is score for condition in rule.when))
    drops = {course.dropped_rules for course in _courses(configuration)}
    for now in range(11):
        for baseline in _BASELINES:
            known = {} if baseline is None else {score: float(baseline)}
            evidence = Evidence(scores={score: float(now)}, baseline=known, day=3, since_infusion=timedelta(days=3))
            if not all(triage(evidence, rules, dropped=dropped).rules for dropped in drops):
                return now, baseline
    return None


def _courses(configuration: Configuration) -> tuple[Schedule, ...]:
    return (*configuration.schedules.values(), configuration.safety_course)


def _unmet(course: Schedule, check_in: CheckInSpec, configuration: Configuration) -> Iterator[tuple[str, str]]:
    """The question, and in words the answer, of everything at this check-in that meets no rule."""
    day = check_in.timing.day if isinstance(check_in.timing, OnDay) else 0
    moment = Evidence(check_in=check_in.key, day=day, since_infusion=timedelta(days=day) or timedelta(hours=4))
    # Only rules that say something about answers or side effects can hold here; the others cost time.
    rules = tuple(rule for rule in configuration.rules if any(_is_about_answers(one) for one in rule.when))
    for question in _asked(check_in, configuration):
        for evidence, said in _answers(question, configuration, moment):
            if not triage(evidence, rules, dropped=course.dropped_rules).rules:
                yield question.key, said


def _is_about_answers(condition: Condition) -> bool:
    return (
        bool(condition.answers or condition.symptoms)
        or (condition.severity_at_least or condition.severity_at_most) is not None
    )


def _asked(check_in: CheckInSpec, configuration: Configuration) -> list[Question]:
    """The questions of a check-in and those that their answers lead to."""
    keys = [*check_in.questions, *(extra.question for extra in check_in.extra)]
    for key in keys:
        question = configuration.questions[key]
        keys += [one for one in (*question.then.values(), *question.then_among.values()) if one not in keys]
    return [configuration.questions[key] for key in dict.fromkeys(keys)]


def _answers(question: Question, configuration: Configuration, moment: Evidence) -> Iterator[tuple[Evidence, str]]:
    """Every digit that ends a question and every side effect it may bring up, as evidence and in words."""
    if question.kind not in {AnswerKind.CHOICE, AnswerKind.CODES}:
        return
    codes = question.kind is AnswerKind.CODES
    leading_on = question.then.keys() | question.then_among.keys() if codes else set()
    for digit in question.options:
        if digit not in leading_on:
            yield replace(moment, answers={question.key: (digit,)}), f"the answer {digit}"
    for symptom in configuration.symptoms.values():
        if symptom.code in leading_on:
            yield from _severities(symptom.key, moment)


def _severities(symptom: str, moment: Evidence) -> Iterator[tuple[Evidence, str]]:
    for severity in (1, 2, 3):
        for earlier in ({}, {symptom: 2}):
            evidence = replace(moment, symptoms={symptom: severity}, reported=earlier)
            yield evidence, f"`{symptom}` of severity {severity}"


# --- the weeks ahead ---------------------------------------------------------------------------


def check_weeks_ahead(configuration: Configuration, now: datetime) -> Iterator[Found]:
    """Hours after `now` in which a rota names nobody, and closures in which urgent items wait long."""
    for key, rota in configuration.rotas.items():
        yield from _nobody_on_duty(key, rota, configuration, now)
    for key, clinic in configuration.clinics.items():
        if clinic.coverage is not Coverage.AROUND_THE_CLOCK:
            yield from _closures(key, clinic, now)


def _hours(now: datetime) -> Iterator[datetime]:
    for hour in range(int(AHEAD.total_seconds() // 3600)):
        yield now + timedelta(hours=hour)


def _nobody_on_duty(key: str, rota: Rota, configuration: Configuration, now: datetime) -> Iterator[Found]:
    if rota.since > windows.local_date(now, rota.timezone):
        yield Found(("rotas", key, "since"), f"the rota begins on {rota.since}, which is still to come", warning=True)
    for gap in oncall.gaps(oncall.known_only(rota, configuration), now, now + AHEAD):
        hours = f"from {_shown(gap.start, rota.timezone)} to {_shown(gap.end, rota.timezone)}"
        yield Found(("rotas", key), f"nobody is on duty {hours}")


def _closures(key: str, clinic: Clinic, now: datetime) -> Iterator[Found]:
    began: datetime | None = None
    for instant in _hours(now):
        reached = coverage.reach(clinic, instant) is not coverage.Reach.NOBODY
        if not reached and began is None:
            began = instant
        elif reached and began is not None:
            if instant - began > LONG_CLOSURE:
                yield _closure(key, clinic, began, instant)
            began = None
    if began is not None and now + AHEAD - began > LONG_CLOSURE:
        yield _closure(key, clinic, began, now + AHEAD)


def _closure(key: str, clinic: Clinic, began: datetime, ended: datetime) -> Found:
    hours = round((ended - began).total_seconds() / 3600)
    span = f"from {_shown(began, clinic.timezone)} to {_shown(ended, clinic.timezone)} ({hours} h)"
    message = f"nobody can be reached {span}; what is urgent then pages the list at 08:00"
    return Found(("clinics", key, "coverage"), message, warning=True)


def _shown(instant: datetime, zone: str) -> str:
    return windows.local(instant, zone).strftime("%a %d %b %H:%M")
