"""Mistakes that other systems' users have reported, each with the number of its thread: here they do not happen."""

from __future__ import annotations

import os
import shutil
import threading
import time as process_time
from collections.abc import Callable
from datetime import date, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from followup.domain import windows
from followup.domain.infusion import Baseline
from followup.domain.message import MessageState
from followup.domain.people import Channel, PatientStatus
from followup.gateways.port import RefusalKind, StatusUpdate
from followup.services.read_inbound import read_pending
from followup.services.receive_inbound import receive
from followup.services.track_delivery import track
from tests.support.clinic import ROOT, Clinic, Clock, PatientPerson

# 1


def test_cht_core_10802_a_stuck_sibling_sends_no_copies(
    clinic: Clinic, clock: Clock, ann: PatientPerson, bob: PatientPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clinic.infusion(bob, ended="09:00")
    clinic.provider.refuse(RefusalKind.LATER, code="20429", to=bob.number, times=None)
    clock.to("14:30")
    assert bob.received() == []
    ann.expects_sms("how are you now?")
    ann.expects_sms("still waiting")
    assert len(ann.received()) == 2


def test_cht_core_10802_no_patient_gets_more_than_a_few_texts_a_day(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    for number in range(6):
        clinic.infusion(ann, ended="09:00", external_id=f"I-again-{number}")
    clock.to("21:00")
    assert len(ann.received()) <= 4
    ann.has_read()


# 3


def test_cht_core_7040_one_unrecognised_text_gets_one_answer(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.wrote("zzz qqq", times=5)
    ann.expects_sms("could not read that")
    clock.forward(minutes=10)


# 4


def test_cht_core_3627_texts_are_written_when_they_go_out(
    clinic: Clinic, clock: Clock, ann: PatientPerson, tmp_path: Path
) -> None:
    clinic.infusion(ann, ended="09:00")
    templates = tmp_path / "templates"
    shutil.copytree(ROOT / "templates", templates)
    text = templates / "messages" / "C2_PAIN" / "en.sms.txt"
    text.write_text("{{ clinic }} asks: your pain now, 0 to 10?\n", encoding="utf-8")
    clinic.publishes(ROOT / "schedules.yaml", templates)
    clock.to_check_in(ann, "C2")
    ann.expects_sms("Prairie Clinic asks: your pain now, 0 to 10?")


def test_cht_core_3627_a_new_phone_number_of_the_clinic_reaches_people_under_way(
    clinic: Clinic, clock: Clock, ann: PatientPerson, tmp_path: Path
) -> None:
    clinic.infusion(ann, ended="09:00")
    changed = tmp_path / "schedules.yaml"
    text = (ROOT / "schedules.yaml").read_text(encoding="utf-8")
    changed.write_text(text.replace("(312) 555-0142", "(312) 555-0177"), encoding="utf-8")
    clinic.publishes(changed)
    clock.to("13:00")
    ann.answers_check_in()
    ann.expects_sms("(312) 555-0177")


def test_cht_core_3634_a_patients_new_number_and_language_hold_at_once(clinic: Clinic, clock: Clock) -> None:
    pat = clinic.patient("Pat", baseline=5)
    clinic.infusion(pat, ended="09:00", external_id="I-1")
    pat.number, pat.language = "+13125557777", "es"
    clinic.infusion(pat, ended="09:00", external_id="I-1")
    clock.to("13:00")
    pat.expects_sms("como esta ahora")
    assert len(pat.received()) == 1


# 5


def test_cht_core_3093_a_plan_that_starts_midway_asks_only_what_makes_sense(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clock.to("11:00", days=1)
    clinic.infusion(ann, ended=clock.now() - timedelta(hours=20))
    clock.to("20:30")
    assert [(ann.check_ins[key].state.value, ann.check_ins[key].reason) for key in ("C1", "C2")] == [
        ("skipped", "began late"),
        ("skipped", "began late"),
    ]
    assert "R7" not in ann.rules(), "what was never asked is not silence"
    clock.until(ann.check_ins["C3"].due_at)
    ann.answers_check_in()
    ann.expects_sms("glad")


# 9


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles", "UTC"])
def test_rapidpro_1692_an_edit_made_in_another_zone_moves_no_hour(
    clinic: Clinic, clock: Clock, ann: PatientPerson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    clinic.infusion(ann, ended="09:00")
    changed = tmp_path / "schedules.yaml"
    text = (ROOT / "schedules.yaml").read_text(encoding="utf-8")
    changed.write_text(text.replace("(312) 555-0142", "(312) 555-0199"), encoding="utf-8")
    before = dict(os.environ)
    monkeypatch.setenv("TZ", zone)
    process_time.tzset()
    try:
        clinic.publishes(changed)
        clock.to_check_in(ann, "C2")
        local = clock.now().astimezone(ZoneInfo("America/Chicago"))
        assert (local.hour, local.minute) == (10, 0)
        ann.expects_sms("how strong is your pain")
    finally:
        monkeypatch.undo()
        process_time.tzset()
    assert os.environ.get("TZ") == before.get("TZ")


# 16


def test_eliza_31768_the_same_inbound_in_two_requests_at_once_is_answered_once(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    text = clinic.provider.record_inbound(sender=ann.number, body="chest pain", to=clinic.number)
    fresh: list[bool] = []
    gate = threading.Barrier(4)

    def post() -> None:
        gate.wait()
        fresh.append(receive(clinic.context, text, channel=Channel.SMS))

    posts = [threading.Thread(target=post) for _ in range(4)]
    for each in posts:
        each.start()
    for each in posts:
        each.join()
    assert sorted(fresh) == [False, False, False, True]
    while read_pending(clinic.context):
        pass
    clock.forward(seconds=1)
    ann.expects_sms("may be an emergency")
    clinic.on_duty().expects_alert("emergency")


def test_sim_pr_5230_later_statuses_of_one_message_are_not_dropped(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    (message,) = ann.messages()

    def told(state: MessageState) -> str:
        update = StatusUpdate(
            message_id=message.id,
            attempt=1,
            provider=message.provider or "",
            provider_id=message.provider_id or "",
            state=state,
            error_code=None,
            late=None,
            reason=None,
        )
        track(clinic.context, update)
        return ann.messages()[0].state.value

    assert told(MessageState.SENT) == "sent"
    assert told(MessageState.DELIVERED) == "delivered"
    assert told(MessageState.SENT) == "delivered", "an old status moves nothing back"


# 19


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "Pacific/Kiritimati", "Asia/Kolkata", "Pacific/Honolulu"])
def test_saraalert_pr_1228_today_is_the_patients_today(clinic: Clinic, clock: Clock, zone: str) -> None:
    pat = clinic.patient("Pat", baseline=5, zone=zone)
    here = ZoneInfo(zone)
    day = clock.now().astimezone(here).date() + timedelta(days=1)
    ended = windows.instant_of(day, time(11), zone)
    clock.until(ended)
    clinic.infusion(pat, ended=ended)
    clock.to_check_in(pat, "C3")
    pat.expects_sms("on average in the last 24 hours")
    asked = [at.astimezone(here) for at, body in pat.received() if "?" in body]
    assert [(at.date() - day).days for at in asked] == [0, 1, 1, 3]
    assert [at.hour for at in asked] == [15, 10, 10, 11]


# 20


def test_lamp_439_after_the_clock_change_nothing_comes_an_hour_off_or_twice(
    clinic_at: Callable[..., Clinic],
) -> None:
    end_of_summer = windows.instant_of(date(2027, 10, 30), time(12), "Europe/Madrid")
    clinic = clinic_at(end_of_summer)
    clock, pat = Clock(clinic), clinic.patient("Pat", baseline=5, zone="Europe/Madrid", language="es")
    clinic.infusion(pat)
    clock.until(end_of_summer + timedelta(days=1, hours=7))
    local = [at.astimezone(ZoneInfo(pat.zone)) for at, _ in pat.received()]
    assert [f"{at:%d %H:%M}" for at in local] == ["30 16:00", "30 17:15", "31 10:00", "31 14:00"]
    pat.has_read()


# 22


def test_episphere_1104_a_stop_known_only_to_the_carrier_is_taken_up_with_its_reason(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clinic.provider.block(ann.number)
    clock.to("13:00")
    (message, *_) = ann.messages()
    assert message.state is MessageState.FAILED
    with clinic.store.read() as uow:
        assert uow.suppressions.active("prairie", Channel.SMS, ann.number)
    assert ann.rules() == {"R9"}
    clinic.staff_close_everything()
    clinic.provider.unblock(ann.number)
    clock.to("12:00", days=1)
    assert ann.received() == []
    assert ann.check_ins["C2"].reason == "opted out"


# 23


def test_rock_7049_the_confirmation_of_a_stop_goes_out_although_the_number_is_stopped(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("STOP")
    ann.expects_sms("you are opted out")
    assert [(one.template, one.state.value) for one in ann.messages()] == [("STOP", "sent")]


@pytest.mark.parametrize("words", ["hello", "1", "yes please call me", "thanks", "ok", "my pain is 3"])
def test_rock_7049_no_text_but_start_signs_anybody_up_again(
    clinic: Clinic, clock: Clock, ann: PatientPerson, words: str
) -> None:
    clinic.infusion(ann, ended="09:00")
    ann.replies("STOP")
    ann.expects_sms("you are opted out")
    ann.replies(words)
    with clinic.store.read() as uow:
        assert uow.suppressions.active("prairie", Channel.SMS, ann.number)
    clinic.staff_close_everything()
    clock.to("14:00")
    assert ann.check_ins["C1"].reason == "opted out"


# 24


def test_redcap_rc_alert_01_a_changed_field_moves_only_what_depends_on_it(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    before = {key: one.due_at for key, one in ann.check_ins.items()}
    clinic.correct("I-ann-1", baseline=Baseline(pain=6))
    assert {key: one.due_at for key, one in ann.check_ins.items()} == before
    clinic.correct("I-ann-1", ended_at=clock.now() + timedelta(hours=2))
    moved = {key for key, one in ann.check_ins.items() if one.due_at != before[key]}
    assert moved == {"C1"}
    clock.to("15:00")
    ann.expects_sms("how are you now?")


def test_redcap_rc_alert_01_the_end_of_a_pause_fires_no_burst(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clinic.status(ann, PatientStatus.PAUSED, until=clock.now() + timedelta(days=10))
    clock.forward(days=10, hours=6)
    assert ann.received() == []
    assert {ann.check_ins[key].reason for key in ("C1", "C2", "C3", "C4")} == {"patient status"}
    clock.until(ann.check_ins["C5"].due_at)
    ann.expects_sms("on average in the last 24 hours")


def test_redcap_rc_alert_01_lifting_a_hold_fires_no_burst(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clinic.holds(on=True)
    clock.to("12:00", days=4)
    clinic.staff_close_everything()
    clinic.holds(on=False)
    clock.forward(minutes=30)
    assert len(ann.received()) == 0, "what was for another day is not sent today"
