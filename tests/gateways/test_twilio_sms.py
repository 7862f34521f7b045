"""What a text to Twilio says, and what asking Twilio brings back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.clock import StandingClock, SystemClock
from followup.domain.message import MessageState
from followup.errors import BadInput
from followup.gateways.port import Accepted, GatewayError, Late, Outgoing
from followup.gateways.twilio_sms import TwilioSettings, TwilioSmsGateway, _validity
from followup.gateways.twilio_webhook import TwilioWebhook
from tests.gateways.worlds import ANN, PUBLIC_URL, SOON, text_to_ann, twilio_settings
from tests.support.twilio_stand_in import Request, TwilioStandIn

SERVICE = "MG" + "1" * 32
STAFF_NUMBER = "+12025550177"
CLINIC_NUMBER = "+12025550188"


def sent(twilio: TwilioStandIn, message: Outgoing, **settings: object) -> dict[str, str]:
    """The form that reached Twilio for `message`."""
    gateway = TwilioSmsGateway(twilio_settings(twilio, **settings))
    assert isinstance(gateway.send(message), Accepted)
    gateway.close()
    return dict(twilio.creations()[-1].form)


def test_a_text_carries_recipient_words_and_our_own_id(twilio: TwilioStandIn):
    form = sent(twilio, text_to_ann(id="0a1b", attempt=2, body="Day 3: how are you?"))

    assert form == {
        "To": ANN,
        "From": twilio.number,
        "Body": "Day 3: how are you?",
        "StatusCallback": f"{PUBLIC_URL}/twilio/status?m=0a1b&a=2",
    }


def test_a_public_address_may_have_a_path_of_its_own(twilio: TwilioStandIn):
    form = sent(twilio, text_to_ann(id="0a1b"), public_url="https://clinic.example/follow-up/")

    assert form["StatusCallback"] == "https://clinic.example/follow-up/twilio/status?m=0a1b&a=1"


SENDERS = [
    # default number, service, message's sender, staff message, staff number -> From, MessagingServiceSid
    ("+12025550100", None, None, False, None, "+12025550100", None),
    (None, SERVICE, None, False, None, None, SERVICE),
    (None, SERVICE, CLINIC_NUMBER, False, None, CLINIC_NUMBER, None),
    ("+12025550100", None, CLINIC_NUMBER, False, STAFF_NUMBER, CLINIC_NUMBER, None),
    ("+12025550100", None, None, True, STAFF_NUMBER, STAFF_NUMBER, None),
    (None, SERVICE, CLINIC_NUMBER, True, STAFF_NUMBER, STAFF_NUMBER, None),
    (None, SERVICE, None, True, None, None, SERVICE),
    ("+12025550100", None, CLINIC_NUMBER, True, None, CLINIC_NUMBER, None),
]


@pytest.mark.parametrize(("number", "service", "sender", "staff", "staff_from", "expected", "through"), SENDERS)
def test_who_a_text_comes_from(
    twilio: TwilioStandIn,
    number: str | None,
    service: str | None,
    sender: str | None,
    staff: bool,
    staff_from: str | None,
    expected: str | None,
    through: str | None,
):
    form = sent(
        twilio,
        text_to_ann(sender=sender, staff=staff),
        from_number=number,
        messaging_service_sid=service,
        staff_from=staff_from,
    )

    assert (form.get("From"), form.get("MessagingServiceSid")) == (expected, through)


@pytest.mark.parametrize(
    ("valid_for", "seconds"),
    [
        (None, None),
        (timedelta(hours=2), "7200"),
        (timedelta(seconds=59.999), "59"),
        (timedelta(days=3), "36000"),
        (timedelta(milliseconds=1), "1"),
        (timedelta(seconds=-5), "1"),
    ],
)
def test_how_long_twilio_may_keep_trying(twilio: TwilioStandIn, valid_for: timedelta | None, seconds: str | None):
    assert sent(twilio, text_to_ann(valid_for=valid_for)).get("ValidityPeriod") == seconds


@given(st.timedeltas(min_value=timedelta(days=-1), max_value=timedelta(days=30)))
def test_validity_is_never_longer_than_asked_and_always_taken(valid_for: timedelta):
    seconds = _validity(valid_for)

    assert 1 <= seconds <= 36_000
    assert seconds <= max(1, valid_for.total_seconds())


@pytest.mark.parametrize(
    "wrong",
    [
        {"from_number": "+12025550100", "messaging_service_sid": SERVICE},
        {"auth_token": " "},
        {"account_sid": ""},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, str]):
    values = {"account_sid": "AC1", "auth_token": "secret", "public_url": PUBLIC_URL, **wrong}

    with pytest.raises(BadInput) as refused:
        TwilioSettings(**values)  # type: ignore[arg-type]

    assert "secret" not in str(refused.value)


def test_the_token_is_not_shown():
    assert "s3cret" not in repr(TwilioSettings(account_sid="AC1", auth_token="s3cret", public_url=PUBLIC_URL))


def test_edge_and_region_of_the_environment_do_not_move_the_requests(
    twilio: TwilioStandIn, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    monkeypatch.setenv("TWILIO_REGION", "ie1")

    assert sent(twilio, text_to_ann())["To"] == ANN


# Looking up


def test_every_page_is_read(twilio: TwilioStandIn, gateway: TwilioSmsGateway):
    before = SystemClock().now()
    for index in range(7):
        gateway.send(text_to_ann(body=f"text {index}"))
    twilio.page_size = 2

    found = gateway.look_up(to=ANN, sender=None, since=before)

    assert [record.body for record in found] == [f"text {index}" for index in range(7)]


def test_an_instant_is_compared_to_the_second_that_twilio_keeps():
    noon = datetime(2026, 11, 22, 12, 0, 0, 900_000, tzinfo=UTC)
    with TwilioStandIn(clock=StandingClock(noon)) as twilio:
        gateway = TwilioSmsGateway(twilio_settings(twilio))
        gateway.send(text_to_ann())

        assert len(gateway.look_up(to=ANN, sender=None, since=noon)) == 1
        assert gateway.look_up(to=ANN, sender=None, since=noon + timedelta(seconds=1)) == ()
        gateway.close()


def test_a_sender_narrows_the_search_and_nothing_is_asked_about_the_day(
    twilio: TwilioStandIn, gateway: TwilioSmsGateway
):
    before = SystemClock().now()
    gateway.send(text_to_ann(id="a1"))
    gateway.send(text_to_ann(id="a2", sender=CLINIC_NUMBER))

    assert len(gateway.look_up(to=ANN, sender=None, since=before)) == 2
    assert len(gateway.look_up(to=ANN, sender=CLINIC_NUMBER, since=before)) == 1
    asked = [request.query for request in twilio.requests() if request.method == "GET"]
    assert not any(name.startswith("DateSent") for query in asked for name in query)


def test_what_the_patient_wrote_is_not_taken_for_ours(twilio: TwilioStandIn, gateway: TwilioSmsGateway):
    before = SystemClock().now()
    twilio.inbound_fields(twilio.number, "a text of ours to ourselves?", to=ANN)

    assert gateway.look_up(to=ANN, sender=None, since=before) == ()


def test_a_creation_that_was_refused_is_told_from_one_that_failed_later(
    twilio: TwilioStandIn, gateway: TwilioSmsGateway
):
    before = SystemClock().now()
    twilio.stopped.add(ANN)
    gateway.send(text_to_ann(id="a1"))
    twilio.stopped.clear()
    gateway.send(text_to_ann(id="a2", body="carried, then filtered"))
    twilio.settle(twilio.accepted()[0].sid, "undelivered", error_code=30007)

    refused, failed = gateway.look_up(to=ANN, sender=None, since=before)

    assert (refused.refused, refused.state, refused.error_code) == (True, MessageState.FAILED, "21610")
    assert (failed.refused, failed.state, failed.late) == (False, MessageState.UNDELIVERED, Late.BLOCKED)


def test_through_a_messaging_service_a_late_refusal_was_accepted(twilio: TwilioStandIn):
    before = SystemClock().now()
    gateway = TwilioSmsGateway(twilio_settings(twilio, from_number=None, messaging_service_sid=SERVICE))
    gateway.send(text_to_ann())
    twilio.settle(twilio.accepted()[0].sid, "failed", error_code=21610)

    (record,) = gateway.look_up(to=ANN, sender=None, since=before)

    assert (record.refused, record.state, record.late) == (False, MessageState.FAILED, Late.OPTED_OUT)
    gateway.close()


def test_a_redacted_text_has_no_words(twilio: TwilioStandIn, gateway: TwilioSmsGateway):
    before = SystemClock().now()
    gateway.send(text_to_ann())
    twilio.settle(twilio.accepted()[0].sid, "delivered", body="")

    (record,) = gateway.look_up(to=ANN, sender=None, since=before)

    assert (record.body, record.state) == (None, MessageState.DELIVERED)


def lists(request: Request) -> bool:
    return request.method == "GET"


@pytest.mark.parametrize("how", ["html", "reset", "truncate", "429", "401", "garbage"])
def test_a_look_up_that_fails_says_so_and_names_nobody(twilio: TwilioStandIn, gateway: TwilioSmsGateway, how: str):
    match how:
        case "html":
            twilio.html(503, when=lists)
        case "429":
            twilio.refuse(429, 20429, when=lists)
        case "401":
            twilio.refuse(401, 20003, when=lists)
        case "garbage":
            twilio.garble("not JSON", status=200, when=lists)
        case _:
            twilio.cut(how, when=lists)

    with pytest.raises(GatewayError) as failed:
        gateway.look_up(to=ANN, sender=None, since=SystemClock().now())

    assert ANN not in str(failed.value)
    assert failed.value.__cause__ is None
    assert failed.value.__suppress_context__


# What came in while nobody listened


def test_texts_whose_posts_were_lost_are_found(
    twilio: TwilioStandIn, gateway: TwilioSmsGateway, webhook: TwilioWebhook
):
    before = SystemClock().now()
    gateway.send(text_to_ann(to=twilio.number, body="from ourselves"))
    posts = [webhook.received(twilio.inbound_fields(ANN, body)) for body in ("7", "and sick")]
    twilio.inbound_fields(ANN, "to another number", to=CLINIC_NUMBER)
    twilio.page_size = 1

    found = gateway.received_since(to=twilio.number, since=before)

    assert [(each.provider, each.provider_id, each.sender, each.to, each.body) for each in found] == [
        (post.provider, post.provider_id, post.sender, post.to, post.body) for post in posts
    ]
    assert all(each.received_at is not None and each.received_at.tzinfo is UTC for each in found)
    assert gateway.received_since(to=twilio.number, since=SystemClock().now() + SOON) == ()


def test_when_twilio_cannot_be_asked_for_texts_it_says_so(twilio: TwilioStandIn, gateway: TwilioSmsGateway):
    twilio.html(502, when=lists)

    with pytest.raises(GatewayError):
        gateway.received_since(to=twilio.number, since=SystemClock().now())


# Before anything is sent


def test_all_is_well(gateway: TwilioSmsGateway):
    assert gateway.problem() is None


def test_what_stands_in_the_way_is_said(twilio: TwilioStandIn, gateway: TwilioSmsGateway):
    twilio.account_status = "suspended"
    suspended = gateway.problem()
    stranger = TwilioSmsGateway(twilio_settings(twilio, auth_token="guess"))
    wrong_token = stranger.problem()
    twilio.html(502, when=lists)
    down = gateway.problem()
    stranger.close()

    assert suspended == "The Twilio account is suspended."
    assert wrong_token == "Twilio does not accept the account id and auth token."
    assert down == "Twilio gives no answer that can be read."
    assert twilio.creations() == ()
