"""The outbox: each intent once, each message to one worker, and nothing that is due forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from followup.domain.message import Lane, MessageClass, MessageState
from followup.domain.people import Channel
from followup.storage.errors import Collision
from followup.storage.store import Store
from tests.storage import samples
from tests.storage.samples import ANN_PHONE, BOB_PHONE, CLINIC, MINUTE, NOW


def stored(store: Store, *messages):
    with store.write() as unit:
        for message in messages:
            assert unit.messages.add(message)
        unit.commit()
    return messages


def claimed(store: Store, *, lane=Lane.CHECK_IN, worker="worker-1", now=NOW, limit=10):
    with store.write() as unit:
        taken = unit.messages.claim(lane, worker, now, MINUTE, limit)
        unit.commit()
    return taken


def ids(messages) -> list[str]:
    return [message.id for message in messages]


def test_an_intent_is_taken_once(store):
    first = samples.message(intent="check-in/1/pain/1")
    stored(store, first)
    with store.write() as unit:
        assert not unit.messages.add(samples.message(intent="check-in/1/pain/1", body="again"))
        unit.commit()
    with store.read() as unit:
        assert unit.messages.count_by_state() == {MessageState.QUEUED: 1}
        assert unit.messages.get(first.id) == first


def test_a_claim_takes_what_is_due_most_overdue_first(store):
    late, now, soon = stored(
        store,
        samples.message(not_before=NOW - MINUTE),
        samples.message(not_before=NOW),
        samples.message(not_before=NOW + MINUTE),
    )
    assert ids(claimed(store, limit=1)) == [late.id]
    (second,) = claimed(store)
    assert second == replace(now, state=MessageState.CLAIMED, claimed_by="worker-1", lease_until=NOW + MINUTE)
    assert claimed(store) == ()
    assert ids(claimed(store, now=soon.not_before)) == [soon.id]


def test_of_messages_due_at_one_instant_the_first_made_goes_first(store):
    made = stored(store, *(samples.message() for _ in range(5)))
    assert ids(claimed(store)) == ids(made)


@pytest.mark.parametrize("message_class", list(MessageClass))
def test_a_message_is_claimed_in_its_own_lane_and_in_no_other(store, message_class):
    stored(store, samples.message(message_class=message_class))
    others = [lane for lane in Lane if lane is not message_class.lane]
    assert [claimed(store, lane=lane) for lane in others] == [()] * len(others)
    assert len(claimed(store, lane=message_class.lane)) == 1


def test_a_claim_that_ran_out_is_taken_again_and_the_first_worker_is_told(store):
    stored(store, samples.message())
    (first,) = claimed(store)
    assert claimed(store, worker="worker-2", now=NOW + MINUTE) == (), "the lease still stands"
    (second,) = claimed(store, worker="worker-2", now=NOW + MINUTE + timedelta(microseconds=1))
    assert (second.id, second.claimed_by) == (first.id, "worker-2")


@pytest.mark.parametrize("state", [state for state in MessageState if state is not MessageState.QUEUED])
def test_nothing_but_queued_is_claimed(store, state):
    stored(store, samples.full_message(state=state, not_before=NOW, lease_until=NOW + MINUTE))
    assert claimed(store) == ()


def test_of_two_who_change_one_state_the_second_is_told(store):
    (message,) = stored(store, samples.message())
    sending = replace(message, state=MessageState.SENDING, sending_at=NOW)
    with store.write() as unit:
        assert not unit.messages.update(sending, MessageState.CLAIMED)
        assert not unit.messages.update(sending, {MessageState.CLAIMED, MessageState.HELD})
        assert not unit.messages.update(sending, ())
        assert unit.messages.update(sending, {MessageState.CLAIMED, MessageState.QUEUED})
        assert not unit.messages.update(sending, MessageState.QUEUED)
        assert unit.messages.get(message.id) == sending
        assert not unit.messages.update(samples.message())


def test_what_waits_for_something_is_found_when_its_time_has_come(store):
    sending = samples.full_message(state=MessageState.SENDING, sending_at=NOW - MINUTE, provider_id="1", attempt=1)
    doubtful = samples.full_message(state=MessageState.IN_DOUBT, next_look_at=NOW, provider_id="2", attempt=2)
    outlived = samples.message(expires_at=NOW, not_before=NOW + MINUTE)
    held = samples.message(state=MessageState.HELD)
    done = samples.full_message(state=MessageState.SENT, next_look_at=NOW, expires_at=NOW, provider_id="3", attempt=3)
    stored(store, sending, doubtful, outlived, held, done)
    with store.read() as unit:
        messages = unit.messages
        assert messages.stale_sending(NOW - MINUTE) == (sending,)
        assert messages.stale_sending(NOW - 2 * MINUTE) == ()
        assert messages.in_doubt_due(NOW, 10) == (doubtful,)
        assert messages.in_doubt_due(NOW - MINUTE, 10) == ()
        assert messages.outlived(NOW, 10) == (outlived,)
        assert messages.outlived(NOW - MINUTE, 10) == ()
        assert messages.held(10) == (held,)
        assert messages.count_by_state() == {
            MessageState.SENDING: 1,
            MessageState.IN_DOUBT: 1,
            MessageState.QUEUED: 1,
            MessageState.HELD: 1,
            MessageState.SENT: 1,
        }


@pytest.mark.parametrize(
    ("waiting", "due_at"),
    [
        ({"not_before": NOW + MINUTE}, NOW + MINUTE),
        ({"not_before": NOW + 2 * MINUTE, "expires_at": NOW + MINUTE}, NOW + MINUTE),
        ({"message_class": MessageClass.STAFF_NOTICE, "not_before": NOW + 3 * MINUTE}, NOW + 3 * MINUTE),
        ({"state": MessageState.HELD, "expires_at": NOW + MINUTE}, NOW + MINUTE),
        ({"state": MessageState.HELD}, None),
        ({"state": MessageState.IN_DOUBT, "next_look_at": NOW + MINUTE}, NOW + MINUTE),
        ({"state": MessageState.SENT, "expires_at": NOW, "next_look_at": NOW}, None),
    ],
)
def test_the_next_due_moment_is_known(store, waiting, due_at):
    stored(store, samples.message(**waiting))
    with store.read() as unit:
        assert unit.messages.next_due_at() == due_at


def test_with_an_empty_outbox_there_is_no_next_moment(store):
    with store.read() as unit:
        assert unit.messages.next_due_at() is None


def test_a_callback_finds_its_message(store):
    (message,) = stored(store, samples.full_message(provider="twilio", provider_id="SM7"))
    with store.read() as unit:
        assert unit.messages.by_provider_id("twilio", "SM7") == message
        assert unit.messages.by_provider_id("twilio", "SM8") is None
        assert unit.messages.by_provider_id("smtp", "SM7") is None


def test_what_concerns_one_patient_is_found(store):
    ann = samples.patient()
    alert = samples.alert(patient=ann.id)
    queued = samples.message(patient=ann.id, created_at=NOW - MINUTE)
    notice = samples.full_message(
        message_class=MessageClass.STAFF_NOTICE, alert=alert.id, patient=ann.id, state=MessageState.SENT
    )
    with store.write() as unit:
        unit.patients.add(ann)
        unit.alerts.add(alert)
        unit.commit()
    stored(store, notice, queued, samples.message())
    with store.read() as unit:
        assert unit.messages.of_patient(ann.id) == (queued, notice)
        assert unit.messages.waiting_for(ann.id) == (queued,)
        assert unit.messages.of_alert(alert.id) == (notice,)
        assert unit.messages.any("C1_ASK", ann.id, NOW - MINUTE)
        assert not unit.messages.any("C2_ASK", ann.id, NOW - MINUTE)
        assert not unit.messages.any("C1_ASK", "somebody else", NOW - MINUTE)
        assert not unit.messages.any("C1_ASK", ann.id, NOW + MINUTE)


def test_what_was_sent_to_an_address_is_found(store):
    before = samples.message(body="long ago", created_at=NOW - MINUTE)
    first = samples.message(body="first", message_class=MessageClass.REPLY)
    second = samples.message(body="second", message_class=MessageClass.KEYWORD, created_at=NOW + MINUTE)
    safety = samples.message(body="safety", message_class=MessageClass.SAFETY, created_at=NOW + 2 * MINUTE)
    to_bob = samples.message(body="bob", to=BOB_PHONE, message_class=MessageClass.REPLY)
    elsewhere = samples.message(body="elsewhere", clinic="hilltop", message_class=MessageClass.REPLY)
    stored(store, second, first, before, to_bob, elsewhere, safety)
    with store.read() as unit:
        assert unit.messages.texts_to(CLINIC, ANN_PHONE, NOW) == ("first", "second", "safety")
        assert unit.messages.automatic_since(CLINIC, ANN_PHONE, NOW) == 2
        assert unit.messages.automatic_since(CLINIC, ANN_PHONE, NOW + MINUTE) == 1


@pytest.mark.parametrize(
    ("template", "state", "made_at", "sent"),
    [
        ("STOP", MessageState.SENT, NOW, True),
        ("STOP", MessageState.QUEUED, NOW, True),
        ("E_CRISIS_STOP", MessageState.DELIVERED, NOW + MINUTE, True),
        ("STOP", MessageState.SENT, NOW - MINUTE, False),
        ("STOP", MessageState.SUPPRESSED, NOW, False),
        ("STOP", MessageState.EXPIRED, NOW, False),
        ("NONSTOP", MessageState.SENT, NOW, False),
        ("HELP", MessageState.SENT, NOW, False),
    ],
)
def test_the_one_confirmation_of_an_opt_out_is_known(store, template, state, made_at, sent):
    stored(store, samples.message(template=template, state=state, created_at=made_at))
    with store.write() as unit:
        unit.suppressions.add(CLINIC, Channel.SMS, ANN_PHONE, at=NOW, source="STOP")
        assert unit.messages.confirmation_sent(CLINIC, ANN_PHONE) is sent
        assert not unit.messages.confirmation_sent(CLINIC, BOB_PHONE)


def test_one_question_goes_out_once_per_channel_and_attempt_whatever_the_intent(store):
    ann = samples.patient()
    infusion = samples.infusion(ann)
    plan = samples.plan(infusion)
    check_in = samples.check_in(plan)
    asked = {"check_in": check_in.id, "question": "pain"}
    with store.write() as unit:
        unit.patients.add(ann)
        unit.infusions.add(infusion)
        unit.plans.add(plan)
        unit.check_ins.add_many([check_in])
        unit.commit()
    allowed = [
        samples.message(**asked),
        samples.message(**asked, attempt=2),
        samples.message(**asked, channel=Channel.EMAIL),
        samples.message(**asked, message_class=MessageClass.REMINDER),
        samples.message(**asked, message_class=MessageClass.REPLY),
        samples.message(**asked, message_class=MessageClass.REPLY),
    ]
    stored(store, *allowed)
    with store.read() as unit:
        assert unit.messages.of_check_in(check_in.id) == tuple(allowed)
    with store.write() as unit, pytest.raises(Collision):
        unit.messages.add(samples.message(**asked))


def test_a_provider_names_one_message_only(store):
    stored(store, samples.full_message(provider_id="SM1"))
    with store.write() as unit, pytest.raises(Collision):
        unit.messages.add(samples.full_message(provider_id="SM1"))
