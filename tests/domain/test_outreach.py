"""What may go out, and when: asked once when a check-in is due, and again at the door before every send."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.domain import windows
from followup.domain.alert import AlertStatus
from followup.domain.message import MessageClass, MessageState
from followup.domain.outreach import (
    CONFIRMATIONS,
    AtTheDoor,
    Drop,
    Go,
    Standing,
    Verdict,
    Wait,
    channel_for,
    may_ask,
    may_send,
    settled,
)
from followup.domain.people import Channel, Consent, PatientStatus
from followup.domain.plan import CheckInState
from tests.domain.samples import CLINIC, alert, check_in, message, patient, utc
from tests.domain.test_windows import DAY, INSTANTS, ZONES

NIGHT = utc("2026-11-02T23:00:00-06:00")
MORNING = utc("2026-11-03T09:00:00-06:00")
NOON = utc("2026-11-03T12:00:00-06:00")

CLASSES = tuple(MessageClass)
QUESTIONS = (MessageClass.CHECK_IN, MessageClass.REMINDER)
ANSWERS = (MessageClass.REPLY, MessageClass.SAFETY, MessageClass.KEYWORD)
TO_PATIENTS = (*QUESTIONS, *ANSWERS, MessageClass.PERSONAL)
TO_STAFF = (MessageClass.STAFF_NOTICE, MessageClass.STAFF_REPLY)


# --- when a check-in falls due ----------------------------------------------------------------------------------


def asked(now=NOON, *, closes=NOON + timedelta(hours=8), suppressed=False, watched=False, busy=False, **who) -> Verdict:
    due = check_in(state=CheckInState.PLANNED, question=None, due_at=now, closes_at=closes)
    standing = Standing(
        patient=patient(**who), clinic=CLINIC, suppressed=suppressed, watched=watched, shared_phone_busy=busy
    )
    return may_ask(due, standing, now)


@pytest.mark.parametrize(
    ("circumstance", "expected"),
    [
        ({}, Go()),
        ({"suppressed": True}, Drop(reason="opted out")),
        ({"watched": True}, Drop(reason="alert")),
        ({"status": PatientStatus.PAUSED}, Drop(reason="patient status")),
        ({"status": PatientStatus.IN_HOSPITAL}, Drop(reason="patient status")),
        ({"status": PatientStatus.DECEASED}, Drop(reason="patient status")),
        ({"status": PatientStatus.LEFT_CARE}, Drop(reason="patient status")),
        ({"safe_contact_hold": True}, Drop(reason="patient status")),
        ({"consent": Consent()}, Drop(reason="no consent")),
        ({"phone": None}, Drop(reason="no phone")),
        ({"language": None}, Drop(reason="no language")),
        ({"busy": True}, Wait(until=None, reason="another check-in is open on this phone")),
        # Whoever stopped texts and also left care is told of as having stopped them.
        ({"suppressed": True, "status": PatientStatus.LEFT_CARE, "watched": True}, Drop(reason="opted out")),
    ],
)
def test_whether_a_due_check_in_is_asked(circumstance, expected):
    assert asked(**circumstance) == expected


@pytest.mark.parametrize(
    ("now", "closes", "expected"),
    [
        (NIGHT, NOON, Wait(until=MORNING, reason="quiet hours")),
        (NIGHT, MORNING, Drop(reason="window passed", expired=True)),
        (NIGHT, NIGHT + timedelta(hours=1), Drop(reason="window passed", expired=True)),
        (NOON, NOON, Drop(reason="window passed", expired=True)),
        (NOON, NOON + timedelta(seconds=1), Go()),
    ],
)
def test_a_check_in_keeps_the_patients_hours_and_is_never_asked_late(now, closes, expected):
    assert asked(now, closes=closes) == expected


@given(now=INSTANTS, zone=st.sampled_from(ZONES))
def test_no_check_in_is_asked_in_quiet_hours_anywhere(now, zone):
    verdict = asked(now, closes=now + timedelta(hours=72), timezone=zone)
    if isinstance(verdict, Go):
        assert windows.inside(now, DAY, zone)
    else:
        assert isinstance(verdict, Wait)
        assert verdict.until is not None
        assert verdict.until > now
        assert windows.inside(verdict.until, DAY, zone)


# --- at the door ------------------------------------------------------------------------------------------------


def let_out(kind: MessageClass, now=NOON, *, who=None, what=None, **door) -> Verdict:
    """The verdict on a message of this class; Ann's C1 is open with its question, nothing stands against her."""
    present = AtTheDoor(
        clinic=CLINIC,
        suppressed=False,
        hold=False,
        shadow=False,
        only_to=frozenset(),
        patient=None if kind.for_staff else patient(**(who or {})),
        check_in=check_in(),
        alert=alert() if kind.for_staff else None,
    )
    return may_send(message(kind, **(what or {})), replace(present, **door), now)


