"""Rules, each by itself: can it ever hold, is its place in the file right, is its answer true of its level?"""

from __future__ import annotations

from collections.abc import Iterator

from followup.domain.level import Level
from followup.domain.schedule import (
    AnswerKind,
    Condition,
    Configuration,
    EventKind,
    Question,
    Reference,
    ReplyFamily,
    Rule,
    Schedule,
)
from followup.domain.schedule_check.found import Found, KeyPath

#: Which fixed answers say what is true at a level.
REPLIES: dict[Level, frozenset[ReplyFamily]] = {
    Level.EMERGENCY: frozenset({ReplyFamily.CRISIS, ReplyFamily.MEDICAL}),
    Level.URGENT: frozenset(
        {
            ReplyFamily.URGENT,
            ReplyFamily.TONIGHT,
            ReplyFamily.MOOD_CHECK,
            ReplyFamily.SORRY,
            ReplyFamily.IN_CARE,
            ReplyFamily.NONE,
        }
    ),
    Level.ROUTINE: frozenset(
        {ReplyFamily.ROUTINE, ReplyFamily.FREE_TEXT, ReplyFamily.SORRY, ReplyFamily.IN_CARE, ReplyFamily.NONE}
    ),
    Level.INFO: frozenset({ReplyFamily.INFO, ReplyFamily.NONE}),
}

#: Pairs of bounds that leave nothing between them, and whether meeting is enough for that.
_BOUNDS = (
    ("severity_at_least", "severity_at_most", False),
    ("at_least", "at_most", False),
    ("hours_at_least", "hours_below", True),
    ("day_at_least", "day_below", True),
    ("relief_at_least", "relief_below", True),
)
_CHANGES = ("rises_by", "falls_by", "ratio_at_least")
_RELIEF = ("relief_at_least", "relief_below", "earlier_relief_at_least")
_SCORE_BOUNDS = ("at_least", "at_most", *_CHANGES, *_RELIEF, "with_baseline")


def check(configuration: Configuration) -> Iterator[Found]:
    """Rules that can never hold, stand in the wrong order, or answer what is not true."""
    for position, rule in enumerate(configuration.rules):
        yield from _order(rule, configuration.rules[:position], configuration.rules[position + 1 :])
        if rule.reply not in REPLIES.get(rule.level, frozenset()):
            allowed = ", ".join(sorted(REPLIES.get(rule.level, frozenset())))
            yield Found(
                ("rules", rule.id, "reply"), f"`{rule.reply}` is no true answer at level {rule.level}; use {allowed}"
            )
        if rule.pages_after_hours and rule.level is not Level.URGENT:
            yield Found(("rules", rule.id, "pages_after_hours"), "this says something about urgent rules only")
        if rule.alone and not any(condition.read_as for condition in rule.when):
            yield Found(("rules", rule.id, "alone"), "`alone` is about conditions with `read_as`; there is none here")
        for number, condition in enumerate(rule.when):
            path: KeyPath = ("rules", rule.id, "when", number)
            for found in _condition(condition, configuration):
                yield Found((*path, *found.path), found.message)
    yield from _dropped(configuration)


def _order(rule: Rule, before: tuple[Rule, ...], after: tuple[Rule, ...]) -> Iterator[Found]:
    earlier = {other.id for other in before}
    for other_id in sorted(rule.unless - earlier):
        where = "stands later in the file" if other_id != rule.id else "is this rule itself"
        yield Found(("rules", rule.id, "unless"), f"`{other_id}` {where}; `unless` names rules above this one")
    if rule.alone:
        late = next((other for other in after if other.level.at_least(rule.level) and not other.alone), None)
        if late is not None:
            message = f"`{late.id}` below is as urgent; a rule that counts alone stands after all it gives way to"
            yield Found(("rules", rule.id, "alone"), message)


