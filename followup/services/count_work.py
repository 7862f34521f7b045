"""How much is waiting, as plain counts. The web floor's /metrics calls it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from followup.domain.alert import AlertStatus
from followup.domain.level import Level
from followup.domain.message import MessageState
from followup.services.context import Context

#: An alert's step that is this late was not just about to be taken.
LATE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCounts:
    """Seconds for `inbound_waits` (0: nothing waits) and for each job's age since it last ran well."""

    messages: Mapping[MessageState, int]
    alerts: Mapping[tuple[AlertStatus, Level], int]
    alerts_overdue: int
    inbound_waits: float
    jobs: Mapping[str, float]


def count_work(context: Context) -> WorkCounts:
    """One reading of the database."""
    now = context.clock.now()
    clinics = context.content.current().content.configuration.clinics
    with context.store.read() as uow:
        unclosed = [alert for clinic in clinics for alert in uow.alerts.unclosed_of(clinic)]
        oldest = uow.inbound.oldest_pending_at()
        return WorkCounts(
            messages=uow.messages.count_by_state(),
            alerts=Counter((alert.status, alert.level) for alert in unclosed),
            alerts_overdue=uow.alerts.overdue(now - LATE),
            inbound_waits=max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
            jobs={beat.name: (now - beat.last_ok_at).total_seconds() for beat in uow.jobs.all() if beat.last_ok_at},
        )
