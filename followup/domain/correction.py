"""What a text should have been taken to mean, as a person at the clinic says. The reader is mended by such examples."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from followup.domain.level import Level
from followup.domain.reading import Asked, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One labelled example. It changes nothing of what was answered, told or done.

    `asked` is the question that was open, `about` its symptom. `symptoms` is JSON text, symptom to severity.
    `text`, `symptoms` and `note` are encrypted at rest. `by` is a staff key.
    """

    id: str
    clinic: str
    inbound: str
    at: datetime
    by: str
    level: Level
    kind: Kind
    asked: Asked
    language: str
    text: str
    about: str | None = None
    value: float | None = None
    symptoms: str = "{}"
    crisis: bool = False
    note: str | None = None
