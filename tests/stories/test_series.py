"""Several infusions: what a new one retires, what runs on beside it, how much one day and one week hold."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from followup.domain.infusion import Baseline
from followup.domain.plan import CheckIn, CheckInState
from tests.support.clinic import ASKS, CHICAGO, ROOT, Clinic, Clock, PatientPerson


def _listed(patient: PatientPerson) -> list[str]:
    """Every text of the patient by the provider's own book: local day and hour, and what it was."""
    kinds = {**ASKS, "I_OK": "glad you are doing OK", "I_PLAIN": "thanks, noted. If anything", "R": "your answer"}
    zone = ZoneInfo(patient.zone)
    lines = []
    for at, body in patient.received():
        (kind,) = [key for key, fragment in kinds.items() if fragment.casefold() in body.casefold()]
        lines.append(f"{at.astimezone(zone):%a %d %H:%M} {kind}")
    return lines


def _of(patient: PatientPerson, infusion: str) -> dict[str, CheckIn]:
    """The check-ins of one infusion, by the clinic's own id of it."""
    with patient.clinic.store.read() as uow:
        known = uow.infusions.by_external_id("prairie", infusion)
        assert known is not None
        return {one.key: one for one in uow.check_ins.of_patient(patient.record.id) if one.infusion == known.id}


def _answer_all_until(clock: Clock, patient: PatientPerson, until: datetime, **answers: str) -> None:
    """Push to `until`; whatever is asked on the way is answered five minutes later, to its end."""
    while due := [one.due_at for one in _planned(patient) if one.due_at <= until]:
        clock.until(min(due))
        if patient.open_check_in is not None:
            clock.forward(minutes=5)
            patient.answers_check_in(answers)
            patient.expects_sms("thanks")
    clock.until(until)


def _planned(patient: PatientPerson) -> list[CheckIn]:
    with patient.clinic.store.read() as uow:
        known = uow.patients.by_external_id("prairie", patient.external_id)
        everything = uow.check_ins.of_patient(known.id) if known else ()
    return [one for one in everything if one.state is CheckInState.PLANNED]


def _at(day: int, hour: int, minute: int = 0, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(CHICAGO))


def _treat_on(clinic: Clinic, clock: Clock, patient: PatientPerson, moments: list[datetime]) -> None:
    for moment in moments:
        _answer_all_until(clock, patient, moment)
        clinic.infusion(patient)


MONDAY_WEDNESDAY_FRIDAY = [_at(23, 10, 30), _at(25, 10, 30), _at(27, 10, 30)]
SECOND_WEEK = [_at(30, 10, 30), _at(2, 10, 30, month=12), _at(4, 10, 30, month=12)]


