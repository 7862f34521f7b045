"""FHIR R4 -> drafts: what a Procedure or MedicationAdministration and its Patient say, whatever else stands there.

A tolerant subset, read by hand: systems differ in what they leave out, and a strict model refuses a whole bundle for a
field that nobody here needs. Sources: hl7.org/fhir/R4 (Procedure, MedicationAdministration, Patient, Observation).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from followup.intake import words
from followup.intake.cells import Unusable
from followup.intake.found import Draft, Format, Reading, Remark, Surroundings, Unreadable
from followup.intake.phones import phone_of

_EVENTS: Final = ("Procedure", "MedicationAdministration")
_TIMEZONE: Final = "http://hl7.org/fhir/StructureDefinition/timezone"
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
#: RxNorm ingredient codes (rxnav.nlm.nih.gov), for systems that send no words.
_RXNORM: Final = {"6130": "ketamine", "6387": "lidocaine"}
#: LOINC 72514-3: pain severity 0-10 verbal numeric rating, reported.
_PAIN: Final = "72514-3"
#: A score counts as taken before an infusion when it is at most this old.
_BEFORE: Final = timedelta(hours=24)

Resource = Mapping[str, Any]


def is_fhir(value: object) -> bool:
    """Whether a JSON value is a FHIR resource."""
    return isinstance(value, Mapping) and isinstance(value.get("resourceType"), str)


@dataclass(slots=True)
class _Event:
    """One infusion while it is read."""

    line: int
    resource: Resource
    known: Mapping[str, Resource]
    refusals: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)

    def refuse(self, column: str, reason: str) -> None:
        self.refusals.append(Remark(line=self.line, column=column, reason=reason))

    def warn(self, column: str, reason: str) -> None:
        self.warnings.append(Remark(line=self.line, column=column, reason=reason))

    def target(self, reference: object) -> Resource:
        """What a reference points to: contained, in the bundle, or nothing."""
        named = _text(_object(reference).get("reference")) or ""
        if named.startswith("#"):
            contained = _objects(self.resource.get("contained"))
            return next((each for each in contained if each.get("id") == named[1:]), {})
        return self.known.get(named) or self.known.get("/".join(named.split("/")[-2:])) or {}


def read_fhir(entries: Sequence[tuple[int, Resource]], encoding: str, around: Surroundings) -> Reading:
    """Every infusion among the resources as a draft. Raises Unreadable where there is none."""
    resources = [(line, url, each) for line, entry in entries for url, each in _resources(entry)]
    known: dict[str, Resource] = {}
    for _, url, each in resources:
        known[f"{each.get('resourceType')}/{each.get('id')}"] = each
        if url:
            known[url] = each
    events = [(line, each) for line, _, each in resources if each.get("resourceType") in _EVENTS]
    if not events:
        raise Unreadable("the FHIR resources hold no Procedure and no MedicationAdministration")
    return Reading(
        format=Format.FHIR,
        encoding=encoding,
        drafts=tuple(_draft(_Event(line, each, known), around) for line, each in events),
    )


def _resources(entry: Resource) -> Iterable[tuple[str | None, Resource]]:
    if entry.get("resourceType") != "Bundle":
        yield None, entry
        return
    for each in _objects(entry.get("entry")):
        yield _text(each.get("fullUrl")), _object(each.get("resource"))


def _draft(event: _Event, around: Surroundings) -> Draft:
    number = f"{event.resource.get('resourceType')}"
    status = _text(event.resource.get("status"))
    if status != "completed":
        reason = "is not completed; only completed infusions are followed"
        return Draft(
            line=event.line, raw=None, refusals=(Remark(line=event.line, column=f"{number}.status", reason=reason),)
        )
    patient = event.target(event.resource.get("subject"))
    if not patient:
        reason = "names no Patient of this file"
        return Draft(
            line=event.line, raw=None, refusals=(Remark(line=event.line, column=f"{number}.subject", reason=reason),)
        )
    raw = _raw(event, patient, around)
    return Draft(
        line=event.line,
        raw=None if event.refusals else raw,
        refusals=tuple(event.refusals),
        warnings=tuple(event.warnings),
    )


def _raw(event: _Event, patient: Resource, around: Surroundings) -> dict[str, Any]:
    ended = _ended(event)
    zone = around.zones.get(around.clinic or "", "UTC")
    pain = _pain(event, ended)
    raw = {
        "id": _identifier(event.resource),
        "clinic": around.clinic,
        "patient": _patient(event, patient, zone, around),
        "treatment": _treatment(event, around),
        "indication": _indication(event, around),
        "ended_at": ended,
        "baseline": None if pain is None else {"pain": pain},
    }
    for name in ("id", "treatment", "ended_at"):
        if raw[name] is None and not event.refusals:
            event.refuse(name, "is not given")
    return _filled(raw)


def _ended(event: _Event) -> str | None:
    """The end of the period; a single moment is when it was given, which for an infusion is its end as recorded."""
    resource = event.resource
    for name in ("performed", "effective", "occurence", "occurrence"):
        end = _text(_object(resource.get(f"{name}Period")).get("end")) or _text(resource.get(f"{name}DateTime"))
        if end is None:
            continue
        if _INSTANT.fullmatch(end) is None:
            event.refuse(f"{name}Period.end", "must be a time with its offset, such as 2026-11-22T15:04:00-06:00")
            return None
        if not resource.get(f"{name}Period"):
            event.warn(f"{name}DateTime", "is one moment and no period; it was taken as the end")
        return end
    return None


def _identifier(resource: Resource, code: str | None = None) -> str | None:
    """The identifier of a kind (`MR`: the medical record number), else the first one, else the resource's own id."""
    identifiers = [each for each in _objects(resource.get("identifier")) if _text(each.get("value"))]
    if code is not None:
        for each in identifiers:
            codes = [coding.get("code") for coding in _objects(_object(each.get("type")).get("coding"))]
            if code in codes:
                return _text(each["value"])
    return _text(identifiers[0]["value"]) if identifiers else _text(resource.get("id"))


