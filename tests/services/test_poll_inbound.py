"""Texts whose posts never reached us: fetched from the provider, read once, over every number of ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from followup.domain.people import Channel
from followup.gateways.twilio_http import WireSettings
from followup.gateways.twilio_numbers import TwilioInbox, TwilioNumbers
from followup.gateways.twilio_sms import TwilioSettings, TwilioSmsGateway
from followup.gateways.twilio_webhook import TwilioWebhook
from followup.services.context import Context
from followup.services.poll_inbound import poll
from followup.services.receive_inbound import receive
from tests.support.clinic import Clinic
from tests.support.twilio_console import Service
from tests.support.twilio_stand_in import Request, TwilioStandIn

ANN = "+13125550177"
SERVICE = "MG" + "1" * 32
OTHER = "+12025550111"


@dataclass
class Backstop:
    """A clinic whose webhooks may be lost, and the provider that has the texts all the same."""

    clinic: Clinic
    twilio: TwilioStandIn
    context: Context

    def taken(self) -> list[str]:
        """What Ann wrote, as far as it is on file."""
        with self.context.store.read() as uow:
            return [one.body for one in uow.inbound.pending(10)]


def lists(request: Request) -> bool:
    """Whether the provider is asked for texts."""
    return request.method == "GET" and request.path.endswith("/Messages.json")


@pytest.fixture
def net(clinic: Clinic) -> Iterator[Backstop]:
    with TwilioStandIn(clock=clinic.clock) as twilio:
        settings = TwilioSettings(
            account_sid=twilio.account,
            auth_token=twilio.token,
            public_url=twilio.public_url,
            messaging_service_sid=SERVICE,
            wire=WireSettings(base_url=twilio.url, connect_timeout=1.0, total_timeout=5.0),
        )
        texts, numbers = TwilioSmsGateway(settings), TwilioNumbers(settings)
        inbox = TwilioInbox(texts, numbers)
        yield Backstop(clinic, twilio, replace(clinic.context, inbox=inbox, own_numbers=(twilio.number,)))
        texts.close()
        numbers.close()


def test_the_first_question_reads_no_number_s_past(net: Backstop) -> None:
    net.twilio.inbound_fields(ANN, "before your time")
    net.clinic.clock.advance(timedelta(minutes=1))
    assert poll(net.context) == 0
    net.clinic.clock.advance(timedelta(minutes=3))
    assert poll(net.context) == 0
    assert net.taken() == []


def test_a_text_whose_post_was_lost_is_taken_in_once(net: Backstop) -> None:
    poll(net.context)
    net.clinic.clock.advance(timedelta(minutes=1))
    net.twilio.inbound_fields(ANN, "chest feels tight")
    assert [poll(net.context), poll(net.context)] == [1, 0]
    assert net.taken() == ["chest feels tight"]


def test_what_was_posted_too_is_not_taken_twice(net: Backstop) -> None:
    poll(net.context)
    net.clinic.clock.advance(timedelta(minutes=1))
    fields = net.twilio.inbound_fields(ANN, "7")
    webhook = TwilioWebhook(public_url=net.twilio.public_url, auth_tokens=[net.twilio.token])
    receive(net.context, webhook.received(fields), channel=Channel.SMS)
    assert poll(net.context) == 0
    assert net.taken() == ["7"]


def test_every_number_of_a_messaging_service_is_asked_for(net: Backstop) -> None:
    net.twilio.console.service = Service(sid=SERVICE, numbers=(OTHER, net.twilio.number))
    poll(net.context)
    net.clinic.clock.advance(timedelta(minutes=1))
    net.twilio.inbound_fields(ANN, "to the other number", to=OTHER)
    net.twilio.inbound_fields(ANN, "to the first number")
    assert poll(net.context) == 2
    assert sorted(net.taken()) == ["to the first number", "to the other number"]


def test_a_provider_that_was_down_is_asked_again_from_the_same_mark(net: Backstop) -> None:
    poll(net.context)
    net.clinic.clock.advance(timedelta(minutes=1))
    net.twilio.inbound_fields(ANN, "is anybody there")
    net.twilio.html(502, when=lists, times=None)
    assert poll(net.context) == 0
    net.twilio.heal()
    net.clinic.clock.advance(timedelta(hours=5))
    assert poll(net.context) == 1
    assert net.taken() == ["is anybody there"]
