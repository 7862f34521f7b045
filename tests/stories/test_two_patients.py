"""Two patients on one phone."""

from __future__ import annotations

import pytest

from followup.domain.level import Level
from followup.domain.people import Channel
from tests.support.clinic import Clinic, Clock, PatientPerson


@pytest.fixture
def eva(clinic: Clinic) -> PatientPerson:
    """Eva, whose phone her son Tom uses too."""
    return clinic.patient("Eva", baseline=5, number="+13125557001")


@pytest.fixture
def tom(clinic: Clinic, eva: PatientPerson) -> PatientPerson:
    """Tom, on his mother's phone; whatever it gets, Eva's story expects."""
    son = clinic.patient("Tom", baseline=6, number=eva.number)
    clinic.people.remove(son)
    return son


def test_the_second_waits_while_the_first_has_a_question_open(
    clinic: Clinic, clock: Clock, eva: PatientPerson, tom: PatientPerson
) -> None:
    clinic.infusion(eva, ended="09:00")
    clinic.infusion(tom, ended="09:10")
    clock.to("13:20")
    eva.expects_sms("how are you now?")
    assert tom.check_ins["C1"].asked_at is None
    eva.replies("1")
    eva.expects_sms("thanks, noted")
    assert eva.check_ins["C1"].state.value == "answered"
    clock.to("13:40")
    eva.expects_sms("how are you now?")
    assert tom.open_check_in is not None
    eva.replies("2")
    eva.expects_sms("Side effects now?")
    assert tom.answers() == {"C1": 2}


def test_the_second_becomes_a_call_when_the_first_never_answers(
    clinic: Clinic, clock: Clock, eva: PatientPerson, tom: PatientPerson
) -> None:
    clinic.infusion(eva, ended="15:30")
    clinic.infusion(tom, ended="15:31")
    clock.to("21:00")
    eva.expects_sms("how are you now?")
    assert tom.check_ins["C1"].state.value == "expired"
    assert tom.check_ins["C1"].reason == "shared phone"
    (alert,) = tom.alerts()
    assert alert.level is Level.ROUTINE
    assert "call" in (clinic.entries(alert)[0].understood or "")


def test_with_no_question_open_a_text_is_filed_to_neither(
    clinic: Clinic, clock: Clock, eva: PatientPerson, tom: PatientPerson
) -> None:
    clinic.infusion(eva, ended="09:00")
    clinic.infusion(tom, ended="09:10")
    eva.replies("5")
    eva.expects_sms("message received")
    assert eva.answers() == tom.answers() == {}
    (alert,) = clinic.alerts("open")
    assert alert.patient is None
    assert set(alert.also) == {eva.record.id, tom.record.id}


def test_danger_raises_one_alert_that_names_both(
    clinic: Clinic, clock: Clock, eva: PatientPerson, tom: PatientPerson
) -> None:
    clinic.infusion(eva, ended="09:00")
    clinic.infusion(tom, ended="09:10")
    eva.replies("I have chest pain")
    eva.expects_sms("may be an emergency")
    clinic.on_duty().expects_alert("emergency")
    (alert,) = clinic.alerts("open")
    named = {alert.patient, *alert.also} - {None}
    assert named == {eva.record.id, tom.record.id}


def test_danger_while_one_has_a_question_open_names_both(
    clinic: Clinic, clock: Clock, eva: PatientPerson, tom: PatientPerson
) -> None:
    clinic.infusion(eva, ended="09:00")
    clinic.infusion(tom, ended="09:10")
    clock.to("13:00")
    eva.expects_sms("how are you now?")
    eva.replies("I want to die")
    eva.expects_sms("You are not alone")
    clinic.on_duty().expects_alert("emergency")
    (alert,) = clinic.alerts("open")
    named = {alert.patient, *alert.also} - {None}
    assert named == {eva.record.id, tom.record.id}


def test_nothing_is_asked_of_the_other_while_danger_of_the_shared_phone_is_open(
    clinic: Clinic, clock: Clock, eva: PatientPerson, tom: PatientPerson
) -> None:
    clinic.infusion(eva, ended="08:55")
    clinic.infusion(tom, ended="08:58")
    clock.to("12:50")
    eva.replies("I have chest pain")
    eva.expects_sms("may be an emergency")
    clinic.on_duty().takes("emergency")
    clock.to("13:00")
    assert [one.check_ins["C1"].reason for one in (eva, tom)] == ["alert", "alert"]


def test_stop_holds_for_everybody_on_the_phone(
    clinic: Clinic, clock: Clock, eva: PatientPerson, tom: PatientPerson
) -> None:
    clinic.infusion(eva, ended="09:00")
    clinic.infusion(tom, ended="09:10")
    clock.to("13:00")
    eva.expects_sms("how are you now?")
    eva.replies("STOP")
    eva.expects_sms("you are opted out")
    clinic.staff_close_everything()
    clock.to("12:00", days=1)
    assert eva.check_ins["C2"].reason == tom.check_ins["C2"].reason == "opted out"
    assert tom.check_ins["C1"].reason == "opted out"
    with clinic.store.read() as uow:
        assert uow.suppressions.active("prairie", Channel.SMS, eva.number)


def test_stop_when_nobody_has_a_question_open(
    clinic: Clinic, clock: Clock, eva: PatientPerson, tom: PatientPerson
) -> None:
    clinic.infusion(eva, ended="09:00")
    clinic.infusion(tom, ended="09:10")
    eva.replies("STOP")
    eva.expects_sms("you are opted out")
    clinic.staff_close_everything()
    clock.to("14:00")
    assert eva.check_ins["C1"].reason == tom.check_ins["C1"].reason == "opted out"


def test_start_brings_both_back(clinic: Clinic, clock: Clock, eva: PatientPerson, tom: PatientPerson) -> None:
    clinic.infusion(eva, ended="09:00")
    clinic.infusion(tom, ended="15:10")
    eva.replies("STOP")
    eva.expects_sms("you are opted out")
    eva.replies("START")
    eva.expects_sms("signed up again")
    clinic.staff_close_everything()
    clock.to("13:00")
    eva.expects_sms("how are you now?")
    eva.replies("1")
    eva.expects_sms("thanks")
    clock.to("19:10")
    eva.expects_sms("how are you now?")
    assert tom.open_check_in is not None
