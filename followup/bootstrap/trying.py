"""Tries the ways out of the house without sending anything: `followup doctor` says what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator

from followup.bootstrap.live import mail_gateway, twilio_settings
from followup.clock import Clock
from followup.errors import FollowupError
from followup.gateways.port import InboundSetUp
from followup.gateways.twilio_numbers import TwilioNumbers
from followup.gateways.twilio_sms import TwilioSmsGateway
from followup.settings import Settings

TEXTS_GO_TO = "/twilio/sms"

REMEDY = (
    "make a TwiML Bin that names 911 and 988 (docs/operations.md has the words), "
    "and set it under 'primary handler fails'"
)
NO_FALLBACK = f"with this service down a patient's text gets no answer; {REMEDY}"

#: What is wrong, and whether it is only worth a look.
Found = Iterator[tuple[str, bool]]


def try_provider(settings: Settings, public_url: str) -> Found:
    """Ask Twilio whether it would send for us, and where texts to us go."""
    texts = TwilioSmsGateway(twilio_settings(settings, public_url))
    problem = texts.problem()
    texts.close()
    if problem is not None:
        yield problem, False
    else:
        yield from _inbound(settings, public_url)


def try_mail(settings: Settings, clock: Clock) -> Found:
    """Open a session with the mail server, where there is one."""
    mail = mail_gateway(settings, clock)
    problem = mail.problem() if mail is not None else None
    if problem is not None:
        yield problem, False


def _inbound(settings: Settings, public_url: str) -> Found:
    numbers = TwilioNumbers(twilio_settings(settings, public_url))
    try:
        found = numbers.set_up()
    except FollowupError as error:
        yield f"{error}; look in Twilio's console yourself", True
        return
    finally:
        numbers.close()
    for one in found:
        yield from _judged(one, public_url)


def _judged(one: InboundSetUp, public_url: str) -> Found:
    address = f"{public_url}{TEXTS_GO_TO}"
    if one.texts_go_to != address:
        yield f"texts to {one.about} do not go to {address}: set it in Twilio's console, or no reply is read", False
    fallback = one.texts_fall_back_to
    if fallback is None:
        yield f"{one.about} has no fallback: {NO_FALLBACK}", True
    elif fallback.startswith(public_url):
        yield f"the fallback of {one.about} leads to this service, which is down when it is needed: {REMEDY}", True
