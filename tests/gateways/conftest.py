"""What the tests of the gateways share: a stand-in for Twilio, and the real SDK pointed at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from followup.gateways.twilio_sms import TwilioSmsGateway
from followup.gateways.twilio_webhook import TwilioWebhook
from tests.gateways.worlds import PUBLIC_URL, twilio_settings
from tests.support.twilio_stand_in import TwilioStandIn


@pytest.fixture
def twilio() -> Iterator[TwilioStandIn]:
    with TwilioStandIn(public_url=PUBLIC_URL) as stand_in:
        yield stand_in


@pytest.fixture
def gateway(twilio: TwilioStandIn) -> Iterator[TwilioSmsGateway]:
    made = TwilioSmsGateway(twilio_settings(twilio))
    yield made
    made.close()


@pytest.fixture
def webhook(twilio: TwilioStandIn) -> TwilioWebhook:
    return TwilioWebhook(public_url=PUBLIC_URL, auth_tokens=[twilio.token])
