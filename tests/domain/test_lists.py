"""Whom to phone today, how everybody treated lately is, and what the morning digest counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.domain import digest, lists
from followup.domain.alert import AlertStatus, Outcome
from followup.domain.level import Level
from followup.domain.lists import Cause, Contact, ContactKind, EveningEntry, Invited, OnFile, Reason, ReasonKind, Task
from followup.domain.message import MessageClass, MessageState
from followup.domain.people import Channel, Consent, PatientStatus
from followup.domain.plan import CheckInState
from tests.domain.samples import CLINIC, CONFIGURATION, T0, alert, answer, check_in, infusion, message, patient, utc

#: T0 is Monday 2 November 2026, 15:00 in Chicago.
LATER = T0 + timedelta(hours=20)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def closed(outcome: Outcome, at: datetime = LATER, **changes):
    done = {"status": AlertStatus.CLOSED, "closed_at": at, "closed_by": "Kay Miller", "outcome": outcome}
    return alert("R10", **{**done, **changes})


def text(state: MessageState, **changes):
    return message(state=state, settled_at=T0, reason="Landline.", **changes)


# --- what keeps texts from a patient -----------------------------------------------------------


@pytest.mark.parametrize(
    ("on_file", "cause", "since"),
    [
        (OnFile(patient=patient(consent=Consent())), Cause.NO_CONSENT, T0),
        (OnFile(patient=patient(phone=None)), Cause.NO_PHONE, T0),
        (OnFile(patient=patient(language=None)), Cause.NO_LANGUAGE, T0),
        (OnFile(patient=patient(), opted_out_at=T0 - HOUR), Cause.OPTED_OUT, T0 - HOUR),
        (OnFile(patient=patient(safe_contact_hold=True), contact_held_at=LATER), Cause.CONTACT_ON_HOLD, LATER),
        (OnFile(patient=patient(safe_contact_hold=True)), Cause.CONTACT_ON_HOLD, None),
        (OnFile(patient=patient(), messages=[text(MessageState.UNDELIVERED)]), Cause.UNDELIVERABLE, T0),
        (OnFile(patient=patient(), messages=[text(MessageState.FAILED)]), Cause.UNDELIVERABLE, T0),
    ],
)
def test_each_cause_puts_the_patient_on_the_list_of_calls(on_file, cause, since):
    entry = lists.call_entry(on_file, infusion(), LATER)
    assert entry is not None
    assert [(one.cause, one.since) for one in entry.hindrances] == [(cause, since)]
    assert entry.reason == entry.hindrances[0].words


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [text(MessageState.UNDELIVERED), text(MessageState.DELIVERED)],
        [text(MessageState.UNDELIVERED), text(MessageState.SENT), text(MessageState.QUEUED)],
        [text(MessageState.UNDELIVERED, to="+13125550999")],
        [text(MessageState.UNDELIVERED, channel=Channel.EMAIL)],
        [text(MessageState.UNDELIVERED, message_class=MessageClass.STAFF_NOTICE)],
        [text(MessageState.SUPPRESSED)],
    ],
    ids=["none", "arrived since", "sent since", "an old number", "mail", "to staff", "held back by us"],
)
def test_who_is_texted_is_not_on_the_list(messages):
    assert lists.call_entry(OnFile(patient=patient(), messages=messages), infusion(), LATER) is None


def test_the_reason_is_plain_and_says_what_the_provider_said():
    entry = lists.call_entry(OnFile(patient=patient(), messages=[text(MessageState.FAILED)]), infusion(), LATER)
    assert entry is not None
    assert entry.reason == "texts to this number do not arrive: Landline"


def test_several_causes_stand_together_and_danger_from_a_call_comes_first():
    on_file = OnFile(patient=patient(consent=Consent(), language=None, safe_contact_hold=True), contact_held_at=T0)
    entry = lists.call_entry(on_file, infusion(), LATER)
    assert entry is not None
    assert [one.cause for one in entry.hindrances] == [Cause.CONTACT_ON_HOLD, Cause.NO_CONSENT, Cause.NO_LANGUAGE]
    assert "before anybody calls" in entry.reason


def test_who_was_called_is_marked_and_comes_last():
    plain = OnFile(patient=patient(consent=Consent()))
    spoken = OnFile(patient=patient(id="bob", phone=None), alerts=[closed(Outcome.REACHED_AND_SAFE)])
    entries = [lists.call_entry(spoken, infusion(T0 - HOUR), LATER), lists.call_entry(plain, infusion(), LATER)]
    ordered = lists.in_calling_order(entry for entry in entries if entry is not None)
    assert [entry.patient.id for entry in ordered] == ["ann", "bob"]
    assert ordered[0].called is None
    assert ordered[1].called == Contact(kind=ContactKind.CALLED, at=LATER, by="Kay Miller")


# --- asking for consent ------------------------------------------------------------------------


def asked(at: datetime = T0, **changes):
    return message(template="OPTIN_ASK", not_before=at, **changes)


@pytest.mark.parametrize(
    ("on_file", "invited"),
    [
        (OnFile(patient=patient(consent=Consent())), Invited(at=None)),
        (OnFile(patient=patient(consent=Consent()), invitations=[asked()]), Invited(at=T0)),
        (OnFile(patient=patient(consent=Consent()), invitations=[asked(LATER - 8 * DAY)]), Invited(at=None)),
        (
            OnFile(patient=patient(consent=Consent()), invitations=[asked(state=MessageState.UNDELIVERED)]),
            Invited(at=None),
        ),
        (OnFile(patient=patient()), None),
        (OnFile(patient=patient(consent=Consent(), phone=None)), None),
        (OnFile(patient=patient(consent=Consent(), language=None)), None),
        (OnFile(patient=patient(consent=Consent(), safe_contact_hold=True)), None),
        (OnFile(patient=patient(consent=Consent(), status=PatientStatus.IN_HOSPITAL)), None),
        (OnFile(patient=patient(consent=Consent()), opted_out_at=T0), None),
    ],
    ids=["ask", "asked", "long ago", "never arrived", "agreed", "no phone", "no language", "hold", "hospital", "STOP"],
)
def test_who_may_be_asked_for_consent_and_who_was(on_file, invited):
    assert on_file.invited(LATER) == invited


@pytest.mark.parametrize(
    ("ended", "zone", "today"),
    [
        ("2026-11-02T00:10:00-06:00", "America/Chicago", True),
        ("2026-11-02T23:50:00-06:00", "America/Chicago", True),
        ("2026-11-01T23:50:00-06:00", "America/Chicago", False),
        ("2026-11-03T00:10:00-06:00", "America/Chicago", False),
        ("2026-11-02T23:50:00-06:00", "America/New_York", False),
    ],
)
def test_today_is_the_clinic_s_day(ended, zone, today):
    found = lists.of_day([infusion(utc(ended))], zone, T0)
    assert bool(found) is today


def test_a_cancelled_infusion_puts_nobody_on_a_list():
    gone = infusion(cancelled_at=LATER)
    assert lists.of_day([gone], CLINIC.timezone, T0) == {}
    assert lists.lately([gone], LATER) == {}


# --- nobody forgotten --------------------------------------------------------------------------


def account(on_file: OnFile, now: datetime = LATER):
    return lists.evening_entry(on_file, infusion(), now).account


def test_an_open_alert_is_a_task_before_all_else_and_the_highest_counts():
    on_file = OnFile(
        patient=patient(status=PatientStatus.DECEASED),
        answers=[answer("C1")],
        alerts=[alert("R10", id="r"), alert("U5", id="u"), closed(Outcome.REACHED_AND_SAFE, id="c")],
    )
    found = account(on_file)
    assert isinstance(found, Task)
    assert (found.alert.id, found.alert.level) == ("u", Level.URGENT)


def test_an_acknowledged_alert_is_still_a_task():
    taken = alert("R10", status=AlertStatus.ACKNOWLEDGED, acknowledged_at=LATER)
    assert account(OnFile(patient=patient(), alerts=[taken])) == Task(alert=taken)


@pytest.mark.parametrize(
    ("on_file", "contact"),
    [
        ({"answers": [answer("C1"), answer("SE", LATER)]}, Contact(kind=ContactKind.ANSWERED, at=LATER)),
        (
            {"answers": [answer("C1", entered_by="Sam Ortiz")]},
            Contact(kind=ContactKind.CALLED, at=T0 + 4 * HOUR, by="Sam Ortiz"),
        ),
        (
            {"alerts": [closed(Outcome.ADVICE_GIVEN)]},
            Contact(kind=ContactKind.CALLED, at=LATER, by="Kay Miller"),
        ),
    ],
)
def test_an_answer_or_a_call_is_a_contact(on_file, contact):
    assert account(OnFile(patient=patient(), **on_file)) == contact


@pytest.mark.parametrize("outcome", [Outcome.NOT_REACHED, Outcome.VOICEMAIL, Outcome.FALSE_ALARM])
def test_an_alert_that_ended_without_a_word_is_no_contact(outcome):
    assert isinstance(account(OnFile(patient=patient(), alerts=[closed(outcome)])), Reason)


@pytest.mark.parametrize(
    "answers",
    [[answer("C1", T0 - timedelta(minutes=1))], [answer("C1", doubtful=True)]],
    ids=["before this infusion", "perhaps somebody else's"],
)
def test_an_answer_that_says_nothing_of_now_is_no_contact(answers):
    assert isinstance(account(OnFile(patient=patient(), answers=answers)), Reason)


PLANNED = check_in("C2", None, state=CheckInState.PLANNED, due_at=LATER + HOUR)
FURTHER = check_in("C3", None, state=CheckInState.PLANNED, due_at=LATER + 48 * HOUR)
HISTORY = check_in("C1", None, state=CheckInState.SKIPPED, reason="history")


@pytest.mark.parametrize(
    ("on_file", "kind", "at"),
    [
        (OnFile(patient=patient(status=PatientStatus.DECEASED), check_ins=[PLANNED]), ReasonKind.DECEASED, None),
        (OnFile(patient=patient(status=PatientStatus.LEFT_CARE)), ReasonKind.LEFT_CARE, None),
        (OnFile(patient=patient(status=PatientStatus.IN_HOSPITAL)), ReasonKind.IN_HOSPITAL, None),
        (
            OnFile(patient=patient(status=PatientStatus.PAUSED, status_until=LATER + HOUR), check_ins=[PLANNED]),
            ReasonKind.PAUSED,
            LATER + HOUR,
        ),
        (
            OnFile(patient=patient(status=PatientStatus.PAUSED, status_until=LATER), check_ins=[PLANNED]),
            ReasonKind.TO_COME,
            LATER + HOUR,
        ),
        (OnFile(patient=patient(), opted_out_at=T0, check_ins=[PLANNED]), ReasonKind.NOT_TEXTED, T0),
        (OnFile(patient=patient(consent=Consent()), check_ins=[PLANNED]), ReasonKind.NOT_TEXTED, T0),
        (OnFile(patient=patient(), check_ins=[check_in(closes_at=LATER + HOUR)]), ReasonKind.ASKED, LATER + HOUR),
        (OnFile(patient=patient(), check_ins=[FURTHER, PLANNED]), ReasonKind.TO_COME, LATER + HOUR),
        (OnFile(patient=patient(), check_ins=[HISTORY]), ReasonKind.HISTORY, None),
        (OnFile(patient=patient(), check_ins=[replace(HISTORY, reason="merged")]), ReasonKind.NOTHING, None),
        (OnFile(patient=patient()), ReasonKind.NOTHING, None),
    ],
)
def test_without_a_contact_there_is_a_reason(on_file, kind, at):
    found = account(on_file)
    assert isinstance(found, Reason)
    assert (found.kind, found.at) == (kind, at)


def test_the_forgotten_come_first_and_those_heard_of_last():
    answered = OnFile(patient=patient(id="answered"), answers=[answer("C1")])
    waiting = OnFile(patient=patient(id="waiting"), check_ins=[PLANNED])
    routine = OnFile(patient=patient(id="routine"), alerts=[alert("R10")])
    urgent = OnFile(patient=patient(id="urgent"), alerts=[alert("U5")])
    forgotten = OnFile(patient=patient(id="forgotten"))
    entries = [lists.evening_entry(one, infusion(), LATER) for one in (answered, waiting, routine, urgent, forgotten)]
    ordered = lists.in_evening_order(entries)
    assert [entry.patient.id for entry in ordered] == ["forgotten", "urgent", "routine", "waiting", "answered"]
    assert [entry.forgotten for entry in ordered] == [True, False, False, False, False]
    assert [entry.heard_of for entry in ordered] == [False, False, False, False, True]


treatments = st.builds(
    infusion,
    st.integers(-200, 30).map(lambda hours: LATER + timedelta(hours=hours)),
    id=st.uuids().map(str),
    patient=st.sampled_from("abcdefgh"),
    cancelled_at=st.none() | st.just(LATER),
)
people = st.builds(
    OnFile,
    patient=st.builds(
        patient,
        status=st.sampled_from(PatientStatus),
        phone=st.none() | st.just("+13125550171"),
        language=st.none() | st.just("es"),
        safe_contact_hold=st.booleans(),
    ),
    opted_out_at=st.none() | st.just(T0),
    answers=st.lists(st.just(answer("C1", LATER)), max_size=1),
    check_ins=st.lists(st.sampled_from([PLANNED, HISTORY, check_in()]), max_size=2),
    alerts=st.lists(st.sampled_from([alert("R10"), closed(Outcome.VOICEMAIL), closed(Outcome.BOOKED)]), max_size=2),
)


@given(st.lists(treatments, max_size=12), st.data())
def test_everybody_treated_lately_is_on_the_evening_list_exactly_once(infusions, data):
    on_file = {key: data.draw(people) for key in "abcdefgh"}
    treated = lists.lately(infusions, LATER)
    entries = [
        lists.evening_entry(replace(on_file[key], patient=replace(on_file[key].patient, id=key)), newest, LATER)
        for key, newest in treated.items()
    ]
    must = {
        one.patient
        for one in infusions
        if one.cancelled_at is None and timedelta(0) <= LATER - one.ended_at <= timedelta(hours=72)
    }
    names = [entry.patient.id for entry in lists.in_evening_order(entries)]
    assert sorted(names) == sorted(must)
    for entry in entries:
        open_alerts = [one for one in on_file[entry.patient.id].alerts if one.closed_at is None]
        assert isinstance(entry.account, Task) is bool(open_alerts)


# --- what waits --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        ("2026-11-02T10:00:00-06:00", "2026-11-03T17:00:00-06:00"),
        ("2026-11-06T10:00:00-06:00", "2026-11-09T17:00:00-06:00"),
        ("2026-11-10T10:00:00-06:00", "2026-11-12T17:00:00-06:00"),
    ],
    ids=["a weekday", "over the weekend", "over a holiday"],
)
def test_a_routine_alert_is_due_at_the_end_of_the_next_business_day(opened, due):
    waiting = alert("R10", utc(opened))
    assert lists.routine_due_at(waiting, CONFIGURATION.chains["routine"], CLINIC) == utc(due)
    assert lists.routine_due_at(waiting, None, CLINIC) == utc(due)


def test_an_alert_is_found_by_everybody_whom_it_names():
    shared = alert("R10", also=("bob", "ann"))
    unknown = alert("R10", patient=None, sender="+13125559999")
    assert lists.alerts_by_patient([shared, unknown]) == {"ann": (shared,), "bob": (shared,)}


# --- the morning digest ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "last", "due"),
    [
        ("2026-11-02T07:59:59-06:00", None, "2026-11-02T08:00:00-06:00"),
        ("2026-11-02T08:00:00-06:00", None, "2026-11-02T08:00:00-06:00"),
        ("2026-11-02T08:59:00-06:00", None, "2026-11-02T08:00:00-06:00"),
        ("2026-11-02T09:00:00-06:00", None, "2026-11-03T08:00:00-06:00"),
        ("2026-11-02T16:59:00-06:00", "2026-10-30", "2026-11-02T08:00:00-06:00"),
        ("2026-11-02T17:00:00-06:00", "2026-10-30", "2026-11-03T08:00:00-06:00"),
        ("2026-11-02T08:00:00-06:00", "2026-11-02", "2026-11-03T08:00:00-06:00"),
        ("2026-11-06T12:00:00-06:00", "2026-11-06", "2026-11-09T08:00:00-06:00"),
        ("2026-11-11T08:00:00-06:00", "2026-11-10", "2026-11-12T08:00:00-06:00"),
        ("2026-11-01T00:30:00-05:00", "2026-10-30", "2026-11-02T08:00:00-06:00"),
    ],
    ids=[
        "before opening",
        "at opening",
        "the first, a little late",
        "the first, too late",
        "late, until closing",
        "missed",
        "sent",
        "over the weekend",
        "over a holiday",
        "over the clock change",
    ],
)
def test_the_digest_is_due_at_opening(now, last, due):
    given_last = date.fromisoformat(last) if last else None
    assert digest.next_digest_at(CLINIC, given_last, utc(now)) == utc(due)


def test_a_clinic_that_never_opens_gets_no_digest():
    assert digest.next_digest_at(replace(CLINIC, hours={}), None, T0) is None


def test_the_digest_goes_to_those_in_charge_and_to_whom_the_work_list_tells():
    assert digest.readers(CONFIGURATION, CLINIC, T0) == ("lee", "robin")
    without_mail = {**CONFIGURATION.staff, "robin": replace(CONFIGURATION.staff["robin"], email=None)}
    assert digest.readers(replace(CONFIGURATION, staff=without_mail), CLINIC, T0) == ("lee",)
    nobody_in_charge = {key: replace(member, role="nurse") for key, member in CONFIGURATION.staff.items()}
    assert digest.readers(replace(CONFIGURATION, staff=nobody_in_charge), CLINIC, T0) == ("lee",)


def test_the_digest_counts():
    def waits(overdue: bool) -> lists.RoutineEntry:
        return lists.RoutineEntry(alert=alert("R10"), patient=None, reason="", due_at=T0, overdue=overdue)

    def treated(account: lists.Account) -> EveningEntry:
        return EveningEntry(patient=patient(), infusion=infusion(), account=account)

    found = digest.counts(
        [alert("E1"), alert("U5"), alert("R10")],
        [waits(True), waits(False), waits(False)],
        [treated(Contact(kind=ContactKind.ANSWERED, at=T0)), treated(Task(alert=alert("R10")))],
    )
    assert found == digest.Counts(pressing=2, routine=3, overdue=1, seen=2, silent=1)
