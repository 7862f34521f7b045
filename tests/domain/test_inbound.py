"""Whoever wrote: danger first, then the exact keyword, opt-out in words, a staff code, an answer, a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from followup.domain.alert import CODE_ALPHABET, AlertStatus
from followup.domain.conversation import Situation
from followup.domain.coverage import Reach
from followup.domain.effects import (
    Decision,
    DoubtAnswers,
    DropWaiting,
    GiveConsent,
    HoldContact,
    OptIn,
    OptOut,
    SetStatus,
    StaffAsks,
    StaffOptedOut,
    SwitchLanguage,
    TakeAlert,
)
from followup.domain.inbound import (
    Stranger,
    decide_for_patient,
    decide_for_stranger,
    keyword_of,
    route_staff,
    unread,
)
from followup.domain.level import Level
from followup.domain.message import MessageClass
from followup.domain.people import PatientStatus
from followup.domain.plan import CheckInState
from followup.domain.reading import Asked, Kind, Scope
from followup.domain.schedule import ReplyFamily
from followup.domain.staff_words import AskHelp, NoCode, NoCommand
from tests.domain.samples import (
    CLINIC,
    CONFIGURATION,
    EVENING,
    MUMBLE,
    T0,
    Text,
    alert,
    check_in,
    concerns,
    course,
    effects_of,
    figure,
    finding,
    infusion,
    moved,
    patient,
    recorded,
    rules_told,
    said,
    says,
    texts,
)
from tests.domain.test_conversation import after, situation

NOW = EVENING + timedelta(minutes=10)
STOP = Text(words="STOP", kind=Kind.OPT_OUT)
START = Text(words="START", kind=Kind.OPT_IN)
HELP = Text(words="HELP", kind=Kind.HELP)
WRONG_NUMBER = Text(words="wrong number", kind=Kind.WRONG_NUMBER, findings=(finding("wrong_person"),))


def stops(*topics: str, scope: Scope = Scope.PRESENT) -> Text:
    """STOP in one text with these topics."""
    return replace(STOP, findings=tuple(finding(topic, scope) for topic in topics))


def decide(where: Situation, text: Text, *, provider: str | None = None, answered: bool = False, now=NOW) -> Decision:
    return decide_for_patient(where, text, opt_out_type=provider, provider_answered=answered, now=now)


def from_unknown(text: Text, *, provider: str | None = None, answered: bool = False, **about) -> Decision:
    stranger = Stranger(clinic=CLINIC, configuration=CONFIGURATION, reach=Reach.ON_CALL, **about)
    return decide_for_stranger(stranger, text(Asked.NONE), opt_out_type=provider, provider_answered=answered)


# --- STOP -------------------------------------------------------------------------------------------------------


def test_stop_ends_everything_and_is_confirmed_once():
    decision = decide(situation(), STOP)
    assert effects_of(decision, OptOut) == [OptOut(source="text")]
    assert effects_of(decision, DropWaiting) == [DropWaiting(reason="opted out")]
    ended = moved(decision)
    assert (ended.state, ended.reason, ended.closed_at) == (CheckInState.CANCELLED, "opted out", NOW)
    assert texts(decision) == ["STOP"]
    assert said(decision).message_class is MessageClass.KEYWORD


#: (what stands, the text, rules that staff hear of, whether they are told again, the one text)
STOPS = {
    "in the first days": (situation(), STOP, ["R9"], ["STOP"]),
    "later on": (
        situation(course=course(at=infusion(T0 - timedelta(days=10)))),
        STOP,
        [],
        ["STOP"],
    ),
    "with thoughts of dying": (situation(), stops("suicide"), ["E1", "R9"], ["E_CRISIS_STOP"]),
    "with chest pain": (situation(), stops("chest_pain"), ["E2", "R9"], ["E_MED_STOP"]),
    "with a fall": (situation(), stops("fall"), ["U8", "R9"], ["STOP"]),
    "while a crisis is open": (situation(unclosed=(alert("E1"),)), STOP, ["R9"], ["E_CRISIS_STOP"]),
    "while a crisis is in hand": (
        situation(unclosed=(alert("E1", status=AlertStatus.ACKNOWLEDGED),)),
        STOP,
        ["R9"],
        ["E_CRISIS_STOP"],
    ),
    "while an emergency is open": (situation(unclosed=(alert("E2"),)), STOP, ["R9"], ["E_MED_STOP"]),
    "while something urgent is open": (situation(unclosed=(alert("U9"),)), STOP, ["R9"], ["E_MED_STOP"]),
    "while a very low mood is open": (situation(unclosed=(alert("U6"),)), STOP, ["R9"], ["E_CRISIS_STOP"]),
    "while words about dying are open": (situation(unclosed=(alert("U11"),)), STOP, ["R9"], ["E_CRISIS_STOP"]),
    "while only silence is open": (situation(unclosed=(alert("U12"),)), STOP, ["R9"], ["STOP"]),
    "while something routine is open": (situation(unclosed=(alert("R2"),)), STOP, ["R9"], ["STOP"]),
    "the text's own danger goes first": (
        situation(unclosed=(alert("E1"),)),
        stops("chest_pain"),
        ["E2", "R9"],
        ["E_MED_STOP"],
    ),
    "for the second time": (situation(suppressed=True), STOP, ["R9"], []),
    "for the second time and in danger": (
        situation(suppressed=True, confirmed=True),
        stops("suicide"),
        ["E1", "R9"],
        [],
    ),
    "in danger, opted out and never told so": (
        situation(suppressed=True),
        stops("suicide"),
        ["E1", "R9"],
        ["E_CRISIS_STOP"],
    ),
    "with contact on hold": (situation(patient=patient(safe_contact_hold=True)), STOP, ["R9"], []),
    "because somebody reads the phone": (situation(), stops("do_not_contact"), ["U13", "R9"], []),
    "with danger at home": (situation(), stops("danger_at_home", "fall"), ["U8", "U13", "R9"], []),
}


@pytest.mark.parametrize("case", STOPS)
def test_stop_in_every_situation(case):
    where, text, rules, reply = STOPS[case]
    decision = decide(where, text)
    assert rules_told(decision) == rules
    assert texts(decision) == reply
    assert len(effects_of(decision, OptOut)) == 1


@pytest.mark.parametrize("rule", ["E1", "E2", "U1", "U6"])
def test_stop_beside_an_open_alert_tells_staff_again_to_phone(rule):
    decision = decide(situation(unclosed=(alert(rule),)), STOP)
    (concern,) = concerns(decision)
    assert (concern.again, concern.note) == (True, "opted out: phone")


@pytest.mark.parametrize("text", [STOP, stops("suicide")])
def test_a_number_that_the_provider_has_blocked_gets_no_attempt(text):
    decision = decide(situation(), text, provider="STOP", answered=True)
    assert texts(decision) == []
    assert len(effects_of(decision, OptOut)) == 1


def test_stop_outside_any_check_in():
    decision = decide(after(), STOP)
    assert texts(decision) == ["STOP"]
    assert len(effects_of(decision, OptOut)) == 1


@pytest.mark.parametrize("topic", ["danger_at_home", "do_not_contact"])
def test_stop_with_danger_at_home_holds_contact(topic):
    assert effects_of(decide(situation(), stops(topic)), HoldContact) == [HoldContact(patient="ann")]


@pytest.mark.parametrize(
    ("topic", "status"), [("died", PatientStatus.DECEASED), ("in_hospital", PatientStatus.IN_HOSPITAL)]
)
def test_stop_with_news_keeps_the_news(topic, status):
    decision = decide(situation(), stops(topic))
    assert effects_of(decision, SetStatus) == [SetStatus(patient="ann", status=status)]


def test_stop_with_not_suicidal_is_read_by_a_person():
    decision = decide(situation(), stops("suicide", scope=Scope.NEGATED))
    assert rules_told(decision) == ["U11", "R9"]


def test_a_wrong_number_is_an_opt_out_and_puts_answers_in_doubt():
    decision = decide(situation(), WRONG_NUMBER)
    assert len(effects_of(decision, OptOut)) == 1
    assert effects_of(decision, DoubtAnswers) == [DoubtAnswers(patient="ann")]
    assert rules_told(decision) == ["R9"]
    assert texts(decision) == ["STOP"]


# --- START and HELP ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "text", "answered", "reply"),
    [
        (situation(suppressed=True), START, False, ["START"]),
        (situation(suppressed=True), START, True, []),
        (situation(patient=patient(safe_contact_hold=True)), START, False, []),
        (situation(), HELP, False, ["HELP"]),
        (situation(), HELP, True, []),
        (situation(suppressed=True), HELP, False, []),
        (situation(patient=patient(safe_contact_hold=True)), HELP, False, []),
        # While an emergency is open the word is a call for help.
        (situation(unclosed=(alert("E2"),)), HELP, False, ["E_AGAIN"]),
        (situation(unclosed=(alert("E2"),), last_safety_at=NOW), HELP, False, []),
        (situation(unclosed=(alert("E2"),)), HELP, True, []),
    ],
)
def test_start_and_help(where, text, answered, reply):
    decision = decide(where, text, answered=answered)
    assert texts(decision) == reply
    assert len(effects_of(decision, OptIn)) == (1 if text is START else 0)
    assert len(concerns(decision)) == (1 if where.unclosed else 0)
    assert not effects_of(decision, OptOut)


@pytest.mark.parametrize("keyword", [START, HELP])
def test_danger_beside_a_keyword_is_danger(keyword):
    text = replace(keyword, findings=(finding("suicide"),))
    assert rules_told(decide(situation(), text)) == ["E1"]
    assert texts(decide(situation(), text)) == ["E_CRISIS"]
    assert rules_told(from_unknown(text)) == ["E1"]
    assert texts(from_unknown(text)) == ["E_CRISIS"]


@pytest.mark.parametrize(
    ("kind", "kinds", "provider", "expected"),
    [
        (Kind.OPT_OUT, (), None, "stop"),
        (Kind.ANSWER, (Kind.ANSWER, Kind.OPT_OUT), None, "stop"),
        (Kind.WRONG_NUMBER, (), None, "stop"),
        (Kind.OPT_IN, (), None, "start"),
        (Kind.HELP, (), None, "help"),
        (Kind.ANSWER, (), None, None),
        (Kind.ANSWER, (), "STOP", "stop"),
        (Kind.ANSWER, (), "START", "start"),
        (Kind.ANSWER, (), "HELP", "help"),
        (Kind.OPT_OUT, (), "HELP", "help"),  # the provider has answered its own word already
    ],
)
def test_which_keyword_a_text_is(kind, kinds, provider, expected):
    reading = Text(kind=kind, kinds=frozenset(kinds))(Asked.NONE)
    assert keyword_of(reading, provider) == expected


# --- robots -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (Text(words='Liked "how are you now?"', reaction=True), "reaction"),
        (Text(words="I'm driving", auto_reply=True), "auto_reply"),
    ],
)
def test_a_reaction_or_an_automatic_answer_answers_nothing(text, kind):
    for decision in (decide(situation(), text), from_unknown(text)):
        assert (decision.kind, decision.level, decision.effects) == (kind, Level.NONE, ())


@pytest.mark.parametrize("mark", ["reaction", "auto_reply"])
def test_danger_in_its_new_words_is_danger(mark):
    text = says("chest_pain", reaction=mark == "reaction", auto_reply=mark == "auto_reply")
    assert rules_told(decide(situation(), text)) == ["E2"]
    assert rules_told(from_unknown(text)) == ["E2"]


# --- agreeing, and another language -----------------------------------------------------------------------------


def test_a_one_to_an_invitation_is_consent():
    where = situation(check_in=None, invited=True)
    decision = decide(where, figure(1))
    assert effects_of(decision, GiveConsent) == [GiveConsent(patient="ann")]
    assert texts(decision) == ["OPTIN_OK"]


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (situation(check_in=None, invited=True), MUMBLE),
        (situation(check_in=None), figure(1, kind=Kind.UNCLEAR, understood=False)),
        (situation(invited=True), figure(1)),  # a question is open: the figure is its answer
    ],
)
def test_anything_else_is_not(where, text):
    assert effects_of(decide(where, text), GiveConsent) == []


@pytest.mark.parametrize(
    ("spoken", "before", "known", "switched"),
    [
        ("es", "es", "en", True),
        ("es", "en", "en", False),
        ("es", None, "en", False),
        ("en", "en", "en", False),
        (None, "es", "en", False),
        ("fr", "fr", "en", False),
        ("es", "es", None, False),
    ],
)
def test_two_texts_in_the_other_language_switch_it(spoken, before, known, switched):
    def reader(asked: Asked):
        return replace(figure(1)(asked), language=spoken)

    where = situation(last_language=before, patient=patient(language=known))
    decision = decide_for_patient(where, reader, opt_out_type=None, provider_answered=False, now=NOW)
    assert effects_of(decision, SwitchLanguage) == ([SwitchLanguage(patient="ann", language="es")] if switched else [])
    assert decision.language == spoken
    assert recorded(decision) == {"C1": 1}


# --- strangers and shared numbers -------------------------------------------------------------------------------

TWO: dict[str, Any] = {"also": ("ann", "bob")}
STRANGERS: dict[str, tuple[dict[str, Any], Text, list[str], list[str]]] = {
    "small talk": ({}, MUMBLE, ["R6"], ["FREETEXT"]),
    "an answer to nothing": ({}, figure(3, kind=Kind.UNCLEAR), ["R6"], ["FREETEXT"]),
    "thoughts of dying": ({}, says("suicide"), ["E1"], ["E_CRISIS"]),
    "a relative of somebody in danger": ({}, says("faint", scope=Scope.OTHER_IN_DANGER), ["E2"], ["E_MED"]),
    "danger from an opted-out number": ({"suppressed": True, "confirmed": True}, says("suicide"), ["E1"], []),
    "danger from one that was never told so": ({"suppressed": True}, says("suicide"), ["E1"], ["E_CRISIS_STOP"]),
    "something urgent": ({}, says("fall"), ["U8"], ["U_ONCALL"]),
    "danger at home": ({}, says("danger_at_home"), ["U13"], []),
    "danger at home and a fall": ({}, says("danger_at_home", "fall"), ["U8", "U13"], []),
    "danger again": ({"unclosed": (alert("E1"),)}, says("suicide"), ["E1"], ["E_AGAIN"]),
    "danger again within five minutes": (
        {"unclosed": (alert("E1"),), "reassured": True},
        says("suicide"),
        ["E1"],
        [],
    ),
    "danger beside something routine": ({"unclosed": (alert("R6"),)}, says("suicide"), ["E1"], ["E_CRISIS"]),
    "either of two patients": (TWO, figure(7), ["R6"], ["FREETEXT"]),
    "danger of either of two": (TWO, says("chest_pain"), ["E2"], ["E_MED"]),
    "danger where one contact is on hold": ({**TWO, "held": True}, says("chest_pain"), ["E2"], []),
    "stop": ({}, STOP, [], ["STOP"]),
    "stop for two": (TWO, STOP, [], ["STOP"]),
    "stop twice": ({"suppressed": True}, STOP, [], []),
    "stop with a crisis": ({}, stops("suicide"), ["E1"], ["E_CRISIS_STOP"]),
    "stop with chest pain": ({}, stops("chest_pain"), ["E2"], ["E_MED_STOP"]),
    "stop with something urgent": ({}, stops("fall"), ["U8"], ["STOP"]),
    "stop because somebody reads the phone": ({}, stops("do_not_contact"), ["U13"], []),
    "stop where a contact is on hold": ({**TWO, "held": True}, STOP, [], []),
    "stop while a crisis is open": ({"unclosed": (alert("E1"),)}, STOP, ["R9"], ["E_CRISIS_STOP"]),
    "stop while something urgent is open": ({"unclosed": (alert("U9"),)}, STOP, ["R9"], ["E_MED_STOP"]),
    "start": ({"suppressed": True}, START, [], ["START"]),
    "help": ({}, HELP, [], ["HELP"]),
    "help after stop": ({"suppressed": True}, HELP, [], []),
    "a wrong number": ({}, WRONG_NUMBER, [], ["STOP"]),
}


@pytest.mark.parametrize("case", STRANGERS)
def test_a_text_that_is_filed_to_nobody(case):
    about, text, rules, reply = STRANGERS[case]
    decision = from_unknown(text, **about)
    assert rules_told(decision) == rules
    assert texts(decision) == reply


@pytest.mark.parametrize(("text", "count"), [(STOP, 1), (WRONG_NUMBER, 1), (START, 0), (HELP, 0), (MUMBLE, 0)])
def test_stop_from_anybody_is_an_opt_out(text, count):
    assert len(effects_of(from_unknown(text, **TWO), OptOut)) == count
    assert len(effects_of(from_unknown(text, **TWO), DropWaiting)) == count
    assert len(effects_of(from_unknown(START), OptIn)) == 1


@pytest.mark.parametrize("text", [STOP, START, HELP])
def test_the_providers_own_answer_is_enough(text):
    assert texts(from_unknown(text, answered=True)) == []


def test_danger_is_told_again_and_small_talk_is_not():
    assert [one.again for one in concerns(from_unknown(says("suicide")))] == [True]
    assert [one.again for one in concerns(from_unknown(MUMBLE))] == [False]


def test_what_cannot_be_read_at_all_goes_to_a_person():
    concern = unread(CONFIGURATION)
    assert [rule.id for rule in concern.triage.rules] == ["R6"]
    assert concern.again


# --- staff ------------------------------------------------------------------------------------------------------


def test_codes_spell_no_word_and_have_no_look_alikes():
    assert not set("AEIOU015SZ2B8LV") & set(CODE_ALPHABET)


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("ack k7rd", Kind.UNCLEAR, TakeAlert(person="kay", code="K7RD")),
        ("STOP", Kind.OPT_OUT, StaffOptedOut(person="kay")),
        ("on my way", Kind.CHAT, StaffAsks(person="kay", command=NoCode())),
        ("the door is locked", Kind.CHAT, StaffAsks(person="kay", command=NoCommand())),
        ("START", Kind.OPT_IN, OptIn(source="staff text")),
    ],
)
def test_what_a_member_of_staff_asks_for(text, kind, expected):
    reading = Text(words=text, kind=kind)(Asked.NONE)
    assert route_staff("kay", text, reading, provider_answered=True) == (expected,)


def test_help_that_the_provider_has_answered_gets_no_second_answer():
    reading = Text(words="help", kind=Kind.HELP)(Asked.NONE)
    assert route_staff("kay", "help", reading, provider_answered=True) == ()
    assert route_staff("kay", "help", reading) == (StaffAsks(person="kay", command=AskHelp()),)


def test_a_code_from_a_patients_phone_is_words_like_any_other():
    decision = decide(situation(check_in=check_in()), Text(words="K7RD", kind=Kind.UNCLEAR, understood=False))
    assert effects_of(decision, TakeAlert) == []
    assert texts(decision) == ["REASK_1_3"]


def test_where_no_text_is_asked_for_none_goes():
    silent = tuple(replace(rule, reply=ReplyFamily.NONE) if rule.id == "R6" else rule for rule in CONFIGURATION.rules)
    stranger = Stranger(clinic=CLINIC, configuration=replace(CONFIGURATION, rules=silent), reach=Reach.OPEN)
    decision = decide_for_stranger(stranger, MUMBLE(Asked.NONE), opt_out_type=None, provider_answered=False)
    assert (rules_told(decision), texts(decision)) == (["R6"], [])


def test_an_alert_whose_rule_is_gone_from_the_file_is_still_spoken_to():
    old = alert("U9", rule="U99", rules=("U99",))
    assert texts(decide(situation(unclosed=(old,)), STOP)) == ["E_MED_STOP"]
