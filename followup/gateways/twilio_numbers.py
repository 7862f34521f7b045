"""What Twilio's console says about our numbers: which a messaging service sends from, and where texts and calls go.

Bootstrap makes one for a live service with a messaging service, and `followup doctor` to check the set-up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from twilio.rest import Client

from followup.domain.people import Channel
from followup.errors import FollowupError
from followup.gateways.port import GatewayError, InboundSetUp, ReceivedText
from followup.gateways.twilio_http import PooledHttpClient
from followup.gateways.twilio_sms import TwilioSettings, TwilioSmsGateway


class TwilioNumbers:
    """Asks Twilio how our senders are set up. Changes nothing there."""

    def __init__(self, settings: TwilioSettings) -> None:
        self._settings = settings
        self._http = PooledHttpClient(settings.wire)
        # An environment of its own: TWILIO_EDGE and TWILIO_REGION would rewrite the host behind our back.
        own = {"TWILIO_ACCOUNT_SID": settings.account_sid}
        self._client: Any = Client(settings.account_sid, settings.auth_token, http_client=self._http, environment=own)

    def of_service(self) -> tuple[str, ...]:
        """The numbers that the messaging service sends from, none without a service. Raises GatewayError."""
        service = self._settings.messaging_service_sid
        if service is None:
            return ()
        try:
            listed = self._client.messaging.v1.services(service).phone_numbers.list()
        except Exception as error:  # noqa: BLE001 - the SDK, JSON and the transport all raise their own
            raise _unanswered(error) from None  # the cause names the service
        return tuple(each.phone_number for each in listed)

    def set_up(self, beside: Mapping[str, str]) -> tuple[InboundSetUp, ...]:
        """How each of our senders takes texts and calls in. Raises GatewayError.

        `beside`: numbers that the settings do not name, by what they are called in words.
        """
        try:
            return tuple(self._set_up(beside))
        except FollowupError:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            raise _unanswered(error) from None

    def close(self) -> None:
        """Close idle connections."""
        self._http.close()

    def _set_up(self, beside: Mapping[str, str]) -> Iterator[InboundSetUp]:
        members: tuple[str, ...] = ()
        if self._settings.messaging_service_sid is not None:
            members = self.of_service()
            yield from self._of_service(members)
        named = {
            "TWILIO_FROM_NUMBER": self._settings.from_number,
            "TWILIO_STAFF_FROM_NUMBER": self._settings.staff_from,
            **beside,
        }
        asked = {*members}
        for about, number in named.items():
            if number is not None and number not in asked:
                asked.add(number)
                yield from self._incoming(number, about)

    def _of_service(self, members: tuple[str, ...]) -> Iterator[InboundSetUp]:
        """Texts to its numbers go where the service says, unless it leaves that to them; calls where each of them says.

        Twilio docs, Service resource: a messaging service takes no calls.
        """
        service = self._client.messaging.v1.services(self._settings.messaging_service_sid).fetch()
        asks_numbers = service.use_inbound_webhook_on_number
        if not asks_numbers:
            yield InboundSetUp(
                about="the messaging service",
                channel=Channel.SMS,
                goes_to=service.inbound_request_url or None,
                falls_back_to=service.fallback_url or None,
            )
        for number in members:
            for one in self._incoming(number, f"{number} of the messaging service"):
                if asks_numbers or not one.known or one.channel is Channel.VOICE:
                    yield one

    def _incoming(self, number: str, about: str) -> Iterator[InboundSetUp]:
        listed = self._client.incoming_phone_numbers.list(phone_number=number)
        if not listed:
            yield InboundSetUp(about=about, channel=Channel.SMS, known=False)
        for one in listed:
            yield InboundSetUp(
                about=about,
                channel=Channel.SMS,
                goes_to=one.sms_url or None,
                falls_back_to=one.sms_fallback_url or None,
            )
            # A landline that a clinic only texts from by Twilio rings where it always rang.
            if (one.capabilities or {}).get("voice", True):
                yield InboundSetUp(
                    about=about,
                    channel=Channel.VOICE,
                    goes_to=one.voice_url or None,
                    falls_back_to=one.voice_fallback_url or None,
                )


class TwilioInbox:
    """What came in for our numbers, the messaging service's among them."""

    def __init__(self, texts: TwilioSmsGateway, numbers: TwilioNumbers) -> None:
        self._texts = texts
        self._numbers = numbers

    def received_since(self, *, to: str, since: datetime) -> tuple[ReceivedText, ...]:
        """All texts to our number `to` at or after `since`, oldest first. Raises GatewayError."""
        return self._texts.received_since(to=to, since=since)

    def own_numbers(self) -> tuple[str, ...]:
        """The numbers of the messaging service. Raises GatewayError."""
        return self._numbers.of_service()


def _unanswered(error: Exception) -> GatewayError:
    return GatewayError(f"Twilio could not say how its numbers are set up ({type(error).__name__})")
