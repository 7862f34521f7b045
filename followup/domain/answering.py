"""A text -> answers to the open question and those behind it; several in one text are taken together."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace

from followup.domain.evidence import spoken_symptoms
from followup.domain.plan import CheckIn
from followup.domain.reading import Asked, Reading, Severity
from followup.domain.schedule import AnswerKind, Configuration, Question, Score

#: Reads the text at hand as the answer to one kind of question (and, for a severity, about one symptom).
Reader = Callable[[Asked], Reading]

#: The top of every rating scale.
HIGHEST = 10

_SEVERITY = {Severity.MILD: 1, Severity.MODERATE: 2, Severity.SEVERE: 3}

#: Words by which a second rating in the same text is known to be about mood.
_MOOD_WORDS = ("mood", "animo", "ánimo", "spirits")

#: Politeness around an answer, folded.
_POLITE = (" thank you", " thanks", "thank you ", "thanks ", " gracias", "gracias ", " thx", "hi ", "hola ")

_JOINING = frozenset({"and", "y", "e", "plus", "mas"})
_SPELLED = {"one": 1, "uno": 1, "una": 1, "two": 2, "dos": 2, "three": 3, "tres": 3}

#: Words by which a whole text denies every side effect.
_DENIALS = (
    "no side effect",
    "no effects",
    "no symptoms",
    "nothing else",
    "no other",
    "sin efectos",
    "ningun efecto",
    "ningún efecto",
    "sin sintomas",
    "sin síntomas",
    "nada mas",
    "nada más",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a text answers to one question."""

    question: str
    value: float | None = None
    codes: tuple[int, ...] = ()
    severity: int | None = None
    is_range: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The answers in a text, and the questions still to be asked after them, the next one first."""

    given: tuple[Given, ...]
    left: tuple[str, ...]


def asked_as(question: Question | None) -> Asked:
    """How the reader is to take a reply to `question`."""
    if question is None:
        return Asked.NONE
    match question.kind:
        case AnswerKind.SCALE:
            return Asked.MOOD if question.score is Score.MOOD else Asked.PAIN
        case AnswerKind.CHOICE:
            return Asked.CHOICE
        case AnswerKind.CODES:
            return Asked.CODES
        case AnswerKind.SEVERITY:
            return Asked.SEVERITY


def take_answers(check_in: CheckIn, configuration: Configuration, read: Reader) -> Taken:
    """Everything that the text answers, beginning with the open question.

    A digit answers only the open question; what follows is taken from words alone, so that no figure is
    ever read twice.
    """
    queue = [key for key in (check_in.question, *check_in.questions) if key is not None]
    given: list[Given] = []
    while queue:
        question = configuration.questions[queue[0]]
        reading = read(asked_as(question))
        answer = _to_open(question, reading, configuration) if not given else _beside(question, reading, configuration)
        if answer is None:
            break
        given.append(answer)
        queue = _after(question, answer, queue[1:])
    return Taken(given=tuple(given), left=tuple(queue))


def correction(
    check_in: CheckIn, answered: tuple[str, ...], configuration: Configuration, read: Reader
) -> Given | None:
    """A corrected rating or choice ("sorry, 4 not 7") for the question of this check-in answered last.

    A rating is looked for behind side effects and choices that have no such option.
    """
    for key in reversed(answered):
        question = configuration.questions.get(key)
        if question is None or key == check_in.question:
            continue
        if question.kind is AnswerKind.CHOICE:
            chosen = _corrected_choice(question, read)
            if chosen is not None:
                return chosen
        if question.kind is AnswerKind.SCALE:
            reading = read(asked_as(question))
            if reading.value_is_correction and reading.value is not None:
                return Given(question=key, value=reading.value, is_range=reading.value_is_range)
            return None
    return None


def _corrected_choice(question: Question, read: Reader) -> Given | None:
    """The reader grades figures as corrected only where it takes ratings; the options are the question's own."""
    reading = read(Asked.PAIN)
    if reading.value_is_correction and reading.value in question.options:
        return Given(question=question.key, value=reading.value)
    return None


def chosen_anew(answered: tuple[str, ...], configuration: Configuration, read: Reader) -> tuple[Given, ...]:
    """A choice that closed a check-in, sent once more: a change of mind that nobody may overlook."""
    question = configuration.questions.get(answered[-1]) if answered else None
    if question is None or question.kind is not AnswerKind.CHOICE:
        return ()
    choice = read(Asked.CHOICE).choice
    if choice is None or choice not in question.options:
        return ()
    return (Given(question=question.key, value=float(choice)),)


def _after(question: Question, given: Given, rest: list[str]) -> list[str]:
    """The queue after an answer: what the answer leads to goes first."""
    return [*(key for key in leads_to(question, given) if key not in rest), *rest]


def leads_to(question: Question, given: Given) -> tuple[str, ...]:
    """What an answer to `question` asks next."""
    digits = given.codes or (() if given.value is None else (int(given.value),))
    if len(digits) > 1:
        among = [question.then_among[digit] for digit in digits if digit in question.then_among]
        if among:
            return (among[0],)
    found = [question.then[digit] for digit in digits if digit in question.then]
    if not found and None in question.then and any(digits):
        found = [question.then[None]]
    return tuple(dict.fromkeys(found))[:1]


