"""Questions and symptoms: can every answer be read, and does every question get asked and come to an end?"""

from __future__ import annotations

from collections.abc import Iterator

from followup.domain.schedule import AnswerKind, Configuration, Question, ReplyFamily
from followup.domain.schedule_check.found import Found, KeyPath

#: The question that a rule with the reply `mood_check` asks.
MOOD_CHECK = "MOOD_CHECK"


def check(configuration: Configuration) -> Iterator[Found]:
    """Questions nobody is asked, questions that go round in a circle, digits that stand for nothing."""
    yield from _asked(configuration)
    yield from _symptoms(configuration)
    for key, question in configuration.questions.items():
        yield from _leads_on(key, question, configuration)
        for language in configuration.languages:
            if language not in question.short:
                path: KeyPath = ("questions", key, "short")
                yield Found(path, f"`short` is missing in `{language}`: the question in a few words, for reminders")
    for key, symptom in configuration.symptoms.items():
        for language in configuration.languages:
            if language not in symptom.names:
                yield Found(("symptoms", key, "names"), f"the name is missing in `{language}`")


def _asked(configuration: Configuration) -> Iterator[Found]:
    courses = (*configuration.schedules.values(), configuration.safety_course)
    asked = {
        question
        for course in courses
        for check_in in course.check_ins
        for question in (*check_in.questions, *(extra.question for extra in check_in.extra))
    }
    asks_mood = [rule for rule in configuration.rules if rule.reply is ReplyFamily.MOOD_CHECK]
    if asks_mood:
        asked.add(MOOD_CHECK)
        if MOOD_CHECK not in configuration.questions:
            yield Found(
                ("rules", asks_mood[0].id, "reply"), f"this reply asks the question `{MOOD_CHECK}`; there is none"
            )
    for question in configuration.questions.values():
        asked.update((*question.then.values(), *question.then_among.values()))
    for key in configuration.questions:
        if key not in asked:
            yield Found(("questions", key), "this question is asked nowhere: no check-in and no `then` names it")


def _symptoms(configuration: Configuration) -> Iterator[Found]:
    owners: dict[int, str] = {}
    readers: dict[str, str] = {}
    for key, symptom in configuration.symptoms.items():
        if symptom.code in owners:
            yield Found(("symptoms", key, "code"), f"{symptom.code} already stands for `{owners[symptom.code]}`")
        owners.setdefault(symptom.code, key)
        for code in sorted(symptom.read_as):
            if code in readers:
                yield Found(("symptoms", key, "read_as"), f"`{code}` already belongs to `{readers[code]}`")
            readers.setdefault(code, key)
    for key, question in configuration.questions.items():
        for digit in question.options if question.kind is AnswerKind.CODES else ():
            if digit and digit not in owners:
                yield Found(
                    ("questions", key, "options"), f"{digit} stands for no symptom; give one of them `code: {digit}`"
                )


def _leads_on(key: str, question: Question, configuration: Configuration) -> Iterator[Found]:
    """Each question must come to an end, however it is answered."""
    seen = {key}
    waiting = [*question.then.values(), *question.then_among.values()]
    while waiting:
        following = waiting.pop()
        if following == key:
            yield Found(("questions", key, "then"), "this leads back to the same question, again and again")
            return
        if following in seen:
            continue
        seen.add(following)
        onward = configuration.questions[following]
        waiting += [*onward.then.values(), *onward.then_among.values()]