#: situation -> for each class what is expected: "go", "wait", "expired" or the reason it is dropped for.
TABLE: dict[str, tuple[dict[str, Any], dict[MessageClass, str]]] = {
    "nothing stands against it": ({}, dict.fromkeys(CLASSES, "go")),
    "at night": (
        {"now": NIGHT},
        {**dict.fromkeys(CLASSES, "go"), **dict.fromkeys(QUESTIONS, "wait")},
    ),
    "after STOP": (
        {"suppressed": True},
        dict.fromkeys(CLASSES, "opted out"),
    ),
    "on hold": (
        {"hold": True},
        {**dict.fromkeys(TO_PATIENTS, "wait"), **dict.fromkeys(TO_STAFF, "go")},
    ),
    "in shadow": (
        {"shadow": True},
        {**dict.fromkeys(TO_PATIENTS, "shadow mode"), **dict.fromkeys(TO_STAFF, "go")},
    ),
    "in a pilot that lists others": (
        {"only_to": frozenset({"+13125550199"})},
        {**dict.fromkeys(TO_PATIENTS, "pilot: not a listed number"), **dict.fromkeys(TO_STAFF, "go")},
    ),
    "in a pilot that lists this number": (
        {"only_to": frozenset({"+13125550171"})},
        dict.fromkeys(CLASSES, "go"),
    ),
    "safe-contact hold": (
        {"who": {"safe_contact_hold": True}},
        {**dict.fromkeys(TO_PATIENTS, "contact on hold"), **dict.fromkeys(TO_STAFF, "go")},
    ),
    "paused": (
        {"who": {"status": PatientStatus.PAUSED}},
        {**dict.fromkeys(CLASSES, "go"), **dict.fromkeys(QUESTIONS, "patient status")},
    ),
    "deceased": (
        {"who": {"status": PatientStatus.DECEASED}},
        {**dict.fromkeys(CLASSES, "go"), **dict.fromkeys(QUESTIONS, "patient status")},
    ),
    "an alert is watched": (
        {"watched": True},
        {**dict.fromkeys(CLASSES, "go"), **dict.fromkeys(QUESTIONS, "alert")},
    ),
    "consent withdrawn": (
        {"who": {"consent": Consent()}},
        {**dict.fromkeys(CLASSES, "go"), **dict.fromkeys(QUESTIONS, "no consent")},
    ),
    "too late": (
        {"what": {"expires_at": NOON}},
        dict.fromkeys(CLASSES, "expired"),
    ),
    "just in time": (
        {"what": {"expires_at": NOON + timedelta(seconds=1)}},
        dict.fromkeys(CLASSES, "go"),
    ),
}


def outcome(verdict: Verdict) -> str:
    match verdict:
        case Go():
            return "go"
        case Wait():
            return "wait"
        case Drop(expired=True):
            return "expired"
        case Drop():
            return verdict.reason


@pytest.mark.parametrize("kind", CLASSES)
@pytest.mark.parametrize("situation", TABLE)
def test_every_class_in_every_situation(situation, kind):
    circumstances, expected = TABLE[situation]
    assert outcome(let_out(kind, **circumstances)) == expected[kind]


@pytest.mark.parametrize("template", sorted(CONFIRMATIONS))
@pytest.mark.parametrize("kind", [MessageClass.KEYWORD, MessageClass.SAFETY])
def test_the_one_confirmation_follows_stop(template, kind):
    assert let_out(kind, what={"template": template}, suppressed=True) == Go()


@pytest.mark.parametrize(
    "template", ["START", "HELP", "E_MED", "E_CRISIS", "E_AGAIN", "E_NOACK", "U_OPEN", "R", "SORRY"]
)
def test_and_nothing_else_does(template):
    verdict = let_out(MessageClass.SAFETY, what={"template": template}, suppressed=True)
    assert verdict == Drop(reason="opted out")


def test_stop_is_about_texts_not_about_mail():
    by_mail = {"channel": Channel.EMAIL, "to": "ann@example.org"}
    assert let_out(MessageClass.PERSONAL, what=by_mail, suppressed=True) == Go()


