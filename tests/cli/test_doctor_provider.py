"""`followup doctor` against a provider: whether it sends for us, and whether texts that come in reach somebody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from followup.bootstrap.trying import try_provider
from followup.settings import Settings, load
from tests.cli.conftest import Command
from tests.support.smtp_server import SmtpServer
from tests.support.twilio_console import Number, Service
from tests.support.twilio_stand_in import TwilioStandIn

PUBLIC_URL = "http://127.0.0.1:9"
OURS = f"{PUBLIC_URL}/twilio/sms"
BIN = "https://handler.twilio.com/twiml/EH1"
SERVICE = "MG" + "1" * 32
NUMBER = "+12025550100"
STAFF_NUMBER = "+12025550101"
CALLS = f"{PUBLIC_URL}/twilio/voice/inbound"
SAYS = "https://handler.twilio.com/twiml/EH2"


@pytest.fixture
def twilio(monkeypatch: pytest.MonkeyPatch) -> Iterator[TwilioStandIn]:
    with TwilioStandIn() as stand_in:
        monkeypatch.setenv("TWILIO_ACCOUNT_SID", stand_in.account)
        monkeypatch.setenv("TWILIO_AUTH_TOKEN", stand_in.token)
        monkeypatch.setenv("FOLLOWUP_TWILIO_BASE_URL", stand_in.url)
        monkeypatch.setenv("FOLLOWUP_PUBLIC_URL", PUBLIC_URL)
        yield stand_in


def well(number: str) -> Number:
    """A number set up as docs/operations.md tells."""
    return Number(number, OURS, BIN, CALLS, SAYS)


def said(followup: Command, check: str) -> list[tuple[bool, str]]:
    """What doctor finds under one heading: whether it is only a warning, and the sentence."""
    found = followup("doctor", "--json").json["findings"]
    return [(one["warning"], one["message"]) for one in found if one["check"] == check]


@pytest.mark.parametrize(
    ("number", "warning", "sentence"),
    [
        (well(NUMBER), None, None),
        (Number(NUMBER, "", BIN, CALLS, SAYS), False, f"texts to TWILIO_FROM_NUMBER do not go to {OURS}"),
        (Number(NUMBER, f"{PUBLIC_URL}/sms", BIN, CALLS, SAYS), False, "set it in Twilio's console"),
        (Number(NUMBER, OURS, "", CALLS, SAYS), True, "with this service down a patient's text gets no answer"),
        (Number(NUMBER, OURS, f"{PUBLIC_URL}/fallback", CALLS, SAYS), True, "down when it is needed"),
        (well("+12025550199"), True, "this Twilio account has no number like TWILIO_FROM_NUMBER"),
    ],
    ids=["well", "texts go nowhere", "texts go astray", "no fallback", "falls back to us", "not our number"],
)
def test_where_texts_to_the_number_go(
    followup: Command,
    twilio: TwilioStandIn,
    monkeypatch: pytest.MonkeyPatch,
    number: Number,
    warning: bool | None,
    sentence: str | None,
) -> None:
    monkeypatch.setenv("TWILIO_FROM_NUMBER", NUMBER)
    monkeypatch.setenv("TWILIO_STAFF_FROM_NUMBER", STAFF_NUMBER)
    twilio.console.numbers = [number, well(STAFF_NUMBER)]
    found = said(followup, "provider")
    if sentence is None:
        assert found == []
    else:
        assert [each for each, message in found if sentence in message] == [warning]


@pytest.mark.parametrize(
    ("number", "warning", "sentence"),
    [
        (Number(NUMBER, OURS, BIN, "", SAYS), False, f"calls to TWILIO_FROM_NUMBER do not go to {CALLS}"),
        (Number(NUMBER, OURS, BIN, "https://demo.twilio.com/welcome/voice/", SAYS), False, "'a call comes in'"),
        (Number(NUMBER, OURS, BIN, CALLS, ""), True, "with this service down whoever calls hears an error"),
        (Number(NUMBER, OURS, BIN, CALLS, f"{PUBLIC_URL}/x"), True, "down when it is needed"),
        (Number(NUMBER, OURS, BIN, voice=False), None, None),
    ],
    ids=["calls go nowhere", "as Twilio sells it", "no fallback", "falls back to us", "takes no calls by Twilio"],
)
def test_where_calls_to_the_number_go(
    followup: Command,
    twilio: TwilioStandIn,
    monkeypatch: pytest.MonkeyPatch,
    number: Number,
    warning: bool | None,
    sentence: str | None,
) -> None:
    """Patients ring the number that texted them; a clinic's landline that only texts by Twilio rings elsewhere."""
    monkeypatch.setenv("TWILIO_FROM_NUMBER", NUMBER)
    monkeypatch.setenv("TWILIO_STAFF_FROM_NUMBER", STAFF_NUMBER)
    twilio.console.numbers = [number, well(STAFF_NUMBER)]
    found = said(followup, "provider")
    if sentence is None:
        assert found == []
    else:
        assert [(each, sentence in message) for each, message in found] == [(warning, True)]