def _condition(condition: Condition, configuration: Configuration) -> Iterator[Found]:
    yield from _bounds(condition)
    yield from _score(condition, configuration)
    yield from _answers(condition, configuration)
    yield from _circumstances(condition)
    if condition.event is not None:
        yield from _event(condition, condition.event, configuration)
    elif not _asks(condition):
        yield Found((), "this would hold for any text: it asks about no words, answers, side effects, score or event")


def _asks(condition: Condition) -> bool:
    """Whether a condition asks about anything that was said, besides when and of whom."""
    bounded = condition.severity_at_least is not None or condition.severity_at_most is not None
    said = condition.words or condition.answers or condition.symptoms or bounded
    return bool(said) or condition.score is not None or condition.read_as is not None


def _bounds(condition: Condition) -> Iterator[Found]:
    for low, high, strict in _BOUNDS:
        least, most = getattr(condition, low), getattr(condition, high)
        if least is not None and most is not None and (least > most or (strict and least == most)):
            yield Found((low,), f"this can never hold: nothing lies between `{low}` and `{high}`")
    if condition.earlier_severity_at_least is not None and condition.reported_before is None:
        yield Found(("earlier_severity_at_least",), "this says which earlier reports count; add `reported_before`")
    if condition.flags and condition.flags <= condition.without_flags:
        yield Found(("without_flags",), "this can never hold: the same flags are asked for in `flags`")


def _score(condition: Condition, configuration: Configuration) -> Iterator[Found]:
    bounded = [name for name in _SCORE_BOUNDS if getattr(condition, name) is not None]
    if condition.score is None:
        for name in bounded:
            yield Found((name,), f"`{name}` is about a score; add `score: pain` or `score: mood`")
        return
    if not any(question.score is condition.score for question in configuration.questions.values()):
        yield Found(("score",), f"this can never hold: no question measures {condition.score}")
    needing = [name for name in (*_CHANGES, *_RELIEF) if getattr(condition, name) is not None]
    from_baseline = condition.reference is Reference.BASELINE or any(name in _RELIEF for name in needing)
    if condition.with_baseline is False and needing and from_baseline:
        yield Found((needing[0],), "this can never hold: it compares with a baseline and asks that there is none")


def _answers(condition: Condition, configuration: Configuration) -> Iterator[Found]:
    for key, digits in condition.answers.items():
        question = configuration.questions[key]
        for digit in sorted(digits):
            if not _can_be(digit, question):
                yield Found(("answers", key), f"this can never hold: {digit} is no answer to `{key}`")


def _can_be(digit: int, question: Question) -> bool:
    return 0 <= digit <= 10 if question.kind is AnswerKind.SCALE else digit in question.options


def _circumstances(condition: Condition) -> Iterator[Found]:
    # Check-ins are named exactly, so that a repetition is never meant by the name of the first.
    if condition.check_ins and len(condition.check_ins) < condition.lasting:
        message = f"this can never hold: it lasts {condition.lasting} check-ins and names {len(condition.check_ins)}"
        yield Found(("lasting",), message)


def _courses(configuration: Configuration) -> tuple[Schedule, ...]:
    return (*configuration.schedules.values(), configuration.safety_course)


def _event(condition: Condition, event: EventKind, configuration: Configuration) -> Iterator[Found]:
    if condition.words or condition.answers or condition.symptoms or condition.score or condition.read_as:
        yield Found(("event",), "this can never hold: an event comes without words or answers")
    if event is not EventKind.UNANSWERED_SAFETY_CHECK_IN:
        return
    waiting = {one.key for course in _courses(configuration) for one in course.check_ins if one.unanswered}
    if not waiting or condition.check_ins - waiting:
        yield Found(("event",), "this can never hold: the check-in does not say when it counts as `unanswered`")


def _dropped(configuration: Configuration) -> Iterator[Found]:
    for key, schedule in configuration.schedules.items():
        for rule_id in sorted(schedule.dropped_rules):
            rule = configuration.rule(rule_id)
            if rule is not None and rule.everywhere:
                yield Found(("schedules", key, "drop_rules"), f"`{rule_id}` holds everywhere: no schedule can drop it")