@pytest.mark.parametrize(
    "open_check_in",
    [
        None,
        check_in(state=CheckInState.ANSWERED),
        check_in(state=CheckInState.CANCELLED),
        check_in(state=CheckInState.PARTLY_ANSWERED),
        check_in(state=CheckInState.PLANNED),
        check_in(question="SE"),
    ],
)
@pytest.mark.parametrize("kind", QUESTIONS)
def test_a_question_goes_only_while_it_is_the_one_that_is_open(kind, open_check_in):
    """A timed message threw patients out of the conversation they were answering (rapidpro 282)."""
    assert let_out(kind, check_in=open_check_in) == Drop(reason="no longer asked")


def test_a_question_to_nobody_is_not_sent():
    assert let_out(MessageClass.CHECK_IN, patient=None) == Drop(reason="no longer asked")


def test_a_question_that_would_outlive_the_night_waits_and_one_that_would_not_is_over():
    assert let_out(MessageClass.CHECK_IN, NIGHT, what={"expires_at": NOON}) == Wait(until=MORNING, reason="quiet hours")
    over = Drop(reason="window passed", expired=True)
    assert let_out(MessageClass.CHECK_IN, NIGHT, what={"expires_at": MORNING}) == over


@pytest.mark.parametrize("status", [AlertStatus.ACKNOWLEDGED, AlertStatus.CLOSED])
def test_no_notice_starts_once_somebody_has_the_alert(status):
    assert let_out(MessageClass.STAFF_NOTICE, alert=alert(status=status)) == Drop(reason="taken meanwhile")
    assert let_out(MessageClass.STAFF_REPLY, alert=alert(status=status)) == Go()


def test_a_notice_about_no_alert_goes():
    assert let_out(MessageClass.STAFF_NOTICE, alert=None) == Go()


def test_a_refusal_is_kept_with_its_reason():
    queued = message(claimed_by="w1", state=MessageState.CLAIMED)
    held = settled(queued, Wait(until=None, reason="hold"), NOON)
    assert (held.state, held.reason, held.claimed_by) == (MessageState.HELD, "hold", None)
    waits = settled(queued, Wait(until=MORNING, reason="quiet hours"), NIGHT)
    assert (waits.state, waits.not_before, waits.claimed_by) == (MessageState.QUEUED, MORNING, None)
    late = settled(queued, Drop(reason="too late", expired=True), NOON)
    assert (late.state, late.reason, late.settled_at) == (MessageState.EXPIRED, "too late", NOON)
    dropped = settled(queued, Drop(reason="opted out"), NOON)
    assert (dropped.state, dropped.reason, dropped.settled_at) == (MessageState.SUPPRESSED, "opted out", NOON)


@given(
    now=INSTANTS,
    zone=st.sampled_from(ZONES),
    kind=st.sampled_from(QUESTIONS),
    suppressed=st.booleans(),
    watched=st.booleans(),
    status=st.sampled_from(PatientStatus),
)
def test_no_question_ever_leaves_at_night_after_stop_or_beside_an_alert(now, zone, kind, suppressed, watched, status):
    verdict = let_out(kind, now, who={"timezone": zone, "status": status}, suppressed=suppressed, watched=watched)
    fine = windows.inside(now, DAY, zone) and not suppressed and not watched and status is PatientStatus.ACTIVE
    assert isinstance(verdict, Go) is fine


@pytest.mark.parametrize(
    ("who", "by_email", "expected"),
    [
        ({}, False, Channel.SMS),
        ({"email": "ann@example.org", "consent": Consent(sms=True, email=True)}, True, Channel.SMS),
        ({"email": "ann@example.org", "consent": Consent(email=True)}, True, Channel.EMAIL),
        ({"email": "ann@example.org", "consent": Consent(email=True)}, False, None),
        ({"email": "ann@example.org", "consent": Consent(sms=True, email=True), "phone": None}, True, Channel.EMAIL),
        ({"email": None, "consent": Consent(email=True)}, True, None),
        ({"email": "ann@example.org", "consent": Consent()}, True, None),
    ],
)
def test_how_a_check_in_reaches_the_patient(who, by_email, expected):
    assert channel_for(patient(**who), by_email=by_email) is expected


def test_a_check_in_that_waited_for_another_on_the_phone_until_it_closed_is_told_as_that():
    assert asked(NOON, closes=NOON, busy=True) == Drop(reason="shared phone", expired=True)