def test_six_infusions_in_fourteen_days_text_by_text(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    _treat_on(clinic, clock, ann, [*MONDAY_WEDNESDAY_FRIDAY, *SECOND_WEEK])
    _answer_all_until(clock, ann, _at(2, 12, month=1, year=2027))
    morning = ["C2_PAIN", "SE", "I_OK"]
    with_mood = ["C2_PAIN", "SE", "MOOD", "I_OK"]
    expected: list[str] = []
    for evening, next_day, asked in (
        ("Mon 23", "Tue 24", morning),
        ("Wed 25", "Thu 26", morning),
        ("Fri 27", "Sat 28", with_mood),  # no word about mood in this series for more than three days
        ("Mon 30", "Tue 01", morning),
        ("Wed 02", "Thu 03", with_mood),
        ("Fri 04", "Sat 05", morning),
    ):
        expected += [f"{evening} 14:30 C1", f"{evening} 14:35 I_PLAIN", f"{next_day} 10:00 {asked[0]}"]
        expected += [f"{next_day} 10:05 {kind}" for kind in asked[1:]]
    expected += ["Mon 07 11:00 C3_PAIN", "Mon 07 11:05 MOOD", "Mon 07 11:05 SE", "Mon 07 11:05 I_OK"]
    expected += ["Fri 11 11:00 C3_PAIN", *(f"Fri 11 11:05 {kind}" for kind in ("MOOD", "URINE", "SE", "I_OK"))]
    expected += ["Fri 18 10:00 C3_PAIN", *(f"Fri 18 10:05 {kind}" for kind in ("MOOD", "URINE", "I_OK"))]
    expected += ["Fri 01 11:00 C3_PAIN", *(f"Fri 01 11:05 {kind}" for kind in ("MOOD", "URINE", "SE", "I_OK"))]
    assert _listed(ann) == expected
    assert ann.alerts() == []


def test_monday_wednesday_friday_keeps_every_evening_and_morning(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    _treat_on(clinic, clock, ann, MONDAY_WEDNESDAY_FRIDAY)
    _answer_all_until(clock, ann, _at(28, 12))
    for number in (1, 2, 3):
        course = _of(ann, f"I-ann-{number}")
        assert {course["C1"].state, course["C2"].state} == {CheckInState.ANSWERED}
        assert [course[key].reason for key in ("C3", "C4", "C5", "C6")] == (
            [None] * 4 if number == 3 else ["newer infusion"] * 4
        )


def test_the_evening_check_in_takes_the_place_of_an_open_question(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to_check_in(ann, "C3")
    ann.expects_sms(ASKS["C3_PAIN"])
    clock.to("11:30")
    clinic.infusion(ann)
    clock.to("15:30")
    ann.expects_sms("how are you now?")
    assert _of(ann, "I-ann-1")["C3"].state.final
    assert _of(ann, "I-ann-1")["C3"].reason
    ann.replies("1")  # a "1" at this moment may still be meant for the question before
    ann.expects_sms("how are you now?")
    assert "C3_PAIN" not in ann.answers()
    ann.replies("1")
    ann.expects_sms("thanks")


def test_another_treatment_runs_on_beside(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clock.to("10:30", days=1)
    clinic.infusion(ann)
    _answer_all_until(clock, ann, _at(24, 10, 30))
    clinic.infusion(ann, treatment="lidocaine")
    _answer_all_until(clock, ann, _at(1, 12, month=12))
    asked = [line for line in _listed(ann) if line.split()[-1] in {"C1", "C2_PAIN", "C3_PAIN"}]
    assert asked == [
        "Mon 23 14:30 C1",
        "Tue 24 10:00 C2_PAIN",
        "Tue 24 14:30 C1",
        "Wed 25 10:00 C2_PAIN",
        "Thu 26 11:00 C3_PAIN",
        "Mon 30 11:00 C3_PAIN",
        "Tue 01 11:00 C3_PAIN",
    ]
    assert "newer infusion" not in {one.reason for one in _of(ann, "I-ann-1").values()}


def test_later_check_ins_on_one_day_are_one_and_symptoms_come_first(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clock.to("10:30", days=1)
    clinic.infusion(ann)
    _answer_all_until(clock, ann, _at(30, 10, 30))
    clinic.infusion(ann, treatment="lidocaine")
    _answer_all_until(clock, ann, _at(8, 12, month=12))
    on_the_day = [line for line in _listed(ann) if line.startswith("Mon 07")]
    assert on_the_day == [
        "Mon 07 10:00 URINE",
        "Mon 07 10:05 SE",
        "Mon 07 10:05 C3_PAIN",
        "Mon 07 10:05 MOOD",
        "Mon 07 10:05 I_OK",
    ]
    other = _of(ann, "I-ann-2")["C4"]
    assert (other.state, other.reason) == (CheckInState.SKIPPED, "merged")


def test_evening_and_morning_never_merge(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clock.to("10:30", days=1)
    clinic.infusion(ann)
    _answer_all_until(clock, ann, _at(26, 9, 30))  # the day on which C3 is due as well
    clinic.infusion(ann, treatment="lidocaine")
    _answer_all_until(clock, ann, _at(27, 12))
    assert [line for line in _listed(ann) if line.startswith(("Thu 26", "Fri 27"))] == [
        "Thu 26 11:00 C3_PAIN",
        "Thu 26 11:05 MOOD",
        "Thu 26 11:05 SE",
        "Thu 26 11:05 I_OK",
        "Thu 26 13:30 C1",
        "Thu 26 13:35 I_PLAIN",
        "Fri 27 10:00 C2_PAIN",
        "Fri 27 10:05 SE",
        "Fri 27 10:05 I_OK",
    ]


BUSY_DAY = """
      D{day}:
        day: {day}
        at: "12:00"
        questions: [C3_PAIN]
        reminder: {{ after: 4h, before: "20:00" }}
        closes: {{ at: "20:00" }}"""
BUSY = (
    "\n  busy-v1:\n    treatment: busy\n    check_ins:\n      C2: *morning"
    + "".join(BUSY_DAY.format(day=day) for day in (2, 3, 4, 5, 8))
    + "\n    drop_rules: [R8]\n"
)


def test_a_week_holds_three_later_check_ins(clinic: Clinic, clock: Clock, ann: PatientPerson, tmp_path: Path) -> None:
    text = (ROOT / "schedules.yaml").read_text(encoding="utf-8")
    changed = tmp_path / "schedules.yaml"
    mark = "\n# An infusion that matches no schedule"
    changed.write_text(text.replace(mark, BUSY + mark, 1), encoding="utf-8")
    clinic.publishes(changed)
    clinic.infusion(ann, treatment="busy")  # on a Sunday: D2 to D5 fall into one week, D8 into the next
    _answer_all_until(clock, ann, _at(1, 12, month=12))
    assert [line for line in _listed(ann) if line.endswith("C3_PAIN")] == [
        "Tue 24 12:00 C3_PAIN",
        "Wed 25 12:00 C3_PAIN",
        "Thu 26 12:00 C3_PAIN",
        "Mon 30 12:00 C3_PAIN",
    ]
    assert ann.check_ins["D5"].state is CheckInState.SKIPPED
    assert "week" in (ann.check_ins["D5"].reason or "")


@pytest.mark.parametrize(("days", "pages"), [(20, True), (21, True), (22, False)])
def test_a_series_ends_after_twenty_one_days_and_with_it_its_baseline(
    clinic: Clinic, clock: Clock, days: int, pages: bool
) -> None:
    pat = clinic.patient("Pat")
    clinic.infusion(pat, ended=clock.now() - timedelta(days=days), baseline=Baseline(pain=5))
    clinic.infusion(pat, baseline=Baseline(pain=8))  # within a series this is an observation, no new baseline
    clock.to_check_in(pat, "C2")
    pat.expects_sms("how strong is your pain right now?")
    pat.replies("8")
    if pages:
        pat.expects_sms("a nurse will call you within 1 hour")
        clinic.on_duty().expects_alert("urgent")
    else:
        pat.expects_sms("Side effects now?")
    assert ("U5" in pat.rules()) is pages


def test_a_corrected_end_moves_what_was_not_sent(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clinic.correct("I-ann-1", ended_at=clock.now() + timedelta(hours=1))
    clock.to("13:59")
    ann.expects_nothing()
    clock.to("14:00")
    ann.answers_check_in()
    ann.expects_sms("thanks")


def test_a_correction_never_touches_what_was_sent(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    clinic.correct("I-ann-1", ended_at=clock.now() - timedelta(hours=2))
    clock.to("14:10")
    ann.replies("1")
    ann.expects_sms("thanks")
    clock.to("10:00", days=1)
    ann.answers_check_in()
    ann.expects_sms("glad")


def test_a_correction_to_another_day_moves_the_whole_course(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended=clock.now() - timedelta(hours=18))  # on the Saturday, it was thought
    assert ann.check_ins["C2"].due_at == _at(22, 10)
    clinic.correct("I-ann-1", ended_at=clock.now())
    assert ann.check_ins["C1"].due_at == _at(22, 13)
    assert ann.check_ins["C2"].due_at == _at(23, 10)
    assert ann.check_ins["C4"].due_at == _at(29, 11)
    _answer_all_until(clock, ann, _at(23, 12))
    assert [line for line in _listed(ann) if line.endswith(("C1", "C2_PAIN"))] == [
        "Sun 22 13:00 C1",
        "Mon 23 10:00 C2_PAIN",
    ]


def test_a_corrected_baseline_counts_from_then_on(clinic: Clinic, clock: Clock) -> None:
    pat = clinic.patient("Pat", baseline=5)
    clinic.infusion(pat, ended="09:00")
    clinic.correct("I-pat-1", baseline=Baseline(pain=8))
    clock.to_check_in(pat, "C2")
    pat.expects_sms("how strong is your pain right now?")
    pat.replies("8")
    pat.expects_sms("Side effects now?")
    assert pat.alerts() == []


def test_a_cancelled_infusion_asks_nothing_more(clinic: Clinic, clock: Clock) -> None:
    pat = clinic.patient("Pat", baseline=5, flags=frozenset({"lives_alone"}))
    clinic.infusion(pat, ended="09:00")
    clinic.cancel("I-pat-1")
    clock.to("12:00", days=4)
    assert {one.state for one in pat.check_ins.values()} == {CheckInState.CANCELLED}
    assert {one.reason for one in pat.check_ins.values()} == {"infusion cancelled"}
    assert pat.alerts() == []
    clinic.cancel("I-pat-1")  # said twice


def test_cancelled_while_a_question_is_open(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    clinic.cancel("I-ann-1")
    clock.to("12:00", days=2)
    assert ann.alerts() == []
    ann.replies("i have chest pain")
    ann.expects_sms("may be an emergency")
    clinic.on_duty().expects_alert("emergency")


def test_an_infusion_of_long_ago_is_history_and_sends_nothing(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended=clock.now() - timedelta(hours=49))
    clock.to("12:00", days=3)
    assert {(one.state.value, one.reason) for one in ann.check_ins.values()} == {("skipped", "history")}


def test_a_plan_that_begins_late_skips_what_is_past(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended=clock.now() - timedelta(hours=20))  # on Saturday at 13:00
    assert (ann.check_ins["C1"].state.value, ann.check_ins["C1"].reason) == ("skipped", "began late")
    clock.to("10:00")
    ann.answers_check_in()
    ann.expects_sms("glad")


def test_an_infusion_that_ends_later_today_is_planned_from_that_instant(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="12:00")
    clock.to("15:59")
    ann.expects_nothing()
    clock.to("16:00")
    ann.answers_check_in()
    ann.expects_sms("thanks")


@pytest.mark.parametrize(
    ("ended", "asked"),
    [
        ("04:00", "09:00"),
        ("05:01", "09:01"),
        ("15:44", "19:44"),
        ("15:46", "19:45"),
        ("17:45", "19:45"),
        ("17:46", None),
    ],
)
def test_the_evening_check_in_fits_the_evening_or_is_skipped(
    clinic: Clinic, clock: Clock, ann: PatientPerson, ended: str, asked: str | None
) -> None:
    clock.to("03:00", days=1)
    clinic.infusion(ann, ended=ended)
    clock.to("20:00")
    first = ann.check_ins["C1"]
    if asked is None:
        assert (first.state.value, first.reason) == ("skipped", "no hour left")
    else:
        ann.expects_sms("how are you now?")
        ann.has_read()  # where it came early in the day, a reminder has followed
        (at, _) = ann.received()[0]
        assert f"{at.astimezone(ZoneInfo(CHICAGO)):%H:%M}" == asked


def test_nothing_is_sent_sooner_than_an_hour_after_discharge(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00", external_id="I-1")
    clinic.correct("I-1", discharged_at=clock.now() + timedelta(hours=5))
    clock.to("14:59")
    ann.expects_nothing()
    clock.to("15:00")
    ann.expects_sms("how are you now?")


def test_the_same_infusion_told_twice_is_one(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00", external_id="I-7")
    clinic.infusion(ann, ended="09:00", external_id="I-7")
    clock.to("13:00")
    ann.answers_check_in()
    ann.expects_sms("thanks")


@pytest.mark.parametrize("indication", ["depression", "chronic_pain"])
def test_the_morning_asks_about_mood_where_mood_was_treated(
    clinic: Clinic, clock: Clock, ann: PatientPerson, indication: str
) -> None:
    clinic.infusion(ann, ended="09:00", indication=indication)
    _answer_all_until(clock, ann, _at(23, 12))
    assert ("Mon 23 10:05 MOOD" in _listed(ann)) is (indication == "depression")
