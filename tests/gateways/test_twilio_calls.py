"""What a call through Twilio's SDK says and asks for, and how what comes back is read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, unquote_plus, urlsplit
from xml.etree import ElementTree as ET

import pytest

from followup.clock import SystemClock
from followup.domain.calls import CallStage
from followup.errors import BadInput
from followup.gateways.port import Accepted, Outgoing, RefusalKind, Refused, Spoken, Uncertain
from followup.gateways.twilio_calls import LONGEST_TWIML, TwilioVoiceGateway
from followup.gateways.twilio_webhook import TwilioWebhook
from tests.gateways.worlds import KAY, PUBLIC_URL, WORDS, call_to_kay, twilio_settings
from tests.support.twilio_calls import Call
from tests.support.twilio_stand_in import TwilioStandIn

STAFF_NUMBER = "+12025550177"
CLINIC_NUMBER = "+12025550188"
SERVICE = "MG" + "1" * 32
SID = "CA" + "a" * 32


@pytest.fixture
def voice(twilio: TwilioStandIn) -> Iterator[TwilioVoiceGateway]:
    made = TwilioVoiceGateway(twilio_settings(twilio, staff_from=STAFF_NUMBER))
    yield made
    made.close()


def placed(twilio: TwilioStandIn, message: Outgoing, **settings: object) -> Call:
    """The call that Twilio was asked for."""
    gateway = TwilioVoiceGateway(twilio_settings(twilio, **settings))
    assert isinstance(gateway.send(message), Accepted)
    gateway.close()
    return twilio.placed()[-1]


# --- what goes out ---------------------------------------------------------------------------------


def test_a_call_brings_its_words_along_and_asks_for_a_key_twice_over(twilio: TwilioStandIn):
    call = placed(twilio, call_to_kay(id="0a1b", attempt=2))

    response = ET.fromstring(call.twiml)
    gather, goodbye, end = response
    assert [each.text for each in gather.iter("Say")] == [WORDS, WORDS]
    assert (gather.get("input"), gather.get("numDigits"), gather.get("method")) == ("dtmf", "1", "POST")
    assert gather.get("action") == f"{PUBLIC_URL}/twilio/voice/key/0a1b"
    assert (goodbye.tag, end.tag) == ("Say", "Hangup")
    assert call.callback == call.machine_callback == f"{PUBLIC_URL}/twilio/voice/status?m=0a1b&a=2"
    assert call.events == ("initiated", "ringing", "answered", "completed")


def test_h7_no_word_of_a_call_and_nobodys_number_stands_in_any_address(twilio: TwilioStandIn):
    """Grafana OnCall sends the spoken text through a third party's page, in the query of an address."""
    call = placed(twilio, call_to_kay(body="Emergency alert. Code C Charlie, 4."))

    form = twilio.requests()[-1].form
    addresses = [value for value in form.values() if value.startswith("http")]
    addresses += [f"{PUBLIC_URL}{call.key_path}", twilio.requests()[-1].path]
    assert "Url" not in form
    assert len(addresses) == 4
    for address in addresses:
        said = unquote_plus(address).casefold()
        assert not any(word in said for word in ("emergency", "alert", "charlie", "code", KAY.strip("+")))
        assert set(parse_qs(urlsplit(address).query)) <= {"m", "a"}


def test_words_are_text_and_never_markup(twilio: TwilioStandIn):
    call = placed(twilio, call_to_kay(body='</Say><Dial>+12025550199</Dial> & "half" \ud800\0'))

    response = ET.fromstring(call.twiml)
    assert response.find(".//Dial") is None
    assert "<Dial>" in (response.find(".//Say").text or "")  # type: ignore[union-attr]


FROM = [
    # staff number, clinic's own, default number, service -> the number that calls
    (STAFF_NUMBER, CLINIC_NUMBER, "+12025550100", None, STAFF_NUMBER),
    (None, CLINIC_NUMBER, "+12025550100", None, CLINIC_NUMBER),
    (None, None, "+12025550100", None, "+12025550100"),
    (STAFF_NUMBER, None, None, SERVICE, STAFF_NUMBER),
]


