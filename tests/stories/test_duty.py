"""The duty changes hands: by text, by swap, on holidays, through the night; and everybody hears the truth about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from followup.domain import oncall, windows
from followup.domain.preflight import FindingKind
from followup.errors import Conflict
from followup.services import duty
from followup.services.list_alerts import alert_view
from followup.services.preflight import findings
from followup.services.quiet import run_until_quiet
from tests.support.clinic import CHICAGO, ROOT, SUNDAY, Clinic, Clock, PatientPerson, StaffPerson

MONDAY = date(2026, 11, 23)
Begin = Callable[..., Clinic]


def wall(day: date, at: str) -> datetime:
    return windows.instant_of(day, time.fromisoformat(at), CHICAGO)


@pytest.fixture
def begin(clinic_at: Callable[..., Clinic], tmp_path: Path) -> Begin:
    """Begins a story at 09:00 of a day, or at another hour, with changes to the shipped schedule."""

    def make(changes: dict[str, str], day: date = SUNDAY, at: str = "09:00") -> Clinic:
        text = (ROOT / "schedules.yaml").read_text(encoding="utf-8")
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new, 1)
        file = tmp_path / "schedules.yaml"
        file.write_text(text, encoding="utf-8")
        return clinic_at(wall(day, at), schedules=file)

    return make


def danger(clinic: Clinic, number: str = "+13125559999") -> None:
    """A stranger is in danger: whoever is on duty must hear of it."""
    stranger = clinic.stranger(number)
    stranger.replies("chest pain and i cant breathe")
    stranger.expects_sms("may be an emergency")


# --- by text -------------------------------------------------------------------------------------


def test_take_over_by_text_holds_until_the_next_hand_over(
    clinic: Clinic, clock: Clock, kay: StaffPerson, sam: StaffPerson
) -> None:
    assert clinic.on_duty() is sam
    kay.replies("Take over")
    kay.expects_sms("Kay Miller has nurses from Sun 22 Nov 09:00 to Mon 23 Nov 07:00", "by Kay Miller", "alerts: none")
    sam.expects_sms("Kay Miller has nurses")  # whoever is relieved hears of it
    danger(clinic)
    kay.takes("Emergency")
    clinic.staff_close_everything()
    clock.to("07:00", days=1)  # the pattern says Kay for Monday, and Sam for Tuesday
    clock.to("07:00", days=1)
    danger(clinic, "+13125559998")
    sam.takes("Emergency")
    clinic.staff_close_everything()


def test_cover_until_an_hour_ends_at_that_hour(
    clinic: Clinic, clock: Clock, kay: StaffPerson, sam: StaffPerson
) -> None:
    kay.replies("cover until 7pm")
    kay.expects_sms("to Sun 22 Nov 19:00")
    sam.expects_sms("Kay Miller has nurses")
    clock.to("18:59")
    danger(clinic)
    kay.takes("Emergency")
    clinic.staff_close_everything()
    clock.to("19:00")
    danger(clinic, "+13125559998")
    sam.takes("Emergency")
    clinic.staff_close_everything()


def test_whoever_takes_over_reads_what_is_open(clinic: Clinic, kay: StaffPerson, sam: StaffPerson) -> None:
    danger(clinic)
    code = sam.expects_alert("Emergency")
    kay.replies("take over nurses")
    kay.expects_sms("Kay Miller has nurses", f"Open alerts: {code}")
    sam.expects_sms("Kay Miller has nurses")
    kay.replies(code)
    kay.expects_sms(code, "is yours")
    sam.expects_sms(code, "is with Kay Miller")
    clinic.staff_close_everything()


def test_the_chain_asks_the_people_of_now(clinic: Clinic, clock: Clock, kay: StaffPerson, sam: StaffPerson) -> None:
    """An alert opened for Sam; by the time of the second step Lee has taken over, and Kay is next."""
    lee = clinic.staff["lee"]
    danger(clinic)
    sam.expects_alert("Emergency")
    lee.replies("take over")
    lee.expects_sms("Lee Chen has nurses")
    sam.expects_sms("Lee Chen has nurses")
    clock.forward(minutes=5)
    code = kay.expects_alert("Emergency")
    kay.replies(code)
    kay.expects_sms("is yours")
    sam.expects_sms("is with Kay Miller")
    clinic.staff_close_everything()


def test_a_swap_by_text_gives_a_turn_away_and_takes_one(
    clinic: Clinic, clock: Clock, kay: StaffPerson, sam: StaffPerson
) -> None:
    sam.replies("swap 2026-12-24 with Kay for 2026-12-25")  # 24 December is Sam's by the pattern, the 25th Kay's
    sam.expects_sms("Kay Miller has nurses from Thu 24 Dec 07:00 to Fri 25 Dec 07:00", "by Sam Ortiz")
    kay.expects_sms("Kay Miller has nurses from Thu 24 Dec 07:00")
    kay.expects_sms("Sam Ortiz has nurses from Fri 25 Dec 07:00 to Sat 26 Dec 07:00")
    configuration = duty.current_configuration(clinic.context)
    rota = configuration.rotas["nurses"]
    people = [oncall.on_duty(rota, wall(date(2026, 12, day), "12:00")) for day in (23, 24, 25, 26)]
    assert people == ["kay", "kay", "sam", "sam"]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("take over doctors", "names no such rota; there is nurses"),
        ("take over", "Sam Ortiz has nurses in all of that time already"),
        ("cover until 2026-11-20 07:00", "That time has passed"),
        ("cover until 2027-11-20 07:00", "lasts at most 28 days"),
        ("swap 2026-11-24 with nobody", "Nobody here is called 'nobody'"),
        ("swap 2026-11-23 with kay", "You do not have the duty that begins on 2026-11-23"),
        ("swap 2026-11-24 with kay for 2026-11-26", "Kay Miller does not have nurses in the hours"),
    ],
)
def test_what_cannot_be_done_is_answered_with_the_reason(
    clinic: Clinic, sam: StaffPerson, words: str, answer: str
) -> None:
    sam.replies(words)
    sam.expects_sms(answer)
    with clinic.store.read() as uow:
        assert uow.duty.in_force(clinic.clock.now()) == ()


def test_a_patient_who_writes_take_over_changes_nothing(clinic: Clinic, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:00")
    ann.replies("take over")
    ann.has_read()
    with clinic.store.read() as uow:
        assert uow.duty.in_force(clinic.clock.now()) == ()
    clinic.staff_close_everything()


def test_h10_whoever_stopped_our_texts_cannot_take_the_duty(clinic: Clinic, kay: StaffPerson) -> None:
    """A staff STOP left a hole in the chain that nobody saw: it is named, and no duty goes there."""
    lee = clinic.staff["lee"]
    kay.replies("STOP")
    lee.expects_alert("Urgent")
    with pytest.raises(Conflict, match="has stopped texts from us: first text START"):
        duty.take_over(clinic.context, rota="nurses", person="kay", until=None, by="staff:kay", via="page")
    (found,) = findings(clinic.context, "prairie")
    assert (found.person, "texts from us were stopped on that phone" in found.message) == ("kay", True)
    assert "START" in found.remedy
    lee.replies(clinic.alerts("open")[0].code)
    lee.has_read()
    clinic.staff_close_everything()


# --- exceptions --------------------------------------------------------------------------------------


def test_two_exceptions_do_not_lie_over_each_other_unknown_to_anybody(clinic: Clinic, kay: StaffPerson) -> None:
    start, end = wall(MONDAY, "07:00") + timedelta(days=1), wall(MONDAY, "07:00") + timedelta(days=2)
    first = duty.cover(clinic.context, rota="nurses", start=start, end=end, person="lee", by="staff:lee", via="page")
    with pytest.raises(Conflict, match=r"Lee Chen has nurses .* by another exception; withdraw that first"):
        duty.cover(clinic.context, rota="nurses", start=start, end=end, person="kay", by="staff:kay", via="page")
    duty.withdraw(clinic.context, change=first.id, by="staff:lee", via="page")
    duty.cover(clinic.context, rota="nurses", start=start, end=end, person="kay", by="staff:kay", via="page")
    run_until_quiet(clinic.context)
    clinic.staff["sam"].expects_sms("Lee Chen has nurses")
    clinic.staff["sam"].expects_sms("Kay Miller has nurses")
    kay.expects_nothing()


def test_exceptions_are_in_the_audit_trail(clinic: Clinic) -> None:
    made = duty.take_over(clinic.context, rota="nurses", person="kay", until=None, by="staff:kay", via="page")
    duty.withdraw(clinic.context, change=made.id, by="staff:sam", via="terminal")
    run_until_quiet(clinic.context)
    clinic.staff["sam"].has_read()
    with clinic.store.read() as uow:
        rows = uow.audit.list(subject="rota", subject_id="nurses")
    assert [(row.actor, row.action, row.detail["via"]) for row in rows] == [
        ("staff:sam", "duty.withdrawn", "terminal"),
        ("staff:kay", "duty.take_over", "page"),
    ]


def test_whoever_leaves_is_asked_for_cover_and_told_nothing_more(clinic: Clinic, clock: Clock) -> None:
    hours = duty.leaving(clinic.context, "sam")
    assert len(hours) == 15  # every second day of four weeks, the last one whole
    assert hours[0].start == clinic.clock.now()
    made = duty.hand_to(clinic.context, person="sam", to="lee", by="terminal:root", via="terminal")
    assert len(made) == 15
    assert duty.leaving(clinic.context, "sam") == ()
    run_until_quiet(clinic.context)
    clinic.staff["lee"].expects_sms("Lee Chen has nurses, 15 turns from Sun 22 Nov 09:00 to Mon 21 Dec 07:00")
    danger(clinic)
    clinic.staff["lee"].takes("Emergency")
    clinic.staff_close_everything()


def test_goalert_4548_hours_of_somebody_who_left_pass_on_at_once_and_are_named(clinic: Clinic) -> None:
    """A step with nobody in it waited for its time in silence: here the next person hears of it in the same second."""
    with clinic.store.write() as uow:
        uow.accounts.add("account-of-sam", "prairie", "sam", "none", clinic.clock.now())
        uow.accounts.disable("account-of-sam", clinic.clock.now())
        uow.commit()
    found = findings(clinic.context, "prairie")
    assert [one.kind for one in found] == [FindingKind.NOBODY] * 8
    assert found[0].message == "nobody is on duty in nurses from Sun 22 Nov 09:00 to Mon 23 Nov 07:00"
    danger(clinic)
    clinic.staff["kay"].takes("Emergency")
    clinic.staff["lee"].expects_alert("Urgent")  # that a step told nobody
    clinic.staff_close_everything()


def test_a_holiday_belongs_to_its_own_person(begin: Begin) -> None:
    clinic = begin({"    # holidays: lee  ": "    holidays: lee  "}, day=date(2026, 11, 26), at="07:00")  # Thanksgiving
    clock = Clock(clinic)
    danger(clinic)
    clinic.staff["lee"].takes("Emergency")
    clinic.staff_close_everything()
    clock.to("06:59", days=1)
    danger(clinic, "+13125559998")
    clinic.staff["lee"].takes("Emergency")
    clinic.staff_close_everything()
    clock.to("07:00")
    danger(clinic, "+13125559997")
    clinic.staff["kay" if clinic.on_duty().key == "kay" else "sam"].takes("Emergency")
    clinic.staff_close_everything()


# --- a person's own order ------------------------------------------------------------------------------

OWN_ORDER = {
    "email: sam.ortiz@prairie.example.org\n": ("email: sam.ortiz@prairie.example.org\n    contact: [sms, email: 2m]\n")
}


def test_the_second_way_waits_and_never_comes_when_the_first_was_enough(begin: Begin) -> None:
    clinic = begin(OWN_ORDER)
    clock, sam = Clock(clinic), clinic.staff["sam"]
    danger(clinic)
    code = sam.expects_alert("Emergency", mail=False)
    clock.forward(minutes=1)
    sam.replies(code)
    sam.expects_sms(code, "is yours")
    clock.forward(minutes=5)
    sam.expects_nothing()
    clinic.staff_close_everything()


def test_the_second_way_comes_after_its_wait(begin: Begin) -> None:
    clinic = begin(OWN_ORDER)
    clock, sam = Clock(clinic), clinic.staff["sam"]
    danger(clinic)
    code = sam.expects_alert("Emergency", mail=False)
    clock.forward(seconds=119)
    sam.expects_nothing()
    clock.forward(seconds=1)
    sam.expects_mail(code)
    sam.replies(code)
    sam.expects_sms("is yours")
    clinic.staff_close_everything()


def test_the_second_way_does_not_wait_when_the_first_fails(begin: Begin) -> None:
    clinic = begin(OWN_ORDER)
    sam = clinic.staff["sam"]
    clinic.provider.refuse(to=sam.number, times=1)
    danger(clinic)
    sam.expects_mail("follow-up alert")
    clinic.staff["lee"].expects_alert("Urgent")  # that a way to Sam is broken
    close_all(clinic)


def test_oncall_934_the_next_step_does_not_cut_off_a_persons_own_wait(begin: Begin) -> None:
    """Sam's own mail waits ten minutes, and the chain moves on after five: the check says so, and the mail comes."""
    clinic = begin(
        {
            "email: sam.ortiz@prairie.example.org\n": (
                "email: sam.ortiz@prairie.example.org\n    contact: [sms, email: 10m]\n"
            )
        }
    )
    warned = [warning.message for warning in clinic.content.warnings]
    assert (
        "Sam Ortiz is to be told by every own way within 10 min, and the chain moves on 5 min after this step" in warned
    )
    clock, sam = Clock(clinic), clinic.staff["sam"]
    danger(clinic)
    code = sam.expects_alert("Emergency", mail=False)
    clock.forward(minutes=9)
    clinic.staff["kay"].expects_alert("Emergency")
    sam.expects_nothing()
    clock.forward(minutes=1)
    sam.expects_mail(code)
    close_all(clinic)


