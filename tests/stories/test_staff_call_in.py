"""A nurse who missed the call calls back: she hears what is open for her, and takes it by a key."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followup.domain.alert import Alert, AlertStatus
from followup.domain.calls import spelled
from followup.domain.people import Channel
from followup.domain.received import Inbound
from followup.gateways.port import CallAnswer, Spoken
from followup.services.quiet import run_until_quiet
from tests.support.clinic import Clinic, Clock, PatientPerson, StaffPerson


@pytest.fixture
def emergency(clinic: Clinic, clock: Clock, ann: PatientPerson) -> Alert:
    """Ann has written of chest pain at 19:10; whoever is on duty has been told, and is not reached."""
    clinic.infusion(ann, ended="15:04")
    clock.to("19:10")
    ann.expects_sms("how are you now?")
    ann.replies("I have bad chest pain")
    ann.expects_sms("911")
    clinic.on_duty().expects_alert("Emergency")
    return ann.alerts()[0]


def heard(answer: CallAnswer | Spoken) -> str:
    assert isinstance(answer, Spoken), "put through like a patient"
    return answer.text


def second(clinic: Clinic) -> StaffPerson:
    return clinic.staff["kay" if clinic.on_duty().key == "sam" else "sam"]


def test_a_nurse_who_calls_back_hears_level_code_and_age_and_takes_it_by_a_key(
    clinic: Clinic, clock: Clock, ann: PatientPerson, emergency: Alert
):
    nurse = clinic.on_duty()
    clock.forward(minutes=2)

    said = heard(nurse.calls_in())

    assert "One is open for you" in said
    assert f"Emergency, open 2 minutes, nobody has it. The code is {spelled(emergency.code)}." in said
    for private in (ann.name, "chest", "pain", "Press 4"):
        assert private not in said
    assert "It is yours" in nurse.presses_on_it("1").text
    nurse.expects_sms(emergency.code, "is yours")
    (taken,) = clinic.alerts()
    assert (taken.status, taken.acknowledged_by, taken.acknowledged_via) == (
        AlertStatus.ACKNOWLEDGED,
        nurse.name,
        "voice",
    )
    assert ann.record.id not in {one.patient for one in inbound_calls(clinic, nurse)}
    nurse.closes(emergency.code)


def test_key_3_rings_her_own_phone_which_connects_her(clinic: Clinic, emergency: Alert):
    """A number can be forged: only the phone on file is ever connected to a patient."""
    nurse = clinic.on_duty()
    nurse.calls_in()

    assert "Hang up now" in nurse.presses_on_it("3").text

    nurse.expects_call("the call you asked for")
    connected = nurse.presses("1")
    assert connected.connect_to is not None
    assert clinic.alerts()[0].acknowledged_by == nurse.name
    nurse.connection_ends(reached=True)
    nurse.says_who_was_reached("1")
    nurse.closes(emergency.code)


def test_key_2_passes_it_on(clinic: Clinic, clock: Clock, emergency: Alert):
    nurse, other = clinic.on_duty(), second(clinic)
    nurse.calls_in()

    assert f"Passed on. {other.name} is told now." in nurse.presses_on_it("2").text
    clock.forward(seconds=1)

    assert other.takes("Emergency") == emergency.code
    other.closes(emergency.code)


def test_key_4_goes_from_one_to_the_next_the_most_pressing_first(
    clinic: Clinic, clock: Clock, emergency: Alert, bob: PatientPerson
):
    nurse = clinic.on_duty()
    clinic.infusion(bob, ended="15:04")
    bob.replies("the headache is severe")
    bob.has_read()
    urgent = nurse.expects_alert("Urgent")

    assert "2 are open for you. Emergency," in heard(nurse.calls_in())
    second_one = nurse.presses_on_it("4").text
    assert second_one.startswith("Urgent, ")
    assert spelled(urgent) in second_one
    assert "Press 4 for the next" in second_one
    assert "or 4 for the next one" in nurse.presses_on_it("1").text
    assert nurse.presses_on_it("4").text.startswith("Emergency, ")
    nurse.presses_on_it("1")
    nurse.expects_sms(urgent, "is yours")
    nurse.expects_sms(emergency.code, "is yours")
    assert "it is yours and not closed" in nurse.presses_on_it("9").text
    nurse.closes(urgent)
    nurse.closes(emergency.code)


def test_what_somebody_else_took_meanwhile_is_said_and_not_taken(clinic: Clinic, clock: Clock, emergency: Alert):
    nurse, other = clinic.on_duty(), second(clinic)
    nurse.calls_in()
    other.replies(emergency.code)
    other.expects_sms("is yours")
    nurse.expects_sms("is with", other.name)

    assert nurse.presses_on_it("1").text.startswith(f"{other.name} has it")

    assert clinic.alerts()[0].acknowledged_by == other.name
    other.closes(emergency.code)


def test_with_nothing_open_she_hears_that_and_no_patient_is_looked_for(clinic: Clinic):
    nurse = clinic.on_duty()
    answer = nurse.calls_in()
    assert "Nothing is open for you" in heard(answer)
    assert nurse.on_the_line[0] is None
    assert clinic.alerts() == ()


@pytest.mark.parametrize("why", ["over", "another call", "forged"])
def test_a_key_that_cannot_be_hers_changes_nothing(clinic: Clinic, clock: Clock, emergency: Alert, why: str):
    """Signatures have no time in them, and the carrier may say that a number is not the caller's."""
    nurse = clinic.on_duty()
    if why == "forged":
        assert isinstance(nurse.calls_in(forged=True), CallAnswer)
    else:
        nurse.calls_in()
        path, call = nurse.on_the_line
        nurse.on_the_line = (path, "another" if why == "another call" else call)
        if why == "over":
            clinic.clock.move_to(clock.now() + timedelta(minutes=16))
        assert "cannot be used any more" in nurse.presses_on_it("1").text
    assert clinic.alerts()[0].status is AlertStatus.OPEN
    for person in clinic.people:
        person.has_read()
    nurse.closes(emergency.code)
    for person in clinic.people:
        person.has_read()


def test_asked_twice_it_is_one_call(clinic: Clinic, emergency: Alert):
    nurse = clinic.on_duty()
    nurse.calls_in(sid="one call")
    nurse.calls_in(sid="one call")
    nurse.presses_on_it("1")
    nurse.expects_sms("is yours")
    assert len(inbound_calls(clinic, nurse)) == 1
    nurse.closes(emergency.code)


def test_a_nurse_who_is_a_patient_too_is_one_while_no_alert_waits_for_her(clinic: Clinic, clock: Clock):
    nurse = clinic.on_duty()
    herself = clinic.patient("Herself", number=nurse.number)
    clinic.infusion(herself, ended="08:00")
    assert isinstance(nurse.calls_in(), CallAnswer)
    run_until_quiet(clinic.context)


def inbound_calls(clinic: Clinic, who: StaffPerson) -> list[Inbound]:
    with clinic.store.read() as uow:
        found = uow.inbound.of_sender("prairie", who.number, clinic.clock.now() - timedelta(days=1))
    return [one for one in found if one.channel is Channel.VOICE]
