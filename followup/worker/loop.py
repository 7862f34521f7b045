"""The threads of a running service: senders for each lane, one thread for each job, and the scheduler that only ticks.

followup.worker.main starts a Crew when the service starts and stops it when it ends. Nothing that goes wrong inside
a job or a send ends its thread.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from followup import log
from followup.domain.message import Lane
from followup.errors import FollowupError
from followup.services.context import Context
from followup.worker.bell import Bell
from followup.worker.jobs import Job

#: Senders of their own for each lane: a request that hangs delays no other, a lane below none above.
SENDERS: Mapping[Lane, int] = {Lane.STAFF: 2, Lane.SAFETY: 4, Lane.REPLY: 2, Lane.CHECK_IN: 4}
#: A bell only shortens the wait: the database is asked at least this often, in seconds.
LONGEST_WAIT = 1.0
#: After an error a sender waits this long before it tries again, in seconds, growing up to the last.
PATIENCE = (1.0, 2.0, 5.0, 10.0)
#: A job is called again while it moves something, so many times at most before it waits for its next turn.
PASSES = 50
#: Beats are written at most this often while nothing changes.
BEAT_EVERY = timedelta(seconds=10)

Deliver = Callable[[Context, Lane], int]

_log = log.get(__name__)


class Crew:
    """Every thread of one process. Start once, stop once.

    `deliver` is one pass of one sender: it gives how many messages it took.
    """

    def __init__(
        self,
        context: Context,
        bell: Bell,
        jobs: Sequence[Job],
        deliver: Deliver,
        *,
        senders: Mapping[Lane, int] = SENDERS,
    ) -> None:
        self._context = context
        self._bell = bell
        self._jobs = jobs
        self._deliver = deliver
        self._scheduler = _scheduler(bell, jobs)
        self._threads = [
            *(_thread(f"job {job.name}", self._work, job) for job in jobs),
            *(_thread(f"sender {lane} {n}", self._send, lane) for lane, many in senders.items() for n in range(many)),
        ]

    def start(self) -> None:
        """Start working; returns at once."""
        for thread in self._threads:
            thread.start()
        self._scheduler.start()

    def stop(self, seconds: float) -> tuple[str, ...]:
        """Stop ticking, let everybody finish what is on the wire, for at most `seconds`; gives who was still at it.

        What they leave behind is marked `sending` in the database and settled at the next start.
        """
        deadline = time.monotonic() + seconds
        self._bell.stop()
        self._scheduler.shutdown(wait=False)
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        late = tuple(thread.name for thread in self._threads if thread.is_alive())
        if late:
            _log.warning("stopped with work on the wire; it is settled at the next start", worker=list(late))
        return late

    # --- senders -----------------------------------------------------------------------------

    def _send(self, lane: Lane) -> None:
        topics = (lane.value,)
        failures = 0
        while not self._bell.stopped:
            heard = self._bell.heard(topics)
            try:
                moved = self._deliver(self._context, lane)
                failures = 0
            except Exception as error:  # a sender must outlive whatever one message does to it  # noqa: BLE001
                _log.error("a sender failed", lane=lane.value, **log.describe(error))
                self._bell.wait((), 0, PATIENCE[min(failures, len(PATIENCE) - 1)])
                failures += 1
                continue
            if not moved:
                self._bell.wait(topics, heard, LONGEST_WAIT)

    # --- jobs --------------------------------------------------------------------------------

    def _work(self, job: Job) -> None:
        topics = (_tick(job), *sorted(job.wakes))
        beat = _Beat(self._context, job)
        # Were the scheduler to die, the job would still run, only later.
        longest = job.every.total_seconds() * 2 + LONGEST_WAIT
        while not self._bell.stopped:
            heard = self._bell.heard(topics)
            self._passes(job, beat)
            self._bell.wait(topics, heard, longest)

    def _passes(self, job: Job, beat: _Beat) -> None:
        """Run a job until it moves nothing more, noting each run."""
        for _ in range(PASSES):
            try:
                moved = job.work(self._context)
            except Exception as error:  # a job must outlive whatever one row does to it  # noqa: BLE001
                _log.error("a job failed", job=job.name, **log.describe(error))
                beat.note(error)
                return
            beat.note(None)
            if self._bell.stopped or not moved:
                return


class _Beat:
    """Writes down that a job runs; seldom enough that the beats of idle jobs are no load."""

    def __init__(self, context: Context, job: Job) -> None:
        self._context = context
        self._job = job
        self._written_at: datetime | None = None
        self._written: str | None = None

    def note(self, error: Exception | None) -> None:
        """Note a run that ended now."""
        now = self._context.clock.now()
        problem = None if error is None else _in_words(error)
        fresh = self._written_at is not None and now - self._written_at < BEAT_EVERY
        if fresh and problem == self._written:
            return
        try:
            with self._context.store.write() as uow:
                uow.jobs.record(self._job.name, now, problem is None, problem)
                uow.commit()
        except Exception as failure:  # without a database there is no beat, which is what readyz tells  # noqa: BLE001
            _log.error("a beat could not be written", job=self._job.name, **log.describe(failure))
            return
        self._written_at, self._written = now, problem


def _in_words(error: Exception) -> str:
    """What may stand in the database about an error: our own words, of other people's errors only the type."""
    return log.scrub(str(error)) if isinstance(error, FollowupError) else type(error).__name__


def _tick(job: Job) -> str:
    return f"tick {job.name}"


def _scheduler(bell: Bell, jobs: Sequence[Job]) -> BackgroundScheduler:
    """It rings the bell of each job when its time has come, and does nothing else."""
    scheduler = BackgroundScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    for job in jobs:
        scheduler.add_job(bell.ring, "interval", args=[(_tick(job),)], seconds=job.every.total_seconds(), id=job.name)
    return scheduler


def _thread(name: str, target: Callable[..., None], argument: object) -> threading.Thread:
    # Daemons: a request that hangs must not keep the process alive beyond its time to stop.
    return threading.Thread(name=name, target=target, args=(argument,), daemon=True)
