"""What whoever presses a key on a call of ours is told: short, specific, and true at that moment.

The words that a call begins with are templates (STAFF_CALL, STAFF_BRIDGE); these follow from what a key did.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class CallWords(StrEnum):
    """What is said; the variables of each stand in its text."""

    YOURS = "yours"
    OTHER = "other"
    CLOSED = "closed"
    PASSED = "passed"
    NOBODY_ELSE = "nobody_else"
    CONNECTING = "connecting"
    ON_HOLD = "on_hold"
    NO_PHONE = "no_phone"
    ANY_KEY = "any_key"
    OVER = "over"
    NOT_STORED = "not_stored"
    NO_ANSWER = "no_answer"
    REACHED = "reached"
    NOTED = "noted"
    TEST_HEARD = "test_heard"
    TEST_KEY = "test_key"
    TEST_AND_MORE = "test_and_more"
    ONLY_TEST = "only_test"
    ABOUT_TEST = "about_test"
    NEXT_TEST = "next_test"
    NONE_OPEN = "none_open"
    ONE_OPEN = "one_open"
    SEVERAL_OPEN = "several_open"
    ABOUT_OPEN = "about_open"
    ABOUT_YOURS = "about_yours"
    NEXT = "next"
    NO_NEXT = "no_next"
    YOURS_IN = "yours_in"
    YOURS_AND_MORE = "yours_and_more"
    RINGING_BACK = "ringing_back"
    NOT_CONNECTED = "not_connected"


_ENGLISH: Final[Mapping[CallWords, str]] = MappingProxyType(
    {
        CallWords.YOURS: "It is yours. Press 3 to be connected to the patient, or hang up.",
        CallWords.OTHER: "{who} has it, since {time}. There is nothing more for you to do.",
        CallWords.CLOSED: "This alert is closed already. There is nothing more to do.",
        CallWords.PASSED: "Passed on. {who} is told now.",
        CallWords.NOBODY_ELSE: "There is nobody else who can be told. It is still open. Press 1 to take it.",
        CallWords.CONNECTING: "It is yours. Hold on, you are being connected.",
        CallWords.ON_HOLD: "It is yours. You are not connected: contact is on hold. Decide on the alert's page first.",
        CallWords.NO_PHONE: "It is yours. There is no number to connect you to. Look at the alert's page.",
        CallWords.ANY_KEY: "Press 1 to take it, 2 to pass it on, 3 to be connected to the patient.",
        CallWords.OVER: "This call cannot be used any more. Look at the board.",
        CallWords.NOT_STORED: "Your key could not be stored. The alert is still open. Answer the text, or call in.",
        CallWords.NO_ANSWER: "Nobody picked up, and the try is noted. Press 3 to try again, or hang up.",
        CallWords.REACHED: "Did you reach the patient? Press 1 for yes, 2 for voicemail, 3 for somebody else.",
        CallWords.NOTED: "Noted. The alert is open until you close it with an outcome.",
        CallWords.TEST_HEARD: "Thank you. The test is answered, there is nothing else to do.",
        CallWords.TEST_KEY: "This is a test. Press 1.",
        CallWords.TEST_AND_MORE: "Thank you. The test is answered.",
        CallWords.ONLY_TEST: "Follow-up alerts. No alert is open for you: it was the weekly test, about no patient. "
        "Press 1 to answer it.",
        CallWords.ABOUT_TEST: "The weekly test, about no patient. Press 1 to answer it.",
        CallWords.NEXT_TEST: "Press 4 for the weekly test, which waits for your answer.",
        CallWords.NONE_OPEN: "Follow-up alerts. Nothing is open for you. The board shows all of them.",
        CallWords.ONE_OPEN: "Follow-up alerts. One is open for you.",
        CallWords.SEVERAL_OPEN: "Follow-up alerts. {count} are open for you.",
        CallWords.ABOUT_OPEN: "{level}, open {age}, nobody has it. The code is {code}. "
        "Press 1 to take it. Press 2 to pass it on. Press 3 to be connected to the patient.",
        CallWords.ABOUT_YOURS: "{level}, open {age}, it is yours and not closed. The code is {code}. "
        "Press 2 to pass it on. Press 3 to be connected to the patient.",
        CallWords.NEXT: "Press 4 for the next one.",
        CallWords.NO_NEXT: "There is no other one.",
        CallWords.YOURS_IN: "It is yours, and a text confirms it. Press 3 to be connected to the patient, or hang up.",
        CallWords.YOURS_AND_MORE: "It is yours, and a text confirms it. "
        "Press 3 to be connected to the patient, or 4 for the next one.",
        CallWords.RINGING_BACK: "Hang up now. Your phone rings in a moment, and the key it asks for connects you.",
        CallWords.NOT_CONNECTED: "You cannot be connected from here. Look at the alert's page. Press 1 to take it.",
    }
)
_SPANISH: Final[Mapping[CallWords, str]] = MappingProxyType(
    {
        CallWords.YOURS: "Es suya. Pulse 3 para hablar con el paciente, o cuelgue.",
        CallWords.OTHER: "La tiene {who}, desde las {time}. No tiene que hacer nada más.",
        CallWords.CLOSED: "Esta alerta ya está cerrada. No hay nada más que hacer.",
        CallWords.PASSED: "Pasada. Ahora se avisa a {who}.",
        CallWords.NOBODY_ELSE: "No hay nadie más a quien avisar. Sigue abierta. Pulse 1 para tomarla.",
        CallWords.CONNECTING: "Es suya. Espere, le comunicamos.",
        CallWords.ON_HOLD: "Es suya. No le comunicamos: el contacto está en pausa. Decida primero en su página.",
        CallWords.NO_PHONE: "Es suya. No hay número al que llamar. Mire la página de la alerta.",
        CallWords.ANY_KEY: "Pulse 1 para tomarla, 2 para pasarla, 3 para hablar con el paciente.",
        CallWords.OVER: "Esta llamada ya no sirve. Mire el tablero.",
        CallWords.NOT_STORED: "No se pudo guardar la tecla. La alerta sigue abierta. Conteste el mensaje, o llame.",
        CallWords.NO_ANSWER: "Nadie contestó, y está anotado. Pulse 3 para llamar otra vez, o cuelgue.",
        CallWords.REACHED: "¿Habló con el paciente? Pulse 1 si sí, 2 si era un buzón, 3 si era otra persona.",
        CallWords.NOTED: "Anotado. La alerta sigue abierta hasta que la cierre con un resultado.",
        CallWords.TEST_HEARD: "Gracias. La prueba está contestada, no hay nada más que hacer.",
        CallWords.TEST_KEY: "Esto es una prueba. Pulse 1.",
        CallWords.TEST_AND_MORE: "Gracias. La prueba está contestada.",
        CallWords.ONLY_TEST: "Alertas de seguimiento. No hay ninguna alerta abierta para usted: era la prueba semanal, "
        "sin paciente. Pulse 1 para contestarla.",
        CallWords.ABOUT_TEST: "La prueba semanal, sin paciente. Pulse 1 para contestarla.",
        CallWords.NEXT_TEST: "Pulse 4 para la prueba semanal, que espera su respuesta.",
        CallWords.NONE_OPEN: "Alertas de seguimiento. No hay nada abierto para usted. El tablero las muestra todas.",
        CallWords.ONE_OPEN: "Alertas de seguimiento. Hay una abierta para usted.",
        CallWords.SEVERAL_OPEN: "Alertas de seguimiento. Hay {count} abiertas para usted.",
        CallWords.ABOUT_OPEN: "{level}, abierta hace {age}, no la tiene nadie. El código es {code}. "
        "Pulse 1 para tomarla. Pulse 2 para pasarla. Pulse 3 para hablar con el paciente.",
        CallWords.ABOUT_YOURS: "{level}, abierta hace {age}, es suya y no está cerrada. El código es {code}. "
        "Pulse 2 para pasarla. Pulse 3 para hablar con el paciente.",
        CallWords.NEXT: "Pulse 4 para la siguiente.",
        CallWords.NO_NEXT: "No hay otra.",
        CallWords.YOURS_IN: "Es suya; un mensaje lo confirma. Pulse 3 para hablar con el paciente, o cuelgue.",
        CallWords.YOURS_AND_MORE: "Es suya; un mensaje lo confirma. "
        "Pulse 3 para hablar con el paciente, o 4 para la siguiente.",
        CallWords.RINGING_BACK: "Cuelgue ahora. Su teléfono suena enseguida, y la tecla que le pida le comunica.",
        CallWords.NOT_CONNECTED: "Desde aquí no se le puede comunicar. Mire la página de la alerta. "
        "Pulse 1 para tomarla.",
    }
)
_LANGUAGES: Final = MappingProxyType({"en": _ENGLISH, "es": _SPANISH})


def said(words: CallWords, language: str, **values: str) -> str:
    """The text in a staff language, English where there is none, with its values filled in."""
    return _LANGUAGES.get(language, _ENGLISH)[words].format(**values)
