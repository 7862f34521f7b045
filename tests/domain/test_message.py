"""Classes, lanes and states of outgoing messages, and the addresses of people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followup.domain.message import Lane, MessageClass, MessageState
from followup.domain.people import Channel, PatientStatus
from followup.domain.received import Inbound, InboundState
from tests.domain.samples import CONFIGURATION, T0, patient


@pytest.mark.parametrize(
    ("message_class", "lane", "keeps_window", "for_staff"),
    [
        (MessageClass.STAFF_NOTICE, Lane.STAFF, False, True),
        (MessageClass.STAFF_REPLY, Lane.STAFF, False, True),
        (MessageClass.SAFETY, Lane.SAFETY, False, False),
        (MessageClass.REPLY, Lane.REPLY, False, False),
        (MessageClass.KEYWORD, Lane.REPLY, False, False),
        (MessageClass.PERSONAL, Lane.REPLY, False, False),
        (MessageClass.CHECK_IN, Lane.CHECK_IN, True, False),
        (MessageClass.REMINDER, Lane.CHECK_IN, True, False),
    ],
)
def test_each_class_has_its_lane_and_only_questions_wait_for_the_window(message_class, lane, keeps_window, for_staff):
    assert (message_class.lane, message_class.keeps_window, message_class.for_staff) == (lane, keeps_window, for_staff)


def test_a_late_callback_moves_nothing_backwards():
    way = [
        MessageState.QUEUED,
        MessageState.CLAIMED,
        MessageState.SENDING,
        MessageState.IN_DOUBT,
        MessageState.UNKNOWN,
        MessageState.SENT,
        MessageState.DELIVERED,
    ]
    ranks = [state.progress for state in way]
    assert ranks == sorted(set(ranks))
    terminal = {state.progress for state in (MessageState.DELIVERED, MessageState.UNDELIVERED, MessageState.FAILED)}
    assert len(terminal) == 1
    assert {state for state in MessageState if state.waiting} == {
        MessageState.QUEUED,
        MessageState.HELD,
        MessageState.CLAIMED,
    }


@pytest.mark.parametrize(
    ("status", "until", "expected"),
    [
        (PatientStatus.ACTIVE, None, True),
        (PatientStatus.PAUSED, None, False),
        (PatientStatus.PAUSED, timedelta(seconds=1), False),
        (PatientStatus.PAUSED, timedelta(0), True),
        (PatientStatus.IN_HOSPITAL, None, False),
        (PatientStatus.DECEASED, None, False),
        (PatientStatus.LEFT_CARE, None, False),
    ],
)
def test_who_receives_automatic_texts(status, until, expected):
    ann = patient(status=status, status_until=None if until is None else T0 + until)
    assert ann.receives_texts(T0) is expected


def test_a_safe_contact_hold_stops_them_for_anybody():
    assert not patient(safe_contact_hold=True).receives_texts(T0)


def test_addresses_by_channel():
    ann = patient(email="ann@example.org")
    assert [ann.address(channel) for channel in (Channel.SMS, Channel.VOICE, Channel.EMAIL)] == [
        "+13125550171",
        "+13125550171",
        "ann@example.org",
    ]
    kay = CONFIGURATION.staff["kay"]
    assert kay.address(Channel.SMS) == "+13125550161"
    assert kay.address(Channel.EMAIL) == "kay.miller@prairie.example.org"


def test_an_inbound_waits_to_be_read_and_says_of_itself_nothing_more():
    came = Inbound(
        id="in1",
        clinic="prairie",
        provider="simulator",
        provider_id="SM1",
        channel=Channel.SMS,
        sender="+13125550171",
        to="+13125550100",
        body="3",
        received_at=T0,
    )
    assert (came.state, came.attempts, came.read_at, came.patient, came.kind) == (
        InboundState.RECEIVED,
        0,
        None,
        None,
        None,
    )
