"""The demo's world over HTTP: what scripts rely on, and a page that works with plain forms."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from tests.web.conftest import MakeWeb, Web, post

SIMULATOR = [
    ("GET", "/simulator"),
    ("POST", "/simulator/clock"),
    ("POST", "/simulator/text"),
    ("POST", "/simulator/infusion"),
    ("GET", "/simulator/api/clock"),
    ("POST", "/simulator/api/clock"),
    ("GET", "/simulator/api/phones"),
    ("GET", "/simulator/api/phones/+13125550001/messages"),
    ("POST", "/simulator/api/phones/+13125550001/messages"),
    ("POST", "/simulator/call"),
    ("GET", "/simulator/api/phones/+13125550161/calls"),
    ("POST", "/simulator/api/phones/+13125550161/calls/SIM1"),
    ("GET", "/simulator/api/mailboxes"),
    ("GET", "/simulator/api/mailboxes/kay.miller@prairie.example.org"),
]


# --- where it is and is not ----------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), SIMULATOR)
def test_a_live_service_has_no_simulator(standing: Web, method: str, path: str) -> None:
    """404, signed in or not, with a token or not."""
    assert standing.api().request(method, path, json={"advance": "4h"}).status_code == 404


@pytest.mark.parametrize(
    ("what", "client", "host", "headers"),
    [
        ("another machine", "10.0.0.7", "127.0.0.1:8000", {}),
        ("a proxy beside us", "127.0.0.1", "127.0.0.1:8000", {"x-forwarded-for": "203.0.113.5"}),
        ("a name that was made to point here", "127.0.0.1", "evil.example:8000", {}),
    ],
)
def test_only_this_machine_moves_the_demo(
    standing_demo: Web, what: str, client: str, host: str, headers: dict[str, str]
) -> None:
    """For everybody else it is not there."""
    browser = standing_demo.browser(base=f"http://{host}", client=(client, 50000))
    for method, path in SIMULATOR:
        assert browser.request(method, path, json={}, headers=headers).status_code == 404, (what, path)


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "localhost", "[::1]:8000"])
def test_this_machine_has_several_names(standing_demo: Web, host: str) -> None:
    """Each works."""
    assert standing_demo.browser(base=f"http://{host}").get("/simulator/api/clock").status_code == 200


def test_the_first_page_is_the_simulator_in_the_demo_and_the_board_live(make_web: MakeWeb) -> None:
    """Where one wants to go."""
    assert make_web(demo=True).browser().get("/").headers["location"] == "/simulator"


def test_live_the_first_page_is_the_board(standing: Web) -> None:
    """After a sign-in."""
    assert standing.browser().get("/").headers["location"] == "/staff"


# --- the clock -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("push", "stands"),
    [
        ({"advance": "4h"}, "2026-11-22T13:00:00-06:00"),
        ({"advance": "90m"}, "2026-11-22T10:30:00-06:00"),
        ({"advance": "3d"}, "2026-11-25T09:00:00-06:00"),
        ({"advance": "30s"}, "2026-11-22T09:00:30-06:00"),
        ({"to": "2026-11-23T10:00:00-06:00"}, "2026-11-23T10:00:00-06:00"),
        ({"to": "2026-11-22T15:00:00Z"}, "2026-11-22T09:00:00-06:00"),
    ],
)
def test_the_clock_is_pushed_by_a_span_or_to_an_instant(demo: Web, push: dict[str, str], stands: str) -> None:
    """And tells where it stands."""
    browser = demo.browser()
    answer = browser.post("/simulator/api/clock", json=push)
    assert answer.status_code == 200, answer.text
    assert datetime.fromisoformat(answer.json()["now"]) == datetime.fromisoformat(stands)
    assert browser.get("/simulator/api/clock").json() == answer.json()


@pytest.mark.parametrize(
    ("push", "code"),
    [
        ({}, 422),
        ({"advance": "4h", "to": "2026-11-23T10:00:00-06:00"}, 422),
        ({"advance": "4"}, 422),
        ({"advance": "soon"}, 422),
        ({"advance": 4}, 422),
        ({"to": "2026-11-23T10:00:00"}, 422),
        ({"to": "2026-11-22T08:59:59-06:00"}, 422),
        ({"advance": "4000d"}, 422),
        ([], 422),
    ],
)
def test_a_wrong_push_moves_nothing(standing_demo: Web, push: object, code: int) -> None:
    """With a problem that says how to write it."""
    answer = standing_demo.browser().post("/simulator/api/clock", json=push)
    assert (answer.status_code, answer.headers["content-type"]) == (code, "application/problem+json")
    assert standing_demo.clinic.clock.now().minute == 0


def test_unreadable_json_is_400(standing_demo: Web) -> None:
    """As everywhere."""
    assert standing_demo.browser().post("/simulator/api/clock", content=b"{").status_code == 400


# --- phones and mailboxes -----------------------------------------------------------------------------------


def test_phones_are_those_of_patients_and_staff(demo: Web) -> None:
    """With number, name and role."""
    demo.clinic.infusion(demo.ann(), ended="08:00")
    phones = demo.browser().get("/simulator/api/phones").json()
    assert {"number": "+13125550161", "name": "Kay Miller", "role": "staff"} in phones
    assert {"number": "+13125550001", "name": "Ann", "role": "patient"} in phones


@pytest.mark.parametrize("number", ["+13125550001", "%2B13125550001", "13125550001", "312-555-0001"])
def test_a_phone_shows_what_came_and_what_its_owner_wrote(demo: Web, number: str) -> None:
    """A check-in, an answer, and what follows from it, all there when the call answers."""
    demo.clinic.infusion(demo.ann(), ended="08:00")
    browser = demo.browser()
    browser.post("/simulator/api/clock", json={"advance": "3h"})
    path = f"/simulator/api/phones/{number}/messages"
    sent = browser.post(path, json={"body": "1"})
    assert sent.status_code == 200
    texts = browser.get(path).json()
    assert sent.json() == texts
    assert [text["from"] == "+13125550001" for text in texts] == [False, True, False]
    assert all({"at", "from", "to", "body"} <= text.keys() for text in texts)
    assert datetime.fromisoformat(texts[0]["at"]).tzinfo is not None
    assert texts[1]["body"] == "1"


def test_a_number_nobody_knows_is_a_phone_too(demo: Web) -> None:
    """Empty at first; whoever writes from it is a stranger."""
    browser = demo.browser()
    path = "/simulator/api/phones/+12125550199/messages"
    assert browser.get(path).json() == []
    assert browser.post(path, json={"body": "who is this?"}).status_code == 200
    assert "+12125550199" in [phone["number"] for phone in browser.get("/simulator/api/phones").json()]
    assert len(demo.clinic.alerts("open")) == 1


def test_a_picture_without_words_is_sent_by_its_type(demo: Web) -> None:
    """`media` are content types; a text without either is a mistake."""
    browser = demo.browser()
    path = "/simulator/api/phones/+12125550199/messages"
    assert browser.post(path, json={"body": "", "media": ["image/jpeg"]}).status_code == 200
    assert browser.post(path, json={"body": ""}).status_code == 422
    assert browser.post(path, json={"text": "hello"}).status_code == 422


def test_mailboxes_show_what_was_mailed(demo: Web) -> None:
    """Staff get a mail beside the text of an emergency; an unknown box is empty."""
    demo.emergency()
    browser = demo.browser()
    boxes = browser.get("/simulator/api/mailboxes").json()
    assert {"address": "kay.miller@prairie.example.org", "name": "Kay Miller", "role": "staff"} in boxes
    mails = [mail for box in boxes for mail in browser.get(f"/simulator/api/mailboxes/{box['address']}").json()]
    assert mails
    assert {"at", "from", "to", "subject", "text"} <= mails[0].keys()
    assert browser.get("/simulator/api/mailboxes/nobody@example.org").json() == []


# --- the page -------------------------------------------------------------------------------------------


def test_a_newcomer_can_do_all_with_plain_forms(demo: Web) -> None:
    """Record an infusion, push the clock, answer: no script runs in this browser."""
    browser = demo.browser()
    page = browser.get("/simulator").text
    presets = dict(re.findall(r'<input name="(name|phone|pain|mood)" value="([^"]*)"', page))
    assert (presets["pain"], presets["mood"]) == ("5", "5")
    recorded = post(
        browser,
        "/simulator/infusion",
        {**presets, "language": "en", "timezone": "America/Chicago"},
        page="/simulator",
    )
    assert (recorded.status_code, recorded.headers["location"]) == (303, "/simulator")
    assert presets["name"] in browser.get("/simulator").text
    assert post(browser, "/simulator/clock", {"push": "4h"}, page="/simulator").status_code == 303
    assert "how are you now?" in browser.get("/simulator").text
    answer = {"number": presets["phone"], "body": "3"}
    assert post(browser, "/simulator/text", answer, page="/simulator").status_code == 303
    page = browser.get("/simulator").text
    assert "this may be an emergency" in page
    assert "Emergency follow-up alert" in page


@pytest.mark.parametrize(
    ("push", "stands"),
    [("15m", "09:15"), ("1h", "10:00"), ("4h", "13:00"), ("19", "19:00"), ("10", "10:00"), ("24h", "09:00")],
)
def test_each_button_of_the_clock_leads_where_it_says(demo: Web, push: str, stands: str) -> None:
    """From Sunday 09:00."""
    browser = demo.browser()
    post(browser, "/simulator/clock", {"push": push}, page="/simulator")
    shown = re.search(r"<time[^>]*>([^<]+)</time>", browser.get("/simulator").text)
    assert shown
    assert shown[1].endswith(stands)


def test_next_morning_is_tomorrow_once_ten_has_passed(demo: Web) -> None:
    """Not today again, and never back."""
    browser = demo.browser()
    for _ in range(2):
        post(browser, "/simulator/clock", {"push": "10"}, page="/simulator")
    assert "Monday 23 November, 10:00" in browser.get("/simulator").text


def test_a_mistake_in_the_form_is_shown_beside_what_was_typed(demo: Web) -> None:
    """422, the field, and nothing typed is lost."""
    fields = {"name": "Zoe Typed", "phone": "12", "pain": "eleven", "mood": "5", "language": "en", "timezone": "x"}
    answer = post(demo.browser(), "/simulator/infusion", fields, page="/simulator")
    assert answer.status_code == 422
    for shown in ('value="Zoe Typed"', 'value="eleven"', "phone does not have the right number of digits", "pain must"):
        assert shown in answer.text
