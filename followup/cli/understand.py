"""`followup understand`: what a reply is taken to mean, and why. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from followup.cli.saying import say
from followup.content.lexicon import load_lexicon
from followup.content.loader import load_content
from followup.domain.answering import asked_as
from followup.domain.reading import Asked
from followup.domain.schedule import Question
from followup.errors import BadInput
from followup.services.understand import explain, understand_file
from followup.settings import Settings, load

ASKED = tuple(each.value for each in Asked)


def command(
    text: Annotated[str | None, typer.Argument(help="The reply.")] = None,
    asked: Annotated[
        str, typer.Option(help=f"What had been asked: {', '.join(ASKED)}, or a question's key in schedules.yaml.")
    ] = Asked.NONE.value,
    lang: Annotated[str, typer.Option(help="The patient's language; replies in any are read.")] = "en",  # noqa: ARG001
    about: Annotated[str | None, typer.Option(help="The symptom that a severity question was about.")] = None,
    jsonl: Annotated[
        tuple[Path, Path] | None, typer.Option(help="Read replies from IN, one JSON object a line, write to OUT.")
    ] = None,
) -> None:
    """Tell what a reply is taken to mean, and which words it is taken from.

    Example: followup understand "8, and my chest feels tight" --asked pain
    """
    if (text is None) == (jsonl is None):
        raise BadInput('give one reply, or --jsonl IN OUT; for example: followup understand "about a 7" --asked pain')
    if jsonl is not None:
        count = understand_file(jsonl[0], jsonl[1], load_lexicon())
        say(f"{count} read")
    elif text is not None:
        settings = load(Settings)
        configuration = load_content(settings.schedules, settings.templates).configuration
        kind, symptom = _question(asked, configuration.questions)
        say(explain(text, kind, about or symptom, load_lexicon(), configuration.rules))


def _question(asked: str, questions: Mapping[str, Question]) -> tuple[Asked, str | None]:
    """How to read the reply, and the symptom that the question itself is about."""
    if asked in ASKED:
        return Asked(asked), None
    if asked not in questions:
        raise BadInput(f"--asked must be one of {', '.join((*ASKED, *questions))}")
    return asked_as(questions[asked]), questions[asked].about
