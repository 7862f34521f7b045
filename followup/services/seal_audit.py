"""Audit rows are chained by one sealer some seconds after they were written, so that the chain delays nobody."""

from __future__ import annotations

from datetime import timedelta

from followup.services.context import Context

_LEASE = timedelta(seconds=30)


def seal(context: Context, limit: int = 500) -> int:
    """Chain the rows that are not yet; returns how many. One sealer at a time in all processes."""
    now = context.clock.now()
    with context.store.write() as uow:
        if not uow.leases.take("seal_audit", context.worker, now, now + _LEASE):
            return 0
        sealed = uow.audit.seal(limit)
        uow.leases.release("seal_audit", context.worker)
        uow.commit()
    return sealed
