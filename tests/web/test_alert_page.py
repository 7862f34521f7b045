"""The alert's page: the script and its tries, handing over, closing, correcting what was understood."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from followup.domain.people import Channel
from followup.web.pages import CHANNELS
from tests.web.conftest import Web, post
from tests.web.test_pages import seen_by


def text_of(page: str) -> str:
    """A page as it reads, tags left out."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def current(page: str) -> str:
    """The step of the script that is next."""
    found = re.search(r'<li aria-current="step">(.*?)</li>', page, re.DOTALL)
    return text_of(found[1]) if found else ""


def test_the_script_goes_on_with_each_try(live: Web) -> None:
    """Two calls two minutes apart, the emergency contact, 911; every try is written down with its time."""
    alert = live.emergency()
    kay = live.signed_in()
    page, path = f"/staff/alerts/{alert}", f"/staff/alerts/{alert}/contact"
    assert current(kay.get(page).text).startswith("Call Ann")
    post(kay, path, {"way": "call", "result": "no_answer"}, page=page)
    assert "once more after 2 minutes, at 12:02" in current(kay.get(page).text)
    live.clock.forward(minutes=2)
    assert "once more after 2 minutes: now" in current(kay.get(page).text)
    post(kay, path, {"way": "call", "result": "voicemail"}, page=page)
    assert current(kay.get(page).text).startswith("Call the emergency contact (not on file)")
    post(kay, path, {"way": "emergency_contact", "result": "no_answer"}, page=page)
    assert current(kay.get(page).text).startswith("Ask local 911 for a welfare check")
    shown = text_of(kay.get(page).text)
    assert "12:00 Kay Miller, call: no answer 12:02 Kay Miller, call: voicemail" in shown
    post(kay, path, {"way": "call", "result": "reached"}, page=page)
    assert current(kay.get(page).text) == ""
    assert "Reached. Close it when all is done." in kay.get(page).text


def test_a_try_that_is_none_changes_nothing(live: Web) -> None:
    """The page says which field was wrong."""
    alert = live.emergency()
    kay = live.signed_in()
    page = f"/staff/alerts/{alert}"
    wrong = post(kay, f"{page}/contact", {"way": "pigeon", "result": "reached"}, page=page)
    assert wrong.status_code == 422
    assert "<li>way: " in wrong.text


def test_connect_me_rings_my_own_phone(live: Web) -> None:
    """And says so; where contact is on hold nobody is called, and the page says why."""
    alert = live.emergency()
    kay = live.signed_in()
    page = f"/staff/alerts/{alert}"
    asked = post(kay, f"{page}/connect", {}, page=page)
    assert asked.status_code == 303
    assert "Your phone rings in a moment." in kay.get(asked.headers["location"]).text
    with live.clinic.store.read() as uow:
        calls = [one for one in uow.messages.of_alert(alert) if one.channel == "voice" and one.person == "kay"]
    assert [call.intent.split("/")[0] for call in calls] == ["bridge"]
    with live.clinic.store.write() as uow:
        uow.patients.update(replace(live.ann().record, safe_contact_hold=True))
        uow.commit()
    assert "Connect me" not in kay.get(page).text
    refused = post(kay, f"{page}/connect", {}, page=page)
    assert refused.status_code == 409
    assert "Not done: Contact with this patient is on hold." in refused.text


def test_handing_over_opens_it_for_somebody_else(live: Web) -> None:
    """By name, or for whoever is next; the other is told, and may not be oneself."""
    alert = live.emergency()
    kay = live.signed_in()
    page = f"/staff/alerts/{alert}"
    post(kay, f"{page}/take", {}, page="/staff")
    live.clock.forward(minutes=1)
    sam = live.clinic.staff["sam"]
    sam.has_read()
    assert post(kay, f"{page}/hand-over", {"to": "sam"}, page=page).status_code == 303
    live.clock.forward(minutes=1)
    sam.expects_sms("follow-up alert")
    shown = kay.get(page).text
    assert "Nobody has it yet." in shown
    assert "Passed on by Kay Miller to Sam" in shown
    assert post(kay, f"{page}/hand-over", {"to": ""}, page=page).status_code == 303
    assert post(kay, f"{page}/hand-over", {"to": "kay"}, page=page).status_code == 422


def test_a_voicemail_comes_back_at_the_time_given(live: Web) -> None:
    """Closed until then; the work list names the time, and then it is open again."""
    alert = live.written_by_a_stranger("who is this?")
    kay = live.signed_in()
    page = f"/staff/alerts/{alert}"
    wrong = post(kay, f"{page}/close", {"outcome": "voicemail", "retry_at": "soon"}, page=page)
    assert "retry at: give day and time" in wrong.text
    ended = {"outcome": "voicemail", "minutes": "", "retry_at": "2026-11-23T14:30"}
    assert post(kay, f"{page}/close", ended, page=page).status_code == 303
    assert "Mon 14:30" in text_of(kay.get("/staff/routine").text).split("To call again")[1]
    live.clock.to("14:31", days=1)
    assert live.clinic.alerts("open")[0].id == alert


def test_nobody_reached_needs_a_lead(live: Web) -> None:
    """Leads alone are offered for it."""
    alert = live.emergency()
    kay = live.signed_in()
    page = f"/staff/alerts/{alert}"
    choice = re.search(r'<select name="sign_off">(.*?)</select>', kay.get(page).text, re.DOTALL)
    assert choice
    assert "Kay Miller" not in choice[1]
    ending = {"outcome": "not_reached", "minutes": "20"}
    assert post(kay, f"{page}/close", ending, page=page).status_code == 422
    lead = re.findall(r'<option value="(\w+)"', choice[1])[0]
    assert post(kay, f"{page}/close", {**ending, "sign_off": lead}, page=page).status_code == 303


