"""Calls that wake staff: what a key does, what no key does, and what whoever has the phone is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from followup.domain.alert import Alert, AlertEntry, AlertStatus
from followup.domain.calls import CallStage, spelled
from followup.domain.contact import ContactResult, ContactTry
from followup.domain.message import Message, MessageState
from followup.domain.people import Channel
from followup.errors import Conflict
from followup.gateways.port import CallNews, PressedKey, RefusalKind
from followup.services.answer_key import press_key
from followup.services.call_patient import bridge
from followup.services.follow_calls import note_news
from followup.services.quiet import run_until_quiet
from followup.services.track_delivery import track
from tests.support.clinic import Clinic, Clock, PatientPerson, StaffPerson

CHEST = "I have bad chest pain"


@pytest.fixture
def emergency(clinic: Clinic, clock: Clock, ann: PatientPerson) -> Alert:
    """Ann has written of chest pain at 19:10; whoever is on duty has been told."""
    clinic.infusion(ann, ended="15:04")
    clock.to("19:10")
    ann.expects_sms("how are you now?")
    ann.replies(CHEST)
    ann.expects_sms("911")
    clinic.on_duty().expects_alert("Emergency")
    return ann.alerts()[0]


def second(clinic: Clinic) -> StaffPerson:
    """Whoever is next on duty."""
    return clinic.staff["kay" if clinic.on_duty().key == "sam" else "sam"]


def now_of(alert: Alert, clinic: Clinic) -> Alert:
    return next(one for one in clinic.alerts() if one.id == alert.id)


def calls_in_outbox(clinic: Clinic, alert: Alert) -> list[Message]:
    with clinic.store.read() as uow:
        return [one for one in uow.messages.of_alert(alert.id) if one.channel is Channel.VOICE]


def tries(clinic: Clinic, alert: Alert) -> tuple[ContactTry, ...]:
    with clinic.store.read() as uow:
        return uow.contacts.of_alert(alert.id)


# --- a key -----------------------------------------------------------------------------------------


def test_one_key_takes_the_alert_and_says_so(clinic: Clinic, clock: Clock, emergency: Alert):
    nurse = clinic.on_duty()
    nurse.expects_call("Emergency", spelled(emergency.code), "press 1")

    spoken = nurse.presses("1")

    assert "It is yours" in spoken.text
    taken = now_of(emergency, clinic)
    assert (taken.status, taken.acknowledged_by, taken.acknowledged_via) == (
        AlertStatus.ACKNOWLEDGED,
        nurse.name,
        "voice",
    )
    clock.forward(minutes=12)
    assert len(nurse.calls()) == 1
    nurse.closes(emergency.code)


def test_pressed_twice_it_is_still_theirs(clinic: Clinic, emergency: Alert):
    nurse = clinic.on_duty()
    nurse.presses("1")

    assert "It is yours" in nurse.presses("1").text
    nurse.closes(emergency.code)


def test_whoever_picks_up_second_hears_who_has_it(clinic: Clinic, clock: Clock, emergency: Alert):
    nurse, other = clinic.on_duty(), second(clinic)
    clock.forward(minutes=5)
    other.expects_alert("Emergency")
    other.presses("1")
    nurse.expects_sms("is with")

    clinic.provider.calls.on_call = None
    spoken = pressed_late(nurse, clinic, "1")

    assert spoken == "This call cannot be used any more. Look at the board."
    assert now_of(emergency, clinic).acknowledged_by == other.name
    other.closes(emergency.code)


def pressed_late(nurse: StaffPerson, clinic: Clinic, key: str) -> str:
    """A key that is said to come from this person's last call, which is over."""
    call = calls_of(nurse, clinic)[0]
    pressed = PressedKey(
        message_id=call.id, provider=call.provider or "", provider_id=call.provider_id or "", key=key, sender=""
    )
    return press_key(clinic.context, pressed).text


def calls_of(nurse: StaffPerson, clinic: Clinic) -> list[Message]:
    return [one for alert in clinic.alerts() for one in calls_in_outbox(clinic, alert) if one.person == nurse.key]


def test_remoteclaw_3035_a_recorded_key_of_a_call_that_is_over_changes_nothing(
    clinic: Clinic, clock: Clock, emergency: Alert
):
    """A signature has no time in it: whoever recorded the request could send it again at any hour."""
    nurse = clinic.on_duty()
    nurse.call_ends(CallStage.NO_ANSWER)

    assert "cannot be used" in pressed_late(nurse, clinic, "1")
    assert now_of(emergency, clinic).status is AlertStatus.OPEN
    clinic.staff_close_everything()


