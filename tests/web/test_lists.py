"""The lists of the day: whom to phone, that nobody is forgotten, what waits; and asking for consent by text."""

from __future__ import annotations

import re

from followup.domain.people import Consent
from followup.services.quiet import run_until_quiet
from tests.web.conftest import Web, post


def section(page: str, name: str) -> str:
    """One section of the page, tags left out."""
    found = re.search(rf'<section aria-labelledby="{name}">(.*?)</section>', page, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def test_each_list_shows_its_people_with_the_reason(live: Web) -> None:
    """One gets texts, one did not agree to them: she is phoned today, is not forgotten, and waits as a task."""
    live.clinic.infusion(live.clinic.patient("Ann", baseline=5), ended="08:00")
    live.clinic.infusion(live.clinic.patient("Bea", baseline=5, consent=Consent(email=True)), ended="08:30")
    page = live.signed_in().get("/staff/lists").text
    calls, evening, routine = (section(page, name) for name in ("calls", "evening", "routine"))
    assert "Bea +1 312-555-0002 has not agreed to texts" in calls
    assert "Ann" not in calls
    assert "Ann +1 312-555-0001 treated 08:00 a check-in is still to come, 12:00" in evening
    assert re.search(r"Bea .* routine [A-Z0-9]{4} nobody has it", evening)
    assert re.search(r"[A-Z0-9]{4} Bea Something is missing", routine)


def test_consent_is_asked_by_one_press_and_not_twice(live: Web) -> None:
    """The button is gone once the text is on its way; whoever presses an old one is told why nothing happens."""
    bea = live.clinic.patient("Bea", baseline=5, consent=Consent(email=True))
    live.clinic.infusion(bea, ended="08:30")
    kay = live.signed_in()
    path = f"/staff/lists/invite/{bea.record.id}"
    assert path in kay.get("/staff/lists").text
    asked = post(kay, path, {}, page="/staff/lists")
    assert asked.status_code == 303
    page = kay.get(asked.headers["location"]).text
    assert "The patient is asked by text" in page
    assert path not in page
    assert "asked by text 09:00, no answer yet" in page
    run_until_quiet(live.clinic.context)
    bea.expects_sms("reply 1 for follow-up texts")
    again = post(kay, path, {}, page="/staff")
    assert again.status_code == 409
    assert "Not asked: this patient was invited within the last 7 days" in again.text


def test_consent_is_asked_from_the_alert_that_says_it_is_missing(live: Web) -> None:
    """By the same press."""
    bea = live.clinic.patient("Bea", baseline=5, consent=Consent(email=True))
    live.clinic.infusion(bea, ended="08:30")
    page = f"/staff/alerts/{bea.alerts()[0].id}"
    kay = live.signed_in()
    assert "Bea has not agreed to texts." in kay.get(page).text
    assert post(kay, f"/staff/lists/invite/{bea.record.id}", {}, page=page).status_code == 303


def test_nobody_asks_a_patient_of_another_clinic_or_who_is_not_there(live: Web) -> None:
    """Nothing here, and nothing is sent."""
    kay = live.signed_in()
    assert post(kay, "/staff/lists/invite/nobody", {}, page="/staff").status_code == 404


def test_lists_without_anybody_say_so(live: Web) -> None:
    """Three sentences instead of three empty tables."""
    page = live.signed_in().get("/staff/lists").text
    assert "Nobody. Everybody treated today gets texts." in page
    assert "Nobody was treated in the last 72 hours." in page
    assert "Nothing waits." in page


def test_reading_the_lists_is_in_the_audit_trail(live: Web) -> None:
    """With who and which clinic."""
    live.signed_in("sam").get("/staff/lists")
    with live.clinic.store.read() as uow:
        rows = uow.audit.list(subject="lists", subject_id="prairie")
    assert [(row.actor, row.action) for row in rows] == [("staff:sam", "lists.read")]


def test_the_menu_leads_to_the_lists(live: Web) -> None:
    """From every page."""
    assert '<a href="/staff/lists">Lists</a>' in live.signed_in().get("/staff").text
