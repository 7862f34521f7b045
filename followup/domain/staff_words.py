"""What staff text about alerts: a code alone, `close K7RD safe 12`, `pass K7RD to sam`, `who K7RD`, `ack all`, `help`.

Pure reading; services.staff_texts acts on it, at the moment of the reply.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from followup.domain.alert import CODE_ALPHABET, CODE_LENGTH, Outcome

#: The words by which a text says how an alert ended; the first of each is the one that help texts name.
OUTCOME_WORDS: dict[Outcome, tuple[str, ...]] = {
    Outcome.REACHED_AND_SAFE: ("safe", "reached", "reached and safe", "ok", "fine"),
    Outcome.SENT_TO_EMERGENCY_CARE: ("er", "ed", "hospital", "911", "ambulance", "emergency care", "sent to er"),
    Outcome.HANDED_TO_988: ("988", "handed to 988"),
    Outcome.WELFARE_CHECK: ("welfare", "welfare check", "police"),
    Outcome.NOT_REACHED: ("not reached", "notreached", "unreached", "no answer", "nr"),
    Outcome.FALSE_ALARM: ("false", "false alarm"),
    Outcome.ADVICE_GIVEN: ("advice", "advised", "advice given"),
    Outcome.BOOKED: ("booked", "appointment"),
    Outcome.VOICEMAIL: ("voicemail", "vm", "left voicemail"),
    Outcome.RESOLVED_SINCE: ("resolved", "resolved since", "better"),
}
_OUTCOMES = {word: outcome for outcome, words in OUTCOME_WORDS.items() for word in words}

_CODE = rf"[{CODE_ALPHABET}{CODE_ALPHABET.lower()}]{{{CODE_LENGTH}}}"
_TOKEN = rf"[a-z0-9]{{{CODE_LENGTH}}}"
_TAKE = r"(?:ack|acknowledge|ok|okay|take|taking|got|mine)"
_ALONE = re.compile(rf"(?:{_TAKE}\W+)?({_TOKEN})(?:\W+(?:{_TAKE}|please|thanks|thank you))?")
_SEVERAL = re.compile(rf"(?:{_TAKE}\W+)?({_TOKEN}(?:(?:\W+and\W+|\W+){_TOKEN})+)")
_CLOSE = re.compile(rf"(?:close|closed|done)\W+({_TOKEN})\b\W*(.*)")
_PASS = re.compile(rf"(?:pass|hand over|hand)\W+({_TOKEN})(?:\W+(?:on))?(?:\W+(?:to\W+)?([^\W\d][\w. '-]*))?")
_WHO = re.compile(rf"(?:who|who has|status)\W+({_TOKEN})")
_ALL = re.compile(r"(?:ack|take|ok)\W+all")
_HELP = re.compile(r"(?:help|commands?|how|info|\?)")
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


StaffCommand = BackAgain | TakeCode | CloseCode | PassCode | WhoHas | SeveralCodes | TakeAll | AskHelp | NoCommand


def staff_command(text: str) -> StaffCommand:
    """What a whole text of a member of staff asks for about alerts."""
    said = " ".join(text.casefold().split()).strip(" .!,;:?") or text.strip()
    for read in (_all, _help, _close, _pass, _who, _alone, _several):
        found = read(said)
        if found is not None:
            return found
    return NoCommand()


def is_for_alerts(command: StaffCommand) -> bool:
    """Whether a text is about alerts beyond doubt, so that it is no patient's answer: a whole code, or `ack all`."""
    match command:
        case TakeAll():
            return True
        case AskHelp() | NoCommand() | BackAgain():
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
    counts = _looks_like_code(found[1]) or (not plain and not found[1].isdigit())
    return TakeCode(code=found[1].upper()) if counts else None


def _several(said: str) -> StaffCommand | None:
    found = _SEVERAL.fullmatch(said)
    codes = [token.upper() for token in re.findall(rf"\b{_TOKEN}\b", found[1])] if found else []
    return SeveralCodes(codes=tuple(codes)) if codes and all(_looks_like_code(code) for code in codes) else None


def _close(said: str) -> StaffCommand | None:
    found = _CLOSE.fullmatch(said)
    if found is None:
        return None
    outcome, minutes = _ending(found[2])
    return CloseCode(code=found[1].upper(), outcome=outcome, minutes=minutes)


def _ending(said: str) -> tuple[Outcome | None, int | None]:
    """`not reached, 12 min` as outcome and minutes; the figures 911 and 988 alone are outcomes."""
    words = " ".join(re.sub(r"[^\w]+", " ", said).split())
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