def test_a_key_from_another_call_than_ours_changes_nothing(clinic: Clinic, emergency: Alert):
    call = calls_of(clinic.on_duty(), clinic)[-1]
    foreign = PressedKey(message_id=call.id, provider="simulator", provider_id="SIMother", key="1", sender="")

    assert "cannot be used" in press_key(clinic.context, foreign).text
    assert now_of(emergency, clinic).status is AlertStatus.OPEN
    clinic.staff_close_everything()


def test_somebody_who_took_it_by_text_meanwhile_is_named(clinic: Clinic, clock: Clock, emergency: Alert):
    nurse, lead = clinic.on_duty(), clinic.staff["lee"]
    nurse.presses("9")  # the phone is picked up
    lead.replies(emergency.code)
    lead.expects_sms(emergency.code)
    nurse.expects_sms("is with")

    spoken = nurse.presses("1")

    assert lead.name in spoken.text
    assert "19:10" in spoken.text
    assert spoken.key_path is None
    lead.closes(emergency.code)


def test_a_closed_alert_is_said_to_be_closed(clinic: Clinic, emergency: Alert):
    nurse = clinic.on_duty()
    nurse.presses("9")  # the phone is picked up
    clinic.staff_close_everything()

    assert "closed already" in nurse.presses("1").text


def test_another_key_does_nothing_and_says_what_the_keys_are(clinic: Clinic, emergency: Alert):
    nurse = clinic.on_duty()

    spoken = nurse.presses("9")

    assert "Press 1 to take it" in spoken.text
    assert spoken.key_path is not None
    assert now_of(emergency, clinic).status is AlertStatus.OPEN
    clinic.staff_close_everything()


def test_two_passes_it_on_to_the_next_person_who_is_called_at_once(clinic: Clinic, clock: Clock, emergency: Alert):
    nurse, other = clinic.on_duty(), second(clinic)

    spoken = nurse.presses("2")

    assert other.name in spoken.text
    other.expects_alert("Emergency")
    other.presses("1")
    clock.forward(minutes=4)
    assert len(nurse.calls()) == 1  # whoever passed it on is not rung a second time
    other.closes(emergency.code)


# --- no key ----------------------------------------------------------------------------------------

TAKEN_BY_NO_PERSON = [CallStage.MACHINE, CallStage.NO_KEY, CallStage.BUSY]


@pytest.mark.parametrize("stage", TAKEN_BY_NO_PERSON)
def test_voicemail_screening_and_a_declined_call_move_the_alert_on_at_once(
    clinic: Clinic, clock: Clock, emergency: Alert, stage: CallStage
):
    clock.forward(seconds=9)
    clinic.on_duty().call_ends(stage)

    second(clinic).expects_alert("Emergency")
    assert now_of(emergency, clinic).status is AlertStatus.OPEN
    clinic.staff_close_everything()


def test_a_call_that_rang_out_leaves_its_owner_the_time_of_the_step_while_a_text_lies_on_the_phone(
    clinic: Clinic, clock: Clock, emergency: Alert
):
    nurse, other = clinic.on_duty(), second(clinic)
    clock.forward(minutes=4)
    other.expects_nothing()
    assert [one["state"] for one in nurse.calls()] == ["no_answer", "no_answer"]

    clock.forward(minutes=1)

    other.expects_alert("Emergency")
    clinic.staff_close_everything()


def test_a_call_that_rang_out_moves_on_at_once_where_the_text_failed_too(
    clinic: Clinic, clock: Clock, ann: PatientPerson
):
    clinic.infusion(ann, ended="15:04")
    clock.to("19:10")
    ann.expects_sms("how are you now?")
    nurse, other = clinic.on_duty(), second(clinic)
    clinic.provider.fail_delivery(to=nurse.number, channel=Channel.SMS)
    clinic.provider.on_status = partial(track, clinic.context)
    ann.replies(CHEST)
    ann.expects_sms("911")
    other.expects_nothing()

    clock.forward(seconds=50)

    other.expects_alert("Emergency")
    clinic.provider.on_status = None
    for person in clinic.staff.values():
        person.has_read()
    clinic.staff_close_everything()


def test_an_emergency_rings_a_second_time_within_three_minutes(clinic: Clinic, clock: Clock, emergency: Alert):
    """A phone that is set not to disturb lets the second call of one caller through."""
    nurse = clinic.on_duty()
    nurse.expects_call(at="19:10:00")

    clock.forward(seconds=70)

    nurse.expects_call("Emergency", spelled(emergency.code), at="19:11:00")
    assert "It is yours" in nurse.presses("1").text
    clock.forward(minutes=3)
    assert len(nurse.calls()) == 2
    nurse.closes(emergency.code)


