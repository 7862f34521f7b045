"""What the provider posts: nothing is stored without its signature, everything is stored once with it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from followup.errors import FollowupError
from followup.gateways.port import StatusUpdate
from followup.storage.errors import StorageError
from tests.web.conftest import MakeWeb, Web, signed

SMS = "/twilio/sms"
FORM = [
    ("MessageSid", "SM" + "a" * 32),
    ("From", "+13125559999"),
    ("To", "+13125550100"),
    ("Body", "pain 7, ¿qué?"),
    ("FromCity", ""),
    ("NumMedia", "0"),
]
XML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
FORM_TYPE = "application/x-www-form-urlencoded"


def _stored(web: Web) -> list[str]:
    with web.clinic.store.read() as uow:
        return [inbound.body for inbound in uow.inbound.pending(100)]


def _send(web: Web, path: str = SMS, form=FORM, headers: dict[str, str] | None = None, body: str | None = None):
    content = urlencode(form) if body is None else body
    return web.browser().post(path, content=content, headers={"content-type": FORM_TYPE, **(headers or {})})


def test_a_signed_text_is_stored_and_answered_with_empty_xml(live: Web) -> None:
    """Anything but XML would be texted to the patient."""
    answer = _send(live, headers=signed(SMS, FORM))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert answer.text == XML
    assert _stored(live) == ["pain 7, ¿qué?"]


@pytest.mark.parametrize(
    ("what", "headers"),
    [
        ("no signature", {}),
        ("an empty one", {"x-twilio-signature": ""}),
        ("somebody else's token", signed(SMS, FORM, token="another")),
        ("signed for another address", signed("/twilio/status", FORM)),
        ("signed without a blank field", signed(SMS, [pair for pair in FORM if pair[0] != "FromCity"])),
        ("signed with another body", signed(SMS, [*FORM[:3], ("Body", "fine"), *FORM[4:]])),
        ("no base64", {"x-twilio-signature": "ÿ" * 10}),
    ],
)
def test_a_forged_text_is_refused_and_leaves_nothing(standing: Web, what: str, headers: dict[str, str]) -> None:
    """403 whatever is wrong, never 500, and no row."""
    raw = [(b"content-type", FORM_TYPE.encode())]
    raw += [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    answer = standing.browser().post(SMS, content=urlencode(FORM), headers=raw)
    assert answer.status_code == 403, what
    assert _stored(standing) == []


def test_forwarded_headers_never_count(live: Web) -> None:
    """A request signed for another host is not ours, whatever a header says of the host."""
    elsewhere = signed("", FORM)
    forged = {"x-forwarded-host": "follow.example.org", "x-forwarded-proto": "https", "forwarded": "host=x"}
    assert _send(live, headers={**elsewhere, **forged}).status_code == 403
    assert _send(live, headers={**signed(SMS, FORM), **forged}).status_code == 200


def test_the_query_counts_byte_for_byte(live: Web) -> None:
    """Retry settings travel in the query; a re-ordered one has another signature."""
    path = f"{SMS}?b=2&a=%C3%A9+1"
    assert _send(live, path, headers=signed(path, FORM)).status_code == 200
    assert _send(live, f"{SMS}?a=%C3%A9+1&b=2", headers=signed(path, FORM)).status_code == 403


def test_one_text_delivered_twenty_times_at_once_is_one_row(live: Web) -> None:
    """The provider repeats what it is unsure of; so does whoever captured a request."""
    browser, headers = live.browser(), {"content-type": FORM_TYPE, **signed(SMS, FORM)}
    with browser, ThreadPoolExecutor(20) as pool:
        codes = list(
            pool.map(lambda _: browser.post(SMS, content=urlencode(FORM), headers=headers).status_code, [0] * 20)
        )
    assert codes == [200] * 20
    assert len(_stored(live)) == 1


def test_a_body_without_end_is_not_read(live: Web) -> None:
    """More than 64 kB is no text message."""
    long = [*FORM, ("X", "x" * 70_000)]
    assert _send(live, form=long, headers=signed(SMS, long)).status_code == 413
    assert _stored(live) == []


def test_a_signed_form_without_a_sender_is_400(standing: Web) -> None:
    """So that the provider tries its fallback, and we never store what cannot be answered."""
    form = [pair for pair in FORM if pair[0] != "From"]
    assert _send(standing, form=form, headers=signed(SMS, form)).status_code == 400


def test_bytes_that_are_no_text_are_kept_with_a_mark(live: Web) -> None:
    """A broken character must not lose the message: the sender and the rest still matter."""
    body = urlencode(FORM[:3]) + "&Body=help%FFme"
    form = [*FORM[:3], ("Body", "help\udcffme")]
    joined = "".join(f"{name}{value}" for name, value in sorted(form))
    import base64  # noqa: PLC0415 - the SDK cannot sign bytes that are no text, so it is done by hand here
    import hmac  # noqa: PLC0415

    url = f"https://follow.example.org{SMS}"
    mark = hmac.digest(b"provider-token", (url + joined).encode("utf-8", "surrogateescape"), "sha1")
    answer = _send(live, body=body, headers={"x-twilio-signature": base64.b64encode(mark).decode()})
    assert answer.status_code == 200
    assert _stored(live) == ["help\ufffdme"]


def test_a_database_error_is_500_so_that_the_fallback_is_tried(live: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never 200 for what was not kept."""

    def broken(*_args, **_more):
        raise StorageError("the database is not available just now", temporary=True)

    monkeypatch.setattr("followup.web.webhooks.receive", broken)
    assert _send(live, headers=signed(SMS, FORM)).status_code in {500, 503}


STATUS_FORM = [("MessageSid", "SM" + "b" * 32), ("MessageStatus", "delivered"), ("To", "+13125550001")]


@pytest.mark.parametrize("path", ["/twilio/status", "/twilio/status?m=nobody&a=1"])
def test_a_status_for_an_unknown_message_is_a_plain_200(standing: Web, path: str) -> None:
    """So that the provider stops repeating it."""
    answer = _send(standing, path, STATUS_FORM, signed(path, STATUS_FORM))
    assert answer.status_code == 200


def test_a_status_reaches_its_message_by_the_id_in_the_address(live: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """The id and attempt are ours and come back on each callback."""
    seen: list[StatusUpdate] = []
    monkeypatch.setattr("followup.web.webhooks.track", lambda _context, update: seen.append(update))
    path = "/twilio/status?m=0a1b&a=2"
    assert _send(live, path, STATUS_FORM, signed(path, STATUS_FORM)).status_code == 200
    assert [(update.message_id, update.attempt) for update in seen] == [("0a1b", 2)]


def test_a_forged_status_changes_nothing(live: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signature first."""
    seen: list[FollowupError] = []
    monkeypatch.setattr("followup.web.webhooks.track", lambda *_args: seen.append(FollowupError()))
    assert _send(live, "/twilio/status", STATUS_FORM).status_code == 403
    assert seen == []


@pytest.mark.parametrize("path", ["/twilio/sms", "/twilio/status"])
def test_the_demo_has_no_webhooks(make_web: MakeWeb, path: str) -> None:
    """Nobody outside writes into a made-up clinic."""
    assert make_web(demo=True).browser().post(path, data=dict(FORM)).status_code == 404
