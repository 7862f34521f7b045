"""The demo's staff phones ring: calls as JSON for scripts, and on the page with plain buttons."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.conftest import Web, post

NOBODY = "/simulator/api/phones/+13125550199/calls"


def ringing(demo: Web) -> tuple[str, dict[str, Any]]:
    """The address of the calls to whoever is on duty, and the call that an emergency made."""
    demo.emergency()
    path = f"/simulator/api/phones/{demo.clinic.on_duty().number}/calls"
    (call,) = demo.browser().get(path).json()
    return path, call


def test_an_emergency_rings_and_says_nothing_of_the_patient(demo: Web) -> None:
    path, call = ringing(demo)

    assert {"at", "from", "to", "said", "state"} <= set(call)
    assert call["state"] == "ringing"
    assert "Press 1 to take it" in call["said"]
    ann = demo.ann()
    assert ann.name not in call["said"]
    assert ann.number not in call["said"]
    assert demo.browser().get(NOBODY).json() == []
    assert path.endswith(f"{call['to']}/calls")


def test_a_key_takes_the_alert(demo: Web) -> None:
    path, call = ringing(demo)

    (after,) = demo.browser().post(f"{path}/{call['id']}", json={"press": "1"}).json()

    assert after["state"] == "answered"
    assert after["heard"][-1].startswith("It is yours")
    assert demo.clinic.alerts()[0].acknowledged_via == "voice"


def test_three_connects_and_the_patient_may_answer(demo: Web) -> None:
    path, call = ringing(demo)
    browser, one = demo.browser(), f"{path}/{call['id']}"

    assert browser.post(one, json={"press": "3"}).json()[0]["connected"] is True
    assert "Did you reach" in browser.post(one, json={"patient": "answers"}).json()[0]["heard"][-1]
    assert "Noted" in browser.post(one, json={"press": "1"}).json()[0]["heard"][-1]

    with demo.clinic.store.read() as uow:
        assert [each.result.value for each in uow.contacts.of_alert(demo.clinic.alerts()[0].id)] == ["reached"]


@pytest.mark.parametrize(
    ("given", "state"), [({"end": "machine"}, "machine"), ({"end": "busy"}, "busy"), ({}, "no_answer")]
)
def test_a_call_ends_without_a_key(demo: Web, given: dict[str, str], state: str) -> None:
    path, call = ringing(demo)

    assert demo.browser().post(f"{path}/{call['id']}", json=given).json()[0]["state"] == state
    assert demo.clinic.alerts()[0].status.value == "open"


def test_a_phone_that_nobody_picks_up_stops_ringing_when_the_clock_is_pushed(demo: Web) -> None:
    path, _ = ringing(demo)

    demo.browser().post("/simulator/api/clock", json={"advance": "2m"})

    assert [each["state"] for each in demo.browser().get(path).json()] == ["no_answer", "no_answer"]


@pytest.mark.parametrize(
    ("name", "given", "code"),
    [
        ("another", {"press": "1"}, 404),
        (None, {"end": "exploded"}, 422),
        (None, {"patient": "answers"}, 422),
        (None, {"patient": "perhaps"}, 422),
    ],
)
def test_what_cannot_be_is_refused(demo: Web, name: str | None, given: dict[str, str], code: int) -> None:
    path, call = ringing(demo)

    assert demo.browser().post(f"{path}/{name or call['id']}", json=given).status_code == code


def test_no_key_on_a_call_that_is_over(demo: Web) -> None:
    path, call = ringing(demo)
    demo.browser().post(f"{path}/{call['id']}", json={"end": "busy"})

    assert demo.browser().post(f"{path}/{call['id']}", json={"press": "1"}).status_code == 422


def test_on_the_page_one_press_answers(demo: Web) -> None:
    _, call = ringing(demo)
    browser = demo.browser()
    assert "The phone rings" in browser.get("/simulator").text

    answer = post(browser, "/simulator/call", {"call": call["id"], "press": "1"}, page="/simulator")

    assert answer.status_code == 303
    assert "It is yours" in browser.get("/simulator").text


def test_staff_call_the_clinic_from_the_page(demo: Web) -> None:
    """The nurse who missed the call: two presses, and the alert is hers."""
    demo.emergency()
    nurse, browser = demo.clinic.on_duty(), demo.browser()
    page = browser.get("/simulator").text
    assert "Call the clinic&#39;s number" in page or "Call the clinic's number" in page

    for press in ({}, {"press": "1"}):
        done = post(browser, "/simulator/call-in", {"number": nurse.number, **press}, page="/simulator")
        assert done.status_code == 303

    assert "It is yours, and a text confirms it" in browser.get("/simulator").text
    assert demo.clinic.alerts()[0].acknowledged_by == nurse.name
    post(browser, "/simulator/call-in", {"number": nurse.number, "press": ""}, page="/simulator")
    assert "On the phone with the clinic" not in browser.get("/simulator").text
    over = post(browser, "/simulator/call-in", {"number": nurse.number, "press": "1"}, page="/simulator")
    assert "This call is over" in over.text
    other = post(browser, "/simulator/call-in", {"number": demo.ann().number}, page="/simulator")
    assert "put through to a person" in other.text