def test_what_is_urgent_calls_at_the_second_step_and_rings_once(clinic: Clinic, clock: Clock, ann: PatientPerson):
    clinic.infusion(ann, ended="15:04")
    clock.to("19:10")
    ann.expects_sms("how are you now?")
    ann.replies("there is blood in my urine")
    ann.has_read()
    nurse, other = clinic.on_duty(), second(clinic)
    code = nurse.expects_alert("Urgent")
    assert nurse.calls() == []

    clock.forward(minutes=35)

    other.expects_alert("Urgent")
    assert [one["state"] for one in other.calls()] == ["no_answer"]
    clinic.staff_close_everything()
    assert code == ann.alerts()[0].code


def test_a_false_machine_is_overruled_by_the_key_that_a_person_presses(clinic: Clinic, clock: Clock, emergency: Alert):
    nurse, other = clinic.on_duty(), second(clinic)
    nurse.call_ends(CallStage.MACHINE)
    other.expects_alert("Emergency")

    assert "It is yours" in nurse.presses("1").text
    other.expects_sms("is with")
    clock.forward(minutes=3)
    assert len(nurse.calls()) == 1
    nurse.closes(emergency.code)


def test_news_that_come_late_or_twice_take_nothing_back(clinic: Clinic, clock: Clock, emergency: Alert):
    nurse = clinic.on_duty()
    call = calls_of(nurse, clinic)[-1]
    nurse.presses("1")

    for stage in (CallStage.NO_KEY, CallStage.RINGING, CallStage.NO_KEY, CallStage.BUSY):
        news = CallNews(message_id=call.id, provider="simulator", provider_id=call.provider_id or "", stage=stage)
        note_news(clinic.context, news)

    assert calls_of(nurse, clinic)[-1].state is MessageState.DELIVERED
    assert now_of(emergency, clinic).acknowledged_by == nurse.name
    nurse.closes(emergency.code)


def test_an_alert_that_was_taken_before_the_call_went_out_calls_nobody(
    clinic: Clinic, clock: Clock, ann: PatientPerson
):
    """Grafana OnCall 4654: notices still came after somebody had taken the alert."""
    clinic.infusion(ann, ended="15:04")
    clock.to("19:10")
    ann.expects_sms("how are you now?")
    nurse = clinic.on_duty()
    later = timedelta(seconds=30)
    clinic.provider.refuse(RefusalKind.LATER, retry_after=later, to=nurse.number, channel=Channel.VOICE)
    ann.replies(CHEST)
    ann.expects_sms("911")
    code = nurse.expects_alert("Emergency")
    nurse.replies(code)
    nurse.expects_sms(code, "is yours")

    clock.forward(minutes=5)

    assert nurse.calls() == []
    nurse.closes(code)


def test_once_somebody_has_the_alert_a_phone_that_rings_is_stopped(clinic: Clinic, clock: Clock, emergency: Alert):
    nurse = clinic.on_duty()
    nurse.replies(emergency.code)
    nurse.expects_sms("is yours")

    assert [one["state"] for one in nurse.calls()] == ["canceled"]
    (call,) = calls_in_outbox(clinic, emergency)
    assert call.reason == "somebody has the alert; the phone need not ring any more"
    clock.forward(minutes=4)
    assert [alert.id for alert in clinic.alerts()] == [emergency.id]  # and nobody is told that a call failed
    nurse.closes(emergency.code)


# --- in doubt --------------------------------------------------------------------------------------


def test_h2_a_call_whose_answer_was_lost_is_placed_once_more_and_either_takes_a_key(
    clinic: Clinic, clock: Clock, ann: PatientPerson
):
    clinic.infusion(ann, ended="15:04")
    clock.to("19:10")
    ann.expects_sms("how are you now?")
    nurse = clinic.on_duty()
    clinic.provider.lose_answer(accepted=True, to=nurse.number, channel=Channel.VOICE)
    ann.replies(CHEST)
    ann.expects_sms("911")
    code = nurse.expects_alert("Emergency")
    first, again = nurse.calls()

    spoken = press_key(clinic.context, clinic.provider.calls.press(first["id"], "1"))
    run_until_quiet(clinic.context)

    assert again["said"] == first["said"]
    assert "It is yours" in spoken.text
    nurse.closes(code)


# --- the patient on the line -----------------------------------------------------------------------


