"""STOP in any form, at any point."""

from __future__ import annotations

import pytest

from followup.domain.plan import CheckInState
from tests.support.clinic import Clinic, Clock, PatientPerson, StaffPerson


@pytest.mark.parametrize("words", ["STOP", "stop.", "please stop texting me", "ALTO", "no more texts", "unsubscribe"])
def test_stop_is_confirmed_once_and_nothing_follows(
    clinic: Clinic, clock: Clock, ann: PatientPerson, words: str
) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies(words)
    ann.expects_sms("you are opted out")
    ann.replies("STOP", "hello?")
    clinic.staff_close_everything()
    clock.to("12:00", days=5)
    assert ann.check_ins["C1"].state is CheckInState.CANCELLED
    assert ann.check_ins["C2"].reason == "opted out"
    assert {alert.rule for alert in ann.alerts()} <= {"R9", "R6"}


def test_stop_with_danger_stops_texts_and_pages(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("stop, I want to die")
    ann.expects_sms("texts stopped", "988")
    code = sam.expects_alert("emergency")
    sam.replies(code)
    sam.expects_sms(code, "is yours")
    ann.replies("i still want to die")
    sam.expects_alert("emergency")
    sam.replies(code)
    sam.expects_sms("is yours")
    sam.closes(code)
    clinic.staff_close_everything()
    clock.to("10:00", days=1)


def test_start_takes_the_course_up_at_its_next_check_in(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("stop")
    ann.expects_sms("opted out")
    ann.replies("START")
    ann.expects_sms("signed up again")
    clock.to("10:00", days=1)
    ann.expects_sms("how strong is your pain")
    assert ann.check_ins["C1"].state is CheckInState.CANCELLED
    ann.replies("2, no side effects")
    ann.expects_sms("glad you are doing OK")
