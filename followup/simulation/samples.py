"""The patients that a demo begins with, so that its pages are not empty. All of them are made up.

None has a risk flag: an evening without an answer then pages nobody, and the first alert is the visitor's own.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from followup.domain.infusion import Baseline
from followup.domain.people import Consent, PatientDetails
from followup.domain.schedule import Clinic
from followup.services.context import Context
from followup.services.record_infusion import NewInfusion, NewPatient, record_infusion

_CONSENT = "I agree to receive check-in texts from the clinic about my infusions. Reply STOP to end them."


def add_samples(context: Context, clinic: Clinic) -> None:
    """Record the infusions of the last hours and of yesterday; each patient's check-ins follow from there."""
    now = context.clock.now()
    for new in _infusions(clinic, now):
        record_infusion(context, new, actor="demo")


def _infusions(clinic: Clinic, now: datetime) -> tuple[NewInfusion, ...]:
    return (
        NewInfusion(
            id="INF-1001",
            clinic=clinic.key,
            patient=_patient("P-101", "Ana Ruiz", "+13125550111", clinic, now, language="es"),
            treatment="ketamine",
            indication="chronic_pain",
            ended_at=now - timedelta(hours=3),
            baseline=Baseline(pain=8, mood=4),
        ),
        NewInfusion(
            id="INF-1002",
            clinic=clinic.key,
            patient=_patient("P-102", "Ben Carter", "+13125550112", clinic, now),
            treatment="ketamine",
            indication="chronic_pain",
            ended_at=now - timedelta(hours=2),
            baseline=Baseline(pain=5, mood=6),
        ),
        NewInfusion(
            id="INF-1003",
            clinic=clinic.key,
            patient=_patient("P-103", "Carla Nowak", "+13125550113", clinic, now),
            treatment="ketamine",
            indication="chronic_pain",
            ended_at=now - timedelta(hours=18),
            baseline=Baseline(pain=5, mood=5),
        ),
        NewInfusion(
            id="INF-1004",
            clinic=clinic.key,
            patient=_patient("P-104", "David Okafor", "+13125550114", clinic, now),
            treatment="ketamine",
            indication="chronic_pain",
            ended_at=now - timedelta(hours=1),
            baseline=Baseline(pain=8, mood=5),
        ),
    )


def _patient(
    patient_id: str, name: str, phone: str, clinic: Clinic, now: datetime, *, language: str = "en"
) -> NewPatient:
    return NewPatient(
        id=patient_id,
        name=name,
        phone=phone,
        email=f"{name.split(maxsplit=1)[0].lower()}@patients.example",
        language=language,
        timezone=clinic.timezone,
        consent=Consent(sms=True, email=True, text=_CONSENT, at=now - timedelta(days=7), method="paper form"),
        details=PatientDetails(
            birth_date=date(1980, 4, int(patient_id[-1]) + 10),
            emergency_contact="Sister, (312) 555-0190",
            local_dispatch_phone="(312) 555-0191",
        ),
    )
