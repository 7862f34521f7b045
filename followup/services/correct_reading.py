"""A person says what a text should have been taken to mean; and all such examples are written out for the reader.

The alert's page calls `correct`, the terminal `export`. What was answered, told and done stays as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from followup.domain.answering import asked_as
from followup.domain.correction import Correction
from followup.domain.level import Level
from followup.domain.people import Patient
from followup.domain.reading import Asked, Kind, Severity
from followup.domain.received import Inbound
from followup.domain.schedule import Configuration, Question
from followup.errors import InvalidInput, NotFound, Problem
from followup.ids import new_id
from followup.log import without_addresses
from followup.services.context import Context, staff_by_name
from followup.storage.unit_of_work import UnitOfWork

_UNCHANGED = "The correction was not taken."
#: Levels that words can have by themselves; `info` is the protocol's.
LEVELS = (Level.NONE, Level.ROUTINE, Level.URGENT, Level.EMERGENCY)
LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a text should have been taken to mean, as typed; `correct` says what is wrong with it."""

    level: str
    kind: str
    value: float | None = None
    symptoms: Mapping[str, str] | None = None
    crisis: bool = False
    note: str | None = None


def correct(
    context: Context,
    *,
    inbound: str,
    level: str,
    kind: str,
    value: float | None,
    symptoms: Mapping[str, str],
    note: str | None,
    by: str,
    crisis: bool = False,
    clinic: str | None = None,
) -> Correction:
    """Keep a labelled example for the text `inbound` (our id); `by` is a staff key or name.

    `symptoms` maps keys of the schedule to severities. `clinic`: refuse texts of another one. Raises NotFound,
    InvalidInput.
    """
    now = context.clock.now()
    published = context.content.current()
    configuration = published.content.configuration
    member = staff_by_name(configuration, by)
    label = Label(level=level, kind=kind, value=value, symptoms=symptoms, crisis=crisis, note=note)
    _check(label, configuration)
    with context.store.write() as uow:
        meant = uow.inbound.get(inbound)
        if meant is None or clinic not in {None, meant.clinic}:
            raise NotFound("There is no such text.")
        asked, about = _asked(uow, meant, configuration)
        correction = Correction(
            id=new_id(),
            clinic=meant.clinic,
            inbound=meant.id,
            at=now,
            by=member.key,
            level=Level(level),
            kind=Kind(kind),
            asked=asked,
            about=about,
            language=_language(uow, meant),
            text=meant.body,
            value=value,
            symptoms=json.dumps(dict(sorted(symptoms.items()))),
            crisis=crisis,
            note=(note or "").strip() or None,
        )
        uow.corrections.add(correction)
        uow.audit.append(
            at=now,
            actor=f"staff:{member.key}",
            action="reading.corrected",
            subject="inbound",
            subject_id=meant.id,
            detail={"level": level, "kind": kind},
            clinic=meant.clinic,
        )
        uow.commit()
    return correction


def export(context: Context, file: Path, *, clinic: str, actor: str) -> int:
    """Write the latest example of each text to `file` as JSON lines in the form of labelled replies; how many.

    Names, numbers and addresses that we know of are taken out; what else people wrote of themselves is not, so the
    file is patient data. Raises OSError where it cannot be written.
    """
    with context.store.write() as uow:
        latest = {one.inbound: one for one in uow.corrections.of_clinic(clinic)}
        lines = [json.dumps(_example(uow, one), ensure_ascii=False) + "\n" for one in latest.values()]
        uow.audit.append(
            at=context.clock.now(),
            actor=actor,
            action="reading.exported",
            subject="corrections",
            subject_id=clinic,
            detail={"examples": len(lines)},
            clinic=clinic,
        )
        uow.commit()
    unfinished = file.with_name(file.name + ".part")
    unfinished.touch(mode=0o600)
    unfinished.write_text("".join(lines), encoding="utf-8")
    unfinished.replace(file)
    return len(lines)


def _check(label: Label, configuration: Configuration) -> None:
    problems = [
        *_one_of("level", label.level, [level.value for level in LEVELS]),
        *_one_of("kind", label.kind, [kind.value for kind in Kind]),
        *(
            problem
            for symptom, severity in (label.symptoms or {}).items()
            for problem in (
                *_one_of("symptom", symptom, list(configuration.symptoms)),
                *_one_of("severity", severity, [one.value for one in Severity]),
            )
        ),
    ]
    if label.value is not None and not 0 <= label.value <= 10:
        problems.append(Problem(at="value", message="give a number from 0 to 10, or nothing"))
    if label.note is not None and len(label.note) > LONGEST_NOTE:
        problems.append(Problem(at="note", message=f"at most {LONGEST_NOTE} letters"))
    if problems:
        raise InvalidInput(_UNCHANGED, tuple(problems))


def _one_of(at: str, given: str, known: list[str]) -> Iterator[Problem]:
    if given not in known:
        yield Problem(at=at, message=f"choose one of {', '.join(known)}")


def _asked(uow: UnitOfWork, inbound: Inbound, configuration: Configuration) -> tuple[Asked, str | None]:
    """The question that stood last on the patient's phone when the text came."""
    if inbound.patient is None:
        return Asked.NONE, None
    asked = [
        message.question
        for message in uow.messages.of_patient(inbound.patient)
        if message.question is not None and message.sent_at is not None and message.sent_at <= inbound.received_at
    ]
    question: Question | None = configuration.questions.get(asked[-1]) if asked else None
    return asked_as(question), question.about if question is not None else None


def _language(uow: UnitOfWork, inbound: Inbound) -> str:
    patient = uow.patients.get(inbound.patient) if inbound.patient is not None else None
    return (patient.language if patient is not None else None) or "en"


def _example(uow: UnitOfWork, correction: Correction) -> dict[str, Any]:
    inbound = uow.inbound.get(correction.inbound)
    patient = uow.patients.get(inbound.patient) if inbound is not None and inbound.patient is not None else None
    item: dict[str, Any] = {
        "id": correction.id,
        "lang": correction.language,
        "asked": correction.asked.value,
        "text": scrubbed(correction.text, patient),
        "expect": {
            "kind": correction.kind.value,
            "value": correction.value,
            "symptoms": json.loads(correction.symptoms),
            "level": correction.level.value,
            "crisis": correction.crisis,
        },
        "why": scrubbed(correction.note or "", patient),
    }
    if correction.about is not None:
        item["about"] = correction.about
    return item


def scrubbed(text: str, patient: Patient | None) -> str:
    """`text` without the patient's own names, and without what looks like a number or address."""
    for name in re.findall(r"\w{2,}", patient.name) if patient is not None else ():
        text = re.sub(rf"\b{re.escape(name)}\b", "[name]", text, flags=re.IGNORECASE)
    return without_addresses(text)
