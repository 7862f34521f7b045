"""What staff text about alerts, word for word."""

from __future__ import annotations

import pytest

from followup.domain.alert import Outcome
from followup.domain.staff_words import (
    OUTCOME_WORDS,
    AskHelp,
    CloseCode,
    ListOpen,
    NoCode,
    NoCommand,
    PassCode,
    SeveralCodes,
    TakeAll,
    TakeCode,
    WhoHas,
    is_for_alerts,
    staff_command,
)

TAKE = TakeCode(code="K7RD")


def close(outcome: Outcome | None, minutes: int | None = None) -> CloseCode:
    return CloseCode(code="K7RD", outcome=outcome, minutes=minutes)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        *((text, TAKE) for text in ("K7RD", "k7rd", " k7rd. ", "ack K7RD", "ACK: k7rd", "ok K7RD", "take K7RD!")),
        *((text, TAKE) for text in ("K7RD ok", "K7RD thanks", "k7rd mine")),
        ("K0RD", TakeCode(code="K0RD")),  # mistyped: told that there is none
        ("ack doors", NoCommand()),
        ("close K7RD safe 12", close(Outcome.REACHED_AND_SAFE, 12)),
        ("Close k7rd: safe, 12 min.", close(Outcome.REACHED_AND_SAFE, 12)),
        ("close K7RD er", close(Outcome.SENT_TO_EMERGENCY_CARE)),
        ("close K7RD 911", close(Outcome.SENT_TO_EMERGENCY_CARE)),
        ("close K7RD 988", close(Outcome.HANDED_TO_988)),
        ("close K7RD 988 20", close(Outcome.HANDED_TO_988, 20)),
        ("close K7RD welfare 30m", close(Outcome.WELFARE_CHECK, 30)),
        ("close K7RD not reached 15", close(Outcome.NOT_REACHED, 15)),
        ("close K7RD false", close(Outcome.FALSE_ALARM)),
        ("close K7RD false alarm 2 minutes", close(Outcome.FALSE_ALARM, 2)),
        ("close K7RD advice 5", close(Outcome.ADVICE_GIVEN, 5)),
        ("close K7RD booked", close(Outcome.BOOKED)),
        ("close K7RD voicemail 1", close(Outcome.VOICEMAIL, 1)),
        ("close K7RD resolved", close(Outcome.RESOLVED_SINCE)),
        ("close K7RD", close(None)),
        ("close K7RD 12", close(None, 12)),
        ("close K7RD she will come in", close(None)),
        ("pass K7RD", PassCode(code="K7RD", to=None)),
        ("pass K7RD to sam", PassCode(code="K7RD", to="sam")),
        ("Pass k7rd Sam Ortiz", PassCode(code="K7RD", to="sam ortiz")),
        ("hand over K7RD to Dr. Lee", PassCode(code="K7RD", to="dr. lee")),
        ("who K7RD", WhoHas(code="K7RD")),
        ("Who has K7RD?", WhoHas(code="K7RD")),
        ("ack all", TakeAll()),
        ("Ack ALL!", TakeAll()),
        ("help", AskHelp()),
        ("?", AskHelp()),
        ("K7RD M4TN", SeveralCodes(codes=("K7RD", "M4TN"))),
        ("ack K7RD and M4TN", SeveralCodes(codes=("K7RD", "M4TN"))),
        ("k7rd, m4tn", SeveralCodes(codes=("K7RD", "M4TN"))),
        *(
            (text, NoCommand())
            for text in ("4367", "2", "", "who is on call", "call", "not K7RD", "I can't take K7RD", "no K7RD")
        ),
        # As people write who have just been woken.
        *(
            (text, TAKE)
            for text in (
                *("I have K7RD", "K7RD i got it", "ok I’m on it K7RD", "acknowlege K7RD", "aknowledge k7rd", "k 7 rd"),
                *("K7-RD", "yes, K7RD please", "Sí, la tomo K7RD", "lo tengo k7rd", "K7RD es mía", "taking K7RD now"),
            )
        ),
        *((text, NoCode()) for text in ("ack", "got it", "on my way", "I'm on it", "yes", "ok", "lo tengo", "done")),
        ("ok 4821", TakeCode(code="4821")),  # no such code: told so
        ("ok got K7RD and M4TN", SeveralCodes(codes=("K7RD", "M4TN"))),
        *((text, WhoHas(code="K7RD")) for text in ("K7RD?", "¿quién tiene K7RD?", "status K7RD")),
        *((text, ListOpen()) for text in ("list", "What's open?", "status", "open", "¿Qué hay?", "alerts")),
        ("close K7RD patient reached and safe 12 minutes", close(Outcome.REACHED_AND_SAFE, 12)),
        ("close K7RD patient not reached", close(Outcome.NOT_REACHED)),
        ("close K7RD she is not safe", close(None)),
        ("K7RD close safe 9", close(Outcome.REACHED_AND_SAFE, 9)),
        ("cerrar K7RD no contesta 5", close(Outcome.NOT_REACHED, 5)),
        ("give K7RD to sam", PassCode(code="K7RD", to="sam")),
        ("pasar K7RD a sam", PassCode(code="K7RD", to="sam")),
        ("tomo todas", TakeAll()),
        ("ayuda", AskHelp()),
    ],
)
def test_what_a_text_asks_for(text, command):
    assert staff_command(text) == command


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_words_of_its_own(outcome):
    for word in OUTCOME_WORDS[outcome]:
        assert staff_command(f"close K7RD {word} 7") == close(outcome, 7)


@pytest.mark.parametrize(
    ("text", "is_for"),
    [
        ("K7RD", True),
        ("close K7RD safe", True),
        ("pass K7RD", True),
        ("K7RD M4TN", True),
        ("ack all", True),
        ("K0RD", False),
        ("help", False),
        ("7", False),
        ("4367", False),
        ("pass gate", False),
        ("I am ok", False),
        ("ok", False),
        ("ok 4821", False),
        ("list", False),
        ("not K7RD", False),
        ("yes I got K7RD", True),
    ],
)
def test_what_is_beyond_doubt_no_patients_answer(text, is_for):
    assert is_for_alerts(staff_command(text)) is is_for
