"""The evening after an infusion and the morning after that."""

from __future__ import annotations

import pytest

from followup.domain.plan import CheckInState
from tests.support.clinic import Clinic, Clock, PatientPerson, StaffPerson


def test_a_quiet_course(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clock.to("15:04")
    clinic.infusion(ann)
    clock.to("19:03")
    ann.expects_nothing()
    clock.to("19:04")
    ann.expects_sms("Prairie Clinic", "how are you now?", "1=fine")
    ann.replies("1")
    ann.expects_sms("thanks, noted", "(312) 555-0142")
    clock.to("10:00", days=1)
    ann.expects_sms("how strong is your pain right now?")
    ann.replies("3")
    ann.expects_sms("Side effects now?")
    ann.replies("0")
    ann.expects_sms("glad you are doing OK")
    assert ann.check_ins["C1"].state is CheckInState.ANSWERED
    assert ann.check_ins["C2"].state is CheckInState.ANSWERED
    assert ann.answers()["C2_PAIN"] == 3
    assert ann.alerts() == []


def test_a_concerning_morning_reaches_the_nurse_and_she_takes_it(
    clinic: Clinic, clock: Clock, ann: PatientPerson, kay: StaffPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("fine")
    ann.expects_sms("thanks, noted")
    clock.to("10:00", days=1)
    ann.expects_sms("how strong is your pain")
    ann.replies("8 and still seeing things move")
    ann.expects_sms("a nurse will call you within 1 hour")
    code = kay.expects_alert("urgent")
    (alert,) = ann.alerts("open")
    assert {"U5", "U2"} <= set(alert.rules)
    assert "ann" not in kay.texts()[-1].casefold()
    kay.replies(f"ack {code.lower()}")
    kay.expects_sms(code, "is yours")
    (alert,) = ann.alerts("acknowledged")
    assert alert.acknowledged_by == "Kay Miller"
    assert ann.check_ins["C2"].state is CheckInState.PARTLY_ANSWERED
    assert ann.check_ins["C2"].reason == "alert"


def test_the_same_eight_pages_nobody_when_it_was_eight_before(clinic: Clinic, clock: Clock, bob: PatientPerson) -> None:
    clinic.infusion(bob, ended="09:00")
    clock.to("13:00")
    bob.expects_sms("how are you now?")
    bob.replies("1")
    bob.expects_sms("thanks, noted")
    clock.to("10:00", days=1)
    bob.expects_sms("how strong is your pain")
    bob.replies("8")
    bob.expects_sms("Side effects now?")
    bob.replies("0")
    bob.expects_sms("Sorry it is still strong")
    assert bob.alerts() == []


@pytest.mark.parametrize("hours", [pytest.param(4, id="4-hours"), pytest.param(24, id="a-day-and-a-night")])
def test_nobody_acknowledges_and_the_chain_never_ends(
    clinic: Clinic, clock: Clock, ann: PatientPerson, kay: StaffPerson, sam: StaffPerson, lee: StaffPerson, hours: int
) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("3")
    ann.expects_sms("may be an emergency", "911")
    code = sam.expects_alert("emergency")
    clock.forward(minutes=5)
    assert kay.expects_alert("emergency") == code
    clock.forward(minutes=5)
    assert lee.expects_alert("emergency") == code
    ann.expects_sms("have not answered yet")
    clock.forward(hours=hours)
    (alert,) = ann.alerts("open")
    assert alert.next_action_at is not None
    assert 0 < (alert.next_action_at - clock.now()).total_seconds() <= 3600
    for person in (kay, sam, lee):
        assert len(person.texts()) > hours
        person.seen_texts, person.seen_mails = len(person.texts()), len(person.mails())


def test_a_spanish_course(clinic: Clinic, clock: Clock, carmen: PatientPerson, kay: StaffPerson) -> None:
    clinic.infusion(carmen, ended="10:30")
    clock.to("14:30")
    carmen.expects_sms("¿como esta ahora?")
    carmen.replies("2")
    carmen.expects_sms("Efectos ahora?")
    carmen.replies("1 y 2")
    carmen.expects_sms("tan fuerte es el peor?")
    carmen.replies("leve")
    carmen.expects_sms("gracias, anotado")
    clock.to("10:00", days=1)
    carmen.expects_sms("su dolor ahora?")
    carmen.replies("un cuatro, sin efectos")
    carmen.expects_sms("gracias, nos alegra")
    assert carmen.alerts() == []


def test_a_correction_replaces_the_answer(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("1")
    ann.expects_sms("thanks, noted")
    clock.to("10:00", days=1)
    ann.expects_sms("how strong is your pain")
    ann.replies("6")
    ann.expects_sms("Side effects now?")
    ann.replies("sorry, 4 not 6")
    ann.expects_sms("Side effects now?")
    assert ann.answers()["C2_PAIN"] == 4
    ann.replies("0")
    ann.expects_sms("thanks, noted")


def test_what_was_not_understood_is_asked_once_more_then_told_to_a_person(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("qwrtz plmk")
    ann.expects_sms("could not read that", "1, 2 or 3")
    ann.replies("xxzz kkk")
    ann.expects_sms("message received")
    (alert,) = ann.alerts("open")
    assert alert.level.value == "routine"
    assert alert.rule == "R6"
