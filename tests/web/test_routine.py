"""The routine work list: item after item, tries counted, several closed together once each was opened."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.web.conftest import Web, post
from tests.web.test_alert_page import text_of


def three_items(live: Web) -> list[str]:
    """Three unknown numbers wrote; the ids of their alerts, the oldest first."""
    for last in (1, 2, 3):
        live.clinic.stranger(f"+1312555900{last}").replies("who is this?")
        live.clock.forward(minutes=1)
    return [alert.id for alert in reversed(live.clinic.alerts("open"))]


def test_one_item_leads_to_the_next(live: Web) -> None:
    """The oldest first; the page says which of how many, and closing goes on by itself."""
    first, second, third = three_items(live)
    kay = live.signed_in()
    begin = re.search(r'href="([^"]+)" rel="next"', kay.get("/staff/routine").text)
    assert begin
    assert begin[1] == f"/staff/alerts/{first}?list=routine"
    page = kay.get(begin[1]).text
    assert "1 of 3" in page
    assert f'rel="next" href="/staff/alerts/{second}?list=routine"' in page
    ended = {"outcome": "resolved_since", "minutes": "", "list": "routine"}
    done = post(kay, f"/staff/alerts/{first}/close", ended, page=begin[1])
    assert done.headers["location"] == f"/staff/alerts/{second}?list=routine"
    assert "1 of 2" in kay.get(done.headers["location"]).text
    post(kay, f"/staff/alerts/{second}/close", ended, page="/staff/inbox")
    done = post(kay, f"/staff/alerts/{third}/close", ended, page=f"/staff/alerts/{third}?list=routine")
    assert done.headers["location"] == "/staff/routine"


def test_a_try_or_a_mistake_does_not_lose_the_place_in_the_list(live: Web) -> None:
    """Thirty items on a Monday: most calls are in vain, and the next item must stay one press away."""
    first, second, _ = three_items(live)
    kay = live.signed_in()
    page = f"/staff/alerts/{first}?list=routine"
    tried = post(
        kay, f"/staff/alerts/{first}/contact", {"way": "call", "result": "no_answer", "list": "routine"}, page=page
    )
    assert tried.headers["location"] == f"{page}#whom"
    mistaken = post(kay, f"/staff/alerts/{first}/close", {"outcome": "", "list": "routine"}, page=page)
    assert f'rel="next" href="/staff/alerts/{second}?list=routine"' in mistaken.text
    assert '<input type="hidden" name="list" value="routine">' in mistaken.text


def test_a_call_that_was_promised_is_set_aside_without_closing_it(live: Web) -> None:
    """`Call me at three`: off the list until then, or until something comes in; and the next item follows."""
    first, second, third = three_items(live)
    kay = live.signed_in()
    page = f"/staff/alerts/{first}?list=routine"
    set_aside = {"call_back_at": "2026-11-22T15:00", "list": "routine"}
    past = post(kay, f"/staff/alerts/{first}/call-back", {**set_aside, "call_back_at": "2026-11-22T08:00"}, page=page)
    assert past.status_code == 422
    done = post(kay, f"/staff/alerts/{first}/call-back", set_aside, page=page)
    assert done.headers["location"] == f"/staff/alerts/{second}?list=routine"
    assert "1 of 2" in kay.get(done.headers["location"]).text
    shown = text_of(kay.get("/staff/routine").text)
    assert shown.startswith("Work list - Follow-up")
    assert "2 routine items" in shown
    assert "15:00" in shown.split("To call again")[1]
    assert {alert.id for alert in live.clinic.alerts("open")} == {first, second, third}

    post(kay, f"/staff/alerts/{second}/call-back", set_aside, page=f"/staff/alerts/{second}")
    live.clinic.stranger("+13125559002").replies("hello? anybody there?")
    assert "2 routine items" in text_of(kay.get("/staff/routine").text), "something came in about the second"
    post(kay, f"/staff/alerts/{third}/call-back", set_aside, page=f"/staff/alerts/{third}")
    post(kay, f"/staff/alerts/{third}/close", {"outcome": "booked"}, page=f"/staff/alerts/{third}")
    live.clock.to("15:00")
    assert {alert.id for alert in live.clinic.alerts("open")} == {first, second}, "what was closed stays closed"
    assert "1 of 2" in kay.get(page).text
    assert "Time to call back" in text_of(kay.get(page).text)


def test_what_is_urgent_is_not_set_aside(live: Web) -> None:
    alert = live.emergency()
    kay = live.signed_in()
    page = f"/staff/alerts/{alert}"
    assert "call-back" not in kay.get(page).text
    refused = post(kay, f"{page}/call-back", {"call_back_at": "2026-11-22T15:00"}, page=page)
    assert refused.status_code == 409


def test_tries_are_counted_with_the_last_one(live: Web) -> None:
    """So that nobody rings a fourth time without knowing."""
    first, *_ = three_items(live)
    kay, page = live.signed_in(), f"/staff/alerts/{first}"
    for result in ("no_answer", "voicemail"):
        post(kay, f"{page}/contact", {"way": "call", "result": result}, page=page)
    assert "2 tries, last 09:03: voicemail" in text_of(kay.get("/staff/routine").text)


def test_what_was_not_opened_is_not_closed_with_others(live: Web) -> None:
    """Not by its box, which cannot be ticked, and not by a form that says it was."""
    first, second, third = three_items(live)
    kay = live.signed_in()
    kay.get(f"/staff/alerts/{first}")
    page = kay.get("/staff/routine").text
    assert re.search(rf'id="item-{first}"\s+aria-label', page)
    assert re.search(rf'id="item-{second}" disabled', page)
    together = {f"item-{first}": "on", f"item-{second}": "on", "outcome": "advice_given"}
    refused = post(kay, "/staff/routine/close", together, page="/staff/routine")
    assert refused.status_code == 409
    assert "open each before you close it" in refused.text
    assert len(live.clinic.alerts("open")) == 3
    kay.get(f"/staff/alerts/{second}")
    closed = post(kay, "/staff/routine/close", together, page="/staff/routine")
    assert "2 closed." in kay.get(closed.headers["location"]).text
    assert [alert.id for alert in live.clinic.alerts("open")] == [third]


def test_what_came_since_must_be_opened_again(live: Web) -> None:
    """And another's reading does not count for me."""
    first, *_ = three_items(live)
    live.signed_in("sam").get(f"/staff/alerts/{first}")
    kay = live.signed_in()
    assert f'id="item-{first}" disabled' in kay.get("/staff/routine").text
    kay.get(f"/staff/alerts/{first}")
    assert f'id="item-{first}" disabled' not in kay.get("/staff/routine").text
    live.clock.forward(minutes=5)
    live.clinic.stranger("+13125559001").replies("hello? who are you?")
    assert f'id="item-{first}" disabled' in kay.get("/staff/routine").text


