"""People and records that the storage tests are told with, filled to the last field."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from followup.domain.alert import Alert, AlertEntry, AlertStatus, EntryKind, Outcome
from followup.domain.infusion import Baseline, Infusion
from followup.domain.level import Level
from followup.domain.message import Message, MessageClass, MessageState
from followup.domain.people import Channel, Consent, Patient, PatientDetails, PatientStatus
from followup.domain.plan import Answer, CheckIn, CheckInState, Plan
from followup.domain.received import Inbound, InboundState
from followup.ids import new_id

CLINIC = "lakeside"
NOW = datetime(2026, 11, 22, 15, 4, 5, 678901, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

ANN_PHONE = "+13125550101"
BOB_PHONE = "+13125550102"


def patient(**changes) -> Patient:
    """Ann, with everything known about her."""
    known: dict[str, Any] = {
        "id": new_id(),
        "clinic": CLINIC,
        "external_id": f"MRN-{new_id()[-6:]}",
        "name": "Ann Canaryname",
        "timezone": "America/Chicago",
        "phone": ANN_PHONE,
        "email": "Ann.Canary@example.org",
        "language": "es",
        "consent": Consent(sms=True, email=False, text="You may text me.", at=NOW, method="paper"),
        "details": PatientDetails(
            birth_date=date(1980, 2, 29),
            address="1 Canary Street",
            emergency_contact="Bob Canarycontact",
            escort="Cy",
            local_dispatch_phone="+13125550911",
            safe_to_call="after 5 pm",
            interpreter="es",
            prescriber="Dr. Day",
        ),
        "status": PatientStatus.PAUSED,
        "status_until": NOW + timedelta(days=2),
        "status_reported": True,
        "safe_contact_hold": True,
        "created_at": NOW,
    }
    return Patient(**(known | changes))


def infusion(of: Patient, **changes) -> Infusion:
    """An infusion of a patient, an hour ago."""
    known: dict[str, Any] = {
        "id": new_id(),
        "clinic": of.clinic,
        "external_id": f"INF-{new_id()[-6:]}",
        "patient": of.id,
        "treatment": "ketamine",
        "ended_at": NOW - timedelta(hours=1),
        "recorded_at": NOW,
        "indication": "chronic_pain",
        "discharged_at": NOW - timedelta(minutes=30),
        "baseline": Baseline(pain=5.5, mood=4.0),
        "flags": frozenset({"first_infusion", "antihypertensive"}),
        "cancelled_at": NOW,
    }
    return Infusion(**(known | changes))


def plan(of: Infusion, **changes) -> Plan:
    """The plan of an infusion."""
    known: dict[str, Any] = {
        "id": new_id(),
        "clinic": of.clinic,
        "patient": of.patient,
        "infusion": of.id,
        "schedule": "ketamine-pain",
        "schedule_version": 3,
        "revision": 2,
        "created_at": NOW,
    }
    return Plan(**(known | changes))


def check_in(of: Plan, **changes) -> CheckIn:
    """An open check-in of a plan, in the middle of its questions."""
    known: dict[str, Any] = {
        "id": new_id(),
        "clinic": of.clinic,
        "plan": of.id,
        "patient": of.patient,
        "infusion": of.infusion,
        "key": "C1",
        "due_at": NOW,
        "closes_at": NOW + timedelta(hours=12),
        "remind_at": NOW + timedelta(hours=4),
        "state": CheckInState.OPEN,
        "schedule_version": 3,
        "revision": 2,
        "questions": ("symptoms", "mood"),
        "reason": "asked late",
        "question": "pain",
        "about": "nausea",
        "asked_at": NOW,
        "reasked": True,
        "reminded_at": NOW,
        "sent_at": NOW,
        "closed_at": NOW,
    }
    return CheckIn(**(known | changes))


def answer(of: CheckIn, **changes) -> Answer:
    """An answer to a check-in."""
    known: dict[str, Any] = {
        "id": new_id(),
        "clinic": of.clinic,
        "patient": of.patient,
        "check_in": of.id,
        "question": "pain",
        "at": NOW,
        "text": "canary answer: about 6 to 7",
        "channel": "sms",
        "attempt": 2,
        "value": 6.5,
        "codes": (1, 3),
        "severity": 2,
        "is_range": True,
        "late": True,
        "entered_by": "Kay",
    }
    return Answer(**(known | changes))


def message(**changes) -> Message:
    """A check-in that waits to be sent to Ann's phone."""
    row_id = new_id()
    known: dict[str, Any] = {
        "id": row_id,
        "clinic": CLINIC,
        "message_class": MessageClass.CHECK_IN,
        "channel": Channel.SMS,
        "to": ANN_PHONE,
        "template": "C1_ASK",
        "body": "How is your pain, 0 to 10?",
        "intent": f"check-in/{row_id}/pain/1",
        "created_at": NOW,
        "not_before": NOW,
    }
    return Message(**(known | changes))


