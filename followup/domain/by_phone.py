"""Answers that a patient gave to a person by phone: the same questions, rules and alerts as for a text, and no reply.

Called by record_answer_by_phone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from followup.domain import replies
from followup.domain.answering import HIGHEST, Given, Taken, leads_to
from followup.domain.conversation import Judged, Situation, judge
from followup.domain.level import Level
from followup.domain.plan import Answer, CheckIn, CheckInState
from followup.domain.planning import SkipReason
from followup.domain.schedule import AnswerKind, Configuration, Question
from followup.domain.silence import ALERT
from followup.errors import InvalidInput, Problem

#: The reason of a check-in that a person took by phone.
BY_PHONE = "by phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What became of answers by phone. `closing_text` is the template key that would close the check-in, if any."""

    given: tuple[Given, ...]
    check_in: CheckIn
    judged: Judged
    closing_text: str | None


def questions_for(check_in: CheckIn, answers: tuple[Answer, ...], configuration: Configuration) -> tuple[Question, ...]:
    """Every question that a caller may put for a check-in, in order, with what each may lead to behind it."""
    keys: dict[str, None] = {}
    for key in (*(answer.question for answer in answers), check_in.question, *check_in.questions):
        if key is not None:
            _with_following(key, configuration, keys)
    return tuple(configuration.questions[key] for key in keys if key in configuration.questions)


def _with_following(key: str, configuration: Configuration, keys: dict[str, None]) -> None:
    question = configuration.questions.get(key)
    if question is None or key in keys:
        return
    keys[key] = None
    for following in (*question.then.values(), *question.then_among.values()):
        _with_following(following, configuration, keys)


def given_by(words: Mapping[str, str], configuration: Configuration) -> tuple[Given, ...]:
    """What was ticked or typed for each question, blank ones left out; codes are digits with spaces between.

    Raises InvalidInput with every answer that its question does not have.
    """
    given: list[Given] = []
    problems: list[Problem] = []
    for key, typed in words.items():
        question = configuration.questions.get(key)
        if question is None or not typed.strip():
            continue
        answer = _read(question, typed.split())
        if answer is None:
            problems.append(Problem(at=key, message=f"{_wanted(question)} is what this question takes"))
        else:
            given.append(answer)
    if problems:
        raise InvalidInput("The answers were not taken.", tuple(problems))
    return tuple(given)


def _read(question: Question, typed: list[str]) -> Given | None:
    figures = [int(one) for one in typed if one.isascii() and one.isdecimal() and len(one) <= 2]
    if len(figures) != len(typed):
        return None
    if question.kind is AnswerKind.CODES:
        codes = tuple(sorted(dict.fromkeys(figures)))
        known = all(code in question.options for code in codes)
        return Given(question=question.key, codes=tuple(code for code in codes if code) or (0,)) if known else None
    if len(figures) != 1:
        return None
    return _single(question, figures[0])


def _single(question: Question, figure: int) -> Given | None:
    match question.kind:
        case AnswerKind.SCALE:
            return Given(question=question.key, value=float(figure)) if figure <= HIGHEST else None
        case AnswerKind.SEVERITY:
            return Given(question=question.key, severity=figure) if figure in question.options else None
        case _:
            return Given(question=question.key, value=float(figure)) if figure in question.options else None


def _wanted(question: Question) -> str:
    if question.kind is AnswerKind.SCALE:
        return f"a number from 0 to {HIGHEST}"
    options = ", ".join(str(option) for option in question.options)
    return f"any of {options}" if question.kind is AnswerKind.CODES else f"one of {options}"


def spoken(situation: Situation, check_in: CheckIn, given: tuple[Given, ...], now: datetime) -> Spoken:
    """The check-in and the judgement after answers by phone; `situation.answers` are those it has already.

    What is answered in full counts as answered, whatever became of the texts. What is urgent ends it, as by text.
    Raises InvalidInput for a side effect without its strength.
    """
    judged = judge(situation, None, check_in, given, now)
    taken = Taken(given=given, left=_left(situation, check_in, given))
    urgent = judged.fresh.level.at_least(Level.URGENT)
    if not urgent:
        _check_strength(taken.left, situation.configuration)
    text = None
    if not taken.left and not urgent:
        text = replies.closing_text(judged.all, judged.evidence)
    return Spoken(
        given=given,
        check_in=_moved(check_in, taken, now, urgent=urgent),
        judged=judged,
        closing_text=text,
    )


def _check_strength(left: tuple[str, ...], configuration: Configuration) -> None:
    """A person on the phone can ask how strong a side effect is; nobody will later. Raises InvalidInput."""
    missing = [key for key in left if _kind(configuration, key) is AnswerKind.SEVERITY]
    if missing:
        wrong = "ask how strong the worst one is; where the patient cannot say, take 2, moderate"
        problems = tuple(Problem(at=key, message=wrong) for key in missing)
        raise InvalidInput("The answers were not taken.", problems)


def _kind(configuration: Configuration, key: str) -> AnswerKind | None:
    question = configuration.questions.get(key)
    return question.kind if question is not None else None


def _left(situation: Situation, check_in: CheckIn, given: tuple[Given, ...]) -> tuple[str, ...]:
    """The questions that are still open: those of the check-in, and what the answers lead to."""
    configuration = situation.configuration
    answered = {answer.question for answer in situation.answers} | {one.question for one in given}
    wanted = [key for key in (check_in.question, *check_in.questions) if key is not None]
    following = [
        key
        for one in given
        if one.question in configuration.questions
        for key in leads_to(configuration.questions[one.question], one)
    ]
    return tuple(dict.fromkeys(key for key in (*following, *wanted) if key not in answered))


def _moved(check_in: CheckIn, taken: Taken, now: datetime, *, urgent: bool) -> CheckIn:
    if check_in.reason == SkipReason.INFUSION_CANCELLED.value:
        return check_in
    if not taken.left:
        state, reason = CheckInState.ANSWERED, BY_PHONE
    elif urgent:
        state, reason = CheckInState.PARTLY_ANSWERED, ALERT
    elif check_in.state is CheckInState.OPEN:  # the texts go on with what is left
        return replace(check_in, question=taken.left[0], questions=taken.left[1:], reasked=False, asked_at=now)
    else:
        state, reason = CheckInState.PARTLY_ANSWERED, BY_PHONE
    return replace(
        check_in,
        state=state,
        reason=reason,
        question=taken.left[0] if taken.left else None,
        questions=taken.left[1:],
        closed_at=check_in.closed_at or now,
    )
