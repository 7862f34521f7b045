"""Whatever happens, in whatever order: what must hold for every patient, on random stories.

The hours are worked out with the zone database alone, from the provider's own book of what it carried.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from followup.domain import windows
from followup.domain.alert import AlertStatus
from followup.domain.level import Level
from followup.domain.message import Message, MessageClass
from followup.domain.people import PatientStatus
from followup.domain.plan import CheckIn
from followup.services.check_invariants import check
from tests.support.clinic import CHICAGO, ROOT, SUNDAY, Clinic, Clock, PatientPerson

EMERGENCIES = (
    "i have chest pain",
    "I can't breathe",
    "I want to die",
    "i want to kill myself",
    "stop, I want to die",
    "me quiero matar",
    "my throat is swelling up",
)
REPLIES = ("0", "1", "2", "3", "5", "9", "10", "1 3", "7, feeling ok", "thanks", "what?", "STOP", "START", "HELP")
CONFIRMATIONS = ("opted out", "texts stopped", "baja confirmada", "no mas mensajes")
ZONES = (CHICAGO, "America/Phoenix", "Pacific/Auckland", "America/St_Johns", "Europe/Madrid")

_infusions = st.tuples(
    st.just("infusion"), st.sampled_from(["ketamine", "ketamine", "lidocaine", "magnesium"]), st.integers(-30, 6)
)
_texts = st.tuples(st.just("text"), st.sampled_from([*REPLIES, *EMERGENCIES]))
_statuses = st.tuples(st.just("status"), st.sampled_from(list(PatientStatus)))
_pushes = st.tuples(st.just("push"), st.sampled_from([1, 30, 90, 6 * 60, 20 * 60, 3 * 24 * 60]))
_staff = st.tuples(st.just("close"))
STORIES = st.lists(st.one_of(_infusions, _texts, _texts, _pushes, _pushes, _statuses, _staff), min_size=3, max_size=14)


@dataclass
class Told:
    """One patient's random story as it is told, and what has been said about STOP so far."""

    clinic: Clinic
    clock: Clock
    patient: PatientPerson
    stops: list[tuple[int, bool]] = field(default_factory=list)

    def tell(self, step: tuple[object, ...]) -> None:
        """One thing happens."""
        match step:
            case ("infusion", str() as treatment, int() as hours):
                self.clinic.infusion(self.patient, treatment=treatment, ended=self.clock.now() + timedelta(hours=hours))
            case ("text", str() as words):
                self._text(words)
            case ("status", PatientStatus() as status):
                until = self.clock.now() + timedelta(days=2) if status is PatientStatus.PAUSED else None
                self.clinic.status(self.patient, status, until=until)
            case ("push", int() as minutes):
                self._push(timedelta(minutes=minutes))
            case _:
                assert step == ("close",)
                self.clinic.staff_close_everything()
        assert check(self.clinic.context) == ()

    def _text(self, words: str) -> None:
        if words == "START":
            self._check_silence_after_stop()
        self.patient.replies(words)
        if words.casefold().startswith("stop"):
            self.stops.append((len(self.patient.received()), True))
        if words == "START":
            self.stops.append((len(self.patient.received()), False))
        if words in EMERGENCIES:
            raised = [
                alert
                for alert in self.clinic.alerts()
                if alert.level is Level.EMERGENCY and alert.status is not AlertStatus.CLOSED
            ]
            assert raised, f"nobody is told of {words!r}"

    def _push(self, span: timedelta) -> None:
        end = self.clock.now() + span
        if span > timedelta(hours=1):
            self._quietly_until(end)
        else:
            self.clock.until(end)

    def _quietly_until(self, end: datetime) -> None:
        """Staff deal with whatever stands open, each time before the clock goes on."""
        while self.clock.now() < end:
            self.clinic.staff_close_everything()
            with self.clinic.store.read() as uow:
                due = uow.check_ins.next_due_at()
            self.clock.until(min(end, due) if due is not None and due > self.clock.now() else end)

    def finish(self) -> None:
        """Two months later everything has come to its end."""
        self._quietly_until(self.clock.now() + timedelta(days=45))
        self._check_silence_after_stop()

    def _check_silence_after_stop(self) -> None:
        """Since the last STOP nothing came but the one confirmation of it."""
        if not self.stops or not self.stops[-1][1]:
            return
        back = range(len(self.stops) - 1, -1, -1)
        first = next(index for index in back if index == 0 or not self.stops[index - 1][1])
        after = self.patient.received()[self.stops[first][0] :]
        assert [body for _, body in after if not any(word in body for word in CONFIRMATIONS)] == []
        assert len(after) == 0, "the confirmation went at once; nothing follows it"


