"""Where a request came from: the peer, or what the proxy beside us saw; never what a caller made up."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from followup.web.peer import address_of
from tests.web.conftest import PASSWORD, Web, post


def _request(peer: str, forwarded: str | None = None) -> Request:
    """A request with one header for each line of `forwarded`."""
    lines = [] if forwarded is None else forwarded.split("\n")
    headers = [(b"x-forwarded-for", line.encode("latin-1")) for line in lines]
    return Request({"type": "http", "method": "GET", "path": "/staff", "headers": headers, "client": (peer, 50000)})


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.5", "203.0.113.7", "203.0.113.7"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),  # the first was sent by the caller
        ("127.0.0.1", "198.51.100.1\n203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("8.8.8.8", "203.0.113.7", "8.8.8.8"),  # no proxy of ours
        ("testclient", "203.0.113.7", "testclient"),
    ],
)
def test_the_address_of_a_caller(peer: str, forwarded: str | None, address: str) -> None:
    assert address_of(_request(peer, forwarded)) == address


def test_s21_reads_and_changes_say_from_where_and_a_patient_never_does(live: Web) -> None:
    """Staff and programs; what a text of a patient brings about has no address."""
    alert = live.emergency()
    browser = live.known_browser()
    browser.headers["x-forwarded-for"] = "203.0.113.7"
    post(browser, "/staff/sign-in", {"person": "kay", "password": PASSWORD})
    browser.get(f"/staff/alerts/{alert}")
    post(browser, f"/staff/alerts/{alert}/take", {}, page="/staff")
    live.api().get("/api/alerts", headers={"x-forwarded-for": "203.0.113.8"})
    with live.clinic.store.read() as uow:
        rows = uow.audit.list(limit=500)
    told = {(row.actor, row.action): row.detail.get("from") for row in rows}
    for action in ("sign_in", "alert.read", "alert.acknowledged"):
        assert told["staff:kay", action] == "203.0.113.7"
    assert told["token:first", "alerts.read"] == "203.0.113.8"
    assert [row.action for row in rows if "from" in row.detail and not row.actor.startswith(("staff:", "token:"))] == []
