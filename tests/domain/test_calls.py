"""What each ending of a call means: for the call, for the alert, and for the person who did not press a key."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from followup.domain.alert import CODE_ALPHABET, Alert, AlertStatus
from followup.domain.calls import (
    GIVE_UP,
    LONGEST_CALL,
    RINGS_AGAIN_AFTER,
    CallStage,
    Consequence,
    asked_about,
    asks_about,
    consequence,
    is_second_ring,
    key_pressed,
    moved,
    over,
    second_ring_intent,
    spelled,
)
from followup.domain.escalation import move_on
from followup.domain.level import Level
from followup.domain.message import Message, MessageClass, MessageState
from followup.domain.people import Channel
from followup.domain.schedule import Chain, Step, Target, TargetKind

NOW = datetime(2026, 11, 23, 8, 10, tzinfo=UTC)
KAY = Target(kind=TargetKind.PERSON, name="kay")
STEP = Step(after=timedelta(0), targets=(KAY,), channels=(Channel.SMS, Channel.VOICE))
CHAIN = Chain(
    key="emergency",
    steps=(STEP, replace(STEP, after=timedelta(minutes=5))),
    repeat=timedelta(minutes=10),
    fallback="kay",
    acknowledge_within=timedelta(minutes=5),
)
ALERT = Alert(
    id="a1",
    clinic="prairie",
    code="C4KD",
    level=Level.EMERGENCY,
    reason="chest",
    rule="E2",
    rules=("E2",),
    schedule_version=1,
    chain="emergency",
    opened_at=NOW,
    round_started_at=NOW,
    next_action_at=NOW + timedelta(minutes=5),
    position=1,
)
CALL = Message(
    id="m1",
    clinic="prairie",
    message_class=MessageClass.STAFF_NOTICE,
    channel=Channel.VOICE,
    to="+13125550161",
    template="STAFF_CALL",
    body="Emergency",
    intent="notice/a1/0/1/kay/voice",
    created_at=NOW,
    not_before=NOW,
    person="kay",
    alert="a1",
    state=MessageState.SENT,
    sent_at=NOW,
    provider="twilio",
    provider_id="CA1",
)
TEXT = replace(CALL, id="m2", channel=Channel.SMS, intent="notice/a1/0/1/kay/sms", state=MessageState.DELIVERED)
LOST = replace(TEXT, state=MessageState.UNDELIVERED)
LATER = NOW + timedelta(seconds=25)

ENDINGS = [
    # stage, the text of the same step -> does the alert move on, does it ring again
    (CallStage.RINGING, TEXT, False, False),
    (CallStage.ANSWERED, TEXT, False, False),
    (CallStage.MACHINE, TEXT, True, True),
    (CallStage.NO_KEY, TEXT, True, True),
    (CallStage.BUSY, TEXT, True, True),
    (CallStage.NO_ANSWER, TEXT, False, True),
    (CallStage.NO_ANSWER, LOST, True, True),
]


@pytest.mark.parametrize(("stage", "text", "moves_on", "again"), ENDINGS)
def test_no_key_is_no_acknowledgement(stage: CallStage, text: Message, moves_on: bool, again: bool):
    follows = consequence(CALL, stage, ALERT, CHAIN, (CALL, text), LATER)

    assert follows.moves_on is moves_on
    assert follows.rings_again_at == (NOW + RINGS_AGAIN_AFTER if again else None)


@pytest.mark.parametrize("stage", [CallStage.FAILED, CallStage.CANCELED])
def test_a_call_that_could_not_be_put_through_is_a_fault_for_somebody_to_mend(stage: CallStage):
    assert consequence(CALL, stage, ALERT, CHAIN, (CALL, TEXT), LATER) == Consequence(fault=True)


UNMOVED = [
    ("somebody has it", replace(ALERT, status=AlertStatus.ACKNOWLEDGED), CALL, ()),
    ("it is closed", replace(ALERT, status=AlertStatus.CLOSED), CALL, ()),
    ("others have been told since", replace(ALERT, position=2), CALL, ()),
    ("it was raised again since", replace(ALERT, raises=1), CALL, ()),
]


@pytest.mark.parametrize(("why", "alert", "call", "others"), UNMOVED, ids=[row[0] for row in UNMOVED])
def test_a_call_that_no_longer_matters_moves_nothing(why: str, alert: Alert, call: Message, others: tuple):
    assert consequence(call, CallStage.MACHINE, alert, CHAIN, (call, *others), LATER) == Consequence()


def test_while_another_phone_of_the_step_rings_nobody_further_is_told():
    sams = replace(CALL, id="m3", person="sam", intent="notice/a1/0/1/sam/voice")

    assert not consequence(CALL, CallStage.MACHINE, ALERT, CHAIN, (CALL, sams), LATER).moves_on
    over_now = replace(sams, state=MessageState.UNDELIVERED)
    assert consequence(CALL, CallStage.MACHINE, ALERT, CHAIN, (CALL, over_now), LATER).moves_on


def test_after_its_last_step_a_chain_goes_round_in_its_own_time():
    """Else a night of voicemails would ring everybody's phone without a pause."""
    last = replace(ALERT, position=2)
    call = replace(CALL, intent="notice/a1/0/2/kay/voice")

    assert not consequence(call, CallStage.MACHINE, last, CHAIN, (call,), LATER).moves_on


