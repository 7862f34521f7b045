"""What Twilio posts to us: signatures checked, texts and statuses read. The web floor's /twilio routes call it."""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from followup.errors import BadInput
from followup.gateways.port import (
    CallAnswer,
    CallNews,
    EndedBridge,
    PressedKey,
    ReceivedCall,
    ReceivedText,
    Spoken,
    StatusUpdate,
)
from followup.gateways.twilio_errors import late_failure
from followup.gateways.twilio_speech import spoken_markup
from followup.gateways.twilio_status import PROVIDER, stage_of, state_of
from followup.gateways.twilio_voice import answer_markup, ended_markup

Form = Sequence[tuple[str, str]]

_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_SIDS: Final = ("MessageSid", "SmsMessageSid", "SmsSid")
_SID: Final = re.compile(r"(?!(?:SM|MM)[0-9a-f]{32}.)[A-Za-z0-9_-]{1,64}")
_CALL: Final = re.compile(r"(?!CA[0-9a-f]{32}.)[A-Za-z0-9_-]{1,64}")
_REACHED: Final = frozenset({"completed", "answered"})  # Twilio docs, TwiML Dial, DialCallStatus
_OUR_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ERROR: Final = re.compile(r"[0-9]{1,9}")
_KEY: Final = re.compile(r"[0-9*#]")
_KEYWORDS: Final = frozenset({"STOP", "START", "HELP"})  # Twilio docs, Advanced Opt-Out
_LONGEST_ADDRESS: Final = 200
_MOST_MEDIA: Final = 10  # Twilio docs: up to ten on one message


class TwilioWebhook:
    """Checks and reads Twilio's requests against the public address alone: nothing in a header changes it.

    `auth_tokens` are all that may have signed, two while one replaces the other. Raises BadInput without a
    token: an empty one would accept everybody's signature.
    """

    def __init__(self, *, public_url: str, auth_tokens: Sequence[str]) -> None:
        self._bases = _spellings(public_url.rstrip("/"))
        self._keys = tuple(token.strip().encode() for token in auth_tokens if token.strip())
        if not self._keys:
            raise BadInput("TWILIO_AUTH_TOKEN is empty: set it, it tells Twilio's requests from forged ones.")

    def verify(self, *, path_and_query: str, form: Form, signature: str | None) -> bool:
        """Whether Twilio signed exactly this address and these parameters; takes the same time whatever is wrong.

        `path_and_query` is byte for byte what was asked for, `form` every pair as sent, blank ones too.
        """
        if not signature:
            return False
        given = signature.encode("utf-8", "replace")
        try:
            parameters = _joined(form).encode("utf-8", "surrogateescape")
            addresses = [f"{base}{path_and_query}".encode("utf-8", "surrogateescape") for base in self._bases]
        except UnicodeEncodeError:
            return False
        expected = [_sign(key, address + parameters) for key in self._keys for address in addresses]
        # A list, not a generator: every comparison is made, so that time tells nothing.
        return any([hmac.compare_digest(each, given) for each in expected])  # noqa: C419

    def received(self, form: Form) -> ReceivedText:
        """The text in `form`. Raises BadInput when it names no message, sender or recipient."""
        fields = _fields(form)
        return ReceivedText(
            provider=PROVIDER,
            provider_id=_sid(fields),
            sender=_needed(fields, "From"),
            to=_needed(fields, "To"),
            body=fields.get("Body", ""),
            media=_media(fields),
            opt_out_type=_keyword(fields),
            raw=json.dumps([list(pair) for pair in form], ensure_ascii=False),
        )

    def status(self, query: Mapping[str, str], form: Form) -> StatusUpdate:
        """The status in `form`; `query` is that of the address, with our own id. Raises BadInput without a message."""
        fields = _fields(form)
        state = state_of(fields.get("MessageStatus") or fields.get("SmsStatus"))
        code = fields.get("ErrorCode", "").strip()
        late, reason = late_failure(state, code or None)
        ours = query.get("m", "")
        attempt = query.get("a", "")
        return StatusUpdate(
            message_id=ours if _OUR_ID.fullmatch(ours) else None,
            attempt=int(attempt) if re.fullmatch("[0-9]{1,4}", attempt) else None,
            provider=PROVIDER,
            provider_id=_sid(fields),
            state=state,
            error_code=code if _ERROR.fullmatch(code) else None,
            late=late,
            reason=reason,
        )

    def call(self, form: Form) -> ReceivedCall:
        """The call in `form`. Raises BadInput when it names no call, caller or number called."""
        fields = _fields(form)
        return ReceivedCall(
            provider=PROVIDER,
            provider_id=_call_sid(fields),
            sender=_needed(fields, "From"),
            to=_needed(fields, "To"),
            raw=json.dumps([list(pair) for pair in form], ensure_ascii=False),
            reached=fields.get("DialCallStatus") in _REACHED,
            # Twilio docs, "Trusted Calling with SHAKEN/STIR": the carriers' signature of the number was checked.
            forged=fields.get("StirVerstat", "").startswith("TN-Validation-Failed"),
        )

    def answer(self, answer: CallAnswer) -> str:
        """TwiML for a call that has just come in."""
        return answer_markup(answer)

    def ended(self, answer: CallAnswer, *, reached: bool) -> str:
        """TwiML for what follows a connection."""
        return ended_markup(answer, reached=reached)

    def call_news(self, query: Mapping[str, str], form: Form) -> CallNews:
        """What `form` says of a call of ours; `query` is that of the address. Raises BadInput without a call."""
        fields = _fields(form)
        ours = query.get("m", "")
        code = fields.get("ErrorCode", "").strip()
        return CallNews(
            message_id=ours if _OUR_ID.fullmatch(ours) else None,
            provider=PROVIDER,
            provider_id=_call_sid(fields),
            stage=stage_of(fields.get("CallStatus"), fields.get("AnsweredBy")),
            error_code=code if _ERROR.fullmatch(code) else None,
        )

    def key(self, message_id: str, form: Form) -> PressedKey:
        """The key in `form`. Raises BadInput when it names no call, or `message_id` is none of ours."""
        fields = _fields(form)
        pressed = fields.get("Digits", "").strip()
        return PressedKey(
            message_id=_our_id(message_id),
            provider=PROVIDER,
            provider_id=_call_sid(fields),
            key=pressed if _KEY.fullmatch(pressed) else "",
            sender=fields.get("From", "").strip(),
        )

    def bridge(self, message_id: str, form: Form) -> EndedBridge:
        """How a connection to a patient ended. Raises BadInput as `key` does."""
        fields = _fields(form)
        seconds = fields.get("DialCallDuration", "").strip()
        connection = fields.get("DialCallSid", "")
        return EndedBridge(
            message_id=_our_id(message_id),
            provider=PROVIDER,
            provider_id=_call_sid(fields),
            connection=connection if _CALL.fullmatch(connection) else "none",
            reached=fields.get("DialCallStatus") in _REACHED,
            seconds=int(seconds) if re.fullmatch("[0-9]{1,6}", seconds) else 0,
            caller_gone=fields.get("CallStatus", "").strip().lower() != "in-progress",
        )

    def speak(self, spoken: Spoken) -> str:
        """TwiML for what is heard after a key."""
        return spoken_markup(spoken)


