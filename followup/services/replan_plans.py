"""Plans that a newly published version has left behind are planned anew, each in a transaction of its own.

The worker's ticker calls it, and whoever publishes. Until a plan's turn has come it asks nothing: a check-in that
falls due meanwhile has its plan taken first (see send_due_checkins).
"""

from __future__ import annotations

from datetime import datetime

from followup.clock import Clock
from followup.domain.plan import Plan
from followup.domain.replanning import longest_course
from followup.services.context import ContentBook, Context, Published
from followup.services.revising import PlanMoved, Reviser, lock_plan
from followup.storage.store import Store
from followup.storage.unit_of_work import UnitOfWork


def replan_plans(context: Context, limit: int = 100) -> int:
    """Plan anew what is behind the version in force; returns how many plans were looked at."""
    return replan_behind(context.store, context.content, context.clock, limit)


def replan_behind(store: Store, book: ContentBook, clock: Clock, limit: int) -> int:
    """The same for whoever has no whole context: the commands and the start of a service."""
    published = book.current()
    now = clock.now()
    since = now - longest_course(published.content.configuration)
    with store.read() as uow:
        plans = uow.plans.behind(published.version, since, limit)
        reviser = Reviser.to(book, published, uow) if plans else None
    if reviser is None:
        return 0
    for plan in plans:
        _take(store, reviser, plan, published, now)
    return len(plans)


def anything_behind(uow: UnitOfWork, published: Published, now: datetime) -> bool:
    """Whether a plan waits to be planned anew."""
    since = now - longest_course(published.content.configuration)
    return bool(uow.plans.behind(published.version, since, 1))


def replan_all(store: Store, book: ContentBook, clock: Clock) -> int:
    """Plan anew until nothing is behind; returns how many plans were looked at."""
    done = 0
    while moved := replan_behind(store, book, clock, 200):
        done += moved
    return done


def _take(store: Store, reviser: Reviser, seen: Plan, published: Published, now: datetime) -> None:
    with store.write() as uow:
        lock_plan(uow, seen.id)
        plan = uow.plans.get(seen.id)
        if plan is None or plan.schedule_version >= published.version:
            return
        try:
            reviser.revise(uow, plan, now)
        except PlanMoved:
            return  # it is still behind: the next round sees it as it is then
        uow.commit()
