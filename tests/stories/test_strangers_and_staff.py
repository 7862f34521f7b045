"""Who else writes to the clinic's number: strangers, staff, staff who are patients, robots."""

from __future__ import annotations

import pytest

from followup.domain.level import Level
from tests.support.clinic import Clinic, Clock, PatientPerson, StaffPerson


def _danger(clinic: Clinic, clock: Clock, patient: PatientPerson) -> tuple[StaffPerson, str]:
    clinic.infusion(patient, ended="09:00")
    patient.replies("chest pain")
    patient.expects_sms("may be an emergency")
    nurse = clinic.on_duty()
    return nurse, nurse.expects_alert("emergency")


# Strangers


def test_a_strangers_question_waits_on_the_work_list(clinic: Clinic) -> None:
    stranger = clinic.stranger()
    stranger.replies("is this the pizza place?")
    stranger.expects_sms("message received")
    (alert,) = clinic.alerts("open")
    assert (alert.level, alert.patient, alert.sender) == (Level.ROUTINE, None, stranger.number)


def test_a_strangers_texts_join_one_alert(clinic: Clinic) -> None:
    stranger = clinic.stranger()
    stranger.replies("hello?", "who is this", "answer me")
    stranger.has_read()
    assert len(clinic.alerts()) == 1


def test_two_strangers_are_two_alerts(clinic: Clinic) -> None:
    for number in ("+13125559001", "+13125559002"):
        stranger = clinic.stranger(number)
        stranger.replies("I want to die")
        stranger.expects_sms("You are not alone")
        clinic.on_duty().expects_alert("emergency")
    assert {alert.sender for alert in clinic.alerts("open")} == {"+13125559001", "+13125559002"}


def test_a_strangers_stop_is_confirmed_and_kept(clinic: Clinic) -> None:
    stranger = clinic.stranger()
    stranger.replies("STOP")
    stranger.expects_sms("you are opted out")
    stranger.replies("STOP", "hello?", "HELP")
    clinic.staff_close_everything()


def test_a_strangers_stop_with_danger(clinic: Clinic) -> None:
    stranger = clinic.stranger()
    stranger.replies("stop, i want to kill myself")
    stranger.expects_sms("texts stopped", "988")
    clinic.on_duty().expects_alert("emergency")


def test_a_stranger_who_stopped_and_is_in_danger_pages_and_gets_no_text(clinic: Clinic) -> None:
    stranger = clinic.stranger()
    stranger.replies("STOP")
    stranger.expects_sms("you are opted out")
    stranger.replies("i have chest pain")
    clinic.on_duty().expects_alert("emergency")


def test_a_strangers_help(clinic: Clinic) -> None:
    stranger = clinic.stranger()
    stranger.replies("HELP")
    stranger.expects_sms("follow-up texts, frequency varies", "STOP to end")


