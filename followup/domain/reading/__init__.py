"""Reading what a patient's text means; the rest of the product imports from here."""

from followup.domain.reading.lexicon import Lexicon
from followup.domain.reading.reader import read, scan
from followup.domain.reading.reading import (
    Asked,
    Finding,
    Kind,
    NumberRead,
    NumberType,
    Reading,
    Scope,
    Severity,
    SymptomRead,
)
from followup.domain.reading.topics import CRISIS_TOPICS, TOPICS, Topic

__all__ = [
    "CRISIS_TOPICS",
    "TOPICS",
    "Asked",
    "Finding",
    "Kind",
    "Lexicon",
    "NumberRead",
    "NumberType",
    "Reading",
    "Scope",
    "Severity",
    "SymptomRead",
    "Topic",
    "read",
    "scan",
]