# --- coverage, seen from the staff -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "at", "told_at", "words"),
    [
        ("A", "20:30", "20:30", "within 2 hours"),
        ("B", "20:30", "20:30", "within 2 hours"),
        ("B", "22:30", "08:00", "A nurse will call you after we open Tue Nov 24"),
        ("C", "20:30", "08:00", "A nurse will call you after we open Tue Nov 24"),
    ],
)
def test_oncall_4846_waiting_until_morning_is_chosen_and_seen(
    begin: Begin, mode: str, at: str, told_at: str, words: str
) -> None:
    """Nobody on call after hours is a mode of the clinic, said to the patient, and seen on the board with its hour."""
    clinic = begin({"coverage: A ": f"coverage: {mode} "}, day=MONDAY, at="17:00")
    clock = Clock(clinic)
    pat = clinic.patient("Pat", baseline=5)
    clinic.infusion(pat, ended=clinic.clock.now() - timedelta(hours=3, minutes=59))
    clock.to(at)
    for person in clinic.people:
        person.has_read()
    pat.replies("I took my dose twice by accident")
    (alert,) = pat.alerts("open")
    step = alert_view(clinic.context, alert.id).line.next_step
    waits = told_at != at
    assert alert.next_action_at is not None
    if waits:
        tuesday = wall(date(2026, 11, 24), told_at)
        assert (alert.round_started_at, step.at if step else None) == (tuesday, tuesday)
        assert not any("Urgent" in text for one in clinic.staff.values() for text in one.texts()[one.seen_texts :])
        clock.until(tuesday)
    assert any("Urgent" in text for one in clinic.staff.values() for text in one.texts()[one.seen_texts :])
    assert words.casefold() in pat.texts()[-1].casefold()
    close_all(clinic)


@pytest.mark.parametrize("mode", ["A", "B", "C"])
def test_an_emergency_pages_the_list_in_every_mode(begin: Begin, mode: str) -> None:
    clinic = begin({"coverage: A ": f"coverage: {mode} "}, day=MONDAY, at="23:30")
    stranger = clinic.stranger()
    stranger.replies("chest pain and i cant breathe")
    stranger.has_read()
    assert clinic.on_duty().takes("Emergency")
    clinic.staff_close_everything()


def close_all(clinic: Clinic) -> None:
    clinic.staff_close_everything()
    for person in clinic.people:
        person.has_read()
