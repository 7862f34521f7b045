"""An alert from its opening to its end, and what comes after: passed on, with the duty, nobody reached, a crisis."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from followup.domain import windows
from followup.domain.alert import Alert, AlertStatus, EntryKind, Outcome
from followup.domain.contact import ContactResult, ContactWay
from followup.domain.level import Level
from followup.domain.people import PatientStatus
from followup.domain.tasks import TaskKind
from followup.errors import Conflict, InvalidInput, NotFound
from followup.services.alert_figures import figures
from followup.services.close_alert import close
from followup.services.duty import take_over
from followup.services.hand_over import hand_over
from followup.services.log_contact import log_contact
from followup.services.quiet import run_until_quiet
from tests.support.clinic import CHICAGO, SUNDAY, Clinic, Clock, PatientPerson, Person, StaffPerson


def everybody_has_read(clinic: Clinic) -> None:
    """What came so far is not what the story is about."""
    for person in clinic.people:
        person.has_read()


def chest_pain(clinic: Clinic, patient: PatientPerson) -> Alert:
    """An emergency, with the nurse on duty told of it."""
    clinic.infusion(patient, ended="09:00")
    patient.replies("chest pain")
    patient.expects_sms("may be an emergency")
    everybody_has_read(clinic)
    return patient.alerts()[0]


def crisis(clinic: Clinic, patient: PatientPerson) -> Alert:
    """An emergency about somebody's life."""
    clinic.infusion(patient, ended="09:00")
    patient.replies("I want to kill myself")
    patient.expects_sms("988")
    everybody_has_read(clinic)
    return patient.alerts()[0]


def ends(clinic: Clinic, alert: Alert, by: str, outcome: Outcome, **more: object) -> Alert:
    """Somebody closes it on its page."""
    given = {"minutes": 5, "note": None, "via": "page", **more}
    closed = close(clinic.context, alert=alert.id, person=by, outcome=outcome, **given)  # type: ignore[arg-type]
    run_until_quiet(clinic.context)
    return closed


def tries(clinic: Clinic, alert: Alert, *results: str, way: str = "call", by: str = "kay") -> None:
    """Somebody phones and writes down what came of it."""
    for result in results:
        log_contact(clinic.context, alert=alert.id, patient=None, by=by, way=way, result=result, note=None)
        run_until_quiet(clinic.context)


def now_of(clinic: Clinic, alert: Alert) -> Alert:
    with clinic.store.read() as uow:
        found = uow.alerts.get(alert.id)
    assert found is not None
    return found


def history(clinic: Clinic, alert: Alert, kind: EntryKind) -> list[str]:
    return [entry.understood or "" for entry in clinic.entries(alert) if entry.kind is kind]


def wall(day: int, at: str) -> datetime:
    """A wall time of the clinic, some days after that Sunday."""
    return windows.instant_of(SUNDAY + timedelta(days=day), time.fromisoformat(at), CHICAGO)


# --- passing it on from a page


def test_an_alert_is_handed_over_and_its_receiver_told_at_once(
    clinic: Clinic, ann: PatientPerson, lee: StaffPerson
) -> None:
    alert = chest_pain(clinic, ann)
    hand_over(clinic.context, alert=alert.id, by="sam", to="Dr. Lee Chen", via="page")
    run_until_quiet(clinic.context)
    assert lee.expects_alert("emergency") == alert.code
    standing = now_of(clinic, alert)
    assert (standing.status, standing.raises, standing.handed_to) == (AlertStatus.OPEN, 1, None)
    assert history(clinic, alert, EntryKind.HANDED_OVER) == ["passed on by Sam Ortiz to Dr. Lee Chen by page"]
    everybody_has_read(clinic)


def test_a_taken_alert_that_is_handed_over_is_nobodys_until_it_is_taken_again(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson, kay: StaffPerson
) -> None:
    alert = chest_pain(clinic, ann)
    sam.replies(alert.code)
    hand_over(clinic.context, alert=alert.id, by="sam", to=None, via="page")
    run_until_quiet(clinic.context)
    assert kay.expects_alert("emergency") == alert.code
    assert now_of(clinic, alert).acknowledged_by is None
    clock.forward(minutes=5)
    assert any(alert.code in text for text in sam.texts()[sam.seen_texts :]), "the chain goes on where nobody takes it"
    everybody_has_read(clinic)


