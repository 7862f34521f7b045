"""Alerts and their histories."""

from __future__ import annotations

from sqlalchemy import Index, Table

from followup.domain.alert import AlertStatus, EntryKind, Outcome
from followup.domain.level import Level
from followup.storage.tables.base import (
    clinic,
    flag,
    instant,
    is_one_of,
    items,
    metadata,
    number,
    own_id,
    reference,
    sealed,
    text,
    word,
)

alerts = Table(
    "alerts",
    metadata,
    own_id(),
    clinic(),
    text("code"),
    word("level", Level),
    text("reason"),
    text("rule"),
    items("rules"),
    number("schedule_version"),
    text("chain"),
    instant("opened_at"),
    instant("round_started_at"),
    # Never empty while the alert is not closed. Watched by a query rather than refused: a refused row is an alert lost.
    instant("next_action_at", nullable=True),
    word("status", AlertStatus),
    number("position"),
    number("raises"),
    reference("patient_id", "patients", nullable=True),
    items("also"),
    sealed("sender", nullable=True),
    text("sender_index", nullable=True),
    text("acknowledged_by", nullable=True),
    instant("acknowledged_at", nullable=True),
    text("acknowledged_via", nullable=True),
    instant("closed_at", nullable=True),
    text("closed_by", nullable=True),
    word("outcome", Outcome, nullable=True),
    number("minutes", nullable=True),
    sealed("note", nullable=True),
    flag("patient_told_no_answer"),
    flag("danger"),
    text("handed_to", nullable=True),
    text("duty_of", nullable=True),
    Index(None, "clinic_id", "code"),
    Index(None, "clinic_id", "status", "id"),
    Index(None, "clinic_id", "opened_at"),
    Index(None, "patient_id"),
    Index(None, "sender_index"),
)

is_unclosed = is_one_of(alerts.c.status, (AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED))
Index("ix_alerts_due", alerts.c.next_action_at, alerts.c.id, sqlite_where=is_unclosed, postgresql_where=is_unclosed)
Index(
    "uq_alerts_code",
    alerts.c.clinic_id,
    alerts.c.code,
    unique=True,
    sqlite_where=is_unclosed,
    postgresql_where=is_unclosed,
)
# One unclosed alert per patient (or unknown sender) and reason, also when two replies are read at the same instant.
Index(
    "uq_alerts_patient_reason",
    alerts.c.clinic_id,
    alerts.c.patient_id,
    alerts.c.reason,
    unique=True,
    sqlite_where=is_unclosed,
    postgresql_where=is_unclosed,
)
_is_unclosed_of_unknown = is_unclosed & alerts.c.patient_id.is_(None)
Index(
    "uq_alerts_sender_reason",
    alerts.c.clinic_id,
    alerts.c.sender_index,
    alerts.c.reason,
    unique=True,
    sqlite_where=_is_unclosed_of_unknown,
    postgresql_where=_is_unclosed_of_unknown,
)

alert_entries = Table(
    "alert_entries",
    metadata,
    own_id(),
    clinic(),
    reference("alert_id", "alerts"),
    instant("at"),
    word("kind", EntryKind),
    word("level", Level),
    text("actor"),
    items("rules"),
    sealed("words", nullable=True),
    sealed("understood", nullable=True),
    sealed("inputs", nullable=True),
    reference("inbound_id", "inbound", nullable=True),
    reference("check_in_id", "check_ins", nullable=True),
    Index(None, "alert_id", "at"),
    Index(None, "inbound_id"),
    Index(None, "check_in_id"),
)
