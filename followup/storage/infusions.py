"""Infusions as the clinics recorded them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from followup.domain.infusion import Baseline, Infusion
from followup.storage.rows import Row, Rows
from followup.storage.tables.course import infusions


class InfusionRows:
    """The infusions of one unit of work."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, infusion: Infusion) -> None:
        """Store a new infusion. Raises Collision where the clinic's id is taken."""
        self._rows.change(insert(infusions), _row(infusion))

    def update(self, infusion: Infusion) -> None:
        """Replace what is stored under the same id."""
        self._rows.change(update(infusions).where(infusions.c.id == infusion.id), _row(infusion))

    def get(self, infusion_id: str) -> Infusion | None:
        """By our id."""
        return _one(self._rows.first(select(infusions).where(infusions.c.id == infusion_id)))

    def by_external_id(self, clinic: str, external_id: str) -> Infusion | None:
        """By the clinic's own id."""
        ours = (infusions.c.clinic_id == clinic) & (infusions.c.external_id == external_id)
        return _one(self._rows.first(select(infusions).where(ours)))

    def of_patient(self, patient: str) -> tuple[Infusion, ...]:
        """All of a patient's infusions, oldest first, cancelled ones too."""
        found = select(infusions).where(infusions.c.patient_id == patient)
        return _several(self._rows.all(found.order_by(infusions.c.ended_at, infusions.c.id)))

    def latest_since(self, clinic: str, since: datetime) -> tuple[Infusion, ...]:
        """The clinic's infusions recorded at or after `since`, newest first."""
        found = select(infusions).where(infusions.c.clinic_id == clinic, infusions.c.recorded_at >= since)
        return _several(self._rows.all(found.order_by(infusions.c.recorded_at.desc(), infusions.c.id.desc())))

    def recorded_since(self, clinic: str, since: datetime) -> tuple[datetime, ...]:
        """When the clinic's infusions were recorded, at or after `since`, oldest first."""
        recorded = select(infusions.c.recorded_at).where(
            infusions.c.clinic_id == clinic, infusions.c.recorded_at >= since
        )
        return tuple(self._rows.scalars(recorded.order_by(infusions.c.recorded_at)))

    def ended_between(self, clinic: str, since: datetime, until: datetime) -> tuple[Infusion, ...]:
        """The clinic's infusions that ended from `since` to `until` (both within), oldest first, cancelled ones too."""
        found = select(infusions).where(
            infusions.c.clinic_id == clinic, infusions.c.ended_at >= since, infusions.c.ended_at <= until
        )
        return _several(self._rows.all(found.order_by(infusions.c.ended_at, infusions.c.id)))


def _row(infusion: Infusion) -> dict[str, Any]:
    return {
        "id": infusion.id,
        "clinic_id": infusion.clinic,
        "external_id": infusion.external_id,
        "patient_id": infusion.patient,
        "treatment": infusion.treatment,
        "ended_at": infusion.ended_at,
        "recorded_at": infusion.recorded_at,
        "indication": infusion.indication,
        "discharged_at": infusion.discharged_at,
        "baseline_pain": infusion.baseline.pain,
        "baseline_mood": infusion.baseline.mood,
        "flags": infusion.flags,
        "cancelled_at": infusion.cancelled_at,
    }


def _infusion(row: Row) -> Infusion:
    return Infusion(
        id=row["id"],
        clinic=row["clinic_id"],
        external_id=row["external_id"],
        patient=row["patient_id"],
        treatment=row["treatment"],
        ended_at=row["ended_at"],
        recorded_at=row["recorded_at"],
        indication=row["indication"],
        discharged_at=row["discharged_at"],
        baseline=Baseline(pain=row["baseline_pain"], mood=row["baseline_mood"]),
        flags=frozenset(row["flags"]),
        cancelled_at=row["cancelled_at"],
    )


def _one(row: Row | None) -> Infusion | None:
    return None if row is None else _infusion(row)


def _several(rows: Iterable[Row]) -> tuple[Infusion, ...]:
    return tuple(_infusion(row) for row in rows)
