"""What makes a schedule less safe is said at its place; what does not is not said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.domain.level import Level
from followup.domain.people import Channel
from followup.domain.safety_diff import covers, weakenings
from followup.domain.schedule import (
    Condition,
    Configuration,
    Coverage,
    OnDay,
    ReplyFamily,
    Score,
    Way,
    WeeklyPage,
    WorkList,
)
from followup.domain.triage import Evidence, condition_holds
from followup.domain.windows import Window
from tests.domain.samples import CONFIGURATION

Edit = Callable[[Configuration], Configuration]


def rule(rule_id: str, **changes: Any) -> Edit:
    return lambda before: replace(
        before, rules=tuple(replace(one, **changes) if one.id == rule_id else one for one in before.rules)
    )


def condition(rule_id: str, position: int, **changes: Any) -> Edit:
    def edit(before: Configuration) -> Configuration:
        when = list(before.rule(rule_id).when)  # type: ignore[union-attr]
        when[position] = replace(when[position], **changes)
        return rule(rule_id, when=tuple(when))(before)

    return edit


def without_rule(rule_id: str) -> Edit:
    return lambda before: replace(before, rules=tuple(one for one in before.rules if one.id != rule_id))


def chain(key: str, **changes: Any) -> Edit:
    return lambda before: replace(before, chains={**before.chains, key: replace(before.chains[key], **changes)})


def step(key: str, position: int, **changes: Any) -> Edit:
    def edit(before: Configuration) -> Configuration:
        steps = list(before.chains[key].steps)
        steps[position] = replace(steps[position], **changes)
        return chain(key, steps=tuple(steps))(before)

    return edit


def clinic(**changes: Any) -> Edit:
    return lambda before: replace(before, clinics={"prairie": replace(before.clinics["prairie"], **changes)})


def check_in(named: str, /, **changes: Any) -> Edit:
    def edit(before: Configuration) -> Configuration:
        course = before.schedules["ketamine-pain-v1"]
        specs = tuple(replace(one, **changes) if one.key == named else one for one in course.check_ins)
        return schedule(check_ins=specs)(before)

    return edit


def without_check_in(key: str) -> Edit:
    def edit(before: Configuration) -> Configuration:
        course = before.schedules["ketamine-pain-v1"]
        return schedule(check_ins=tuple(one for one in course.check_ins if one.key != key))(before)

    return edit


def schedule(**changes: Any) -> Edit:
    return lambda before: replace(
        before,
        schedules={
            **before.schedules,
            "ketamine-pain-v1": replace(before.schedules["ketamine-pain-v1"], **changes),
        },
    )


def of(section: str, key: str, **changes: Any) -> Edit:
    def edit(before: Configuration) -> Configuration:
        table: dict[str, Any] = {**getattr(before, section)}
        changed: dict[str, Any] = {section: {**table, key: replace(table[key], **changes)}}
        return replace(before, **changed)

    return edit


def without(section: str, key: str) -> Edit:
    def edit(before: Configuration) -> Configuration:
        left: dict[str, Any] = {section: {name: one for name, one in getattr(before, section).items() if name != key}}
        return replace(before, **left)

    return edit


def work_list_of(chain_key: str) -> WorkList:
    work_list = CONFIGURATION.chains[chain_key].work_list
    assert work_list is not None
    return work_list


def both(*edits: Edit) -> Edit:
    def edit(before: Configuration) -> Configuration:
        for one in edits:
            before = one(before)
        return before

    return edit


SPEC = CONFIGURATION.schedules["ketamine-pain-v1"].check_in("C1")
assert SPEC is not None
assert SPEC.unanswered is not None
FIRST = CONFIGURATION.chains["emergency"].steps[0]
LESS_SAFE: dict[str, tuple[Edit, str, str]] = {
    "a rule removed": (without_rule("U2"), "rules", "rule `U2` (Unreal feelings"),
    "a level lowered": (rule("U2", level=Level.ROUTINE), "rules.U2.level", "falls from urgent to routine"),
    "a later hour": (condition("U2", 0, hours_at_least=timedelta(hours=24)), "rules.U2.when", "condition 1"),
    "fewer check-ins": (condition("U2", 1, check_ins=frozenset({"C1"})), "rules.U2.when", "condition 2"),
    "a higher severity": (
        both(rule("U1", when=(Condition(severity_at_least=3),))),
        "rules.U1.when",
        "condition 2",
    ),
    "gives way": (rule("U2", unless=frozenset({"E1"})), "rules.U2.unless", "gives way to further rules"),
    "alone": (rule("U1", alone=True), "rules.U1.alone", "gives way to every rule"),
    "another answer": (rule("U2", reply=ReplyFamily.ROUTINE), "rules.U2.reply", "routine instead of urgent"),
    "a step removed": (
        chain("urgent", steps=CONFIGURATION.chains["urgent"].steps[:2]),
        "chains.urgent.steps",
        "step 3",
    ),
    "a step later": (step("urgent", 1, after=timedelta(minutes=31)), "chains.urgent.steps", "step 2, after 30m"),
    "a channel less": (step("emergency", 0, channels=(Channel.EMAIL,)), "chains.emergency.steps", "step 1"),
    "patient not told": (step("emergency", 2, tell_patient=False), "chains.emergency.steps", "patient is no longer"),
    "repeats slower": (chain("urgent", repeat=timedelta(hours=1)), "chains.urgent.repeat", "after 1h instead of 30m"),
    "not raised again": (chain("urgent", raise_again_after=None), "chains.urgent.raise_again_after", "no longer"),
    "taken later": (
        chain("urgent", acknowledge_within=timedelta(hours=1)),
        "chains.urgent.acknowledge_within",
        "taken an alert",
    ),
    "a chain removed": (without("chains", "configuration"), "chains", "chain `configuration` is removed"),
    "told later of what waits": (
        chain("routine", work_list=replace(work_list_of("routine"), tell_after_business_days=3)),
        "chains.routine.work_list.tell_after_business_days",
        "later than before",
    ),
    "another chain for a level": (
        clinic(chains={Level.EMERGENCY: "urgent"}),
        "clinics.prairie.chains.emergency",
        "use chain `urgent`",
    ),
    "coverage": (clinic(coverage=Coverage.BUSINESS_HOURS), "clinics.prairie.coverage", "falls from A to C"),
    "a clinic": (without("clinics", "prairie"), "clinics", "clinic `prairie` is removed"),
    "a phone": (of("staff", "kay", phone=None), "staff.kay", "no longer be told by text"),
    "a person off duty": (of("rotas", "nurses", people=("kay",)), "rotas.nurses.people", "sam left it"),
    "a language": (lambda before: replace(before, languages=("en",)), "languages", "`es`"),
    "history sooner": (
        lambda before: replace(before, history_after=timedelta(hours=4)),
        "history_after",
        "more than 4h late",
    ),
    "a symptom": (without("symptoms", "headache"), "symptoms", "symptom `headache`"),
    "a symptom's words": (of("symptoms", "nausea", read_as=frozenset()), "symptoms.nausea.read_as", "fewer words"),
    "a digit": (of("questions", "C1", options=(1, 2)), "questions.C1.options", "the answer `3`"),
    "a question that follows": (of("questions", "SE", then={}), "questions.SE.then", "no longer asked"),
    "dropped rules": (
        schedule(dropped_rules=frozenset({"R8"})),
        "schedules.ketamine-pain-v1.drop_rules",
        "rule `R8` no longer",
    ),
    "a schedule": (without("schedules", "lidocaine-pain-v1"), "schedules", "infusions of lidocaine lose"),
    "a safety check-in": (without_check_in("C2"), "schedules.ketamine-pain-v1.check_ins", "`C2` is removed"),
    "no longer for safety": (
        check_in("C2", safety=False),
        "schedules.ketamine-pain-v1.check_ins.C2.safety",
        "no longer a safety",
    ),
    "asks less": (
        check_in("C2", questions=("C2_PAIN",)),
        "schedules.ketamine-pain-v1.check_ins.C2.questions",
        "asks less",
    ),
    "no reminder": (check_in("C1", reminder=None), "schedules.ketamine-pain-v1.check_ins.C1", "no longer reminded"),
    "silence untold": (check_in("C1", unanswered=None), "schedules.ketamine-pain-v1.check_ins.C1", "nobody hears"),
    "silence told later": (
        check_in("C1", unanswered=replace(SPEC.unanswered, after_reminder=timedelta(hours=2))),
        "schedules.ketamine-pain-v1.check_ins.C1.unanswered",
        "hear later",
    ),
    "a narrower schedule takes some": (
        lambda before: replace(
            before,
            schedules={
                "new": replace(
                    before.schedules["ketamine-pain-v1"],
                    key="new",
                    indications=frozenset({"ptsd"}),
                    check_ins=before.schedules["ketamine-pain-v1"].check_ins[1:],
                ),
                **before.schedules,
            },
        ),
        "schedules.new.check_ins",
        "safety check-in `C1` is removed",
    ),
}

AS_SAFE: dict[str, Edit] = {
    "nothing": lambda before: before,
    "another hour": check_in("C2", timing=OnDay(day=1, at=time(11))),
    "a check-in that is not for safety": without_check_in("C5"),
    "a new name": check_in("C2", key="DAWN", renamed_from="C2"),
    "a level raised": rule("U2", level=Level.EMERGENCY),
    "a lower bound": condition("U2", 0, hours_at_least=timedelta(hours=6)),
    "more check-ins": condition("U2", 1, check_ins=frozenset({"C2", "C3"})),
    "one more condition": rule("U1", when=(*CONFIGURATION.rule("U1").when, Condition(symptoms=frozenset({"urine"})))),  # type: ignore[union-attr]
    "info gone": without_rule("I1"),
    "a step sooner": step("urgent", 1, after=timedelta(minutes=10)),
    "a step more": chain("urgent", steps=(FIRST, *CONFIGURATION.chains["urgent"].steps)),
    "a person more": of("rotas", "nurses", people=("kay", "sam", "lee")),
    "another person on duty": of("rotas", "nurses", people=("kay", "lee")),
    "longer hours": clinic(hours=dict.fromkeys(range(7), Window(start=time(7), end=time(19)))),
    "another name of the clinic": clinic(name="Prairie"),
    "a schedule under another name": lambda before: replace(
        before,
        schedules={f"{key}-2": replace(one, key=f"{key}-2") for key, one in before.schedules.items()},
    ),
}


@pytest.mark.parametrize(("edit", "at", "fragment"), LESS_SAFE.values(), ids=LESS_SAFE)
def test_less_safe(edit: Edit, at: str, fragment: str) -> None:
    found = weakenings(CONFIGURATION, edit(CONFIGURATION))
    told = [(".".join(map(str, one.path)), one.message) for one in found]
    assert any(path == at and fragment in message for path, message in told), told


@pytest.mark.parametrize("edit", AS_SAFE.values(), ids=AS_SAFE)
def test_as_safe(edit: Edit) -> None:
    assert weakenings(CONFIGURATION, edit(CONFIGURATION)) == ()


def test_less_coverage_is_told_by_its_hours() -> None:
    extended = clinic(coverage=Coverage.EXTENDED)(CONFIGURATION)
    shorter = clinic(coverage=Coverage.EXTENDED, extended_hours=Window(start=time(8), end=time(22)), hours={})(
        CONFIGURATION
    )
    told = {one.path[-1]: one.message for one in weakenings(extended, shorter)}
    assert "shorter" in told["extended_hours"]
    assert "Friday" in told["hours"]
    served = clinic(coverage=Coverage.BUSINESS_HOURS, answering_service=True)(CONFIGURATION)
    unserved = clinic(coverage=Coverage.BUSINESS_HOURS)(CONFIGURATION)
    assert [one.path[-1] for one in weakenings(served, unserved)] == ["answering_service"]
    assert weakenings(unserved, served) == ()


# --- a condition that covers another ------------------------------------------------------------

SCORES = st.one_of(st.none(), st.integers(0, 10).map(float))
SEVERITY = st.one_of(st.none(), st.integers(1, 3))
CONDITIONS = st.builds(
    Condition,
    answers=st.dictionaries(st.sampled_from(["C1", "URINE"]), st.frozensets(st.integers(1, 3), min_size=1), max_size=2),
    symptoms=st.frozensets(st.sampled_from(["nausea", "urine"]), max_size=2),
    severity_at_least=SEVERITY,
    severity_at_most=SEVERITY,
    unstated=SEVERITY,
    reported_before=st.sampled_from([None, True, False]),
    earlier_severity_at_least=SEVERITY,
    score=st.sampled_from([None, Score.PAIN]),
    at_least=SCORES,
    at_most=SCORES,
    rises_by=SCORES,
    with_baseline=st.sampled_from([None, True, False]),
    check_ins=st.frozensets(st.sampled_from(["C1", "C2"]), max_size=2),
    day_at_least=st.sampled_from([None, 1, 3]),
    day_below=st.sampled_from([None, 2, 5]),
    flags=st.frozensets(st.sampled_from(["lives_alone", "bp_risk"]), max_size=2),
    without_flags=st.frozensets(st.sampled_from(["lives_alone", "bp_risk"]), max_size=1),
)
EVIDENCE = st.builds(
    Evidence,
    answers=st.dictionaries(st.sampled_from(["C1", "URINE"]), st.tuples(st.integers(1, 3)), max_size=2),
    symptoms=st.dictionaries(st.sampled_from(["nausea", "urine"]), st.sampled_from([None, 0, 1, 2, 3]), max_size=2),
    reported=st.dictionaries(st.sampled_from(["nausea", "urine"]), st.integers(0, 3), max_size=2),
    scores=st.dictionaries(st.just(Score.PAIN), st.integers(0, 10).map(float), max_size=1),
    baseline=st.dictionaries(st.just(Score.PAIN), st.integers(0, 10).map(float), max_size=1),
    check_in=st.sampled_from(["C1", "C2", "C3"]),
    day=st.sampled_from([None, 0, 1, 2, 4, 9]),
    flags=st.frozensets(st.sampled_from(["lives_alone", "bp_risk"]), max_size=2),
)


@given(CONDITIONS, CONDITIONS, EVIDENCE)
def test_a_condition_that_covers_another_holds_whenever_the_other_does(
    new: Condition, old: Condition, evidence: Evidence
) -> None:
    if covers(new, old) and condition_holds(old, evidence):
        assert condition_holds(new, evidence)


@given(CONDITIONS, st.data(), EVIDENCE)
def test_one_thing_less_asked_covers(old: Condition, data: st.DataObject, evidence: Evidence) -> None:
    name = data.draw(
        st.sampled_from(["at_least", "at_most", "check_ins", "flags", "day_below", "answers", "day_at_least"])
    )
    new = replace(old, **{name: getattr(Condition(), name)})
    assert covers(new, old)
    assert condition_holds(new, evidence) or not condition_holds(old, evidence)


def test_every_shipped_condition_covers_itself() -> None:
    conditions = [(one, each) for one in CONFIGURATION.rules for each in one.when]
    assert all(covers(each, each) for _, each in conditions)
    assert len(conditions) > len(CONFIGURATION.rules)


def test_a_rule_follows_the_new_name_of_its_check_in_and_lets_a_removed_one_go() -> None:
    about_c5 = condition("R8", 0, check_ins=frozenset({"C4", "C5"}))(CONFIGURATION)
    renamed = both(check_in("C4", key="WEEK", renamed_from="C4"), without_check_in("C5"))(about_c5)
    follows = condition("R8", 0, check_ins=frozenset({"WEEK"}))(renamed)
    lidocaine = replace(CONFIGURATION.schedules["lidocaine-pain-v1"], check_ins=CONFIGURATION.safety_course.check_ins)
    follows = replace(follows, schedules={**follows.schedules, "lidocaine-pain-v1": lidocaine})
    assert weakenings(about_c5, follows) == ()
    loosened = condition("R8", 0, check_ins=frozenset({"C6"}))(follows)
    assert [".".join(map(str, one.path)) for one in weakenings(about_c5, loosened)] == ["rules.R8.when"]


def test_people_told_later_and_tested_no_more_are_less_safe() -> None:
    tested = clinic(test_page=WeeklyPage(weekday=2, at=time(10)))(CONFIGURATION)
    assert [one.path for one in weakenings(tested, CONFIGURATION)] == [("clinics", "prairie", "test_page")]
    ways = (Way(channel=Channel.SMS), Way(channel=Channel.EMAIL, after=timedelta(minutes=5)))
    waits = of("staff", "kay", contact=ways)(CONFIGURATION)
    (one,) = weakenings(CONFIGURATION, waits)
    assert (one.path, "`kay` is told by email" in one.message) == (("staff", "kay", "contact"), True)
    assert weakenings(waits, CONFIGURATION) == ()
