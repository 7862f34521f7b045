"""A course under way when the schedule, the patient's zone or a fact of the infusion changes: what moves, what stays.

`services.revising` carries it out and `services.preview_schedules` shows it, both from the same `replan`: what was
shown is what happens. Check-ins that were asked are never touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from followup.domain.infusion import Infusion
from followup.domain.plan import CheckIn, CheckInState, Plan
from followup.domain.planning import PlannedCheckIn, SkipReason, plan_check_ins
from followup.domain.schedule import CheckInSpec, Clinic, Configuration, OnDay, Schedule

#: Reasons for which a check-in was left out when it was planned; with another time it may be asked after all.
_LEFT_OUT_WHEN_PLANNED = frozenset(
    {
        SkipReason.BEGAN_LATE.value,
        SkipReason.NO_HOUR_LEFT.value,
        SkipReason.NOBODY_REACHABLE.value,
        SkipReason.TIME_PASSED.value,
        SkipReason.HISTORY.value,
    }
)
#: No repetition of any course lies further from its infusion than its day and this.
_SLACK = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What the times of a course follow from."""

    infusion: Infusion
    schedule: Schedule
    clinic: Clinic
    zone: str
    discharge_gap: timedelta


class ChangeKind(StrEnum):
    """What becomes of one check-in. Stable text: it is shown."""

    MOVED = "moves"
    DUE = "becomes due"  # its new time has passed and its end has not: it is asked at once
    CHANGED = "changes"  # other questions, or another end, at the same time
    CANCELLED = "cancelled"
    PASSED = "not asked"  # its new time is over, or there is none
    ADDED = "added"
    SENT = "already sent"  # the change would have touched it, and does not


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One check-in that a change touches, or would have. `was` and `becomes` are due times; `key` is its new name."""

    kind: ChangeKind
    key: str
    was: datetime | None = None
    becomes: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One stored check-in as it stands and as it shall stand."""

    before: CheckIn
    after: CheckIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Replanned:
    """A plan as it shall stand: rows to replace, lines to add, and what a person would call changes."""

    plan: Plan
    revision_before: int
    steps: tuple[Step, ...]
    added: tuple[PlannedCheckIn, ...]
    changes: tuple[Change, ...]

    @property
    def moves_something(self) -> bool:
        """Whether the patient will notice: something is sent at another time, not sent, or sent in addition."""
        return any(change.kind is not ChangeKind.SENT for change in self.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What else decides. `known_as`: check-in id -> its name under the plan's version, where it was renamed since.

    `becomes`: former name -> present name of a check-in, without repetition. `retired`: a newer infusion has taken
    over everything but safety check-ins. `history`: the infusion was recorded too late for anything to be sent.
    """

    version: int
    now: datetime
    known_as: Mapping[str, str] = field(default_factory=dict)
    becomes: Mapping[str, str] = field(default_factory=dict)
    retired: bool = False
    history: bool = False


def replan(
    plan: Plan, check_ins: Sequence[CheckIn], before: Basis | None, after: Basis, circumstances: Circumstances
) -> Replanned:
    """The plan under `after`. `before` is what its times follow from now; None where that cannot be told any more."""
    return _Replanning(plan, check_ins, before, after, circumstances).done()


def renames(before: Schedule, after: Schedule) -> dict[str, str]:
    """Former name -> new name of the check-ins that `after` calls otherwise; going back to a former name counts."""
    old, new = {spec.key for spec in before.check_ins}, {spec.key for spec in after.check_ins}
    forward = {
        spec.renamed_from: spec.key
        for spec in after.check_ins
        if spec.renamed_from is not None and spec.renamed_from in old and spec.renamed_from not in new
    }
    back = {
        spec.key: spec.renamed_from
        for spec in before.check_ins
        if spec.renamed_from is not None
        and spec.renamed_from in new
        and spec.renamed_from not in old
        and spec.key not in new
    }
    return back | forward


def name_clashes(before: Schedule, after: Schedule) -> tuple[str, ...]:
    """Check-ins of `after` renamed to a name that another check-in of `before` has: nobody could tell them apart."""
    old = {spec.key for spec in before.check_ins}
    return tuple(
        spec.key
        for spec in after.check_ins
        if spec.renamed_from in old and spec.key in old and spec.renamed_from != spec.key
    )


def renamed(key: str, becomes: Mapping[str, str]) -> str:
    """The present name of a check-in; a repetition (`C6-2`) follows its check-in."""
    base, dash, repetition = key.partition("-")
    return f"{becomes.get(base, base)}{dash}{repetition}"


def longest_course(configuration: Configuration) -> timedelta:
    """How long after its infusion a course can still have something to send."""
    courses = (*configuration.schedules.values(), configuration.safety_course)
    days = [_last_day(spec) for course in courses for spec in course.check_ins]
    return timedelta(days=max(days, default=0)) + _SLACK


def _last_day(spec: CheckInSpec) -> int:
    first = spec.timing.day if isinstance(spec.timing, OnDay) else 0
    return first + (spec.repetitions - 1) * (spec.repeat_every or 0)


def course_lines(basis: Basis) -> dict[str, PlannedCheckIn]:
    """Every check-in of the course by name, as if it were planned at the end of the infusion."""
    lines = plan_check_ins(
        basis.infusion,
        basis.schedule,
        basis.clinic,
        zone=basis.zone,
        now=basis.infusion.ended_at,
        discharge_gap=basis.discharge_gap,
        history_after=timedelta.max,
    )
    return {line.key: line for line in lines}


class _Replanning:
    """One pass over a plan; every check-in is looked at once."""

    def __init__(
        self, plan: Plan, check_ins: Sequence[CheckIn], before: Basis | None, after: Basis, circumstances: Circumstances
    ) -> None:
        self._plan = replace(
            plan,
            schedule=after.schedule.key,
            schedule_version=circumstances.version,
            revision=plan.revision + 1,
        )
        self._revision_before = plan.revision
        self._check_ins = check_ins
        self._before = course_lines(before) if before is not None else {}
        self._after = course_lines(after)
        self._schedule = after.schedule
        self._at = circumstances
        self._silent = any(one.reason == SkipReason.SILENT.value for one in check_ins)
        self._steps: list[Step] = []
        self._changes: list[Change] = []

    def done(self) -> Replanned:
        """What becomes of the plan."""
        taken = {check_in.key for check_in in self._check_ins}
        for check_in in self._check_ins:
            former = self._at.known_as.get(check_in.id, check_in.key)
            key = renamed(former, self._at.becomes)
            taken.add(key)
            self._look_at(check_in, key, self._before.get(former), self._after.get(key))
        added = tuple(line for key, line in self._after.items() if key not in taken and self._begins(line))
        self._changes += [Change(kind=ChangeKind.ADDED, key=line.key, becomes=line.due_at) for line in added]
        return Replanned(
            plan=self._plan,
            revision_before=self._revision_before,
            steps=tuple(self._steps),
            added=added,
            changes=tuple(self._changes),
        )

    def _look_at(self, check_in: CheckIn, key: str, was: PlannedCheckIn | None, line: PlannedCheckIn | None) -> None:
        if check_in.asked_at is not None or check_in.sent_at is not None:
            self._asked_already(check_in, key, was, line)
        elif check_in.state is CheckInState.PLANNED:
            self._planned(check_in, key, was, line)
        elif line is not None and self._comes_back(check_in, was, line):
            back = replace(
                self._at_line(check_in, line),
                state=CheckInState.PLANNED,
                reason=None,
                closed_at=None,
                unanswered_at=line.unanswered_at,
            )
            self._change(check_in, back, Change(kind=ChangeKind.ADDED, key=key, becomes=line.due_at))

    def _asked_already(
        self, check_in: CheckIn, key: str, was: PlannedCheckIn | None, line: PlannedCheckIn | None
    ) -> None:
        touched = was is not None and (line is None or not _same(was, line))
        if touched:
            becomes = line.due_at if line is not None else None
            self._changes.append(Change(kind=ChangeKind.SENT, key=key, was=check_in.due_at, becomes=becomes))

    def _planned(self, check_in: CheckIn, key: str, was: PlannedCheckIn | None, line: PlannedCheckIn | None) -> None:
        if line is None:
            self._end(check_in, key, CheckInState.CANCELLED, SkipReason.REMOVED)
        elif self._at.history:
            self._end(check_in, key, CheckInState.SKIPPED, SkipReason.HISTORY)
        elif line.state is not CheckInState.PLANNED:
            self._end(check_in, key, line.state, line.reason or SkipReason.NO_HOUR_LEFT, line.unanswered_at)
        elif _same(was or _as_line(check_in), line):
            self._steps.append(Step(before=check_in, after=self._renewed(check_in, key)))
        elif _due(was, check_in) == line.due_at:
            self._same_hour(check_in, was, line)
        else:
            self._move(check_in, was, line)

    def _same_hour(self, check_in: CheckIn, was: PlannedCheckIn | None, line: PlannedCheckIn) -> None:
        """Other questions or another end; a check-in that was put off stays put off."""
        if line.closes_at <= self._at.now:
            self._pass_by(check_in, line)
            return
        changed = replace(self._at_line(check_in, line), due_at=check_in.due_at, unanswered_at=check_in.unanswered_at)
        if was is None or was.unanswered_at != line.unanswered_at:
            changed = replace(changed, unanswered_at=self._unanswered(check_in, was, line))
        self._change(
            check_in,
            changed,
            Change(kind=ChangeKind.CHANGED, key=line.key, was=check_in.due_at, becomes=check_in.due_at),
        )

    def _move(self, check_in: CheckIn, was: PlannedCheckIn | None, line: PlannedCheckIn) -> None:
        if line.closes_at <= self._at.now:
            self._pass_by(check_in, line)
            return
        moved = replace(self._at_line(check_in, line), unanswered_at=self._unanswered(check_in, was, line))
        kind = ChangeKind.DUE if line.due_at <= self._at.now else ChangeKind.MOVED
        self._change(check_in, moved, Change(kind=kind, key=line.key, was=check_in.due_at, becomes=line.due_at))

    def _pass_by(self, check_in: CheckIn, line: PlannedCheckIn) -> None:
        told = max(line.unanswered_at, self._at.now) if line.unanswered_at is not None else None
        self._end(check_in, line.key, CheckInState.SKIPPED, SkipReason.TIME_PASSED, told, line.due_at)

    def _unanswered(self, check_in: CheckIn, was: PlannedCheckIn | None, line: PlannedCheckIn) -> datetime | None:
        """Told once only; and nobody is told that a check-in is unanswered the moment it is asked."""
        told_already = check_in.unanswered_at is None and was is not None and was.unanswered_at is not None
        if line.unanswered_at is None or told_already:
            return None
        patience = line.unanswered_at - line.due_at
        return (
            max(line.unanswered_at, min(self._at.now + patience, line.closes_at))
            if (line.due_at <= self._at.now)
            else line.unanswered_at
        )

    def _end(
        self,
        check_in: CheckIn,
        key: str,
        state: CheckInState,
        reason: SkipReason,
        unanswered_at: datetime | None = None,
        becomes: datetime | None = None,
    ) -> None:
        ended = replace(
            self._renewed(check_in, key),
            state=state,
            reason=reason.value,
            closed_at=self._at.now,
            unanswered_at=unanswered_at,
        )
        kind = ChangeKind.CANCELLED if state is CheckInState.CANCELLED else ChangeKind.PASSED
        self._change(check_in, ended, Change(kind=kind, key=key, was=check_in.due_at, becomes=becomes))

    def _change(self, before: CheckIn, after: CheckIn, change: Change) -> None:
        self._steps.append(Step(before=before, after=after))
        self._changes.append(change)

    def _renewed(self, check_in: CheckIn, key: str) -> CheckIn:
        # What ends here ends under the version that planned it: only there is it still described.
        return (
            replace(check_in, key=key, schedule_version=self._plan.schedule_version, revision=self._plan.revision)
            if key in self._after
            else check_in
        )

    def _at_line(self, check_in: CheckIn, line: PlannedCheckIn) -> CheckIn:
        return replace(
            self._renewed(check_in, line.key), due_at=line.due_at, closes_at=line.closes_at, questions=line.questions
        )

    def _comes_back(self, check_in: CheckIn, was: PlannedCheckIn | None, line: PlannedCheckIn) -> bool:
        """Whether what was removed, or left out when planned, has a time to come now."""
        removed = check_in.state is CheckInState.CANCELLED and check_in.reason == SkipReason.REMOVED.value
        left_out = check_in.state is CheckInState.SKIPPED and check_in.reason in _LEFT_OUT_WHEN_PLANNED
        other = removed or (left_out and (was is None or not _same(was, line)))
        return other and self._begins(line)

    def _begins(self, line: PlannedCheckIn) -> bool:
        """Whether a check-in that the plan did not have is taken up: never one whose time has passed."""
        if self._at.history or self._silent or line.state is not CheckInState.PLANNED or line.due_at <= self._at.now:
            return False
        spec = self._schedule.check_in(line.key)
        return not self._at.retired or (spec is not None and spec.safety)


def _same(one: PlannedCheckIn, other: PlannedCheckIn) -> bool:
    return replace(one, key="") == replace(other, key="")


def _as_line(check_in: CheckIn) -> PlannedCheckIn:
    return PlannedCheckIn(
        key=check_in.key,
        due_at=check_in.due_at,
        closes_at=check_in.closes_at,
        questions=check_in.questions,
        unanswered_at=check_in.unanswered_at,
    )


def _due(was: PlannedCheckIn | None, check_in: CheckIn) -> datetime:
    return was.due_at if was is not None else check_in.due_at
