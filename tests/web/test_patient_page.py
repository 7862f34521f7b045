"""The page of one patient: what it shows, texting from it, answers by phone, what is on file, notes."""

from __future__ import annotations

import html
import re

import pytest

from followup.domain.access import Role
from followup.services import human_chat
from followup.services.keep_notes import add_note
from tests.web.conftest import Web, post
from tests.web.test_hostile import HOSTILE


def page_of(web: Web) -> str:
    """The address of Ann's page, after an infusion at eight."""
    ann = web.ann()
    web.clinic.infusion(ann, ended="08:00")
    return f"/staff/patients/{ann.record.id}"


def shown(text: str) -> str:
    """What a page says, without its markup."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))


# --- what it shows -------------------------------------------------------------------------------


def test_the_page_tells_the_whole_course(demo: Web) -> None:
    page = page_of(demo)
    ann = demo.ann()
    demo.clock.to_check_in(ann, "C2")
    ann.answers_check_in({"C2_PAIN": "4", "SE": "2", "SEV": "1"})
    told = shown(demo.signed_in().get(page).text)
    assert "Infusion I-ann-1 ended, a series begins" in told
    assert "Check-in C1: answered" in told
    assert "C2: your pain, 0 to 10? 4" in told
    assert "The patient wrote" in told
    assert "We wrote: sent" in told
    assert "1 infusion; 1 answers on pain, from 4 to 4 (before: 5)" in told


def test_the_chart_has_a_description_and_a_table(demo: Web) -> None:
    page = page_of(demo)
    ann = demo.ann()
    demo.clock.to_check_in(ann, "C2")
    ann.answers_check_in({"C2_PAIN": "4", "SE": "2", "SEV": "1"})
    text = demo.signed_in().get(page).text
    [svg] = re.findall(r"<svg[^>]*class=\"course\".*?</svg>", text, re.DOTALL)
    assert 'role="img" aria-labelledby="chart-title chart-text"' in svg
    assert svg.count('class="dot pain"') == 1
    assert "nausea, " in svg
    assert "style=" not in svg
    table = text[text.index("The same as a table") :]
    assert re.search(r"Pain</th><td>4</td>", table)
    assert re.search(r"nausea</th><td>mild</td>", table)


def test_a_patient_without_answers_has_no_chart(demo: Web) -> None:
    assert "No answer yet to draw" in demo.signed_in().get(page_of(demo)).text


def test_a_long_time_line_shows_the_last_and_leads_to_the_rest(demo: Web) -> None:
    page = page_of(demo)
    for number in range(45):
        add_note(demo.clinic.context, patient=demo.ann().record.id, text=f"call {number}", by="kay")
    browser = demo.signed_in()
    short, whole = browser.get(page).text, browser.get(f"{page}?all=1").text
    assert short.count('class="what-') == 40
    assert whole.count('class="what-') > 45
    assert "earlier ones" in short
    assert "earlier ones" not in whole


def test_a_patient_of_another_clinic_is_not_there(live: Web) -> None:
    browser = live.signed_in()
    for path in ("", "/talk", "/file", "/phone/nothing"):
        assert browser.get(f"/staff/patients/nobody{path}").status_code == 404


# --- texting -------------------------------------------------------------------------------------


def test_a_text_goes_from_the_page_and_stands_there_with_its_author(demo: Web) -> None:
    page = page_of(demo)
    browser = demo.signed_in()
    answer = post(browser, f"{page}/texts", {"text": "Hello Ann", "press": "a"}, page=page)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{page}#conversation")
    assert demo.ann().texts()[-1] == "Hello Ann"
    assert "Kay Miller · sent" in shown(browser.get(page).text)


def test_the_hold_begins_with_the_text_and_ends_by_its_button(demo: Web) -> None:
    page = page_of(demo)
    browser = demo.signed_in()
    post(browser, f"{page}/texts", {"text": "Hello Ann", "press": "a", "hold": "yes"}, page=page)
    assert "Kay Miller talks with the patient by text" in shown(browser.get(page).text)
    assert [chat.started_by for chat, _ in human_chat.going_on(demo.clinic.context, "prairie")] == ["kay"]
    post(browser, f"{page}/talk/begin", {}, page=page)
    post(browser, f"{page}/talk/end", {}, page=page)
    assert human_chat.going_on(demo.clinic.context, "prairie") == ()


def test_what_speaks_against_a_text_is_asked_once_and_the_words_stay(demo: Web) -> None:
    page = page_of(demo)
    browser = demo.signed_in()
    words = {"text": "Take your gabapentin <b>", "press": "a"}
    asked = post(browser, f"{page}/texts", words, page=page)
    assert asked.status_code == 409
    assert "anybody who holds the phone can read it" in asked.text
    assert "Take your gabapentin &lt;b&gt;</textarea>" in asked.text
    sent = post(browser, f"{page}/texts", {**words, "confirmed": "yes"}, page=page)
    assert sent.status_code == 303


@pytest.mark.parametrize(("text", "status"), [("", 422), ("y" * 900, 422)], ids=["empty", "long"])
def test_a_text_that_cannot_go_says_why(demo: Web, text: str, status: int) -> None:
    page = page_of(demo)
    answer = post(demo.signed_in(), f"{page}/texts", {"text": text}, page=page)
    assert (answer.status_code, "Not sent:" in answer.text) == (status, True)


def test_after_stop_the_page_says_phone(demo: Web) -> None:
    page = page_of(demo)
    demo.ann().replies("STOP")
    browser = demo.signed_in()
    text = browser.get(page).text
    assert "Texts are stopped at the patient" in text
    assert 'name="text" rows="3"' not in text
    refused = post(browser, f"{page}/texts", {"text": "Hello"}, page=page)
    assert (refused.status_code, "phone" in refused.text) == (409, True)


def test_quick_replies_are_in_the_patients_language(demo: Web) -> None:
    carmen = demo.clinic.patient("Carmen", baseline=6, language="es")
    demo.clinic.infusion(carmen, ended="08:00")
    page = f"/staff/patients/{carmen.record.id}"
    browser = demo.signed_in()
    assert "When may we call?" in browser.get(page).text
    assert "nos gustaría hablar con usted" in browser.get(f"{page}?quick=QUICK_CALL").text
    assert "</textarea>" in browser.get(f"{page}?quick=NOTHING").text


def test_the_talk_renews_itself_only_when_something_is_new(demo: Web) -> None:
    page = page_of(demo)
    browser = demo.signed_in()
    first = browser.get(f"{page}/talk")
    [mark] = re.findall(r'id="talk-seen" value="([0-9a-f]+)"', first.text)
    assert browser.get(f"{page}/talk?seen={mark}").status_code == 204
    demo.ann().replies("thank you")
    assert "thank you" in browser.get(f"{page}/talk?seen={mark}").text


# --- answers by phone ----------------------------------------------------------------------------


def test_answers_by_phone_are_read_out_ticked_and_kept(demo: Web) -> None:
    page = page_of(demo)
    demo.clock.to("12:00")
    browser = demo.signed_in()
    [form] = set(re.findall(rf"{page}/phone/\w+", browser.get(page).text))
    asked = browser.get(form).text
    assert "how are you now? 1=fine" in asked
    assert "How are you, 1 to 3? C1" in shown(asked), "not only what the schedule calls it"
    assert "dizziness" in asked
    fields = {"C1": "2", "SE.1": "yes", "SE.2": "yes", "SEV": "1", "words": "since noon"}
    answer = post(browser, form, fields, page=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{page}#answers")
    assert demo.ann().answers() == {"C1": 2.0, "SE": (1, 2), "SEV": 1}
    told = shown(browser.get(page).text)
    assert "entered by Kay Miller, by phone" in told
    assert "C1: how are you, 1 to 3? 2" in told


def test_what_is_concerning_leads_to_its_alert(demo: Web) -> None:
    page = page_of(demo)
    demo.clock.to("12:00")
    browser = demo.signed_in()
    [form] = set(re.findall(rf"{page}/phone/\w+", browser.get(page).text))
    answer = post(browser, form, {"C1": "3"}, page=form)
    assert answer.headers["location"] == f"/staff/alerts/{demo.clinic.alerts('open')[0].id}"
    assert "told Kay Miller by phone" in browser.get(answer.headers["location"]).text, "a name keeps its capitals"


def test_a_missing_strength_is_asked_for_and_the_ticks_stay(demo: Web) -> None:
    page = page_of(demo)
    demo.clock.to("12:00")
    browser = demo.signed_in()
    [form] = set(re.findall(rf"{page}/phone/\w+", browser.get(page).text))
    answer = post(browser, form, {"C1": "2", "SE.3": "yes"}, page=form)
    assert answer.status_code == 422
    assert "ask how strong the worst one is" in answer.text
    assert re.search(r'name="SE\.3" value="yes" checked', answer.text)
    assert post(browser, form, {}, page=form).status_code == 422


# --- what is on file -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "fields", "says"),
    [
        ("status", {"status": "in_hospital"}, "Status: in hospital"),
        ("status", {"status": "paused", "until": "2026-12-24"}, "Status: paused until 24 Dec 00:00"),
        ("consent", {"sms": "yes", "text": "Read out sheet 3", "method": "by phone"}, "Read out sheet 3"),
        ("language", {"language": "es"}, "Spanish"),
        ("zone", {"zone": "America/Denver"}, "America/Denver"),
        ("phone", {"phone": "(312) 555-0177"}, "+1 312-555-0177"),
        ("expect", {"symptom": "headache", "severity": "2", "days": "10"}, "headache, up to moderate"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_form_keeps_what_it_says(demo: Web, form: str, fields: dict[str, str], says: str) -> None:
    page = page_of(demo)
    browser = demo.signed_in()
    answer = post(browser, f"{page}/file/{form}", fields, page=f"{page}/file")
    assert answer.headers["location"] == f"{page}/file?kept={form}#{form}"
    text = browser.get(f"{page}/file?kept={form}").text
    assert "Kept." in text
    assert says in text.replace("&#39;", "'") or says in shown(text)
    with demo.clinic.store.read() as uow:
        rows = uow.audit.list(subject="patient", subject_id=demo.ann().record.id, limit=5)
    assert any(row.actor == "staff:kay" and row.action != "read" for row in rows)


@pytest.mark.parametrize(
    ("form", "fields", "status", "says"),
    [
        ("status", {"status": "gone"}, 422, "choose where the patient stands"),
        ("status", {"status": "paused", "until": ""}, 422, "end of the pause"),
        ("status", {"status": "paused", "until": "2020-01-01"}, 422, "end of the pause"),
        ("confirm", {}, 409, "Nothing waits to be confirmed"),
        ("consent", {"sms": "yes"}, 422, "carriers ask for proof"),
        ("language", {"language": "xx"}, 422, "texts are written in"),
        ("zone", {"zone": "Mars/Base"}, 422, "America/Chicago"),
        ("phone", {"phone": "12"}, 422, "right number of digits"),
        ("expect", {"symptom": "danger", "severity": "1", "days": "10"}, 422, "it is never expected"),
        ("expect", {"symptom": "headache", "severity": "3", "days": "10"}, 422, "severe is always told"),
        ("expect", {"symptom": "headache", "severity": "1", "days": "99"}, 422, "1 to 30 days"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_form_changes_nothing_and_says_why(
    demo: Web, form: str, fields: dict[str, str], status: int, says: str
) -> None:
    page = page_of(demo)
    before = demo.ann().record
    answer = post(demo.signed_in(), f"{page}/file/{form}", fields, page=f"{page}/file")
    assert (answer.status_code, says in shown(answer.text)) == (status, True)
    assert demo.ann().record == before


def test_an_expected_level_is_ended_by_its_button(demo: Web) -> None:
    page = page_of(demo)
    browser = demo.signed_in()
    post(browser, f"{page}/file/expect", {"symptom": "nausea", "severity": "1", "days": "3"}, page=f"{page}/file")
    [level] = re.findall(r'name="level" value="(\w+)"', browser.get(f"{page}/file").text)
    post(browser, f"{page}/file/expect-no-more", {"level": level}, page=f"{page}/file")
    assert "up to mild" not in browser.get(f"{page}/file").text
    missing = post(browser, f"{page}/file/expect-no-more", {"level": "no"}, page=f"{page}/file")
    assert missing.status_code == 404


def test_a_reported_status_is_confirmed_by_one_press(demo: Web) -> None:
    page = page_of(demo)
    demo.ann().replies("I am in the hospital")
    browser = demo.signed_in()
    assert "a person must confirm it" in browser.get(page).text
    post(browser, f"{page}/file/confirm", {}, page=page)
    assert not demo.ann().record.status_reported


def test_only_a_lead_releases_a_hold(demo: Web) -> None:
    page = page_of(demo)
    demo.ann().replies("he reads my phone, don't text this number again please")
    nurse = demo.signed_in()
    assert "The lead clinician releases it" in nurse.get(f"{page}/file").text
    assert post(nurse, f"{page}/file/release", {}, page=f"{page}/file").status_code == 403
    assert demo.ann().record.safe_contact_hold


# --- notes ---------------------------------------------------------------------------------------


def test_a_note_is_kept_with_its_author(demo: Web) -> None:
    page = page_of(demo)
    browser = demo.signed_in()
    post(browser, f"{page}/notes", {"text": "Prefers calls after six."}, page=page)
    told = shown(browser.get(page).text)
    assert "Prefers calls after six. Kay Miller, 09:00" in told
    assert post(browser, f"{page}/notes", {"text": " "}, page=page).status_code == 422


# --- who may, and what must not happen -----------------------------------------------------------


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_text_on_every_page_of_a_patient(demo: Web, words: str) -> None:
    page = page_of(demo)
    demo.clock.to("12:00")
    demo.ann().replies(words)
    browser = demo.signed_in()
    post(browser, f"{page}/notes", {"text": words}, page=page)
    post(browser, f"{page}/texts", {"text": words, "confirmed": "yes"}, page=page)
    [form] = {*re.findall(rf"{page}/phone/\w+", browser.get(page).text)} or {f"{page}/file"}
    pages = [browser.get(page), browser.get(f"{page}/talk"), browser.get(f"{page}/file"), browser.get(form)]
    pages.append(post(browser, form, {"C1": words, "words": words}, page=form))
    for one in pages:
        assert not re.search(r"<img|<b>|<script(?![^>]*src=\"/static/)|\shx-get=/staff/sign-out>", one.text)
        assert 'href="javascript' not in one.text
        assert ">49<" not in one.text


def test_every_form_of_the_page_is_for_nurses(demo: Web) -> None:
    needs = {
        route.path: route.endpoint.needs
        for route in demo.browser().app.routes  # type: ignore[attr-defined]
        if getattr(route, "path", "").startswith("/staff/patients/{id}") and "POST" in (route.methods or ())
    }
    assert len(needs) > 10
    assert all(need.may(Role.NURSE) for need in needs.values())
