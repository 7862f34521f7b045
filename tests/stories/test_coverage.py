"""Coverage: A around the clock, B in extended hours, C in business hours only, each with its holidays.

A text promises a call only where somebody is there to make it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from followup.domain import windows
from tests.support.clinic import CHICAGO, ROOT, Clinic, Clock, PatientPerson, StaffPerson

CHRISTMAS = date(2026, 12, 25)  # a Friday: closed until Monday
THANKSGIVING = date(2026, 11, 26)  # a Thursday: open again on Friday
MONDAY = date(2026, 11, 23)

Begin = Callable[[str, date, str], Clinic]


@pytest.fixture
def begin(clinic_at: Callable[..., Clinic], tmp_path: Path) -> Begin:
    """Begins a story in a clinic of the given mode, day and hour."""

    def make(mode: str, day: date, at: str, more: dict[str, str] | None = None) -> Clinic:
        text = (ROOT / "schedules.yaml").read_text(encoding="utf-8")
        assert "coverage: A " in text
        changed = text.replace("coverage: A ", f"coverage: {mode} ")
        for old, new in (more or {}).items():
            assert old in changed
            changed = changed.replace(old, new)
        file = tmp_path / "schedules.yaml"
        file.write_text(changed, encoding="utf-8")
        return clinic_at(windows.instant_of(day, time.fromisoformat(at), CHICAGO), schedules=file)

    return make


def _patient(clinic: Clinic, *, hours_ago: int = 3) -> tuple[Clock, PatientPerson]:
    clock = Clock(clinic)
    pat = clinic.patient("Pat", baseline=5)
    clinic.infusion(pat, ended=clock.now() - timedelta(hours=hours_ago))
    return clock, pat


def _told(clinic: Clinic, level: str) -> list[StaffPerson]:
    """Who has an unread notice of this level."""
    found = [one for one in clinic.staff.values() if any(f"{level} follow-up" in t.casefold() for t in one.texts())]
    for one in clinic.staff.values():
        one.has_read()
    return found


@pytest.mark.parametrize(
    ("mode", "day", "at", "crisis", "urgent"),
    [
        ("A", MONDAY, "09:30", "We are alerting our staff", "within 1 hour"),
        ("A", MONDAY, "18:30", "We are alerting our staff", "will call within 2 hours"),
        ("A", THANKSGIVING, "10:30", "We are alerting our staff", "will call within 2 hours"),
        ("B", MONDAY, "09:30", "We are alerting our staff", "within 1 hour"),
        ("B", MONDAY, "21:59", "We are alerting our staff", "will call within 2 hours"),
        ("B", MONDAY, "22:00", "Our office is closed", "we are closed"),
        ("B", THANKSGIVING, "10:30", "We are alerting our staff", "will call within 2 hours"),
        ("C", MONDAY, "16:59", "We are alerting our staff", "within 1 hour"),
        ("C", MONDAY, "17:00", "Our office is closed", "we are closed"),
        ("C", THANKSGIVING, "10:30", "Our office is closed", "we are closed"),
    ],
)
def test_what_a_patient_is_promised(begin: Begin, mode: str, day: date, at: str, crisis: str, urgent: str) -> None:
    clinic = begin(mode, day, at)
    _, pat = _patient(clinic)
    pat.replies("I want to die")
    pat.expects_sms(crisis, "988")
    assert _told(clinic, "emergency"), "an emergency pages whoever the list names, at any hour"
    other = clinic.patient("Olga", baseline=5)
    clinic.infusion(other)
    other.replies("I feel hopeless")
    other.expects_sms(urgent)
    for one in clinic.staff.values():
        one.has_read()


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("I keep vomiting, no fluids down for 12 hours", "U3"),
        ("there is blood in my urine", "U4"),
        ("I fell on the stairs and hurt my knee", "U8"),
        ("I have a fever of 39 c", "U9"),
    ],
)
def test_what_cannot_wait_sends_to_urgent_care_tonight_and_pages(begin: Begin, words: str, rule: str) -> None:
    clinic = begin("C", MONDAY, "19:00")
    _, pat = _patient(clinic)
    pat.replies(words)
    pat.expects_sms("we are paging our staff", "urgent care or the ER tonight")
    assert rule in pat.rules()
    assert _told(clinic, "urgent")


@pytest.mark.parametrize(
    ("words", "rule", "answered"),
    [("I am not suicidal", "U11", True), ("my husband hits me and reads this phone", "U13", False)],
)
def test_what_pages_like_an_emergency_while_nobody_is_there(
    begin: Begin, words: str, rule: str, answered: bool
) -> None:
    clinic = begin("C", MONDAY, "19:00")
    _, pat = _patient(clinic)
    pat.replies(words)
    if answered:
        pat.expects_sms("988")
    assert rule in pat.rules()
    assert _told(clinic, "urgent")


def test_low_mood_pages_while_nobody_is_there(begin: Begin) -> None:
    clinic = begin("C", THANKSGIVING, "09:00")
    clock = Clock(clinic)
    pat = clinic.patient("Pat", baseline=5)
    clinic.infusion(pat, ended=windows.instant_of(date(2026, 11, 25), time(15), CHICAGO), indication="depression")
    clock.to("10:00")
    pat.expects_sms("how strong is your pain")
    pat.replies("3")
    pat.expects_sms("Side effects now?")
    pat.replies("0")
    pat.expects_sms("How is your mood today?")
    pat.replies("1")
    pat.expects_sms("is your mood very low now?")
    assert "U6" in pat.rules()
    assert _told(clinic, "urgent")


def test_other_urgent_items_are_the_first_at_opening(begin: Begin) -> None:
    clinic = begin("C", MONDAY, "21:00")
    clock, pat = _patient(clinic)
    pat.replies("I feel hopeless")
    pat.expects_sms("we are closed", "after we open", "8")
    clock.to("07:59", days=1)
    assert _told(clinic, "urgent") == []
    clock.to("08:00")
    assert _told(clinic, "urgent")


def test_what_would_wait_over_twelve_hours_pages_at_eight(begin: Begin) -> None:
    clinic = begin("C", CHRISTMAS, "10:30")  # a holiday before a weekend
    clock, pat = _patient(clinic)
    pat.replies("I feel hopeless")
    pat.expects_sms("we are closed", "after we open")
    clock.to("07:59", days=1)
    assert _told(clinic, "urgent") == []
    clock.to("08:00")
    assert _told(clinic, "urgent")


def test_the_opening_named_is_the_real_one(begin: Begin) -> None:
    clinic = begin("C", CHRISTMAS, "10:30")
    _, pat = _patient(clinic)
    pat.replies("I feel hopeless")
    text = pat.expects_sms("we are closed")
    assert "Monday" in text or "Mon" in text or "Dec 28" in text


def test_the_opening_after_thanksgiving_is_friday(begin: Begin) -> None:
    clinic = begin("C", THANKSGIVING, "10:30")
    _, pat = _patient(clinic)
    pat.replies("I feel hopeless")
    text = pat.expects_sms("we are closed")
    assert "Fri" in text


def test_mode_c_asks_nothing_in_an_evening_on_which_nobody_is_there(begin: Begin) -> None:
    clinic = begin("C", MONDAY, "13:00")
    clock = Clock(clinic)
    pat = clinic.patient("Pat", baseline=5)
    clinic.infusion(pat)
    clock.to("21:30")
    assert pat.check_ins["C1"].state.value == "skipped"
    assert pat.check_ins["C1"].reason
    clock.to("10:00", days=1)
    pat.answers_check_in()
    pat.expects_sms("glad")


def test_mode_c_asks_in_the_evening_where_a_service_answers_the_phone(begin: Begin) -> None:
    clinic = begin("C", MONDAY, "13:00", {"answering_service: false": "answering_service: true"})  # type: ignore[call-arg]
    clock = Clock(clinic)
    pat = clinic.patient("Pat", baseline=5)
    clinic.infusion(pat)
    clock.to("17:00")
    pat.expects_sms("how are you now?")


@pytest.mark.parametrize("mode", ["A", "B"])
def test_modes_with_somebody_in_the_evening_ask(begin: Begin, mode: str) -> None:
    clinic = begin(mode, MONDAY, "13:00")
    clock = Clock(clinic)
    pat = clinic.patient("Pat", baseline=5)
    clinic.infusion(pat)
    clock.to("17:00")
    pat.expects_sms("how are you now?")


def test_in_mode_b_a_risk_and_a_silent_evening_pages_tonight(begin: Begin) -> None:
    clinic = begin("B", MONDAY, "15:30")
    clock = Clock(clinic)
    pat = clinic.patient("Pat", baseline=5, flags=frozenset({"lives_alone"}))
    clinic.infusion(pat)
    clock.to("19:30")
    pat.expects_sms("how are you now?")
    clock.to("21:00")
    assert "U12" in pat.rules()
    assert _told(clinic, "urgent")


def test_the_two_weeks_check_in_moves_to_a_business_day(begin: Begin) -> None:
    clinic = begin("A", date(2026, 12, 11), "12:00")  # day 14 is Christmas Day, a Friday
    pat = clinic.patient("Pat", baseline=5)
    clinic.infusion(pat)
    assert pat.check_ins["C5"].due_at == windows.instant_of(date(2026, 12, 28), time(10), CHICAGO)
    assert pat.check_ins["C6"].due_at == windows.instant_of(date(2027, 1, 8), time(11), CHICAGO)


def test_routine_work_is_due_by_the_end_of_the_next_business_day(begin: Begin) -> None:
    clinic = begin("A", date(2026, 12, 24), "14:00")
    clock, pat = _patient(clinic)
    pat.replies("can I take ibuprofen?")
    pat.expects_sms("message received")
    assert pat.rules() == {"R6"}
    (alert,) = pat.alerts()
    assert alert.next_action_at == windows.instant_of(date(2026, 12, 28), time(17), CHICAGO)
    assert clock.now() < alert.next_action_at
