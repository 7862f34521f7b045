"""Rules as they are written in schedules.yaml: which answers and words staff hear of, and how soon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from followup.content.containers import Field, Many, Mistake, Pairs, Record, Rows
from followup.content.question_shapes import DIGITS
from followup.content.shapes import Flag, Integer, Member, Name, Number, OneOf, Text
from followup.content.words_of_time import DURATION
from followup.domain.level import Level
from followup.domain.reading.reading import Scope
from followup.domain.reading.topics import TOPICS
from followup.domain.schedule import RISK_FLAGS, Condition, EventKind, Reference, ReplyFamily, Rule, Score

#: Words count where they are about somebody's present state, unless a rule says otherwise.
PRESENT = tuple(scope for scope in Scope if scope.counts)

_TOPIC_NAMES = tuple(topic.name for topic in TOPICS)
_SEVERITY = Integer(1, 3, "a severity")
_FLAGS = Many(OneOf(RISK_FLAGS, "one"), "a list of risk flags")
_POINTS = Number(0, 10, "points of a 0-10 scale,")
_SHARE = Number(0, 1, "a share")

#: Keys of a condition whose value is a set.
_SETS = ("words", "scopes", "symptoms", "check_ins", "flags", "without_flags")


def _condition(**fields: Any) -> Condition:
    if not fields:
        raise Mistake("a condition that asks nothing would always hold")
    for name in _SETS:
        fields[name] = frozenset(fields.get(name, ()))
    if fields["words"] and not fields["scopes"]:
        fields["scopes"] = frozenset(scope.value for scope in PRESENT)
    if fields["scopes"] and not fields["words"]:
        raise Mistake("`scopes` says how `words` must be meant; there are no `words` here", at="scopes")
    answers: Mapping[str, tuple[int, ...]] = fields.get("answers", {})
    fields["answers"] = {question: frozenset(digits) for question, digits in answers.items()}
    return Condition(**fields)


CONDITION = Record(
    "a condition",
    _condition,
    {
        "words": Field(
            shape=Many(OneOf(_TOPIC_NAMES, "one"), "a list of topics"), about="topics that the reader finds in a text"
        ),
        "scopes": Field(
            shape=Many(Member(Scope, "one"), "a list of scopes"),
            about="how the words are meant; left out: present or another person in danger",
        ),
        "read_as": Field(shape=Member(Level, "one"), about="the reader's level of the words, ratings left out"),
        "answers": Field(
            shape=Pairs(Name("questions", "a question"), DIGITS, "digits per question"),
            about="digits answered to a question",
        ),
        "symptoms": Field(
            shape=Many(Name("symptoms", "a symptom"), "a list of symptoms"), about="one of these symptoms was reported"
        ),
        "severity_at_least": Field(shape=_SEVERITY, about="1 mild, 2 moderate, 3 severe, or more"),
        "severity_at_most": Field(shape=_SEVERITY, about="1 mild, 2 moderate, 3 severe, or less"),
        "unstated": Field(shape=_SEVERITY, about="a severity not stated counts as this; left out: it meets no bound"),
        "reported_before": Field(shape=Flag(), about="whether the same symptom was reported on an earlier day"),
        "earlier_severity_at_least": Field(shape=_SEVERITY, about="only earlier reports this strong count"),
        "score": Field(shape=Member(Score, "one"), about="which 0-10 score the bounds are about"),
        "at_least": Field(shape=_POINTS, about="the score is this or more"),
        "at_most": Field(shape=_POINTS, about="the score is this or less"),
        "rises_by": Field(shape=_POINTS, about="the score is this much above the reference"),
        "falls_by": Field(shape=_POINTS, about="the score is this much below the reference"),
        "ratio_at_least": Field(
            shape=Number(1, 10, "a factor"), about="the score is at least this many times the reference"
        ),
        "relief_at_least": Field(shape=_SHARE, about="share of the baseline pain that is gone, or more (0.3 is 30 %)"),
        "relief_below": Field(shape=_SHARE, about="less than this share of the baseline pain is gone"),
        "earlier_relief_at_least": Field(shape=_SHARE, about="some earlier check-in had at least this relief"),
        "from": Field(
            shape=Member(Reference, "one"),
            about="the reference: baseline (left out) or previous answer",
            into="reference",
        ),
        "with_baseline": Field(shape=Flag(), about="only where a baseline is known, or only where none is"),
        "check_ins": Field(
            shape=Many(Name("check_ins", "a check-in"), "a list of check-ins"), about="only at these check-ins"
        ),
        "hours_at_least": Field(shape=DURATION, about="this long after the end of the infusion, or later"),
        "hours_below": Field(shape=DURATION, about="sooner than this after the end of the infusion"),
        "day_at_least": Field(
            shape=Integer(0, 400, "a day"), about="on this day after the infusion or later; day 0 is its date"
        ),
        "day_below": Field(shape=Integer(1, 400, "a day"), about="before this day after the infusion"),
        "flags": Field(shape=_FLAGS, about="the infusion has one of these risk flags"),
        "without_flags": Field(shape=_FLAGS, about="the infusion has none of these risk flags"),
        "lasting": Field(shape=Integer(1, 12), about="holds on this many check-ins running, this one included"),
        "event": Field(shape=Member(EventKind, "one"), about="something that happened, other than words or answers"),
    },
)


def _rule(
    id: str,  # noqa: A002 - the field's own name
    level: Level,
    unless: tuple[str, ...] = (),
    everywhere: bool = False,  # noqa: FBT001, FBT002 - a key of the file
    prescriber_only: bool = False,  # noqa: FBT001, FBT002 - a key of the file
    **rest: Any,
) -> Rule:
    if prescriber_only and level.at_least(Level.URGENT):
        raise Mistake("what is urgent is for everybody's eyes; only a routine rule may be so", at="prescriber_only")
    return Rule(
        id=id,
        level=level,
        unless=frozenset(unless),
        # No schedule may drop a rule that finds an emergency.
        everywhere=everywhere or level is Level.EMERGENCY,
        prescriber_only=prescriber_only,
        **rest,
    )


RULE = Record(
    "a rule",
    _rule,
    {
        "level": Field(
            shape=Member(Level, "one", (Level.EMERGENCY, Level.URGENT, Level.ROUTINE, Level.INFO)),
            about="emergency, urgent, routine, or info (nobody is told)",
            needed=True,
        ),
        "reason": Field(
            shape=Text("the reason in a few words", 120), about="what staff read on the alert", needed=True
        ),
        "reply": Field(
            shape=Member(ReplyFamily, "one"), about="which of the fixed answers the patient gets", needed=True
        ),
        "when": Field(
            shape=Rows(CONDITION, "conditions"), about="the rule holds when any of these conditions does", needed=True
        ),
        "unless": Field(
            shape=Many(Name("rules", "a rule"), "a list of rules"),
            about="it does not count where one of these rules holds",
        ),
        "alone": Field(
            shape=Flag(), about="its `read_as` conditions count only where no other rule of this level or above holds"
        ),
        "everywhere": Field(shape=Flag(), about="no schedule can drop it; always so for emergencies"),
        "pages_after_hours": Field(
            shape=Flag(), about="urgent: staff are told at once even while nobody is on call, instead of at opening"
        ),
        "holds_contact": Field(
            shape=Flag(), about="no automatic text, reply or call to this patient until a person decides"
        ),
        "prescriber_only": Field(
            shape=Flag(), about="routine: only staff with `prescriber` see that it was met, and an alert of it alone"
        ),
        "chain": Field(shape=Name("chains", "a chain"), about="chain for this rule instead of the one of its level"),
    },
)
