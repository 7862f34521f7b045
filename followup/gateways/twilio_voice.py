"""What a caller of the texting number hears, in Twilio's markup. twilio_webhook hands it to the web floor."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape, quoteattr

import phonenumbers

from followup.gateways.port import CallAnswer

#: How long the clinic's phone, or that of whoever is on call, rings, in seconds.
RINGS: Final = 25
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>'
_LANGUAGES: Final = {"en": "en-US", "es": "es-US"}
_EMERGENCY: Final = {
    "en": "If this is an emergency, hang up and dial 9 1 1. If you are thinking of harming yourself, dial 9 8 8.",
    "es": "Si es una emergencia, cuelgue y marque 9 1 1. Si piensa en hacerse daño, marque 9 8 8.",
}
_GREETING: Final = {
    "en": "You have reached the texting number of {clinic}.",
    "es": "Ha llamado al número de mensajes de {clinic}.",
}
_CONNECTING: Final = {"en": "Please hold, we are connecting you.", "es": "Espere, por favor, le comunicamos."}
_NOBODY: Final = {
    "en": "Nobody can answer now. We have noted your call and a person will see it. The clinic's number is {phone}.",
    "es": "Nadie puede contestar ahora. Hemos anotado su llamada y una persona la verá. El teléfono es {phone}.",
}


def answer_markup(answer: CallAnswer) -> str:
    """The whole answer to a call: who this is, what to do in an emergency, then a person or what to do without one."""
    parts = [_said(_GREETING, answer), _said(_EMERGENCY, answer)]
    number = dialable(answer.connect_to) if answer.connect_to else None
    if number is None:
        parts += [_said(_NOBODY, answer), "<Hangup/>"]
    else:
        action = quoteattr(answer.ended_path)
        parts += [
            _said(_CONNECTING, answer),
            f'<Dial action={action} method="POST" timeout="{RINGS}"><Number>{escape(number)}</Number></Dial>',
        ]
    return f"{_HEAD}<Response>{''.join(parts)}</Response>"


def ended_markup(answer: CallAnswer, *, reached: bool) -> str:
    """What follows when the other phone was put down, or was never picked up."""
    said = "" if reached else _said(_NOBODY, answer) + _said(_EMERGENCY, answer)
    return f"{_HEAD}<Response>{said}<Hangup/></Response>"


def dialable(phone: str) -> str | None:
    """A phone number as E.164, as clinics write it in the United States; None for what is none."""
    try:
        number = phonenumbers.parse(phone, "US")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _said(texts: dict[str, str], answer: CallAnswer) -> str:
    values = {"clinic": answer.clinic, "phone": _spelt(answer.phone)}
    return "".join(
        f'<Say language="{_LANGUAGES[language]}">{escape(text.format(**values))}</Say>'
        for language, text in texts.items()
    )


def _spelt(phone: str) -> str:
    """Digit by digit, so that a voice does not read it as a sum."""
    return " ".join(character for character in phone if character.isdigit())
