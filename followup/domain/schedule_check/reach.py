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
    for course in (*configuration.schedules.values(), configuration.safety_course):
        for check_in in course.check_ins:
            yield from _check_in(course, check_in, configuration)


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
        if question.score is None:
            continue
        gap = next(
            (
                (now, baseline)
                for now in range(11)
                for baseline in _BASELINES
                if not _meets(configuration, _scored(question.score, now, baseline))
            ),
            None,
        )
        if gap is not None:
            known = "without a baseline" if gap[1] is None else f"with a baseline of {gap[1]}"
            yield Found(
                ("questions", key), f"the answer {gap[0]} {known} meets no rule; add one, of level info at least"
            )


def _scored(score: Score, now: int, baseline: int | None) -> Evidence:
    known = {} if baseline is None else {score: float(baseline)}
    return Evidence(scores={score: float(now)}, baseline=known, day=3, since_infusion=timedelta(days=3))


def _check_in(course: Schedule, check_in: CheckInSpec, configuration: Configuration) -> Iterator[Found]:
    day = check_in.timing.day if isinstance(check_in.timing, OnDay) else 0
    moment = Evidence(check_in=check_in.key, day=day, since_infusion=timedelta(days=day) or timedelta(hours=4))
    for question in _asked(check_in, configuration):
        for evidence, said in _answers(question, configuration, moment):
            if not _meets(configuration, evidence, course.dropped_rules):
                message = f"at {check_in.key} of `{course.key}` {said} meets no rule; add one, of level info at least"
                yield Found(("questions", question.key), message)


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


def _meets(configuration: Configuration, evidence: Evidence, dropped: frozenset[str] = frozenset()) -> bool:
    return bool(triage(evidence, configuration.rules, dropped=dropped).rules)


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
    for instant in _hours(now):
        person = oncall.on_duty(rota, instant)
        if person is None or person not in configuration.staff:
            shown = _shown(instant, rota.timezone)
            yield Found(("rotas", key), f"nobody is on duty on {shown}")
            return


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


def _closure(key: str, clinic: Clinic, began: datetime, ended: datetime) -> Found:
    hours = round((ended - began).total_seconds() / 3600)
    span = f"from {_shown(began, clinic.timezone)} to {_shown(ended, clinic.timezone)} ({hours} h)"
    message = f"nobody can be reached {span}; what is urgent then pages the list at 08:00"
    return Found(("clinics", key, "coverage"), message, warning=True)


def _shown(instant: datetime, zone: str) -> str:
    return windows.local(instant, zone).strftime("%a %d %b %H:%M")
