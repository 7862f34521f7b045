"""Answers from the audit trail: who read or changed a patient, whose data somebody saw, and the trail as a whole.

`followup audit` and `followup staff disable` call it. Asking is itself written into the trail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from followup.domain.alert import Alert
from followup.domain.people import Patient
from followup.errors import NotFound
from followup.services.context import Context, only_clinic, staff_by_name
from followup.storage.audit import AuditRow
from followup.storage.unit_of_work import UnitOfWork

#: A board that was opened shows what comes in until its reader signs out, at the latest until every session ends.
BOARD_STAYS_OPEN: Final = timedelta(hours=26)
_ALL: Final = 500
#: Pages that show the alerts that are open, and of which the trail says when they were opened.
_BOARDS: Final = frozenset({"board", "routine", "inbox"})
#: Pages that show several patients at once, and of which the trail does not say whom.
_LISTS: Final = frozenset({"patients", "lists", "today"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """One row of the trail about a patient, directly or through an alert."""

    at: datetime
    actor: str
    action: str
    place: str | None
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """That somebody saw a patient's data: between when, how often, and where."""

    patient: str
    clinic: str
    first: datetime
    last: datetime
    times: int
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Whose data somebody saw. `lists` counts, by page, what shows many patients without the trail saying whom."""

    patients: tuple[Seen, ...]
    lists: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What somebody did, by kind, and from where they signed in."""

    actions: dict[str, int]
    places: dict[str, int]
    first: datetime | None
    last: datetime | None


def who_touched(context: Context, patient: str, *, clinic: str | None, actor: str) -> tuple[Touch, ...]:
    """Everybody who read or changed a patient (the clinic's own id), oldest first. Raises NotFound."""
    key = only_clinic(context.content.current().content.configuration, clinic).key
    with context.store.read() as uow:
        found = uow.patients.by_external_id(key, patient)
        if found is None:
            raise NotFound("There is no such patient.")
        ids = {found.id, found.external_id, patient} | {alert.id for alert in uow.alerts.of_patient(found.id)}
        rows = tuple(sorted((_touch(row) for row in uow.audit.about(ids)), key=lambda touch: (touch.at, touch.id)))
    _note(context, actor=actor, action="audit.who", subject="patient", subject_id=found.id, clinic=key)
    return rows


def exposure(context: Context, person: str, *, since: datetime, actor: str) -> Exposure:
    """Which patients' data a member of staff saw since then. Raises NotFound for nobody of that name.

    Opening an alert or a patient counts, and so does every alert that was on the board while it was open.
    """
    member = staff_by_name(context.content.current().content.configuration, person)
    with context.store.read() as uow:
        rows = list(uow.audit.by({f"staff:{member.key}", member.name}, since))
        seen = _Sightings(uow)
        for number, row in enumerate(rows):
            seen.add(row, rows[number + 1 :])
        found = Exposure(patients=seen.lines(), lists=dict(seen.lists))
    _note(context, actor=actor, action="audit.exposure", subject="staff", subject_id=member.key, clinic=None)
    return found


def access_of(context: Context, person: str, *, since: datetime) -> Access:
    """What a member of staff (key) did since then."""
    names = {f"staff:{person}"}
    member = context.content.current().content.configuration.staff.get(person)
    if member is not None:
        names.add(member.name)
    with context.store.read() as uow:
        rows = list(uow.audit.by(names, since))
    places = Counter(str(row.detail["from"]) for row in rows if row.action == "sign_in" and "from" in row.detail)
    return Access(
        actions=dict(Counter(row.action for row in rows).most_common()),
        places=dict(places.most_common()),
        first=rows[0].at if rows else None,
        last=rows[-1].at if rows else None,
    )


def export(context: Context, *, since: datetime, actor: str) -> Iterator[dict[str, Any]]:
    """Every row since then as plain values, oldest first; that it was exported is in the trail before the first."""
    _note(context, actor=actor, action="audit.exported", subject="service", subject_id="audit", clinic=None)
    with context.store.read() as uow:
        for row in uow.audit.since(since):
            yield {**asdict(row), "at": row.at.isoformat(), "detail": dict(row.detail)}


class _Sightings:
    """Gathers who was seen, from row after row."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._found: dict[str, list[tuple[datetime, str]]] = {}
        self.lists: Counter[str] = Counter()

    def add(self, row: AuditRow, after: list[AuditRow]) -> None:
        """One row, and what the same person did after it."""
        if row.subject in _BOARDS and row.action.endswith(".read"):
            for alert in self._on_board(row, after):
                self._see_alert(alert, row.at, row.subject)
        elif row.subject in _LISTS and row.action.endswith(".read"):
            self.lists[row.subject] += 1
        elif row.subject == "alert":
            self._see_alert(self._uow.alerts.get(row.subject_id), row.at, "alert")
        elif row.subject == "patient":
            self._see(self._patient(row), row.at, "patient")
        elif row.subject == "inbound":
            inbound = self._uow.inbound.get(row.subject_id)
            self._see(inbound.patient if inbound else None, row.at, "text")

    def lines(self) -> tuple[Seen, ...]:
        """Who was seen, by the clinic's id."""
        lines = [
            _seen(patient, moments)
            for patient_id, moments in self._found.items()
            if (patient := self._uow.patients.get(patient_id)) is not None
        ]
        return tuple(sorted(lines, key=lambda line: (line.clinic, line.patient)))

    def _on_board(self, row: AuditRow, after: list[AuditRow]) -> Iterator[Alert]:
        ends = min((later.at for later in after if later.action.startswith("sign_out")), default=None)
        until = min(ends or row.at + BOARD_STAYS_OPEN, row.at + BOARD_STAYS_OPEN)
        reached: str | None = None
        while page := self._uow.alerts.list("all", reached, _ALL, clinic=row.subject_id):
            for alert in page:
                if alert.opened_at <= until and (alert.closed_at is None or alert.closed_at >= row.at):
                    yield alert
            reached = page[-1].id

    def _patient(self, row: AuditRow) -> str | None:
        """Ours, or by the clinic's id, which the API's rows have."""
        known = self._uow.patients.get(row.subject_id)
        if known is None and row.clinic is not None:
            known = self._uow.patients.by_external_id(row.clinic, row.subject_id)
        return known.id if known else None

    def _see_alert(self, alert: Alert | None, at: datetime, way: str) -> None:
        if alert is not None:
            for patient in filter(None, (alert.patient, *alert.also)):
                self._see(patient, at, way)

    def _see(self, patient: str | None, at: datetime, way: str) -> None:
        if patient is not None:
            self._found.setdefault(patient, []).append((at, way))


def _seen(patient: Patient, moments: list[tuple[datetime, str]]) -> Seen:
    return Seen(
        patient=patient.external_id,
        clinic=patient.clinic,
        first=min(at for at, _ in moments),
        last=max(at for at, _ in moments),
        times=len(moments),
        ways=tuple(sorted({way for _, way in moments})),
    )


def _touch(row: AuditRow) -> Touch:
    place = row.detail.get("from")
    return Touch(at=row.at, actor=row.actor, action=row.action, place=str(place) if place else None, id=row.id)


def _note(context: Context, *, actor: str, action: str, subject: str, subject_id: str, clinic: str | None) -> None:
    with context.store.write() as uow:
        uow.audit.append(
            at=context.clock.now(),
            actor=actor,
            action=action,
            subject=subject,
            subject_id=subject_id,
            clinic=clinic,
        )
        uow.commit()