def _check_ins(told: Told) -> list[CheckIn]:
    with told.clinic.store.read() as uow:
        return list(uow.check_ins.of_patient(told.patient.record.id))


def _messages(told: Told) -> dict[str, Message]:
    with told.clinic.store.read() as uow:
        return {one.id: one for one in uow.messages.of_patient(told.patient.record.id)}


def _ends_in_one_state_with_a_reason(told: Told) -> None:
    for one in _check_ins(told):
        assert one.state.final, f"{one.key} never came to an end"
        assert one.closed_at is not None or one.state.value == "skipped"
        if one.state.value != "answered":
            assert one.reason, f"{one.key} is {one.state} without a reason"


def _keeps_the_window(told: Told) -> None:
    messages, zone = _messages(told), ZoneInfo(told.patient.zone)
    for entry in told.clinic.provider.ledger():
        message = messages.get(entry.message_id or "")
        if message is not None and message.message_class in {MessageClass.CHECK_IN, MessageClass.REMINDER}:
            local = entry.at.astimezone(zone)
            assert time(9) <= local.time() < time(20), f"{message.template} went at {local:%a %H:%M}"


def _is_sent_once(told: Told) -> None:
    carried = [(entry.message_id, entry.attempt) for entry in told.clinic.provider.ledger()]
    assert len(carried) == len(set(carried))
    reminders = [one.check_in for one in _messages(told).values() if one.message_class is MessageClass.REMINDER]
    assert len(reminders) == len(set(reminders)), "one reminder per check-in"


@pytest.fixture(scope="module")
def short_schedules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped file without the year of monthly check-ins, so that a story ends."""
    file = tmp_path_factory.mktemp("short") / "schedules.yaml"
    text = (ROOT / "schedules.yaml").read_text(encoding="utf-8")
    assert "repetitions: 13" in text
    file.write_text(text.replace("repetitions: 13", "repetitions: 1"), encoding="utf-8")
    return file


# A story takes seconds: looking for the shortest one that fails would take minutes.
@settings(
    max_examples=12,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@pytest.mark.timeout(400)  # twelve whole courses on a slow machine
@given(story=STORIES, zone=st.sampled_from(ZONES), flags=st.sampled_from([frozenset(), frozenset({"lives_alone"})]))
def test_whatever_happens(
    make_migrated_database: Callable[[str], str],
    short_schedules: Path,
    story: list[tuple[object, ...]],
    zone: str,
    flags: frozenset[str],
) -> None:
    start: datetime = windows.instant_of(SUNDAY, time(9), CHICAGO)
    clinic = Clinic(make_migrated_database("sqlite"), start=start, schedules=short_schedules)
    try:
        patient = clinic.patient("Pat", baseline=5, zone=zone, flags=flags)
        told = Told(clinic, Clock(clinic), patient)
        told.tell(("infusion", "ketamine", 0))
        for step in story:
            told.tell(step)
        told.finish()
        _ends_in_one_state_with_a_reason(told)
        _keeps_the_window(told)
        _is_sent_once(told)
        assert check(clinic.context) == ()
    finally:
        clinic.close()
