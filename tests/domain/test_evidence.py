"""Answers and words become the evidence that rules look at, with what was known before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from followup.domain.evidence import (
    Course,
    evidence_of,
    inputs_of,
    spoken_symptoms,
    standing,
    understood_as,
    words_level,
)
from followup.domain.infusion import Baseline
from followup.domain.level import Level
from followup.domain.plan import Answer
from followup.domain.reading import Asked, Kind, Scope, Severity
from followup.domain.schedule import EventKind, Score
from followup.domain.triage import Evidence
from tests.domain.samples import (
    CONFIGURATION,
    EVENING,
    T0,
    Text,
    answer,
    course,
    figure,
    finding,
    infusion,
    says,
    symptom,
    utc,
)

DAY3 = T0 + timedelta(hours=68)
PAIN, MOOD = Score.PAIN, Score.MOOD


def evidence(
    *answers: Answer, of: str = "c1", text: Text | None = None, at=EVENING, about: Course | None = None, **rest
):
    reading = text(Asked.NONE) if text else None
    return evidence_of(about or course(), CONFIGURATION, check_in=of, answers=answers, reading=reading, now=at, **rest)


def test_the_last_attempt_stands():
    first, second = answer("C2_PAIN", value=7), answer("C2_PAIN", value=4, attempt=2)
    other = answer("C2_PAIN", value=7, of="c2")
    assert standing([second, first, other]) == (second, other)


def test_answers_from_a_number_that_is_somebody_elses_count_for_nothing():
    doubtful = answer("C2_PAIN", value=9, attempt=2, doubtful=True)
    true = answer("C2_PAIN", value=4)
    assert standing([true, doubtful]) == (true,)


def test_answers_of_every_kind():
    found = evidence(
        answer("C2_PAIN", value=7),
        answer("MOOD", value=4),
        answer("URINE", value=2),
        answer("SE", codes=(1, 6)),
        answer("SEV", severity=2),
        answer("a question of an older version", value=3),
    )
    assert found.scores == {PAIN: 7, MOOD: 4}
    assert found.answers == {"C2_PAIN": (), "MOOD": (), "URINE": (2,), "SE": (1, 6), "SEV": (2,)}
    assert found.symptoms == {"dizziness": 2, "urine": 2}


def test_nothing_but_its_digit_is_made_of_an_empty_answer():
    found = evidence(answer("C2_PAIN"), answer("SEV"), answer("C1"), answer("SE", codes=(0,)))
    assert found.scores == {}
    assert found.answers == {"C2_PAIN": (), "SEV": (), "C1": (), "SE": (0,)}
    assert found.symptoms == {}


@pytest.mark.parametrize(
    ("question", "expected"),
    [("SEV", {"dizziness": 3, "dissociation": 3}), ("SEV_5", {"dizziness": None, "dissociation": 3})],
)
def test_one_severity_is_that_of_every_symptom_or_of_the_strange_feeling_alone(question, expected):
    assert evidence(answer("SE", codes=(1, 5)), answer(question, severity=3)).symptoms == expected


def test_a_severity_that_was_never_given_counts_as_moderate_at_closing():
    assert evidence(answer("SE", codes=(1,))).symptoms == {"dizziness": None}
    assert evidence(answer("SE", codes=(1,)), closing=True).symptoms == {"dizziness": 2}
    stated = evidence(answer("SE", codes=(1,)), answer("SEV", severity=1), closing=True)
    assert stated.symptoms == {"dizziness": 1}


@pytest.mark.parametrize(
    ("symptoms", "expected"),
    [
        ((symptom("dizziness"),), {"dizziness": None}),
        ((symptom("dizziness", Severity.MILD),), {"dizziness": 1}),
        ((symptom("nausea", Severity.MILD), symptom("vomiting", Severity.SEVERE)), {"nausea": 3}),
        ((symptom("nausea", Severity.MODERATE), symptom("vomiting")), {"nausea": 2}),
        ((symptom("hallucination"),), {"dissociation": None}),
        ((symptom("dizziness", Severity.NONE),), {}),
        ((symptom("pain", Severity.SEVERE),), {}),
    ],
)
def test_symptoms_in_words_by_the_names_of_the_schedule(symptoms, expected):
    assert spoken_symptoms(Text(symptoms=symptoms)(Asked.NONE), CONFIGURATION) == expected


def test_words_and_digits_about_one_symptom_count_as_the_worse():
    digits = (answer("SE", codes=(1,)), answer("SEV", severity=2))
    milder = Text(words="a bit dizzy", symptoms=(symptom("dizziness", Severity.MILD),))
    worse = Text(words="very dizzy", symptoms=(symptom("dizziness", Severity.SEVERE),))
    unsaid = Text(words="dizzy", symptoms=(symptom("dizziness"),))
    assert [evidence(*digits, text=text).symptoms["dizziness"] for text in (milder, worse, unsaid)] == [2, 3, 2]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        (says("fall"), Level.URGENT),
        (says("fall", scope=Scope.NEGATED), Level.NONE),
        (Text(findings=(finding("severe_pain", words="9"),)), Level.NONE),  # a bare rating is for its rule to judge
        (Text(findings=(finding("pain_rise", words="from 3 to 8"),)), Level.NONE),
        (Text(findings=(finding("severe_pain", words="unbearable"),)), Level.URGENT),
        (Text(kind=Kind.QUESTION, level=Level.ROUTINE), Level.ROUTINE),
        (Text(kind=Kind.CALLBACK, level=Level.ROUTINE), Level.ROUTINE),
        (Text(kind=Kind.CALLBACK, level=Level.URGENT), Level.NONE),  # urgent only by a finding
        (Text(kind=Kind.ANSWER, level=Level.ROUTINE), Level.NONE),
    ],
)
def test_the_level_of_the_words_alone(text, level):
    assert words_level(text(Asked.NONE)) is level


def test_what_is_known_of_the_course():
    about = course(at=infusion(flags=frozenset({"lives_alone"})))
    found = evidence(about=about, at=T0 + timedelta(hours=9, minutes=30))
    assert found.check_in == "C1"
    assert found.baseline == {PAIN: 5, MOOD: 6}
    assert found.since_infusion == timedelta(hours=9, minutes=30)
    assert found.day == 1  # half past midnight where the patient is
    assert found.flags == {"lives_alone"}


def test_days_are_the_patients_own():
    late = replace(course(), zone="Asia/Manila")  # where the infusion ended on the third of November already
    assert evidence(about=late, at=utc("2026-11-04T09:00:00+08:00")).day == 1
    assert evidence(at=utc("2026-11-03T19:00:00-06:00")).day == 1


def test_without_a_course_nothing_is_assumed():
    found = evidence(of="", about=Course())
    assert (found.check_in, found.day, found.since_infusion, found.baseline, found.flags) == (
        None,
        None,
        None,
        {},
        frozenset(),
    )


def test_the_baseline_is_that_of_the_series():
    first = infusion(T0 - timedelta(days=7), id="i0", baseline=Baseline(pain=9))
    about = replace(course(), series=(first, infusion()))
    assert evidence(about=about).baseline == {PAIN: 9}


def test_earlier_values_of_the_series_are_known_in_order_and_their_own_check_in_is_left_out():
    answers = (
        answer("C2_PAIN", T0 + timedelta(hours=19), of="c2", value=6),
        answer("C3_PAIN", DAY3, of="c3", value=3),
        answer("C3_PAIN", T0 + timedelta(days=7), of="c4", value=5),
        answer("SE", T0 + timedelta(days=7), of="c4", codes=(1,)),
        answer("an old question", T0 + timedelta(days=7), of="c4", value=5),
    )
    found = evidence(answers[2], of="c4", about=course(*answers), at=T0 + timedelta(days=7))
    assert found.previous == {PAIN: (6, 3)}
    assert [one.check_in for one in found.earlier] == ["C3", "C2"]
    assert [one.scores[PAIN] for one in found.earlier] == [3, 6]
    assert [one.previous for one in found.earlier] == [{PAIN: (6,)}, {}]
    assert {one.baseline[PAIN] for one in found.earlier} == {5}


def test_what_was_reported_on_an_earlier_day_of_this_course():
    answers = (
        answer("SE", T0 + timedelta(hours=4), of="c1", codes=(1, 2)),
        answer("SEV", T0 + timedelta(hours=4), of="c1", severity=3),
        answer("SE", T0 + timedelta(hours=19), of="c2", codes=(2, 3)),  # how strong was not said: moderate
        answer("SE", DAY3, of="c3", codes=(4,)),  # today
        answer("SE", T0 - timedelta(days=5), of="of another infusion", codes=(7,)),
    )
    about = course(*answers, keys={"c1": "C1", "c2": "C2", "c3": "C3", "c4": "C4"})
    found = evidence(of="c4", about=about, at=DAY3 + timedelta(hours=1))
    assert found.reported == {"dizziness": 3, "nausea": 3, "headache": 2}


def test_the_account_for_staff():
    found = evidence(
        answer("C2_PAIN", value=8),
        answer("SE", codes=(1, 2)),
        answer("SEV", severity=2),
        text=replace(says("fall"), symptoms=()),
    )
    found = replace(found, events=frozenset({EventKind.PHOTO}), symptoms={**found.symptoms, "headache": None})
    assert understood_as(found) == (
        "pain 8 of 10 (before the infusion 5); dizziness: moderate; nausea: moderate; "
        "headache: how strong was not said; fall; photo"
    )
    assert understood_as(Evidence()) == "nothing that a rule names"


@pytest.mark.parametrize("scope", Scope)
def test_how_words_bear_on_it_is_told_plainly(scope):
    told = understood_as(Evidence(findings=(replace(says("breathing").findings[0], scope=scope),)))
    assert told.startswith("cannot breathe")
    assert (told == "cannot breathe") is (scope is Scope.PRESENT)
    assert "_" not in told


def test_the_inputs_that_the_rules_saw():
    found = evidence(answer("C2_PAIN", value=8), text=says("fall"), at=T0 + timedelta(hours=19))
    inputs = inputs_of(replace(found, events=frozenset({EventKind.PHOTO})))
    assert inputs["scores"] == {"pain": 8}
    assert inputs["baseline"] == {"pain": 5, "mood": 6}
    assert (inputs["hours_since_infusion"], inputs["day"], inputs["check_in"]) == (19.0, 1, "C1")
    assert inputs["events"] == ["photo"]
    assert inputs["level_of_words"] == "urgent"
    assert inputs["found"] == [{"topic": "fall", "scope": "present", "words": "fall", "pattern": "test"}]
    assert inputs_of(Evidence())["hours_since_infusion"] is None


def test_a_photo_or_mumble_leaves_the_answers_as_they_are():
    assert evidence(answer("C2_PAIN", value=8), text=figure(3)).scores == {PAIN: 8}