def test_staff_call_and_text_back_the_number_that_woke_them(
    followup: Command, twilio: TwilioStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_FROM_NUMBER", NUMBER)
    monkeypatch.setenv("TWILIO_STAFF_FROM_NUMBER", STAFF_NUMBER)
    twilio.console.numbers = [well(NUMBER), Number(STAFF_NUMBER, sms_fallback_url=BIN, voice_fallback_url=SAYS)]
    texts, calls = said(followup, "provider")
    assert f"texts to TWILIO_STAFF_FROM_NUMBER do not go to {OURS}" in texts[1]
    assert f"calls to TWILIO_STAFF_FROM_NUMBER do not go to {CALLS}" in calls[1]


def test_calls_to_every_number_of_a_messaging_service_are_looked_at(
    followup: Command, twilio: TwilioStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A messaging service takes texts in and no calls: those go where each of its numbers says."""
    second = "+12025550102"
    monkeypatch.setenv("TWILIO_MESSAGING_SERVICE_SID", SERVICE)
    monkeypatch.setenv("TWILIO_STAFF_FROM_NUMBER", STAFF_NUMBER)
    twilio.console.service = Service(
        sid=SERVICE, numbers=(NUMBER, second, STAFF_NUMBER), inbound_request_url=OURS, fallback_url=BIN
    )
    twilio.console.numbers = [well(NUMBER), Number(second, "", "", "", SAYS), well(STAFF_NUMBER)]
    ((warning, message),) = said(followup, "provider")
    assert (warning, f"calls to {second} of the messaging service do not go to {CALLS}" in message) == (False, True)


def test_with_several_clinics_the_number_of_each_is_looked_at_once(
    twilio: TwilioStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_STAFF_FROM_NUMBER", STAFF_NUMBER)
    twilio.console.numbers = [Number(NUMBER, OURS, BIN, "", SAYS), well(STAFF_NUMBER)]
    senders = {
        "the sender of Prairie Clinic": NUMBER,
        "the sender of Lake Clinic": STAFF_NUMBER,
        "the sender of Hill Clinic": "+12025550109",
    }
    calls, unknown = try_provider(load(Settings), PUBLIC_URL, senders)
    assert (calls[0].startswith("calls to the sender of Prairie Clinic do not go to"), calls[1]) == (True, False)
    assert ("no number like the sender of Hill Clinic" in unknown[0], unknown[1]) == (True, True)


def test_a_chain_that_calls_needs_a_number_to_call_from(
    followup: Command, twilio: TwilioStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_MESSAGING_SERVICE_SID", SERVICE)
    ((warning, message),) = said(followup, "calls")
    assert warning is False
    assert "emergency" in message
    assert "TWILIO_STAFF_FROM_NUMBER" in message
    monkeypatch.setenv("TWILIO_STAFF_FROM_NUMBER", STAFF_NUMBER)
    assert said(followup, "calls") == []


@pytest.mark.parametrize("ask_the_number", [False, True], ids=["the service says", "its numbers say"])
def test_where_texts_to_a_messaging_service_go(
    followup: Command, twilio: TwilioStandIn, monkeypatch: pytest.MonkeyPatch, ask_the_number: bool
) -> None:
    monkeypatch.setenv("TWILIO_MESSAGING_SERVICE_SID", SERVICE)
    monkeypatch.setenv("TWILIO_STAFF_FROM_NUMBER", STAFF_NUMBER)
    twilio.console.service = Service(
        sid=SERVICE,
        numbers=(NUMBER,),
        inbound_request_url=None if ask_the_number else OURS,
        fallback_url=None if ask_the_number else BIN,
        ask_the_number=ask_the_number,
    )
    twilio.console.numbers = [well(NUMBER), well(STAFF_NUMBER)]
    assert said(followup, "provider") == []
    twilio.console.numbers = [Number(NUMBER), well(STAFF_NUMBER)]
    twilio.console.service.inbound_request_url = None
    assert any(f"do not go to {OURS}" in message for _, message in said(followup, "provider"))


def test_an_account_that_cannot_send_is_the_one_thing_said(
    followup: Command, twilio: TwilioStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_FROM_NUMBER", NUMBER)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "another")
    (staff_sender, problem) = said(followup, "provider")
    assert staff_sender[0] is True
    assert problem[0] is False
    assert "another" not in problem[1]


def test_a_mail_server_is_tried_without_sending(followup: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLLOWUP_EMAIL_FROM", "clinic@mail.example")
    with SmtpServer() as server:
        monkeypatch.setenv("FOLLOWUP_SMTP_URL", server.url)
        assert said(followup, "mail") == []
        assert server.mails() == ()
    assert [warning for warning, _ in said(followup, "mail")] == [False]


def test_the_folder_of_files_must_be_there_and_open(
    followup: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FOLLOWUP_IMPORT_FOLDER", str(tmp_path / "exports"))
    (found,) = said(followup, "import folder")
    assert (found[0], "make it" in found[1]) == (False, True)
    (tmp_path / "exports").mkdir()
    assert said(followup, "import folder") == []


def test_goalert_799_a_public_address_that_leads_nowhere_is_told_before_a_callback_is_lost(
    followup: Command, twilio: TwilioStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Callbacks go to the address that the service was told; doctor calls it, as the provider would."""
    monkeypatch.setenv("TWILIO_FROM_NUMBER", NUMBER)
    twilio.console.numbers = [well(NUMBER)]
    (wrong,) = said(followup, "public address")
    assert wrong == (
        False,
        f"{PUBLIC_URL}/healthz does not answer from here: is the service up, and does the proxy lead to it?",
    )
