"""The inbox: what nobody understood, what is nobody's, and questions; taken, answered, filed, done."""

from __future__ import annotations

import re

from tests.support.clinic import PatientPerson
from tests.web.conftest import Web, post
from tests.web.test_alert_page import text_of


def treated(live: Web) -> PatientPerson:
    """Ann was treated this morning."""
    ann = live.ann()
    live.clinic.infusion(ann, ended="08:00")
    return ann


def asked(live: Web) -> tuple[PatientPerson, str]:
    """Ann asks something; the id of the alert."""
    ann = treated(live)
    ann.replies("Can I take ibuprofen with this?")
    ann.has_read()
    return ann, live.clinic.alerts("open")[0].id


def test_texts_for_a_person_are_listed_with_their_words(live: Web) -> None:
    """A question of a patient, and words of a number that nobody has; danger stands on the board instead."""
    _, question = asked(live)
    stranger = live.written_by_a_stranger("who is this?")
    live.clinic.stranger("+13125558888").replies("I want to kill myself")
    page = live.signed_in().get("/staff/inbox").text
    assert set(re.findall(r'href="/staff/inbox/(\w+)"', page)) == {question, stranger}
    shown = text_of(page)
    assert "2 texts for a person to read." in shown
    assert "Can I take ibuprofen with this?" in shown
    assert "Unknown number" in shown
    assert "kill myself" not in shown


def test_a_question_is_answered_by_text_and_is_mine_then(live: Web) -> None:
    """The patient gets it from the clinic's number."""
    ann, alert = asked(live)
    kay = live.signed_in()
    page = f"/staff/inbox/{alert}"
    sent = post(kay, f"{page}/answer", {"text": "Yes, that is fine. Kay"}, page=page)
    assert sent.status_code == 303, sent.text
    live.clock.forward(minutes=1)
    ann.expects_sms("Yes, that is fine. Kay")
    shown = text_of(kay.get(sent.headers["location"]).text)
    assert "Your text is on its way." in shown
    assert "With Kay Miller ." in shown


def test_a_text_that_needs_a_second_look_is_not_sent_yet(live: Web) -> None:
    """What speaks against it is shown with what was typed; ticking it sends it."""
    ann, alert = asked(live)
    live.clock.to("23:30")
    ann.has_read()
    kay = live.signed_in()
    page = f"/staff/inbox/{alert}"
    held = post(kay, f"{page}/answer", {"text": "Yes, that is fine."}, page=page)
    assert held.status_code == 409
    assert "Please look again" in held.text
    assert "Yes, that is fine.</textarea>" in held.text
    ann.expects_nothing()
    sent = post(kay, f"{page}/answer", {"text": "Yes, that is fine.", "confirmed": "yes"}, page=page)
    assert sent.status_code == 303
    live.clock.forward(minutes=1)
    ann.expects_sms("Yes, that is fine.")


def test_an_empty_answer_is_refused_with_its_reason(live: Web) -> None:
    """And nobody gets it."""
    _, alert = asked(live)
    page = f"/staff/inbox/{alert}"
    assert post(live.signed_in(), f"{page}/answer", {"text": "  "}, page=page).status_code == 422


def test_it_is_taken_or_given_to_somebody(live: Web) -> None:
    """Whoever gets it is told."""
    _, alert = asked(live)
    kay, page = live.signed_in(), f"/staff/inbox/{alert}"
    assert "Nobody has it yet." in kay.get(page).text
    post(kay, f"{page}/assign", {}, page=page)
    assert "With <strong>Kay Miller</strong>" in kay.get(page).text
    sam = live.clinic.staff["sam"]
    sam.has_read()
    assert post(kay, f"{page}/assign", {"to": "sam"}, page=page).status_code == 303
    live.clock.forward(minutes=1)
    sam.expects_sms("follow-up alert")


def test_an_unknown_number_is_filed_under_a_patient(live: Web) -> None:
    """Found by name; the text stands on the patient's page then, and the number on file stays."""
    ann = treated(live)
    alert = live.written_by_a_stranger("this is my sons phone, can you call me about the booking?")
    kay, page = live.signed_in(), f"/staff/inbox/{alert}"
    number = ann.record.phone
    found = post(kay, f"{page}/find", {"words": "an"}, page=page)
    assert "It is Ann" in found.text
    assert "Nobody is found by that." in post(kay, f"{page}/find", {"words": "zz"}, page=page).text
    assert post(kay, f"{page}/link", {"patient": ann.record.id}, page=page).status_code == 303
    assert "my sons phone" in kay.get(f"/staff/patients/{ann.record.id}").text
    assert ann.record.phone == number
    assert [one.id for one in ann.alerts("open")] == [alert]
    again = post(kay, f"{page}/link", {"patient": ann.record.id}, page=page)
    assert again.status_code == 409


def test_a_patient_who_has_one_open_for_the_same_reason_is_said(live: Web) -> None:
    """Its code is named, and nothing is changed."""
    ann, first = asked(live)
    stranger = next(iter(live.clinic.people[-1:]))
    assert stranger is not None
    live.clinic.stranger().replies("question about my visit?")
    alert = next(one for one in live.clinic.alerts("open") if one.id != first)
    code = next(one.code for one in live.clinic.alerts("open") if one.id == first)
    page = f"/staff/inbox/{alert.id}"
    kay = live.signed_in()
    refused = post(kay, f"{page}/link", {"patient": ann.record.id}, page=page)
    assert refused.status_code == 409
    assert code in refused.text


def test_two_patients_on_one_number_are_offered_by_name(live: Web) -> None:
    """One press files it."""
    ann, bob = live.clinic.patient("Ann", baseline=5), live.clinic.patient("Bob", baseline=5)
    bob.number = ann.number
    for patient in (ann, bob):
        live.clinic.infusion(patient, ended="08:00")
    ann.replies("hello, can I ask something?")
    alert = next(one for one in live.clinic.alerts("open") if one.patient is None)
    kay, page = live.signed_in(), f"/staff/inbox/{alert.id}"
    shown = kay.get(page).text
    assert "Two patients have this number" in shown
    assert "It is Ann" in shown
    assert "It is Bob" in shown
    assert post(kay, f"{page}/link", {"patient": bob.record.id}, page=page).status_code == 303
    assert [one.id for one in bob.alerts("open")] == [alert.id]


def test_done_needs_an_outcome_and_leaves_the_inbox(live: Web) -> None:
    """Then nothing is left to read."""
    _, alert = asked(live)
    kay, page = live.signed_in(), f"/staff/inbox/{alert}"
    assert post(kay, f"{page}/done", {"outcome": ""}, page=page).status_code == 422
    assert post(kay, f"{page}/done", {"outcome": "advice_given", "note": "told her"}, page=page).status_code == 303
    assert "Nothing to read." in kay.get("/staff/inbox").text
    assert kay.get(page).status_code == 404


def test_reading_the_inbox_is_in_the_audit_trail(live: Web) -> None:
    """The list, and each item that was opened."""
    _, alert = asked(live)
    kay = live.signed_in()
    kay.get("/staff/inbox")
    kay.get(f"/staff/inbox/{alert}")
    with live.clinic.store.read() as uow:
        rows = uow.audit.list(limit=50)
    assert {"inbox.read", "alert.read"} <= {row.action for row in rows if row.actor == "staff:kay"}
