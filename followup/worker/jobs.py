"""The table of everything that runs by the clock. READ THIS to know what a running service does by itself.

followup.worker.loop gives each job a thread of its own, runs it when its time has come and when one of its topics
was rung, and notes its beat. A job takes due work from the database, so it may run anywhere, at any time, twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from followup.errors import FollowupError
from followup.services.advance_alerts import advance_due
from followup.services.check_invariants import check
from followup.services.context import Context
from followup.services.follow_calls import follow_calls
from followup.services.follow_duty import follow_duty
from followup.services.housekeeping import clear_out
from followup.services.human_chat import end_overdue
from followup.services.merge_patients import gather
from followup.services.open_tasks import open_due_tasks
from followup.services.page_test import run_test_pages
from followup.services.poll_inbound import poll
from followup.services.read_inbound import read_pending
from followup.services.replan_plans import replan_plans
from followup.services.seal_audit import seal
from followup.services.send_digest import send_digests
from followup.services.send_due_checkins import send_due_checkins
from followup.services.settle_doubts import settle
from followup.services.watch_feed import watch_feed
from followup.services.watch_schedules import FileWatch

#: A beat older than this many intervals (and MOST_SECONDS more) means that the job has stopped.
MISSED = 3
GRACE = timedelta(seconds=30)

Work = Callable[[Context], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One periodic job. `work` gives how much it moved; it is called again at once while that is not nothing.

    `wakes`: topics of a commit that make it run without waiting for `every`. `may_fail`: a run that fails tells of
    something else than this service's own work, so that the service counts as ready all the same.
    """

    name: str
    about: str
    every: timedelta
    work: Work
    wakes: frozenset[str] = frozenset()
    may_fail: bool = False

    @property
    def silent_after(self) -> timedelta:
        """The age of its last beat from which on something is wrong."""
        return self.every * MISSED + GRACE


class InvariantBroken(FollowupError):
    """What must always hold does not; the message names what, in plain words and without patient data."""


def jobs(heartbeat: Callable[[], None]) -> tuple[Job, ...]:
    """The table. `heartbeat` tells a watcher elsewhere that all is well; it is called by the last check alone."""
    return (
        Job(
            name="send_due_checkins",
            about="ask, remind and close the check-ins whose time has come",
            every=timedelta(seconds=1),
            work=send_due_checkins,
            wakes=frozenset({"check_in"}),
        ),
        Job(
            name="read_inbound",
            about="read what came in: danger first, then answers, stop words and staff codes",
            every=timedelta(seconds=2),
            work=read_pending,
            wakes=frozenset({"inbound"}),
        ),
        Job(
            name="advance_alerts",
            about="tell the next person of every alert that nobody has taken",
            every=timedelta(seconds=1),
            work=advance_due,
            wakes=frozenset({"alerts"}),
        ),
        Job(
            name="open_tasks",
            about="open an alert for what people have to come back to: somebody not reached, a call after a crisis",
            every=timedelta(seconds=10),
            work=open_due_tasks,
            wakes=frozenset({"tasks"}),
        ),
        Job(
            name="follow_duty",
            about="give alerts that somebody has taken to whoever has the duty now, once theirs is over",
            every=timedelta(seconds=10),
            work=follow_duty,
            wakes=frozenset({"duty"}),
        ),
        Job(
            name="settle_doubts",
            about="find out what became of messages whose answer was lost; let go of what came too late",
            every=timedelta(seconds=5),
            work=settle,
        ),
        Job(
            name="follow_calls",
            about="stop calls once somebody has the alert; ask about those that nothing has been heard of",
            every=timedelta(seconds=5),
            work=follow_calls,
            wakes=frozenset({"staff"}),  # whoever took an alert is told so by text
            may_fail=True,  # the provider's outage is not ours
        ),
        Job(
            name="end_talks",
            about="end the talks with patients whose time has passed, and tell of what nobody answered",
            every=timedelta(seconds=10),
            work=end_overdue,
        ),
        Job(
            name="poll_inbound",
            about="ask the provider for texts whose post to us was lost",
            every=timedelta(minutes=3),
            work=poll,
            may_fail=True,  # the provider's outage is not ours: what is posted to us must still be taken
        ),
        Job(
            name="send_digests",
            about="mail those in charge, at opening, how many alerts and patients wait",
            every=timedelta(minutes=1),
            work=send_digests,
        ),
        Job(
            name="watch_feed",
            about="ask whether the feed is running when infusions have stopped coming in",
            every=timedelta(minutes=1),
            work=watch_feed,
        ),
        Job(
            name="test_pages",
            about="send the weekly test page, and tell who did not answer it",
            every=timedelta(seconds=20),
            work=run_test_pages,
        ),
        Job(
            name="replan_plans",
            about="plan anew the courses that a newly published schedule has left behind",
            every=timedelta(seconds=10),
            work=replan_plans,
            wakes=frozenset({"schedules"}),
        ),
        Job(
            name="seal_audit",
            about="chain the new rows of the audit trail",
            every=timedelta(seconds=5),
            work=seal,
        ),
        Job(
            name="check_invariants",
            about="check in the database what must always hold, then tell the watcher elsewhere that all is well",
            every=timedelta(minutes=1),
            work=lambda context: _check_then_tell(context, heartbeat),
            may_fail=True,  # it says that something is late, which a service that takes no requests would not mend
        ),
        Job(
            name="housekeeping",
            about="clear out sessions and sign-in tries that have ended; gather what a merge of patients left behind",
            every=timedelta(minutes=10),
            work=lambda context: clear_out(context) + gather(context),
        ),
    )


def edit_job(watch: FileWatch) -> tuple[Job, ...]:
    """The job that takes edits of the schedule and the templates; whatever watches the files rings `files`."""
    return (
        Job(
            name="take_edits",
            about="take a good edit of the schedule and the templates, and say why another is not taken",
            every=timedelta(seconds=2),
            work=watch.look,
            wakes=frozenset({"files", "schedules"}),
        ),
    )


def _check_then_tell(context: Context, heartbeat: Callable[[], None]) -> int:
    breaches = check(context)
    if breaches:
        raise InvariantBroken("; ".join(breaches))
    heartbeat()
    return 0
