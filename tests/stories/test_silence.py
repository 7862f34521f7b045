"""Reminders, closing, late answers."""

from __future__ import annotations

from tests.support.clinic import Clinic, Clock, PatientPerson


def test_one_reminder_then_the_check_in_closes(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    clock.to("14:14")
    ann.expects_nothing()
    clock.to("14:15")
    ann.expects_sms("still waiting to hear")
    clock.to("22:00")
    assert ann.check_ins["C1"].state.value == "expired"
    assert ann.check_ins["C1"].reason == "no answer"


def test_no_reminder_in_the_evening(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="15:30")
    clock.to("19:30")
    ann.expects_sms("how are you now?")
    clock.to("23:00")


def test_a_late_answer_is_filed_under_its_check_in(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    clock.to("22:00")
    ann.expects_sms("still waiting to hear")
    ann.replies("1")
    ann.expects_sms("that check-in had closed")
    assert ann.answers()["C1"] == 1


def test_a_severity_never_given_counts_as_moderate(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("2")
    ann.expects_sms("Side effects now?")
    ann.replies("1")
    ann.expects_sms("How strong is the worst one?")
    clock.to("15:00")
    ann.expects_sms("our last question")
    clock.to("22:00")
    assert ann.check_ins["C1"].state.value == "partly_answered"
    (alert,) = ann.alerts("open")
    assert alert.rule == "R1"
