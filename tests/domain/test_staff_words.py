"""What staff text about alerts, word for word."""

from __future__ import annotations

import pytest

from followup.domain.alert import Outcome
from followup.domain.staff_words import (
    OUTCOME_WORDS,
    AskHelp,
    CloseCode,
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
            for text in ("on my way", "4367", "2", "yes", "I have K7RD", "", "who is on call", "call")
        ),
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
    ],
)
def test_what_is_beyond_doubt_no_patients_answer(text, is_for):
    assert is_for_alerts(staff_command(text)) is is_for