def test_a_code_from_a_strangers_phone_changes_nothing(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    _, code = _danger(clinic, clock, ann)
    stranger = clinic.stranger()
    stranger.replies(code)
    stranger.expects_sms("message received")
    assert ann.alerts()[0].status.value == "open"


# Codes


def test_a_code_from_a_patients_phone_changes_nothing(
    clinic: Clinic, clock: Clock, ann: PatientPerson, bob: PatientPerson
) -> None:
    clinic.infusion(bob, ended="09:00")
    _, code = _danger(clinic, clock, ann)
    bob.replies(code)
    bob.has_read()
    assert ann.alerts()[0].status.value == "open"


@pytest.mark.parametrize("form", ["{}", "ack {}", "ACK {}.", "{} "])
def test_a_code_takes_the_alert_in_any_case(clinic: Clinic, clock: Clock, ann: PatientPerson, form: str) -> None:
    nurse, code = _danger(clinic, clock, ann)
    nurse.replies(form.format(code.lower()))
    nurse.expects_sms(code, "is yours")
    assert ann.alerts()[0].acknowledged_by == nurse.name


def test_a_second_person_is_told_who_has_it(clinic: Clinic, clock: Clock, ann: PatientPerson, lee: StaffPerson) -> None:
    nurse, code = _danger(clinic, clock, ann)
    nurse.replies(code)
    nurse.expects_sms("is yours")
    lee.replies(code)
    lee.expects_sms(code, f"is with {nurse.name}", "Nothing to do")
    assert ann.alerts()[0].acknowledged_by == nurse.name


def test_everybody_who_was_told_hears_that_it_is_taken(
    clinic: Clinic, clock: Clock, ann: PatientPerson, kay: StaffPerson, sam: StaffPerson
) -> None:
    _, code = _danger(clinic, clock, ann)
    clock.forward(minutes=5)
    kay.expects_alert("emergency")
    kay.replies(code)
    kay.expects_sms("is yours")
    sam.expects_sms(code, "is with Kay Miller")


def test_a_wrong_code_gets_a_true_answer(clinic: Clinic, kay: StaffPerson) -> None:
    kay.replies("WXYT")
    kay.expects_sms("No open alert", "WXYT")


def test_a_chatty_nurse_is_told_what_is_open(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    nurse, code = _danger(clinic, clock, ann)
    nurse.replies("on my way")
    nurse.expects_sms(code)
    assert ann.alerts()[0].status.value == "open"


def test_a_closed_alerts_code_takes_nothing(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    nurse, code = _danger(clinic, clock, ann)
    nurse.replies(code)
    nurse.expects_sms("is yours")
    nurse.closes(code)
    nurse.replies(code)
    nurse.expects_sms(code, f"was closed by {nurse.name}", "Nothing was changed")


def test_a_staff_stop_is_a_fault_of_the_set_up(
    clinic: Clinic, clock: Clock, kay: StaffPerson, lee: StaffPerson
) -> None:
    kay.replies("STOP")
    lee.takes("urgent")
    (alert,) = clinic.alerts()
    assert alert.rule == "U17"
    kay.has_read()


# Staff who are patients


def _sam_as_patient(clinic: Clinic, sam: StaffPerson) -> PatientPerson:
    """Sam Ortiz had an infusion too, on his own phone."""
    patient = clinic.patient("Samuel", baseline=5, number=sam.number)
    clinic.people.remove(patient)
    clinic.infusion(patient, ended="09:00")
    return patient


def test_staff_who_are_patients_answer_as_patients(clinic: Clinic, clock: Clock, sam: StaffPerson) -> None:
    patient = _sam_as_patient(clinic, sam)
    clock.to("13:00")
    sam.expects_sms("how are you now?")
    sam.replies("1")
    sam.expects_sms("thanks, noted")
    assert patient.answers() == {"C1": 1}


def test_staff_who_are_patients_take_alerts_by_code(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson
) -> None:
    patient = _sam_as_patient(clinic, sam)
    nurse, code = _danger(clinic, clock, ann)
    assert nurse is sam
    clock.forward(minutes=4)
    sam.replies(code)
    sam.expects_sms(code, "is yours")
    assert patient.answers() == {}


def test_danger_of_staff_who_are_patients_is_a_patients(clinic: Clinic, clock: Clock, sam: StaffPerson) -> None:
    patient = _sam_as_patient(clinic, sam)
    sam.replies("I have chest pain")
    sam.expects_alert("emergency")  # he is on duty as well
    sam.expects_sms("may be an emergency")
    (alert,) = clinic.alerts()
    assert alert.patient == patient.record.id


# Robots and repetition


def test_two_robots_do_not_talk_through_the_night(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    for number in range(20):
        ann.replies(f"Automatic reply {number}: I am out of office and will answer later")
    assert len(ann.texts()) <= 5
    ann.has_read()


def test_the_cap_ends_with_the_hour(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies(*[f"what is your address {number}?" for number in range(8)])
    assert len(ann.texts()) == 5
    ann.has_read()
    clock.forward(hours=1, minutes=1)
    ann.replies("can i take a bath?")
    ann.expects_sms("message received")


def test_stop_is_confirmed_beyond_the_cap(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies(*[f"what is your address {number}?" for number in range(8)])
    ann.has_read()
    ann.replies("STOP")
    ann.expects_sms("you are opted out")


def test_a_strangers_photo_is_not_opened(clinic: Clinic) -> None:
    stranger = clinic.stranger()
    stranger.replies("", media=("image/jpeg",))
    stranger.expects_sms("message received")
    assert clinic.alerts()[0].level is Level.ROUTINE


def test_danger_beside_a_photo_is_read(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("my face is drooping, look", media=("image/jpeg",))
    ann.expects_sms("may be an emergency")
    clinic.on_duty().expects_alert("emergency")


def test_an_empty_text_is_put_to_a_person_at_most_twice(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("", "   ")
    ann.expects_sms("could not read that")
    ann.expects_sms("message received")
    assert ann.rules() == {"R6"}
