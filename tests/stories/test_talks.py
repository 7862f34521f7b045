"""A person texts a patient: what may go, what holds back meanwhile, what is read all the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followup.domain.message import Message, MessageClass, MessageState
from followup.domain.people import Consent, PatientStatus
from followup.domain.plan import CheckInState
from followup.errors import Conflict, InvalidInput, NotFound
from followup.services import human_chat
from followup.services.quiet import run_until_quiet
from followup.services.send_personal import NeedsConfirmation, send
from tests.support.clinic import Clinic, Clock, PatientPerson, StaffPerson


def writes(clinic: Clinic, patient: PatientPerson, text: str, **how: object) -> Message:
    """Kay writes to a patient from the patient's page."""
    message = send(clinic.context, patient=patient.record.id, text=text, by="kay", answering=None, **how)  # type: ignore[arg-type]
    run_until_quiet(clinic.context)
    return message


def talks(clinic: Clinic, patient: PatientPerson) -> None:
    """Kay begins a talk."""
    human_chat.start(clinic.context, patient=patient.record.id, by="kay")


def ends(clinic: Clinic, patient: PatientPerson) -> None:
    """Kay ends the talk."""
    human_chat.end(clinic.context, patient=patient.record.id, by="kay")
    run_until_quiet(clinic.context)


def state_of(clinic: Clinic, message: Message) -> Message:
    with clinic.store.read() as uow:
        found = uow.messages.get(message.id)
    assert found is not None
    return found


# --- a person's own text -------------------------------------------------------------------------


