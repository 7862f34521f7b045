"""The sealed envelope: in without password and phone, once, for an hour, and never unnoticed."""

from __future__ import annotations

from datetime import timedelta

from followup.services.accounts import disable_account
from followup.services.emergency_access import make_emergency_code
from followup.services.quiet import run_until_quiet
from tests.web.conftest import Web, post

PAGE = "/staff/emergency-access"


def _envelope(web: Web) -> str:
    return make_emergency_code(web.deps.context, clinic="prairie", now=web.real_clock.now(), actor="test")


def test_s30_emergency_access_is_alarmed_at_once_and_in_the_trail(live: Web) -> None:
    """An urgent alert at that very instant, told to whoever looks after the service, and a row that names who."""
    code, browser = _envelope(live), live.browser()
    answer = post(browser, PAGE, {"person": "Kay Miller", "code": code.lower()})
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff")
    assert browser.get("/staff").status_code == 200
    run_until_quiet(live.clinic.context)
    alert = live.clinic.alerts("open")[0]
    assert (alert.level.value, alert.opened_at) == ("urgent", live.clinic.clock.now())
    told = [text for person in live.clinic.staff.values() for text in person.texts() if alert.code in text]
    assert told
    with live.clinic.store.read() as uow:
        rows = [row for row in uow.audit.list(limit=50) if row.action == "emergency_access.used"]
        entries = uow.alerts.entries(alert.id)
    assert [(row.actor, row.subject_id) for row in rows] == [("staff:kay", "kay")]
    assert "emergency access was used as Kay Miller" in (entries[0].understood or "")


def test_the_code_works_once_and_for_an_hour(live: Web) -> None:
    """Then the envelope needs another."""
    code, browser = _envelope(live), live.browser()
    post(browser, PAGE, {"person": "kay", "code": code})
    assert post(live.browser(), PAGE, {"person": "sam", "code": code}).status_code == 401
    for _ in range(3):
        live.real_clock.advance(timedelta(minutes=19))
        assert browser.get("/staff").status_code == 200
    live.real_clock.advance(timedelta(minutes=3))
    assert browser.get("/staff").status_code == 303


def test_it_lets_in_nobody_else(live: Web) -> None:
    """Not without an envelope, not by a wrong code, not for whoever has no account or has left."""
    assert post(live.browser(), PAGE, {"person": "kay", "code": ""}).status_code == 401
    code = _envelope(live)
    disable_account(live.deps.context, person="sam", now=live.real_clock.now(), actor="test")
    for person, typed in (("kay", code[:-1]), ("robin", code), ("nobody", code), ("sam", code), ("", ""), ("kay", "ÿ")):
        assert post(live.browser(), PAGE, {"person": person, "code": typed}).status_code == 401
    assert live.clinic.alerts("open") == ()
    assert post(live.browser(), PAGE, {"person": "kay", "code": code}).status_code == 303


def test_s7_guessing_the_code_ends_after_ten(live: Web) -> None:
    """From one address."""
    answers = [post(live.browser(), PAGE, {"person": "kay", "code": "x"}).status_code for _ in range(12)]
    assert answers == [401] * 10 + [429] * 2
