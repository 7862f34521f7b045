"""Figures of a clinic's alerts since an instant: times to take and to reach, false alarms. Today's page calls it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from followup.domain.alert_figures import AlertFacts, LevelFigures, figures_of
from followup.domain.contact import first_reached_at
from followup.domain.level import Level
from followup.services.context import Context


def figures(context: Context, clinic: str, since: datetime) -> Mapping[Level, LevelFigures]:
    """The figures by level of the alerts opened at `since` or later, the most urgent level first."""
    with context.store.read() as uow:
        alerts = uow.alerts.opened_since(clinic, since)
        ids = [alert.id for alert in alerts]
        taken = uow.alerts.first_taken(ids)
        tries = uow.contacts.of_alerts(ids)
    return figures_of(
        AlertFacts(
            level=alert.level,
            opened_at=alert.opened_at,
            taken_at=taken.get(alert.id, alert.acknowledged_at),
            reached_at=first_reached_at(tries.get(alert.id, ())),
            outcome=alert.outcome,
        )
        for alert in alerts
    )
