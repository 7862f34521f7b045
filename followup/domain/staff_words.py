"""What staff text about alerts: a code alone, `close K7RD safe 12`, `pass K7RD to sam`, `who K7RD`, `ack all`, `help`.

In English and Spanish, as people write who have just been woken: `ok i got K7RD`, `hfm 3`, `si, la tomo K7RD`. A code
among words that say nothing else takes; among others it changes nothing. Pure reading; services.staff_texts acts on it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from followup.domain.alert import CODE_ALPHABET, CODE_LENGTH, Outcome

#: The words by which a text says how an alert ended; the first of each is the one that help texts name.
OUTCOME_WORDS: dict[Outcome, tuple[str, ...]] = {
    Outcome.REACHED_AND_SAFE: ("safe", "reached", "reached and safe", "ok", "fine", "bien", "a salvo"),
    Outcome.SENT_TO_EMERGENCY_CARE: (
        *("er", "ed", "hospital", "911", "ambulance", "emergency care", "sent to er"),
        *("urgencias", "ambulancia"),
    ),
    Outcome.HANDED_TO_988: ("988", "handed to 988"),
    Outcome.WELFARE_CHECK: ("welfare", "welfare check", "police", "policia", "policía"),
    Outcome.NOT_REACHED: ("not reached", "notreached", "unreached", "no answer", "nr", "no contesta"),
    Outcome.FALSE_ALARM: ("false", "false alarm", "falsa", "falsa alarma"),
    Outcome.ADVICE_GIVEN: ("advice", "advised", "advice given", "consejo"),
    Outcome.BOOKED: ("booked", "appointment", "cita"),
    Outcome.VOICEMAIL: ("voicemail", "vm", "left voicemail", "buzon", "buzón"),
    Outcome.RESOLVED_SINCE: ("resolved", "resolved since", "better", "resuelto"),
}
_OUTCOMES = {word: outcome for outcome, words in OUTCOME_WORDS.items() for word in words}

_CODE = rf"[{CODE_ALPHABET}{CODE_ALPHABET.lower()}]{{{CODE_LENGTH}}}"
_TOKEN = rf"[a-z0-9]{{{CODE_LENGTH}}}"
_TAKE = r"(?:ack|acknowledge|ok|okay|take|taking|got|mine)"
_ALONE = re.compile(rf"(?:{_TAKE}\W+)?({_TOKEN})(?:\W+(?:{_TAKE}|please|thanks|thank you))?")
_SEVERAL = re.compile(rf"(?:{_TAKE}\W+)?({_TOKEN}(?:(?:\W+and\W+|\W+){_TOKEN})+)")
_CLOSING = r"(?:close|closed|closing|done|cerrar|cierro|cierra|cerrada)"
_CLOSE = re.compile(rf"{_CLOSING}\W+({_TOKEN})\b\W*(.*)|({_TOKEN})\W+{_CLOSING}\b\W*(.*)")
_PASSING = r"(?:pass|hand over|hand|give|pasar|paso|pasa|dar|doy)"
_PASS = re.compile(rf"{_PASSING}\W+({_TOKEN})(?:\W+(?:on|over))?(?:\W+(?:(?:to|a)\W+)?([^\W\d][\w. '-]*))?")
_WHO = re.compile(rf"(?:who|who has|status|qui[eé]n|qui[eé]n tiene)\W+({_TOKEN})")
_ALL = re.compile(r"(?:(?:ack|take|ok)\W+all|(?:ack|ok|tomo)\W+tod[ao]s)")
_HELP = re.compile(r"(?:help|commands?|how|info|ayuda|\?)")
_LIST = re.compile(
    r"(?:list|open|alerts?|open alerts?|what(?:'s| is) open|status|lista|abiertas|pendientes|qu[eé] hay(?: abierto)?)"
)
#: Words that say that somebody has it, or nothing at all. With any other word beside it a code changes nothing.
_ACKNOWLEDGING = re.compile(
    r"a[ck]+n?o?w?l?\w*|ok|okay|k|yes|yep|yeah|si|take|taking|took|taken|got|get|have|mine|done|close|closed|"
    r"i|im|i'm|ill|i'll|ive|i've|am|will|it|its|it's|that|this|one|the|alert|code|on|my|way|with|me|please|now|"
    r"and|thanks|thank|you|hi|hello|"
    r"y|la|lo|tomo|tengo|yo|es|mia|mio|esta|este|el|codigo|alerta|voy|gracias|por|favor|ya"
)
#: What stands before an ending and says nothing of it.
_BEFORE_ENDING = re.compile(r"^(?:(?:the|patient|pt|paciente|she|he|they|was|is|are|outcome|est[aá])\s+)+")
_MINUTES = re.compile(r"(?P<words>.*?)(?:(?:^|\s)(?P<minutes>\d{1,4})\s*(?:m|min|mins|minutes)?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeCode:
    """Take one alert."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseCode:
    """Close one alert. `outcome` is None where the words name none; `minutes` where none are given."""

    code: str
    outcome: Outcome | None
    minutes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassCode:
    """Give one alert to somebody, or to the next person of its chain."""

    code: str
    to: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoHas:
    """Who has an alert?"""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeveralCodes:
    """More than one code in a text that takes one."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeAll:
    """Take everything that has been sent to the writer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskHelp:
    """What can be written?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoCommand:
    """Words that say nothing of an alert."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackAgain:
    """START: texts are wanted again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoCode:
    """`got it`: something is meant, and no code says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOpen:
    """What is open?"""