def full_message(**changes) -> Message:
    """A message with every field filled that names no other row."""
    known: dict[str, Any] = {
        "subject": "canary subject",
        "language": "es",
        "person": "Kay",
        "question": "pain",
        "attempt": 2,
        "state": MessageState.IN_DOUBT,
        "reason": "answer lost",
        "expires_at": NOW + MINUTE,
        "claimed_by": "worker-1",
        "lease_until": NOW + MINUTE,
        "sending_at": NOW,
        "sent_at": NOW,
        "settled_at": NOW,
        "provider": "twilio",
        "provider_id": "SM1",
        "error_code": "30003",
        "next_look_at": NOW + MINUTE,
        "looks": 2,
        "tries": 1,
        "schedule_version": 3,
        "template_hash": "abc",
    }
    return message(**(known | changes))


def inbound(**changes) -> Inbound:
    """A text that came in from Ann's phone."""
    known: dict[str, Any] = {
        "id": new_id(),
        "clinic": CLINIC,
        "provider": "twilio",
        "provider_id": f"SM{new_id()}",
        "channel": Channel.SMS,
        "sender": ANN_PHONE,
        "to": "+13125550100",
        "body": "canary words: fever since noon",
        "received_at": NOW,
        "raw": '{"Body": "canary words: fever since noon"}',
        "media": ("image/jpeg",),
        "opt_out_type": "STOP",
        "state": InboundState.RECEIVED,
        "attempts": 1,
        "read_at": NOW,
        "kind": "reply",
        "reading": '{"canary reading": true}',
    }
    return Inbound(**(known | changes))


def alert(**changes) -> Alert:
    """An open alert about an unknown number."""
    known: dict[str, Any] = {
        "id": new_id(),
        "clinic": CLINIC,
        "code": new_id()[-4:],
        "level": Level.URGENT,
        "reason": "danger_words",
        "rule": "U1",
        "rules": ("U1", "R3"),
        "schedule_version": 3,
        "chain": "urgent",
        "opened_at": NOW,
        "round_started_at": NOW,
        "next_action_at": NOW,
    }
    return Alert(**(known | changes))


def full_alert(**changes) -> Alert:
    """An alert with every field filled that names no other row."""
    known: dict[str, Any] = {
        "status": AlertStatus.CLOSED,
        "position": 2,
        "raises": 1,
        "also": ("MRN-2",),
        "sender": BOB_PHONE,
        "acknowledged_by": "Kay",
        "acknowledged_at": NOW,
        "acknowledged_via": "sms",
        "closed_at": NOW,
        "closed_by": "Kay",
        "outcome": Outcome.REACHED_AND_SAFE,
        "minutes": 7,
        "note": "canary note: spoke with her",
        "patient_told_no_answer": True,
        "danger": True,
        "handed_to": "sam",
        "duty_of": "nurses",
    }
    return alert(**(known | changes))


def entry(of: Alert, **changes) -> AlertEntry:
    """A line of an alert's history."""
    known: dict[str, Any] = {
        "id": new_id(),
        "alert": of.id,
        "at": NOW,
        "kind": EntryKind.OPENED,
        "level": Level.URGENT,
        "actor": "system",
        "rules": ("U1",),
        "words": "canary words in an entry",
        "understood": "canary understanding",
        "inputs": '{"canary": 8}',
    }
    return AlertEntry(**(known | changes))