@pytest.mark.parametrize(("staff", "clinic", "number", "service", "expected"), FROM)
def test_who_calls(
    twilio: TwilioStandIn,
    staff: str | None,
    clinic: str | None,
    number: str | None,
    service: str | None,
    expected: str,
):
    call = placed(
        twilio, call_to_kay(sender=clinic), staff_from=staff, from_number=number, messaging_service_sid=service
    )

    assert call.sender == expected


def test_with_a_messaging_service_alone_no_call_is_tried_and_the_reason_is_told(twilio: TwilioStandIn):
    gateway = TwilioVoiceGateway(twilio_settings(twilio, from_number=None, messaging_service_sid=SERVICE))

    outcome = gateway.send(call_to_kay())

    gateway.close()
    assert isinstance(outcome, Refused)
    assert outcome.kind is RefusalKind.PERMANENT
    assert "TWILIO_STAFF_FROM_NUMBER" in outcome.reason
    assert twilio.requests() == ()


def test_words_that_are_too_long_for_twilio_are_not_tried(twilio: TwilioStandIn, voice: TwilioVoiceGateway):
    outcome = voice.send(call_to_kay(body="x" * LONGEST_TWIML))

    assert isinstance(outcome, Refused)
    assert outcome.code == "too-long"
    assert twilio.requests() == ()


def test_an_account_without_voice_may_still_text(twilio: TwilioStandIn, voice: TwilioVoiceGateway):
    twilio.calls.disabled = True

    outcome = voice.send(call_to_kay())

    assert isinstance(outcome, Refused)
    assert outcome.kind is RefusalKind.PERMANENT


def test_a_call_that_was_taken_while_its_answer_was_lost_is_found_by_number_and_time(
    twilio: TwilioStandIn, voice: TwilioVoiceGateway
):
    before = SystemClock().now()
    twilio.cut("reset", accept=True, when=lambda request: request.calls)

    assert isinstance(voice.send(call_to_kay()), Uncertain)
    found = voice.look_up(to=KAY, sender=None, since=before - timedelta(seconds=5))

    assert [record.provider_id for record in found] == [call.sid for call in twilio.placed()]


@pytest.mark.parametrize(
    ("status", "by", "stage"),
    [
        ("ringing", None, CallStage.RINGING),
        ("in-progress", "human", CallStage.ANSWERED),
        ("in-progress", "machine_start", CallStage.MACHINE),
        ("no-answer", None, CallStage.NO_ANSWER),
    ],
)
def test_asked_for_a_call_twilio_says_where_it_stands(
    twilio: TwilioStandIn, voice: TwilioVoiceGateway, status: str, by: str | None, stage: CallStage
):
    before = SystemClock().now()
    voice.send(call_to_kay())
    twilio.calls.settle(twilio.placed()[-1].sid, status, by)

    found = voice.look_up(to=KAY, sender=None, since=before - timedelta(seconds=5))

    assert [record.stage for record in found] == [stage]


@pytest.mark.parametrize(("status", "then"), [("ringing", "canceled"), ("in-progress", "in-progress")])
def test_a_call_that_rings_can_be_stopped_and_one_that_somebody_is_on_goes_on(
    twilio: TwilioStandIn, voice: TwilioVoiceGateway, status: str, then: str
):
    voice.send(call_to_kay())
    sid = twilio.placed()[-1].sid
    twilio.calls.settle(sid, status)

    voice.stop_ringing(sid)

    assert twilio.placed()[-1].status == then


def test_a_call_that_cannot_be_stopped_is_nobodys_trouble(twilio: TwilioStandIn, voice: TwilioVoiceGateway):
    voice.stop_ringing("CA" + "f" * 32)

    assert twilio.placed() == ()


# --- what comes back -------------------------------------------------------------------------------

