"""Template keys -> messages ready to be stored: the only place that fills in texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_datetime

from followup.domain import coverage, windows
from followup.domain.message import Message, MessageClass
from followup.domain.people import Channel
from followup.domain.schedule import Clinic
from followup.ids import new_id
from followup.services.context import Published

#: How the next opening is written in a text, per language (CLDR patterns).
_OPENING = {"en": "EEE MMM d 'at' h:mm a", "es": "'el' EEE d MMM 'a las' h:mm a"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a message is for. Fields as in Message; `values` fill the template beside the clinic's own."""

    template: str
    message_class: MessageClass
    channel: Channel
    to: str
    intent: str
    language: str | None = None
    values: Mapping[str, str] | None = None
    patient: str | None = None
    person: str | None = None
    check_in: str | None = None
    question: str | None = None
    alert: str | None = None
    inbound: str | None = None
    attempt: int = 1
    not_before: datetime | None = None
    expires_at: datetime | None = None


def compose(published: Published, clinic: Clinic, draft: Draft, now: datetime) -> Message:
    """The message of a draft, its text filled in for the clinic at `now`."""
    configuration = published.content.configuration
    language = configuration.staff_language if draft.message_class.for_staff else draft.language or "en"
    text = published.content.catalogue.render(
        draft.template,
        language=language,
        channel=draft.channel,
        values={**clinic_values(clinic, language, now), **(draft.values or {})},
        fold=clinic.fold_spanish,
        discreet=clinic.discreet,
    )
    return Message(
        id=new_id(),
        clinic=clinic.key,
        message_class=draft.message_class,
        channel=draft.channel,
        to=draft.to,
        template=draft.template,
        subject=text.subject,
        body=text.body,
        intent=draft.intent,
        created_at=now,
        not_before=draft.not_before or now,
        expires_at=draft.expires_at,
        language=language,
        patient=draft.patient,
        person=draft.person,
        check_in=draft.check_in,
        question=draft.question,
        alert=draft.alert,
        inbound=draft.inbound,
        attempt=draft.attempt,
        schedule_version=published.version,
        template_hash=text.template_hash,
    )


def clinic_values(clinic: Clinic, language: str, now: datetime) -> dict[str, str]:
    """What every text may say of the clinic: its name, call-back phone and next opening."""
    return {"clinic": clinic.name, "phone": clinic.phone, "open": _opening(clinic, language, now)}


def _opening(clinic: Clinic, language: str, now: datetime) -> str:
    opening = windows.local(coverage.next_opening(clinic, now), clinic.timezone)
    written = format_datetime(opening, _OPENING.get(language, _OPENING["en"]), locale=language)
    return " ".join(written.split())


def age_of(opened_at: datetime, now: datetime) -> str:
    """How long ago, as a notice says it: `2 min`, `3 h`, `2 d`."""
    age = now - opened_at
    if age < timedelta(hours=1):
        return f"{int(age.total_seconds() // 60)} min"
    if age < timedelta(days=2):
        return f"{int(age.total_seconds() // 3600)} h"
    return f"{age.days} d"
