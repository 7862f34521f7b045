"""Calls to staff through Twilio's SDK, speaking words that travel with the request. Bootstrap makes one when live.

The words are TwiML in the request itself: they are spoken even when nothing of ours answers, and they stand in no
address (which would be logged on the way).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from twilio.rest import Client

from followup.domain.calls import CallStage
from followup.domain.message import MessageState
from followup.domain.people import Channel
from followup.gateways.port import (
    Accepted,
    GatewayError,
    Outcome,
    Outgoing,
    ProviderRecord,
    RefusalKind,
    Refused,
    Uncertain,
)
from followup.gateways.twilio_http import PooledHttpClient
from followup.gateways.twilio_outcome import outcome_of
from followup.gateways.twilio_sms import TwilioSettings
from followup.gateways.twilio_speech import asked
from followup.gateways.twilio_status import PROVIDER, stage_of

KEY_PATH: Final = "/twilio/voice/key"
CALL_STATUS_PATH: Final = "/twilio/voice/status"
#: How long a phone rings, in seconds: four to six rings, before most voicemails pick up.
RINGS: Final = 25
#: Two readings of the text and time for a key, in seconds; no call of ours costs more than that.
LONGEST_CALL: Final = 600
LONGEST_TWIML: Final = 4000  # characters; Twilio docs, Call resource, Twiml
_EVENTS: Final = ["initiated", "ringing", "answered", "completed"]  # busy, failed and the like come as completed
_NO_NUMBER: Final = Refused(
    kind=RefusalKind.PERMANENT,
    code="no-number",
    reason="There is no number to call from: set TWILIO_STAFF_FROM_NUMBER.",
)
_TOO_LONG: Final = Refused(
    kind=RefusalKind.PERMANENT,
    code="too-long",
    reason="The words of a call are too long for Twilio; shorten the template.",
)
_PAGE: Final = 200
#: This many old records in a row end a list that is ordered newest first.
_PATIENCE: Final = 50


class TwilioVoiceGateway:
    """The voice channel through Twilio. Safe to share by any number of threads."""

    def __init__(self, settings: TwilioSettings) -> None:
        self._settings = settings
        self._http = PooledHttpClient(settings.wire)
        # An environment of its own: TWILIO_EDGE and TWILIO_REGION would rewrite the host behind our back.
        own = {"TWILIO_ACCOUNT_SID": settings.account_sid}
        client = Client(settings.account_sid, settings.auth_token, http_client=self._http, environment=own)
        self._calls: Any = client.calls

    @property
    def name(self) -> str:
        """The provider's name as stored beside its ids."""
        return PROVIDER

    @property
    def channel(self) -> Channel:
        """The channel this gateway serves."""
        return Channel.VOICE

    def send(self, message: Outgoing) -> Outcome:
        """Place the call by one request. Never raises and never repeats it."""
        number = self._settings.staff_from or message.sender or self._settings.from_number
        if number is None:
            return _NO_NUMBER
        try:
            parameters = self._parameters(message, number)
            if len(parameters["twiml"]) > LONGEST_TWIML:
                return _TOO_LONG
            return _accepted(self._calls.create(**parameters))
        except Exception as error:  # noqa: BLE001 - whatever else goes wrong, the request may have arrived
            return _only_this_call(outcome_of(error))

    def look_up(self, *, to: str, sender: str | None, since: datetime) -> tuple[ProviderRecord, ...]:
        """All calls to `to` created at or after `since`, to the second that Twilio keeps, oldest first.

        A call has no text that could be compared. Raises GatewayError.
        """
        first = since.astimezone(UTC).replace(microsecond=0)
        filters = {"to": to} if sender is None else {"to": to, "from_": sender}
        try:
            newest_first = tuple(_until_old(self._calls.stream(**filters, page_size=_PAGE), first))
        except Exception as error:  # noqa: BLE001 - the SDK, JSON and the transport all raise their own
            message = f"Twilio could not be asked for its calls ({type(error).__name__}); try again later."
            raise GatewayError(message) from None  # the cause names the number
        oldest_first = reversed(newest_first)
        records = [_record(each) for each in oldest_first if each.direction == "outbound-api" and _is_dated(each)]
        return tuple(sorted((one for one in records if one.created_at >= first), key=lambda one: one.created_at))

    def stop_ringing(self, provider_id: str) -> None:
        """Stop a call that nobody has picked up; Twilio leaves one in progress alone (docs, Call resource, Status)."""
        with suppress(Exception):  # it rings out by itself
            self._calls(provider_id).update(status="canceled")

    def close(self) -> None:
        """Close idle connections."""
        self._http.close()

    def _parameters(self, message: Outgoing, number: str) -> dict[str, Any]:
        base = self._settings.public_url.rstrip("/")
        # Our own opaque id only: addresses end up in Twilio's logs.
        status = f"{base}{CALL_STATUS_PATH}?{urlencode({'m': message.id, 'a': message.attempt})}"
        return {
            "to": message.to,
            "from_": number,
            "twiml": asked(message.body, language=message.language, action=f"{base}{KEY_PATH}/{message.id}"),
            "timeout": RINGS,
            "time_limit": LONGEST_CALL,
            "status_callback": status,
            "status_callback_event": _EVENTS,
            "status_callback_method": "POST",
            # In the background: whoever picks up hears the words at once, whatever they are taken for.
            "machine_detection": "Enable",
            "async_amd": "true",
            "async_amd_status_callback": status,
            "async_amd_status_callback_method": "POST",
        }


def _accepted(created: Any) -> Outcome:  # noqa: ANN401 - the SDK comes without types
    if not isinstance(created.sid, str) or not created.sid:
        return Uncertain(reason="Twilio's answer names no call.")
    return Accepted(provider=PROVIDER, provider_id=created.sid, state=MessageState.SENT)


def _only_this_call(outcome: Outcome) -> Outcome:
    """An address that Twilio does not know says nothing about the account, which texts go out by as well."""
    if isinstance(outcome, Refused) and outcome.code in {"404", "20404"}:
        reason = "Twilio takes no calls for this account; is voice enabled on the number?"
        return Refused(kind=RefusalKind.PERMANENT, code=outcome.code, reason=reason)
    return outcome


def _is_dated(listed: Any) -> bool:  # noqa: ANN401 - the SDK comes without types
    return isinstance(listed.date_created, datetime)


def _record(listed: Any) -> ProviderRecord:  # noqa: ANN401 - the SDK comes without types
    stage = stage_of(listed.status, listed.answered_by)
    failed = stage in {CallStage.FAILED, CallStage.CANCELED}
    return ProviderRecord(
        provider_id=listed.sid,
        to=listed.to or "",
        body=None,
        created_at=listed.date_created.astimezone(UTC),
        state=MessageState.FAILED if failed else MessageState.SENT,
        error_code=None,
        refused=False,
        stage=stage,
    )


def _until_old(newest_first: Iterable[Any], first: datetime) -> Iterator[Any]:
    """The records up to many old ones in a row; their order is by creation, not promised to the second."""
    old = 0
    for each in newest_first:
        yield each
        old = old + 1 if _is_dated(each) and each.date_created < first else 0
        if old >= _PATIENCE:
            return
