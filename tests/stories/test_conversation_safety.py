"""Safety in conversation: danger whoever writes, STOP with danger, what phones add, holds, statuses, noise."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followup.domain.level import Level
from followup.domain.people import Channel, PatientStatus
from followup.services.change_patient import opt_out
from tests.support.clinic import ASKS, Clinic, Clock, PatientPerson, StaffPerson

# Danger is read in every text before it is routed


def test_from_a_relative_on_the_patients_phone(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("this is her husband, she fainted and she will not wake up")
    ann.expects_sms("may be an emergency")
    clinic.on_duty().expects_alert("emergency")
    assert (ann.check_ins["C1"].state.value, ann.check_ins["C1"].reason) == ("partly_answered", "alert")


def test_from_a_patient_who_has_left_care(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clinic.status(ann, PatientStatus.LEFT_CARE)
    ann.replies("I want to die")
    ann.expects_sms("You are not alone")
    clinic.on_duty().expects_alert("emergency")


def test_from_a_patient_long_after_the_course(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended=clock.now() - timedelta(days=400))
    ann.replies("chest pain")
    ann.expects_sms("may be an emergency")
    clinic.on_duty().expects_alert("emergency")


def test_from_a_staff_phone_it_pages_like_any_other(clinic: Clinic, kay: StaffPerson) -> None:
    kay.replies("I want to kill myself")
    clinic.on_duty().expects_alert("emergency")
    (alert,) = clinic.alerts("open")
    assert alert.level is Level.EMERGENCY
    kay.has_read()


def test_the_number_is_on_the_alert_and_never_in_the_notice(clinic: Clinic, sam: StaffPerson) -> None:
    stranger = clinic.stranger()
    stranger.replies("my chest hurts, i can't breathe")
    stranger.expects_sms("may be an emergency")
    sam.expects_alert("emergency")
    assert clinic.alerts("open")[0].sender == stranger.number
    for word in (stranger.number, "chest", "9999"):
        assert word not in sam.texts()[-1]
        assert word not in sam.mails()[-1]


def test_a_notice_names_nobody_and_no_symptom(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("chest pain")
    ann.expects_sms("may be an emergency")
    sam = clinic.on_duty()
    sam.expects_alert("emergency")
    for word in ("Ann", ann.number, "chest", "pain", "ketamine"):
        assert word.casefold() not in sam.texts()[-1].casefold()
        assert word.casefold() not in sam.mails()[-1].casefold()


# STOP with danger, and danger after STOP


def test_end_alone_is_an_opt_out(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("END")
    ann.expects_sms("you are opted out")
    assert ann.rules() == {"R9"}


def test_i_want_to_end_it_is_a_crisis(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("I want to end it all")
    ann.expects_sms("You are not alone")
    clinic.on_duty().expects_alert("emergency")


def test_stop_with_a_medical_danger(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("stop texting me, I can't breathe")
    ann.expects_sms("texts stopped", "may be an emergency", "911")
    clinic.on_duty().expects_alert("emergency")
    (alert,) = ann.alerts()
    assert "opted out: phone" in " ".join(one.understood or "" for one in clinic.entries(alert))


def test_danger_after_a_confirmed_stop_pages_and_texts_nothing(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("STOP")
    ann.expects_sms("you are opted out")
    ann.replies("I have chest pain")
    clinic.on_duty().expects_alert("emergency")
    alert = ann.alerts()[-1]
    assert "opted out: phone" in " ".join(one.understood or "" for one in clinic.entries(alert))


def test_an_opted_out_number_that_was_never_told_so_gets_one_text(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    opt_out(clinic.context, ann.external_id, Channel.SMS, clinic=None, actor="staff:kay")
    ann.replies("I have chest pain")
    ann.expects_sms("texts stopped", "911")
    code = clinic.on_duty().expects_alert("emergency")
    clock.forward(minutes=1)
    ann.replies("it hurts so much, chest pain")
    assert clinic.on_duty().expects_alert("emergency") == code


def test_a_one_word_stop_that_the_provider_has_taken_gets_no_text_of_ours(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("chest pain")
    ann.expects_sms("may be an emergency")
    code = clinic.on_duty().expects_alert("emergency")
    ann.replies("STOP", opt_out_type="STOP")
    assert clinic.on_duty().expects_alert("emergency") == code


# A further text of danger


def test_who_was_told_to_call_911_is_not_told_to_wait_two_hours(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    """`I nearly fainted` is urgent by itself. In the middle of a chest pain the answer must not go back behind 911."""
    clinic.infusion(ann, ended="09:00")
    sam = clinic.on_duty()
    ann.replies("chest pain")
    ann.expects_sms("may be an emergency")
    sam.replies(sam.expects_alert("emergency"))
    sam.expects_sms("is yours")
    clock.forward(minutes=6)
    ann.replies("worse now, I nearly fainted")
    ann.expects_sms("we read this and told our staff again", "call 911 now")
    assert sam.expects_alert("urgent")
    ann.replies("and I nearly fainted once more")
    ann.expects_nothing()
    for person in clinic.people:
        person.has_read()


def test_again_at_most_every_five_minutes(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    sam = clinic.on_duty()
    ann.replies("chest pain")
    ann.expects_sms("may be an emergency")
    code = sam.expects_alert("emergency")
    for minutes, answered in ((1, False), (3, False), (1, True), (1, False), (4, True)):
        clock.forward(minutes=minutes)
        ann.replies("chest pain is worse")
        assert sam.expects_alert("emergency") == code
        if answered:
            ann.expects_sms("we read this and told our staff again")


def test_help_while_an_emergency_is_open_is_told_again(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("chest pain")
    ann.expects_sms("may be an emergency")
    code = clinic.on_duty().expects_alert("emergency")
    clock.forward(minutes=4, seconds=59)
    ann.replies("HELP")
    assert clinic.on_duty().expects_alert("emergency") == code
    clock.forward(seconds=0)
    ann.has_read()


def test_danger_in_words_is_above_a_score(clinic: Clinic, clock: Clock, bob: PatientPerson) -> None:
    clinic.infusion(bob, ended="09:00")
    clock.to_check_in(bob, "C2")
    bob.expects_sms("how strong is your pain")
    bob.replies("8 and I want to die")
    bob.expects_sms("You are not alone")
    clinic.on_duty().expects_alert("emergency")
    assert bob.answers()["C2_PAIN"] == 8


def test_a_bare_ten_pages_nobody_when_it_was_ten_before(clinic: Clinic, clock: Clock) -> None:
    pat = clinic.patient("Pat", baseline=10)
    clinic.infusion(pat, ended="09:00")
    clock.to_check_in(pat, "C2")
    pat.answers_check_in({"C2_PAIN": "10"})
    pat.expects_sms("Sorry it is still strong")
    assert pat.alerts() == []


def test_emergency_rules_hold_in_every_course(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, treatment="lidocaine", ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("goodbye, i am going to end my life")
    ann.expects_sms("You are not alone")
    clinic.on_duty().expects_alert("emergency")


# What phones add to what people write


QUOTED = (
    "“Prairie Clinic: how are you now? 1=fine 2=some side effects 3=need help now. No driving until tomorrow after a "
    "full night's sleep. Emergency: 911”"
)


@pytest.mark.parametrize("reaction", ["Liked", "Emphasized", "Le gustó", "👍 to"])
def test_a_reaction_answers_nothing(clinic: Clinic, clock: Clock, ann: PatientPerson, reaction: str) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies(f"{reaction} {QUOTED}")
    assert ann.answers() == {}
    assert ann.alerts() == []
    assert ann.open_check_in is not None


@pytest.mark.parametrize(
    "words",
    [
        "I'm driving with Do Not Disturb While Driving turned on. I'll see your message when I get where I'm going.",
        'I\'m not receiving notifications. If this is urgent, reply "urgent" to send a notification through.',
    ],
    ids=["driving", "urgent"],
)
def test_an_auto_reply_while_driving_is_set_aside(clinic: Clinic, clock: Clock, ann: PatientPerson, words: str) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies(words)
    assert ann.alerts() == []
    assert ann.open_check_in is not None


def test_our_own_words_sent_back_say_nothing(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    question = ann.expects_sms("how are you now?")
    ann.replies(question)
    assert ann.alerts() == []
    assert ann.answers() == {}


def test_new_words_beside_a_quoted_text_are_read(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    question = ann.expects_sms("how are you now?")
    ann.replies(f"> {question}\nI can't breathe")
    ann.expects_sms("may be an emergency")
    clinic.on_duty().expects_alert("emergency")


def test_the_danger_words_of_our_own_question_are_nobodys(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("2")
    question = ann.expects_sms("Side effects now?", "chest pain")
    ann.replies(f"Liked “{question}”")
    assert ann.alerts() == []


# Safe-contact hold


def test_contact_is_held_when_answering_may_be_dangerous(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("my husband hits me and he reads my phone")
    code = clinic.on_duty().takes("urgent")
    assert ann.rules() == {"U13"}
    assert ann.record.safe_contact_hold
    clinic.on_duty().closes(code)
    ann.replies("1", "hello?", "HELP")
    clock.to("12:00", days=1)
    assert ann.check_ins["C2"].state.final


def test_danger_during_a_hold_pages_and_texts_nothing(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("my husband beats me, please do not text this phone")
    clinic.on_duty().takes("urgent")
    ann.replies("i have chest pain")
    clinic.on_duty().expects_alert("emergency")


# Patient status, reported and set


def test_news_of_a_death_stops_everything_at_once(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("She passed away last night")
    ann.expects_sms("very sorry for your loss")
    code = clinic.on_duty().takes("urgent")
    assert ann.record.status is PatientStatus.DECEASED
    assert ann.record.status_reported
    clinic.on_duty().closes(code)
    clock.to("12:00", days=4)
    assert ann.check_ins["C2"].reason == "patient status"
    assert ann.record.status is PatientStatus.DECEASED, "closing the alert resumes nothing"


def test_in_the_emergency_room_and_confirmed_back_by_a_person(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to_check_in(ann, "C2")
    ann.expects_sms("how strong is your pain")
    ann.replies("I'm in the ER")
    ann.expects_sms("We have paused these messages")
    clinic.on_duty().closes(clinic.on_duty().takes("urgent"))
    clock.to("12:00", days=2)
    assert ann.check_ins["C3"].reason == "patient status"
    clinic.status(ann, PatientStatus.ACTIVE)
    assert not ann.record.status_reported
    clock.until(ann.check_ins["C4"].due_at)
    ann.expects_sms(ASKS["C3_PAIN"])


@pytest.mark.parametrize("status", [PatientStatus.IN_HOSPITAL, PatientStatus.DECEASED, PatientStatus.LEFT_CARE])
def test_only_active_patients_are_asked(
    clinic: Clinic, clock: Clock, ann: PatientPerson, status: PatientStatus
) -> None:
    clinic.infusion(ann, ended="09:00")
    clinic.status(ann, status)
    clock.to("12:00", days=1)
    assert {ann.check_ins[key].reason for key in ("C1", "C2")} == {"patient status"}


def test_a_status_set_while_a_question_is_open_stops_its_reminder(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    clinic.status(ann, PatientStatus.IN_HOSPITAL)
    clock.to("22:00")
    assert ann.check_ins["C1"].state.final


def test_a_pause_ends_by_time_and_brings_nothing_late(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clinic.status(ann, PatientStatus.PAUSED, until=clock.now() + timedelta(days=2))
    clock.to("13:00", days=2)
    assert {ann.check_ins[key].reason for key in ("C1", "C2")} == {"patient status"}
    clock.until(ann.check_ins["C3"].due_at)
    ann.expects_sms(ASKS["C3_PAIN"])


def test_danger_is_read_during_a_pause(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clinic.status(ann, PatientStatus.PAUSED, until=clock.now() + timedelta(days=2))
    ann.replies("I want to die")
    ann.expects_sms("You are not alone")
    clinic.on_duty().expects_alert("emergency")


def test_what_falls_due_while_an_alert_is_open_is_skipped_and_never_sent_later(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="08:30")
    clock.to("12:20")
    ann.replies("something is very wrong")
    ann.expects_sms("our on-call clinician")
    code = clinic.on_duty().takes("urgent")
    clock.to("12:40")  # acknowledging releases nothing
    assert (ann.check_ins["C1"].state.value, ann.check_ins["C1"].reason) == ("skipped", "alert")
    clinic.on_duty().closes(code)
    clock.to("10:00", days=1)
    ann.answers_check_in()
    ann.expects_sms("glad")


def test_a_check_in_ended_by_an_alert_is_neither_reminded_nor_silent(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("I nearly fainted")
    ann.expects_sms("our on-call clinician")
    sam = clinic.on_duty()
    sam.closes(sam.takes("urgent"))
    clock.to("10:00", days=1)
    ann.expects_sms("how strong is your pain")
    clock.to("14:00")
    ann.expects_sms("when you can")
    clock.to("21:00")
    assert (ann.check_ins["C1"].state.value, ann.check_ins["C1"].reason) == ("partly_answered", "alert")
    assert "R7" not in ann.rules()


# Wrong person


def test_a_wrong_number_is_suppressed_and_its_answers_doubted(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.answers_check_in()
    ann.expects_sms("thanks")
    ann.replies("wrong number, I don't know any Ann")
    ann.expects_sms("you are opted out")
    assert "R9" in ann.rules()
    with clinic.store.read() as uow:
        assert uow.suppressions.active("prairie", Channel.SMS, ann.number)
        assert all(answer.doubtful for answer in uow.answers.of_patient(ann.record.id))
    told = " ".join(one.understood or "" for alert in ann.alerts() for one in clinic.entries(alert))
    assert "C1" in told, "which texts were exposed"
    assert "new number" in told
    clinic.staff_close_everything()
    clock.to("12:00", days=1)
    assert ann.check_ins["C2"].reason == "opted out"


def test_a_new_number_after_a_wrong_one_is_followed(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("wrong number")
    ann.expects_sms("you are opted out")
    clinic.staff_close_everything()
    wrong, ann.number = ann.number, "+13125557777"
    ann.seen_texts = 0
    clinic.infusion(ann)
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    assert wrong != ann.number


# Noise


def test_repeats_join_the_one_alert_of_a_reason(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("something is very wrong")
    ann.expects_sms("our on-call clinician")
    sam = clinic.on_duty()
    code = sam.expects_alert("urgent")
    ann.replies("something is very wrong, really")
    assert sam.expects_alert("urgent") == code
    ann.has_read()
    assert len(ann.alerts()) == 1


def test_a_worsening_patient_is_told_again_at_the_higher_level(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("2")
    ann.expects_sms("Side effects now?")
    ann.replies("1")
    ann.expects_sms("How strong")
    ann.replies("3")
    ann.expects_sms("our on-call clinician")
    sam = clinic.on_duty()
    sam.takes("urgent")
    ann.replies("now I can't breathe")
    ann.expects_sms("may be an emergency")
    sam.expects_alert("emergency")
    assert Level.EMERGENCY in {alert.level for alert in ann.alerts("open")}


def test_the_same_closing_text_once_in_four_hours(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.answers_check_in()
    ann.expects_sms("thanks, noted. If anything changes")
    ann.replies("thanks", "thank you")
    clock.to("17:01")
    ann.replies("thanks")
    ann.expects_sms("thanks, noted")


def test_a_bad_text_never_mutes_the_next(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    for words in ("can i take a bath?", "can i eat now?", "when can i drive?", "can i sleep now?", "can i fly?"):
        ann.replies(words)
    ann.has_read()
    ann.replies("chest pain")
    ann.expects_sms("may be an emergency")
    clinic.on_duty().expects_alert("emergency")


# Robots


def test_a_robot_is_answered_at_most_five_times_an_hour(clinic: Clinic, clock: Clock) -> None:
    robot = clinic.stranger()
    for number in range(12):
        robot.replies(f"Thank you for contacting us. Your ticket {1000 + number} is open.")
    assert len(robot.texts()) <= 5
    robot.has_read()
    robot.replies("I want to die")
    robot.expects_sms("You are not alone")
    clinic.on_duty().expects_alert("emergency")


def test_an_old_inbound_alerts_without_an_automatic_reply(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.wrote("can i drive?", at=clock.now() - timedelta(minutes=61))
    ann.wrote("chest pain", at=clock.now() - timedelta(minutes=61))
    clinic.on_duty().expects_alert("emergency")
    assert {"R6", "E2"} <= ann.rules()
