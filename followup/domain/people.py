"""Patients and how they may be reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Channel(StrEnum):
    """A way to reach a person."""

    SMS = "sms"
    EMAIL = "email"
    VOICE = "voice"
    CHAT = "chat"  # a chat or pager service; staff only


class PatientStatus(StrEnum):
    """Where a patient stands; only `active` patients get automatic texts."""

    ACTIVE = "active"
    PAUSED = "paused"
    IN_HOSPITAL = "in_hospital"
    DECEASED = "deceased"
    LEFT_CARE = "left_care"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What the patient agreed to, with its proof: the text shown, when and how it was given."""

    sms: bool = False
    email: bool = False
    text: str | None = None
    at: datetime | None = None
    method: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientDetails:
    """What staff need beside an emergency; every field may be missing and is then shown as a gap."""

    birth_date: date | None = None
    address: str | None = None
    emergency_contact: str | None = None
    escort: str | None = None
    local_dispatch_phone: str | None = None
    safe_to_call: str | None = None
    interpreter: str | None = None
    prescriber: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """One person under follow-up by one clinic.

    `external_id` is the clinic's own id, `phone` E.164, `language` a code such as `en` or None where
    the clinic has not said, `timezone` an IANA name.
    """

    id: str
    clinic: str
    external_id: str
    name: str
    timezone: str
    phone: str | None = None
    email: str | None = None
    language: str | None = None
    consent: Consent = field(default_factory=Consent)
    details: PatientDetails = field(default_factory=PatientDetails)
    status: PatientStatus = PatientStatus.ACTIVE
    status_until: datetime | None = None
    status_reported: bool = False
    safe_contact_hold: bool = False
    created_at: datetime | None = None

    def address(self, channel: Channel) -> str | None:
        """The patient's number or e-mail address for `channel`; none for what is for staff only."""
        if channel is Channel.CHAT:
            return None
        return self.email if channel is Channel.EMAIL else self.phone

    def receives_texts(self, now: datetime) -> bool:
        """Whether automatic messages may go to this patient at `now`, consent and opt-out apart."""
        if self.safe_contact_hold:
            return False
        if self.status is PatientStatus.PAUSED:
            return self.status_until is not None and self.status_until <= now
        return self.status is PatientStatus.ACTIVE
