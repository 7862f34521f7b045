"""What happens when the provider refuses, loses its answer, or cannot reach somebody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followup.domain.message import MessageState
from followup.services.hold import set_hold
from tests.support.clinic import Clinic, Clock, PatientPerson, StaffPerson


def _states(clinic: Clinic, patient: PatientPerson) -> list[tuple[str, str]]:
    with clinic.store.read() as uow:
        return [(one.template, one.state.value) for one in uow.messages.of_patient(patient.record.id)]


def test_an_accepted_check_in_whose_answer_was_lost_is_found_and_not_sent_again(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clinic.provider.lose_answer(accepted=True, to=ann.number)
    clock.to("13:00")
    assert _states(clinic, ann) == [("C1", MessageState.IN_DOUBT.value)]
    clock.forward(minutes=3)
    ann.expects_sms("how are you now?")
    assert _states(clinic, ann)[0][1] in {"sent", "delivered"}
    ann.replies("1")
    ann.expects_sms("thanks, noted")


def test_a_check_in_that_never_arrived_is_not_repeated_and_staff_see_it(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clinic.provider.lose_answer(accepted=False, to=ann.number)
    clock.to("13:00")
    clock.forward(minutes=15)
    ann.expects_nothing()
    assert ("C1", MessageState.UNKNOWN.value) in _states(clinic, ann)
    (alert,) = ann.alerts("open")
    assert alert.level.value == "routine"


def test_a_safety_reply_in_doubt_is_repeated_once(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("11:00")
    clinic.provider.lose_answer(accepted=False, to=ann.number)
    ann.replies("i have chest pain")
    code = sam.expects_alert("emergency")
    sam.replies(code)
    sam.expects_sms("is yours")
    ann.expects_nothing()
    clock.forward(minutes=3)
    ann.expects_sms("may be an emergency")
    clock.forward(minutes=10)


def test_a_staff_notice_in_doubt_is_repeated_at_once(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("11:00")
    clinic.provider.lose_answer(accepted=True, to=sam.number)
    ann.replies("i have chest pain")
    ann.expects_sms("may be an emergency")
    code = sam.expects_alert("emergency")
    assert sam.expects_alert("emergency", mail=False) == code
    sam.replies(code)
    sam.expects_sms("is yours")


def test_a_notice_that_reaches_nobody_moves_on_at_once(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson, kay: StaffPerson, lee: StaffPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("11:00")
    clinic.provider.refuse(to=sam.number, times=2)  # the text and the call
    clinic.provider.refuse(to=sam.email, times=1)
    ann.replies("i have chest pain")
    ann.expects_sms("may be an emergency")
    code = kay.expects_alert("emergency")
    lee.expects_alert("urgent")
    kay.replies(code)
    kay.expects_sms("is yours")
    clinic.staff_close_everything()


def test_hold_stops_patient_texts_and_never_staff_notices(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    set_hold(clinic.context, on=True, actor="story")
    clock.to("13:00")
    ann.expects_nothing()
    assert _states(clinic, ann) == [("C1", "held")]
    ann.replies("chest pain")
    code = sam.expects_alert("emergency")
    sam.replies(code)
    sam.expects_sms("is yours")
    sam.closes(code)
    set_hold(clinic.context, on=False, actor="story")
    clock.forward(minutes=1)
    ann.expects_sms("may be an emergency")
    assert ("C1", "suppressed") in _states(clinic, ann)


@pytest.mark.parametrize("down_for", [timedelta(minutes=30), timedelta(hours=3)])
def test_after_an_outage_a_check_in_still_goes_inside_its_hours(
    clinic: Clinic, clock: Clock, ann: PatientPerson, down_for: timedelta
) -> None:
    clinic.infusion(ann, ended="09:00")
    clinic.clock.move_to(clinic.clock.now() + timedelta(hours=4) + down_for)
    clock.forward(seconds=1)
    ann.expects_sms("how are you now?")
    ann.replies("1")
    ann.expects_sms("thanks, noted")


def test_after_a_long_outage_nothing_goes_out_at_night(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clinic.clock.move_to(clinic.clock.now() + timedelta(hours=12))
    clock.forward(seconds=1)
    ann.expects_nothing()
    assert ann.check_ins["C1"].state.value == "expired"
    assert ann.check_ins["C1"].reason == "window passed"


def test_a_check_in_that_cannot_be_texted_goes_by_mail_and_staff_hear_of_the_number(
    clinic: Clinic, clock: Clock
) -> None:
    dora = clinic.patient("Dora", baseline=4, email="dora@example.org")
    clinic.infusion(dora, ended="09:00")
    clock.to("13:00")
    dora.expects_sms("how are you now?")
    dora.replies("1")
    dora.expects_sms("thanks, noted")
    clinic.provider.refuse(to=dora.number)
    clock.to("10:00", days=1)
    dora.expects_mail("Your check-in from Prairie Clinic", "We would like to know how you are. Please call")
    (alert,) = dora.alerts("open")
    assert alert.rule == "R9"
    clinic.staff_close_everything()
