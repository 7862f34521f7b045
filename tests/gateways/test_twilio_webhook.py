"""Who may post to us: only what Twilio signed for exactly this address with exactly these parameters.

The expected signatures are computed by Twilio's own SDK.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from followup.domain.message import MessageState
from followup.errors import BadInput
from followup.gateways.port import Late
from followup.gateways.twilio_webhook import TwilioWebhook
from tests.gateways.worlds import ANN, PUBLIC_URL
from tests.support.twilio_stand_in import TwilioStandIn

TOKEN = "the-present-token"
OLD_TOKEN = "the-one-before"
SID = "SM" + "ab12" * 8
Pairs = list[tuple[str, str]]

TEXT: Pairs = [
    ("ToCountry", "US"),
    ("ToState", ""),
    ("SmsMessageSid", SID),
    ("NumMedia", "0"),
    ("FromCity", ""),
    ("Body", "7, a bit sick"),
    ("To", "+12025550100"),
    ("MessageSid", SID),
    ("AccountSid", "AC" + "0" * 32),
    ("From", ANN),
]
STATUS: Pairs = [
    ("MessageSid", SID),
    ("MessageStatus", "undelivered"),
    ("ErrorCode", "30003"),
    ("To", ANN),
    ("AccountSid", "AC" + "0" * 32),
]
ROUTES = {
    "text": ("/twilio/sms", TEXT),
    "status": ("/twilio/status?m=0a1b2c&a=1", STATUS),
    "voice": ("/twilio/voice/gather?n=0a1b2c&step=2", [("CallSid", "CA1"), ("Digits", "1"), ("SpeechResult", "")]),
}


class MultiDict(dict[str, list[str]]):
    """The shape in which the SDK takes a name that comes more than once."""

    def getall(self, name: str) -> list[str]:
        return self[name]


def sign(url: str, form: Sequence[tuple[str, str]], token: str = TOKEN) -> str:
    grouped = MultiDict()
    for name, value in form:
        grouped.setdefault(name, []).append(value)
    return str(RequestValidator(token).compute_signature(url, grouped))


def receiver(public_url: str = PUBLIC_URL, tokens: Sequence[str] = (TOKEN,)) -> TwilioWebhook:
    return TwilioWebhook(public_url=public_url, auth_tokens=tokens)


@pytest.mark.parametrize("route", ROUTES)
def test_what_twilio_signed_is_taken(route: str):
    path, form = ROUTES[route]

    assert receiver().verify(path_and_query=path, form=form, signature=sign(PUBLIC_URL + path, form))


def test_a_request_without_parameters_is_signed_by_its_address_alone():
    path = "/twilio/voice/answer?n=1"

    assert receiver().verify(path_and_query=path, form=[], signature=sign(PUBLIC_URL + path, []))


# The matrix of forgeries: each a true request with one thing changed after signing, or signed for something else.


def _without(name: str, form: Pairs) -> Pairs:
    return [pair for pair in form if pair[0] != name]


def _forgeries(path: str, form: Pairs) -> dict[str, tuple[str, Pairs, str | None]]:
    true = sign(PUBLIC_URL + path, form)
    host = PUBLIC_URL.removeprefix("https://")
    cases: dict[str, tuple[str, Pairs, str | None]] = {
        "no signature": (path, form, None),
        "empty signature": (path, form, ""),
        "blank signature": (path, form, " "),
        "another token": (path, form, sign(PUBLIC_URL + path, form, "guess")),
        "no token": (path, form, sign(PUBLIC_URL + path, form, "")),
        "blank token": (path, form, sign(PUBLIC_URL + path, form, " ")),
        "signature cut short": (path, form, true[:-1]),
        "signature without padding": (path, form, true.rstrip("=")),
        "signature and more": (path, form, true + "="),
        "signature with a space before": (path, form, " " + true),
        "signature with a space after": (path, form, true + " "),
        "signature in another case": (path, form, true.swapcase()),
        "two signatures": (path, form, f"{true},{true}"),
        "signature of the address alone": (path, form, sign(PUBLIC_URL + path, [])),
        "signature beyond ASCII": (path, form, "ü" * 28),
        "signature with half a character": (path, form, "\ud800" * 28),
        "signed for http": (path, form, sign(f"http://{host}{path}", form)),
        "signed for another host": (path, form, sign(f"https://evil.example{path}", form)),
        "signed for a host below": (path, form, sign(f"https://x.{host}{path}", form)),
        "signed for another port": (path, form, sign(f"https://{host}:8443{path}", form)),
        "signed for http's port": (path, form, sign(f"https://{host}:80{path}", form)),
        "signed with a user": (path, form, sign(f"https://u:p@{host}{path}", form)),
        "signed for upper case": (path, form, sign(PUBLIC_URL.upper() + path, form)),
        "signed for another path": (path, form, sign(f"{PUBLIC_URL}/twilio/other", form)),
        "signed for a path with a slash": (path, form, sign(f"{PUBLIC_URL}{path}/", form)),
        "signed for a doubled slash": (path, form, sign(f"{PUBLIC_URL}/{path}", form)),
        "signed with a fragment": (path, form, sign(f"{PUBLIC_URL}{path}#rc=3", form)),
        "posted to another path": (path.replace("/twilio/", "/twilio/x"), form, true),
        "posted with a query more": (path + ("&" if "?" in path else "?") + "x=1", form, true),
        "posted with an escape": (path.replace("twilio", "%74wilio"), form, true),
        "extra field": (path, [*form, ("Extra", "1")], true),
        "extra blank field": (path, [*form, ("Extra", "")], true),
        "extra nameless field": (path, [*form, ("", "x")], true),
        "no field at all": (path, [], true),
        "another value for a name twice": (path, [*form, (form[0][0], "other")], true),
    }
    if "?" in path:
        head, _, query = path.partition("?")
        pairs = parse_qsl(query)
        cases |= {
            "query turned round": (f"{head}?{urlencode(pairs[::-1])}", form, true),
            "query dropped": (head, form, true),
            "another message named": (path.replace("0a1b2c", "0a1b2d"), form, true),
            "query moved into the form": (head, [*form, *pairs], true),
        }
    for name, value in form:
        rest = _without(name, form)
        cases |= {
            f"{name} dropped": (path, rest, true),
            f"{name} altered": (path, [*rest, (name, value + "1")], true),
            f"{name} with a space after": (path, [*rest, (name, value + " ")], true),
            f"{name} with a space before": (path, [*rest, (name, " " + value)], true),
            f"{name} in another case": (path, [*rest, (name.swapcase(), value)], true),
        }
    return cases


FORGERIES = [
    pytest.param(path, form, signature, id=f"{route}: {name}")
    for route, (route_path, route_form) in ROUTES.items()
    for name, (path, form, signature) in _forgeries(route_path, route_form).items()
]


@pytest.mark.parametrize("route", ROUTES)
def test_the_matrix_is_as_wide_as_promised(route: str):
    assert len(_forgeries(*ROUTES[route])) >= 50


@pytest.mark.parametrize(("path", "form", "signature"), FORGERIES)
def test_a_forgery_is_refused(path: str, form: Pairs, signature: str | None):
    assert not receiver().verify(path_and_query=path, form=form, signature=signature)
    assert not receiver(tokens=(TOKEN, OLD_TOKEN)).verify(path_and_query=path, form=form, signature=signature)


# Over random requests

anything = st.text(st.characters(), max_size=40)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
forms = st.lists(st.tuples(words, words), max_size=8)
paths = st.text(st.sampled_from("abz/%20?&=;+~."), max_size=30).map(lambda rest: f"/{rest}")


@given(paths, forms, st.randoms(use_true_random=False))
def test_any_request_that_was_signed_is_taken_in_whatever_order_it_comes(path: str, form: Pairs, chance):
    signature = sign(PUBLIC_URL + path, form)
    shuffled = list(form)
    chance.shuffle(shuffled)

    assert receiver().verify(path_and_query=path, form=shuffled, signature=signature)


@given(paths, forms, forms)
def test_no_other_form_passes_with_the_signature_of_one(path: str, form: Pairs, other: Pairs):
    joined = ["".join(f"{name}{value}" for name, value in sorted(set(each))) for each in (form, other)]
    assume(joined[0] != joined[1])

    assert not receiver().verify(path_and_query=path, form=other, signature=sign(PUBLIC_URL + path, form))


@given(paths, paths, forms)
def test_no_other_address_passes_with_the_signature_of_one(path: str, other: str, form: Pairs):
    assume(path != other)
    joined = "".join(f"{name}{value}" for name, value in sorted(set(form)))
    assume(path + joined != other + joined)

    assert not receiver().verify(path_and_query=other, form=form, signature=sign(PUBLIC_URL + path, form))


@given(anything, anything, st.lists(st.tuples(anything, anything)))
def test_nothing_makes_the_check_raise(path: str, signature: str, form: Pairs):
    assert not receiver().verify(path_and_query=path, form=form, signature=signature)


# Addresses and tokens


@pytest.mark.parametrize(
    ("public_url", "signed_for"),
    [
        ("https://clinic.example", "https://clinic.example"),
        ("https://clinic.example/", "https://clinic.example"),
        ("https://clinic.example", "https://clinic.example:443"),
        ("https://clinic.example:443", "https://clinic.example"),
        ("https://clinic.example:8443", "https://clinic.example:8443"),
        ("https://clinic.example:8443", "https://clinic.example"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://clinic.example/follow-up", "https://clinic.example/follow-up"),
    ],
)
def test_only_the_public_address_counts_with_or_without_its_port(public_url: str, signed_for: str):
    path, form = ROUTES["text"]

    assert receiver(public_url).verify(path_and_query=path, form=form, signature=sign(signed_for + path, form))


def test_while_one_token_replaces_another_both_may_sign():
    path, form = ROUTES["text"]
    rotating = receiver(tokens=(TOKEN, OLD_TOKEN))

    for token in (TOKEN, OLD_TOKEN):
        assert rotating.verify(path_and_query=path, form=form, signature=sign(PUBLIC_URL + path, form, token))
    assert not receiver().verify(path_and_query=path, form=form, signature=sign(PUBLIC_URL + path, form, OLD_TOKEN))


@pytest.mark.parametrize("tokens", [(), ("",), (" ", "")])
def test_without_a_token_there_is_no_receiver(tokens: tuple[str, ...]):
    with pytest.raises(BadInput, match="TWILIO_AUTH_TOKEN"):
        receiver(tokens=tokens)


def test_a_blank_second_token_signs_nothing():
    path, form = ROUTES["text"]

    assert not receiver(tokens=(TOKEN, "")).verify(
        path_and_query=path, form=form, signature=sign(PUBLIC_URL + path, form, "")
    )


@pytest.mark.parametrize("url", ["", "clinic.example", "ftp://clinic.example", "https://", "//clinic.example"])
def test_a_public_address_that_is_none_is_refused(url: str):
    with pytest.raises(BadInput, match="FOLLOWUP_PUBLIC_URL"):
        receiver(url)


# Reading


def test_a_text_is_read_with_everything_kept_raw():
    received = receiver().received(TEXT)

    assert (received.provider, received.provider_id) == ("twilio", SID)
    assert (received.sender, received.to, received.body) == (ANN, "+12025550100", "7, a bit sick")
    assert (received.media, received.opt_out_type) == ((), None)
    assert [tuple(pair) for pair in json.loads(received.raw)] == TEXT


def test_pictures_are_named_by_kind_and_never_by_address():
    form = [
        *_without("NumMedia", TEXT),
        ("NumMedia", "2"),
        ("MediaContentType0", "image/jpeg"),
        ("MediaUrl0", "http://127.0.0.1/internal"),
        ("MediaUrl1", "http://127.0.0.1/internal"),
    ]

    assert receiver().received(form).media == ("image/jpeg", "unknown")


@pytest.mark.parametrize("count", ["", "x", "-1", "1e9", "٣"])
def test_a_strange_number_of_pictures_is_none(count: str):
    assert receiver().received([*_without("NumMedia", TEXT), ("NumMedia", count)]).media == ()


def test_an_endless_number_of_pictures_ends():
    assert len(receiver().received([*_without("NumMedia", TEXT), ("NumMedia", "999")]).media) == 10


@pytest.mark.parametrize(("word", "expected"), [("STOP", "STOP"), ("start", "START"), ("", None), (" ", None)])
def test_the_provider_says_which_keyword_it_has_answered(word: str, expected: str | None):
    assert receiver().received([*TEXT, ("OptOutType", word)]).opt_out_type == expected


@pytest.mark.parametrize("missing", ["From", "To"])
def test_a_text_without_sender_or_recipient_is_no_text(missing: str):
    with pytest.raises(BadInput, match=missing):
        receiver().received(_without(missing, TEXT))


@pytest.mark.parametrize("sid", ["", " ", "SM 1", "SM1\n", SID + "NumMedia0", SID + "x", "x" * 65])
def test_a_text_without_a_proper_id_is_no_text(sid: str):
    form = _without("SmsMessageSid", _without("MessageSid", TEXT))

    with pytest.raises(BadInput, match="MessageSid"):
        receiver().received([*form, ("MessageSid", sid)])


def test_fields_run_together_under_a_true_signature_do_not_make_a_second_text():
    """Names and values are signed without a mark between them, so this passes the check: it must fail the reading."""
    path, form = ROUTES["text"]
    merged = [*_without("NumMedia", _without("MessageSid", form)), ("MessageSid", f"{SID}NumMedia0")]
    signature = sign(PUBLIC_URL + path, form)
    assert receiver().verify(path_and_query=path, form=merged, signature=signature)

    with pytest.raises(BadInput):
        receiver().received(merged)


def test_of_a_name_that_comes_twice_the_order_does_not_matter():
    twice = [*_without("Body", TEXT), ("Body", "a"), ("Body", "b")]

    assert receiver().received(twice).body == receiver().received(twice[::-1]).body


def test_an_empty_text_is_a_text():
    assert receiver().received([*_without("Body", TEXT), ("Body", "")]).body == ""


STATES = [
    ("accepted", MessageState.SENT),
    ("scheduled", MessageState.SENT),
    ("queued", MessageState.SENT),
    ("sending", MessageState.SENT),
    ("sent", MessageState.SENT),
    ("delivered", MessageState.DELIVERED),
    ("read", MessageState.DELIVERED),
    ("undelivered", MessageState.UNDELIVERED),
    ("failed", MessageState.FAILED),
    ("canceled", MessageState.FAILED),
    ("DELIVERED", MessageState.DELIVERED),
    ("partially_delivered", None),
    ("something new", None),
    ("", None),
]


@pytest.mark.parametrize(("word", "state"), STATES)
def test_a_status_is_read(word: str, state: MessageState | None):
    update = receiver().status({"m": "0a1b", "a": "2"}, [("MessageSid", SID), ("MessageStatus", word)])

    assert (update.message_id, update.attempt) == ("0a1b", 2)
    assert (update.provider, update.provider_id, update.state) == ("twilio", SID, state)


def test_a_failure_says_what_it_asks_for():
    update = receiver().status({"m": "0a1b", "a": "1"}, STATUS)

    assert (update.state, update.error_code) == (MessageState.UNDELIVERED, "30003")
    assert update.late is Late.TRANSIENT
    assert update.reason == "The phone could not be reached; it may be off or without network."


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, (None, None)),
        ({"m": "", "a": ""}, (None, None)),
        ({"m": "0a1b", "a": "x"}, ("0a1b", None)),
        ({"m": "../etc", "a": "1"}, (None, 1)),
        ({"m": "x" * 65, "a": "1" * 5}, (None, None)),
    ],
)
def test_a_status_that_does_not_name_our_message(query: dict[str, str], expected: tuple[str | None, int | None]):
    update = receiver().status(query, STATUS)

    assert (update.message_id, update.attempt) == expected
    assert update.provider_id == SID


def test_a_status_without_a_message_is_none():
    with pytest.raises(BadInput):
        receiver().status({"m": "0a1b"}, [("MessageStatus", "sent")])


def test_what_the_stand_in_posts_for_a_text_is_read(twilio: TwilioStandIn, webhook: TwilioWebhook):
    fields = twilio.inbound_fields(ANN, "7", media=("image/png",), opt_out_type="HELP")

    received = webhook.received(fields)

    assert (received.sender, received.body, received.media) == (ANN, "7", ("image/png",))
    assert received.opt_out_type == "HELP"
