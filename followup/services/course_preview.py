"""The course that one infusion would get from a content: hours, texts, what they cost. `followup schedules preview`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from followup.content import sms
from followup.content.loader import Content
from followup.domain.infusion import Infusion
from followup.domain.people import Channel
from followup.domain.planning import PlannedCheckIn
from followup.domain.replanning import Basis, course_lines
from followup.domain.schedule import Clinic
from followup.errors import InvalidInput, Problem
from followup.services.composing import clinic_values
from followup.services.revising import course_of


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionText:
    """One question as it goes out; `parts` is how many SMS it is paid as."""

    question: str
    body: str
    parts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseLine:
    """One check-in; `reason` says why it would not be sent."""

    key: str
    due_at: datetime
    zone: str
    reason: str | None
    texts: tuple[QuestionText, ...]


def course_preview(
    content: Content,
    *,
    treatment: str | None,
    indication: str | None,
    ended_at: datetime,
    zone: str | None,
    language: str,
) -> tuple[CourseLine, ...]:
    """The course of an infusion at the first clinic of the file. Raises InvalidInput for a language it lacks."""
    configuration = content.configuration
    if language not in configuration.languages:
        known = " or ".join(configuration.languages)
        raise InvalidInput("the texts cannot be shown", (Problem(at="--lang", message=f"expected {known}"),))
    clinic = next(iter(configuration.clinics.values()))
    infusion = Infusion(
        id="preview",
        clinic=clinic.key,
        external_id="preview",
        patient="preview",
        treatment=treatment or next(iter(configuration.schedules.values())).treatment,
        indication=indication,
        ended_at=ended_at,
        recorded_at=ended_at,
    )
    where = zone or clinic.timezone
    basis = Basis(
        infusion=infusion,
        schedule=course_of(configuration, infusion),
        clinic=clinic,
        zone=where,
        discharge_gap=configuration.discharge_gap,
    )
    return tuple(_line(content, clinic, line, where, language) for line in course_lines(basis).values())


def _line(content: Content, clinic: Clinic, line: PlannedCheckIn, zone: str, language: str) -> CourseLine:
    return CourseLine(
        key=line.key,
        due_at=line.due_at,
        zone=zone,
        reason=line.reason.value if line.reason else None,
        texts=tuple(_texts(content, clinic, line, language)),
    )


def _texts(content: Content, clinic: Clinic, line: PlannedCheckIn, language: str) -> Iterator[QuestionText]:
    for key in line.questions:
        question = content.configuration.questions[key]
        values = {**clinic_values(clinic, language, line.due_at), "question_short": question.short.get(language, "")}
        text = content.catalogue.render(
            question.text,
            language=language,
            channel=Channel.SMS,
            values=values,
            fold=clinic.fold_spanish,
            discreet=clinic.discreet,
        )
        yield QuestionText(question=key, body=text.body, parts=sms.parts(text.body).parts)
