"""A call to the texting number: 911 and 988 first, in both languages, then a person; noted on the patient."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest

from followup.domain.people import Channel
from followup.gateways.port import CallAnswer
from followup.gateways.twilio_voice import answer_markup, dialable, ended_markup
from tests.support.clinic import Clock
from tests.web.conftest import Web, signed

CALL, ENDED = "/twilio/voice/inbound", "/twilio/voice/inbound/ended"


def _form(sender: str, *more: tuple[str, str], sid: str = "CA" + "a" * 32) -> list[tuple[str, str]]:
    return [("CallSid", sid), ("From", sender), ("To", "+13125550100"), ("CallStatus", "ringing"), *more]


def _call(web: Web, path: str, form: list[tuple[str, str]], headers: dict[str, str] | None = None):
    sent = {"content-type": "application/x-www-form-urlencoded", **(signed(path, form) if headers is None else headers)}
    return web.browser().post(path, content=urlencode(form), headers=sent)


def _calls(web: Web) -> list[str]:
    ann = web.ann()
    with web.clinic.store.read() as uow:
        return [one.body for one in uow.inbound.of_patient(ann.record.id) if one.channel is Channel.VOICE]


def test_a_call_while_the_clinic_is_closed_goes_to_whoever_is_on_call(live: Web) -> None:
    ann = live.ann()
    live.clinic.infusion(ann, ended="08:00")
    answer = _call(live, CALL, _form(ann.number))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    root = ET.fromstring(answer.text)
    said = [(each.get("language"), each.text or "") for each in root.iter("Say")]
    assert {language for language, _ in said} == {"en-US", "es-US"}
    assert any("9 1 1" in text and "9 8 8" in text for language, text in said if language == "en-US")
    assert any("9 1 1" in text and "9 8 8" in text for language, text in said if language == "es-US")
    tags = [each.tag for each in root]
    assert tags.index("Dial") > tags.index("Say"), "what to do in an emergency comes before the wait"
    assert [each.text for each in root.iter("Number")] == [live.clinic.on_duty().number]
    assert ann.number not in answer.text
    assert _calls(live) == ["(called this number)"]


def test_a_call_while_it_is_open_goes_to_the_clinic(live: Web) -> None:
    Clock(live.clinic).until(live.clinic.clock.now() + timedelta(days=1, hours=2))  # Monday 11:00
    answer = _call(live, CALL, _form("+13125550999"))
    assert [each.text for each in ET.fromstring(answer.text).iter("Number")] == ["+13125550142"]


def test_it_stands_on_the_patients_page(live: Web) -> None:
    ann = live.ann()
    live.clinic.infusion(ann, ended="08:00")
    _call(live, CALL, _form(ann.number))
    shown = live.signed_in().get(f"/staff/patients/{ann.record.id}")
    assert "(called this number)" in shown.text


def test_asked_twice_it_is_one_call(live: Web) -> None:
    ann = live.ann()
    live.clinic.infusion(ann, ended="08:00")
    assert [_call(live, CALL, _form(ann.number)).status_code for _ in range(2)] == [200, 200]
    assert len(_calls(live)) == 1


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled", ""])
def test_a_call_that_nobody_answered_waits_for_a_person(live: Web, status: str) -> None:
    ann = live.ann()
    live.clinic.infusion(ann, ended="08:00")
    _call(live, CALL, _form(ann.number))
    answer = _call(live, ENDED, _form(ann.number, ("DialCallStatus", status)))
    assert "Nobody can answer now" in answer.text
    (alert,) = live.clinic.alerts("open")
    assert (alert.rule, alert.patient) == ("R6", ann.record.id)


def test_a_call_that_was_answered_ends_quietly(live: Web) -> None:
    ann = live.ann()
    live.clinic.infusion(ann, ended="08:00")
    answer = _call(live, ENDED, _form(ann.number, ("DialCallStatus", "completed")))
    assert [each.tag for each in ET.fromstring(answer.text)] == ["Hangup"]
    assert live.clinic.alerts("open") == ()


def test_a_stranger_is_put_through_and_kept(live: Web) -> None:
    assert "<Dial" in _call(live, CALL, _form("+13125550999")).text
    _call(live, ENDED, _form("+13125550999", ("DialCallStatus", "no-answer")))
    (alert,) = live.clinic.alerts("open")
    assert (alert.patient, alert.sender) == (None, "+13125550999")


def test_a_nurse_who_calls_back_is_known_by_her_number_and_takes_the_alert_by_a_key(live: Web) -> None:
    live.emergency()
    nurse = live.clinic.on_duty()
    answer = ET.fromstring(_call(live, CALL, _form(nurse.number)).text)
    said = "".join(each.text or "" for each in answer.iter("Say"))
    assert "One is open for you. Emergency" in said
    assert "9 1 1" not in said
    (gather,) = answer.iter("Gather")
    path = gather.get("action") or ""
    form = _form(nurse.number, ("Digits", "1"))
    assert _call(live, path, form, {}).status_code == 403
    assert "It is yours" in _call(live, path, form).text
    assert live.clinic.alerts()[0].acknowledged_by == nurse.name


def test_a_staff_number_that_the_carrier_calls_forged_is_anybodys(live: Web) -> None:
    live.emergency()
    form = _form(live.clinic.on_duty().number, ("StirVerstat", "TN-Validation-Failed-C"))
    answer = _call(live, CALL, form)
    assert "<Gather" not in answer.text
    assert "9 1 1" in answer.text


@pytest.mark.parametrize("path", [CALL, ENDED])
@pytest.mark.parametrize(
    ("what", "headers"),
    [("no signature", {}), ("another token", signed(CALL, _form("+13125550999"), token="another"))],
)
def test_a_forged_call_is_refused(standing: Web, path: str, what: str, headers: dict[str, str]) -> None:
    assert _call(standing, path, _form("+13125550999"), headers).status_code == 403, what
    assert standing.clinic.alerts("open") == ()


@pytest.mark.parametrize("missing", ["CallSid", "From", "To"])
def test_a_signed_call_without_a_field_is_400(standing: Web, missing: str) -> None:
    form = [pair for pair in _form("+13125550999") if pair[0] != missing]
    assert _call(standing, CALL, form).status_code == 400


# --- the markup ------------------------------------------------------------------------------------


def _answer(connect_to: str | None) -> CallAnswer:
    return CallAnswer(clinic='A & B "Clinic" <x>', phone="(312) 555-0142", connect_to=connect_to, ended_path=ENDED)


def test_a_clinics_name_is_text_and_not_markup() -> None:
    root = ET.fromstring(answer_markup(_answer("+13125550161")))
    assert 'A & B "Clinic" <x>' in "".join(each.text or "" for each in root.iter("Say"))


def test_with_nobody_to_connect_to_the_caller_hears_what_to_do() -> None:
    root = ET.fromstring(answer_markup(_answer(None)))
    assert [each.tag for each in root][-1] == "Hangup"
    assert "3 1 2 5 5 5 0 1 4 2" in "".join(each.text or "" for each in root.iter("Say"))
    assert list(root.iter("Dial")) == []


def test_the_emergency_numbers_are_said_again_when_nobody_answered() -> None:
    said = ended_markup(_answer("+13125550161"), reached=False)
    assert said.count("9 1 1") == 2


@pytest.mark.parametrize(
    ("written", "number"),
    [("(312) 555-0142", "+13125550142"), ("+1 312 555 0142", "+13125550142"), ("call us", None), ("12", None)],
)
def test_a_phone_as_it_is_written_is_dialled(written: str, number: str | None) -> None:
    assert dialable(written) == number


def test_twilio_takes_no_more_than_4000_characters_of_markup() -> None:
    """Twilio docs, Calls: the limit for markup given with a request; answers of ours stay below it too."""
    long = CallAnswer(clinic="x" * 100, phone="(312) 555-0142", connect_to="+13125550161", ended_path=ENDED)
    assert len(answer_markup(long)) < 4000
