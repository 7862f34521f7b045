"""What each of Twilio's error codes asks for, as a table: at once, as an answer to a request, and late, in a status.

twilio_sms sorts refusals by it, twilio_webhook failed statuses. Codes are split and renamed over time (Twilio
changelog, July 2024), so one that is not here is permanent and visible, never ignored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from followup.domain.message import MessageState
from followup.gateways.port import Late, Outcome, RefusalKind, Refused, Uncertain


@dataclass(frozen=True, slots=True)
class Meaning:
    """One row: what a refusal with this code is, what a late failure with it asks for, and why, for staff."""

    kind: RefusalKind
    late: Late
    reason: str


_PERMANENT = RefusalKind.PERMANENT
_OPTED_OUT = RefusalKind.OPTED_OUT
_ACCOUNT = RefusalKind.ACCOUNT
_LATER = RefusalKind.LATER

# https://www.twilio.com/docs/api/errors
MEANINGS: Final[Mapping[int, Meaning]] = MappingProxyType(
    {
        # The account: nothing goes out until a person has mended it.
        20003: Meaning(_ACCOUNT, Late.ACCOUNT, "Twilio does not accept the account id and auth token."),
        20005: Meaning(_ACCOUNT, Late.ACCOUNT, "The Twilio account is not active."),
        20404: Meaning(_ACCOUNT, Late.ACCOUNT, "Twilio does not know the account that is configured."),
        30002: Meaning(_ACCOUNT, Late.ACCOUNT, "The Twilio account is suspended."),
        63038: Meaning(_ACCOUNT, Late.ACCOUNT, "The Twilio account has reached its limit of messages for 24 hours."),
        # Not now.
        20429: Meaning(_LATER, Late.TRANSIENT, "Twilio had too many requests at once."),
        21611: Meaning(_LATER, Late.TRANSIENT, "The sender's queue at Twilio is full."),
        # The recipient has said stop.
        21610: Meaning(_OPTED_OUT, Late.OPTED_OUT, "The recipient has stopped texts from this number."),
        # The recipient's number.
        21211: Meaning(_PERMANENT, Late.PERMANENT, "The recipient's number is not a valid phone number."),
        21265: Meaning(_PERMANENT, Late.PERMANENT, "The recipient's number is a short code, which takes no texts."),
        21408: Meaning(_PERMANENT, Late.BLOCKED, "Texts to the recipient's country are not enabled at Twilio."),
        21608: Meaning(_PERMANENT, Late.BLOCKED, "A Twilio trial account may only text numbers it has verified."),
        21612: Meaning(_PERMANENT, Late.BLOCKED, "Twilio cannot carry texts from the clinic's number to this one."),
        21614: Meaning(_PERMANENT, Late.LANDLINE, "The recipient's number is not a mobile number."),
        # The clinic's sender.
        21212: Meaning(_PERMANENT, Late.BLOCKED, "The clinic's sender number is not valid."),
        21603: Meaning(_PERMANENT, Late.BLOCKED, "The message has no sender number."),
        21606: Meaning(_PERMANENT, Late.BLOCKED, "The clinic's sender number cannot send texts for this account."),
        21659: Meaning(_PERMANENT, Late.BLOCKED, "The clinic's sender number is not a number of this account."),
        21660: Meaning(_PERMANENT, Late.BLOCKED, "The clinic's sender number belongs to another Twilio account."),
        21661: Meaning(_PERMANENT, Late.BLOCKED, "The clinic's sender number cannot send texts."),
        21701: Meaning(_PERMANENT, Late.BLOCKED, "The Messaging Service that is configured does not exist."),
        21703: Meaning(_PERMANENT, Late.BLOCKED, "The Messaging Service has no sender number."),
        # The message itself.
        21602: Meaning(_PERMANENT, Late.PERMANENT, "The message has no text."),
        21604: Meaning(_PERMANENT, Late.PERMANENT, "The message has no recipient."),
        21605: Meaning(_PERMANENT, Late.PERMANENT, "The message is longer than 1,600 characters."),
        21609: Meaning(_PERMANENT, Late.BLOCKED, "Twilio cannot use this service's public address; check it."),
        21617: Meaning(_PERMANENT, Late.PERMANENT, "The message is longer than 1,600 characters."),
        # Calls.
        21210: Meaning(_PERMANENT, Late.BLOCKED, "The number to call from is not a number of this Twilio account."),
        21215: Meaning(_PERMANENT, Late.BLOCKED, "Calls to the recipient's country are not enabled at Twilio."),
        21219: Meaning(_PERMANENT, Late.BLOCKED, "A Twilio trial account may only call numbers it has verified."),
        # On the way to the phone. These come late, in a status.
        30001: Meaning(_LATER, Late.TRANSIENT, "The sender's queue at Twilio was full."),
        30003: Meaning(_PERMANENT, Late.TRANSIENT, "The phone could not be reached; it may be off or without network."),
        30004: Meaning(_PERMANENT, Late.BLOCKED, "The carrier or the recipient blocks texts from this number."),
        30005: Meaning(_PERMANENT, Late.PERMANENT, "The number is unknown or no longer in use."),
        30006: Meaning(_PERMANENT, Late.LANDLINE, "The number is a landline or its carrier takes no texts."),
        30007: Meaning(_PERMANENT, Late.BLOCKED, "The carrier filtered the text."),
        30008: Meaning(_PERMANENT, Late.TRANSIENT, "The carrier did not deliver the text and gave no cause."),
        30017: Meaning(_PERMANENT, Late.TRANSIENT, "The carrier's network was congested."),
        30032: Meaning(_PERMANENT, Late.BLOCKED, "The clinic's toll-free number has not been verified."),
        30034: Meaning(_PERMANENT, Late.BLOCKED, "The clinic's number is not registered with carriers (A2P 10DLC)."),
        30036: Meaning(_PERMANENT, Late.TRANSIENT, "The text could not be delivered while it was still of use."),
    }
)

_HTTP_MEANINGS: Final[Mapping[int, Meaning]] = MappingProxyType(
    {
        401: MEANINGS[20003],
        429: MEANINGS[20429],
    }
)
_REQUEST_TIMEOUT: Final = 408
_SERVER_ERROR: Final = 500
_CODE: Final = re.compile(r"[1-9][0-9]{0,8}")
# Answers that say plainly: not processed here, ask elsewhere. We never do; 302 and 303 may follow on a done deed.
_MOVED: Final = frozenset({301, 307, 308})


def refusal(status: int, code: int | None, retry_after: timedelta | None = None) -> Outcome:
    """What an answer outside 2xx means; `code` is Twilio's own where its body named one."""
    if status in _MOVED:
        moved = "Twilio's address has moved; check FOLLOWUP_TWILIO_BASE_URL."
        return Refused(kind=RefusalKind.ACCOUNT, code=str(status), reason=moved)
    if not 400 <= status < _SERVER_ERROR or status == _REQUEST_TIMEOUT:
        return Uncertain(reason=f"Twilio answered with HTTP {status}; the message may have been taken.")
    named = status if code is None else code
    meaning = MEANINGS.get(named) or _HTTP_MEANINGS.get(status) or _unknown(named)
    return Refused(kind=meaning.kind, code=str(named), reason=meaning.reason, retry_after=retry_after)


def late_failure(state: MessageState | None, code: str | None) -> tuple[Late | None, str | None]:
    """What a status asks for and why; (None, None) where nothing failed."""
    if state not in {MessageState.UNDELIVERED, MessageState.FAILED}:
        return None, None
    if code is None or not _CODE.fullmatch(code):
        return Late.PERMANENT, "Twilio did not deliver the text and gave no cause."
    meaning = MEANINGS.get(int(code)) or _unknown(int(code))
    return meaning.late, meaning.reason


def _unknown(code: int) -> Meaning:
    if code < 1000:
        return Meaning(_PERMANENT, Late.PERMANENT, f"Twilio's address refused the message with HTTP {code}.")
    reason = f"Twilio reported error {code}, which this version does not know; see Twilio's list of errors."
    return Meaning(_PERMANENT, Late.PERMANENT, reason)