def test_only_an_emergency_rings_again_and_only_once():
    urgent = replace(ALERT, level=Level.URGENT)
    second = replace(CALL, id="m4", intent=second_ring_intent(CALL))

    assert consequence(CALL, CallStage.NO_ANSWER, urgent, CHAIN, (CALL, TEXT), LATER).rings_again_at is None
    assert is_second_ring(second)
    assert consequence(second, CallStage.NO_ANSWER, ALERT, CHAIN, (CALL, TEXT), LATER).rings_again_at is None


def test_the_second_ring_comes_within_three_minutes_even_when_nothing_is_heard_of_the_first():
    known_at = NOW + GIVE_UP
    follows = consequence(CALL, CallStage.NO_ANSWER, ALERT, CHAIN, (CALL, TEXT), known_at)

    assert follows.rings_again_at is not None
    assert follows.rings_again_at - NOW < timedelta(minutes=3)


def test_a_copy_of_a_call_in_doubt_and_the_call_have_one_second_ring():
    copy = replace(CALL, id="m5", intent=f"{CALL.intent}/2")

    assert second_ring_intent(copy) == second_ring_intent(CALL)


# --- the message of a call -------------------------------------------------------------------------


@pytest.mark.parametrize("stage", list(CallStage))
def test_after_a_key_nothing_that_is_told_of_the_call_takes_it_back(stage: CallStage):
    pressed = key_pressed(CALL, "1", LATER)

    assert moved(pressed, stage, LATER).state is MessageState.DELIVERED


def test_a_key_overrules_what_took_a_person_for_a_machine():
    mistaken = moved(CALL, CallStage.MACHINE, LATER)

    assert mistaken.state is MessageState.UNDELIVERED
    assert not over(mistaken, LATER)
    assert key_pressed(mistaken, "1", LATER).state is MessageState.DELIVERED


@pytest.mark.parametrize("stage", [stage for stage in CallStage if not stage.line_open])
def test_a_call_that_ended_takes_no_key_any_more(stage: CallStage):
    assert over(moved(CALL, stage, LATER), LATER)
    assert over(moved(key_pressed(CALL, "1", LATER), stage, LATER), LATER)


def test_a_call_whose_end_nobody_told_takes_no_key_for_ever():
    assert not over(CALL, NOW + LONGEST_CALL)
    assert over(CALL, NOW + LONGEST_CALL + timedelta(seconds=1))


def test_a_call_in_doubt_that_was_placed_after_all_takes_keys():
    unknown = replace(CALL, state=MessageState.UNKNOWN, settled_at=NOW, sent_at=None)

    assert not over(unknown, LATER)
    assert moved(unknown, CallStage.ANSWERED, LATER).state is MessageState.SENT


@pytest.mark.parametrize("first", [stage for stage in CallStage if not stage.line_open])
@pytest.mark.parametrize("then", list(CallStage))
def test_once_it_has_ended_nothing_moves_a_call(first: CallStage, then: CallStage):
    ended = moved(CALL, first, LATER)

    assert moved(ended, then, LATER + timedelta(seconds=5)) == ended


def test_what_is_asked_on_the_line_is_remembered():
    assert asked_about(CALL) is None
    assert asked_about(asks_about(CALL, "CA9", 95)) == ("CA9", 95)


# --- moving on, and words --------------------------------------------------------------------------


def test_moving_on_makes_an_alert_due_now_and_never_later():
    assert move_on(ALERT, NOW).next_action_at == NOW
    due = replace(ALERT, next_action_at=NOW - timedelta(seconds=3))
    assert move_on(due, NOW) == due


def test_a_code_is_spelled_so_that_no_two_letters_sound_alike():
    assert spelled("C4kD") == "C Charlie, 4, K Kilo, D Delta"
    letters = [each for each in CODE_ALPHABET if each.isalpha()]
    assert all(spelled(each) != each for each in letters)
    assert len({spelled(each) for each in letters}) == len(letters)
