"""Running everything that is due at one instant, for clocks that are pushed: the demo, rehearsals and tests."""

from __future__ import annotations

from datetime import datetime

from followup.domain.message import Lane
from followup.services import follow_duty, open_tasks, page_test, send_digest
from followup.services import watch_feed as feed
from followup.services.advance_alerts import advance_due
from followup.services.context import Context, Published
from followup.services.deliver_messages import deliver
from followup.services.follow_calls import follow_calls
from followup.services.human_chat import end_overdue
from followup.services.read_inbound import read_pending
from followup.services.replan_plans import anything_behind, replan_plans
from followup.services.send_digest import send_digests
from followup.services.send_due_checkins import send_due_checkins
from followup.services.settle_doubts import settle
from followup.services.watch_feed import watch_feed
from followup.storage.unit_of_work import UnitOfWork

#: More rounds than any instant can need; beyond it something calls itself up for ever.
_MOST_ROUNDS = 500
#: When that is due which is more than one look at one table.
_DUE_BESIDE = (send_digest.due_at, feed.due_at, page_test.due_at, follow_duty.due_at)


def run_until_quiet(context: Context) -> int:
    """Do all that is due now until nothing moves; returns how many moves were made."""
    moves = 0
    for _ in range(_MOST_ROUNDS):
        if not _anything_due(context):
            return moves
        moved = _one_round(context)
        if moved == 0:
            return moves
        moves += moved
    message = "the present instant never came to rest"
    raise AssertionError(message)


def _one_round(context: Context) -> int:
    moved = (
        replan_plans(context)
        + read_pending(context)
        + send_due_checkins(context)
        + open_tasks.open_due_tasks(context)
        + follow_duty.follow_duty(context)
        + advance_due(context)
        + settle(context)
        + follow_calls(context)
        + end_overdue(context)
    )
    moved += send_digests(context) + watch_feed(context) + page_test.run_test_pages(context)
    return moved + sum(deliver(context, lane) for lane in Lane)


def _anything_due(context: Context) -> bool:
    now, published = context.clock.now(), context.content.current()
    with context.store.read() as uow:
        if uow.inbound.oldest_pending_at() is not None or anything_behind(uow, published, now):
            return True
        due = _earliest(uow, context, published)
    return due is not None and due <= now


def next_event_at(context: Context) -> datetime | None:
    """The earliest moment at which anything is due; None when nothing is planned."""
    published = context.content.current()
    with context.store.read() as uow:
        return _earliest(uow, context, published)


def _earliest(uow: UnitOfWork, context: Context, published: Published) -> datetime | None:
    moments = (
        uow.check_ins.next_due_at(),
        uow.messages.next_due_at(),
        uow.alerts.next_due_at(),
        uow.chats.next_end_at(),
        uow.tasks.next_due_at(),
        *(due_at(uow, context, published) for due_at in _DUE_BESIDE),
    )
    return min((moment for moment in moments if moment is not None), default=None)