def _spellings(public_url: str) -> tuple[str, ...]:
    """The address with and without its port: Twilio is not consistent about it (its SDKs accept both)."""
    parts = urlsplit(public_url)
    default = _DEFAULT_PORTS.get(parts.scheme)
    if default is None or not parts.hostname:
        raise BadInput("FOLLOWUP_PUBLIC_URL must be a full address, such as https://follow-up.example.")
    if parts.port is None:
        other = parts._replace(netloc=f"{parts.netloc}:{default}")
    else:
        other = parts._replace(netloc=parts.netloc.rpartition(":")[0])
    return public_url, other.geturl()


def _joined(form: Form) -> str:
    """Parameters as Twilio signs them: sorted by name, name and value joined, a repeated value once."""
    return "".join(f"{name}{value}" for name, value in sorted(set(form)))


def _sign(key: bytes, text: bytes) -> bytes:
    return base64.b64encode(hmac.digest(key, text, "sha1"))


def _fields(form: Form) -> dict[str, str]:
    """By name. Of a repeated one the last in sorted order counts, since the signature does not hold their order."""
    return dict(sorted(form))


def _sid(fields: Mapping[str, str]) -> str:
    """The message's id. A true one with anything after it is refused.

    Twilio signs names and values joined without a mark between them, so the start of the next field could be
    moved into this one and the signature would still hold.
    """
    sid = next((fields[name] for name in _SIDS if fields.get(name)), "")
    if not _SID.fullmatch(sid):
        raise BadInput("The form names no message: MessageSid is missing or not an id.")
    return sid


def _call_sid(fields: Mapping[str, str]) -> str:
    sid = fields.get("CallSid", "")
    if not _CALL.fullmatch(sid):
        raise BadInput("The form names no call: CallSid is missing or not an id.")
    return sid


def _our_id(given: str) -> str:
    if not _OUR_ID.fullmatch(given):
        raise BadInput("The address names no message of ours.")
    return given


def _needed(fields: Mapping[str, str], name: str) -> str:
    value = fields.get(name, "").strip()
    if not value:
        raise BadInput(f"The form has no {name}.")
    if not value.isprintable() or len(value) > _LONGEST_ADDRESS:
        raise BadInput(f"{name} is no number or address.")
    return value


def _keyword(fields: Mapping[str, str]) -> str | None:
    """Which keyword the provider has answered itself; None for a word that we do not know."""
    word = fields.get("OptOutType", "").strip().upper()
    return word if word in _KEYWORDS else None


def _media(fields: Mapping[str, str]) -> tuple[str, ...]:
    """Content types only: the addresses are Twilio's and are never fetched."""
    count = fields.get("NumMedia", "").strip()
    number = min(int(count), _MOST_MEDIA) if re.fullmatch("[0-9]{1,3}", count) else 0
    return tuple(fields.get(f"MediaContentType{index}") or "unknown" for index in range(number))
