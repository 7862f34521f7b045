"""The threads: work is done at once when its topic rings, and nothing that fails or hangs stops anything else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from followup.domain.message import Lane
from followup.errors import FollowupError
from followup.services.context import Context
from followup.worker.bell import Bell
from followup.worker.jobs import Job, jobs
from followup.worker.loop import SENDERS, Crew

PATIENCE = 20.0
RARELY = timedelta(hours=1)

Start = Callable[..., Crew]


def job(work: Callable[[Context], int], *, name: str = "work", every: timedelta = RARELY, wakes: str = "") -> Job:
    return Job(name=name, about="a test", every=every, work=work, wakes=frozenset(wakes.split()))


def nothing_to_send(_context: Context, _lane: Lane) -> int:
    return 0


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def start(context: Context, bell: Bell) -> Iterator[Start]:
    """Starts a crew that is stopped at the end of the test."""
    crews: list[Crew] = []

    def begin(*table: Job, deliver: Callable[[Context, Lane], int] = nothing_to_send, **more) -> Crew:
        crew = Crew(context, bell, table, deliver, **more)
        crews.append(crew)
        crew.start()
        return crew

    yield begin
    for crew in crews:
        if not bell.stopped:
            crew.stop(PATIENCE)


def test_every_job_runs_at_once_when_the_service_starts(start: Start) -> None:
    ran = threading.Barrier(3)

    def meet(_context: Context) -> int:
        ran.wait(PATIENCE)
        return 0

    start(job(meet, name="one"), job(meet, name="two"))
    ran.wait(PATIENCE)


def test_a_job_runs_when_its_topic_rings_and_until_it_moves_nothing(start: Start, bell: Bell) -> None:
    left = [0]
    done = threading.Event()
    began = threading.Event()

    def work(_context: Context) -> int:
        began.set()
        if left[0] == 0:
            return 0
        left[0] -= 1
        if left[0] == 0:
            done.set()
        return 1

    start(job(work, wakes="inbound"))
    assert began.wait(PATIENCE)
    left[0] = 3
    bell.ring(["inbound"])
    assert done.wait(PATIENCE)


def test_the_scheduler_ticks(start: Start) -> None:
    times = threading.Semaphore(0)

    def work(_context: Context) -> int:
        times.release()
        return 0

    start(job(work, every=timedelta(seconds=0.1)))
    assert all(times.acquire(timeout=PATIENCE) for _ in range(4))


def test_what_goes_wrong_in_a_job_is_noted_and_ends_nothing(start: Start, bell: Bell, context: Context) -> None:
    runs = threading.Semaphore(0)

    def work(_context: Context) -> int:
        runs.release()
        raise ValueError("+13125550142 has a tight chest")

    def told(_context: Context) -> int:
        raise FollowupError("1 alert is overdue")

    start(job(work, name="breaks", wakes="inbound"), job(told, name="tells"))
    assert runs.acquire(timeout=PATIENCE)
    bell.ring(["inbound"])
    assert runs.acquire(timeout=PATIENCE)
    beats = beats_of(context, "breaks", "tells")
    assert (beats["breaks"].last_ok_at, beats["breaks"].error) == (None, "ValueError")
    assert beats["tells"].error == "1 alert is overdue"


def beats_of(context: Context, *names: str) -> dict:
    deadline = time.monotonic() + PATIENCE
    wait = threading.Event()
    while time.monotonic() < deadline:
        with context.store.read() as uow:
            beats = {beat.name: beat for beat in uow.jobs.all()}
        if set(names) <= set(beats):
            return beats
        wait.wait(0.02)
    raise AssertionError(f"no beats of {names}")


def test_a_good_run_is_noted(start: Start, context: Context) -> None:
    start(job(lambda _context: 0, name="works"))
    beat = beats_of(context, "works")["works"]
    assert beat.last_ok_at == beat.last_run_at
    assert beat.error is None


def test_senders_that_hang_delay_neither_another_sender_nor_another_lane(start: Start, bell: Bell) -> None:
    hang = threading.Event()
    hanging = threading.Semaphore(0)
    sent = {lane: threading.Semaphore(0) for lane in Lane}
    to_hang = [SENDERS[Lane.CHECK_IN] - 1]
    guard = threading.Lock()

    def deliver(_context: Context, lane: Lane) -> int:
        with guard:
            hangs = lane is Lane.CHECK_IN and to_hang[0] > 0
            to_hang[0] -= hangs
        if hangs:
            hanging.release()
            hang.wait(PATIENCE)
        sent[lane].release()
        return 0

    start(deliver=deliver)
    assert all(hanging.acquire(timeout=PATIENCE) for _ in range(SENDERS[Lane.CHECK_IN] - 1))
    for lane in Lane:
        while sent[lane].acquire(blocking=False):
            pass
        bell.ring([lane.value])
        assert sent[lane].acquire(timeout=PATIENCE), lane
    hang.set()


def test_a_sender_survives_what_a_message_does_to_it(start: Start) -> None:
    tries = threading.Semaphore(0)

    def deliver(_context: Context, lane: Lane) -> int:
        tries.release()
        raise RuntimeError("poison")

    start(deliver=deliver, senders={Lane.STAFF: 1})
    assert all(tries.acquire(timeout=PATIENCE) for _ in range(2))


def test_stopping_lets_a_sender_finish(start: Start) -> None:
    began, go, ended = threading.Event(), threading.Event(), threading.Event()

    def deliver(_context: Context, lane: Lane) -> int:
        began.set()
        go.wait(PATIENCE)
        ended.set()
        return 1

    crew = start(deliver=deliver, senders={Lane.STAFF: 1})
    assert began.wait(PATIENCE)
    threading.Timer(0.1, go.set).start()
    assert crew.stop(PATIENCE) == ()
    assert ended.is_set()


def test_stopping_waits_no_longer_than_it_may(start: Start) -> None:
    began, go = threading.Event(), threading.Event()

    def deliver(_context: Context, lane: Lane) -> int:
        began.set()
        go.wait(PATIENCE)
        return 0

    crew = start(deliver=deliver, senders={Lane.SAFETY: 1})
    assert began.wait(PATIENCE)
    assert crew.stop(0.2) == ("sender safety 0",)
    go.set()


def test_the_table_names_every_job_once_and_says_what_it_does() -> None:
    table = jobs(lambda: None)
    assert len({each.name for each in table}) == len(table)
    assert all(each.about and each.every > timedelta(0) for each in table)
    assert {each.name for each in table} == {
        "send_due_checkins",
        "read_inbound",
        "advance_alerts",
        "settle_doubts",
        "end_talks",
        "poll_inbound",
        "send_digests",
        "watch_feed",
        "test_pages",
        "open_tasks",
        "follow_duty",
        "follow_calls",
        "replan_plans",
        "seal_audit",
        "check_invariants",
        "housekeeping",
    }


def test_the_watcher_is_told_only_after_the_check_passed(published: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[bool] = []
    check = next(each for each in jobs(lambda: told.append(True)) if each.name == "check_invariants")
    assert check.work(published) == 0
    assert told == [True]
    monkeypatch.setattr("followup.worker.jobs.check", lambda _context: ("1 alert has no next step",))
    with pytest.raises(FollowupError, match="1 alert has no next step"):
        check.work(published)
    assert told == [True]


def test_every_job_of_the_table_runs_on_an_empty_database(published: Context) -> None:
    for each in jobs(lambda: None):
        each.work(published)
        assert each.work(published) == 0, each.name
