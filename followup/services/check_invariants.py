"""What must always hold, asked of the database each minute in production too."""

from __future__ import annotations

from datetime import timedelta

from followup.services.context import Context

#: No alert may be overdue longer than this.
OVERDUE = timedelta(seconds=60)
#: No inbound may wait to be read longer than this.
UNREAD = timedelta(seconds=60)


def check(context: Context) -> tuple[str, ...]:
    """Every breach in plain words, without patient data; empty when all is well."""
    now = context.clock.now()
    with context.store.read() as uow:
        overdue = uow.alerts.overdue(now - OVERDUE)
        lost = uow.alerts.without_next_action()
        oldest = uow.inbound.oldest_pending_at()
        forgotten = uow.tasks.due(now - OVERDUE, 1)
    breaches: list[str] = []
    if overdue:
        breaches.append(f"{overdue} alert(s) are overdue for their next step by more than a minute")
    if lost:
        breaches.append(f"{lost} unclosed alert(s) have no next step")
    if oldest is not None and now - oldest > UNREAD:
        breaches.append("a reply has waited more than a minute to be read")
    if forgotten:
        breaches.append("what people should come back to has not become an alert for more than a minute")
    return tuple(breaches)
