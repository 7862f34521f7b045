"""STOP at every point of a conversation: one confirmation, then silence, and staff who know."""

from __future__ import annotations

import pytest

from followup.domain.people import Channel
from followup.domain.plan import CheckInState
from followup.gateways.port import RefusalKind
from followup.services.change_patient import opt_out
from tests.support.clinic import Clinic, Clock, PatientPerson

STOPPED = "you are opted out"


def _silence_follows(clinic: Clinic, clock: Clock, patient: PatientPerson) -> None:
    """Nothing more reaches the patient for a week, and every check-in says why."""
    clinic.staff_close_everything()
    sent = len(patient.received())
    clock.forward(days=7, hours=3)
    clinic.staff_close_everything()
    assert len(patient.received()) == sent
    for check_in in patient.check_ins.values():
        if check_in.due_at <= clock.now():
            assert check_in.state.final
            assert check_in.reason or check_in.state is CheckInState.ANSWERED
    assert patient.check_ins["C4"].reason == "opted out"
    for person in clinic.staff.values():
        person.has_read()


def test_before_the_first_check_in(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("STOP")
    ann.expects_sms(STOPPED)
    assert ann.rules() == {"R9"}
    _silence_follows(clinic, clock, ann)
    assert (ann.check_ins["C1"].state, ann.check_ins["C1"].reason) == (CheckInState.CANCELLED, "opted out")


def test_to_the_first_question(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("stop")
    ann.expects_sms(STOPPED)
    _silence_follows(clinic, clock, ann)
    assert ann.check_ins["C1"].reason == "opted out"


def test_to_the_side_effects(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("2")
    ann.expects_sms("Side effects now?")
    ann.replies("Stop.")
    ann.expects_sms(STOPPED)
    _silence_follows(clinic, clock, ann)
    assert ann.answers() == {"C1": 2}


def test_to_their_severity(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("2")
    ann.expects_sms("Side effects now?")
    ann.replies("2")
    ann.expects_sms("How strong is the worst one?")
    ann.replies("STOP")
    ann.expects_sms(STOPPED)
    _silence_follows(clinic, clock, ann)


def test_in_the_middle_of_the_morning(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to_check_in(ann, "C2")
    ann.expects_sms("how strong is your pain right now?")
    ann.replies("4")
    ann.expects_sms("Side effects now?")
    ann.replies("unsubscribe")
    ann.expects_sms(STOPPED)
    _silence_follows(clinic, clock, ann)
    assert ann.answers()["C2_PAIN"] == 4


def test_while_an_emergency_is_open(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("3")
    ann.expects_sms("may be an emergency")
    code = clinic.on_duty().takes("emergency")
    ann.replies("STOP")
    ann.expects_sms("texts stopped. This may be an emergency", "911")
    assert clinic.on_duty().takes("emergency") == code
    (alert,) = ann.alerts()
    assert "opted out: phone" in (clinic.entries(alert)[-2].understood or "") + (
        clinic.entries(alert)[-3].understood or ""
    )
    _silence_follows(clinic, clock, ann)


def test_while_a_crisis_is_open(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("i want to kill myself")
    ann.expects_sms("You are not alone")
    code = clinic.on_duty().takes("emergency")
    ann.replies("stop texting me")
    ann.expects_sms("texts stopped", "call or text 988")
    assert clinic.on_duty().takes("emergency") == code
    _silence_follows(clinic, clock, ann)


def test_while_something_urgent_is_open(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("2")
    ann.expects_sms("Side effects now?")
    ann.replies("2")
    ann.expects_sms("How strong is the worst one?")
    ann.replies("3")
    ann.expects_sms("our on-call clinician")
    code = clinic.on_duty().takes("urgent")
    ann.replies("STOP")
    ann.expects_sms("texts stopped", "911")
    assert clinic.on_duty().takes("urgent") == code
    assert {"U1", "R9"} <= ann.rules()
    _silence_follows(clinic, clock, ann)


def test_after_a_reminder(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("14:15")
    ann.expects_sms("how are you now?")
    ann.expects_sms("still waiting")
    ann.replies("please stop")
    ann.expects_sms(STOPPED)
    _silence_follows(clinic, clock, ann)


def test_after_the_check_in_was_answered(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.answers_check_in()
    ann.expects_sms("thanks")
    ann.replies("STOP")
    ann.expects_sms(STOPPED)
    _silence_follows(clinic, clock, ann)
    assert ann.check_ins["C1"].state is CheckInState.ANSWERED


def test_after_the_check_in_has_closed(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="15:30")
    clock.to("22:00")
    ann.expects_sms("how are you now?")
    ann.replies("STOP")
    ann.expects_sms(STOPPED)
    _silence_follows(clinic, clock, ann)
    assert ann.check_ins["C1"].state is CheckInState.EXPIRED


def test_twice_is_confirmed_once(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("STOP")
    ann.expects_sms(STOPPED)
    ann.replies("STOP", "stop!!", "unsubscribe")
    _silence_follows(clinic, clock, ann)


def test_help_after_stop_is_not_answered(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("STOP")
    ann.expects_sms(STOPPED)
    ann.replies("HELP")
    _silence_follows(clinic, clock, ann)


@pytest.mark.parametrize("words", ["ALTO", "baja", "no mas", "parar"])
def test_in_spanish(clinic: Clinic, clock: Clock, carmen: PatientPerson, words: str) -> None:
    clinic.infusion(carmen, ended="09:00")
    carmen.replies(words)
    carmen.expects_sms("baja confirmada")
    _silence_follows(clinic, clock, carmen)


def test_spanish_stop_words_inside_an_answer_are_none(clinic: Clinic, clock: Clock, carmen: PatientPerson) -> None:
    clinic.infusion(carmen, ended="09:00")
    clock.to_check_in(carmen, "C1")
    carmen.expects_sms("como esta ahora")
    carmen.replies("1, la presion baja un poco pero bien")
    with clinic.store.read() as uow:
        assert not uow.suppressions.active("prairie", Channel.SMS, carmen.number)
    carmen.has_read()


def test_start_after_stop_and_stop_again(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("STOP")
    ann.expects_sms(STOPPED)
    ann.replies("START")
    ann.expects_sms("signed up again")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("STOP")
    ann.expects_sms(STOPPED)
    _silence_follows(clinic, clock, ann)


def test_start_brings_back_what_comes_and_nothing_that_was_missed(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("STOP")
    ann.expects_sms(STOPPED)
    clinic.staff_close_everything()
    clock.to("12:00", days=1)
    ann.replies("START")
    ann.expects_sms("signed up again")
    assert [ann.check_ins[key].reason for key in ("C1", "C2")] == ["opted out", "opted out"]
    clock.to("11:00", days=2)
    ann.answers_check_in()
    ann.expects_sms("glad")


def test_a_new_infusion_does_not_undo_a_stop(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("STOP")
    ann.expects_sms(STOPPED)
    clinic.infusion(ann)
    clinic.staff_close_everything()
    clock.to("12:00", days=1)
    assert {ann.check_ins[key].reason for key in ("C1", "C2")} == {"opted out"}


def test_stop_follows_the_person_to_a_new_number(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("STOP")
    ann.expects_sms(STOPPED)
    clinic.staff_close_everything()
    old, ann.number = ann.number, "+13125557777"
    clinic.infusion(ann)
    clock.to("12:00", days=1)
    assert ann.received() == []
    assert {ann.check_ins[key].reason for key in ("C1", "C2")} == {"opted out"}
    ann.number = old


def test_staff_stop_texts_for_a_patient(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    opt_out(clinic.context, ann.external_id, Channel.SMS, clinic=None, actor="staff:kay")
    _silence_follows(clinic, clock, ann)


def test_a_text_that_waits_in_the_queue_is_dropped(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clinic.provider.refuse(kind=RefusalKind.LATER, code="20429", to=ann.number, times=1)
    clock.to("13:00")
    ann.replies("STOP")
    ann.expects_sms(STOPPED)
    _silence_follows(clinic, clock, ann)
    (first, *_) = ann.messages()
    assert (first.template, first.state.value, first.reason) == ("C1", "suppressed", "opted out")
