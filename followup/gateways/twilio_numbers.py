"""What Twilio's console says about our numbers: which a messaging service sends from, and where texts to them go.

Bootstrap makes one for a live service with a messaging service, and `followup doctor` to check the set-up.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from twilio.rest import Client

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

    def set_up(self) -> tuple[InboundSetUp, ...]:
        """How each of our senders takes texts in: the messaging service, else the number. Raises GatewayError."""
        try:
            return self._service() if self._settings.messaging_service_sid else self._number()
        except FollowupError:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            raise _unanswered(error) from None

    def close(self) -> None:
        """Close idle connections."""
        self._http.close()

    def _service(self) -> tuple[InboundSetUp, ...]:
        """A service may leave it to its numbers where texts go (Twilio docs, Service resource)."""
        service = self._client.messaging.v1.services(self._settings.messaging_service_sid).fetch()
        if service.use_inbound_webhook_on_number:
            numbers = self.of_service()
            return tuple(found for number in numbers for found in self._incoming(number, "a number of the service"))
        return (
            InboundSetUp(
                about="the messaging service",
                texts_go_to=service.inbound_request_url or None,
                texts_fall_back_to=service.fallback_url or None,
            ),
        )

    def _number(self) -> tuple[InboundSetUp, ...]:
        number = self._settings.from_number
        return self._incoming(number, "TWILIO_FROM_NUMBER") if number else ()

    def _incoming(self, number: str, about: str) -> tuple[InboundSetUp, ...]:
        listed = self._client.incoming_phone_numbers.list(phone_number=number)
        if not listed:
            raise GatewayError(f"this Twilio account has no number like {about}")
        return tuple(
            InboundSetUp(about=about, texts_go_to=one.sms_url or None, texts_fall_back_to=one.sms_fallback_url or None)
            for one in listed
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