def test_what_was_refused_is_said_at_the_top_of_the_page(live: Web) -> None:
    """The form is far below on a phone: whoever sees only the top must not believe that it is closed."""
    alert = live.emergency()
    kay = live.signed_in()
    page = f"/staff/alerts/{alert}"
    refused = post(kay, f"{page}/close", {"outcome": "not_reached", "minutes": "3"}, page=page)
    top = refused.text.partition("<article")[0]
    assert "Not closed: nobody was reached" in text_of(top)
    assert 'href="#close"' in top
    assert refused.text.count("autofocus") == 1


def test_numbers_on_file_dial_and_what_is_mine_says_so(live: Web) -> None:
    alert = live.emergency()
    with live.clinic.store.write() as uow:
        details = replace(live.ann().record.details, emergency_contact='Jo <"x">, (312) 555-0190, or 312 555 0191')
        uow.patients.update(replace(live.ann().record, details=details))
        uow.commit()
    kay = live.signed_in()
    page = f"/staff/alerts/{alert}"
    post(kay, f"{page}/take", {}, page=page)
    shown = kay.get(page).text
    dials = 'Jo &lt;&#34;x&#34;&gt;, <a href="tel:+13125550190">(312) 555-0190</a>, or <a href="tel:+13125550191">'
    assert shown.count(dials) == 2, "in the script and among the facts"
    for mine in (shown, kay.get("/staff").text):
        assert "With Kay Miller (you)" in text_of(mine)
    assert "(you)" not in live.signed_in("sam").get(page).text


def test_what_came_after_stands_beside_the_words(live: Web) -> None:
    """On the board and on the page, with its time; the words that weigh most stay first."""
    alert = live.emergency()
    kay = live.signed_in()
    assert "Nothing since." in kay.get("/staff").text
    live.clock.forward(minutes=3)
    live.ann().replies("thanks")
    for page in ("/staff", f"/staff/alerts/{alert}"):
        shown = text_of(kay.get(page).text)
        assert "Nothing since." not in shown
        assert "3 Understood" in shown or "3 12:03: thanks" in shown
        assert "12:03: thanks" in shown


def test_the_page_renews_its_own_part_alone(live: Web) -> None:
    """What another screen does appears, and a form that is being filled in is left in peace."""
    alert = live.emergency()
    kay, sam = live.signed_in("kay"), live.signed_in("sam")
    part = kay.get(f"/staff/alerts/{alert}/now").text
    assert "<textarea" not in part
    seen = seen_by(part)
    assert kay.get(f"/staff/alerts/{alert}/now?seen={seen}").status_code == 204
    post(sam, f"/staff/alerts/{alert}/take", {}, page="/staff")
    assert "With <strong>Sam" in kay.get(f"/staff/alerts/{alert}/now?seen={seen}").text


def test_a_wrong_reading_becomes_an_example_and_changes_nothing(live: Web) -> None:
    """With who, when, what it should have been; the alert stays as it is."""
    alert = live.emergency()
    kay = live.signed_in()
    page = f"/staff/alerts/{alert}"
    inbound = re.search(r'name="inbound" value="([^"]+)"', kay.get(page).text)
    assert inbound
    label = {
        "inbound": inbound[1],
        "level": "none",
        "kind": "answer",
        "value": "3",
        "symptom0": "nausea",
        "severity0": "mild",
        "note": "she meant the pain",
    }
    before = live.clinic.alerts()
    assert post(kay, f"{page}/correct", label, page=page).status_code == 303
    assert live.clinic.alerts() == before
    assert "Corrected by Kay Miller 12:00: answer, none." in text_of(kay.get(page).text)
    with live.clinic.store.read() as uow:
        (kept,) = uow.corrections.of_inbound(inbound[1])
    assert (kept.by, kept.level, kept.value, kept.asked) == ("kay", "none", 3.0, "choice")
    assert (kept.text, kept.symptoms, kept.note) == ("3", '{"nausea": "mild"}', "she meant the pain")


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"level": "info"}, "level"),
        ({"kind": "poem"}, "kind"),
        ({"value": "11"}, "value"),
        ({"value": "much"}, "value"),
        ({"symptom0": "boredom", "severity0": "mild"}, "symptom"),
        ({"symptom0": "nausea", "severity0": "awful"}, "severity"),
    ],
    ids=str,
)
def test_a_correction_that_says_nothing_clear_is_refused(live: Web, changes: dict[str, str], at: str) -> None:
    """With the field that was wrong."""
    alert = live.emergency()
    kay = live.signed_in()
    page = f"/staff/alerts/{alert}"
    inbound = re.search(r'name="inbound" value="([^"]+)"', kay.get(page).text)
    assert inbound
    label = {"inbound": inbound[1], "level": "none", "kind": "answer", **changes}
    wrong = post(kay, f"{page}/correct", label, page=page)
    assert wrong.status_code == 422
    assert f"<li>{at}: " in wrong.text


def test_every_way_to_tell_somebody_has_a_word() -> None:
    """A notice by a way that the page has no word for would take the page down."""
    assert set(CHANNELS) == {channel.value for channel in Channel}