STAGES = [
    # CallStatus, AnsweredBy -> where the call stands
    ("queued", None, CallStage.RINGING),
    ("initiated", None, CallStage.RINGING),
    ("ringing", None, CallStage.RINGING),
    ("in-progress", None, CallStage.ANSWERED),
    ("in-progress", "human", CallStage.ANSWERED),
    ("in-progress", "unknown", CallStage.ANSWERED),
    ("in-progress", "machine_start", CallStage.MACHINE),
    ("in-progress", "machine_end_beep", CallStage.MACHINE),
    ("in-progress", "machine_end_silence", CallStage.MACHINE),
    ("in-progress", "machine_end_other", CallStage.MACHINE),
    ("in-progress", "fax", CallStage.MACHINE),
    (None, "machine_start", CallStage.MACHINE),
    (None, "human", None),
    ("completed", None, CallStage.NO_KEY),
    ("completed", "machine_start", CallStage.NO_KEY),
    ("busy", None, CallStage.BUSY),
    ("no-answer", None, CallStage.NO_ANSWER),
    ("failed", None, CallStage.FAILED),
    ("canceled", None, CallStage.CANCELED),
    ("NO-ANSWER", None, CallStage.NO_ANSWER),
    ("something new", None, None),
    (None, None, None),
]


@pytest.mark.parametrize(("status", "by", "stage"), STAGES)
def test_news_of_a_call_is_read(webhook: TwilioWebhook, status: str | None, by: str | None, stage: CallStage | None):
    form = [("CallSid", SID)]
    form += [("CallStatus", status)] if status is not None else []
    form += [("AnsweredBy", by)] if by is not None else []

    news = webhook.call_news({"m": "0a1b", "a": "1"}, form)

    assert (news.message_id, news.provider_id, news.stage) == ("0a1b", SID, stage)


@pytest.mark.parametrize(
    ("digits", "key"), [("1", "1"), ("3", "3"), ("*", "*"), ("", ""), ("12", ""), ("one", ""), ("١", "")]
)
def test_a_key_is_one_key(webhook: TwilioWebhook, digits: str, key: str):
    assert webhook.key("0a1b", [("CallSid", SID), ("Digits", digits)]).key == key


@pytest.mark.parametrize("ours", ["", "../etc", "x" * 65, "a b"])
def test_a_key_for_no_message_of_ours_is_refused(webhook: TwilioWebhook, ours: str):
    with pytest.raises(BadInput):
        webhook.key(ours, [("CallSid", SID), ("Digits", "1")])


@pytest.mark.parametrize("sid", ["", "CA1\n", SID + "Digits1", "x" * 65])
def test_a_key_without_a_proper_call_is_refused(webhook: TwilioWebhook, sid: str):
    with pytest.raises(BadInput):
        webhook.key("0a1b", [("CallSid", sid), ("Digits", "1")])


@pytest.mark.parametrize(
    ("status", "reached"),
    [("completed", True), ("answered", True), ("busy", False), ("no-answer", False), ("failed", False), ("", False)],
)
def test_how_a_connection_ended(webhook: TwilioWebhook, status: str, reached: bool):
    form = [("CallSid", SID), ("DialCallStatus", status), ("DialCallDuration", "95"), ("CallStatus", "in-progress")]

    ended = webhook.bridge("0a1b", form)

    assert (ended.reached, ended.seconds, ended.caller_gone) == (reached, 95, False)


# --- what is said in answer ------------------------------------------------------------------------


def test_an_answer_that_ends_the_call(webhook: TwilioWebhook):
    response = ET.fromstring(webhook.speak(Spoken(text="Sam has it.")))

    assert [each.tag for each in response] == ["Say", "Hangup"]


def test_an_answer_that_waits_for_a_further_key(webhook: TwilioWebhook):
    spoken = Spoken(text="It is yours.", key_path="/twilio/voice/key/0a1b")

    response = ET.fromstring(webhook.speak(spoken))

    assert response[0].get("action") == "/twilio/voice/key/0a1b"


def test_an_answer_that_rings_a_patient_shows_them_the_clinics_number(webhook: TwilioWebhook):
    spoken = Spoken(text="Hold on.", connect_to="+13125550142", caller=CLINIC_NUMBER, ended_path="/e/0a1b")

    response = ET.fromstring(webhook.speak(spoken))

    dial = response.find("Dial")
    assert dial is not None
    assert (dial.get("callerId"), dial.get("action")) == (CLINIC_NUMBER, "/e/0a1b")
    assert [number.text for number in dial] == ["+13125550142"]
