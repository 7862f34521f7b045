"""The shipped rules, case by case: which of them hold for an answer, a symptom, words or an event.

Evidence is put together by hand, so that each line of the protocol is looked at by itself.
"""

# ruff: noqa: E501 - a case of the table is one line

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from followup.domain.level import Level
from followup.domain.reading import Finding, Scope, Severity
from followup.domain.schedule import EventKind, Score
from followup.domain.triage import Evidence, triage
from tests.content import shipped

RULES = shipped.content().configuration.rules
NONE = Level.NONE


def at(check_in: str | None = None, *, day: int = 1, hours: float | None = None, **rest) -> Evidence:
    """Evidence on `day` after the infusion, `hours` after its end (the morning of that day when left out)."""
    return Evidence(
        check_in=check_in,
        day=day,
        since_infusion=timedelta(hours=20 + 24 * (day - 1) if hours is None else hours),
        **rest,
    )


def evening(**rest) -> Evidence:
    """Evidence at the evening check-in."""
    return at("C1", day=0, hours=4, **rest)


def pain(now: float, baseline: float | None = None, **rest) -> Evidence:
    """A pain rating on day 3."""
    known = {} if baseline is None else {Score.PAIN: baseline}
    return at(rest.pop("check_in", "C3"), day=rest.pop("day", 3), scores={Score.PAIN: now}, baseline=known, **rest)


def mood(now: float, baseline: float | None = None) -> Evidence:
    """A mood number on day 3."""
    known = {} if baseline is None else {Score.MOOD: baseline}
    return at("C3", day=3, scores={Score.MOOD: now}, baseline=known)


def words(topic: str, scope: Scope = Scope.PRESENT, level: Level = Level.NONE, **rest) -> Evidence:
    """A text in which the reader found `topic`; `level` is what it made of the whole text."""
    finding = Finding(
        topic=topic, scope=scope, level=level, severity=Severity.PRESENT, words="", start=0, end=0, pattern="test"
    )
    return at(None, findings=(finding,), read_level=level, **rest)


def event(kind: EventKind, check_in: str | None = None, **rest) -> Evidence:
    return at(check_in, events=frozenset({kind}), **rest)


