"""What nobody asks for and must be done: the audit trail chained, ended sign-ins cleared out. The worker calls it."""

from __future__ import annotations

from datetime import timedelta

from followup.services.context import Context
from followup.services.sign_in import TRIES_COUNT_FOR

#: Rows chained in one transaction.
BATCH = 200
_LEASE = "seal_audit"
_LEASE_LASTS = timedelta(seconds=30)


def seal_audit(context: Context) -> int:
    """Chain the audit rows written since the last time; returns how many. One process at a time does it."""
    now = context.clock.now()
    with context.store.write() as uow:
        if not uow.leases.take(_LEASE, context.worker, now, now + _LEASE_LASTS):
            return 0
        sealed = uow.audit.seal(BATCH)
        # Given back in the same transaction: it only keeps two sealers from reading the same end of the chain.
        uow.leases.release(_LEASE, context.worker)
        if sealed:
            uow.commit()
    return sealed


def clear_out(context: Context) -> int:
    """Remove sessions and sign-in tries that count no more. Nothing here is ever needed again; returns 0."""
    now = context.clock.now()
    with context.store.write() as uow:
        uow.sessions.end_expired(now)
        uow.throttle.forget_before(now - TRIES_COUNT_FOR)
        uow.commit()
    return 0
