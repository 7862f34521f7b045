"""Texts of the clinic as staff need them on a page: quick replies, and the questions to read out on the phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from followup.content.template_keys import QUICK_REPLIES
from followup.domain.people import Channel, Patient
from followup.domain.schedule import Question
from followup.errors import FollowupError
from followup.services.composing import clinic_values
from followup.services.context import Context, Published, clinic_of

_TITLES: Final = {
    "QUICK_CALL": "When may we call?",
    "QUICK_SOON": "We call in a few minutes",
    "QUICK_TRIED": "We could not reach you",
    "QUICK_NOTED": "Read and noted",
    "QUICK_VISIT": "Please call for a visit",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickReply:
    """A text at hand: what staff call it, and its words in the patient's language."""

    key: str
    title: str
    text: str


def quick_replies(context: Context, patient: Patient) -> tuple[QuickReply, ...]:
    """The texts at hand for a patient, in their language; those that the clinic's templates lack are left out."""
    published = context.content.current()
    rendered = ((key, _rendered(context, published, patient, key)) for key in QUICK_REPLIES)
    return tuple(QuickReply(key=key, title=_TITLES[key], text=text) for key, text in rendered if text is not None)


def read_out(context: Context, patient: Patient, questions: Sequence[Question]) -> dict[str, str]:
    """Each question by its key as the patient would get it by text, to be read out on the phone."""
    published = context.content.current()
    spoken = {one.key: _rendered(context, published, patient, one.text) for one in questions}
    language = patient.language or "en"
    return {one.key: spoken[one.key] or one.short.get(language, one.key) for one in questions}


def _rendered(context: Context, published: Published, patient: Patient, key: str) -> str | None:
    clinic = clinic_of(published.content.configuration, patient.clinic)
    language = patient.language or "en"
    try:
        text = published.content.catalogue.render(
            key,
            language=language,
            channel=Channel.SMS,
            values={**clinic_values(clinic, language, context.clock.now()), "question_short": ""},
            discreet=clinic.discreet,
        )
    except FollowupError:
        return None
    return text.body
