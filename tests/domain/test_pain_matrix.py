"""Every pair of baseline and pain, and pain without a baseline: the rule it meets, and a reply that is true of it."""

from __future__ import annotations

import pytest

from followup.domain.coverage import Reach
from followup.domain.level import Level
from followup.domain.replies import closing_text, text_for
from followup.domain.schedule import ReplyFamily, Score
from followup.domain.triage import Evidence, triage
from tests.domain.samples import RULES

PAIN = Score.PAIN
PAIRS = [(before, now) for before in (None, *range(11)) for now in range(11)]


def rule_of(before: int | None, now: int) -> str:
    """The protocol's words: U5 n>=8 and n-b>=2; R2 n>=4 and (n-b>=2 or n>=1.3b), n-b=1 at n>=8, n>=8 without b."""
    if before is None:
        return "R2" if now >= 8 else "I1"
    if now >= 8 and now - before >= 2:
        return "U5"
    if now >= 4 and (now - before >= 2 or 10 * now >= 13 * before):
        return "R2"
    return "R2" if now >= 8 and now - before == 1 else "I1"


def reply_of(before: int | None, now: int) -> str:
    """Good news only at 3 or less or with 30 % less; what is still strong is called so; nothing else is claimed."""
    rule = rule_of(before, now)
    if rule != "I1":
        return {"U5": "U_OPEN", "R2": "R"}[rule]
    if now >= 7:
        return "I_NOTED"
    better = before is not None and before > 0 and 10 * (before - now) >= 3 * before
    return "I_OK" if now <= 3 or better else "I_PLAIN"


def evidence(before: int | None, now: int) -> Evidence:
    return Evidence(scores={PAIN: now}, baseline={} if before is None else {PAIN: before}, day=3, check_in="C3")


@pytest.mark.parametrize(("before", "now"), PAIRS)
def test_one_rule_holds_for_every_pair(before, now):
    assert [rule.id for rule in triage(evidence(before, now), RULES).rules] == [rule_of(before, now)]


@pytest.mark.parametrize(("before", "now"), PAIRS)
def test_the_reply_is_true_for_every_pair(before, now):
    given = evidence(before, now)
    met = triage(given, RULES)
    if met.level.at_least(Level.URGENT):
        assert met.named is not None
        assert text_for(met.named.reply, Reach.OPEN) == reply_of(before, now)
    else:
        assert closing_text(met, given) == reply_of(before, now)


@pytest.mark.parametrize("now", range(11))
@pytest.mark.parametrize("before", [9, 10])
def test_with_a_baseline_of_nine_pain_alone_pages_nobody(before, now):
    assert not triage(evidence(before, now), RULES).level.at_least(Level.URGENT)


def test_a_patient_who_is_always_at_eight_opens_nothing():
    assert not triage(evidence(8, 8), RULES).opens_alert


@pytest.mark.parametrize(
    ("family", "opened", "on_call", "nobody"),
    [
        (ReplyFamily.MEDICAL, "E_MED", "E_MED", "E_MED"),
        (ReplyFamily.CRISIS, "E_CRISIS", "E_CRISIS", "E_CRISIS_UNSTAFFED"),
        (ReplyFamily.URGENT, "U_OPEN", "U_ONCALL", "U_CLOSED"),
        (ReplyFamily.TONIGHT, "U_OPEN", "U_ONCALL", "U_TONIGHT"),
        (ReplyFamily.MOOD_CHECK, "MOOD_CHECK", "MOOD_CHECK", "MOOD_CHECK"),
        (ReplyFamily.ROUTINE, "R", "R", "R"),
        (ReplyFamily.INFO, "I", "I", "I"),
        (ReplyFamily.FREE_TEXT, "FREETEXT", "FREETEXT", "FREETEXT"),
        (ReplyFamily.SORRY, "SORRY", "SORRY", "SORRY"),
        (ReplyFamily.IN_CARE, "IN_CARE", "IN_CARE", "IN_CARE"),
        (ReplyFamily.NONE, None, None, None),
    ],
)
def test_a_text_promises_a_call_only_where_somebody_can_keep_it(family, opened, on_call, nobody):
    assert [text_for(family, reach) for reach in (Reach.OPEN, Reach.ON_CALL, Reach.NOBODY)] == [opened, on_call, nobody]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Evidence(answers={"C1": (1,)}), "I_PLAIN"),
        (Evidence(answers={"C1": (2,), "SE": (1,)}, symptoms={"dizziness": 1}, day=0), "I"),
        (Evidence(answers={"C1": (2,), "SE": (1,)}, symptoms={"dizziness": 2}, day=0), "R"),
        (Evidence(answers={"SE": (0,)}, scores={PAIN: 2}), "I_OK"),
        (Evidence(symptoms={"nausea": 1}, scores={PAIN: 1}, day=1), "I"),
        (Evidence(), "I_PLAIN"),
    ],
)
def test_the_closing_text_of_other_answers(given, expected):
    assert closing_text(triage(given, RULES), given) == expected
