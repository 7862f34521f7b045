"""Clears out what has ended and is never needed again: sessions, known browsers, tries. The worker calls it."""

from __future__ import annotations

from datetime import timedelta

from followup.services.context import Context
from followup.services.tries import TRIES_COUNT_FOR

#: A session in a browser may outlive the time for which that browser is known.
_AFTER = timedelta(days=3)


def clear_out(context: Context) -> int:
    """Remove sessions, known browsers, invitations and sign-in tries that count no more; returns how many rows went.

    Sessions end by real time; the demo's clock, which may be ahead, never comes here.
    """
    now = context.clock.now()
    with context.store.write() as uow:
        gone = uow.sessions.end_expired(now) + uow.throttle.forget_before(now - TRIES_COUNT_FOR)
        gone += uow.devices.forget_expired(now - _AFTER) + uow.invitations.forget_expired(now)
        uow.commit()
    return gone
