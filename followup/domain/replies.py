"""Which fixed text answers a patient: chosen by rule, coverage and hour, never composed."""

from __future__ import annotations

from followup.domain.coverage import Reach
from followup.domain.level import Level
from followup.domain.reading import CRISIS_TOPICS
from followup.domain.schedule import ReplyFamily, Rule, Score
from followup.domain.triage import Evidence, Triage

_BY_REACH: dict[ReplyFamily, dict[Reach, str]] = {
    ReplyFamily.CRISIS: {
        Reach.OPEN: "E_CRISIS",
        Reach.ON_CALL: "E_CRISIS",
        Reach.NOBODY: "E_CRISIS_UNSTAFFED",
    },
    ReplyFamily.URGENT: {Reach.OPEN: "U_OPEN", Reach.ON_CALL: "U_ONCALL", Reach.NOBODY: "U_CLOSED"},
    ReplyFamily.TONIGHT: {Reach.OPEN: "U_OPEN", Reach.ON_CALL: "U_ONCALL", Reach.NOBODY: "U_TONIGHT"},
}

_FIXED: dict[ReplyFamily, str] = {
    ReplyFamily.MEDICAL: "E_MED",
    ReplyFamily.MOOD_CHECK: "MOOD_CHECK",
    ReplyFamily.ROUTINE: "R",
    ReplyFamily.INFO: "I",
    ReplyFamily.FREE_TEXT: "FREETEXT",
    ReplyFamily.SORRY: "SORRY",
    ReplyFamily.IN_CARE: "IN_CARE",
}

#: A pain score at or below this is called good news; at or above NOTED it is called strong.
GOOD = 3
STRONG = 7
#: A fall by this share of the baseline is a moderate, noticeable improvement (IMMPACT; Farrar 2001).
BETTER = 0.30


def text_for(family: ReplyFamily, reach: Reach) -> str | None:
    """The template key of a reply family at this coverage; None where nothing may be sent."""
    if family is ReplyFamily.NONE:
        return None
    by_reach = _BY_REACH.get(family)
    return by_reach[reach] if by_reach is not None else _FIXED[family]


def forbidden(met: Triage) -> bool:
    """Whether any text may put the patient in danger: an urgent rule that holds asks for none, whatever else holds."""
    return any(rule.reply is ReplyFamily.NONE for rule in met.rules if rule.level.at_least(Level.URGENT))


def stopping_text(rule: Rule | None) -> str:
    """The one confirmation of an opt-out that also says what the danger of `rule` needs."""
    return "E_CRISIS_STOP" if rule is not None and _is_about_crisis(rule) else "E_MED_STOP"


def _is_about_crisis(rule: Rule) -> bool:
    by_words = any(condition.words & CRISIS_TOPICS for condition in rule.when)
    return by_words or rule.reply in {ReplyFamily.CRISIS, ReplyFamily.MOOD_CHECK}


def closing_text(triage: Triage, evidence: Evidence) -> str:
    """The one text that closes a check-in below urgent: true of the answers given."""
    named = triage.named
    if triage.level is Level.ROUTINE:
        return "R"
    if triage.level is Level.INFO and named is not None and evidence.symptoms:
        return "I"
    pain = evidence.scores.get(Score.PAIN)
    if pain is None:
        return "I_PLAIN"
    if pain >= STRONG:
        return "I_NOTED"
    baseline = evidence.baseline.get(Score.PAIN)
    better = baseline is not None and baseline > 0 and (baseline - pain) / baseline >= BETTER
    return "I_OK" if pain <= GOOD or better else "I_PLAIN"
