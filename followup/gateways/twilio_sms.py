"""Texts through Twilio's SDK: one request a message, every answer sorted. Bootstrap makes one for a live service."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from twilio.rest import Client

from followup.domain.message import MessageState
from followup.domain.people import Channel
from followup.errors import BadInput
from followup.gateways.port import (
    Accepted,
    GatewayError,
    Outcome,
    Outgoing,
    ProviderRecord,
    ReceivedText,
    Refused,
    Uncertain,
)
from followup.gateways.twilio_errors import late_failure
from followup.gateways.twilio_http import PooledHttpClient, WireSettings
from followup.gateways.twilio_outcome import outcome_of
from followup.gateways.twilio_status import PROVIDER, state_of

STATUS_PATH: Final = "/twilio/status"
SHORTEST_VALIDITY: Final = 1
LONGEST_VALIDITY: Final = 36_000  # seconds; Twilio docs, Message resource, ValidityPeriod
_PAGE: Final = 1000
#: This many old records in a row end a list that is ordered newest first.
_PATIENCE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioSettings:
    """The account and its senders.

    `auth_token` is the one the API is asked with. `public_url` is the base of the address that statuses are
    posted to. Exactly one of `messaging_service_sid` and `from_number` is the default sender; both may be
    missing where every message names its own. `staff_from` is the sender kept for staff.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    public_url: str
    messaging_service_sid: str | None = None
    from_number: str | None = None
    staff_from: str | None = None
    wire: WireSettings = field(default_factory=WireSettings)

    def __post_init__(self) -> None:
        if self.messaging_service_sid and self.from_number:
            raise BadInput(
                "TWILIO_MESSAGING_SERVICE_SID and TWILIO_FROM_NUMBER are both set: keep the one to send from."
            )
        if not self.account_sid.strip() or not self.auth_token.strip():
            raise BadInput("TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN must both be set.")


class TwilioSmsGateway:
    """The SMS channel through Twilio. Safe to share by any number of threads."""

    def __init__(self, settings: TwilioSettings) -> None:
        self._settings = settings
        self._http = PooledHttpClient(settings.wire)
        # An environment of its own: TWILIO_EDGE and TWILIO_REGION would rewrite the host behind our back.
        own = {"TWILIO_ACCOUNT_SID": settings.account_sid}
        client = Client(settings.account_sid, settings.auth_token, http_client=self._http, environment=own)
        self._messages: Any = client.messages  # touched here, since the SDK loads it late and slowly
        self._account: Any = client.api.accounts(settings.account_sid)

    @property
    def name(self) -> str:
        """The provider's name as stored beside its ids."""
        return PROVIDER

    @property
    def channel(self) -> Channel:
        """The channel this gateway serves."""
        return Channel.SMS

    def send(self, message: Outgoing) -> Outcome:
        """Hand `message` over by one request. Never raises and never repeats it."""
        try:
            created = self._messages.create(**self._parameters(message))
            return _accepted(created)
        except Exception as error:  # noqa: BLE001 - whatever else goes wrong, the request may have arrived
            return outcome_of(error)

    def look_up(self, *, to: str, sender: str | None, since: datetime) -> tuple[ProviderRecord, ...]:
        """All texts to `to` created at or after `since`, to the second that Twilio keeps, oldest first.

        Raises GatewayError.
        """
        listed = self._listed({"to": to} if sender is None else {"to": to, "from_": sender}, since)
        return tuple(_record(each) for each in listed if each.direction == "outbound-api")

    def received_since(self, *, to: str, since: datetime) -> tuple[ReceivedText, ...]:
        """All texts to our number `to` at or after `since`, oldest first. Raises GatewayError."""
        return tuple(_received(each) for each in self._listed({"to": to}, since) if each.direction == "inbound")

    def problem(self) -> str | None:
        """What stands in the way of sending: the answer to asking for our own account."""
        try:
            status = self._account.fetch().status
        except Exception as error:  # noqa: BLE001 - the SDK, JSON and the transport all raise their own
            outcome = outcome_of(error)
            return outcome.reason if isinstance(outcome, Refused) else "Twilio gives no answer that can be read."
        return None if status == "active" else f"The Twilio account is {status}."

    def close(self) -> None:
        """Close idle connections."""
        self._http.close()

    def _listed(self, filters: Mapping[str, str], since: datetime) -> tuple[Any, ...]:
        """What Twilio lists, newest first, until long before `since`. DateSent is no filter: it is empty at first."""
        first = since.astimezone(UTC).replace(microsecond=0)
        try:
            newest_first = tuple(_until_old(self._messages.stream(**filters, page_size=_PAGE), first))
        except Exception as error:  # noqa: BLE001 - the SDK, JSON and the transport all raise their own
            raise _look_up_failed(error) from None  # the cause names the number
        dated = [each for each in reversed(newest_first) if isinstance(each.date_created, datetime)]
        recent = [each for each in dated if each.date_created >= first]
        return tuple(sorted(recent, key=lambda each: each.date_created))

    def _parameters(self, message: Outgoing) -> dict[str, object]:
        parameters: dict[str, object] = {
            "to": message.to,
            "body": message.body,
            "status_callback": self._status_address(message),
        }
        parameters.update(self._sender(message))
        if message.valid_for is not None:
            parameters["validity_period"] = _validity(message.valid_for)
        return parameters

    def _status_address(self, message: Outgoing) -> str:
        """Our own opaque id only: the address ends up in Twilio's logs."""
        query = urlencode({"m": message.id, "a": message.attempt})
        return f"{self._settings.public_url.rstrip('/')}{STATUS_PATH}?{query}"

    def _sender(self, message: Outgoing) -> dict[str, object]:
        staff = self._settings.staff_from if message.staff else None
        number = staff or message.sender
        if number:
            return {"from_": number}
        if self._settings.messaging_service_sid:
            return {"messaging_service_sid": self._settings.messaging_service_sid}
        return {"from_": self._settings.from_number} if self._settings.from_number else {}


