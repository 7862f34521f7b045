"""The course of a treatment: infusions, plans, check-ins and answers."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Table, UniqueConstraint

from followup.domain.plan import CheckInState
from followup.storage.tables.base import (
    clinic,
    flag,
    instant,
    items,
    metadata,
    number,
    own_id,
    reference,
    sealed,
    text,
    word,
)

infusions = Table(
    "infusions",
    metadata,
    own_id(),
    clinic(),
    text("external_id"),
    reference("patient_id", "patients"),
    text("treatment"),
    instant("ended_at"),
    instant("recorded_at"),
    text("indication", nullable=True),
    instant("discharged_at", nullable=True),
    Column("baseline_pain", Float),
    Column("baseline_mood", Float),
    items("flags"),
    instant("cancelled_at", nullable=True),
    UniqueConstraint("clinic_id", "external_id"),
    Index(None, "patient_id", "ended_at"),
    Index(None, "clinic_id", "recorded_at"),
    Index(None, "clinic_id", "ended_at"),
)

plans = Table(
    "plans",
    metadata,
    own_id(),
    clinic(),
    reference("patient_id", "patients"),
    reference("infusion_id", "infusions"),
    text("schedule"),
    number("schedule_version"),
    number("revision"),
    instant("created_at"),
    UniqueConstraint("infusion_id"),
    Index(None, "patient_id"),
)

check_ins = Table(
    "check_ins",
    metadata,
    own_id(),
    clinic(),
    reference("plan_id", "plans"),
    reference("patient_id", "patients"),
    reference("infusion_id", "infusions"),
    text("key"),
    instant("due_at"),
    instant("closes_at"),
    instant("remind_at", nullable=True),
    word("state", CheckInState),
    number("schedule_version"),
    number("revision"),
    items("questions"),
    text("reason", nullable=True),
    text("question", nullable=True),
    text("about", nullable=True),
    instant("asked_at", nullable=True),
    flag("reasked"),
    instant("reminded_at", nullable=True),
    instant("sent_at", nullable=True),
    instant("closed_at", nullable=True),
    instant("unanswered_at", nullable=True),
    # When something must next be done with it; empty once it has ended, which keeps the index below small.
    instant("next_action_at", nullable=True),
    UniqueConstraint("plan_id", "key"),
    Index(None, "patient_id", "due_at"),
    Index(None, "infusion_id"),
    Index(None, "clinic_id", "due_at"),
)

Index(
    "ix_check_ins_due",
    check_ins.c.next_action_at,
    check_ins.c.id,
    sqlite_where=check_ins.c.next_action_at.is_not(None),
    postgresql_where=check_ins.c.next_action_at.is_not(None),
)

answers = Table(
    "answers",
    metadata,
    own_id(),
    clinic(),
    reference("patient_id", "patients"),
    reference("check_in_id", "check_ins"),
    text("question"),
    instant("at"),
    sealed("text"),
    text("channel"),
    number("attempt"),
    Column("value", Float),
    items("codes"),
    number("severity", nullable=True),
    flag("is_range"),
    flag("late"),
    flag("doubtful"),
    reference("inbound_id", "inbound", nullable=True),
    text("entered_by", nullable=True),
    UniqueConstraint("check_in_id", "question", "channel", "attempt"),
    Index(None, "patient_id", "at"),
    Index(None, "inbound_id"),
)