def test_nothing_ticked_or_no_outcome_closes_nothing(live: Web) -> None:
    """And says what is missing."""
    first, *_ = three_items(live)
    kay = live.signed_in()
    kay.get(f"/staff/alerts/{first}")
    for fields, words in (
        ({"outcome": "advice_given"}, "choose at least one item"),
        ({f"item-{first}": "on", "outcome": ""}, "choose how they ended"),
        ({f"item-{first}": "on", "outcome": "reached_and_safe"}, "choose how they ended"),
    ):
        refused = post(kay, "/staff/routine/close", fields, page="/staff/routine")
        assert (refused.status_code, words in refused.text) == (422, True)


def test_only_what_is_on_the_list_is_closed_from_it(live: Web) -> None:
    """Not an emergency, not another clinic's, not what is closed already: nothing is closed then."""
    emergency = live.emergency()
    live.clinic.stranger().replies("who is this?")
    (first,) = (alert.id for alert in live.clinic.alerts("open") if alert.id != emergency)
    kay = live.signed_in()
    for alert in (emergency, "nothing"):
        kay.get(f"/staff/alerts/{alert}")
        fields = {f"item-{alert}": "on", "outcome": "advice_given"}
        refused = post(kay, "/staff/routine/close", fields, page="/staff")
        assert refused.status_code == 409
        assert "not on the list any more" in refused.text
    with live.clinic.store.write() as uow:
        other = uow.alerts.get(first)
        assert other is not None
        uow.alerts.update(replace(other, clinic="elsewhere"))
        uow.commit()
    kay.get(f"/staff/alerts/{first}")
    refused = post(kay, "/staff/routine/close", {f"item-{first}": "on", "outcome": "advice_given"}, page="/staff")
    assert refused.status_code == 409
    assert {alert.id for alert in live.clinic.alerts("open")} == {emergency, first}


def test_an_empty_list_says_so(live: Web) -> None:
    """Instead of a form for nothing."""
    page = live.signed_in().get("/staff/routine").text
    assert "Nothing waits." in page
    assert "Close several together" not in page
