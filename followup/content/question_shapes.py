"""Questions and symptoms as they are written in schedules.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from followup.content.carrier_words import CARRIER_WORDS
from followup.content.containers import Field, Many, Mistake, Pairs, Record, Rows
from followup.content.shapes import Flag, Integer, Member, Name, OneOf, Reading, Schema, Shape, Text
from followup.content.yaml_source import Node, Scalar
from followup.domain.answering import folded
from followup.domain.schedule import AnswerKind, Question, Score, Symptom

#: Codes under which the reader knows symptoms (those of a patient's own words).
READER_SYMPTOMS = (
    "bp_heart",
    "breathing",
    "dissociation",
    "dizziness",
    "hallucination",
    "headache",
    "mood",
    "nausea",
    "other",
    "sleep",
    "vomiting",
)


@dataclass(frozen=True, slots=True)
class _Digit(Shape[int]):
    """An answer's digit. Words are refused with the reason, since carriers answer some of them themselves."""

    def read(self, node: Node, reading: Reading) -> int:
        if isinstance(node, Scalar) and node.text.upper() in CARRIER_WORDS:
            message = (
                f"`{node.text}` cannot be an answer: carriers act on that word themselves; answers are digits 0 to 9"
            )
            raise reading.refuse(node.place, message)
        return Integer(0, 9, "a digit").read(node, reading)

    def schema(self) -> Schema:
        return Integer(0, 9).schema()


DIGIT = _Digit()
DIGITS = Many(DIGIT, "a list of digits")


@dataclass(frozen=True, slots=True)
class _FollowUp:
    answered: tuple[int, ...]
    ask: str
    among_several: bool = False


_FOLLOW_UP = Record(
    "a follow-up question",
    _FollowUp,
    {
        "answered": Field(shape=DIGITS, about="digits that lead on", needed=True),
        "ask": Field(shape=Name("questions", "a question"), about="the question asked then", needed=True),
        "among_several": Field(shape=Flag(), about="only where the digit was one of several; looked at first"),
    },
)

_NEEDS_OPTIONS = frozenset({AnswerKind.CHOICE, AnswerKind.CODES, AnswerKind.SEVERITY})


def _question(
    key: str,
    kind: AnswerKind,
    text: str | None = None,
    reask: str | None = None,
    remind: str | None = None,
    then: tuple[_FollowUp, ...] = (),
    options: tuple[int, ...] = (),
    score: Score | None = None,
    words: Mapping[int, tuple[str, ...]] | None = None,
    **rest: Any,
) -> Question:
    if kind in _NEEDS_OPTIONS and not options:
        raise Mistake(f"a question of kind {kind} needs `options`: the digits that answer it")
    if kind is AnswerKind.SCALE and options:
        raise Mistake("a scale runs from 0 to 10 and has no `options`", at="options")
    if kind is AnswerKind.SCALE and score is None:
        raise Mistake("a scale needs `score`: what it measures, pain or mood")
    if kind is not AnswerKind.SCALE and score is not None:
        raise Mistake("only a question of kind scale has a `score`", at="score")
    if kind is AnswerKind.SEVERITY and not set(options) <= {1, 2, 3}:
        raise Mistake("a severity is 1 mild, 2 moderate or 3 severe", at="options")
    own = text or key
    return Question(
        key=key,
        kind=kind,
        text=own,
        reask=reask or own,
        remind=remind or own,
        options=options,
        score=score,
        then=_then(then, options, among=False),
        then_among=_then(then, options, among=True),
        words=_words(words or {}, options),
        **rest,
    )


def _words(given: Mapping[int, tuple[str, ...]], options: tuple[int, ...]) -> dict[int, frozenset[str]]:
    meaning: dict[int, frozenset[str]] = {}
    for digit, answers in given.items():
        if digit not in options:
            raise Mistake(f"{digit} is not among the options of this question", at="words")
        said = frozenset(folded(answer) for answer in answers)
        taken = {word for others in meaning.values() for word in others} & said
        if taken:
            raise Mistake(f"`{min(taken)}` means two digits", at="words")
        meaning[digit] = said
    return meaning


def _then(rows: tuple[_FollowUp, ...], options: tuple[int, ...], *, among: bool) -> dict[Any, str]:
    chosen: dict[Any, str] = {}
    for row in rows:
        if row.among_several is not among:
            continue
        for digit in row.answered:
            if digit not in options:
                raise Mistake(f"{digit} is not among the options of this question", at="then")
            if digit in chosen:
                raise Mistake(f"{digit} leads to two questions", at="then")
            chosen[digit] = row.ask
    return chosen


_TEMPLATE = Name("templates", "a template folder")

QUESTION = Record(
    "a question",
    _question,
    {
        "kind": Field(
            shape=Member(AnswerKind, "one"),
            about="how the answer is read: scale, choice, codes or severity",
            needed=True,
        ),
        "text": Field(shape=_TEMPLATE, about="template of the question; left out: the question's own name"),
        "reask": Field(shape=_TEMPLATE, about="template when the answer could not be read; left out: as text"),
        "remind": Field(shape=_TEMPLATE, about="template of the reminder; left out: as text"),
        "score": Field(
            shape=Member(Score, "one"), about="what a scale measures; compared with the baseline of the same name"
        ),
        "options": Field(shape=DIGITS, about="the digits that answer it"),
        "then": Field(shape=Rows(_FOLLOW_UP, "follow-up questions"), about="questions that an answer leads to"),
        "words": Field(
            shape=Pairs(DIGIT, Many(Text("an answer in words", 60), "a list of answers"), "answers per digit", "[0-9]"),
            about="whole answers in words that mean a digit, in every language",
        ),
        "about": Field(shape=Name("symptoms", "a symptom"), about="the one symptom that a severity question is about"),
        "short": Field(
            shape=Pairs(
                OneOf(("en", "es"), "a language"),
                Text("the question in a few words", 60),
                "a text per language",
                "en|es",
            ),
            about="the question in a few words, for reminders, per language",
        ),
        "prescriber_only": Field(
            shape=Flag(), about="only staff with `prescriber` see the answers: craving or use outside the clinic, say"
        ),
    },
)


def _symptom(key: str, code: int, names: Mapping[str, str], read_as: tuple[str, ...] = ()) -> Symptom:
    return Symptom(key=key, code=code, names=names, read_as=frozenset(read_as))


SYMPTOM = Record(
    "a symptom",
    _symptom,
    {
        "code": Field(shape=DIGIT, about="the digit by which a patient names it", needed=True),
        "read_as": Field(
            shape=Many(OneOf(READER_SYMPTOMS, "one"), "a list of codes"), about="what the reader of free words calls it"
        ),
        "names": Field(
            shape=Pairs(OneOf(("en", "es"), "a language"), Text("a name", 60), "a name per language", "en|es"),
            about="what it is called, per language",
            needed=True,
        ),
    },
)