def _validity(valid_for: timedelta) -> int:
    return max(SHORTEST_VALIDITY, min(LONGEST_VALIDITY, int(valid_for.total_seconds())))


def _accepted(created: Any) -> Outcome:  # noqa: ANN401 - the SDK comes without types
    if not isinstance(created.sid, str) or not created.sid:
        return Uncertain(reason="Twilio's answer names no message.")
    state = state_of(created.status) or MessageState.SENT
    return Accepted(provider=PROVIDER, provider_id=created.sid, state=state)


def _look_up_failed(error: Exception) -> GatewayError:
    return GatewayError(f"Twilio could not be asked for its messages ({type(error).__name__}); try again later.")


def _record(listed: Any) -> ProviderRecord:  # noqa: ANN401 - the SDK comes without types
    state = state_of(listed.status) or MessageState.SENT
    code = None if listed.error_code is None else str(listed.error_code)
    late, reason = late_failure(state, code)
    return ProviderRecord(
        provider_id=listed.sid,
        to=listed.to or "",
        body=listed.body or None,
        created_at=listed.date_created.astimezone(UTC),
        state=state,
        error_code=code,
        refused=_was_refused(listed, state),
        late=late,
        reason=reason,
    )


def _received(listed: Any) -> ReceivedText:  # noqa: ANN401 - the SDK comes without types
    pictures = int(listed.num_media) if str(listed.num_media).isdecimal() else 0
    fields = [["MessageSid", listed.sid], ["From", listed.from_], ["To", listed.to], ["Body", listed.body]]
    return ReceivedText(
        provider=PROVIDER,
        provider_id=listed.sid,
        sender=listed.from_ or "",
        to=listed.to or "",
        body=listed.body or "",
        media=("unknown",) * pictures,
        opt_out_type=None,
        raw=json.dumps(fields, ensure_ascii=False),
        received_at=listed.date_created.astimezone(UTC),
    )


def _was_refused(listed: Any, state: MessageState) -> bool:  # noqa: ANN401 - the SDK comes without types
    """Whether this is the record of a creation refused with 400, which Twilio lists as `failed` since 2024.

    Those carry a code of the request (2xxxx). Through a Messaging Service such codes also come late, on
    messages that were accepted, so there the record counts as one.
    """
    code = listed.error_code or 0
    return state is MessageState.FAILED and 20_000 <= code < 30_000 and not listed.messaging_service_sid


def _until_old(newest_first: Iterable[Any], first: datetime) -> Iterator[Any]:
    """The records up to many old ones in a row: a number's past is not read again with every question.

    The order of the list is by creation but not promised to the second, hence some patience.
    """
    old = 0
    for each in newest_first:
        yield each
        old = old + 1 if isinstance(each.date_created, datetime) and each.date_created < first else 0
        if old >= _PATIENCE:
            return
