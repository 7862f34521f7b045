"""Keys and news of calls that we placed, as the provider posts them: signed or refused, and answered in words."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest

from followup.domain.alert import AlertStatus
from followup.domain.message import Message, MessageState
from followup.domain.people import Channel
from followup.services import on_the_line
from followup.storage.errors import StorageError
from tests.web.conftest import Web, signed

STATUS = "/twilio/voice/status"
FORM_TYPE = "application/x-www-form-urlencoded"
Form = list[tuple[str, str]]


def call_of(web: Web) -> Message:
    """The call that the emergency made."""
    web.emergency()
    return calls(web)[-1]


def calls(web: Web) -> list[Message]:
    with web.clinic.store.read() as uow:
        found = [one for alert in uow.alerts.list("all", None, 10) for one in uow.messages.of_alert(alert.id)]
    return [one for one in found if one.channel is Channel.VOICE]


def form_of(call: Message, *more: tuple[str, str], status: str = "in-progress") -> Form:
    return [
        ("CallSid", call.provider_id or ""),
        ("CallStatus", status),
        ("From", "+13125550100"),
        ("To", call.to),
        *more,
    ]


def posted(web: Web, path: str, form: Form, headers: dict[str, str] | None = None) -> Any:
    sent = {"content-type": FORM_TYPE, **(signed(path, form) if headers is None else headers)}
    return web.browser().post(path, content=urlencode(form), headers=sent)


def key_path(call: Message) -> str:
    return f"/twilio/voice/key/{call.id}"


def said(answer: Any) -> str:
    return " ".join(each.text or "" for each in ET.fromstring(answer.text).iter("Say"))


def test_a_signed_key_takes_the_alert_and_is_answered_in_words(live: Web) -> None:
    call = call_of(live)

    answer = posted(live, key_path(call), form_of(call, ("Digits", "1")))

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert "It is yours" in said(answer)
    (alert,) = live.clinic.alerts()
    assert (alert.status, alert.acknowledged_via) == (AlertStatus.ACKNOWLEDGED, "voice")


@pytest.mark.parametrize(
    "forged",
    [
        {},
        {"x-twilio-signature": ""},
        {"x-twilio-signature": "AAAA"},
    ],
    ids=["none", "empty", "wrong"],
)
@pytest.mark.parametrize("path", ["key", "status", "bridge", "said"])
def test_what_nobody_signed_is_refused_and_changes_nothing(live: Web, path: str, forged: dict[str, str]) -> None:
    call = call_of(live)
    target = STATUS if path == "status" else f"/twilio/voice/{path}/{call.id}"

    answer = posted(live, target, form_of(call, ("Digits", "1"), status="busy"), headers=forged)

    assert answer.status_code == 403
    assert calls(live) == [call]
    assert live.clinic.alerts()[0].status is AlertStatus.OPEN


def test_a_key_that_was_signed_for_another_call_is_refused(live: Web) -> None:
    """The address is part of what is signed: a key for one alert cannot be sent to another."""
    call = call_of(live)
    form = form_of(call, ("Digits", "1"))

    answer = posted(live, key_path(call), form, headers=signed("/twilio/voice/key/another", form))

    assert answer.status_code == 403


def test_another_key_than_was_signed_is_refused(live: Web) -> None:
    call = call_of(live)
    headers = signed(key_path(call), form_of(call, ("Digits", "9")))

    assert posted(live, key_path(call), form_of(call, ("Digits", "1")), headers=headers).status_code == 403


def test_a_key_without_a_call_is_unreadable(live: Web) -> None:
    call = call_of(live)

    assert posted(live, key_path(call), [("Digits", "1")]).status_code == 400


def test_a_key_that_could_not_be_stored_is_not_said_to_have_been(live: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence or an error would leave whoever pressed 1 at two in the morning believing that they have it."""
    call = call_of(live)

    def fails(*_arguments: object, **_options: object) -> None:
        raise StorageError("the database is gone", temporary=True)

    monkeypatch.setattr(on_the_line, "take", fails)
    answer = posted(live, key_path(call), form_of(call, ("Digits", "1")))

    assert answer.status_code == 200
    assert "could not be stored" in said(answer)
    assert live.clinic.alerts()[0].status is AlertStatus.OPEN


