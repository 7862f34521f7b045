"""The wire under the SDK: timed, checked, pooled, silent, and never repeating or following anything."""

from __future__ import annotations

import logging
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from followup.clock import SystemClock
from followup.gateways import twilio_http
from followup.gateways.port import Accepted, GatewayError, RefusalKind, Refused, Uncertain
from followup.gateways.twilio_http import WireSettings, system_proxy
from followup.gateways.twilio_sms import TwilioSmsGateway
from tests.gateways.certificates import loopback_certificate
from tests.gateways.worlds import ANN, text_to_ann, twilio_settings
from tests.support.twilio_stand_in import Fault, TwilioStandIn


def impatient(twilio: TwilioStandIn, total: float = 0.5) -> TwilioSmsGateway:
    return TwilioSmsGateway(
        twilio_settings(twilio, wire=WireSettings(base_url=twilio.url, connect_timeout=0.5, total_timeout=total))
    )


@pytest.mark.parametrize("accepted", [True, False], ids=["taken", "not taken"])
def test_a_provider_that_hangs_is_given_up_in_time_and_asked_once(twilio: TwilioStandIn, accepted: bool):
    gateway = impatient(twilio)
    hold = twilio.hang(accept=accepted)

    outcome = gateway.send(text_to_ann())

    assert isinstance(outcome, Uncertain)
    assert len(twilio.creations()) == 1
    assert len(twilio.accepted()) == accepted
    hold.release()


def test_a_provider_that_drips_its_answer_is_given_up_too(twilio: TwilioStandIn):
    gateway = impatient(twilio)
    twilio.cut("drip")
    began = time.monotonic()

    assert isinstance(gateway.send(text_to_ann()), Uncertain)
    assert time.monotonic() - began < 15, "the dripping itself ends after 20 s"


@pytest.mark.parametrize("how", ["reset", "close", "truncate"])
def test_a_line_that_is_cut_after_the_request_leaves_doubt(twilio: TwilioStandIn, gateway: TwilioSmsGateway, how: str):
    gateway.send(text_to_ann(id="a1"))
    twilio.cut(how)

    assert isinstance(gateway.send(text_to_ann(id="a2")), Uncertain)
    assert [text.our_id for text in twilio.accepted()] == ["a1", "a2"]
    assert isinstance(gateway.send(text_to_ann(id="a3")), Accepted)


def test_connections_are_kept_and_shared(twilio: TwilioStandIn):
    gateway = TwilioSmsGateway(twilio_settings(twilio, wire=WireSettings(base_url=twilio.url, connections=8)))
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda index: gateway.send(text_to_ann(id=f"m{index}")), range(80)))

    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert twilio.connections <= 8
    gateway.close()


def test_a_connection_that_the_provider_has_closed_is_not_written_to(twilio: TwilioStandIn, gateway: TwilioSmsGateway):
    gateway.send(text_to_ann(id="a1"))
    twilio.drop_connections()

    assert isinstance(gateway.send(text_to_ann(id="a2")), Accepted)
    assert twilio.connections == 2


def test_a_connection_that_idled_long_is_not_trusted(
    twilio: TwilioStandIn, gateway: TwilioSmsGateway, monkeypatch: pytest.MonkeyPatch
):
    gateway.send(text_to_ann(id="a1"))
    monkeypatch.setattr(twilio_http, "IDLE_LIMIT", 0.0)

    assert isinstance(gateway.send(text_to_ann(id="a2")), Accepted)
    assert twilio.connections == 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(twilio: TwilioStandIn, gateway: TwilioSmsGateway, status: int):
    with TwilioStandIn() as elsewhere:
        twilio.plan(Fault(status=status, headers={"Location": f"{elsewhere.url}/2010-04-01/Accounts"}))

        outcome = gateway.send(text_to_ann())

        assert not isinstance(outcome, Accepted)
        assert elsewhere.requests() == ()


def test_a_list_cannot_send_the_next_question_elsewhere(twilio: TwilioStandIn, gateway: TwilioSmsGateway):
    with TwilioStandIn() as elsewhere:
        page = f'{{"messages": [], "meta": {{"key": "messages"}}, "next_page_uri": "{elsewhere.url}/2010-04-01/x"}}'
        twilio.garble(page, status=200, when=lambda request: request.method == "GET")
        with pytest.raises(GatewayError):
            gateway.look_up(to=ANN, sender=None, since=SystemClock().now())

        assert elsewhere.requests() == ()


def test_a_certificate_that_nobody_vouches_for_is_refused_before_a_word_is_said(tmp_path: Path):
    tls, _ = loopback_certificate(tmp_path)
    with TwilioStandIn(tls=tls) as twilio:
        gateway = impatient(twilio, total=5)

        outcome = gateway.send(text_to_ann())

        assert isinstance(outcome, Refused)
        assert (outcome.kind, outcome.code) == (RefusalKind.LATER, "connection")
        assert "SSL" in outcome.reason
        assert twilio.requests() == ()
        gateway.close()


def test_a_certificate_that_is_vouched_for_is_taken(tmp_path: Path):
    tls, authority = loopback_certificate(tmp_path)
    with TwilioStandIn(tls=tls) as twilio:
        wire = WireSettings(base_url=twilio.url, ca_file=str(authority))
        gateway = TwilioSmsGateway(twilio_settings(twilio, wire=wire))

        assert isinstance(gateway.send(text_to_ann()), Accepted)
        gateway.close()


def test_a_name_that_does_not_resolve_took_nothing(twilio: TwilioStandIn, monkeypatch: pytest.MonkeyPatch):
    def unknown(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", unknown)
    gateway = TwilioSmsGateway(twilio_settings(twilio, wire=WireSettings(base_url="https://api.invalid")))

    outcome = gateway.send(text_to_ann())

    assert isinstance(outcome, Refused)
    assert outcome.kind is RefusalKind.LATER


def test_a_proxy_is_used_when_it_is_set(twilio: TwilioStandIn):
    wire = WireSettings(base_url="http://api.invalid", proxy=twilio.url)
    gateway = TwilioSmsGateway(twilio_settings(twilio, wire=wire))

    assert isinstance(gateway.send(text_to_ann()), Accepted)
    gateway.close()


@pytest.mark.parametrize(
    ("origin", "environment", "expected"),
    [
        ("https://api.twilio.com", {}, None),
        ("https://api.twilio.com", {"HTTPS_PROXY": "http://proxy:3128"}, "http://proxy:3128"),
        ("https://api.twilio.com", {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": ".twilio.com"}, None),
        ("http://127.0.0.1:8080", {"HTTP_PROXY": "http://proxy:3128"}, None),
        ("http://localhost:8080", {"HTTP_PROXY": "http://proxy:3128"}, None),
        ("http://stand-in:8080", {"HTTP_PROXY": "http://proxy:3128"}, "http://proxy:3128"),
    ],
)
def test_the_system_names_the_proxy(
    monkeypatch: pytest.MonkeyPatch, origin: str, environment: dict[str, str], expected: str | None
):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert system_proxy(origin) == expected


def test_nothing_of_a_patient_is_logged(
    twilio: TwilioStandIn, gateway: TwilioSmsGateway, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    gateway.send(text_to_ann(body="canary words"))
    gateway.look_up(to=ANN, sender=None, since=SystemClock().now())
    twilio.cut("reset")
    gateway.send(text_to_ann(body="canary words"))

    assert "canary" not in caplog.text
    assert ANN[1:] not in caplog.text
    assert twilio.token not in caplog.text
