"""Days of a whole clinic whose provider loses answers, refuses, blocks and reports late, twice or never.

Some messages never arrive. The provider's own ledger says what was sent. The stories themselves run once more under
such a provider in tests/stories_again.
"""

from __future__ import annotations

import random
from contextlib import closing
from datetime import time, timedelta

import pytest

from followup.domain import windows
from followup.domain.alert import Outcome
from followup.domain.infusion import Baseline
from tests.support.clinic import ASKS, CHICAGO, GOOD_NEWS, SUNDAY, Clinic
from tests.support.faulty_provider import HARMFUL, FaultyClinic, PatientClock, WaitingPatient, audit


class Days:
    """Three patients who answer, stop, fall silent or are in danger as the seed has it, and staff who do their best."""

    def __init__(self, clinic: FaultyClinic, seed: int) -> None:
        self.clinic = clinic
        self.chance = random.Random(seed)
        self.clock = PatientClock(clinic)
        names = ("Ann", "Bob", "Carmen")
        self.patients = [
            clinic.patient(name, baseline=Baseline(pain=5, mood=5), email=f"{name}@x.example") for name in names
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
        self.clinic.mischief.share = 0.0
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
def test_days_in_which_much_goes_wrong(migrated_sqlite_url: str, seed: int) -> None:
    start = windows.instant_of(SUNDAY, time(9), CHICAGO)
    clinic = FaultyClinic(migrated_sqlite_url, start=start, seed=seed, strikes=HARMFUL, share=0.5)
    with closing(clinic):
        Days(clinic, seed).run()
        assert clinic.mischief.struck > 3, "there was something to live through"
        assert audit(clinic) == []
        worst = max(timedelta(0), *(clinic.clock.now() - at for at in _overdue(clinic)), timedelta(0))
        assert worst <= timedelta(minutes=1), "everything came to rest by itself"


def _overdue(clinic: Clinic) -> list:
    with clinic.store.read() as uow:
        moments = (uow.messages.next_due_at(), uow.alerts.next_due_at(), uow.check_ins.next_due_at())
    return [at for at in moments if at is not None]