NEWS = [
    # CallStatus, AnsweredBy -> the message, and why
    ("initiated", None, MessageState.SENT, None),
    ("ringing", None, MessageState.SENT, None),
    ("in-progress", None, MessageState.SENT, "picked up; no key yet"),
    ("in-progress", "human", MessageState.SENT, "picked up; no key yet"),
    ("in-progress", "machine_start", MessageState.UNDELIVERED, "voicemail or call screening picked up"),
    ("completed", None, MessageState.UNDELIVERED, "picked up, and no key was pressed"),
    ("busy", None, MessageState.UNDELIVERED, "the line was busy, or the call was declined"),
    ("no-answer", None, MessageState.UNDELIVERED, "nobody picked up"),
    ("failed", None, MessageState.FAILED, "the call could not be put through"),
    ("canceled", None, MessageState.FAILED, "the call was cancelled"),
    ("something new", None, MessageState.SENT, None),
]


@pytest.mark.parametrize(("status", "by", "state", "reason"), NEWS)
def test_what_the_provider_says_of_a_call(
    live: Web, status: str, by: str | None, state: MessageState, reason: str | None
) -> None:
    call = call_of(live)
    path = f"{STATUS}?m={call.id}&a=1"
    more = [] if by is None else [("AnsweredBy", by)]

    answer = posted(live, path, form_of(call, *more, status=status))

    assert answer.status_code == 200
    assert (calls(live)[0].state, calls(live)[0].reason) == (state, reason)


def test_news_of_a_call_under_a_foreign_name_changes_nothing(live: Web) -> None:
    call = call_of(live)
    form = [("CallSid", "CA" + "f" * 32), ("CallStatus", "busy")]

    assert posted(live, f"{STATUS}?m={call.id}&a=1", form).status_code == 200
    assert calls(live) == [call]


def test_news_that_name_a_text_change_nothing(live: Web) -> None:
    call_of(live)
    with live.clinic.store.read() as uow:
        texts = [one for one in uow.messages.of_alert(live.clinic.alerts()[0].id) if one.channel is Channel.SMS]
    form = [("CallSid", texts[0].provider_id or ""), ("CallStatus", "busy")]

    assert posted(live, f"{STATUS}?m={texts[0].id}&a=1", form).status_code == 200
    with live.clinic.store.read() as uow:
        assert uow.messages.get(texts[0].id) == texts[0]


def test_three_rings_the_patient_whose_number_stands_in_no_address(live: Web) -> None:
    call = call_of(live)

    answer = posted(live, key_path(call), form_of(call, ("Digits", "3")))

    dial = ET.fromstring(answer.text).find("Dial")
    assert dial is not None
    assert [number.text for number in dial] == [live.ann().number]
    assert dial.get("action") == f"/twilio/voice/bridge/{call.id}"
    ended = form_of(call, ("DialCallStatus", "completed"), ("DialCallDuration", "30"), ("DialCallSid", "CA1"))
    assert "Did you reach the patient?" in said(posted(live, f"/twilio/voice/bridge/{call.id}", ended))
    assert "Noted" in said(posted(live, f"/twilio/voice/said/{call.id}", form_of(call, ("Digits", "1"))))
    with live.clinic.store.read() as uow:
        assert [one.way.value for one in uow.contacts.of_alert(live.clinic.alerts()[0].id)] == ["bridge"]


def test_the_end_of_a_connection_that_is_told_twice_is_one_try(live: Web) -> None:
    call = call_of(live)
    posted(live, key_path(call), form_of(call, ("Digits", "3")))
    ended = form_of(call, ("DialCallStatus", "no-answer"), ("DialCallSid", "CA1"))

    for _ in range(2):
        assert "Nobody picked up" in said(posted(live, f"/twilio/voice/bridge/{call.id}", ended))

    with live.clinic.store.read() as uow:
        assert len(uow.contacts.of_alert(live.clinic.alerts()[0].id)) == 1
