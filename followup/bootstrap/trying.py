"""Tries the ways out of the house without sending anything: `followup doctor` says what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from followup.bootstrap.live import mail_gateway, twilio_settings
from followup.clock import Clock
from followup.domain.people import Channel
from followup.errors import FollowupError
from followup.gateways.port import InboundSetUp
from followup.gateways.twilio_numbers import TwilioNumbers
from followup.gateways.twilio_sms import TwilioSmsGateway
from followup.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class _WayIn:
    """What comes in by one channel: the path that takes it, and the words for what goes wrong and how to mend it."""

    what: str
    path: str
    lost: str
    unanswered: str
    remedy: str


_SET_UNDER = "and set it under 'primary handler fails'"
_WAYS_IN = {
    Channel.SMS: _WayIn(
        what="texts",
        path="/twilio/sms",
        lost="set it in Twilio's console, or no reply is read",
        unanswered="a patient's text gets no answer",
        remedy=f"make a TwiML Bin that names 911 and 988 (docs/operations.md has the words), {_SET_UNDER}",
    ),
    Channel.VOICE: _WayIn(
        what="calls",
        path="/twilio/voice/inbound",
        lost=(
            "set it in Twilio's console at the number, under 'a call comes in', or patients who ring it and staff who "
            "call back reach nobody"
        ),
        unanswered="whoever calls hears an error",
        remedy=f"make a TwiML Bin that says 911 and 988 (docs/operations.md has the words), {_SET_UNDER} of calls",
    ),
}

#: What is wrong, and whether it is only worth a look.
Found = Iterator[tuple[str, bool]]


def try_provider(settings: Settings, public_url: str, senders: Mapping[str, str]) -> Found:
    """Ask Twilio whether it would send for us, and where texts and calls to us go.

    `senders`: the clinics' own numbers, by what they are called in words.
    """
    texts = TwilioSmsGateway(twilio_settings(settings, public_url))
    problem = texts.problem()
    texts.close()
    if problem is not None:
        yield problem, False
    else:
        yield from _inbound(settings, public_url, senders)


def try_mail(settings: Settings, clock: Clock) -> Found:
    """Open a session with the mail server, where there is one."""
    mail = mail_gateway(settings, clock)
    problem = mail.problem() if mail is not None else None
    if problem is not None:
        yield problem, False


def _inbound(settings: Settings, public_url: str, senders: Mapping[str, str]) -> Found:
    numbers = TwilioNumbers(twilio_settings(settings, public_url))
    try:
        found = numbers.set_up(senders)
    except FollowupError as error:
        yield f"{error}; look in Twilio's console yourself", True
        return
    finally:
        numbers.close()
    for one in found:
        yield from _judged(one, public_url)


def _judged(one: InboundSetUp, public_url: str) -> Found:
    if not one.known:
        yield f"this Twilio account has no number like {one.about}; look in Twilio's console yourself", True
        return
    way = _WAYS_IN[one.channel]
    address = f"{public_url}{way.path}"
    if one.goes_to != address:
        yield f"{way.what} to {one.about} do not go to {address}: {way.lost}", False
    fallback = one.falls_back_to
    if fallback is None:
        yield f"{one.about} has no fallback for {way.what}: with this service down {way.unanswered}; {way.remedy}", True
    elif fallback.startswith(public_url):
        yield (
            (
                f"the fallback of {one.about} for {way.what} leads to this service, which is down when it is needed: "
                f"{way.remedy}"
            ),
            True,
        )
