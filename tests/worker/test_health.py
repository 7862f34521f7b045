"""What readyz tells: database, schedule, ticking."""

from __future__ import annotations

from datetime import timedelta

from followup.services.context import Context
from followup.services.health import Stopped, Watch, health, set_pending_error, stopped
from followup.services.hold import set_hold
from followup.worker.jobs import jobs

WATCHED = {name: Watch(silent_after=timedelta(seconds=30)) for name in ("sends", "reads")}


def beat(context: Context, name: str, *, age: float, ok: bool = True) -> None:
    with context.store.write() as uow:
        uow.jobs.record(name, context.clock.now() - timedelta(seconds=age), ok, None if ok else "fails")
        uow.commit()


def test_nothing_published_and_nothing_running_is_not_ready(context: Context) -> None:
    state = health(context, context.clock.now(), WATCHED)
    assert state["ready"] is False
    assert state["checks"] == {
        "database": "ok",
        "schedule": "nothing is published",
        "ticking": "no good run lately: reads, sends",
    }
    assert state["schedule"] == {"version": None, "pending_error": None}


def test_published_and_ticking_is_ready(published: Context) -> None:
    for name in WATCHED:
        beat(published, name, age=1)
    state = health(published, published.clock.now(), WATCHED)
    assert state == {
        "ready": True,
        "checks": {"database": "ok", "schedule": "ok", "ticking": "ok"},
        "schedule": {"version": 1, "pending_error": None},
        "hold": False,
        "shadow": False,
        "mode": "live",
    }


def test_a_job_that_stopped_or_always_fails_is_named(published: Context) -> None:
    beat(published, "sends", age=40)
    beat(published, "reads", age=40)
    beat(published, "reads", age=1, ok=False)
    state = health(published, published.clock.now(), WATCHED)
    assert state["ready"] is False
    assert state["checks"]["ticking"] == "no good run lately: reads, sends"


def test_a_job_that_may_fail_is_missed_only_when_it_does_not_run(published: Context) -> None:
    watched = {"polls": Watch(silent_after=timedelta(seconds=30), may_fail=True)}
    now = published.clock.now()
    assert health(published, now, watched)["ready"] is True  # its first run may take as long as the provider takes
    beat(published, "polls", age=1, ok=False)
    assert health(published, now, watched)["ready"] is True
    beat(published, "polls", age=40, ok=False)
    assert health(published, now, watched)["ready"] is False


def test_hold_and_a_file_that_was_not_taken_show_and_leave_it_ready(published: Context) -> None:
    set_hold(published, on=True, actor="test")
    set_pending_error(published.store, "schedules.yaml:3:1: no")
    state = health(published, published.clock.now(), {})
    assert (state["ready"], state["hold"]) == (True, True)
    assert state["schedule"]["pending_error"] == "schedules.yaml:3:1: no"
    set_pending_error(published.store, None)
    assert health(published, published.clock.now(), {})["schedule"]["pending_error"] is None


def test_a_database_that_does_not_answer_is_told_not_raised(published: Context, tmp_path) -> None:
    with published.store.write() as uow:
        uow.facts.set("x", "y")
        uow.commit()
    published.store.close()
    for file in tmp_path.glob("*.sqlite*"):
        file.unlink()
    state = health(published, published.clock.now(), WATCHED)
    assert state["ready"] is False
    assert state["checks"]["database"] == "does not answer"


def test_a_mistyped_number_of_staff_is_not_told_to_everybody(published: Context) -> None:
    set_pending_error(published.store, "schedules.yaml:81:12: `+1 312 555 016x1` is no number, nor kay@example.org")
    told = str(health(published, published.clock.now(), {})["schedule"]["pending_error"])
    assert told.startswith("schedules.yaml:81:12: ")
    assert "312" not in told
    assert "example.org" not in told


def test_row_13_a_service_watches_itself_with_nothing_set_up(published: Context) -> None:
    """No second instance, no paid watcher: what stops, and a promise that is broken, is told from the first start."""
    table = jobs(lambda: None)
    watched = {job.name: Watch(silent_after=job.silent_after, may_fail=job.may_fail) for job in table}
    for job in table:
        beat(published, job.name, age=0)
    assert health(published, published.clock.now(), watched)["ready"] is True
    beat(published, "advance_alerts", age=-1, ok=False)
    later = published.clock.now() + timedelta(minutes=2)
    assert "advance_alerts" in health(published, later, watched)["checks"]["ticking"]
    (check,) = [job for job in table if job.name == "check_invariants"]
    assert check.every <= timedelta(minutes=1)


# --- what every staff page says -----------------------------------------------------------------


def test_nothing_is_said_while_all_goes_on_or_has_just_been_started_again(published: Context) -> None:
    now = published.clock.now()
    for name in WATCHED:
        beat(published, name, age=100)
    assert health(published, now, WATCHED)["ready"] is False
    assert stopped(published, now, WATCHED) is None


def test_a_service_that_stands_still_is_said_since_its_last_work(published: Context) -> None:
    beat(published, "sends", age=720)
    beat(published, "reads", age=600)
    now = published.clock.now()
    still = stopped(published, now, WATCHED)
    assert still is not None
    assert still.since is not None
    assert (still.jobs, still.whole, round((now - still.since) / timedelta(minutes=1))) == (
        ("reads", "sends"),
        True,
        10,
    )


def test_a_part_that_stands_still_is_named(published: Context) -> None:
    beat(published, "sends", age=720)
    beat(published, "reads", age=1)
    now = published.clock.now()
    still = stopped(published, now, WATCHED)
    assert still is not None
    assert still.since is not None
    assert (still.jobs, still.whole, round((now - still.since) / timedelta(minutes=1))) == (("sends",), False, 12)


def test_a_job_that_only_fails_stands_still(published: Context) -> None:
    now = published.clock.now()
    beat(published, "sends", age=1, ok=False)
    beat(published, "reads", age=1)
    assert stopped(published, now, WATCHED) == Stopped(since=None, jobs=("sends",), whole=False)


def test_a_service_that_never_ran_says_so_and_a_job_that_is_new_is_waited_for(published: Context) -> None:
    now = published.clock.now()
    assert stopped(published, now, WATCHED) == Stopped(since=None, jobs=("reads", "sends"), whole=True)
    assert stopped(published, now, {}) is None
    beat(published, "sends", age=1)
    assert stopped(published, now, WATCHED) is None
