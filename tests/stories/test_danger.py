"""Danger in words, whoever writes, whatever was asked."""

from __future__ import annotations

from tests.support.clinic import Clinic, Clock, PatientPerson, StaffPerson


def test_an_emergency_of_a_patient_in_spanish_at_night(
    clinic: Clinic, clock: Clock, carmen: PatientPerson, sam: StaffPerson
) -> None:
    clinic.infusion(carmen, ended="10:00")
    clock.to("14:00")
    carmen.expects_sms("¿como esta ahora?")
    carmen.replies("1")
    carmen.expects_sms("gracias, anotado")
    clock.to("02:10", days=1)
    carmen.replies("ya no quiero vivir")
    carmen.expects_sms("No esta solo/a", "988")
    code = sam.expects_alert("emergency")
    sam.replies(code)
    sam.expects_sms("is yours")
    (alert,) = carmen.alerts()
    assert alert.rule == "E1"
    clock.to("02:20", days=0)


def test_a_second_danger_text_tells_staff_again_and_is_answered_shortly(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("12:00")
    ann.replies("my chest hurts and i can't breathe")
    ann.expects_sms("may be an emergency")
    code = sam.expects_alert("emergency")
    clock.forward(minutes=2)
    ann.replies("please help, chest pain is worse")
    assert sam.expects_alert("emergency") == code
    clock.forward(minutes=4)
    ann.replies("still chest pain")
    ann.expects_sms("told our staff again")
    assert sam.expects_alert("emergency") == code
    sam.replies(code)
    sam.expects_sms("is yours")


def test_a_stranger_in_danger_is_answered_and_staff_are_told(clinic: Clinic, clock: Clock, sam: StaffPerson) -> None:
    stranger = clinic.stranger()
    stranger.replies("i took all my pills, i want to die")
    stranger.expects_sms("You are not alone", "988")
    code = sam.expects_alert("emergency")
    (alert,) = clinic.alerts("open")
    assert alert.patient is None
    assert alert.sender == stranger.number
    assert stranger.number not in sam.texts()[-1]
    sam.replies(code)
    sam.expects_sms("is yours")


def test_a_stranger_with_a_question_goes_to_the_work_list(clinic: Clinic) -> None:
    stranger = clinic.stranger()
    stranger.replies("who is this?")
    stranger.expects_sms("message received")
    (alert,) = clinic.alerts("open")
    assert alert.level.value == "routine"


def test_check_ins_are_held_while_an_emergency_is_not_closed(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("12:00")
    ann.replies("i passed out in the kitchen")
    ann.expects_sms("may be an emergency")
    code = sam.expects_alert("emergency")
    sam.replies(code)
    sam.expects_sms("is yours")
    clock.forward(minutes=10)
    sam.closes(code)
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("I feel like killing myself")
    ann.expects_sms("You are not alone")
    again = sam.expects_alert("emergency")
    sam.replies(again)
    sam.expects_sms("is yours")
    assert ann.check_ins["C1"].reason == "alert"


def test_danger_denied_goes_to_a_person_without_an_emergency(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("11:00")
    ann.replies("no chest pain, and i am not suicidal")
    ann.expects_sms("on-call clinician")
    code = sam.expects_alert("urgent")
    (alert,) = ann.alerts("open")
    assert alert.rule == "U11"
    sam.replies(code)
    sam.expects_sms("is yours")
    clock.forward(minutes=30)
