"""Notices to chat and pager services: taken or not, by the real library against an endpoint on loopback."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from followup.bootstrap.chat import chat_gateway, chat_problems
from followup.domain.people import Channel
from followup.gateways import chat
from followup.gateways.chat import ChatGateway
from followup.gateways.port import Accepted, Outgoing, Refused
from followup.settings import Settings
from tests.domain.samples import CONFIGURATION

SECRET = "k3y-of-the-pager"


@dataclass
class Pager:
    """A service on loopback that keeps what it is sent, and answers `status`."""

    status: int = 200
    taken: list[dict[str, str]] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.port}/{SECRET}"


@pytest.fixture
def pager() -> Iterator[Pager]:
    kept = Pager()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if kept.status == 200:
                kept.taken.append(json.loads(body))
            self.send_response(kept.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the parent's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield kept
    server.shutdown()
    server.server_close()
    thread.join(10)


def notice(to: str = "kay-pager") -> Outgoing:
    return Outgoing(id="n1", attempt=1, channel=Channel.CHAT, to=to, body="Emergency follow-up alert C4KD", staff=True)


def test_a_notice_is_taken_and_that_is_all_that_is_known_of_it(pager: Pager):
    outcome = ChatGateway({"kay-pager": pager.address}).send(notice())

    assert isinstance(outcome, Accepted)
    assert outcome.provider_id == "n1.1"
    assert [one["message"] for one in pager.taken] == ["Emergency follow-up alert C4KD"]


def test_several_names_are_told_each(pager: Pager):
    both = ChatGateway({"kay-pager": pager.address, "team": pager.address + "/team"})

    assert isinstance(both.send(notice("kay-pager,team")), Accepted)
    assert len(pager.taken) == 2


def test_what_was_not_taken_is_refused(pager: Pager):
    pager.status = 500

    outcome = ChatGateway({"kay-pager": pager.address}).send(notice())

    assert isinstance(outcome, Refused)
    assert (outcome.code, SECRET in outcome.reason) == ("not-taken", False)


def test_a_name_without_an_address_is_refused_by_name(pager: Pager):
    outcome = ChatGateway({"kay-pager": pager.address}).send(notice("kay-pager,sam-pager"))

    assert isinstance(outcome, Refused)
    assert "sam-pager" in outcome.reason
    assert pager.taken == []


def test_without_the_library_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(chat, "_LIBRARY", "a_library_that_is_not_there")
    gateway = ChatGateway({"kay-pager": "json://127.0.0.1/x"})

    outcome = gateway.send(notice())

    assert isinstance(outcome, Refused)
    assert "requirements/chat.txt" in outcome.reason
    assert gateway.problem() == outcome.reason


def test_an_address_that_is_none_is_named_and_not_shown():
    gateway = ChatGateway({"kay-pager": f"nonsense://{SECRET}"})

    problem = gateway.problem() or ""
    assert "kay-pager" in problem
    assert SECRET not in problem
    assert isinstance(gateway.send(notice()), Refused)


def test_no_address_gets_into_the_log(pager: Pager, caplog: pytest.LogCaptureFixture):
    pager.status = 500
    with caplog.at_level(logging.DEBUG):
        ChatGateway({"kay-pager": pager.address}).send(notice())

    assert SECRET not in caplog.text


# --- set up ----------------------------------------------------------------------------------------


def settings(urls: dict[str, str]) -> Settings:
    return Settings(FOLLOWUP_CHAT_URLS=urls, _env_file=None)  # type: ignore[call-arg]


def test_without_addresses_there_is_no_way_out_by_chat():
    assert chat_gateway(settings({})) is None


def test_addresses_are_named_in_one_setting_and_may_hold_commas():
    known = Settings(FOLLOWUP_CHAT_URLS="kay-pager=json://a/?x=1,2, team=slack://t/#duty", _env_file=None)  # type: ignore[call-arg]

    assert known.chat_urls == {"kay-pager": "json://a/?x=1,2", "team": "slack://t/#duty"}


@pytest.mark.parametrize("given", ["slack://t/#duty", "kay pager=json://a", "kay-pager=", "=json://a"])
def test_an_address_without_a_name_is_no_setting(given: str):
    with pytest.raises(Exception, match=r"names with addresses|refused"):
        Settings(FOLLOWUP_CHAT_URLS=given, _env_file=None)  # type: ignore[call-arg]


def test_whoever_is_to_be_told_by_an_address_that_is_not_there_is_named():
    kay = replace(CONFIGURATION.staff["kay"], chat=("kay-pager",))
    chain = CONFIGURATION.chains["emergency"]
    step = replace(chain.steps[0], channels=(Channel.SMS, Channel.CHAT))
    chains = {**CONFIGURATION.chains, "emergency": replace(chain, steps=(step, *chain.steps[1:]))}
    configuration = replace(CONFIGURATION, staff={**CONFIGURATION.staff, "kay": kay}, chains=chains)

    (problem,) = chat_problems(settings({}), configuration)

    assert "kay-pager" in problem
    assert kay.name in problem
    assert list(chat_problems(settings({}), CONFIGURATION)) == []
