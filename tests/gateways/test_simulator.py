"""The simulated provider: phones one can read and write on, kept over a restart, and faults on demand."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from followup.clock import StandingClock
from followup.domain.message import MessageState
from followup.domain.people import Channel
from followup.gateways.port import Accepted, GatewayError, Late, RefusalKind, Refused, StatusUpdate, Uncertain
from followup.gateways.simulator import CLINIC_NUMBER, SimulatedProvider
from tests.gateways.worlds import ANN, ANNS_MAIL, mail_to_ann, text_to_ann

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BOB = "+13125550143"


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(NOON)


@pytest.fixture
def provider(clock: StandingClock):
    made = SimulatedProvider(clock)
    yield made
    made.close()


def test_a_phone_shows_both_directions_in_order(provider: SimulatedProvider, clock: StandingClock):
    provider.sms.send(text_to_ann(body="How bad is your pain, 0 to 10?"))
    clock.advance(timedelta(minutes=5))
    provider.record_inbound(sender=ANN, body="7", media=("image/jpeg",))
    provider.sms.send(text_to_ann(to=BOB, body="for somebody else"))

    shown = [{name: each[name] for name in ("at", "from", "to", "body")} for each in provider.phone_messages(ANN)]

    assert shown == [
        {
            "at": "2026-11-22T12:00:00+00:00",
            "from": CLINIC_NUMBER,
            "to": ANN,
            "body": "How bad is your pain, 0 to 10?",
        },
        {"at": "2026-11-22T12:05:00+00:00", "from": ANN, "to": CLINIC_NUMBER, "body": "7"},
    ]
    assert provider.phone_messages(ANN)[1]["media"] == ["image/jpeg"]


def test_a_mailbox_shows_its_mail(provider: SimulatedProvider):
    provider.email.send(mail_to_ann(body="Hello Ann", subject="From your clinic"))

    (mail,) = provider.mailbox(ANNS_MAIL)

    assert (mail["at"], mail["to"], mail["subject"], mail["text"]) == (
        "2026-11-22T12:00:00+00:00",
        ANNS_MAIL,
        "From your clinic",
        "Hello Ann",
    )
    assert provider.phone_messages(ANNS_MAIL) == []


def test_what_it_shows_is_ready_for_json(provider: SimulatedProvider):
    provider.sms.send(text_to_ann())
    provider.email.send(mail_to_ann())

    assert json.loads(json.dumps([provider.phone_messages(ANN), provider.mailbox(ANNS_MAIL)]))


def test_a_number_never_seen_is_an_empty_phone(provider: SimulatedProvider):
    assert provider.phone_messages("+13125550199") == []
    assert provider.mailbox("nobody@mail.example") == []


def test_phones_and_mailboxes_are_listed_as_they_turn_up(provider: SimulatedProvider):
    provider.sms.send(text_to_ann(to=BOB))
    provider.record_inbound(sender=ANN, body="hello?")
    provider.sms.send(text_to_ann(to=BOB))
    provider.email.send(mail_to_ann())

    assert provider.phones() == (BOB, ANN)
    assert provider.mailboxes() == (ANNS_MAIL,)


def test_a_restart_shows_the_same_phones(clock: StandingClock, tmp_path: Path):
    path = tmp_path / "var" / "phones.sqlite"
    first = SimulatedProvider(clock, path)
    first.sms.send(text_to_ann(id="a1", attempt=2))
    first.record_inbound(sender=ANN, body="7")
    before, ledger = first.phone_messages(ANN), first.ledger()
    first.close()

    again = SimulatedProvider(clock, path)

    assert again.phone_messages(ANN) == before
    assert again.ledger() == ledger
    assert len(again.sms.look_up(to=ANN, sender=None, since=NOON)) == 1
    again.close()


def test_a_demo_that_was_killed_loses_nothing_it_accepted(clock: StandingClock, tmp_path: Path):
    path = tmp_path / "phones.sqlite"
    killed = SimulatedProvider(clock, path)
    killed.sms.send(text_to_ann(id="a1"))

    after = SimulatedProvider(clock, path)  # the first was never closed

    assert [entry.message_id for entry in after.ledger()] == ["a1"]
    after.close()
    killed.close()


def test_a_reply_goes_to_whoever_texted_last(clock: StandingClock):
    provider = SimulatedProvider(clock, staff_number="+12025550177")
    provider.sms.send(text_to_ann(sender="+12025550188"))
    assert provider.record_inbound(sender=ANN, body="7").to == "+12025550188"

    provider.sms.send(text_to_ann(sender="+12025550188", staff=True))
    assert provider.record_inbound(sender=ANN, body="ack K7MP").to == "+12025550177"
    assert provider.record_inbound(sender=ANN, body="7", to="+12025550188").to == "+12025550188"
    assert provider.record_inbound(sender=BOB, body="hello?").to == CLINIC_NUMBER
    provider.close()


def test_every_inbound_text_has_a_name_of_its_own(provider: SimulatedProvider):
    first, second = (provider.record_inbound(sender=ANN, body="7") for _ in range(2))

    assert first.provider == "simulator"
    assert first.provider_id != second.provider_id
    assert dict(json.loads(first.raw)) == {
        "MessageSid": first.provider_id,
        "From": ANN,
        "To": CLINIC_NUMBER,
        "Body": "7",
    }


def test_what_became_of_a_text_is_reported(provider: SimulatedProvider):
    reported: list[StatusUpdate] = []
    provider.on_status = reported.append

    outcome = provider.sms.send(text_to_ann(id="a1", attempt=2))

    assert isinstance(outcome, Accepted)
    assert [(each.message_id, each.attempt, each.provider_id, each.state) for each in reported] == [
        ("a1", 2, outcome.provider_id, MessageState.DELIVERED)
    ]
    assert provider.ledger()[0].state is MessageState.DELIVERED


def test_a_text_may_fail_on_the_way(provider: SimulatedProvider):
    reported: list[StatusUpdate] = []
    provider.on_status = reported.append
    provider.fail_delivery(Late.LANDLINE, code="30006", to=ANN)

    assert isinstance(provider.sms.send(text_to_ann()), Accepted)

    assert [(each.state, each.error_code, each.late) for each in reported] == [
        (MessageState.UNDELIVERED, "30006", Late.LANDLINE)
    ]


def test_a_fault_strikes_the_one_it_is_meant_for_as_often_as_it_is_meant_to(provider: SimulatedProvider):
    provider.refuse(RefusalKind.LATER, to=ANN, times=2)

    outcomes = [type(provider.sms.send(text_to_ann(to=to))) for to in (BOB, ANN, ANN, ANN)]

    assert outcomes == [Accepted, Refused, Refused, Accepted]
    assert [entry.recipient for entry in provider.ledger()] == [BOB, ANN]


def test_a_fault_without_end_lasts_until_all_is_well(provider: SimulatedProvider):
    provider.lose_answer(accepted=False, times=None)
    assert {type(provider.sms.send(text_to_ann())) for _ in range(5)} == {Uncertain}

    provider.faults.clear()
    assert isinstance(provider.sms.send(text_to_ann()), Accepted)


def test_a_number_that_has_stopped_is_refused_until_it_starts(provider: SimulatedProvider):
    provider.block(ANN)
    refused = provider.sms.send(text_to_ann())
    provider.unblock(ANN)

    assert isinstance(refused, Refused)
    assert refused.kind is RefusalKind.OPTED_OUT
    assert isinstance(provider.sms.send(text_to_ann()), Accepted)


def test_a_look_up_can_fail(provider: SimulatedProvider):
    provider.fail_look_ups(1)

    with pytest.raises(GatewayError):
        provider.sms.look_up(to=ANN, sender=None, since=NOON)
    assert provider.sms.look_up(to=ANN, sender=None, since=NOON) == ()


def test_a_send_can_be_stopped_on_its_way(provider: SimulatedProvider):
    reached, go_on = threading.Event(), threading.Event()

    def stop(_: object) -> None:
        reached.set()
        assert go_on.wait(10)

    provider.before_send = stop
    sending = threading.Thread(target=lambda: provider.sms.send(text_to_ann()))
    sending.start()
    assert reached.wait(10)
    held = provider.ledger()
    go_on.set()
    sending.join(10)

    assert held == ()
    assert len(provider.ledger()) == 1


def test_each_channel_is_a_gateway_of_its_own(provider: SimulatedProvider):
    assert (provider.sms.channel, provider.email.channel) == (Channel.SMS, Channel.EMAIL)
