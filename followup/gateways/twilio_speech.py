"""What somebody on a call of ours hears, in Twilio's markup: words, a key to press, another phone that rings.

twilio_calls puts it into the request for a call, twilio_webhook into the answers to keys.
"""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape, quoteattr

from followup.gateways.port import Spoken
from followup.gateways.twilio_voice import dialable

_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>'
_LANGUAGES: Final = {"en": "en-US", "es": "es-US"}
_GOODBYE: Final = {"en": "No key was pressed. Goodbye.", "es": "No pulsó ninguna tecla. Adiós."}
#: How long after the last word a key is waited for, in seconds.
PATIENCE: Final = 8
#: How long the patient's phone rings, in seconds.
PATIENT_RINGS: Final = 30


def asked(text: str, *, language: str, action: str) -> str:
    """`text` said twice, with a key that may be pressed at any time and goes to `action`; without one the call ends."""
    said = _said(text, language)
    return _response(
        _key(f'{said}<Pause length="1"/>{said}', action), _said(_GOODBYE[_known(language)], language), _END
    )


def spoken_markup(spoken: Spoken) -> str:
    """The answer to a key: words, then a further key, another phone, or the end of the call."""
    words = _said(spoken.text, spoken.language)
    number = dialable(spoken.connect_to) if spoken.connect_to else None
    if number is not None and spoken.ended_path is not None:
        return _response(words, _dial(number, spoken.caller, spoken.ended_path))
    if spoken.key_path is not None:
        return _response(_key(words, spoken.key_path), _END)
    return _response(words, _END)


_END: Final = "<Hangup/>"


def _response(*parts: str) -> str:
    return f"{_HEAD}<Response>{''.join(parts)}</Response>"


def _key(words: str, action: str) -> str:
    return (
        f'<Gather input="dtmf" numDigits="1" timeout="{PATIENCE}" action={quoteattr(action)} method="POST">'
        f"{words}</Gather>"
    )


def _dial(number: str, caller: str | None, action: str) -> str:
    """The other phone rings; whoever called hears it ring (`answerOnBridge`)."""
    shown = f" callerId={quoteattr(caller)}" if caller else ""
    return (
        f'<Dial action={quoteattr(action)} method="POST" timeout="{PATIENT_RINGS}" answerOnBridge="true"{shown}>'
        f"<Number>{escape(number)}</Number></Dial>"
    )


def _said(text: str, language: str) -> str:
    return f'<Say language="{_LANGUAGES[_known(language)]}">{escape(_speakable(text))}</Say>'


def _known(language: str) -> str:
    return language if language in _LANGUAGES else "en"


def _speakable(text: str) -> str:
    """Without what XML cannot hold: control characters, halves of characters."""
    whole = text.encode("utf-8", "replace").decode()
    return "".join(character if character.isprintable() else " " for character in whole)