CASES = [
    # --- emergencies
    ("danger digit", at("C2", answers={"SE": (9,)}), "E2"),
    ("danger digit among others", at("C2", answers={"SE": (1, 9)}, symptoms={"dizziness": None}), "E2 I1"),
    ("needs help now", evening(answers={"C1": (3,)}), "E3"),
    ("suicide", words("suicide"), "E1"),
    ("a friend in danger", words("suicide", Scope.OTHER_IN_DANGER), "E1"),
    ("farewell", words("farewell"), "E1"),
    ("chest pain", words("chest_pain", day=200), "E2"),
    ("leg numbness", words("leg_numbness"), "E2"),
    ("help now", words("help_now"), "E3"),
    ("confusion", words("confusion"), "E4"),
    ("pressure with a symptom", words("pressure_crisis"), "E5"),
    ("severe dissociation at four hours", evening(symptoms={"dissociation": 3}), "E4"),
    ("severe dissociation before four hours", at("C1", day=0, hours=3.9, symptoms={"dissociation": 3}), "U1"),
    ("severe dissociation next day", at("C2", symptoms={"dissociation": 3}), "E4 U2"),
    # --- words about dying that are no emergency
    ("not suicidal", words("suicide", Scope.NEGATED), "U11"),
    ("used to be", words("suicide", Scope.PAST), "U11"),
    ("a friend did", words("suicide", Scope.OTHER_PERSON), "U11"),
    ("an idiom", words("suicide", Scope.IDIOM), ""),
    ("an idiom with a history", words("suicide", Scope.IDIOM, flags=frozenset({"si_history"})), "U11"),
    ("body idiom", words("pain_idiom"), "R6"),
    ("body idiom as such", words("pain_idiom", Scope.IDIOM, flags=frozenset({"lives_alone"})), "R6"),
    ("body idiom with a history", words("pain_idiom", flags=frozenset({"si_history", "lives_alone"})), "U11"),
    ("no chest pain", words("chest_pain", Scope.NEGATED), ""),
    ("dizzy during the infusion", words("severe_symptom", Scope.DURING_INFUSION), ""),
    # --- symptoms
    ("severe nausea", at("C2", symptoms={"nausea": 3}), "U1"),
    ("called severe in words", words("severe_symptom", level=Level.URGENT), "U1"),
    ("dissociation at C2, unstated", at("C2", symptoms={"dissociation": None}), "U2 I1"),
    ("mild dissociation at C2", at("C2", symptoms={"dissociation": 1}), "U2 I1"),
    ("dissociation at eleven hours", at(None, day=1, hours=11, symptoms={"dissociation": 2}), "R1"),
    ("dissociation at twelve hours", at(None, day=1, hours=12, symptoms={"dissociation": 2}), "U2 R1"),
    ("dissociation on the evening, unstated", evening(symptoms={"dissociation": None}), "R1 I1"),
    ("mild dissociation on the evening", evening(symptoms={"dissociation": 1}), "R1 I1"),
    ("no dissociation", at("C2", symptoms={"dissociation": 0}), ""),
    ("moderate on day 1", at("C2", symptoms={"nausea": 2}), "R1"),
    ("moderate on day 1 and before", at("C2", symptoms={"nausea": 2}, reported={"nausea": 2}), "R1"),
    ("moderate on day 3 and before", at("C3", day=3, symptoms={"nausea": 2}, reported={"nausea": 2}), "U3"),
    ("moderate on day 3, mild before", at("C3", day=3, symptoms={"nausea": 2}, reported={"nausea": 1}), "R1"),
    ("moderate on day 3, new", at("C3", day=3, symptoms={"nausea": 2}, reported={"headache": 2}), "R1"),
    ("mild on day 3, moderate before", at("C3", day=3, symptoms={"nausea": 1}, reported={"nausea": 2}), "I1"),
    ("mild on day 6", at("C3", day=6, symptoms={"headache": 1}), "I1"),
    ("mild on day 7", at("C4", day=7, symptoms={"headache": 1}), "R1"),
    ("moderate on day 7, new", at("C4", day=7, symptoms={"urine": 2}), "R1"),
    ("very sleepy on the evening", evening(symptoms={"sleepiness": 2}), "U10 R1"),
    ("a little sleepy on the evening", evening(symptoms={"sleepiness": 1}), "I1"),
    ("sleepy on the evening, not yet said how", evening(symptoms={"sleepiness": None}), "I1"),
    ("very sleepy next day", at("C2", symptoms={"sleepiness": 2}), "R1"),
    ("vomits again and again", words("vomiting_repeated"), "U3"),
    ("vomited once", words("vomiting_once"), "R1"),
    # --- urine
    ("urine bad", at("C4", day=7, answers={"URINE": (3,)}), "U4"),
    ("urine mild once", at("C4", day=7, answers={"URINE": (2,)}), "R5"),
    ("urine mild twice", at("C5", day=14, answers={"URINE": (2,)}, earlier=(at("C4", day=7, answers={"URINE": (2,)}),)), "U4"),
    ("urine mild, well, mild", at("C6", day=28, answers={"URINE": (2,)}, earlier=(at("C5", answers={"URINE": (1,)}), at("C4", answers={"URINE": (2,)}))), "R5"),
    ("urine well", at("C4", day=7, answers={"URINE": (1,)}), "I1"),
    ("blood in urine", words("urine_blood"), "U4"),
    # --- pain
    ("8 from 6", pain(8, 6), "U5"),
    ("8 from 7", pain(8, 7), "R2"),
    ("8 from 8", pain(8, 8), "I1"),
    ("10 from 9", pain(10, 9), "R2"),
    ("10 from 8", pain(10, 8), "U5"),
    ("9 from 9", pain(9, 9), "I1"),
    ("8 from 6.5", pain(8, 6.5), "R2"),
    ("7 from 5", pain(7, 5), "R2"),
    ("7 from 6", pain(7, 6), "I1"),
    ("4 from 3", pain(4, 3), "R2"),
    ("4 from 3.5", pain(4, 3.5), "I1"),
    ("3 from 0", pain(3, 0), "I1"),
    ("4 from 0", pain(4, 0), "R2"),
    ("6 from 5", pain(6, 5), "I1"),
    ("8 without baseline", pain(8), "R2"),
    ("7 without baseline", pain(7), "I1"),
    ("0 from 8", pain(0, 8), "I1"),
    # --- relief
    ("relief lost twice", pain(8, 8, day=28, check_in="C6", previous={Score.PAIN: (4, 8)}, earlier=(pain(8, 8, day=14, previous={Score.PAIN: (4,)}),)), "R3 I1"),
    ("relief lost once", pain(8, 8, day=14, check_in="C4", previous={Score.PAIN: (4,)}, earlier=(pain(4, 8, day=7),)), "I1"),
    ("little relief at 14 and 28", pain(6, 8, day=28, check_in="C6", earlier=(pain(7, 8, day=14, check_in="C5"),)), "R8 I1"),
    ("little relief at 28 alone", pain(6, 8, day=28, check_in="C6", earlier=(pain(4, 8, day=14, check_in="C5"),)), "I1"),
    ("30 % relief at 14 and 28", pain(5, 8, day=28, check_in="C6", earlier=(pain(5, 8, day=14, check_in="C5"),)), "I1"),
    ("says it does not work", words("benefit_lost"), "R3"),
    # --- mood
    ("mood 2", mood(2), "U6"),
    ("mood 2 of baseline 2", mood(2, 2), "U6"),
    ("mood 0", mood(0), "U6"),
    ("mood 5 from 9", mood(5, 9), "U6 I1"),
    ("mood 5 from 8", mood(5, 8), "I1"),
    ("mood 3", mood(3), "R4"),
    ("mood 2.5", mood(2.5), "R4"),
    ("mood 4", mood(4), "R4 I1"),
    ("mood 7", mood(7), "I1"),
    ("hopeless", words("hopeless"), "U14"),
    ("low mood in words", words("low_mood"), "R4"),
    # --- other words
    ("a fall", words("fall"), "U8"),
    ("fever", words("fever"), "U9"),
    ("high pressure without a symptom", words("pressure_high"), "U9"),
    ("wine on the evening", words("alcohol", day=0, hours=5), "U10"),
    ("wine a day later", words("alcohol", day=1, hours=24), ""),
    ("danger at home", words("danger_at_home"), "U13"),
    ("no sleep", words("no_sleep"), "U14"),
    ("double dose", words("double_dose"), "U15"),
    ("died on day 28", words("died", level=Level.URGENT, day=28), "U16"),
    ("in hospital on day 29", words("in_hospital", level=Level.URGENT, day=29), "U16_LATER"),
    ("unbearable", words("severe_pain", level=Level.URGENT), "U18"),
    ("words read as urgent and named", words("fall", level=Level.URGENT), "U8"),
    ("words read as routine", words("palpitations", level=Level.ROUTINE), "R10"),
    ("words read as routine and named", words("question", level=Level.ROUTINE), "R6"),
    ("wrong person", words("wrong_person"), "R9"),
    # --- events
    ("silent on the evening, lives alone", event(EventKind.UNANSWERED_SAFETY_CHECK_IN, "C1", flags=frozenset({"lives_alone"})), "U12"),
    ("silent on the evening, no flag", event(EventKind.UNANSWERED_SAFETY_CHECK_IN, "C1"), ""),
    ("silent next day, lives alone", event(EventKind.UNANSWERED_SAFETY_CHECK_IN, "C2", flags=frozenset({"lives_alone"})), ""),
    ("no schedule", event(EventKind.NO_SCHEDULE), "U17"),
    ("both silent", event(EventKind.BOTH_SILENT), "R7"),
    ("opted out on day 3", event(EventKind.OPT_OUT, day=3), "R9"),
    ("opted out on day 4", event(EventKind.OPT_OUT, day=4), ""),
    ("STOP while an alert is open", event(EventKind.STOP_DURING_WATCH, day=40), "R9"),
    ("no baseline", event(EventKind.MISSING_BASELINE), "R10"),
    ("no baseline and no schedule", at(None, events=frozenset({EventKind.MISSING_BASELINE, EventKind.NO_SCHEDULE})), "U17 R10"),
    ("unknown sender", event(EventKind.UNKNOWN_SENDER), "R6"),
    # --- choices
    ("fine on the evening", evening(answers={"C1": (1,)}), "I1"),
    ("no side effects", at("C2", answers={"SE": (0,)}), "I1"),
    ("mood is not low after all", at("C3", answers={"MOOD_CHECK": (2,)}), "I1"),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_these_rules_hold(evidence, expected):
    assert " ".join(rule.id for rule in triage(evidence, RULES).rules) == expected


def test_the_words_name_the_level_of_every_rule():
    letters = {"E": Level.EMERGENCY, "U": Level.URGENT, "R": Level.ROUTINE, "I": Level.INFO}
    wrong = [rule.id for rule in RULES if rule.level is not letters[rule.id[0]] and rule.id != "U16_LATER"]
    assert wrong == []


def test_a_day_without_a_course_has_no_day():
    evidence = replace(words("died", level=Level.URGENT), day=None, since_infusion=None)
    assert [rule.id for rule in triage(evidence, RULES).rules] == ["U18"]


def test_who_pages_after_hours():
    paging = {rule.id for rule in RULES if rule.pages_after_hours}
    assert paging == {"U3", "U4", "U6", "U8", "U9", "U11", "U13"}


def test_every_emergency_holds_everywhere():
    assert all(rule.everywhere for rule in RULES if rule.level is Level.EMERGENCY)
