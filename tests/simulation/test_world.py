"""The demo's world: time is pushed and never runs, every due moment on the way has its turn, one mover at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from followup.bootstrap.demo import Demo, demo
from followup.domain.alert import AlertStatus
from followup.errors import BadInput
from followup.services.acknowledge_alert import acknowledge
from followup.services.hold import set_hold
from followup.settings import Settings, load
from followup.simulation.world import CLOCK_FACT, Follower, World

ROOT = Path(__file__).resolve().parents[2]
SUNDAY = datetime.fromisoformat("2026-11-22T09:00:00-06:00")
BEN, DAVID = "+13125550112", "+13125550114"  # sample patients, two hours and one hour after their infusions
PATIENCE = 20.0


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Demo]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FOLLOWUP_SCHEDULES", str(ROOT / "schedules.yaml"))
    monkeypatch.setenv("FOLLOWUP_TEMPLATES", str(ROOT / "templates"))
    made = demo(load(Settings), var=tmp_path / "var", at=SUNDAY, empty=False, public_url="http://127.0.0.1:8000")
    yield made
    made.close()


def texts(clinic: Demo, number: str) -> list[tuple[datetime, str]]:
    shown = clinic.world.phone_messages(number)
    return [(datetime.fromisoformat(each["at"]), each["body"]) for each in shown if each["to"] == number]


def test_every_due_moment_has_its_own_instant(clinic: Demo) -> None:
    clinic.world.advance(SUNDAY + timedelta(hours=8))
    (asked, first), (reminded, second) = texts(clinic, BEN)[:2]
    assert asked == SUNDAY + timedelta(hours=2)  # four hours after the end of the infusion
    assert reminded == asked + timedelta(minutes=75)
    assert "how are you now?" in first.casefold()
    assert "still waiting" in second.casefold()
    assert clinic.world.now() == SUNDAY + timedelta(hours=8)


def test_one_long_push_and_many_short_ones_come_to_the_same(clinic: Demo) -> None:
    for hour in range(1, 9):
        clinic.world.advance(SUNDAY + timedelta(hours=hour))
    assert [at for at, _ in texts(clinic, BEN)] == [
        SUNDAY + timedelta(hours=2),
        SUNDAY + timedelta(hours=2, minutes=75),
    ]


@pytest.mark.parametrize("to", [SUNDAY - timedelta(seconds=1), SUNDAY + timedelta(days=5000)])
def test_time_neither_runs_back_nor_away(clinic: Demo, to: datetime) -> None:
    with pytest.raises(BadInput):
        clinic.world.advance(to)
    assert clinic.world.now() == SUNDAY


def test_where_the_clock_stands_is_in_the_database(clinic: Demo) -> None:
    clinic.world.advance(SUNDAY + timedelta(hours=1))
    with clinic.context.store.read() as uow:
        stands = uow.facts.get(CLOCK_FACT)
    assert stands is not None
    assert datetime.fromisoformat(stands) == SUNDAY + timedelta(hours=1)


def test_what_is_due_and_held_back_stops_no_clock(clinic: Demo) -> None:
    set_hold(clinic.context, on=True, actor="test")
    clinic.world.advance(SUNDAY + timedelta(hours=6))
    assert clinic.world.now() == SUNDAY + timedelta(hours=6)
    assert texts(clinic, BEN) == []


def test_a_text_is_answered_before_its_sending_returns(clinic: Demo) -> None:
    clinic.world.advance(SUNDAY + timedelta(hours=2))
    clinic.world.phone_sends(BEN, "1", (), None)
    assert len(texts(clinic, BEN)) == 2
    clinic.world.phone_sends(BEN, "chest pain, I cant breathe", (), None)
    assert "911" in texts(clinic, BEN)[-1][1]
    woken = [phone for phone in clinic.world.phones() if phone["role"] == "staff" and texts(clinic, phone["number"])]
    assert len(woken) == 1


def test_phones_are_those_of_everybody_and_of_whoever_writes(clinic: Demo) -> None:
    stranger = "+13125550777"
    clinic.world.phone_sends(stranger, "wrong number?", (), None)
    shown = {phone["number"]: phone for phone in clinic.world.phones()}
    assert shown[BEN] == {"number": BEN, "name": "Ben Carter", "role": "patient"}
    assert shown[stranger]["name"] == "Unknown"
    assert [phone["role"] for phone in shown.values()][:4] == ["staff"] * 4
    assert clinic.provider.phones()[0] in shown


def test_mailboxes_hold_what_staff_were_mailed(clinic: Demo) -> None:
    clinic.world.advance(SUNDAY + timedelta(hours=2))
    clinic.world.phone_sends(BEN, "chest pain, I cant breathe", (), None)
    mailed = [box["address"] for box in clinic.world.mailboxes() if clinic.world.mailbox(box["address"])]
    assert len(mailed) == 1
    (mail,) = clinic.world.mailbox(mailed[0])
    assert mail["to"] == mailed[0]
    assert "chest" not in mail["subject"] + mail["text"]


def test_a_change_from_elsewhere_takes_effect_by_itself(clinic: Demo) -> None:
    clinic.world.advance(SUNDAY + timedelta(hours=2))
    clinic.world.phone_sends(BEN, "chest pain, I cant breathe", (), None)
    clinic.world.advance(SUNDAY + timedelta(hours=2, minutes=20))
    with clinic.context.store.read() as uow:
        (alert,) = [each for each in uow.alerts.list("open", None, 10) if each.level.value == "emergency"]
    told = staff_texts(clinic)
    clinic.follower.start()
    taken = acknowledge(clinic.context, alert=alert.id, person="robin", via="web")
    assert taken.alert.status is AlertStatus.ACKNOWLEDGED
    wait, deadline = threading.Event(), time.monotonic() + PATIENCE
    while staff_texts(clinic) == told and time.monotonic() < deadline:
        wait.wait(0.02)
    clinic.follower.stop(PATIENCE)
    assert staff_texts(clinic) > told


def staff_texts(clinic: Demo) -> int:
    """How many texts staff got so far; looking at the provider itself moves nothing."""
    return sum(len(clinic.provider.phone_messages(phone["number"])) for phone in clinic.world.phones()[:4])


def test_two_who_push_at_once_go_one_after_the_other(clinic: Demo) -> None:
    def push(hours: int) -> None:
        try:
            clinic.world.advance(SUNDAY + timedelta(hours=hours))
        except BadInput:
            assert clinic.world.now() > SUNDAY + timedelta(hours=hours)

    pushers = [threading.Thread(target=push, args=(hours,)) for hours in (3, 4, 5)]
    for pusher in pushers:
        pusher.start()
    for pusher in pushers:
        pusher.join()
    assert clinic.world.now() == SUNDAY + timedelta(hours=5)
    assert [at for at, _ in texts(clinic, DAVID)][:1] == [SUNDAY + timedelta(hours=3)]


def test_the_follower_outlives_what_goes_wrong() -> None:
    settled = threading.Semaphore(0)

    class Broken(World):
        def __init__(self) -> None:
            """Nothing behind it."""

        def settle(self) -> None:
            settled.release()
            raise RuntimeError("one bad row")

    changed = threading.Event()
    follower = Follower(Broken(), changed)
    follower.start()
    assert settled.acquire(timeout=PATIENCE)
    changed.set()
    assert settled.acquire(timeout=PATIENCE)
    follower.stop(PATIENCE)
