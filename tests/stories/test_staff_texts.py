"""A nurse with nothing but a phone: taking, closing and passing on alerts by text. Every text gets one true answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from followup.content.sms import Encoding, parts
from followup.domain.alert import Alert, AlertStatus, Outcome
from followup.domain.message import MessageClass
from tests.support.clinic import ROOT, Clinic, Clock, PatientPerson, StaffPerson


@pytest.fixture
def emergency(clinic: Clinic, ann: PatientPerson) -> tuple[StaffPerson, str]:
    """Ann has chest pain; the nurse on duty has the notice."""
    clinic.infusion(ann, ended="09:00")
    ann.replies("chest pain")
    ann.expects_sms("may be an emergency")
    nurse = clinic.on_duty()
    return nurse, nurse.expects_alert("emergency")


@pytest.fixture
def urgent(clinic: Clinic, bob: PatientPerson) -> tuple[StaffPerson, str]:
    """Bob has fallen; the nurse on duty has the notice."""
    clinic.infusion(bob, ended="09:00")
    bob.replies("I fell down the stairs and my arm is bleeding")
    bob.has_read()
    nurse = clinic.on_duty()
    return nurse, nurse.expects_alert("urgent")


def everybody_has_read(clinic: Clinic) -> None:
    """What came so far is not what the story is about."""
    for person in clinic.people:
        person.has_read()


def alert_of(clinic: Clinic, code: str) -> Alert:
    with clinic.store.read() as uow:
        found = uow.alerts.by_code("prairie", code)
    assert found is not None
    return found


# --- closing


def test_an_alert_is_taken_and_closed_by_text(clinic: Clinic, clock: Clock, emergency: tuple[StaffPerson, str]) -> None:
    nurse, code = emergency
    nurse.replies(code)
    nurse.expects_sms(code, "is yours")
    clock.forward(minutes=9)
    nurse.replies(f"close {code} safe 12")
    nurse.expects_sms(f"{code} is closed: reached and safe, 12 min")
    alert = alert_of(clinic, code)
    assert (alert.status, alert.outcome, alert.minutes) == (AlertStatus.CLOSED, Outcome.REACHED_AND_SAFE, 12)
    assert alert.closed_by == nurse.name


def test_minutes_that_are_not_named_are_those_since_it_was_taken(
    clinic: Clinic, clock: Clock, emergency: tuple[StaffPerson, str]
) -> None:
    nurse, code = emergency
    nurse.replies(code)
    nurse.expects_sms("is yours")
    clock.forward(minutes=8, seconds=10)
    nurse.replies(f"Close {code.lower()} ER")
    nurse.expects_sms("sent to emergency care, 9 min")


def test_an_alert_that_reached_the_writer_may_be_closed_without_taking_it(
    clinic: Clinic, emergency: tuple[StaffPerson, str]
) -> None:
    nurse, code = emergency
    nurse.replies(f"close {code} false alarm 3")
    nurse.expects_sms("is closed: false alarm, 3 min")
    assert alert_of(clinic, code).acknowledged_by == nurse.name


@pytest.mark.parametrize("text", ["close {}", "close {} 12", "close {} she is on her way", "close {} voicemail 2"])
def test_an_ending_that_says_nothing_or_does_not_fit_is_asked_for(
    clinic: Clinic, emergency: tuple[StaffPerson, str], text: str
) -> None:
    nurse, code = emergency
    nurse.replies(text.format(code))
    nurse.expects_sms("Not closed", f"close {code}", "safe, er, 988, welfare, not reached, false)")
    assert alert_of(clinic, code).status is AlertStatus.OPEN


def test_a_routine_item_has_more_endings(clinic: Clinic, ann: PatientPerson, lee: StaffPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("can i take a bath?")
    ann.expects_sms("message received")
    (item,) = ann.alerts()
    lee.replies(f"close {item.code} advice")
    lee.expects_sms("no notice of", "Reply", "to take it first")
    lee.replies(item.code)
    lee.expects_sms("is yours, though no notice of it had reached you")
    lee.replies(f"close {item.code}", f"close {item.code} advice 4")
    lee.expects_sms("Not closed", "advice, booked, voicemail, resolved")
    lee.expects_sms("is closed: advice given, 4 min")


def test_not_reached_is_no_ending_of_an_emergency_by_one_word(
    clinic: Clinic, emergency: tuple[StaffPerson, str]
) -> None:
    nurse, code = emergency
    nurse.replies(f"close {code} not reached 20")
    nurse.expects_sms(f"{code} is not closed", "welfare check or a lead's sign-off")
    assert alert_of(clinic, code).status is AlertStatus.OPEN


def test_a_lead_who_texts_that_nobody_was_reached_signs_that_off(
    clinic: Clinic, clock: Clock, emergency: tuple[StaffPerson, str], lee: StaffPerson
) -> None:
    _, code = emergency
    clock.forward(minutes=10)
    everybody_has_read(clinic)
    lee.replies(f"close {code} not reached 20")
    lee.expects_sms(f"{code} is closed: not reached, 20 min", "It is open again Mon 23 Nov 08:00")
    history = [entry.understood or "" for entry in clinic.entries(alert_of(clinic, code))]
    assert any("signed off by Dr. Lee Chen" in line for line in history)


# --- passing on


def test_an_alert_is_passed_on_to_somebody(
    clinic: Clinic, emergency: tuple[StaffPerson, str], lee: StaffPerson
) -> None:
    nurse, code = emergency
    nurse.replies(code, f"pass {code} to lee")
    nurse.expects_sms("is yours")
    nurse.expects_sms(f"{code} is passed on to Dr. Lee Chen")
    assert lee.expects_alert("emergency") == code
    assert alert_of(clinic, code).status is AlertStatus.OPEN
    lee.replies(code)
    lee.expects_sms("is yours")


def test_without_a_name_it_goes_to_the_next_person_of_the_chain(
    clinic: Clinic, emergency: tuple[StaffPerson, str], kay: StaffPerson, sam: StaffPerson
) -> None:
    nurse, code = emergency
    other = kay if nurse is sam else sam
    nurse.replies(f"pass {code}")
    nurse.expects_sms(f"{code} is passed on to {other.name}")
    assert other.expects_alert("emergency") == code
    other.replies(code)
    other.expects_sms("is yours")


def test_whoever_it_was_passed_to_may_be_asleep_the_chain_goes_on(
    clinic: Clinic, clock: Clock, ann: PatientPerson, emergency: tuple[StaffPerson, str], lee: StaffPerson
) -> None:
    nurse, code = emergency
    nurse.replies(f"pass {code} to lee")
    nurse.expects_sms("is passed on")
    lee.expects_alert("emergency")
    clock.forward(minutes=5)
    assert any(f"alert {code}" in text for text in nurse.texts()[nurse.seen_texts :]), "told anew: nobody took it"
    everybody_has_read(clinic)
    nurse.replies(code)
    nurse.expects_sms("is yours")
    everybody_has_read(clinic)


@pytest.mark.parametrize("to", ["nobody", "me", "{own}"])
def test_passing_on_to_nobody_changes_nothing(clinic: Clinic, emergency: tuple[StaffPerson, str], to: str) -> None:
    nurse, code = emergency
    nurse.replies(f"pass {code} to {to.format(own=nurse.key)}")
    nurse.expects_sms(f"{code} is not passed on", "lee")
    assert alert_of(clinic, code).raises == 0


# --- who has it


def test_who_has_it_is_told_as_it_stands(clinic: Clinic, emergency: tuple[StaffPerson, str]) -> None:
    nurse, code = emergency
    nurse.replies(f"who {code}")
    nurse.expects_sms(f"{code}, Emergency, open 0 min: nobody has it", "Next told: Kay Miller")
    nurse.replies(code, f"who {code}", f"close {code} safe 5", f"who {code}")
    nurse.expects_sms("is yours")
    nurse.expects_sms(f"{code}, Emergency, is with {nurse.name} since 09:00")
    nurse.expects_sms("is closed")
    nurse.expects_sms(f"{code} was closed by {nurse.name}, 09:00")


# --- every refusal says what is so


def test_somebody_elses_alert_is_neither_closed_nor_passed_on(
    clinic: Clinic, emergency: tuple[StaffPerson, str], lee: StaffPerson
) -> None:
    nurse, code = emergency
    nurse.replies(code)
    nurse.expects_sms("is yours")
    lee.replies(code, f"close {code} safe 1", f"pass {code}")
    lee.expects_sms(f"{code} is with {nurse.name}", "Nothing to do")
    lee.expects_sms(f"{code} is with {nurse.name}", "Nothing was changed")
    lee.expects_sms(f"{code} is with {nurse.name}", "Nothing was changed")
    assert alert_of(clinic, code).acknowledged_by == nurse.name


def test_an_alert_that_was_never_sent_to_the_writer_is_not_closed_by_a_slip(
    clinic: Clinic, emergency: tuple[StaffPerson, str], lee: StaffPerson
) -> None:
    _, code = emergency
    lee.replies(f"close {code} safe 1", f"pass {code} to sam")
    lee.expects_sms("Nothing was changed", f"no notice of {code} has reached you")
    lee.expects_sms("Nothing was changed", f"no notice of {code} has reached you")
    assert alert_of(clinic, code).status is AlertStatus.OPEN


def test_a_closed_alert_says_who_closed_it_and_when(
    clinic: Clinic, clock: Clock, emergency: tuple[StaffPerson, str], lee: StaffPerson
) -> None:
    nurse, code = emergency
    nurse.replies(f"close {code} safe 4")
    nurse.expects_sms("is closed")
    clock.forward(days=1)
    everybody_has_read(clinic)
    lee.replies(f"close {code} er 4")
    lee.expects_sms(f"{code} was closed by {nurse.name}, Sun 22 Nov 09:00", "Nothing was changed")
    assert alert_of(clinic, code).outcome is Outcome.REACHED_AND_SAFE


@pytest.mark.parametrize("text", ["WXYT", "W0YT", "close WXYT safe 3", "pass WXYT to sam", "who WXYT"])
def test_an_unknown_code_is_named_with_those_there_are(
    clinic: Clinic, emergency: tuple[StaffPerson, str], text: str
) -> None:
    nurse, code = emergency
    nurse.replies(text)
    nurse.expects_sms("No open alert W", code)


def test_an_emergency_is_named_first_however_many_others_are_newer(
    clinic: Clinic, emergency: tuple[StaffPerson, str], urgent: tuple[StaffPerson, str]
) -> None:
    """At first the newest six stood there; with more than that open, the emergency was among those left out."""
    (nurse, dire), (_, other) = emergency, urgent
    for number in range(7):
        clinic.stranger(f"+1312555990{number}").replies("is this the right number?")
    nurse.replies("what is open?")
    nurse.expects_sms(f"Open: emergency {dire}; urgent {other}; routine ", "and 5 more")
    nurse.replies("got it")
    nurse.expects_sms("No code, so nothing changed", dire)
    nurse.replies(f"yes, {dire} i got it")
    nurse.expects_sms(dire, "is yours")
    nurse.replies("list")
    nurse.expects_sms(f"urgent {other}", f"yours {dire}")
    nurse.closes(dire)
    everybody_has_read(clinic)


def test_two_codes_in_one_text_are_asked_for_one_by_one(
    clinic: Clinic, emergency: tuple[StaffPerson, str], urgent: tuple[StaffPerson, str]
) -> None:
    (nurse, first), (_, second) = emergency, urgent
    nurse.replies(f"{first} {second}")
    nurse.expects_sms("One code at a time", f"{first}, {second}")
    assert {alert.status for alert in clinic.alerts()} == {AlertStatus.OPEN}


def test_taking_it_twice_says_so(clinic: Clinic, emergency: tuple[StaffPerson, str]) -> None:
    nurse, code = emergency
    nurse.replies(code, code)
    nurse.expects_sms(f"{code} is yours.")
    nurse.expects_sms(f"{code} is yours already, since 09:00")


# --- all of them


def test_goalert_4254_ack_all_takes_what_reached_the_writer_and_lists_it(
    clinic: Clinic, urgent: tuple[StaffPerson, str], ann: PatientPerson
) -> None:
    nurse, first = urgent
    clinic.infusion(ann, ended="09:00")
    ann.replies("I fell and hurt my wrist")
    ann.has_read()
    second = nurse.expects_alert("urgent")
    nurse.replies("ack all")
    nurse.expects_sms(f"Yours now: {first}, {second}.")
    assert {alert.acknowledged_by for alert in clinic.alerts()} == {nurse.name}


def test_ack_all_leaves_emergencies_to_be_taken_one_by_one(
    clinic: Clinic, emergency: tuple[StaffPerson, str], urgent: tuple[StaffPerson, str]
) -> None:
    (nurse, dire), (_, other) = emergency, urgent
    nurse.replies("ack all")
    nurse.expects_sms(f"Yours now: {other}.", f"one by one, nobody has: {dire}")
    assert alert_of(clinic, dire).status is AlertStatus.OPEN
    assert alert_of(clinic, other).status is AlertStatus.ACKNOWLEDGED


def test_ack_all_takes_nothing_that_did_not_reach_the_writer(
    clinic: Clinic, urgent: tuple[StaffPerson, str], lee: StaffPerson
) -> None:
    _, code = urgent
    lee.replies("ack all")
    lee.expects_sms("Nothing taken: no open alert has been sent to you")
    assert alert_of(clinic, code).status is AlertStatus.OPEN


# --- other words


def test_help_says_what_can_be_written(clinic: Clinic, kay: StaffPerson) -> None:
    kay.replies("?", "help")
    kay.expects_sms("close CODE safe 12", "pass CODE", "ack all")
    kay.expects_sms("close CODE safe 12")


def test_start_brings_a_phone_back_that_had_stopped(
    clinic: Clinic, clock: Clock, kay: StaffPerson, lee: StaffPerson, ann: PatientPerson
) -> None:
    kay.replies("STOP")
    lee.takes("urgent")
    kay.replies("START")
    kay.expects_sms("on again")
    clock.to("08:00", days=1)
    clinic.staff_close_everything()
    clinic.infusion(ann, ended="07:30")
    ann.replies("chest pain")
    ann.expects_sms("may be an emergency")
    assert clinic.on_duty() is kay
    kay.expects_alert("emergency")


@pytest.mark.parametrize("text", ["close {} safe 5", "pass {} to lee", "who {}", "ack all", "{}"])
def test_from_a_patients_phone_none_of_it_counts(
    clinic: Clinic, emergency: tuple[StaffPerson, str], carmen: PatientPerson, text: str
) -> None:
    _, code = emergency
    clinic.infusion(carmen, ended="09:00")
    carmen.replies(text.format(code))
    carmen.has_read()
    assert alert_of(clinic, code).status is AlertStatus.OPEN


def test_no_command_is_taken_for_words_of_danger(clinic: Clinic, emergency: tuple[StaffPerson, str]) -> None:
    nurse, code = emergency
    nurse.replies(f"who {code}", f"close {code} 988 x", f"close {code} er 5")
    nurse.has_read()
    assert len(clinic.alerts()) == 1


def test_staff_who_are_patients_answer_a_question_with_a_word_that_staff_use(
    clinic: Clinic, clock: Clock, sam: StaffPerson
) -> None:
    patient = clinic.patient("Samuel", baseline=5, number=sam.number)
    clinic.people.remove(patient)
    clinic.infusion(patient, ended="09:00")
    sam.replies("help")
    sam.expects_sms("STOP to end")


# --- why a notice comes again


def test_a_notice_that_comes_again_says_why(
    clinic: Clinic, clock: Clock, ann: PatientPerson, emergency: tuple[StaffPerson, str], lee: StaffPerson
) -> None:
    """`I have that one already` is what a nurse thinks who is told again without a reason."""
    nurse, dire = emergency
    nurse.replies(dire)
    nurse.has_read()
    ann.replies("now I cannot breathe")
    nurse.expects_sms(f"alert {dire}, open", ", more came in. Reply")
    nurse.replies(dire)
    nurse.has_read()
    clock.forward(minutes=15)
    nurse.expects_sms(f"alert {dire}, open 15 min, not closed, nobody has it. Reply")
    nurse.replies(dire, f"pass {dire} to lee")
    lee.expects_sms(f"alert {dire}, open 15 min, passed on by {nurse.name}. Reply")
    lee.replies(dire)
    lee.closes(dire)
    everybody_has_read(clinic)


def test_whoever_has_it_hears_of_new_words_that_no_rule_names(
    clinic: Clinic, clock: Clock, ann: PatientPerson, emergency: tuple[StaffPerson, str]
) -> None:
    """`I am in the bathroom with my pills` wakes nobody by itself; who has the alert may be on another call."""
    nurse, dire = emergency
    nurse.replies(dire)
    nurse.expects_sms("is yours")
    ann.replies("I am in the bathroom", "the light is on")
    nurse.expects_sms(f"{dire}, which is yours: more came in")
    nurse.expects_nothing()
    assert alert_of(clinic, dire).acknowledged_by == nurse.name, "it stays theirs, and nobody else is woken"
    clock.forward(minutes=5)
    ann.replies("hello?")
    nurse.expects_sms(f"{dire}, which is yours: more came in")
    nurse.closes(dire)
    everybody_has_read(clinic)


def test_a_clinic_whose_staff_speak_spanish_is_told_and_answered_in_it(
    clinic_at: Callable[..., Clinic], tmp_path: Path
) -> None:
    schedules = tmp_path / "schedules.yaml"
    shipped = (ROOT / "schedules.yaml").read_text(encoding="utf-8")
    schedules.write_text(shipped.replace("staff_language: en", "staff_language: es"), encoding="utf-8")
    clinic = clinic_at(datetime(2026, 11, 22, 15, tzinfo=UTC), schedules)
    clinic.stranger().replies("I have chest pain")
    nurse = clinic.on_duty()
    code = clinic.alerts()[0].code
    texts = nurse.texts()
    assert texts[-1].startswith(f"Emergencia, alerta {code}, hace 0 min. Responda {code} y es suya.")
    assert "Pulse 1 para tomarla" in nurse.calls()[-1]["said"]
    nurse.replies("¿qué hay?", f"sí, la tomo {code}", f"cerrar {code} a salvo 3")
    assert [text.split(". ")[0] for text in nurse.texts()[-3:]] == [
        f"Abiertas: emergencia {code}",
        f"{code} es suya",
        f"{code} cerrada: localizado y a salvo, 3 min.",
    ]
    everybody_has_read(clinic)


# --- what every answer keeps to


def test_every_answer_to_staff_is_one_text_without_patient_data(
    clinic: Clinic, clock: Clock, emergency: tuple[StaffPerson, str], urgent: tuple[StaffPerson, str], lee: StaffPerson
) -> None:
    (nurse, dire), (_, other) = emergency, urgent
    nurse.replies(
        "ack all", "?", "on my way", "hm", "list", f"who {dire}", dire, dire, f"who {dire}", "WXYT", f"{dire} {other}"
    )
    lee.replies(dire, f"close {dire} safe 1", f"pass {other}", "ack all")
    nurse.replies(f"pass {other} to nobody", f"close {dire}", f"close {dire} not reached", f"close {dire} safe", dire)
    nurse.replies(f"pass {other} to lee")
    lee.replies(other)
    with clinic.store.read() as uow:
        told = [
            message
            for alert in clinic.alerts()
            for message in uow.messages.of_alert(alert.id)
            if message.message_class is MessageClass.STAFF_REPLY and message.channel.value == "sms"
        ]
    answers = [text for person in (nurse, lee) for text in person.texts()] + [message.body for message in told]
    assert len(answers) > 20
    for text in answers:
        count = parts(text)
        assert (count.parts, count.encoding) == (1, Encoding.GSM_7), text
        assert not any(word in text for word in ("Ann", "Bob", "chest", "fell", "+1"))
    nurse.has_read()
    lee.has_read()
