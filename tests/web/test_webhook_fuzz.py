"""Any bytes at all as a webhook: an answer of 2xx or 4xx, never 5xx, and no row where nobody signed."""

from __future__ import annotations

import base64
import hmac
from urllib.parse import parse_qsl

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.web.conftest import AUTH_TOKEN, PUBLIC_URL, Web

PATHS = [
    "/twilio/sms",
    "/twilio/status",
    "/twilio/voice/inbound",
    "/twilio/voice/inbound/ended",
    "/twilio/voice/staff/0a1b",
    "/twilio/voice/status",
    "/twilio/voice/key/0a1b",
    "/twilio/voice/bridge/0a1b",
    "/twilio/voice/said/0a1b",
]
NAMES = [
    "MessageSid",
    "SmsSid",
    "CallSid",
    "From",
    "To",
    "Body",
    "MessageStatus",
    "ErrorCode",
    "NumMedia",
    "MediaContentType0",
    "OptOutType",
    "Digits",
    "CallStatus",
    "DialCallStatus",
    "DialCallSid",
    "DialCallDuration",
    "AnsweredBy",
]
FORM_TYPE = "application/x-www-form-urlencoded"

#: What a form could hold, and what it could never hold.
VALUES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "SM" + "a" * 32,
            "CA" + "b" * 32,
            "+13125550101",
            "",
            "delivered",
            "99999999999999999999",
            "-1",
            "\x00",
            "{{7*7}}",
            "<Response/>",
            "\ud800",
            "STOP",
            "2",
        ]
    ),
)
FORMS = st.lists(st.tuples(st.one_of(st.sampled_from(NAMES), st.text(max_size=10)), VALUES), max_size=12)
#: Whatever may be on the wire after the headers.
BYTES = st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
QUERIES = st.sampled_from(["", "?m=abc&a=1", "?m=%00&a=x", "?a=99999999999", "?m=" + "x" * 200, "?%ff=%fe"])
BOUNDS = settings(
    max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def _rows(web: Web) -> int:
    with web.clinic.store.read() as uow:
        return len(uow.inbound.pending(10_000))


def _encoded(form: list[tuple[str, str]]) -> bytes:
    def plain(text: str) -> str:
        return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))

    return "&".join(f"{plain(name)}={plain(value)}" for name, value in form).encode()


def _signature(path: str, body: bytes) -> str:
    """Signed as the provider would sign what we take this body for."""
    read = parse_qsl(body.decode("utf-8", "surrogateescape"), keep_blank_values=True, errors="surrogateescape")
    joined = "".join(f"{name}{value}" for name, value in sorted(set(read)))
    whole = f"{PUBLIC_URL}{path}{joined}".encode("utf-8", "surrogateescape")
    return base64.b64encode(hmac.digest(AUTH_TOKEN.encode(), whole, "sha1")).decode()


@BOUNDS
@given(path=st.sampled_from(PATHS), query=QUERIES, body=BYTES, signature=st.text(max_size=40), kind=st.booleans())
def test_any_bytes_unsigned_are_refused_and_leave_no_row(
    standing: Web, path: str, query: str, body: bytes, signature: str, kind: bool
) -> None:
    before = _rows(standing)
    headers = [(b"x-twilio-signature", signature.encode("utf-8", "replace"))]
    if kind:
        headers.append((b"content-type", FORM_TYPE.encode()))
    answer = standing.browser().post(path + query, content=body, headers=headers)
    assert 400 <= answer.status_code < 500
    assert _rows(standing) == before


@BOUNDS
@given(path=st.sampled_from(PATHS), query=QUERIES, form=FORMS)
@example(path="/twilio/sms", query="", form=[("MessageSid", "SM1"), ("From", "\x00"), ("To", "\x00"), ("Body", "\x00")])
@example(path="/twilio/sms", query="", form=[("MessageSid", "SM2"), ("From", "+1"), ("To", "?"), ("NumMedia", "999")])
def test_any_signed_form_is_taken_or_refused_never_broken(
    standing: Web, path: str, query: str, form: list[tuple[str, str]]
) -> None:
    body = _encoded(form)
    headers = {"content-type": FORM_TYPE, "x-twilio-signature": _signature(path + query, body)}
    answer = standing.browser().post(path + query, content=body, headers=headers)
    assert answer.status_code < 500
    assert "Traceback" not in answer.text


@BOUNDS
@given(path=st.sampled_from(PATHS), body=BYTES)
def test_any_signed_bytes_are_taken_or_refused_never_broken(standing: Web, path: str, body: bytes) -> None:
    headers = {"content-type": FORM_TYPE, "x-twilio-signature": _signature(path, body)}
    answer = standing.browser().post(path, content=body, headers=headers)
    assert answer.status_code < 500