def _to_open(question: Question, reading: Reading, configuration: Configuration) -> Given | None:
    match question.kind:
        case AnswerKind.SCALE:
            return None if reading.value is None or _off_the_scale(reading) else _rating(question, reading)
        case AnswerKind.CHOICE:
            return _choice(question, reading, configuration)
        case AnswerKind.CODES:
            return _codes(question, reading, configuration)
        case AnswerKind.SEVERITY:
            return _severity(question, reading)


def _off_the_scale(reading: Reading) -> bool:
    """Whether the whole text is a bare number above ten, which may be a slip of the finger and is asked again."""
    said = reading.new_words.strip().rstrip(".!")
    return said.isdecimal() and int(said) > HIGHEST


def _rating(question: Question, reading: Reading) -> Given:
    return Given(question=question.key, value=reading.value, is_range=reading.value_is_range)


def _choice(question: Question, reading: Reading, configuration: Configuration) -> Given | None:
    digit = reading.choice if any(letter.isdigit() for letter in reading.new_words) else None
    if digit not in question.options:
        digit = _choice_in_words(question, reading)
    if digit is not None:
        return Given(question=question.key, value=float(digit))
    if not spoken_symptoms(reading, configuration):
        return None
    for digit, follow_up in question.then.items():
        # Naming a side effect in words answers the choice that asks for side effects.
        if digit is not None and configuration.questions[follow_up].kind is AnswerKind.CODES:
            return Given(question=question.key, value=float(digit))
    return None


def _severity(question: Question, reading: Reading) -> Given | None:
    severity = _SEVERITY.get(reading.severity) if reading.severity else None
    digits = _plain_digits(reading)
    if severity is None and len(digits) == 1 and digits[0] in question.options:
        severity = digits[0]
    return None if severity is None else Given(question=question.key, severity=severity)


def _politely_said(reading: Reading) -> str:
    """The text folded, without thanks and greetings around it."""
    said = folded(reading.new_words)
    for polite in _POLITE:
        said = said.removesuffix(polite).removeprefix(polite).strip()
    return said


def _plain_digits(reading: Reading) -> tuple[int, ...]:
    """The digits of a text that is nothing but single digits and joining words, politeness apart."""
    words = [word for word in _politely_said(reading).split() if word not in _JOINING]
    if not all(word.isdecimal() and len(word) == 1 for word in words):
        return ()
    return tuple(dict.fromkeys(int(word) for word in words))


def _choice_in_words(question: Question, reading: Reading) -> int | None:
    """The digit whose words the whole text is, politeness apart: "fine, thank you" may be 1, "not fine" is none."""
    said = _politely_said(reading)
    spelled = int(said) if said.isdecimal() and len(said) == 1 else _SPELLED.get(said)
    if spelled in question.options:
        return spelled
    return next((digit for digit, meanings in question.words.items() if said in meanings), None)


def folded(text: str) -> str:
    """`text` in lower case, without accents, punctuation or doubled spaces: how words of a choice are written."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("'", "").replace("\u2019", ""))
    kept = "".join(letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter))
    return " ".join(kept.split())


def _codes(question: Question, reading: Reading, configuration: Configuration) -> Given | None:
    found = reading.codes or _plain_digits(reading)
    codes = tuple(code for code in found if code in question.options)
    if codes:
        # "0" beside other codes is no denial; the codes count.
        return Given(question=question.key, codes=tuple(code for code in codes if code) or (0,))
    return _codes_in_words(question, reading, configuration)


def _codes_in_words(question: Question, reading: Reading, configuration: Configuration) -> Given | None:
    spoken = spoken_symptoms(reading, configuration)
    codes = {configuration.symptoms[key].code for key in spoken} & set(question.options)
    if codes:
        return Given(question=question.key, codes=tuple(sorted(codes)))
    text = reading.new_words.casefold()
    denied = any(phrase in text for phrase in _DENIALS) or _politely_said(reading) in question.words.get(0, ())
    return Given(question=question.key, codes=(0,)) if denied and not spoken else None


def _beside(question: Question, reading: Reading, configuration: Configuration) -> Given | None:
    """An answer to a question that was not yet asked: from words, never from a bare figure."""
    match question.kind:
        case AnswerKind.SCALE:
            about_mood = any(word in reading.new_words.casefold() for word in _MOOD_WORDS)
            if question.score is Score.MOOD and about_mood and reading.value is not None:
                return _rating(question, reading)
            return None
        case AnswerKind.CODES:
            return _codes_in_words(question, reading, configuration)
        case AnswerKind.SEVERITY:
            severities = [severity for severity in spoken_symptoms(reading, configuration).values() if severity]
            return Given(question=question.key, severity=max(severities)) if severities else None
        case AnswerKind.CHOICE:
            return None


def ask_next(check_in: CheckIn, left: tuple[str, ...]) -> CheckIn:
    """The check-in with the first of `left` open and the others behind it."""
    return replace(check_in, question=left[0] if left else None, questions=left[1:], reasked=False)
