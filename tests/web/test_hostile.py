"""What patients and strangers write is never markup, template, header or formula; and it stays where it belongs."""

from __future__ import annotations

import logging
import re

import pytest

from followup.errors import FollowupError
from tests.web.conftest import MakeWeb, Web, post

HOSTILE = [
    '<script src="/x.js"></script>',
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} {% include 'base.html' %} {{ config }}",
    "'; DROP TABLE alerts; --",
    '=HYPERLINK("http://evil")',
    "line one\r\nSet-Cookie: a=b",
    "javascript:alert(1) http://evil.example/?q=<b>",
    "\u202eright to left\u0007 \ufffd",
    "#world hx-get=/staff/sign-out",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_a_patients_words_are_shown_and_do_nothing(demo: Web, words: str) -> None:
    """On every page that shows words, and in the parts that renew themselves."""
    ann = demo.ann()
    demo.clinic.infusion(ann, ended="08:00")
    ann.replies(words)
    demo.clinic.stranger().replies(words)
    alert = demo.clinic.alerts("open")[0].id
    browser = demo.signed_in()
    in_the_inbox = re.findall(r'href="(/staff/inbox/\w+)"', browser.get("/staff/inbox").text)
    for page in (
        f"/staff/alerts/{alert}",
        f"/staff/alerts/{alert}?list=routine",
        f"/staff/alerts/{alert}/now",
        "/staff",
        "/staff/board",
        "/staff/inbox",
        *in_the_inbox,
        "/staff/routine",
        "/staff/lists",
        f"/staff/patients/{ann.record.id}",
        "/simulator",
    ):
        shown = browser.get(page)
        assert shown.status_code == 200
        assert not re.search(r"<img|<b>|<script(?![^>]*src=\"/static/)|\shx-get=/staff/sign-out>", shown.text), page
        assert 'href="javascript' not in shown.text
        assert "set-cookie: a=b" not in str(shown.headers).lower()
        assert "49" not in re.findall(r"Write as|>49<", shown.text)


def test_a_patients_name_is_text_too(live: Web) -> None:
    """It comes from another system."""
    infusion = {
        "id": "I-1",
        "patient": {
            "id": "P<1>",
            "name": "<script>alert(1)</script> {{ 7*7 }}",
            "phone": "+13125550101",
            "timezone": "America/Chicago",
            "address": "<img src=x>",
        },
        "treatment": "<b>ketamine</b>",
        "ended_at": "2026-11-22T08:30:00-06:00",
    }
    assert live.api().post("/api/infusions", json=infusion).status_code == 201
    browser = live.signed_in()
    pages = [browser.get("/staff").text, browser.get("/staff/patients").text]
    pages += [browser.get(link).text for link in set(re.findall(r"/staff/(?:alerts|patients)/\w+", "".join(pages)))]
    assert len(pages) >= 4
    for page in pages:
        assert not re.search(r"<script>|<img|<b>", page)
        assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }}" in page
    assert live.api().get("/api/patients/P%3C1%3E").json()["id"] == "P<1>"


def test_what_is_typed_into_forms_comes_back_as_text(live: Web) -> None:
    """The sign-in, the search, the close form."""
    alert = live.emergency()
    browser = live.signed_in()
    wrong = live.browser()
    bad = '"><script>alert(1)</script>'
    pages = [
        post(wrong, "/staff/sign-in", {"person": bad, "password": bad, "next": bad}),
        post(browser, "/staff/patients", {"words": bad}),
        post(browser, f"/staff/alerts/{alert}/close", {"outcome": bad, "minutes": bad, "note": bad}, page="/staff"),
    ]
    assert [page.status_code for page in pages] == [401, 200, 422]
    for page in pages:
        assert "<script>" not in page.text


def test_refusals_and_logs_hold_no_patient_data(make_web: MakeWeb, caplog: pytest.LogCaptureFixture) -> None:
    """Names, numbers and words of one who was refused, of one who was taken, and of one whose database broke."""
    web = make_web()
    caplog.set_level(logging.DEBUG)
    canaries = ("Canaria Birdsong", "555-0177", "5550177", "canary words", "P-canary")
    body = {
        "id": "I-canary",
        "patient": {"id": "P-canary", "name": "Canaria Birdsong", "phone": "312-555-0177x", "timezone": "canary words"},
        "treatment": "canary words",
        "ended_at": "canary words",
    }
    refused = web.api().post("/api/infusions", json=body)
    assert refused.status_code == 422
    broken = web.api().post("/api/infusions", content=b'{"name": "Canaria Birdsong", ')
    missing = web.api().get("/api/patients/P-canary")
    for answer in (refused, broken, missing):
        assert not [canary for canary in canaries if canary in answer.text]
    ours = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("httpx2"))
    assert not [canary for canary in canaries if canary in ours]


def test_an_unknown_error_shows_nothing_of_itself(live: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain page, a plain problem; the details stay here."""

    def broken(*_args, **_more):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("followup.web.staff.board.board", broken)
    monkeypatch.setattr("followup.web.api.alerts.alert_list", broken)
    kay = live.signed_in()
    kay._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    page = kay.get("/staff")
    assert (page.status_code, "Something went wrong" in page.text, "secret" in page.text) == (500, True, False)
    program = live.api()
    program._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    answer = program.get("/api/alerts")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "secret" not in answer.text


def test_an_error_of_ours_shows_its_kind_alone(live: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error without a handler is ours to mend, not theirs to read."""

    def broken(*_args, **_more):
        raise FollowupError("secret detail")

    monkeypatch.setattr("followup.web.api.alerts.alert_list", broken)
    answer = live.api().get("/api/alerts")
    assert (answer.status_code, "secret" in answer.text) == (500, False)