def test_a_persons_text_goes_as_it_was_written(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    message = writes(clinic, ann, "  Hello Ann, it\u2019s Kay from the clinic.  ")
    assert ann.expects_sms("Hello Ann") == "Hello Ann, it's Kay from the clinic."
    assert (message.message_class, message.person) == (MessageClass.PERSONAL, "kay")
    with clinic.store.read() as uow:
        rows = uow.audit.list(subject="patient", subject_id=ann.record.id)
    told = [row for row in rows if row.action == "patient.texted"]
    assert [(row.actor, row.detail["message"]) for row in told] == [("staff:kay", message.id)]


def test_pressing_twice_sends_once(clinic: Clinic, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    first = writes(clinic, ann, "See you on Monday.", key="one press")
    second = writes(clinic, ann, "See you on Monday.", key="one press")
    assert first.id == second.id
    ann.expects_sms("See you on Monday")


def test_after_stop_a_person_phones(clinic: Clinic, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    ann.replies("STOP")
    ann.expects_sms("no more texts")
    with pytest.raises(Conflict, match="phone instead"):
        writes(clinic, ann, "Are you all right?", confirmed=True)


def test_a_stop_that_comes_between_pressing_and_sending_holds(
    clinic: Clinic, ann: PatientPerson, lee: StaffPerson
) -> None:
    clinic.infusion(ann, ended="08:00")
    message = send(clinic.context, patient=ann.record.id, text="Hello", by="kay", answering=None)
    ann.replies("STOP")
    ann.expects_sms("no more texts")
    assert state_of(clinic, message).state is MessageState.SUPPRESSED


def test_contact_that_may_not_be_safe_gets_no_text(clinic: Clinic, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    ann.replies("he reads my phone, don't text this number again please")
    clinic.on_duty().has_read()
    ann.has_read()
    assert ann.record.safe_contact_hold
    with pytest.raises(Conflict, match="may not be safe"):
        writes(clinic, ann, "Can we talk?", confirmed=True)


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "write something"), ("x" * 700, "shorten it"), ("see bit.ly/abc", "shortened links")],
    ids=["empty", "too long", "shortener"],
)
def test_some_texts_are_not_sent(clinic: Clinic, ann: PatientPerson, text: str, says: str) -> None:
    clinic.infusion(ann, ended="08:00")
    with pytest.raises(InvalidInput) as refused:
        writes(clinic, ann, text, confirmed=True)
    assert says in refused.value.problems[0].message


def test_who_never_agreed_to_texts_is_phoned_unless_they_wrote(clinic: Clinic, ann: PatientPerson) -> None:
    ann.consent = Consent()
    clinic.infusion(ann, ended="08:00")
    with pytest.raises(Conflict, match="not agreed"):
        writes(clinic, ann, "How are you?")
    ann.replies("when is my next visit?")
    ann.has_read()
    writes(clinic, ann, "On Monday at ten.")
    ann.expects_sms("Monday at ten")


def test_at_night_its_author_must_confirm(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    ann.has_read()
    clock.to("12:00")
    ann.answers_check_in()
    ann.expects_sms("thanks")
    clock.to("22:30")
    with pytest.raises(NeedsConfirmation) as asked:
        writes(clinic, ann, "Are you up?")
    assert asked.value.cautions == ("it is 22:30 where the patient is",)
    writes(clinic, ann, "Are you up?", confirmed=True)
    ann.expects_sms("Are you up?")


def test_whoever_has_just_written_is_answered_at_any_hour(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    clock.to("12:00")
    ann.answers_check_in()
    ann.expects_sms("thanks")
    clock.to("22:30")
    ann.replies("when do you open tomorrow?")
    ann.has_read()
    writes(clinic, ann, "At eight.")
    ann.expects_sms("At eight")


def test_a_drug_in_a_text_is_asked_about(clinic: Clinic, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    with pytest.raises(NeedsConfirmation, match="gabapentin"):
        writes(clinic, ann, "Please take your gabapentin.")


def test_a_patient_who_died_is_asked_about(clinic: Clinic, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    clinic.status(ann, PatientStatus.DECEASED)
    with pytest.raises(NeedsConfirmation, match="having died"):
        writes(clinic, ann, "How are you?")


def test_a_text_that_could_not_go_in_time_is_told(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    clinic.holds(on=True)
    message = writes(clinic, ann, "Hello")
    clock.forward(hours=1, minutes=1)
    assert state_of(clinic, message).state is MessageState.EXPIRED
    [alert] = ann.alerts("open")
    assert "the text that kay wrote" in (clinic.entries(alert)[0].understood or "")


def test_nobody_and_nowhere(clinic: Clinic, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    with pytest.raises(NotFound):
        send(clinic.context, patient="nobody", text="Hello", by="kay", answering=None)
    with pytest.raises(NotFound):
        send(clinic.context, patient=ann.record.id, text="Hello", by="nobody", answering=None)


# --- a talk holds the automation -----------------------------------------------------------------


def test_a_check_in_waits_for_a_talk_and_goes_when_it_ends_by_hand(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="08:00")
    clock.to("11:50")
    talks(clinic, ann)
    clock.to("12:10")
    waiting = ann.check_ins["C1"]
    assert (waiting.state, waiting.reason) == (CheckInState.PLANNED, "a person is talking with the patient")
    ends(clinic, ann)
    ann.expects_sms("how are you now?")
    assert ann.check_ins["C1"].reason is None


def test_a_talk_that_nobody_ends_is_over_after_two_hours(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    clock.to("11:50")
    talks(clinic, ann)
    clock.to("13:49")
    ann.expects_nothing()
    clock.to("13:50")
    ann.expects_sms("how are you now?")
    with clinic.store.read() as uow:
        assert [chat.ended_by for chat in uow.chats.of_patient(ann.record.id)] == ["time"]


def test_what_a_talk_leaves_no_hour_for_is_skipped_and_no_silence(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="14:30")
    clock.to("18:25")
    for _ in range(2):
        talks(clinic, ann)
        clock.forward(hours=1, minutes=55)
    ends(clinic, ann)
    check_in = ann.check_ins["C1"]
    assert (check_in.state, check_in.reason) == (CheckInState.SKIPPED, "a person is talking with the patient")


def test_a_reminder_waits_too(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    clock.to("12:00")
    ann.expects_sms("how are you now?")
    clock.to("13:10")
    talks(clinic, ann)
    clock.to("14:00")
    ann.expects_nothing()
    ends(clinic, ann)
    ann.expects_sms("still waiting")


def test_what_is_said_in_a_talk_gets_no_automatic_answer(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    clock.to("12:00")
    ann.expects_sms("how are you now?")
    writes(clinic, ann, "How many hours did you sleep?", hold=True)
    ann.expects_sms("How many hours")
    ann.replies("2", "thank you")
    assert ann.answers() == {}
    assert ann.alerts() == []
    assert ann.check_ins["C1"].state is CheckInState.OPEN


def test_what_nobody_has_on_the_screen_is_a_task(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    talks(clinic, ann)
    clock.forward(minutes=20)
    ann.replies("are you still there?")
    [alert] = ann.alerts("open")
    assert alert.level.value == "routine"


def test_a_last_word_that_nobody_answered_is_told_when_the_time_is_over(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="08:00")
    talks(clinic, ann)
    clock.forward(minutes=2)
    ann.replies("should I take it with food?")
    assert ann.alerts() == []
    clock.forward(hours=2)
    ann.has_read()
    [alert] = ann.alerts("open")
    assert "nobody has answered" in (clinic.entries(alert)[0].understood or "")
    assert clinic.entries(alert)[0].words == "should I take it with food?"


@pytest.mark.parametrize("answered", [False, True])
def test_who_wrote_last_counts_also_within_one_instant(
    clinic: Clinic, clock: Clock, ann: PatientPerson, answered: bool
) -> None:
    """A demo's clock stands still: the texts of a whole talk bear one time."""
    clinic.infusion(ann, ended="08:00")
    talks(clinic, ann)
    writes(clinic, ann, "We call in a few minutes.")
    ann.replies("please use the other number")
    if answered:
        writes(clinic, ann, "We will.")
    clock.forward(hours=2, minutes=1)
    assert len(ann.alerts("open")) == (0 if answered else 1)
    ann.has_read()
    for person in clinic.staff.values():
        person.has_read()


def test_danger_in_a_talk_pages_like_any(clinic: Clinic, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    talks(clinic, ann)
    ann.replies("I want to kill myself")
    ann.expects_sms("988")
    clinic.on_duty().takes("emergency")


def test_a_three_to_the_evening_question_is_help_now_in_a_talk_too(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="08:00")
    clock.to("12:00")
    ann.expects_sms("how are you now?")
    talks(clinic, ann)
    ann.replies("3")
    ann.expects_sms("911")
    clinic.on_duty().takes("emergency")


def test_words_beside_an_open_emergency_belong_to_it_in_a_talk_too(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="08:00")
    talks(clinic, ann)
    ann.replies("I want to kill myself")
    ann.expects_sms("988")
    clock.forward(minutes=1)
    ann.replies("my sister is here now")
    clinic.on_duty().has_read()
    [alert] = ann.alerts("open")
    assert [entry.words for entry in clinic.entries(alert) if entry.words][-1] == "my sister is here now"


def test_on_a_shared_phone_the_talk_tells_whose_text_it_is(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    bob = clinic.patient("Bob", number=ann.number, baseline=5)
    clinic.infusion(ann, ended="08:00")
    clinic.infusion(bob, ended="08:10")
    talks(clinic, ann)
    ann.replies("thank you")
    with clinic.store.read() as uow:
        assert [one.body for one in uow.inbound.of_patient(ann.record.id)] == ["thank you"]
    clock.to("12:15")
    assert {bob.check_ins["C1"].state, ann.check_ins["C1"].state} == {CheckInState.PLANNED, CheckInState.OPEN}
    ann.has_read()
    bob.has_read()


def test_stop_in_a_talk_is_honoured(clinic: Clinic, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    talks(clinic, ann)
    ann.replies("please stop texting me")
    ann.expects_sms("no more texts")
    with pytest.raises(Conflict, match="phone instead"):
        writes(clinic, ann, "Sorry to hear that.")


def test_who_is_in_a_talk_is_listed(clinic: Clinic, clock: Clock, ann: PatientPerson, bob: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    clinic.infusion(bob, ended="08:00")
    talks(clinic, ann)
    listed = human_chat.going_on(clinic.context, "prairie")
    assert [(chat.started_by, patient.name) for chat, patient in listed] == [("kay", "Ann")]
    with clinic.store.read() as uow:
        assert human_chat.is_held(uow, ann.record.id, clock.now())
        assert not human_chat.is_held(uow, bob.record.id, clock.now())
    clock.forward(hours=2)
    assert human_chat.going_on(clinic.context, "prairie") == ()


def test_a_talk_may_be_lengthened(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    talks(clinic, ann)
    clock.forward(hours=1)
    talks(clinic, ann)
    with clinic.store.read() as uow:
        [chat] = uow.chats.of_patient(ann.record.id)
    assert chat.until - clock.now() == timedelta(hours=2)
    ends(clinic, ann)
    ends(clinic, ann)
