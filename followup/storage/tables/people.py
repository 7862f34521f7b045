"""Patients, how they are found, and who has opted out."""

from __future__ import annotations

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from followup.domain.people import Channel, PatientStatus
from followup.storage.tables.base import (
    clinic,
    flag,
    instant,
    is_one_of,
    metadata,
    own_id,
    reference,
    sealed,
    text,
    word,
)

patients = Table(
    "patients",
    metadata,
    own_id(),
    clinic(),
    text("external_id"),
    sealed("name"),
    text("timezone"),
    sealed("phone", nullable=True),
    text("phone_index", nullable=True),
    sealed("email", nullable=True),
    text("email_index", nullable=True),
    text("language", nullable=True),
    flag("consent_sms"),
    flag("consent_email"),
    text("consent_text", nullable=True),
    instant("consent_at", nullable=True),
    text("consent_method", nullable=True),
    sealed("details", nullable=True),
    word("status", PatientStatus),
    instant("status_until", nullable=True),
    flag("status_reported"),
    flag("safe_contact_hold"),
    instant("created_at", nullable=True),
    UniqueConstraint("clinic_id", "external_id"),
    Index(None, "phone_index"),
    Index(None, "email_index"),
)

is_paused = is_one_of(patients.c.status, (PatientStatus.PAUSED,))
Index(
    "ix_patients_paused",
    patients.c.clinic_id,
    patients.c.status_until,
    sqlite_where=is_paused,
    postgresql_where=is_paused,
)

#: Keyed hashes of each word of a name and of its beginnings, so that staff can search without names in clear.
patient_words = Table(
    "patient_words",
    metadata,
    reference("patient_id", "patients"),
    clinic(),
    text("word_index"),
    PrimaryKeyConstraint("word_index", "patient_id"),
    Index(None, "patient_id"),
)

#: Two ids that turned out to be one person. The record under `merged_id` stands aside while `undone_at` is empty.
patient_merges = Table(
    "patient_merges",
    metadata,
    own_id(),
    clinic(),
    reference("kept_id", "patients"),
    reference("merged_id", "patients"),
    instant("merged_at"),
    text("merged_by"),
    text("moved"),
    instant("undone_at", nullable=True),
    text("undone_by", nullable=True),
    Index(None, "kept_id"),
    Index(
        "uq_patient_merges_standing",
        "merged_id",
        unique=True,
        sqlite_where=Column("undone_at").is_(None),
        postgresql_where=Column("undone_at").is_(None),
    ),
)

#: Opt-outs, one row each time one begins. They hang on the address, not on the patient, and are never deleted.
suppressions = Table(
    "suppressions",
    metadata,
    own_id(),
    clinic(),
    word("channel", Channel),
    text("address_index"),
    instant("began_at"),
    text("began_by"),
    instant("lifted_at", nullable=True),
    Column("lifted_by", Text, nullable=True),
    Index(
        "uq_suppressions_active",
        "clinic_id",
        "channel",
        "address_index",
        unique=True,
        sqlite_where=Column("lifted_at").is_(None),
        postgresql_where=Column("lifted_at").is_(None),
    ),
    Index(None, "address_index"),
)
