"""What is filled into texts and calls to staff, in their language: levels, ages, endings, and which codes are open.

The texts themselves are templates, and call_words for what follows a key. Services that answer staff use it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from followup.domain.alert import Outcome
from followup.domain.level import Level

#: So many codes that nobody has, and so many of one's own, fit into a text beside the rest of it.
MOST_OPEN: Final = 4
MOST_OWN: Final = 2
#: So many fit where codes are all that it says.
MOST_CODES: Final = 6

_WORDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "en": {
            "none": "none",
            "more": "and {count} more",
            "yours": "yours",
            "somebody": "somebody",
            "list": "the work list",
        },
        "es": {
            "none": "ninguna",
            "more": "y {count} más",
            "yours": "suyas",
            "somebody": "alguien",
            "list": "la lista de trabajo",
        },
    }
)
_LEVELS: Final = MappingProxyType(
    {
        "en": {Level.EMERGENCY: "Emergency", Level.URGENT: "Urgent", Level.ROUTINE: "Routine"},
        "es": {Level.EMERGENCY: "Emergencia", Level.URGENT: "Urgente", Level.ROUTINE: "De rutina"},
    }
)
_UNITS: Final = MappingProxyType(
    {
        "en": (("minute", "minutes"), ("hour", "hours"), ("day", "days")),
        "es": (("minuto", "minutos"), ("hora", "horas"), ("día", "días")),
    }
)


def level_said(level: Level, language: str) -> str:
    """A level as staff hear it."""
    return _LEVELS.get(language, _LEVELS["en"]).get(level, level.value.capitalize())


def age_said(age: timedelta, language: str) -> str:
    """How long an alert has been open, as it is said: `10 minutes`, `1 hour`, `3 days`."""
    units = _UNITS.get(language, _UNITS["en"])
    minutes = int(age.total_seconds() // 60)
    count, unit = minutes, units[0]
    if minutes >= 60 * 48:
        count, unit = minutes // (60 * 24), units[2]
    elif minutes >= 60:
        count, unit = minutes // 60, units[1]
    return f"{count} {unit[0] if count == 1 else unit[1]}"


_ENDINGS: Final = MappingProxyType(
    {
        Outcome.REACHED_AND_SAFE: "localizado y a salvo",
        Outcome.SENT_TO_EMERGENCY_CARE: "enviado a urgencias",
        Outcome.HANDED_TO_988: "pasado al 988",
        Outcome.WELFARE_CHECK: "visita de la policía",
        Outcome.NOT_REACHED: "no localizado",
        Outcome.FALSE_ALARM: "falsa alarma",
        Outcome.ADVICE_GIVEN: "consejo dado",
        Outcome.BOOKED: "cita dada",
        Outcome.VOICEMAIL: "mensaje en el buzón",
        Outcome.RESOLVED_SINCE: "resuelto",
    }
)


class News(StrEnum):
    """Why an alert that somebody may know already is told once more."""

    NOTHING = "nothing"  # it is told for the first time, or its chain goes on
    MORE_CAME = "more_came"
    NOT_CLOSED = "not_closed"
    PASSED_ON = "passed_on"
    DUTY = "duty"  # whoever had it is off duty
    DUE_AGAIN = "due_again"


_NEWS: Final[Mapping[str, Mapping[News, str]]] = MappingProxyType(
    {
        "en": {
            News.NOTHING: "",
            News.MORE_CAME: ", more came in",
            News.NOT_CLOSED: ", not closed, nobody has it",
            News.PASSED_ON: ", passed on by {who}",
            News.DUTY: ", passed on with the duty",
            News.DUE_AGAIN: ", due again",
        },
        "es": {
            News.NOTHING: "",
            News.MORE_CAME: ", ha llegado más",
            News.NOT_CLOSED: ", sin cerrar, sin nadie",
            News.PASSED_ON: ", la pasa {who}",
            News.DUTY: ", pasa con la guardia",
            News.DUE_AGAIN: ", toca otra vez",
        },
    }
)


def news(which: News, language: str, who: str = "") -> str:
    """What a notice adds to level, code and age, with its comma; `who` passed it on."""
    return _NEWS.get(language, _NEWS["en"])[which].format(who=who)


def word(which: str, language: str, **values: str) -> str:
    """`none`, `somebody`, `list` (the work list) and the like."""
    return _WORDS.get(language, _WORDS["en"])[which].format(**values)


def ending_said(outcome: Outcome | None, language: str) -> str:
    """How an alert ended."""
    if outcome is None:
        return ""
    return _ENDINGS[outcome] if language == "es" else outcome.value.replace("_", " ")


def listed(codes: Sequence[str], language: str, most: int = MOST_CODES) -> str:
    """`K7RD, M4TN`, `none`, or the first of many with how many more there are."""
    shown = ", ".join(codes[:most]) or word("none", language)
    return shown if len(codes) <= most else f"{shown} {word('more', language, count=str(len(codes) - most))}"


def standing(waiting: Sequence[tuple[Level, str]], own: Sequence[str], language: str) -> str:
    """Which codes are open, whatever else is left out the most pressing: `emergency K7RD; urgent M4TN; yours D4TR`.

    `waiting` are those that nobody has, in that order; `own` are of whoever asks.
    """
    groups: dict[Level, list[str]] = {}
    for level, code in waiting[:MOST_OPEN]:
        groups.setdefault(level, []).append(code)
    parts = [f"{level_said(level, language).lower()} {', '.join(codes)}" for level, codes in groups.items()]
    if len(waiting) > MOST_OPEN:
        parts[-1] += f" {word('more', language, count=str(len(waiting) - MOST_OPEN))}"
    if own:
        parts.append(f"{word('yours', language)} {listed(own, language, MOST_OWN)}")
    return "; ".join(parts) or word("none", language)
