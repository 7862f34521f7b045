"""What staff enter about a patient by hand: answers by phone, what is on file, notes, side effects they expect."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followup.domain.people import Consent, PatientStatus
from followup.domain.plan import CheckInState
from followup.errors import Conflict, InvalidInput
from followup.services import edit_patient, keep_notes
from followup.services.quiet import run_until_quiet
from followup.services.record_answer_by_phone import Entered, questions_by_phone, record
from tests.support.clinic import Clinic, Clock, PatientPerson, StaffPerson


def phoned(
    clinic: Clinic, patient: PatientPerson, key: str, answers: dict[str, str], *, text: bool = False, words: str = ""
) -> Entered:
    """Kay enters what a patient told her about one check-in."""
    entered = record(
        clinic.context,
        check_in=patient.check_ins[key].id,
        answers=answers,
        words=words,
        by="kay",
        closing_text=text,
    )
    run_until_quiet(clinic.context)
    return entered


# --- answers by phone ----------------------------------------------------------------------------


def test_answers_by_phone_stand_under_the_same_question(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    clock.to("12:00")
    ann.expects_sms("how are you now?")
    entered = phoned(clinic, ann, "C1", {"C1": "1"})
    assert (entered.check_in.state, entered.check_in.reason) == (CheckInState.ANSWERED, "by phone")
    assert ann.answers() == {"C1": 1.0}
    with clinic.store.read() as uow:
        [answer] = uow.answers.of_patient(ann.record.id)
    assert (answer.channel, answer.entered_by, answer.late) == ("voice", "kay", False)


def test_the_closing_text_goes_only_when_asked_for(
    clinic: Clinic, clock: Clock, ann: PatientPerson, bob: PatientPerson
) -> None:
    clinic.infusion(ann, ended="08:00")
    clinic.infusion(bob, ended="08:00")
    clock.to("12:00")
    for patient in (ann, bob):
        patient.expects_sms("how are you now?")
    assert not phoned(clinic, ann, "C1", {"C1": "1"}).texted
    assert phoned(clinic, bob, "C1", {"C1": "1"}, text=True).texted
    bob.expects_sms("thanks")


def test_danger_told_by_phone_pages_as_by_text(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    clock.to("12:00")
    ann.expects_sms("how are you now?")
    entered = phoned(clinic, ann, "C1", {"C1": "3"}, words="cannot feel her legs", text=True)
    assert entered.alert is not None
    assert (entered.check_in.state, entered.texted) == (CheckInState.ANSWERED, False)
    assert clinic.entries(entered.alert)[0].words == "cannot feel her legs"
    assert clinic.entries(entered.alert)[0].actor == "staff:kay"
    clinic.on_duty().takes("emergency")


def test_a_worse_pain_by_phone_is_urgent_by_the_same_rule(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    clock.to_check_in(ann, "C2")
    ann.expects_sms("pain")
    entered = phoned(clinic, ann, "C2", {"C2_PAIN": "8"})
    assert entered.check_in.state is CheckInState.PARTLY_ANSWERED
    assert entered.check_in.reason == "alert"
    assert ann.rules() >= {"U5"}
    clinic.on_duty().takes("urgent")


def test_who_gets_no_texts_is_followed_by_phone(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    ann.consent = Consent()
    clinic.infusion(ann, ended="08:00")
    clock.to("12:05")
    assert ann.check_ins["C1"].state is CheckInState.SKIPPED
    entered = phoned(clinic, ann, "C1", {"C1": "2", "SE": "2", "SEV": "1"})
    assert (entered.check_in.state, entered.check_in.reason) == (CheckInState.ANSWERED, "by phone")


def test_a_check_in_taken_by_phone_early_is_not_asked_again(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    clock.to("11:00")
    phoned(clinic, ann, "C1", {"C1": "1"})
    clock.to("22:00")
    assert ann.texts() == []


def test_half_of_the_answers_by_phone_leave_the_rest_to_the_texts(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="08:00")
    clock.to_check_in(ann, "C3")
    ann.expects_sms("last 24 hours")
    phoned(clinic, ann, "C3", {"C3_PAIN": "3"})
    ann.replies("7")
    ann.expects_sms("side effects now?")
    assert ann.answers()["MOOD"] == 7


def test_a_side_effect_needs_its_strength(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    clock.to("12:00")
    ann.expects_sms("how are you now?")
    with pytest.raises(InvalidInput) as refused:
        phoned(clinic, ann, "C1", {"C1": "2", "SE": "1"})
    assert refused.value.problems[0].at == "SEV"
    assert ann.answers() == {}


@pytest.mark.parametrize("answers", [{}, {"C1": " "}, {"C1": "4"}, {"C1": "one"}, {"C1": "1 2"}], ids=str)
def test_only_what_the_question_takes_is_taken(
    clinic: Clinic, clock: Clock, ann: PatientPerson, answers: dict[str, str]
) -> None:
    clinic.infusion(ann, ended="08:00")
    clock.to("12:00")
    ann.expects_sms("how are you now?")
    with pytest.raises(InvalidInput):
        phoned(clinic, ann, "C1", answers)


def test_a_later_day_cannot_be_answered_today(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    with pytest.raises(Conflict, match="not due yet"):
        phoned(clinic, ann, "C3", {"C3_PAIN": "3"})


def test_the_questions_are_those_of_the_check_in(clinic: Clinic, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    asked = questions_by_phone(clinic.context, ann.check_ins["C1"].id)
    assert [question.key for question in asked] == ["C1", "SE", "SEV", "SEV_5"]


def test_a_correction_by_phone_replaces_what_was_texted(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    clock.to("12:00")
    ann.expects_sms("how are you now?")
    ann.replies("1")
    ann.expects_sms("thanks")
    phoned(clinic, ann, "C1", {"C1": "2", "SE": "2", "SEV": "1"})
    assert ann.answers()["C1"] == 2


# --- what is on file -----------------------------------------------------------------------------


def test_a_pause_holds_and_ends_by_itself(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    until = clock.now() + timedelta(hours=6)
    edit_patient.set_status(clinic.context, ann.record.id, PatientStatus.PAUSED, until=until, by="kay")
    clock.to("12:05")
    assert ann.check_ins["C1"].reason == "patient status"
    clock.to("10:00", days=1)
    ann.expects_sms("pain")


def test_a_status_that_a_text_reported_is_confirmed_by_a_person(clinic: Clinic, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    ann.replies("I am in the hospital")
    ann.has_read()
    clinic.on_duty().has_read()
    assert ann.record.status_reported
    edit_patient.confirm_status(clinic.context, ann.record.id, by="kay")
    assert (ann.record.status, ann.record.status_reported) == (PatientStatus.IN_HOSPITAL, False)
    with pytest.raises(Conflict):
        edit_patient.confirm_status(clinic.context, ann.record.id, by="kay")


def test_consent_needs_its_proof(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    ann.consent = Consent()
    clinic.infusion(ann, ended="08:00")
    with pytest.raises(InvalidInput):
        edit_patient.set_consent(clinic.context, ann.record.id, sms=True, email=False, text="", method="", by="kay")
    edit_patient.set_consent(
        clinic.context, ann.record.id, sms=True, email=False, text="Read out our sheet 3.", method="by phone", by="kay"
    )
    assert (ann.record.consent.sms, ann.record.consent.text) == (True, "Read out our sheet 3.")
    clock.to("12:00")
    ann.expects_sms("how are you now?")


def test_a_language_set_by_hand_lets_the_texts_begin(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    ann.language = None
    clinic.infusion(ann, ended="08:00")
    edit_patient.set_language(clinic.context, ann.record.id, "es", by="kay")
    clock.to("12:00")
    ann.expects_sms("como esta ahora")
    with pytest.raises(InvalidInput):
        edit_patient.set_language(clinic.context, ann.record.id, "fr", by="kay")


def test_a_new_zone_moves_what_is_to_come(clinic: Clinic, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    before = ann.check_ins["C2"].due_at
    edit_patient.set_zone(clinic.context, ann.record.id, "America/Denver", by="kay")
    assert ann.check_ins["C2"].due_at - before == timedelta(hours=1)


def test_stop_follows_to_a_number_set_by_hand(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    ann.replies("STOP")
    ann.expects_sms("no more texts")
    edit_patient.set_phone(clinic.context, ann.record.id, "+13125550777", by="kay")
    clock.to("12:05")
    assert ann.check_ins["C1"].reason == "opted out"


def test_a_hold_is_released_by_a_person(clinic: Clinic, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    ann.replies("he reads my phone, don't text this number again please")
    ann.has_read()
    clinic.on_duty().has_read()
    held = ann.record
    freed = edit_patient.release_hold(clinic.context, held.id, by="lee")
    assert (held.safe_contact_hold, freed.safe_contact_hold) == (True, False)
    with clinic.store.read() as uow:
        row = uow.audit.list(subject="patient", subject_id=ann.record.id, limit=1)[0]
    assert (row.actor, row.action) == ("staff:lee", "patient.contact_released")


# --- notes and expected levels -------------------------------------------------------------------


def test_notes_are_kept_with_author_and_time(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    keep_notes.add_note(clinic.context, patient=ann.record.id, text="  Prefers calls after six. ", by="kay")
    with clinic.store.read() as uow:
        [note] = uow.notes.of_patient(ann.record.id)
    assert (note.text, note.author, note.at) == ("Prefers calls after six.", "kay", clock.now())
    with pytest.raises(InvalidInput):
        keep_notes.add_note(clinic.context, patient=ann.record.id, text="  ", by="kay")


def reports(clinic: Clinic, clock: Clock, patient: PatientPerson, code: str, severity: str) -> None:
    """The side effect of the next morning, with its strength."""
    clock.to_check_in(patient, "C2")
    patient.answers_check_in({"SE": code, "SEV": severity})
    patient.has_read()


def test_an_expected_side_effect_makes_no_task(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    keep_notes.expect(clinic.context, patient=ann.record.id, symptom="headache", severity=2, days=14, by="lee")
    reports(clinic, clock, ann, "3", "2")
    assert ann.alerts() == []


def test_without_it_the_same_answer_is_a_task(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    reports(clinic, clock, ann, "3", "2")
    assert ann.rules() == {"R1"}


@pytest.mark.parametrize(
    ("symptom", "expected", "code", "told", "rule"),
    [
        ("headache", 1, "3", "2", "R1"),  # stronger than expected
        ("nausea", 2, "3", "2", "R1"),  # another side effect
        ("headache", 2, "3", "3", "U1"),  # what is severe is always told
        ("dissociation", 2, "5", "1", "U2"),  # urgent whatever staff expect
    ],
    ids=["stronger", "another", "severe", "urgent"],
)
def test_an_expected_level_mutes_nothing_else(
    clinic: Clinic, clock: Clock, ann: PatientPerson, symptom: str, expected: int, code: str, told: str, rule: str
) -> None:
    clinic.infusion(ann, ended="08:00")
    keep_notes.expect(clinic.context, patient=ann.record.id, symptom=symptom, severity=expected, days=14, by="lee")
    reports(clinic, clock, ann, code, told)
    clinic.on_duty().has_read()
    assert rule in ann.rules()


def test_an_expected_level_ends_by_time_and_by_hand(
    clinic: Clinic, clock: Clock, ann: PatientPerson, bob: PatientPerson
) -> None:
    clinic.infusion(ann, ended="08:00")
    clinic.infusion(bob, ended="08:00")
    keep_notes.expect(clinic.context, patient=ann.record.id, symptom="headache", severity=2, days=1, by="lee")
    level = keep_notes.expect(clinic.context, patient=bob.record.id, symptom="headache", severity=2, days=30, by="lee")
    keep_notes.expect_no_more(clinic.context, patient=bob.record.id, level=level.id, by="lee")
    clock.to("12:00")
    for patient in (ann, bob):
        patient.answers_check_in()
        patient.expects_sms("thanks")
    clock.to("10:00", days=1)
    for patient in (ann, bob):
        patient.answers_check_in({"SE": "3", "SEV": "2", "C2_PAIN": "3"})
        patient.has_read()
    assert (ann.rules(), bob.rules()) == ({"R1"}, {"R1"})


@pytest.mark.parametrize(
    ("symptom", "severity", "days"), [("flying", 1, 5), ("headache", 3, 5), ("headache", 1, 31), ("headache", 0, 0)]
)
def test_what_cannot_be_expected(
    clinic: Clinic, ann: PatientPerson, lee: StaffPerson, symptom: str, severity: int, days: int
) -> None:
    clinic.infusion(ann, ended="08:00")
    with pytest.raises(InvalidInput):
        keep_notes.expect(
            clinic.context, patient=ann.record.id, symptom=symptom, severity=severity, days=days, by=lee.key
        )