def _treatment(event: _Event, around: Surroundings) -> str | None:
    resource = event.resource
    concept = _object(resource.get("medicationCodeableConcept")) or _object(resource.get("code"))
    medication = event.target(resource.get("medicationReference"))
    texts = [*_said(concept), *_said(_object(medication.get("code"))), *_said(_used(event))]
    for text in texts:
        known = _RXNORM.get(text) or words.one_of(text, around.treatments)
        if known:
            return known
    spoken = next((text for text in texts if not text.isdigit()), around.treatment)
    if spoken is not None and spoken != around.treatment:
        event.warn("code", "is no treatment of schedules.yaml; the safety-only course is given")
        return words.plain(spoken)
    return spoken


def _used(event: _Event) -> Resource:
    concepts = _objects(event.resource.get("usedCode"))
    return concepts[0] if concepts else {}


def _indication(event: _Event, around: Surroundings) -> str | None:
    said = [text for concept in _objects(event.resource.get("reasonCode")) for text in _said(concept)]
    spoken = [text for text in said if re.search(r"[^\W\d]{3}", text)]
    known = (words.one_of(text, around.indications) for text in spoken)
    return next((each for each in known if each), spoken[0] if spoken else None)


def _said(concept: Resource) -> list[str]:
    """What a concept says in words, then in codes."""
    codings = _objects(concept.get("coding"))
    found = [concept.get("text"), *(each.get("display") for each in codings), *(each.get("code") for each in codings)]
    return [text for each in found if (text := _text(each))]


# --- the patient ---------------------------------------------------------------------------------


def _patient(event: _Event, patient: Resource, zone: str, around: Surroundings) -> dict[str, Any]:
    return _filled(
        {
            "id": _identifier(patient, "MR"),
            "name": _name(patient.get("name")),
            "phone": _phone(event, patient),
            "email": _telecom(patient, "email"),
            "language": _language(event, patient, around),
            "timezone": _zone(patient) or zone,
            "birth_date": _birth_date(patient),
            "address": _address(patient),
            "emergency_contact": _contact(patient),
        }
    )


