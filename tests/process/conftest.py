"""Twilio and a mail server, played on loopback, for tests of the real process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.smtp_server import SmtpServer
from tests.support.twilio_stand_in import TwilioStandIn


@pytest.fixture
def twilio() -> Iterator[TwilioStandIn]:
    """Twilio."""
    with TwilioStandIn() as stand_in:
        yield stand_in


@pytest.fixture
def mail_server() -> Iterator[SmtpServer]:
    """A mail server without encryption, which is allowed on loopback."""
    with SmtpServer() as server:
        yield server
