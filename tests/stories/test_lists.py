"""Who must be phoned today, that nobody treated lately is forgotten, and what waits for the next business day."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from followup.domain.alert import Outcome
from followup.domain.lists import CallEntry, Cause, Contact, EveningEntry, Reason, ReasonKind, Task
from followup.domain.people import Channel, Consent, PatientStatus
from followup.errors import Conflict, NotFound
from followup.services.change_patient import opt_out, set_status
from followup.services.invite_patient import invite
from followup.services.quiet import run_until_quiet
from followup.services.record_infusion import cancel_infusion
from followup.services.work_lists import evening_list, lists_of_day, routine_list, same_day_calls
from tests.support.clinic import Clinic, Clock, PatientPerson, StaffPerson

NO_CONSENT = Consent(email=True)


def calls(clinic: Clinic) -> dict[str, CallEntry]:
    entries = same_day_calls(clinic.context, "prairie")
    assert lists_of_day(clinic.context, "prairie")[0] == entries, "the page reads both lists together"
    return {entry.patient.name: entry for entry in entries}


def evening(clinic: Clinic) -> dict[str, EveningEntry]:
    entries = evening_list(clinic.context, "prairie")
    assert lists_of_day(clinic.context, "prairie")[1] == entries, "the page reads both lists together"
    assert len({entry.patient.id for entry in entries}) == len(entries)
    return {entry.patient.name: entry for entry in entries}


def reason(clinic: Clinic, patient: PatientPerson) -> tuple[ReasonKind, datetime | None]:
    account = evening(clinic)[patient.name].account
    assert isinstance(account, Reason)
    return account.kind, account.at


# --- whom to phone today -----------------------------------------------------------------------


def test_who_is_not_texted_is_called_today_each_with_the_reason(clinic: Clinic, clock: Clock) -> None:
    texted = clinic.patient("Texted", baseline=5)
    no_consent = clinic.patient("No consent", baseline=5, consent=NO_CONSENT)
    no_language = clinic.patient("No language", baseline=5, language=None)
    for patient in (texted, no_consent, no_language):
        clinic.infusion(patient, ended="09:00")
    found = calls(clinic)
    assert {name: entry.hindrances[0].cause for name, entry in found.items()} == {
        "No consent": Cause.NO_CONSENT,
        "No language": Cause.NO_LANGUAGE,
    }
    for entry in found.values():
        assert entry.since == clock.now()
        assert entry.called is None
        assert [task.level.value for task in entry.tasks] == ["routine"]
    assert found["No consent"].reason == "has not agreed to texts"
    clock.to("13:00")
    texted.expects_sms("how are you now?")
    clock.to("00:01", days=1)
    assert calls(clinic) == {}
    texted.expects_sms("still waiting to hear")


def test_who_opts_out_or_cannot_be_reached_joins_the_calls(
    clinic: Clinic, clock: Clock, ann: PatientPerson, bob: PatientPerson, carmen: PatientPerson
) -> None:
    for patient in (ann, bob, carmen):
        clinic.infusion(patient, ended="09:00")
    assert calls(clinic) == {}
    clinic.provider.refuse(to=bob.number)
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    carmen.expects_sms("como esta ahora?")
    ann.replies("STOP")
    ann.expects_sms("you are opted out")
    carmen.replies("1")
    carmen.expects_sms("gracias")
    found = calls(clinic)
    assert {name: (entry.hindrances[0].cause, entry.since) for name, entry in found.items()} == {
        "Ann": (Cause.OPTED_OUT, clock.now()),
        "Bob": (Cause.UNDELIVERABLE, clock.now()),
    }
    assert found["Bob"].reason == "texts to this number do not arrive: refused by the simulated provider"
    assert [task.rule for task in found["Bob"].tasks] == ["R9"]


def test_who_was_called_is_marked_and_stays_on_the_list(clinic: Clinic, clock: Clock, lee: StaffPerson) -> None:
    ann = clinic.patient("Ann", baseline=5, consent=NO_CONSENT)
    clinic.infusion(ann, ended="09:00")
    clock.to("15:00")
    (task,) = calls(clinic)["Ann"].tasks
    lee.closes(task.code, Outcome.ADVICE_GIVEN)
    called = calls(clinic)["Ann"].called
    assert called is not None
    assert (called.at, called.by) == (clock.now(), "Dr. Lee Chen")


def test_a_phone_that_is_not_safe_comes_with_a_warning(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("10:00")
    ann.replies("my husband hits me and i am scared of him")
    sam.replies(sam.expects_alert("urgent"))
    sam.expects_sms("is yours")
    entry = calls(clinic)["Ann"]
    assert entry.hindrances[0].cause is Cause.CONTACT_ON_HOLD
    assert entry.since == clock.now()
    assert "before anybody calls" in entry.reason


# --- nobody forgotten --------------------------------------------------------------------------


def test_the_evening_list_names_everybody_once(clinic: Clinic, clock: Clock, lee: StaffPerson) -> None:
    answered, silent, paused, hospital, stopped, withdrawn, unasked = (
        clinic.patient(name, baseline=5)
        for name in ("Answered", "Silent", "Paused", "Hospital", "Stopped", "Withdrawn", "Unasked")
    )
    unreached = clinic.patient("Unreached", baseline=5, consent=NO_CONSENT)
    called = clinic.patient("Called", baseline=5, consent=NO_CONSENT)
    everybody = (answered, silent, paused, hospital, stopped, unasked, unreached, called)
    clock.to("12:00")
    for patient in (*everybody, withdrawn):
        clinic.infusion(patient, ended="16:30" if patient is unasked else "09:00")
    cancel_infusion(clinic.context, "prairie", "I-withdrawn-1", actor="story")
    until = clock.now() + timedelta(days=2)
    set_status(clinic.context, paused.external_id, PatientStatus.PAUSED, clinic=None, until=until, actor="story")
    set_status(clinic.context, hospital.external_id, PatientStatus.IN_HOSPITAL, clinic=None, actor="story")
    opt_out(clinic.context, stopped.external_id, Channel.SMS, clinic=None, actor="story")
    (task,) = called.alerts("open")
    lee.closes(task.code, Outcome.REACHED_AND_SAFE)
    clock.to("13:00")
    for patient in (answered, silent):
        patient.expects_sms("how are you now?")
    answered.replies("1")
    answered.expects_sms("thanks, noted")
    clock.to("18:00")
    silent.expects_sms("still waiting to hear")

    found = evening(clinic)
    assert set(found) == {patient.name for patient in everybody}
    assert isinstance(found["Answered"].account, Contact)
    assert isinstance(found["Called"].account, Contact)
    unreached_account = found["Unreached"].account
    assert isinstance(unreached_account, Task)
    assert unreached_account.alert.rule == "R10"
    assert reason(clinic, silent) == (ReasonKind.ASKED, silent.check_ins["C1"].closes_at)
    assert reason(clinic, unasked) == (ReasonKind.TO_COME, unasked.check_ins["C1"].due_at)
    assert reason(clinic, paused) == (ReasonKind.PAUSED, until)
    assert reason(clinic, hospital)[0] is ReasonKind.IN_HOSPITAL
    assert reason(clinic, stopped)[0] is ReasonKind.NOT_TEXTED
    assert not any(entry.forgotten for entry in found.values())


def test_silence_is_a_reason_first_and_a_task_at_last(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("22:00")
    ann.expects_sms("how are you now?")
    ann.expects_sms("still waiting to hear")
    assert reason(clinic, ann) == (ReasonKind.TO_COME, ann.check_ins["C2"].due_at)
    clock.to("20:30", days=1)
    ann.expects_sms("how strong is your pain")
    ann.expects_sms("one number for your pain")
    account = evening(clinic)["Ann"].account
    assert isinstance(account, Task)
    assert account.alert.rule == "R7"


def test_after_three_days_a_patient_leaves_the_evening_list(clinic: Clinic, clock: Clock) -> None:
    ann = clinic.patient("Ann", baseline=5, consent=NO_CONSENT)
    clinic.infusion(ann)
    clinic.staff_close_everything()
    clock.to("09:00", days=3)
    assert list(evening(clinic)) == ["Ann"]
    clock.forward(seconds=1)
    assert evening(clinic) == {}


def test_a_new_infusion_asks_for_a_new_contact(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("1")
    ann.expects_sms("thanks, noted")
    clock.to("13:30")
    clinic.infusion(ann, ended="13:30")
    assert reason(clinic, ann)[0] is ReasonKind.TO_COME


# --- the work list -----------------------------------------------------------------------------


def test_routine_work_waits_in_order_until_the_next_business_day_ends(clinic: Clinic, clock: Clock) -> None:
    first = clinic.patient("First", baseline=5, consent=NO_CONSENT)
    second = clinic.patient("Second", baseline=5, language=None)
    clinic.infusion(first, ended="09:00")
    clock.to("10:00")
    clinic.infusion(second, ended="09:30")
    entries = routine_list(clinic.context, "prairie")
    assert [entry.patient.name for entry in entries if entry.patient] == ["First", "Second"]
    assert {entry.reason for entry in entries} == {"Something is missing, or words that a person should read"}
    clock.to("16:59", days=1)
    assert [entry.overdue for entry in routine_list(clinic.context, "prairie")] == [False, False]
    clock.to("17:00")
    entries = routine_list(clinic.context, "prairie")
    assert [entry.overdue for entry in entries] == [True, True]
    assert {entry.due_at for entry in entries} == {clock.now()}
    clinic.staff_close_everything()
    assert routine_list(clinic.context, "prairie") == ()


def test_a_stranger_s_message_waits_without_a_patient(clinic: Clinic) -> None:
    stranger = clinic.stranger()
    stranger.replies("who is this?")
    stranger.expects_sms("message received")
    (entry,) = routine_list(clinic.context, "prairie")
    assert entry.patient is None
    assert entry.alert.sender == stranger.number


def test_another_clinic_s_list_is_not_found(clinic: Clinic) -> None:
    for shown in (same_day_calls, evening_list, routine_list):
        with pytest.raises(NotFound):
            shown(clinic.context, "elsewhere")


# --- asking for consent ------------------------------------------------------------------------


def ask(clinic: Clinic, patient: PatientPerson) -> None:
    invite(clinic.context, None, patient.external_id, "story")
    run_until_quiet(clinic.context)


def test_a_patient_without_consent_is_asked_once_a_week(clinic: Clinic, clock: Clock) -> None:
    ann = clinic.patient("Ann", baseline=5, consent=NO_CONSENT)
    clinic.infusion(ann, ended="09:00")
    ask(clinic, ann)
    ann.expects_sms("reply 1 for follow-up texts")
    with pytest.raises(Conflict, match="invited within the last 7 days"):
        ask(clinic, ann)
    clinic.staff_close_everything()
    clock.forward(days=7)
    ask(clinic, ann)
    ann.expects_sms("reply 1 for follow-up texts")


def test_nobody_is_asked_at_night(clinic: Clinic, clock: Clock) -> None:
    carmen = clinic.patient("Carmen", baseline=5, consent=NO_CONSENT, language="es", zone="America/Los_Angeles")
    clinic.infusion(carmen)
    clock.to("20:30")
    ask(clinic, carmen)
    carmen.expects_sms("responda 1 para recibir mensajes")
    late = clinic.patient("Late", baseline=5, consent=NO_CONSENT)
    clinic.infusion(late)
    ask(clinic, late)
    clock.to("08:59", days=1)
    late.expects_nothing()
    clock.to("09:00")
    late.expects_sms("reply 1 for follow-up texts")


def test_an_invitation_that_did_not_arrive_may_be_sent_again(clinic: Clinic, clock: Clock) -> None:
    ann = clinic.patient("Ann", baseline=5, consent=NO_CONSENT)
    clinic.infusion(ann, ended="09:00")
    clinic.provider.refuse(to=ann.number)
    ask(clinic, ann)
    ann.expects_nothing()
    assert [alert.rule for alert in ann.alerts()] == ["R10", "R9"]
    ask(clinic, ann)
    ann.expects_sms("reply 1 for follow-up texts")


def test_who_may_not_or_need_not_be_asked(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    stopped = clinic.patient("Stopped", baseline=5, consent=NO_CONSENT)
    paused = clinic.patient("Paused", baseline=5, consent=NO_CONSENT)
    no_language = clinic.patient("No language", baseline=5, consent=NO_CONSENT, language=None)
    for patient in (ann, stopped, paused, no_language):
        clinic.infusion(patient, ended="09:00")
    opt_out(clinic.context, stopped.external_id, Channel.SMS, clinic=None, actor="story")
    set_status(clinic.context, paused.external_id, PatientStatus.IN_HOSPITAL, clinic=None, actor="story")
    refusals = (
        (ann, "has agreed to texts already"),
        (stopped, "has opted out"),
        (paused, "paused, on hold or ended"),
        (no_language, "no language is on file"),
    )
    for patient, words in refusals:
        with pytest.raises(Conflict, match=words):
            ask(clinic, patient)
    with pytest.raises(NotFound):
        invite(clinic.context, None, "nobody", "story")


def test_a_stop_between_the_invitation_and_its_hour_is_honoured(clinic: Clinic, clock: Clock) -> None:
    ann = clinic.patient("Ann", baseline=5, consent=NO_CONSENT)
    clinic.infusion(ann, ended="09:00")
    clock.to("21:00")
    ask(clinic, ann)
    opt_out(clinic.context, ann.external_id, Channel.SMS, clinic=None, actor="story")
    clock.to("12:00", days=1)
    ann.expects_nothing()