StaffCommand = (
    BackAgain
    | TakeCode
    | CloseCode
    | PassCode
    | WhoHas
    | SeveralCodes
    | TakeAll
    | AskHelp
    | ListOpen
    | NoCode
    | NoCommand
)


def staff_command(text: str) -> StaffCommand:
    """What a whole text of a member of staff asks for about alerts."""
    whole = " ".join(text.casefold().replace("’", "'").split())
    said = whole.strip(" .!,;:?¿¡") or text.strip()
    for read in (_all, _help, _list, _close, _pass, _who, _alone, _several, _spaced, _among_words):
        found = read(said)
        if isinstance(found, TakeCode) and whole.endswith("?"):
            return WhoHas(code=found.code)
        if found is not None:
            return found
    return NoCommand()


def is_for_alerts(command: StaffCommand) -> bool:
    """Whether a text is about alerts beyond doubt, so that it is no patient's answer: a whole code, or `ack all`."""
    match command:
        case TakeAll():
            return True
        case AskHelp() | ListOpen() | NoCode() | NoCommand() | BackAgain():
            return False
        case SeveralCodes():
            return all(_is_code(code) for code in command.codes)
        case _:
            return _is_code(command.code)


def _is_code(token: str) -> bool:
    return re.fullmatch(_CODE, token) is not None and not token.isdigit()


def _looks_like_code(token: str) -> bool:
    """A code, or one mistyped: capitals cannot be told apart any more, so a figure among letters must do."""
    mixed = any(sign.isdigit() for sign in token) and any(sign.isalpha() for sign in token)
    return mixed or _is_code(token)


def _all(said: str) -> StaffCommand | None:
    return TakeAll() if _ALL.fullmatch(said) else None


def _help(said: str) -> StaffCommand | None:
    return AskHelp() if _HELP.fullmatch(said) else None


def _alone(said: str) -> StaffCommand | None:
    found = _ALONE.fullmatch(said)
    if found is None:
        return None
    plain = found[0] == found[1]
    counts = _looks_like_code(found[1]) or not (plain or _ACKNOWLEDGING.fullmatch(found[1]))
    return TakeCode(code=found[1].upper()) if counts else None


def _several(said: str) -> StaffCommand | None:
    found = _SEVERAL.fullmatch(said)
    codes = [token.upper() for token in re.findall(rf"\b{_TOKEN}\b", found[1])] if found else []
    return SeveralCodes(codes=tuple(codes)) if codes and all(_looks_like_code(code) for code in codes) else None


def _list(said: str) -> StaffCommand | None:
    return ListOpen() if _LIST.fullmatch(said) else None


def _spaced(said: str) -> StaffCommand | None:
    """`hfm 3`, as somebody writes it down who hears it on the phone."""
    code = re.sub(r"[\W_]", "", said)
    return TakeCode(code=code.upper()) if _is_code(code) else None


def _among_words(said: str) -> StaffCommand | None:
    """Codes among words that say only that somebody has it; with none among them it is not known which is meant."""
    tokens = re.findall(r"[a-z0-9']+", _without_accents(said))
    codes = [token.upper() for token in tokens if len(token) == CODE_LENGTH and _looks_like_code(token)]
    others = [token for token in tokens if token.upper() not in codes]
    if not tokens or not all(_ACKNOWLEDGING.fullmatch(token) for token in others):
        return None
    if len(codes) > 1:
        return SeveralCodes(codes=tuple(codes))
    return TakeCode(code=codes[0]) if codes else NoCode()


def _without_accents(said: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", said) if not unicodedata.combining(sign))


def _close(said: str) -> StaffCommand | None:
    found = _CLOSE.fullmatch(said)
    if found is None:
        return None
    code, rest = (found[1], found[2]) if found[1] else (found[3], found[4])
    outcome, minutes = _ending(rest)
    return CloseCode(code=code.upper(), outcome=outcome, minutes=minutes)


def _ending(said: str) -> tuple[Outcome | None, int | None]:
    """`not reached, 12 min` as outcome and minutes; the figures 911 and 988 alone are outcomes."""
    words = _BEFORE_ENDING.sub("", " ".join(re.sub(r"[^\w]+", " ", said).split()), count=1)
    if words in _OUTCOMES:
        return _OUTCOMES[words], None
    found = _MINUTES.fullmatch(words)
    if found is None:
        return None, None
    minutes = int(found["minutes"]) if found["minutes"] else None
    return _OUTCOMES.get(found["words"].strip()), minutes


def _pass(said: str) -> StaffCommand | None:
    found = _PASS.fullmatch(said)
    return None if found is None else PassCode(code=found[1].upper(), to=found[2])


def _who(said: str) -> StaffCommand | None:
    found = _WHO.fullmatch(said)
    return None if found is None else WhoHas(code=found[1].upper())