def _name(names: object) -> str | None:
    found = _objects(names) or ([_object(names)] if _object(names) else [])
    official = next((each for each in found if each.get("use") == "official"), found[0] if found else {})
    given = [part for each in _values(official.get("given")) if (part := _text(each))]
    spoken = " ".join([*given, _text(official.get("family")) or ""]).strip()
    return spoken or _text(official.get("text"))


def _phone(event: _Event, patient: Resource) -> str | None:
    given = _telecom(patient, "phone", "sms")
    if given is None:
        return None
    try:
        number, mended = phone_of(given.removeprefix("tel:"))
    except Unusable as problem:
        event.refuse("Patient.telecom", problem.reason)
        return None
    if mended:
        event.warn("Patient.telecom", mended)
    return number


def _telecom(patient: Resource, *systems: str) -> str | None:
    """The first of a kind: a mobile before others, an old one never."""
    points = [each for each in _objects(patient.get("telecom")) if each.get("system") in systems]
    usable = [each for each in points if each.get("use") != "old" and _text(each.get("value"))]
    usable.sort(key=lambda each: (each.get("use") != "mobile", _rank(each.get("rank"))))
    return _text(usable[0]["value"]) if usable else None


def _rank(value: object) -> int:
    return value if isinstance(value, int) else 99


def _language(event: _Event, patient: Resource, around: Surroundings) -> str | None:
    spoken = _objects(patient.get("communication"))
    spoken.sort(key=lambda each: each.get("preferred") is not True)
    for text in _said(_object(spoken[0].get("language"))) if spoken else ():
        code = words.language_of(text)
        if code is not None and code[:2] in around.languages:
            return code
    if spoken:
        event.warn("Patient.communication", "is no language that there are texts in; it was left out")
    return None


def _zone(patient: Resource) -> str | None:
    extensions = _objects(patient.get("extension"))
    return next((_text(each.get("valueCode")) for each in extensions if each.get("url") == _TIMEZONE), None)


def _birth_date(patient: Resource) -> str | None:
    text = _text(patient.get("birthDate"))
    return text if text and re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None


def _address(patient: Resource) -> str | None:
    for each in _objects(patient.get("address")):
        lines = [part for line in _values(each.get("line")) if (part := _text(line))]
        rest = [_text(each.get(name)) for name in ("city", "state", "postalCode")]
        spoken = ", ".join(part for part in (*lines, *rest) if part) or _text(each.get("text"))
        if spoken and each.get("use") != "old":
            return spoken
    return None


def _contact(patient: Resource) -> str | None:
    for each in _objects(patient.get("contact")):
        spoken = ", ".join(part for part in (_name(each.get("name")), _telecom(each, "phone")) if part)
        if spoken:
            return spoken
    return None


# --- scores --------------------------------------------------------------------------------------


def _pain(event: _Event, ended: str | None) -> float | None:
    """The latest pain score of this patient from the day before the end of the infusion."""
    if ended is None:
        return None
    patient = event.target(event.resource.get("subject"))
    found: list[tuple[datetime, float]] = []
    for each in {id(each): each for each in event.known.values()}.values():
        at, score = _score(each)
        same = event.target(each.get("subject")) is patient
        if at is not None and score is not None and same and _within(at, ended):
            found.append((at, score))
    return max(found)[1] if found else None


def _score(resource: Resource) -> tuple[datetime | None, float | None]:
    if resource.get("resourceType") != "Observation" or _PAIN not in _said(_object(resource.get("code"))):
        return None, None
    at = _text(resource.get("effectiveDateTime")) or ""
    value = resource.get("valueInteger", _object(resource.get("valueQuantity")).get("value"))
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 10:
        return None, None
    return (datetime.fromisoformat(at), float(value)) if _is_instant(at) else (None, None)


def _is_instant(text: str) -> bool:
    if _INSTANT.fullmatch(text) is None:
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _within(at: datetime, ended: str) -> bool:
    return _is_instant(ended) and timedelta(0) <= datetime.fromisoformat(ended) - at <= _BEFORE


# --- whatever stands there -----------------------------------------------------------------------


def _object(value: object) -> Resource:
    return value if isinstance(value, Mapping) else {}


def _values(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def _objects(value: object) -> list[Resource]:
    return [each for each in _values(value) if isinstance(each, Mapping)]


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
