"""Every rule of the shipped schedule: once where it holds, and once where it just does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from followup.domain.level import Level
from followup.domain.reading import Scope
from followup.domain.schedule import Condition, EventKind, Reference, ReplyFamily, Rule, Score
from followup.domain.triage import Evidence, Triage, triage
from tests.domain.samples import RULES, finding, rules_of

PAIN, MOOD = Score.PAIN, Score.MOOD


def words(*topics: str, scope: Scope = Scope.PRESENT, **rest) -> Evidence:
    """Evidence of words alone, on the evening of day 0 unless told."""
    findings = tuple(finding(topic, scope) for topic in topics)
    return replace(moment(4), findings=findings, **rest)


def moment(hours: float, day: int | None = None, **rest) -> Evidence:
    """Nothing said, `hours` after the infusion, on the local day that follows from them unless told."""
    return Evidence(since_infusion=timedelta(hours=hours), day=int(hours // 24) if day is None else day, **rest)


def effect(symptom: str, severity: int | None, hours: float = 20, day: int | None = None, **rest) -> Evidence:
    return moment(hours, day, symptoms={symptom: severity}, **rest)


def pain(now: float, before: float | None, *, earlier: tuple[Evidence, ...] = (), **rest) -> Evidence:
    return Evidence(
        scores={PAIN: now}, baseline={} if before is None else {PAIN: before}, earlier=earlier, day=3, **rest
    )


def mood(now: float, before: float | None = None) -> Evidence:
    return Evidence(scores={MOOD: now}, baseline={} if before is None else {MOOD: before}, day=3)


def event(kind: EventKind, **rest) -> Evidence:
    return Evidence(events=frozenset({kind}), **rest)


CRISIS = ("suicide", "self_harm", "overdose", "harm_others", "farewell")
MEDICAL = (
    "chest_pain",
    "breathing",
    "faint",
    "seizure",
    "stroke",
    "thunderclap_headache",
    "swelling",
    "head_injury",
    "vomiting_blood",
    "unresponsive",
    "overmedicated",
    "leg_numbness",
)
LOOKED_BACK = (Scope.NEGATED, Scope.PAST, Scope.HYPOTHETICAL, Scope.OTHER_PERSON)
SI = frozenset({"si_history"})

#: (rule, evidence for which it holds)
HOLDS: list[tuple[str, Evidence]] = [
    *(("E1", words(topic)) for topic in CRISIS),
    *(("E1", words(topic, scope=Scope.OTHER_IN_DANGER)) for topic in CRISIS),
    ("E2", Evidence(answers={"SE": (9,)})),
    ("E2", Evidence(answers={"SE": (1, 9)})),
    *(("E2", words(topic)) for topic in MEDICAL),
    ("E2", words("faint", scope=Scope.OTHER_IN_DANGER)),
    ("E3", Evidence(answers={"C1": (3,)})),
    ("E3", words("help_now")),
    ("E4", effect("dissociation", 3, hours=4)),
    ("E4", words("confusion")),
    ("E5", words("pressure_crisis")),
    ("U1", effect("nausea", 3)),
    ("U1", effect("dissociation", 3, hours=3.99)),
    ("U1", words("severe_symptom")),
    ("U2", effect("dissociation", None, hours=12)),
    ("U2", effect("dissociation", 1, hours=30)),
    ("U2", effect("dissociation", 1, hours=11, check_in="C2")),
    ("U3", effect("nausea", 2, hours=70, day=3, reported={"nausea": 2})),
    ("U3", effect("nausea", 2, hours=160, reported={"nausea": 3})),
    ("U3", words("vomiting_repeated")),
    ("U4", Evidence(answers={"URINE": (3,)})),
    ("U4", Evidence(answers={"URINE": (2,)}, earlier=(Evidence(answers={"URINE": (2,)}),))),
    ("U4", words("urine_blocked")),
    ("U4", words("urine_blood")),
    ("U5", pain(8, 6)),
    ("U5", pain(10, 8)),
    ("U6", mood(2)),
    ("U6", mood(0, 1)),
    ("U6", mood(4, 8)),
    ("U6", mood(6, 10)),
    *(("U8", words(topic)) for topic in ("fall", "near_faint", "accident")),
    *(
        ("U9", words(topic))
        for topic in ("jaundice", "hives", "rash", "fever", "infusion_site", "pressure_high", "racing_heart")
    ),
    ("U10", effect("sleepiness", 2, hours=4, check_in="C1")),
    ("U10", effect("sleepiness", 3, hours=4, check_in="C1")),
    *(
        ("U10", words(topic, since_infusion=timedelta(hours=23.99)))
        for topic in ("alcohol", "cannabis", "opioid", "sedative")
    ),
    *(("U11", words(topic, scope=scope)) for topic in CRISIS for scope in LOOKED_BACK),
    *(("U11", words(topic, scope=Scope.IDIOM, flags=SI)) for topic in (*CRISIS, "pain_idiom")),
    ("U11", words("pain_idiom", flags=SI)),
    *(
        ("U12", event(EventKind.UNANSWERED_SAFETY_CHECK_IN, check_in="C1", flags=frozenset({flag})))
        for flag in ("first_infusion", "lives_alone", "prior_severe_reaction", "si_history", "bp_risk")
    ),
    ("U13", words("danger_at_home")),
    ("U13", words("do_not_contact")),
    *(("U14", words(topic)) for topic in ("hopeless", "panic", "mania", "rage", "no_sleep", "lasting_hallucination")),
    *(("U15", words(topic)) for topic in ("withdrawal", "double_dose", "something_wrong")),
    ("U16", words("died", day=28)),
    ("U16", words("in_hospital", day=0)),
    ("U16_LATER", words("died", day=29)),
    ("U16_LATER", words("in_hospital", day=29)),
    ("U17", event(EventKind.NO_SCHEDULE)),
    ("U17", event(EventKind.CONFIGURATION)),
    ("U18", Evidence(read_level=Level.URGENT)),
    ("R1", effect("nausea", 2, hours=20)),
    ("R1", effect("nausea", 2, hours=71, day=2, reported={"nausea": 2})),
    ("R1", effect("nausea", 2, hours=72)),
    ("R1", effect("nausea", 2, hours=72, reported={"nausea": 1})),
    ("R1", effect("dissociation", 1, hours=4)),
    ("R1", effect("dissociation", 2, hours=11.99)),
    ("R1", effect("dissociation", None, hours=4)),
    ("R1", effect("headache", 1, hours=168)),
    ("R1", words("symptom_moderate")),
    ("R1", words("vomiting_once")),
    ("R2", pain(7, 5)),
    ("R2", pain(4, 2)),
    ("R2", pain(4, 3)),  # a third more
    ("R2", pain(8, 7)),
    ("R2", pain(10, 9)),
    ("R2", pain(8, None)),
    ("R3", pain(9.5, 10, previous={PAIN: (7, 9.5)}, earlier=(pain(9.5, 10, previous={PAIN: (7,)}),))),
    ("R3", words("benefit_lost")),
    ("R4", mood(3)),
    ("R4", mood(4, 7)),
    ("R4", words("low_mood")),
    ("R5", Evidence(answers={"URINE": (2,)})),
    ("R5", Evidence(answers={"URINE": (2,)}, earlier=(Evidence(answers={"URINE": (1,)}),))),
    *(
        ("R6", event(kind))
        for kind in (
            EventKind.UNREADABLE_TWICE,
            EventKind.PHOTO,
            EventKind.UNKNOWN_SENDER,
            EventKind.UNFILED,
            EventKind.TWO_PATIENTS,
            EventKind.UNREAD,
        )
    ),
    *(("R6", words(topic)) for topic in ("question", "callback", "medicine_unavailable", "language_switch")),
    ("R6", words("pain_idiom")),
    ("R6", words("pain_idiom", scope=Scope.IDIOM)),
    ("R7", event(EventKind.BOTH_SILENT)),
    ("R7", event(EventKind.TWO_SILENT)),
    ("R8", pain(7.1, 10, check_in="C6", earlier=(pain(8, 10, check_in="C5"),))),
    ("R9", event(EventKind.UNDELIVERABLE)),
    ("R9", event(EventKind.WRONG_NUMBER)),
    ("R9", event(EventKind.OPT_OUT, day=3)),
    ("R9", event(EventKind.STOP_DURING_WATCH)),
    ("R9", event(EventKind.NO_REPLY_POSSIBLE)),
    ("R9", words("wrong_person")),
    ("R10", event(EventKind.MISSING_BASELINE)),
    ("R10", event(EventKind.MISSING_CONSENT)),
    ("R10", event(EventKind.MISSING_LANGUAGE)),
    ("R10", Evidence(read_level=Level.ROUTINE)),
    ("I1", effect("nausea", 1, hours=20)),
    ("I1", effect("nausea", None, hours=20)),
    ("I1", effect("nausea", 1, hours=167)),
    ("I1", pain(5, 5)),
    ("I1", pain(7, None)),
    ("I1", mood(5)),
    ("I1", Evidence(answers={"C1": (1,)})),
    ("I1", Evidence(answers={"C1": (2,)})),
    ("I1", Evidence(answers={"SE": (0,)})),
    ("I1", Evidence(answers={"URINE": (1,)})),
    ("I1", Evidence(answers={"MOOD_CHECK": (2,)})),
]

#: (rule, evidence for which it just does not hold)
JUST_NOT: list[tuple[str, Evidence]] = [
    *(("E1", words(topic, scope=scope)) for topic in CRISIS for scope in (*LOOKED_BACK, Scope.IDIOM)),
    ("E2", Evidence(answers={"SE": (0, 1, 2, 3, 4, 5, 6, 7)})),
    ("E2", words("chest_pain", scope=Scope.NEGATED)),
    ("E2", words("breathing", scope=Scope.DURING_INFUSION)),
    ("E2", words("faint", scope=Scope.PAST)),
    ("E3", Evidence(answers={"C1": (1,)})),
    ("E3", Evidence(answers={"SEV": (3,), "URINE": (3,)})),
    ("E4", effect("dissociation", 3, hours=3.999)),
    ("E4", effect("dissociation", 2, hours=30)),
    ("E4", effect("sleepiness", 3, hours=30)),
    ("E5", words("pressure_high")),
    ("U1", effect("nausea", 2)),
    ("U1", effect("nausea", None)),
    ("U1", effect("dissociation", 3, hours=4)),  # that is E4
    ("U2", effect("dissociation", 2, hours=11.999)),
    ("U2", effect("dissociation", 2, hours=4, check_in="C1")),
    ("U2", effect("nausea", 2, hours=20, check_in="C2")),
    ("U3", effect("nausea", 2, hours=70, day=2, reported={"nausea": 2})),
    ("U3", effect("nausea", 2, hours=72, reported={"nausea": 1})),
    ("U3", effect("nausea", 2, hours=72, reported={"headache": 2})),
    ("U3", effect("nausea", 1, hours=72, reported={"nausea": 2})),
    ("U3", words("vomiting_once")),
    ("U4", Evidence(answers={"URINE": (2,)})),
    ("U4", Evidence(answers={"URINE": (2,)}, earlier=(Evidence(answers={"URINE": (1,)}),))),
    (
        "U4",
        Evidence(
            answers={"URINE": (2,)}, earlier=(Evidence(answers={"URINE": (1,)}), Evidence(answers={"URINE": (2,)}))
        ),
    ),
    ("U5", pain(8, 6.5)),
    ("U5", pain(7, 0)),
    ("U5", pain(10, 9)),
    ("U5", pain(10, None)),
    ("U6", mood(3)),
    ("U6", mood(5, 8)),
    ("U8", words("fall", scope=Scope.NEGATED)),
    ("U9", words("fever", scope=Scope.PAST)),
    ("U10", effect("sleepiness", 1, hours=4, check_in="C1")),
    ("U10", effect("sleepiness", 2, hours=20, check_in="C2")),
    ("U10", words("alcohol", since_infusion=timedelta(hours=24))),
    ("U10", words("alcohol", since_infusion=None)),
    ("U11", words("suicide")),
    ("U11", words("suicide", scope=Scope.IDIOM)),
    ("U11", words("pain_idiom")),
    ("U11", words("suicide", scope=Scope.IDIOM, flags=frozenset({"lives_alone"}))),
    ("U12", event(EventKind.UNANSWERED_SAFETY_CHECK_IN, check_in="C1")),
    ("U12", event(EventKind.UNANSWERED_SAFETY_CHECK_IN, check_in="C2", flags=SI)),
    ("U13", words("danger_at_home", scope=Scope.PAST)),
    ("U14", words("low_mood")),
    ("U15", words("withdrawal", scope=Scope.NEGATED)),
    ("U16", words("died", day=29)),
    ("U16", words("in_hospital", scope=Scope.OTHER_PERSON)),
    ("U16_LATER", words("died", day=28)),
    ("U17", event(EventKind.MISSING_BASELINE)),
    ("U18", Evidence(read_level=Level.ROUTINE)),
    ("U18", words("fever", read_level=Level.URGENT)),  # U9 names it
    ("U18", words("died", day=40, read_level=Level.URGENT)),  # U16_LATER names it
    ("R1", effect("nausea", 1, hours=20)),
    ("R1", effect("nausea", 1, hours=167)),
    ("R1", effect("nausea", None, hours=200)),
    ("R1", effect("nausea", 2, hours=72, reported={"nausea": 2})),
    ("R1", effect("nausea", 3, hours=20)),
    ("R1", effect("dissociation", 1, hours=12)),
    ("R2", pain(8, 6)),  # U5
    ("R2", pain(3, 0)),
    ("R2", pain(6, 5)),
    ("R2", pain(9, 9)),
    ("R2", pain(7, None)),
    ("R3", pain(9, 10, previous={PAIN: (7, 9.5)}, earlier=(pain(9.5, 10, previous={PAIN: (7,)}),))),
    ("R3", pain(9.5, 10, previous={PAIN: (7, 9)}, earlier=(pain(9, 10, previous={PAIN: (7,)}),))),
    ("R3", pain(9.5, 10, previous={PAIN: (7.5, 9.5)}, earlier=(pain(9.5, 10, previous={PAIN: (7.5,)}),))),
    ("R3", pain(9.5, 10, previous={PAIN: (7,)})),
    ("R3", pain(9.5, None, previous={PAIN: (7, 9.5)}, earlier=(pain(9.5, None, previous={PAIN: (7,)}),))),
    ("R4", mood(5)),
    ("R4", mood(2)),  # U6
    ("R5", Evidence(answers={"URINE": (3,)})),
    ("R5", Evidence(answers={"URINE": (2,)}, earlier=(Evidence(answers={"URINE": (2,)}),))),  # U4
    ("R6", words("pain_idiom", flags=SI)),  # U11
    ("R6", words("question", scope=Scope.NEGATED)),
    ("R7", event(EventKind.UNANSWERED_SAFETY_CHECK_IN)),
    ("R8", pain(7, 10, check_in="C6", earlier=(pain(8, 10, check_in="C5"),))),
    ("R8", pain(8, 10, check_in="C6", earlier=(pain(7, 10, check_in="C5"),))),
    ("R8", pain(8, 10, check_in="C5", earlier=(pain(8, 10, check_in="C4"),))),
    ("R8", pain(8, 10, check_in="C6-2", earlier=(pain(8, 10, check_in="C6"),))),
    ("R9", event(EventKind.OPT_OUT, day=4)),
    ("R9", event(EventKind.OPT_OUT)),
    ("R10", Evidence(read_level=Level.URGENT)),
    ("R10", words("low_mood", read_level=Level.ROUTINE)),  # R4 names it
    ("I1", effect("nausea", 1, hours=168)),
    ("I1", effect("nausea", 2, hours=20)),
    ("I1", pain(8, 7)),  # R2
    ("I1", pain(9, 5)),  # U5
    ("I1", mood(3)),
    ("I1", Evidence(answers={"C1": (3,)})),
    ("I1", Evidence(answers={"URINE": (2,)})),
]


@pytest.mark.parametrize(("rule", "evidence"), HOLDS)
def test_the_rule_holds(rule, evidence):
    assert rule in rules_of(evidence)


@pytest.mark.parametrize(("rule", "evidence"), JUST_NOT)
def test_the_rule_just_does_not_hold(rule, evidence):
    assert rule not in rules_of(evidence)


def test_no_shipped_rule_is_left_out_of_the_tables():
    shipped = {rule.id for rule in RULES}
    assert {rule for rule, _ in HOLDS} == shipped
    assert {rule for rule, _ in JUST_NOT} == shipped


def test_every_topic_of_every_rule_fires_it():
    """A topic that is named in the file and fires nothing would be a promise that nobody keeps."""
    for rule in RULES:
        for condition in rule.when:
            for topic in condition.words:
                scope = Scope(min(condition.scopes))
                day = 29 if condition.day_at_least else 0
                evidence = words(topic, scope=scope, flags=condition.flags, day=day)
                assert rule.id in rules_of(evidence), (rule.id, topic)


def test_levels_and_what_they_amount_to():
    levels = {rule.id: rule.level for rule in RULES}
    for rule, level in levels.items():
        expected = {"E": Level.EMERGENCY, "U": Level.URGENT, "R": Level.ROUTINE, "I": Level.INFO}[rule[0]]
        assert level is (Level.ROUTINE if rule == "U16_LATER" else expected)


@pytest.mark.parametrize("rule", ["U3", "U4", "U6", "U8", "U9", "U11", "U13"])
def test_these_page_the_list_while_nobody_is_there(rule):
    assert next(one for one in RULES if one.id == rule).pages_after_hours


@pytest.mark.parametrize("rule", ["U1", "U2", "U5", "U10", "U12", "U14", "U15", "U16", "U17", "U18"])
def test_these_wait_for_the_opening(rule):
    assert not next(one for one in RULES if one.id == rule).pages_after_hours


@pytest.mark.parametrize("rule", ["U3", "U4", "U8", "U9"])
def test_these_send_the_patient_to_urgent_care_tonight(rule):
    assert next(one for one in RULES if one.id == rule).reply is ReplyFamily.TONIGHT


# --- several rules, dropped rules, and the alert's name ---------------------------------------------------------


def test_the_highest_level_wins_and_the_first_of_it_names_the_alert():
    found = triage(words("fever", "fall", "question"), RULES)
    assert [rule.id for rule in found.rules] == ["U8", "U9", "R6"]
    assert (found.level, found.named.id if found.named else None) == (Level.URGENT, "U8")
    assert found.opens_alert


def test_nothing_said_is_nothing_found():
    found = triage(Evidence(), RULES)
    assert (found.rules, found.level, found.named, found.opens_alert) == ((), Level.NONE, None, False)


def test_info_opens_no_alert():
    assert not triage(pain(5, 5), RULES).opens_alert


def test_a_schedule_may_drop_a_rule_and_never_an_emergency():
    dropped = frozenset({"E1", "E2", "E3", "E4", "E5", "U9"})
    assert triage(words("fever"), RULES, dropped=dropped).rules == ()
    for topic in ("suicide", "chest_pain", "help_now", "confusion", "pressure_crisis"):
        assert triage(words(topic), RULES, dropped=dropped).level is Level.EMERGENCY


# --- conditions that the shipped file does not use, and edges ---------------------------------------------------


def holds(condition: Condition, evidence: Evidence) -> bool:
    rule = Rule(id="X", level=Level.ROUTINE, reason="x", when=(condition,), reply=ReplyFamily.ROUTINE)
    return triage(evidence, (rule,)) == Triage(rules=(rule,))


@pytest.mark.parametrize(
    ("condition", "evidence", "expected"),
    [
        (Condition(score=PAIN, rises_by=2, reference=Reference.PREVIOUS), pain(6, 1, previous={PAIN: (1, 4)}), True),
        (Condition(score=PAIN, rises_by=2, reference=Reference.PREVIOUS), pain(6, 1, previous={PAIN: (1, 5)}), False),
        (Condition(score=PAIN, rises_by=2, reference=Reference.PREVIOUS), pain(6, 1), False),
        (Condition(score=PAIN, falls_by=2), pain(4, 6), True),
        (Condition(score=PAIN, falls_by=2), pain(4.5, 6), False),
        (Condition(score=PAIN, falls_by=2), pain(4, None), False),
        (Condition(score=PAIN, relief_at_least=0.5), pain(4, 8), True),
        (Condition(score=PAIN, relief_at_least=0.5), pain(4.1, 8), False),
        (Condition(score=PAIN, relief_at_least=0.5), pain(0, 0), False),
        (Condition(score=MOOD, at_most=5), pain(4, 8), False),
        (Condition(day_at_least=3, day_below=7), Evidence(day=3), True),
        (Condition(day_at_least=3, day_below=7), Evidence(day=7), False),
        (Condition(day_at_least=3), Evidence(), False),
        (Condition(hours_at_least=timedelta(hours=1), hours_below=timedelta(hours=2)), moment(1.5), True),
        (Condition(hours_at_least=timedelta(hours=1), hours_below=timedelta(hours=2)), moment(2), False),
        (Condition(hours_at_least=timedelta(hours=1)), Evidence(), False),
        (Condition(symptoms=frozenset({"nausea"})), effect("nausea", None), True),
        (Condition(symptoms=frozenset({"nausea"})), effect("nausea", 0), False),
        (Condition(symptoms=frozenset({"nausea"})), effect("headache", 3), False),
        (Condition(severity_at_least=2, severity_at_most=2), effect("nausea", 3), False),
        (Condition(symptoms=frozenset({"nausea"}), reported_before=True), effect("nausea", 1), False),
        (
            Condition(symptoms=frozenset({"nausea"}), reported_before=True),
            effect("nausea", 1, reported={"nausea": 1}),
            True,
        ),
        (Condition(answers={"C1": frozenset({1}), "SE": frozenset({0})}), Evidence(answers={"C1": (1,)}), False),
        (Condition(flags=frozenset({"lives_alone"})), Evidence(flags=frozenset({"lives_alone", "bp_risk"})), True),
        (Condition(flags=frozenset({"lives_alone"})), Evidence(), False),
    ],
)
def test_conditions_in_all_their_forms(condition, evidence, expected):
    assert holds(condition, evidence) is expected


def test_lasting_looks_only_at_check_ins_that_asked_the_question():
    twice = Condition(score=PAIN, at_least=7, lasting=2)
    quiet = Evidence(answers={"C1": (1,)})
    assert holds(twice, replace(pain(7, 5), earlier=(quiet, pain(8, 5))))
    assert not holds(twice, replace(pain(7, 5), earlier=(quiet, pain(6, 5), pain(8, 5))))
    assert not holds(twice, replace(pain(7, 5), earlier=(quiet,)))
