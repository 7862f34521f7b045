"""What a patient's text leads to: what is kept, who is told, and the one text that answers it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from followup.domain.alert import AlertStatus
from followup.domain.conversation import Situation, answer_patient
from followup.domain.coverage import Reach
from followup.domain.effects import Decision, HoldContact, MoveCheckIn, RecordAnswer, SetStatus
from followup.domain.level import Level
from followup.domain.message import MessageClass
from followup.domain.people import PatientStatus
from followup.domain.plan import CheckInState
from followup.domain.planning import SkipReason
from followup.domain.reading import Kind, Scope, Severity
from tests.domain.samples import (
    CLINIC,
    CONFIGURATION,
    EVENING,
    MUMBLE,
    SCHEDULE,
    T0,
    Text,
    alert,
    answer,
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
    symptom,
    texts,
)

NOW = EVENING + timedelta(minutes=10)
DAY1 = T0 + timedelta(hours=19)
DAY40 = T0 + timedelta(days=40)


def situation(**changes) -> Situation:
    """Ann has C1 open on the evening of day 0, the clinic is closed with somebody on call."""
    plain = Situation(
        clinic=CLINIC,
        configuration=CONFIGURATION,
        reach=Reach.ON_CALL,
        patient=patient(),
        schedule=SCHEDULE,
        course=course(),
        check_in=check_in(),
    )
    return replace(plain, **changes)


def at(key: str, question: str, *left: str, answers=(), **changes) -> Situation:
    """A check-in open at `question`, with the standing answers of it."""
    given = tuple(replace(one, check_in=key.lower()) for one in answers)
    return situation(
        check_in=check_in(key, question, left), answers=given, course=course(*given, keys={key.lower(): key}), **changes
    )


def after(key: str = "C1", state: CheckInState = CheckInState.ANSWERED, *, question=None, answers=(), **changes):
    """No question is open; `key` was the last to end."""
    ended = check_in(key, question, state=state, closed_at=NOW - timedelta(minutes=5))
    given = tuple(replace(one, check_in=key.lower()) for one in answers)
    whole = {"course": course(*given, keys={key.lower(): key}), **changes}
    return situation(check_in=None, latest=ended, answers=given, **whole)


def decide(where: Situation, text: Text, now=NOW) -> Decision:
    return answer_patient(where, text, now)


# --- the ordinary course ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "text", "kept", "reply", "state", "question"),
    [
        (at("C1", "C1"), figure(1), {"C1": 1}, "I_PLAIN", CheckInState.ANSWERED, None),
        (at("C1", "C1"), figure(2), {"C1": 2}, "SE", CheckInState.OPEN, "SE"),
        (at("C1", "SE"), figure(1), {"SE": (1,)}, "SEV", CheckInState.OPEN, "SEV"),
        (at("C1", "SE"), figure(5), {"SE": (5,)}, "SEV", CheckInState.OPEN, "SEV"),
        (at("C1", "SE"), Text(codes=(1, 5)), {"SE": (1, 5)}, "SEV_5", CheckInState.OPEN, "SEV_5"),
        (at("C1", "SE"), figure(0), {"SE": (0,)}, "I_PLAIN", CheckInState.ANSWERED, None),
        (at("C1", "SEV", answers=[answer("SE", codes=(1,))]), figure(1), {"SEV": 1}, "I", CheckInState.ANSWERED, None),
        (at("C1", "SEV", answers=[answer("SE", codes=(1,))]), figure(2), {"SEV": 2}, "R", CheckInState.ANSWERED, None),
        (at("C2", "C2_PAIN", "SE"), figure(4), {"C2_PAIN": 4}, "SE", CheckInState.OPEN, "SE"),
        (
            at("C2", "SE", answers=[answer("C2_PAIN", value=3)]),
            figure(0),
            {"SE": (0,)},
            "I_OK",
            CheckInState.ANSWERED,
            None,
        ),
        (at("C3", "C3_PAIN", "MOOD", "SE"), figure(7), {"C3_PAIN": 7}, "MOOD", CheckInState.OPEN, "MOOD"),
        (at("C4", "URINE", "SE"), figure(2), {"URINE": 2}, "SE", CheckInState.OPEN, "SE"),
    ],
)
def test_an_answer_is_kept_and_the_next_question_or_the_closing_text_goes(where, text, kept, reply, state, question):
    decision = decide(where, text, DAY1 if where.check_in and where.check_in.key != "C1" else NOW)
    assert recorded(decision) == kept
    assert texts(decision) == [reply]
    left = moved(decision)
    assert (left.state, left.question) == (state, question)
    if state is CheckInState.ANSWERED:
        assert left.closed_at is not None
        assert said(decision).message_class is MessageClass.REPLY


def test_several_answers_in_one_text_close_it_at_once():
    text = Text(words="5, mood 6, no side effects", value=5)
    decision = decide(at("C3", "C3_PAIN", "SE"), text, DAY1)
    assert recorded(decision) == {"C3_PAIN": 5, "SE": (0,)}
    assert moved(decision).state is CheckInState.ANSWERED
    assert texts(decision) == ["I_PLAIN"]


def test_a_range_is_marked():
    decision = decide(at("C2", "C2_PAIN", "SE"), figure(6, as_range=True), DAY1)
    (record,) = effects_of(decision, RecordAnswer)
    assert (record.value, record.is_range, record.attempt, record.late) == (6, True, 1, False)


@pytest.mark.parametrize(
    ("where", "text", "rules"),
    [
        (at("C3", "C3_PAIN", "MOOD"), figure(7), ["R2"]),
        (at("C1", "SEV", answers=[answer("SE", codes=(2,))]), figure(2), ["R1"]),
        (at("C1", "SE"), figure(5), ["R1"]),
        (at("C4", "URINE", "SE"), figure(2), ["R5"]),
        (at("C3", "MOOD", "SE"), figure(3), ["R4"]),
    ],
)
def test_a_routine_answer_is_told_and_the_questions_go_on(where, text, rules):
    decision = decide(where, text)
    assert rules_told(decision) == rules
    assert decision.level is Level.ROUTINE
    assert len(texts(decision)) == 1


def test_one_answer_is_not_told_twice():
    where = at("C3", "SE", answers=[answer("C3_PAIN", value=7)])
    decision = decide(where, figure(0), DAY1)
    assert concerns(decision) == []
    assert texts(decision) == ["R"]  # but the closing text still says that somebody looks at it


# --- emergency and urgent ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "text", "rule", "reply", "message_class"),
    [
        (at("C1", "C1"), figure(3), "E3", "E_MED", MessageClass.SAFETY),
        (at("C1", "SE"), figure(9), "E2", "E_MED", MessageClass.SAFETY),
        (at("C1", "C1"), says("chest_pain"), "E2", "E_MED", MessageClass.SAFETY),
        (at("C1", "C1"), says("suicide"), "E1", "E_CRISIS", MessageClass.SAFETY),
        (
            at("C2", "C2_PAIN", "SE"),
            replace(figure(4), findings=(finding("faint"),)),
            "E2",
            "E_MED",
            MessageClass.SAFETY,
        ),
        (at("C1", "SEV", answers=[answer("SE", codes=(5,))]), figure(3), "E4", "E_MED", MessageClass.SAFETY),
        (at("C1", "SEV", answers=[answer("SE", codes=(1,))]), figure(3), "U1", "U_ONCALL", MessageClass.REPLY),
        (at("C2", "SE"), figure(5), "U2", "U_ONCALL", MessageClass.REPLY),
        (at("C2", "C2_PAIN", "SE"), figure(8), "U5", "U_ONCALL", MessageClass.REPLY),
        (at("C4", "URINE", "SE"), figure(3), "U4", "U_ONCALL", MessageClass.REPLY),
        (at("C2", "C2_PAIN", "SE"), says("fall"), "U8", "U_ONCALL", MessageClass.SAFETY),
        (at("C2", "C2_PAIN", "SE"), says("suicide", scope=Scope.NEGATED), "U11", "U_ONCALL", MessageClass.REPLY),
    ],
)
def test_danger_ends_the_check_in_and_only_its_text_goes(where, text, rule, reply, message_class):
    now = NOW if where.check_in and where.check_in.key == "C1" else DAY1
    decision = decide(where, text, now)
    (concern,) = concerns(decision)
    assert concern.triage.named is not None
    assert concern.triage.named.id == rule
    assert texts(decision) == [reply]
    assert said(decision).message_class is message_class
    ended = moved(decision)
    assert ended.state.final
    assert ended.closed_at == now


def test_what_is_still_open_waits_for_staff():
    decision = decide(at("C2", "C2_PAIN", "SE"), figure(9), DAY1)
    ended = moved(decision)
    assert (ended.state, ended.reason, ended.question) == (CheckInState.PARTLY_ANSWERED, "alert", "SE")
    unanswered = moved(decide(at("C2", "C2_PAIN", "SE"), says("chest_pain"), DAY1))
    assert (unanswered.state, unanswered.reason) == (CheckInState.PARTLY_ANSWERED, "alert")
    assert (unanswered.question, unanswered.questions) == ("C2_PAIN", ("SE",))


@pytest.mark.parametrize(
    ("topic", "opened", "on_call", "nobody"),
    [
        ("suicide", "E_CRISIS", "E_CRISIS", "E_CRISIS_UNSTAFFED"),
        ("chest_pain", "E_MED", "E_MED", "E_MED"),
        ("severe_symptom", "U_OPEN", "U_ONCALL", "U_CLOSED"),
        ("fall", "U_OPEN", "U_ONCALL", "U_TONIGHT"),
        ("fever", "U_OPEN", "U_ONCALL", "U_TONIGHT"),
        ("hopeless", "U_OPEN", "U_ONCALL", "U_CLOSED"),
    ],
)
def test_the_text_promises_only_who_can_be_reached(topic, opened, on_call, nobody):
    found = [texts(decide(situation(reach=reach), says(topic))) for reach in (Reach.OPEN, Reach.ON_CALL, Reach.NOBODY)]
    assert found == [[opened], [on_call], [nobody]]


@pytest.mark.parametrize(
    ("since_last", "reply"),
    [
        (None, ["E_AGAIN"]),
        (timedelta(minutes=4, seconds=59), []),
        (timedelta(minutes=5), ["E_AGAIN"]),
    ],
)
def test_a_further_danger_text_tells_staff_again_and_is_answered_every_five_minutes(since_last, reply):
    last = None if since_last is None else NOW - since_last
    where = after(unclosed=(alert("E1"),), last_safety_at=last)
    decision = decide(where, says("suicide"))
    assert [one.again for one in concerns(decision)] == [True]
    assert texts(decision) == reply


def test_an_acknowledged_emergency_is_still_open_and_an_urgent_one_is_not():
    taken = after(unclosed=(alert("E1", status=AlertStatus.ACKNOWLEDGED),))
    assert texts(decide(taken, says("suicide"))) == ["E_AGAIN"]
    urgent = after(unclosed=(alert("U1"),))
    assert texts(decide(urgent, says("suicide"))) == ["E_CRISIS"]


@pytest.mark.parametrize("topic", ["suicide", "chest_pain", "fall"])
def test_an_opted_out_patient_in_danger_is_phoned_not_texted(topic):
    decision = decide(after(suppressed=True, confirmed=True), says(topic))
    assert texts(decision) == []
    assert len(concerns(decision)) == 1


@pytest.mark.parametrize(
    ("topic", "text"), [("suicide", ["E_CRISIS_STOP"]), ("chest_pain", ["E_MED_STOP"]), ("fall", [])]
)
def test_an_opted_out_patient_who_was_never_told_so_gets_the_one_text_in_an_emergency(topic, text):
    decision = decide(after(suppressed=True), says(topic))
    assert texts(decision) == text
    assert len(concerns(decision)) == 1


@pytest.mark.parametrize("topic", ["danger_at_home", "do_not_contact"])
@pytest.mark.parametrize("where", [situation(), after()])
def test_danger_at_home_holds_every_contact(topic, where):
    decision = decide(where, says(topic))
    assert effects_of(decision, HoldContact) == [HoldContact(patient="ann")]
    assert rules_told(decision) == ["U13"]
    assert texts(decision) == []


def test_a_hold_on_contact_stands_whatever_else_is_said():
    decision = decide(situation(), says("danger_at_home", "fall"))
    assert texts(decision) == []
    held = situation(patient=patient(safe_contact_hold=True))
    decision = decide(held, says("chest_pain"))
    assert (texts(decision), rules_told(decision)) == ([], ["E2"])


def test_words_of_danger_are_told_also_where_an_answer_has_already_met_their_rule():
    """Somebody who sent 3 for bad or bloody urine and later writes of blood is heard again."""
    where = after(
        "C4",
        CheckInState.PARTLY_ANSWERED,
        question="SE",
        answers=[answer("URINE", value=3)],
    )
    text = replace(figure(0), findings=(finding("urine_blood"),))
    decision = decide(where, text)
    assert rules_told(decision) == ["U4"]
    assert texts(decision) == ["U_ONCALL"]


# --- patient status ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("topic", "status", "reply"),
    [("died", PatientStatus.DECEASED, "SORRY"), ("in_hospital", PatientStatus.IN_HOSPITAL, "IN_CARE")],
)
@pytest.mark.parametrize(("now", "rule", "level"), [(DAY1, "U16", Level.URGENT), (DAY40, "U16_LATER", Level.ROUTINE)])
@pytest.mark.parametrize(
    ("where", "text"),
    [
        (at("C2", "C2_PAIN", "SE"), says()),
        (at("C2", "C2_PAIN", "SE"), figure(5)),
        (after("C2"), says()),
    ],
)
def test_news_of_death_or_hospital_stops_texts_with_one_answer(where, text, topic, status, reply, now, rule, level):
    decision = decide(where, replace(text, findings=(finding(topic),)), now)
    assert effects_of(decision, SetStatus) == [SetStatus(patient="ann", status=status)]
    assert texts(decision) == [reply]
    assert rules_told(decision)[0] == rule
    assert decision.level is level
    if where.check_in is not None:
        assert moved(decision).state is CheckInState.PARTLY_ANSWERED


# --- low mood ---------------------------------------------------------------------------------------------------


def test_a_very_low_mood_opens_the_alert_at_once_and_is_asked_again_in_words():
    decision = decide(at("C3", "MOOD", "SE"), figure(1), DAY1)
    assert rules_told(decision) == ["U6"]
    assert texts(decision) == ["MOOD_CHECK"]
    asked = moved(decision)
    assert (asked.state, asked.question, asked.questions) == (CheckInState.OPEN, "MOOD_CHECK", ())


@pytest.mark.parametrize(
    ("number", "again", "reply", "note"),
    [(1, True, "U_ONCALL", "mood very low: yes"), (2, False, "R", "mood very low: no")],
)
def test_its_answer_stands_beside_the_alert(number, again, reply, note):
    where = at("C3", "MOOD_CHECK", answers=[answer("MOOD", value=1)], unclosed=(alert("U6"),))
    decision = decide(where, figure(number), DAY1)
    (concern,) = concerns(decision)
    assert "U6" in {rule.id for rule in concern.triage.rules}
    assert (concern.again, concern.note) == (again, note)
    assert texts(decision) == [reply]
    assert moved(decision).state is CheckInState.ANSWERED


def test_danger_in_the_answer_about_mood_goes_first():
    where = at("C3", "MOOD_CHECK", answers=[answer("MOOD", value=1)], unclosed=(alert("U6"),))
    decision = decide(where, replace(figure(1), findings=(finding("suicide"),)), DAY1)
    assert rules_told(decision) == ["E1"]
    assert texts(decision) == ["E_CRISIS"]


def test_an_unreadable_answer_about_mood_goes_to_a_person():
    where = situation(check_in=check_in("C3", "MOOD_CHECK", reasked=True))
    decision = decide(where, MUMBLE, DAY1)
    assert rules_told(decision) == ["R6"]


# --- not understood ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "reask"),
    [
        ("C1", "REASK_1_3"),
        ("C2_PAIN", "REASK_0_10"),
        ("MOOD", "REASK_0_10"),
        ("SE", "REASK_SE"),
        ("SEV", "REASK_1_3"),
        ("URINE", "REASK_1_3"),
    ],
)
def test_a_question_is_put_once_more_in_its_own_words_and_then_a_person_reads(question, reask):
    first = decide(at("C2", question), MUMBLE)
    assert texts(first) == [reask]
    assert concerns(first) == []
    again = moved(first)
    assert (again.reasked, again.question, again.state) == (True, question, CheckInState.OPEN)
    second = decide(situation(check_in=again), MUMBLE)
    assert rules_told(second) == ["R6"]
    assert texts(second) == ["FREETEXT"]


@pytest.mark.parametrize("topic", ["callback", "question", "medicine_unavailable"])
def test_a_persons_own_words_go_to_a_person_and_the_question_stays(topic):
    decision = decide(situation(), says(topic))
    assert rules_told(decision) == ["R6"]
    assert texts(decision) == ["FREETEXT"]
    assert effects_of(decision, MoveCheckIn) == []


def test_a_photo_is_not_opened_and_goes_to_a_person():
    decision = decide(situation(photo=True), MUMBLE)
    assert rules_told(decision) == ["R6"]
    assert texts(decision) == ["FREETEXT"]
    with_answer = decide(situation(photo=True), figure(1))
    assert rules_told(with_answer) == ["R6"]
    assert recorded(with_answer) == {"C1": 1}


# --- corrections and late answers -------------------------------------------------------------------------------


def test_a_correction_replaces_the_answer_and_is_judged_again():
    where = at("C2", "SE", answers=[answer("C2_PAIN", value=3, attempt=1)])
    decision = decide(where, figure(9, corrects=True, codes=()), DAY1)
    (record,) = effects_of(decision, RecordAnswer)
    assert (record.question, record.value, record.attempt) == ("C2_PAIN", 9, 2)
    assert rules_told(decision) == ["U5"]


def test_a_correction_downwards_asks_on_and_closes_no_alert():
    where = at("C2", "SE", answers=[answer("C2_PAIN", value=7)])
    decision = decide(where, figure(4, corrects=True, codes=()), DAY1)
    assert recorded(decision) == {"C2_PAIN": 4}
    assert texts(decision) == ["SE"]
    assert concerns(decision) == []


@pytest.mark.parametrize(
    ("state", "question", "text", "kept", "reply", "rules"),
    [
        # The question that was open when it closed is answered late: kept, and judged like any other.
        (CheckInState.EXPIRED, "C1", figure(1), {"C1": 1}, ["LATE"], []),
        (CheckInState.EXPIRED, "C1", figure(3), {"C1": 3}, ["E_MED"], ["E3"]),
        (CheckInState.PARTLY_ANSWERED, "SE", figure(9), {"SE": (9,)}, ["E_MED"], ["E2"]),
        (CheckInState.PARTLY_ANSWERED, "SEV", figure(2), {"SEV": 2}, ["LATE"], []),
        # Thanks after it is just thanks.
        (CheckInState.ANSWERED, None, Text(words="thanks", kind=Kind.CHAT), {}, ["I_PLAIN"], []),
        # What nobody understands goes to a person.
        (CheckInState.ANSWERED, None, MUMBLE, {}, ["FREETEXT"], ["R6"]),
        (CheckInState.EXPIRED, "C1", MUMBLE, {}, ["FREETEXT"], ["R6"]),
        # A cancelled check-in asks nothing any more.
        (CheckInState.CANCELLED, "C1", figure(1, kind=Kind.UNCLEAR, understood=False), {}, ["FREETEXT"], ["R6"]),
        # A choice that was answered and is sent anew is a change of mind.
        (CheckInState.ANSWERED, None, figure(3), {"C1": 3}, ["E_MED"], ["E3"]),
    ],
)
def test_a_reply_to_a_closed_check_in_is_filed_under_it_and_its_rules_still_run(
    state, question, text, kept, reply, rules
):
    answered = [answer("C1", value=1)] if state is CheckInState.ANSWERED else []
    decision = decide(after("C1", state, question=question, answers=answered), text)
    assert recorded(decision) == kept
    assert texts(decision) == reply
    assert rules_told(decision) == rules
    assert effects_of(decision, MoveCheckIn) == []
    assert all(one.late for one in effects_of(decision, RecordAnswer))


def test_a_corrected_choice_after_the_end_is_judged_again():
    where = after("C1", answers=[answer("C1", value=1)])
    text = Text(words="sorry I meant 3", kind=Kind.CHAT, value=3, corrects=True)
    decision = decide(where, text)
    assert rules_told(decision) == ["E3"]
    assert texts(decision) == ["E_MED"]


def test_a_late_correction_of_a_closed_check_in_gets_its_own_closing_text():
    where = after("C2", answers=[answer("C2_PAIN", value=5), answer("SE", codes=(0,))])
    better = decide(where, figure(2, corrects=True), DAY1)
    assert (recorded(better), texts(better)) == ({"C2_PAIN": 2}, ["I_OK"])
    worse = decide(where, figure(7, corrects=True), DAY1)
    assert (recorded(worse), texts(worse), rules_told(worse)) == ({"C2_PAIN": 7}, ["R"], ["R2"])


def test_a_routine_answer_that_comes_late_is_told():
    where = after("C2", CheckInState.EXPIRED, question="C2_PAIN")
    decision = decide(where, figure(7), DAY1)
    assert (recorded(decision), texts(decision), rules_told(decision)) == ({"C2_PAIN": 7}, ["R"], ["R2"])


@pytest.mark.parametrize(("days", "filed"), [(6.9, True), (7.1, False)])
def test_after_a_week_an_answer_belongs_to_nothing(days, filed):
    where = after("C1", CheckInState.EXPIRED, question="C1")
    text = figure(1, kind=Kind.UNCLEAR, understood=False)
    decision = decide(where, text, NOW + timedelta(days=days))
    assert (recorded(decision) == {"C1": 1.0}) is filed
    assert rules_told(decision) == ([] if filed else ["R6"])


def test_a_check_in_that_never_ended_takes_nothing():
    never = situation(check_in=None, latest=check_in(state=CheckInState.SKIPPED, question="C1", closed_at=None))
    decision = decide(never, figure(1, kind=Kind.UNCLEAR, understood=False))
    assert (recorded(decision), rules_told(decision)) == ({}, ["R6"])


def test_a_stranger_to_any_course_is_heard_all_the_same():
    nothing = situation(check_in=None, course=replace(course(), infusion=None, series=()))
    assert rules_told(decide(nothing, says("chest_pain"))) == ["E2"]
    assert rules_told(decide(nothing, says("callback"))) == ["R6"]
    assert texts(decide(nothing, Text(words="thanks", kind=Kind.CHAT))) == ["I_PLAIN"]


def test_a_mild_effect_out_of_the_blue_is_answered_as_one():
    mild = Text(words="a bit dizzy", symptoms=(symptom("dizziness", Severity.MILD),))
    decision = decide(after(), mild)
    assert (texts(decision), concerns(decision)) == (["I"], [])


# --- an answer that crossed with a new question -----------------------------------------------------------------


def crossed(minutes: float, **changes) -> Situation:
    asked = NOW - timedelta(minutes=minutes)
    return situation(
        check_in=check_in("C2", "C2_PAIN", ("SE",), asked_at=asked, **changes),
        latest=check_in("C1", "C1", state=CheckInState.EXPIRED, reason=SkipReason.SUPERSEDED.value, closed_at=asked),
    )


def test_an_answer_within_two_minutes_of_a_new_question_is_not_guessed_onto_either():
    decision = decide(crossed(1.9), figure(2))
    assert (recorded(decision), texts(decision)) == ({}, ["C2_PAIN"])
    assert moved(decision).reasked


@pytest.mark.parametrize("where", [crossed(2), crossed(1, reasked=True), at("C2", "C2_PAIN", "SE")])
def test_otherwise_the_latest_question_has_it(where):
    assert recorded(decide(where, figure(2))) == {"C2_PAIN": 2}


def test_danger_that_crossed_is_danger():
    decision = decide(crossed(1), says("chest_pain"))
    assert (rules_told(decision), texts(decision)) == (["E2"], ["E_MED"])


def test_a_request_that_crossed_is_not_lost():
    decision = decide(crossed(1), says("callback"))
    assert rules_told(decision) == ["R6"]


def test_whose_infusion_is_long_past_is_asked_and_judged_by_its_day():
    old = infusion(T0 - timedelta(days=10))
    where = at("C4", "SEV", answers=[answer("SE", codes=(1,))])
    where = replace(where, course=course(*where.answers, at=old, keys={"c4": "C4"}))
    decision = decide(where, figure(1))
    assert rules_told(decision) == ["R1"]  # a mild effect that is still there after a week


@pytest.mark.parametrize(
    ("state", "question", "answers"),
    [
        (CheckInState.EXPIRED, "MOOD_CHECK", [answer("MOOD", value=1)]),
        (CheckInState.ANSWERED, None, [answer("MOOD", value=1), answer("MOOD_CHECK", value=2)]),
    ],
)
def test_a_late_yes_to_a_very_low_mood_tells_staff_again(state, question, answers):
    where = after("C3", state, question=question, answers=answers, unclosed=(alert("U6"),))
    decision = decide(where, figure(1), DAY1)
    (concern,) = concerns(decision)
    assert (concern.again, concern.note) == (True, "mood very low: yes")
    assert texts(decision) == ["U_ONCALL"]
    assert recorded(decision) == {"MOOD_CHECK": 1}
    assert effects_of(decision, MoveCheckIn) == []