def test_a_patient_is_not_told_that_nobody_answered_after_somebody_has(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson
) -> None:
    """Taken, and then forgotten: the chain wakes everybody, but `our staff have not answered` would be untrue."""
    alert = crisis(clinic, ann)
    sam.replies(alert.code)
    clock.forward(minutes=40)
    assert now_of(clinic, alert).status is AlertStatus.OPEN
    assert now_of(clinic, alert).position > 2, "the chain has passed the step that tells the patient"
    ann.expects_nothing()

    ann.replies("I still want to kill myself")
    ann.expects_sms("")
    clock.forward(minutes=10)
    ann.expects_sms("have not answered yet")
    ends(clinic, alert, "sam", Outcome.HANDED_TO_988)
    everybody_has_read(clinic)


def test_what_cannot_be_handed_over_says_why(clinic: Clinic, ann: PatientPerson) -> None:
    alert = chest_pain(clinic, ann)
    with pytest.raises(InvalidInput):
        hand_over(clinic.context, alert=alert.id, by="sam", to="sam", via="page")
    with pytest.raises(NotFound):
        hand_over(clinic.context, alert=alert.id, by="sam", to="nobody", via="page")
    with pytest.raises(NotFound):
        hand_over(clinic.context, alert="none", by="sam", to="kay", via="page")
    ends(clinic, alert, "sam", Outcome.REACHED_AND_SAFE)
    with pytest.raises(Conflict):
        hand_over(clinic.context, alert=alert.id, by="sam", to="kay", via="page")


