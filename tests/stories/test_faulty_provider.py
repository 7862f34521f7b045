"""The stories once more while the provider loses answers, refuses for a while, and reports late, twice or never.

First those whose end stays the same when every message arrives in the end; then days of a whole clinic in which some
never do. The provider's own ledger says what was sent.
"""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Iterator
from datetime import time, timedelta

import pytest

from followup.domain import windows
from followup.domain.alert import Outcome
from followup.domain.infusion import Baseline
from tests.stories import test_danger, test_first_days, test_silence, test_stop
from tests.support.clinic import ASKS, CHICAGO, GOOD_NEWS, SUNDAY, Clinic
from tests.support.faulty_provider import (
    HARMFUL,
    HARMLESS,
    Mischief,
    PatientClock,
    WaitingPatient,
    audit,
    faulty,
    waiting_patient,
)

STORIES: list[Callable[..., None]] = [
    test_first_days.test_a_quiet_course,
    test_first_days.test_a_concerning_morning_reaches_the_nurse_and_she_takes_it,
    test_first_days.test_the_same_eight_pages_nobody_when_it_was_eight_before,
    test_first_days.test_a_spanish_course,
    test_first_days.test_a_correction_replaces_the_answer,
    test_first_days.test_what_was_not_understood_is_asked_once_more_then_told_to_a_person,
    test_danger.test_an_emergency_of_a_patient_in_spanish_at_night,
    test_danger.test_a_stranger_in_danger_is_answered_and_staff_are_told,
    test_danger.test_check_ins_are_held_while_an_emergency_is_not_closed,
    test_stop.test_stop_with_danger_stops_texts_and_pages,
    test_stop.test_start_takes_the_course_up_at_its_next_check_in,
    test_silence.test_a_late_answer_is_filed_under_its_check_in,
    test_silence.test_a_severity_never_given_counts_as_moderate,
]


@pytest.fixture
def clinic(migrated_sqlite_url: str) -> Iterator[Clinic]:
    """The shipped clinic at 09:00 on a Sunday."""
    made = Clinic(migrated_sqlite_url, start=windows.instant_of(SUNDAY, time(9), CHICAGO))
    yield made
    made.close()


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__.removeprefix("test_"))
def test_a_story_ends_as_ever_when_everything_arrives_in_the_end(
    clinic: Clinic, story: Callable[..., None], seed: int
) -> None:
    mischief = faulty(clinic, seed, HARMLESS)
    people = {
        "ann": waiting_patient(clinic, mischief, "Ann", baseline=5),
        "bob": waiting_patient(clinic, mischief, "Bob", baseline=8),
        "carmen": waiting_patient(clinic, mischief, "Carmen", baseline=6, language="es"),
        **clinic.staff,
    }
    given = {"clinic": clinic, "clock": PatientClock(clinic, mischief), **people}
    story(**{name: given[name] for name in inspect.signature(story).parameters})
    for person in clinic.staff.values():
        person.has_read()  # a notice may have come twice, which the audit counts
    clinic.expects_nothing_more()
    clinic.staff_close_everything()
    _settle(clinic, mischief)
    assert audit(clinic) == []


def _settle(clinic: Clinic, mischief: Mischief) -> None:
    """Long enough for every doubt to be settled, with nothing more going wrong."""
    mischief.share = 0.0
    PatientClock(clinic, mischief).forward(minutes=30)


# --- days of a whole clinic ------------------------------------------------------------------------


class Days:
    """Three patients who answer, stop, fall silent or are in danger as the seed has it, and staff who do their best."""

    def __init__(self, clinic: Clinic, seed: int) -> None:
        self.clinic = clinic
        self.chance = random.Random(seed)
        self.mischief = faulty(clinic, seed, HARMFUL, share=0.5)
        self.clock = PatientClock(clinic, self.mischief)
        names = ("Ann", "Bob", "Carmen")
        self.patients = [
            waiting_patient(clinic, self.mischief, name, baseline=Baseline(pain=5, mood=5), email=f"{name}@x.example")
            for name in names
        ]
        self.acknowledged: set[str] = set()

    def run(self) -> None:
        """From the first infusion to the second evening, with a second one for the first patient in between."""
        for patient in self.patients:
            self.clinic.infusion(patient, ended="08:30")
        for step in range(18):
            if step == 12:
                self.clinic.infusion(self.patients[0])
            self.clock.forward(minutes=self.chance.randint(90, 130))
            for patient in self.patients:
                self._writes(patient)
            self._staff_look()
        self.mischief.share = 0.0
        self.clinic.provider.faults.clear()
        self.clock.forward(hours=3)
        self._staff_look(everything=True)

    def _writes(self, patient: WaitingPatient) -> None:
        check_in = patient.open_check_in
        chance = self.chance.random()
        if chance < 0.01:
            patient.replies("STOP")
        elif chance < 0.03:
            patient.replies(self.chance.choice(["i have chest pain", "i want to die", "please call me"]))
        elif chance < 0.04:
            patient.replies("START")
        elif check_in is not None and chance < 0.6 and _was_asked(patient, check_in.question or ""):
            patient.replies(GOOD_NEWS.get(check_in.question or "", "0"))

    def _staff_look(self, *, everything: bool = False) -> None:
        for alert in self.clinic.alerts("open"):
            told = [one for one in self.clinic.staff.values() if any(alert.code in text for text in one.texts())]
            if told and self.chance.random() < 0.5:
                self.chance.choice(told).replies(alert.code)
        if everything or self.chance.random() < 0.2:
            for alert in self.clinic.alerts("acknowledged"):
                self.clinic.staff["lee"].closes(alert.code, Outcome.REACHED_AND_SAFE)


def _was_asked(patient: WaitingPatient, question: str) -> bool:
    return question in ASKS and any(ASKS[question].casefold() in text.casefold() for text in patient.texts())


@pytest.mark.parametrize("seed", [100, 101, 103, 105])
def test_days_in_which_much_goes_wrong(clinic: Clinic, seed: int) -> None:
    days = Days(clinic, seed)
    days.run()
    assert days.mischief.struck > 3, "there was something to live through"
    assert audit(clinic) == []
    worst = max(timedelta(0), *(clinic.clock.now() - at for at in _overdue(clinic)), timedelta(0))
    assert worst <= timedelta(minutes=1), "everything came to rest by itself"


def _overdue(clinic: Clinic) -> list:
    with clinic.store.read() as uow:
        moments = (uow.messages.next_due_at(), uow.alerts.next_due_at(), uow.check_ins.next_due_at())
    return [at for at in moments if at is not None]
