"""The checks of a schedule that depend on the date, or on a configuration that no file gives by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from followup.domain.schedule import Configuration, Coverage, Override, Rota, Score
from followup.domain.schedule_check import Found, check, check_weeks_ahead
from followup.domain.windows import Window
from tests.content import shipped

SHIPPED = shipped.content().configuration
NOW = datetime(2026, 11, 25, 18, tzinfo=UTC)  # the Wednesday before Thanksgiving, noon in Chicago


def with_rota(**changes) -> Configuration:
    """The shipped configuration with a changed rota of nurses."""
    return replace(SHIPPED, rotas={"nurses": replace(SHIPPED.rotas["nurses"], **changes)})


def with_clinic(**changes) -> Configuration:
    """The shipped configuration with a changed clinic."""
    return replace(SHIPPED, clinics={"prairie": replace(SHIPPED.clinics["prairie"], **changes)})


def said(found: tuple[Found, ...]) -> list[str]:
    return [one.message for one in found]


def test_the_shipped_configuration_has_no_gaps():
    assert check(SHIPPED) == ()
    assert check_weeks_ahead(SHIPPED, NOW) == ()


def test_a_rota_without_people_leaves_hours_with_nobody_on_duty():
    found = check_weeks_ahead(with_rota(people=()), NOW)
    assert [(one.path, one.message, one.warning) for one in found] == [
        (("rotas", "nurses"), "nobody is on duty from Wed 25 Nov 12:00 to Wed 09 Dec 12:00", False)
    ]


def test_a_stand_in_who_left_leaves_hours_with_nobody_on_duty():
    leave = Override(start=NOW + timedelta(days=9), end=NOW + timedelta(days=10), person="alex")
    found = said(check_weeks_ahead(with_rota(overrides=(leave,)), NOW))
    assert found == ["nobody is on duty from Fri 04 Dec 12:00 to Sat 05 Dec 12:00"]


def test_a_rota_that_is_still_to_begin_is_worth_a_look():
    found = check_weeks_ahead(with_rota(since=date(2026, 12, 1)), NOW)
    assert [(one.message, one.warning) for one in found] == [
        ("the rota begins on 2026-12-01, which is still to come", True)
    ]


def test_closures_in_which_urgent_items_wait_are_listed():
    found = check_weeks_ahead(with_clinic(coverage=Coverage.BUSINESS_HOURS), NOW)
    assert all(one.warning for one in found)
    assert said(found)[0] == (
        "nobody can be reached from Wed 25 Nov 17:00 to Fri 27 Nov 08:00 (39 h); "
        "what is urgent then pages the list at 08:00"
    )


def test_extended_hours_leave_only_the_nights():
    found = check_weeks_ahead(with_clinic(coverage=Coverage.EXTENDED), NOW)
    assert found == ()


def test_a_clinic_that_never_opens():
    assert "the clinic never opens, so nothing routine would ever be due" in said(check(with_clinic(hours={})))


def test_a_window_that_leaves_a_check_in_outside():
    found = check(with_clinic(send_window=Window(start=time(9), end=time(19))))
    assert [one.path for one in found if "outside the send window" in one.message] == [
        ("schedules", "ketamine-pain-v1", "check_ins", "C1", "after_infusion", "latest"),
        ("schedules", "lidocaine-pain-v1", "check_ins", "C1", "after_infusion", "latest"),
        ("safety_course", "check_ins", "C1", "after_infusion", "latest"),
    ]


def test_several_clinics_need_senders():
    second = replace(SHIPPED.clinics["prairie"], key="lake", sender=None)
    found = check(replace(SHIPPED, clinics={**SHIPPED.clinics, "lake": second}))
    assert "with several clinics each needs a `sender`: it tells whose text came in" in said(found)


def test_overlapping_overrides_are_worth_a_look():
    first = Override(start=NOW, end=NOW + timedelta(days=2), person="sam")
    second = Override(start=NOW + timedelta(days=1), end=NOW + timedelta(days=3), person="kay")
    found = check(with_rota(overrides=(first, second)))
    assert [(one.message, one.warning) for one in found] == [("this overlaps override 1, which wins", True)]


def test_a_mood_check_needs_its_question():
    questions = {key: question for key, question in SHIPPED.questions.items() if key != "MOOD_CHECK"}
    rules = tuple(
        replace(rule, when=tuple(one for one in rule.when if "MOOD_CHECK" not in one.answers)) for rule in SHIPPED.rules
    )
    found = check(replace(SHIPPED, questions=questions, rules=rules))
    assert said(found) == ["this reply asks the question `MOOD_CHECK`; there is none"]


def test_an_unused_rota_is_looked_at_too():
    other = Rota(key="doctors", timezone="America/Chicago", people=("lee", "lee"))
    found = check(replace(SHIPPED, rotas={**SHIPPED.rotas, "doctors": other}))
    assert said(found) == ["`lee` is in this rota twice"]


def test_h9_an_answer_between_two_rules_is_named():
    """Tiers that cover 0 to 10 and 60 to 70 leave what lies between to nobody."""
    nothing = next(rule for rule in SHIPPED.rules if rule.id == "I1")
    narrow = [replace(one, at_least=6) if one.score is Score.MOOD else one for one in nothing.when]
    rules = tuple(replace(rule, when=tuple(narrow)) if rule.id == "I1" else rule for rule in SHIPPED.rules)
    assert said(check(replace(SHIPPED, rules=rules))) == [
        "the answer 5 without a baseline meets no rule; add one, of level info at least"
    ]