def test_a_routine_item_is_handed_over_without_waking_the_chain(
    clinic: Clinic, clock: Clock, ann: PatientPerson, kay: StaffPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("can i take a bath?")
    ann.expects_sms("message received")
    (item,) = ann.alerts()
    hand_over(clinic.context, alert=item.id, by="sam", to="kay", via="page")
    run_until_quiet(clinic.context)
    assert kay.expects_alert("routine") == item.code
    assert now_of(clinic, item).next_action_at == wall(1, "17:00"), "overdue when the clinic closes on Monday"


# --- the duty ends


def test_oncall_1792_what_was_taken_at_night_goes_to_the_morning_shift(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson, kay: StaffPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("06:50", days=1)
    everybody_has_read(clinic)
    ann.replies("I fell down the stairs and my arm is bleeding")
    ann.has_read()
    code = sam.takes("urgent")
    clock.to("06:59")
    assert kay.texts()[kay.seen_texts :] == []
    clock.to("07:00")
    assert kay.expects_alert("urgent") == code
    (alert,) = [one for one in ann.alerts() if one.code == code]
    assert alert.status is AlertStatus.OPEN
    assert history(clinic, alert, EntryKind.HANDED_OVER) == ["the duty passed on: from Sam Ortiz to Kay Miller"]
    kay.replies(code)
    kay.expects_sms("is yours")
    clock.to("08:00")
    assert len(history(clinic, alert, EntryKind.HANDED_OVER)) == 1, "once for each hand-over"
    everybody_has_read(clinic)


def test_whoever_takes_it_back_after_their_duty_keeps_it(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("06:50", days=1)
    everybody_has_read(clinic)
    ann.replies("I fell down the stairs and my arm is bleeding")
    code = sam.takes("urgent")
    clock.to("07:00")
    sam.replies(code)
    sam.expects_sms("is yours")
    clock.to("07:30")
    (alert,) = [one for one in ann.alerts() if one.code == code]
    assert (alert.acknowledged_by, alert.duty_of) == ("Sam Ortiz", None)
    everybody_has_read(clinic)


def test_taking_over_the_duty_takes_over_what_was_taken_on_it(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson, lee: StaffPerson
) -> None:
    alert = chest_pain(clinic, ann)
    sam.replies(alert.code)
    sam.expects_sms("is yours")
    take_over(clinic.context, rota="nurses", person="lee", until=None, by="lee", via="page")
    run_until_quiet(clinic.context)
    assert any(f"alert {alert.code}" in text for text in lee.texts()[lee.seen_texts :])
    everybody_has_read(clinic)


def test_what_the_lead_has_taken_stays_with_the_lead(
    clinic: Clinic, clock: Clock, ann: PatientPerson, lee: StaffPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("06:50", days=1)
    ann.replies("I fell down the stairs and my arm is bleeding")
    (alert,) = [one for one in ann.alerts() if one.level is Level.URGENT]
    lee.replies(alert.code)
    clock.to("07:30")
    assert now_of(clinic, alert).acknowledged_by == lee.name
    everybody_has_read(clinic)


# --- nobody reached


@pytest.mark.parametrize("note", [None, "rang twice, no answer"])
def test_nobody_reached_is_no_ending_without_a_welfare_check_or_a_lead(
    clinic: Clinic, ann: PatientPerson, note: str | None
) -> None:
    alert = chest_pain(clinic, ann)
    with pytest.raises(InvalidInput) as refused:
        ends(clinic, alert, "sam", Outcome.NOT_REACHED, note=note)
    assert [problem.at for problem in refused.value.problems] == ["sign_off"]
    assert now_of(clinic, alert).status is AlertStatus.OPEN


@pytest.mark.parametrize("signer", ["sam", "nobody"])
def test_only_a_lead_signs_off(clinic: Clinic, ann: PatientPerson, signer: str) -> None:
    alert = chest_pain(clinic, ann)
    with pytest.raises(InvalidInput):
        ends(clinic, alert, "sam", Outcome.NOT_REACHED, sign_off=signer)


def test_a_lead_who_closes_it_signs_off_by_that(clinic: Clinic, ann: PatientPerson) -> None:
    alert = chest_pain(clinic, ann)
    ends(clinic, alert, "lee", Outcome.NOT_REACHED)
    assert "signed off by Dr. Lee Chen" in history(clinic, alert, EntryKind.CLOSED)[0]


@pytest.mark.parametrize(
    "how", [{"note": "asked 911 for a welfare check, 09:20"}, {"sign_off": "Dr. Lee Chen"}, {"sign_off": "robin"}]
)
def test_nobody_reached_opens_it_again_when_the_clinic_opens(
    clinic: Clinic, clock: Clock, ann: PatientPerson, how: dict[str, str]
) -> None:
    alert = chest_pain(clinic, ann)
    ends(clinic, alert, "sam", Outcome.NOT_REACHED, **how)
    clock.to("07:59", days=1)
    assert now_of(clinic, alert).status is AlertStatus.CLOSED
    everybody_has_read(clinic)
    clock.to("08:00")
    again = now_of(clinic, alert)
    assert (again.status, again.code, again.outcome) == (AlertStatus.OPEN, alert.code, None)
    assert clinic.on_duty().expects_alert("emergency") == alert.code
    assert history(clinic, alert, EntryKind.REOPENED) == ["open again: closed by Sam Ortiz as not reached"]
    clinic.on_duty().replies(f"close {alert.code} safe 3")
    everybody_has_read(clinic)


def test_what_came_meanwhile_takes_the_reopened_alert_in(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    alert = chest_pain(clinic, ann)
    ends(clinic, alert, "sam", Outcome.NOT_REACHED, sign_off="lee")
    clock.to("07:50", days=1)
    ann.replies("chest pain again")
    clock.to("08:00")
    unclosed = [one for one in ann.alerts() if one.level is Level.EMERGENCY and one.status is not AlertStatus.CLOSED]
    assert [one.id == alert.id for one in unclosed] == [False], "two alerts about one thing would be one too many"
    assert any(alert.code in line for line in history(clinic, unclosed[0], EntryKind.ADDED))
    clinic.staff_close_everything()
    everybody_has_read(clinic)


@pytest.mark.parametrize(
    ("retry_at", "back_at"),
    [(None, wall(1, "08:00")), (wall(1, "14:30"), wall(1, "14:30")), (wall(0, "16:00"), wall(0, "16:00"))],
)
def test_a_voicemail_comes_back(
    clinic: Clinic, clock: Clock, ann: PatientPerson, retry_at: datetime | None, back_at: datetime
) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("can i take a bath?")
    ann.expects_sms("message received")
    (item,) = ann.alerts()
    ends(clinic, item, "kay", Outcome.VOICEMAIL, minutes=None, retry_at=retry_at)
    clock.until(back_at - timedelta(seconds=1))
    assert now_of(clinic, item).status is AlertStatus.CLOSED
    clock.until(back_at)
    assert now_of(clinic, item).status is AlertStatus.OPEN
    everybody_has_read(clinic)


@pytest.mark.parametrize(
    ("outcome", "retry_at"),
    [
        (Outcome.VOICEMAIL, wall(0, "08:00")),
        (Outcome.VOICEMAIL, wall(30, "08:00")),
        (Outcome.ADVICE_GIVEN, wall(1, "08:00")),
    ],
)
def test_a_time_to_try_again_must_make_sense(
    clinic: Clinic, ann: PatientPerson, outcome: Outcome, retry_at: datetime
) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("can i take a bath?")
    ann.expects_sms("message received")
    with pytest.raises(InvalidInput) as refused:
        ends(clinic, ann.alerts()[0], "kay", outcome, retry_at=retry_at)
    assert [problem.at for problem in refused.value.problems] == ["retry_at"]


# --- after a crisis


def test_after_a_crisis_people_call_on_the_next_day_and_on_day_seven(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    alert = crisis(clinic, ann)
    ends(clinic, alert, "sam", Outcome.REACHED_AND_SAFE)
    with clinic.store.read() as uow:
        planned = [(task.kind, task.due_at) for task in uow.tasks.waiting_of([ann.record.id])]
    assert planned == [(TaskKind.CALL_NEXT_DAY, wall(1, "08:00")), (TaskKind.CALL_DAY_7, wall(7, "09:00"))]
    clock.to("08:00", days=1)
    (first,) = ann.alerts("open")
    assert (first.level, first.rule, first.next_action_at) == (Level.ROUTINE, "T1", wall(2, "17:00"))
    assert f"alert {alert.code}" in (clinic.entries(first)[0].understood or "")
    ends(clinic, first, "kay", Outcome.ADVICE_GIVEN)
    clock.until(wall(7, "09:00"))
    (second,) = ann.alerts("open")
    assert (second.level, second.rule) == (Level.ROUTINE, "T7")
    everybody_has_read(clinic)


def test_after_a_crisis_texts_go_on_by_hand_only(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    alert = crisis(clinic, ann)
    ends(clinic, alert, "sam", Outcome.HANDED_TO_988)
    assert ann.record.status is PatientStatus.PAUSED
    ann.has_read()
    clock.to("20:00", days=4)
    assert ann.texts()[ann.seen_texts :] == [], "nobody has let them go on"
    clinic.status(ann, PatientStatus.ACTIVE)
    clock.to("20:00", days=4)
    assert ann.texts()[ann.seen_texts :] != []
    clinic.staff_close_everything()
    everybody_has_read(clinic)


def test_a_false_alarm_was_no_crisis(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    alert = crisis(clinic, ann)
    ends(clinic, alert, "sam", Outcome.FALSE_ALARM)
    assert ann.record.status is PatientStatus.ACTIVE
    with clinic.store.read() as uow:
        assert uow.tasks.of_alert(alert.id) == ()


def test_a_medical_emergency_that_is_over_lets_texts_go_on(clinic: Clinic, ann: PatientPerson) -> None:
    alert = chest_pain(clinic, ann)
    ends(clinic, alert, "sam", Outcome.SENT_TO_EMERGENCY_CARE)
    assert ann.record.status is PatientStatus.ACTIVE


def test_a_strangers_crisis_leaves_calls_to_make_too(clinic: Clinic, clock: Clock) -> None:
    stranger = clinic.stranger()
    stranger.replies("I want to kill myself")
    everybody_has_read(clinic)
    ends(clinic, clinic.alerts()[0], "sam", Outcome.HANDED_TO_988)
    clock.to("08:00", days=1)
    (task,) = clinic.alerts("open")
    assert (task.rule, task.sender, task.patient) == ("T1", stranger.number, None)


def test_a_crisis_closed_twice_leaves_one_call_a_day(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    alert = crisis(clinic, ann)
    ends(clinic, alert, "sam", Outcome.NOT_REACHED, sign_off="lee")
    clock.to("08:00", days=1)
    everybody_has_read(clinic)
    ends(clinic, alert, "kay", Outcome.REACHED_AND_SAFE)
    with clinic.store.read() as uow:
        waiting = [task for task in uow.tasks.of_alert(alert.id) if task.done_at is None]
    assert [(task.kind, task.due_at) for task in waiting] == [
        (TaskKind.CALL_NEXT_DAY, wall(2, "08:00")),
        (TaskKind.CALL_DAY_7, wall(8, "08:00")),
    ]


# --- calls in vain


def test_after_two_calls_in_vain_the_patient_is_told_once(clinic: Clinic, ann: PatientPerson) -> None:
    alert = chest_pain(clinic, ann)
    tries(clinic, alert, "no_answer")
    ann.expects_nothing()
    tries(clinic, alert, "voicemail")
    ann.expects_sms("we tried to reach you and could not", "911", "988")
    tries(clinic, alert, "no_answer", "no_answer")
    ann.expects_nothing()
    assert history(clinic, alert, EntryKind.CONTACT)[:2] == [
        "phoned the patient: no answer",
        "phoned the patient: voicemail",
    ]


def test_without_a_call_nobody_is_told_that_calls_were_tried(clinic: Clinic, ann: PatientPerson) -> None:
    alert = chest_pain(clinic, ann)
    tries(clinic, alert, "no_answer", "no_answer", "no_answer", way="emergency_contact")
    tries(clinic, alert, "no_answer", "no_answer", way="in_person")
    ann.expects_nothing()


def test_whoever_was_reached_is_not_told_that_they_were_not(clinic: Clinic, ann: PatientPerson) -> None:
    alert = chest_pain(clinic, ann)
    tries(clinic, alert, "no_answer", "reached", "no_answer", "no_answer")
    ann.expects_nothing()


def test_bridged_calls_count_as_calls(clinic: Clinic, ann: PatientPerson) -> None:
    alert = chest_pain(clinic, ann)
    tries(clinic, alert, "no_answer", "no_answer", way="bridge")
    ann.expects_sms("we tried to reach you")


def test_an_urgent_item_sends_no_such_text(clinic: Clinic, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("I fell down the stairs and my arm is bleeding")
    everybody_has_read(clinic)
    tries(clinic, ann.alerts()[0], "no_answer", "no_answer")
    ann.expects_nothing()


def test_a_number_that_has_stopped_texts_gets_none(clinic: Clinic, ann: PatientPerson) -> None:
    alert = chest_pain(clinic, ann)
    ann.replies("STOP")
    everybody_has_read(clinic)
    tries(clinic, alert, "no_answer", "no_answer")
    ann.expects_nothing()


def test_where_contact_is_held_no_text_goes(clinic: Clinic, ann: PatientPerson) -> None:
    alert = chest_pain(clinic, ann)
    ann.replies("he reads my phone, don't text me, he will hurt me")
    everybody_has_read(clinic)
    assert ann.record.safe_contact_hold
    tries(clinic, alert, "no_answer", "no_answer")
    ann.expects_nothing()


def test_a_stranger_in_danger_is_told_too(clinic: Clinic) -> None:
    stranger: Person = clinic.stranger()
    stranger.replies("chest pain")
    everybody_has_read(clinic)
    tries(clinic, clinic.alerts()[0], "no_answer", "no_answer")
    stranger.expects_sms("we tried to reach you")


def test_a_try_is_written_down_as_it_was(clinic: Clinic, ann: PatientPerson) -> None:
    alert = chest_pain(clinic, ann)
    at = clinic.clock.now() - timedelta(minutes=3)
    kept = log_contact(
        clinic.context,
        alert=alert.id,
        patient=None,
        by="Kay Miller",
        way="call",
        result="reached",
        note="she is with her sister",
        at=at,
    )
    assert (kept.by, kept.patient, kept.at) == ("kay", ann.record.id, at)
    assert (kept.way, kept.result) == (ContactWay.CALL, ContactResult.REACHED)
    with clinic.store.read() as uow:
        assert uow.contacts.of_alert(alert.id) == uow.contacts.of_patient(ann.record.id) == (kept,)


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        ({"way": "letter"}, "way"),
        ({"result": "perhaps"}, "result"),
        ({"at": wall(3, "09:00")}, "at"),
        ({"alert": None}, "patient"),
    ],
)
def test_a_try_that_cannot_be_is_refused(clinic: Clinic, ann: PatientPerson, wrong: dict[str, object], at: str) -> None:
    alert = chest_pain(clinic, ann)
    given = {"alert": alert.id, "patient": None, "by": "kay", "way": "call", "result": "reached", "note": None}
    with pytest.raises(InvalidInput) as refused:
        log_contact(clinic.context, **(given | wrong))  # type: ignore[arg-type]
    assert [problem.at for problem in refused.value.problems] == [at]


# --- figures


def test_figures_tell_how_fast_alerts_are_taken_and_patients_reached(
    clinic: Clinic, clock: Clock, ann: PatientPerson, bob: PatientPerson, sam: StaffPerson
) -> None:
    first = chest_pain(clinic, ann)
    clock.forward(seconds=40)
    sam.replies(first.code)
    clock.forward(minutes=4)
    tries(clinic, first, "no_answer", "reached", by="sam")
    second = chest_pain(clinic, bob)
    ends(clinic, second, "sam", Outcome.FALSE_ALARM)
    ends(clinic, first, "sam", Outcome.REACHED_AND_SAFE)
    found = figures(clinic.context, "prairie", wall(0, "00:00"))[Level.EMERGENCY]
    assert (found.opened, found.taken, found.closed, found.false_alarms, found.reached) == (2, 2, 2, 1, 1)
    assert (found.to_take, found.slowest_to_take) == (timedelta(seconds=20), timedelta(seconds=40))
    assert found.to_reach == timedelta(minutes=4, seconds=40)
    assert found.false_share == 0.5
    later = figures(clinic.context, "prairie", clinic.clock.now() + timedelta(seconds=1))
    assert (later[Level.EMERGENCY].opened, later[Level.URGENT].to_take) == (0, None)
    everybody_has_read(clinic)
