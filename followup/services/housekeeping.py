"""Clears out what has ended and is never needed again: sessions and sign-in tries. The worker calls it."""

from __future__ import annotations

from followup.services.context import Context
from followup.services.sign_in import TRIES_COUNT_FOR


def clear_out(context: Context) -> int:
    """Remove sessions and sign-in tries that count no more; returns how many rows went.

    Sessions end by real time; the demo's clock, which may be ahead, never comes here.
    """
    now = context.clock.now()
    with context.store.write() as uow:
        gone = uow.sessions.end_expired(now) + uow.throttle.forget_before(now - TRIES_COUNT_FOR)
        uow.commit()
    return gone