def test_three_connects_to_the_patient_from_the_clinics_number_and_keeps_the_try(
    clinic: Clinic, clock: Clock, ann: PatientPerson, emergency: Alert
):
    nurse = clinic.on_duty()
    clock.forward(seconds=20)

    spoken = nurse.presses("3")

    assert (spoken.connect_to, spoken.caller) == (ann.number, clinic.number)
    assert now_of(emergency, clinic).acknowledged_by == nurse.name
    assert "Did you reach" in nurse.connection_ends(reached=True).text
    assert "Noted" in nurse.says_who_was_reached("1").text
    (tried,) = tries(clinic, emergency)
    assert (tried.by, tried.way.value, tried.result) == (nurse.key, "bridge", ContactResult.REACHED)
    assert tried.at - emergency.opened_at <= timedelta(seconds=20)
    nurse.closes(emergency.code)


def test_a_patient_who_does_not_pick_up_is_a_try_and_may_be_rung_again(
    clinic: Clinic, ann: PatientPerson, emergency: Alert
):
    nurse = clinic.on_duty()
    nurse.presses("3")

    spoken = nurse.connection_ends(reached=False)

    assert "Press 3 to try again" in spoken.text
    assert nurse.presses("3").connect_to == ann.number
    assert [one.result for one in tries(clinic, emergency)] == [ContactResult.NO_ANSWER]
    nurse.closes(emergency.code)


@pytest.mark.parametrize(("key", "result"), [("2", ContactResult.VOICEMAIL), ("3", ContactResult.WRONG_PERSON)])
def test_whoever_made_the_call_says_who_was_reached(clinic: Clinic, emergency: Alert, key: str, result: ContactResult):
    nurse = clinic.on_duty()
    nurse.presses("3")
    nurse.connection_ends(reached=True)

    nurse.says_who_was_reached(key)

    assert [one.result for one in tries(clinic, emergency)] == [result]
    nurse.closes(emergency.code)


def test_a_nurse_who_hangs_up_first_is_not_said_to_have_reached_the_patient(clinic: Clinic, emergency: Alert):
    """A line that was open for a minute and a half may have been voicemail; nobody said what it was."""
    nurse = clinic.on_duty()
    nurse.presses("3")

    nurse.connection_ends(reached=True, hangs_up=True)

    (tried,) = tries(clinic, emergency)
    assert tried.result is ContactResult.VOICEMAIL
    assert "nobody said" in (tried.note or "")
    nurse.closes(emergency.code)


def test_a_contact_on_hold_is_rung_by_nobody_and_it_is_said(clinic: Clinic, ann: PatientPerson, emergency: Alert):
    nurse = clinic.on_duty()
    hold_contact_of(ann, clinic)

    spoken = nurse.presses("3")

    assert spoken.connect_to is None
    assert "on hold" in spoken.text
    with pytest.raises(Conflict, match="on hold"):
        bridge(clinic.context, alert=emergency.id, person=nurse.key)
    assert tries(clinic, emergency) == ()
    nurse.closes(emergency.code)


def hold_contact_of(ann: PatientPerson, clinic: Clinic) -> None:
    with clinic.store.write() as uow:
        uow.patients.update(replace(ann.record, safe_contact_hold=True))
        uow.commit()


def test_from_the_page_the_own_phone_rings_first_and_one_key_connects(
    clinic: Clinic, ann: PatientPerson, emergency: Alert
):
    nurse = clinic.on_duty()
    nurse.replies(emergency.code)
    nurse.expects_sms("is yours")

    bridge(clinic.context, alert=emergency.id, person=nurse.key)
    run_until_quiet(clinic.context)

    nurse.expects_call("the call you asked for")
    assert nurse.presses("1").connect_to == ann.number
    nurse.connection_ends(reached=True)
    nurse.says_who_was_reached("1")
    assert [one.result for one in tries(clinic, emergency)] == [ContactResult.REACHED]
    nurse.closes(emergency.code)


def test_a_closed_alert_connects_nobody(clinic: Clinic, emergency: Alert):
    clinic.staff_close_everything()

    with pytest.raises(Conflict, match="closed"):
        bridge(clinic.context, alert=emergency.id, person=clinic.on_duty().key)


# --- without a way to call -------------------------------------------------------------------------


def test_without_a_way_to_call_the_lead_reads_of_it_and_texts_go_all_the_same(
    clinic: Clinic, clock: Clock, ann: PatientPerson
):
    clinic.without_calls()
    clinic.infusion(ann, ended="15:04")
    clock.to("19:10")
    ann.expects_sms("how are you now?")

    ann.replies(CHEST)

    ann.expects_sms("911")
    clinic.on_duty().expects_alert("Emergency")
    clinic.staff["lee"].expects_alert("Urgent")
    assert any("no way to send voice is set up" in (entry.understood or "") for entry in _history(clinic))
    clinic.staff_close_everything()


def _history(clinic: Clinic) -> list[AlertEntry]:
    return [entry for alert in clinic.alerts() for entry in clinic.entries(alert)]
