"""For whoever watches the service: health, readiness, counts."""

from __future__ import annotations

import pytest

from tests.web.conftest import API_TOKEN, MakeWeb, Web


def test_alive_and_ready_for_everybody(standing: Web) -> None:
    """A watcher has no token."""
    browser = standing.browser()
    assert browser.get("/healthz").status_code == 200
    ready = browser.get("/readyz")
    assert ready.status_code == 200
    assert {"ready", "checks", "schedule", "hold", "shadow", "mode"} <= ready.json().keys()


def test_not_ready_is_503_with_the_reason(make_web: MakeWeb) -> None:
    """And on the board in plain words."""
    web = make_web(health={"ready": False, "checks": {"database": "ok", "ticking": "no good run lately: senders"}})
    ready = web.browser().get("/readyz")
    assert (ready.status_code, ready.json()["checks"]["ticking"]) == (503, "no good run lately: senders")
    board = web.signed_in().get("/staff").text
    assert "ticking: no good run lately: senders" in board
    assert "Check on patients by phone" in board


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"hold": True}, "Texts to patients are on hold."),
        ({"shadow": True}, "no patient is texted"),
        ({"schedule": {"version": 1, "pending_error": "schedules.yaml:12"}}, "A change to the schedule was not taken"),
    ],
)
def test_the_board_says_what_holds_everywhere(make_web: MakeWeb, state, words: str) -> None:
    """Nobody should wonder why no text goes out."""
    assert words in make_web(health=state).signed_in().get("/staff").text


def test_metrics_are_counts_for_loopback_or_a_token(live: Web) -> None:
    """No name, number or word in them."""
    live.emergency()
    local = live.browser(base="http://127.0.0.1:8000").get("/metrics")
    assert local.status_code == 200
    assert local.headers["content-type"].startswith("text/plain")
    assert 'followup_alerts{level="emergency",status="open"} 1.0' in local.text
    assert 'followup_messages{state="' in local.text
    for hidden in ("Ann", "5550001", "P-ann", "prairie", "E3"):
        assert hidden not in local.text
    assert live.api().get("/metrics").status_code == 200


@pytest.mark.parametrize(
    ("client", "base", "headers"),
    [
        ("10.0.0.7", "http://127.0.0.1:8000", {}),
        ("127.0.0.1", "https://follow.example.org", {}),
        ("127.0.0.1", "http://127.0.0.1:8000", {"x-forwarded-for": "127.0.0.1"}),
        ("10.0.0.7", "http://127.0.0.1:8000", {"authorization": "Bearer wrong"}),
    ],
)
def test_metrics_are_for_nobody_else(standing: Web, client: str, base: str, headers: dict[str, str]) -> None:
    """A proxy on this machine calls from loopback for the whole world."""
    assert standing.browser(base=base, client=(client, 1)).get("/metrics", headers=headers).status_code == 401


def test_the_token_for_metrics_must_be_able_to_read(make_web: MakeWeb) -> None:
    """The first token is."""
    web = make_web()
    far = web.browser(client=("10.0.0.7", 1))
    assert far.get("/metrics", headers={"authorization": f"Bearer {API_TOKEN}"}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/docs", "/redoc", "/api/docs", "/api/redoc", "/openapi.json", "/admin", "/.env", "/.git"]
)
def test_there_are_no_other_doors(standing: Web, path: str) -> None:
    """No documentation pages, no banner."""
    answer = standing.browser().get(path)
    assert answer.status_code == 404
    assert "server" not in answer.headers
