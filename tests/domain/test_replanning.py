"""A course under way when the schedule, the zone or a fact changes: what moves, what stays, what is never touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.domain.plan import CheckIn, CheckInState, Plan
from followup.domain.planning import SkipReason
from followup.domain.replanning import (
    Basis,
    ChangeKind,
    Circumstances,
    Replanned,
    course_lines,
    longest_course,
    name_clashes,
    renamed,
    renames,
    replan,
)
from followup.domain.schedule import AfterInfusion, CheckInSpec, CloseSpec, Coverage, OnDay, Schedule
from tests.domain.samples import CONFIGURATION, SCHEDULE, T0, clinic, infusion, utc

PLAN = Plan(
    id="p1",
    clinic="prairie",
    patient="ann",
    infusion="i1",
    schedule=SCHEDULE.key,
    schedule_version=1,
    revision=1,
    created_at=T0,
)
#: The evening of the infusion, an hour after C1 went out.
NOW = T0 + timedelta(hours=5)


def line_of(key: str) -> CheckInSpec:
    found = SCHEDULE.check_in(key)
    assert found is not None
    return found


def edited(changes: Mapping[str, Any] | None = None, *, without: Sequence[str] = (), more: Sequence[CheckInSpec] = ()):
    """The shipped schedule with other fields for some check-ins, without some, and with more behind them."""
    kept = [
        replace(spec, **(changes or {}).get(spec.key, {})) for spec in SCHEDULE.check_ins if spec.key not in without
    ]
    return replace(SCHEDULE, check_ins=(*kept, *more))


def at(day: int, wall: str) -> dict[str, Any]:
    return {"timing": OnDay(day=day, at=time.fromisoformat(wall))}


def basis(schedule: Schedule = SCHEDULE, **changes: Any) -> Basis:
    plain = Basis(
        infusion=infusion(),
        schedule=schedule,
        clinic=clinic(),
        zone="America/Chicago",
        discharge_gap=timedelta(hours=1),
    )
    return replace(plain, **changes)


def stored(*sent: str, schedule: Schedule = SCHEDULE, **states: dict[str, Any]) -> list[CheckIn]:
    """The rows of a plan; those in `sent` were asked and answered, `states` change others."""
    rows = []
    for key, line in course_lines(basis(schedule)).items():
        row = CheckIn(
            id=key.lower(),
            clinic="prairie",
            plan="p1",
            patient="ann",
            infusion="i1",
            key=key,
            due_at=line.due_at,
            closes_at=line.closes_at,
            remind_at=None,
            state=line.state,
            schedule_version=1,
            revision=1,
            questions=line.questions,
            unanswered_at=line.unanswered_at,
        )
        if key in sent:
            row = replace(row, state=CheckInState.ANSWERED, asked_at=row.due_at, sent_at=row.due_at, unanswered_at=None)
        rows.append(replace(row, **states.get(key.replace("-", "_"), {})))
    return rows


def changed(
    rows: list[CheckIn], after: Basis | Schedule, before: Basis | None = None, **circumstances: Any
) -> Replanned:
    given = after if isinstance(after, Basis) else basis(after)
    around = Circumstances(version=2, now=circumstances.pop("now", NOW), **circumstances)
    return replan(PLAN, rows, before or basis(), given, around)


def told(replanned: Replanned) -> dict[str, ChangeKind]:
    return {change.key: change.kind for change in replanned.changes}


def becomes(replanned: Replanned) -> dict[str, CheckIn]:
    return {step.after.key: step.after for step in replanned.steps}


def test_nothing_changed_renews_what_is_planned_and_touches_nothing_else():
    rows = stored("C1")
    replanned = changed(rows, SCHEDULE)
    assert replanned.changes == ()
    assert not replanned.moves_something
    assert replanned.plan == replace(PLAN, schedule_version=2, revision=2)
    assert {step.before.key for step in replanned.steps} == {row.key for row in rows} - {"C1"}
    for step in replanned.steps:
        assert step.after == replace(step.before, schedule_version=2, revision=2)


def test_another_hour_moves_what_is_planned_and_not_what_was_sent():
    replanned = changed(stored("C1"), edited({"C2": at(1, "11:30"), "C1": at(0, "18:00")}))
    assert told(replanned) == {"C1": ChangeKind.SENT, "C2": ChangeKind.MOVED}
    assert becomes(replanned)["C2"].due_at == utc("2026-11-03T11:30:00-06:00")
    assert "C1" not in becomes(replanned)


def test_what_was_put_off_and_is_not_edited_stays_put_off():
    later = utc("2026-11-03T10:15:00-06:00")
    replanned = changed(stored("C1", C2={"due_at": later}), edited({"C3": at(3, "12:00")}))
    assert told(replanned) == {"C3": ChangeKind.MOVED}
    assert becomes(replanned)["C2"].due_at == later


def test_other_questions_at_the_same_hour():
    replanned = changed(stored("C1"), edited({"C2": {"questions": ("C2_PAIN",)}}))
    assert told(replanned) == {"C2": ChangeKind.CHANGED}
    assert becomes(replanned)["C2"].questions == ("C2_PAIN",)
    assert becomes(replanned)["C2"].due_at == utc("2026-11-03T10:00:00-06:00")


def test_what_is_removed_is_cancelled_with_its_reason_and_described_by_its_own_version():
    replanned = changed(stored("C1"), edited(without=["C3"]))
    gone = becomes(replanned)["C3"]
    assert (gone.state, gone.reason) == (CheckInState.CANCELLED, "removed from the schedule")
    assert (gone.schedule_version, gone.closed_at, gone.unanswered_at) == (1, NOW, None)
    assert told(replanned) == {"C3": ChangeKind.CANCELLED}


def test_what_is_removed_and_comes_back_is_planned_again():
    removed = {"state": CheckInState.CANCELLED, "reason": SkipReason.REMOVED.value, "closed_at": T0}
    replanned = changed(stored("C1", C3=removed), SCHEDULE, basis(edited(without=["C3"])))
    back = becomes(replanned)["C3"]
    assert (back.state, back.reason, back.closed_at) == (CheckInState.PLANNED, None, None)
    assert told(replanned) == {"C3": ChangeKind.ADDED}


@pytest.mark.parametrize("reason", [SkipReason.NEWER_INFUSION, SkipReason.OPTED_OUT, SkipReason.INFUSION_CANCELLED])
def test_what_was_cancelled_for_another_reason_stays_cancelled(reason):
    cancelled = {"state": CheckInState.CANCELLED, "reason": reason.value}
    replanned = changed(stored("C1", C3=cancelled), edited({"C3": at(5, "11:00")}))
    assert told(replanned) == {}
    assert "C3" not in becomes(replanned)


def test_what_is_new_is_added_if_its_time_is_to_come():
    first = line_of("C3")
    more = [
        replace(first, key="D1", timing=OnDay(day=0, at=time(9))),
        replace(first, key="D2", timing=at(2, "11:00")["timing"]),
    ]
    replanned = changed(stored("C1"), edited(more=more))
    assert [line.key for line in replanned.added] == ["D2"]
    assert told(replanned) == {"D2": ChangeKind.ADDED}


@pytest.mark.parametrize(
    ("circumstances", "added"),
    [({}, ["D1", "D2"]), ({"retired": True}, ["D1"]), ({"history": True}, [])],
    ids=["running", "a newer infusion", "history"],
)
def test_a_retired_course_gets_safety_check_ins_only(circumstances, added):
    later = at(2, "11:00")
    more = [replace(line_of("C2"), key="D1", **later), replace(line_of("C3"), key="D2", **later)]
    assert [line.key for line in changed(stored("C1"), edited(more=more), **circumstances).added] == added


def test_a_course_that_ended_in_silence_gets_nothing_new():
    silent = {"state": CheckInState.CANCELLED, "reason": SkipReason.SILENT.value}
    more = [replace(line_of("C3"), key="D2", timing=OnDay(day=9, at=time(11)))]
    assert changed(stored("C1", C6={**silent}), edited(more=more)).added == ()


def test_an_hour_that_has_passed_makes_it_due_unless_its_end_has_passed_too():
    now = utc("2026-11-03T09:30:00-06:00")
    replanned = changed(
        stored("C1"),
        edited({"C2": at(1, "09:00"), "C3": {**at(1, "09:00"), "closes": CloseSpec(at=time(9, 20))}}),
        now=now,
    )
    assert told(replanned) == {"C2": ChangeKind.DUE, "C3": ChangeKind.PASSED}
    assert becomes(replanned)["C2"].state is CheckInState.PLANNED
    passed = becomes(replanned)["C3"]
    assert (passed.state, passed.reason) == (CheckInState.SKIPPED, "its new time has passed")


def test_nobody_is_told_of_silence_the_moment_a_check_in_becomes_due():
    timing = line_of("C1").timing
    assert isinstance(timing, AfterInfusion)
    sooner = replace(timing, after=timedelta(minutes=30), not_before=timedelta(minutes=30))
    now = T0 + timedelta(hours=3, minutes=30)
    replanned = changed(stored(), edited({"C1": {"timing": sooner}}), now=now)
    row = becomes(replanned)["C1"]
    assert told(replanned)["C1"] is ChangeKind.DUE
    assert row.unanswered_at is not None
    assert now + timedelta(hours=1) < row.unanswered_at <= row.closes_at


def test_silence_that_was_told_is_not_told_again():
    timing = line_of("C1").timing
    assert isinstance(timing, AfterInfusion)
    replanned = changed(
        stored(C1={"unanswered_at": None}),
        edited({"C1": {"timing": replace(timing, after=timedelta(hours=3))}}),
        now=T0 + timedelta(hours=1),
    )
    assert becomes(replanned)["C1"].unanswered_at is None


def test_another_zone_moves_every_hour_of_the_day():
    replanned = changed(stored("C1"), basis(zone="America/New_York"))
    assert becomes(replanned)["C2"].due_at == utc("2026-11-03T10:00:00-05:00")
    assert becomes(replanned)["C6-2"].due_at == utc("2026-12-28T11:00:00-05:00")


def test_a_corrected_end_moves_and_may_make_history():
    ended = infusion(T0 - timedelta(days=4), recorded_at=T0)
    replanned = changed(stored(), basis(infusion=ended), history=True)
    assert {row.reason for row in becomes(replanned).values()} == {"history"}
    back: dict[str, Any] = {
        key.replace("-", "_"): {"state": CheckInState.SKIPPED, "reason": "history"} for key in course_lines(basis())
    }
    again = changed(stored(**back), basis(), basis(infusion=ended), now=T0)
    assert {row.state for row in becomes(again).values()} == {CheckInState.PLANNED}


def test_a_clinic_that_nobody_answers_in_the_evening_no_longer_asks_then():
    quiet = basis(clinic=clinic(Coverage.BUSINESS_HOURS))
    replanned = changed(stored(), quiet, now=T0)
    row = becomes(replanned)["C1"]
    assert (row.state, row.reason, row.unanswered_at) == (
        CheckInState.SKIPPED,
        "nobody reachable that evening",
        None,
    )
    with_service = basis(clinic=clinic(Coverage.BUSINESS_HOURS, answering_service=True))
    assert changed(stored(), with_service, now=T0).changes == ()


# --- names -------------------------------------------------------------------------------------

RENAMED = edited({"C6": {"key": "MONTH", "renamed_from": "C6"}, "C2": {"key": "DAWN", "renamed_from": "C2"}})


def test_a_new_name_keeps_the_check_in_and_its_repetitions():
    rows = stored("C1")
    replanned = changed(rows, RENAMED, becomes=renames(SCHEDULE, RENAMED))
    assert replanned.changes == ()
    assert replanned.added == ()
    ids = {step.after.id: step.after.key for step in replanned.steps}
    assert (ids["c2"], ids["c6"], ids["c6-2"]) == ("DAWN", "MONTH", "MONTH-2")


def test_a_check_in_sent_under_its_former_name_is_not_sent_under_the_new_one():
    later = edited({"C2": {"key": "DAWN", "renamed_from": "C2", **at(1, "18:00")}})
    now = utc("2026-11-03T11:00:00-06:00")
    replanned = changed(stored("C1", "C2"), later, now=now, becomes=renames(SCHEDULE, later))
    assert told(replanned) == {"DAWN": ChangeKind.SENT}
    assert replanned.added == ()


def test_going_back_to_a_former_name_is_a_new_name_too():
    assert renames(SCHEDULE, RENAMED) == {"C2": "DAWN", "C6": "MONTH"}
    assert renames(RENAMED, SCHEDULE) == {"DAWN": "C2", "MONTH": "C6"}
    assert renamed("MONTH-3", renames(RENAMED, SCHEDULE)) == "C6-3"
    assert renames(SCHEDULE, SCHEDULE) == {}
    assert renames(RENAMED, RENAMED) == {}


def test_a_name_that_another_check_in_had_is_a_clash():
    taken = edited({"C4": {"key": "C3", "renamed_from": "C4"}}, without=["C3"])
    assert name_clashes(SCHEDULE, taken) == ("C3",)
    assert name_clashes(SCHEDULE, RENAMED) == ()


def test_the_longest_course_is_a_year():
    assert longest_course(CONFIGURATION) > timedelta(days=28 + 12 * 28)


# --- always ------------------------------------------------------------------------------------

MOMENTS = st.integers(0, 40 * 24).map(lambda hours: T0 + timedelta(hours=hours))
EDITS = st.dictionaries(
    st.sampled_from(["C2", "C3", "C4", "C5", "C6"]),
    st.builds(lambda day, hour: {"timing": OnDay(day=day, at=time(hour))}, st.integers(0, 40), st.integers(9, 19)),
)


@given(EDITS, st.sets(st.sampled_from(["C2", "C3", "C4", "C5", "C6"])), MOMENTS)
def test_no_step_is_repeated_and_none_to_come_is_lost(changes, without, now):
    after = edited(changes, without=without)
    rows = [_as_of(row, now) for row in stored()]
    replanned = changed(rows, after, now=now)
    by_id = {step.before.id: step.after for step in replanned.steps}
    sent = {row.key for row in rows if row.asked_at is not None}
    assert not {row.key for row in rows if row.id in by_id and row.asked_at is not None}
    pending = {row.key for row in by_id.values() if row.state is CheckInState.PLANNED}
    pending |= {line.key for line in replanned.added}
    assert not pending & sent
    to_come = {key for key, line in course_lines(basis(after)).items() if line.due_at > now and key not in sent}
    assert to_come <= pending


def _as_of(row: CheckIn, now: datetime) -> CheckIn:
    if row.due_at > now:
        return row
    return replace(row, state=CheckInState.EXPIRED, asked_at=row.due_at, sent_at=row.due_at, unanswered_at=None)


def test_the_moment_is_aware():
    assert NOW.tzinfo is UTC
