"""A plan under way -> the same plan under another version, zone or fact: worked out, and stored by compare-and-set.

What publishing, asking, corrections and changes of demographics share. `work_out` only reads, so that a preview shows
exactly what `revise` will do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from followup.domain.infusion import Infusion
from followup.domain.people import Patient
from followup.domain.plan import CheckIn, CheckInState, Plan
from followup.domain.planning import PlannedCheckIn, SkipReason
from followup.domain.replanning import Basis, Circumstances, Replanned, renamed, renames, replan
from followup.domain.schedule import Clinic, Configuration, Schedule
from followup.errors import BadInput, Conflict, NotFound
from followup.ids import new_id
from followup.services.context import ContentBook, Published
from followup.storage.unit_of_work import UnitOfWork


class PlanMoved(Conflict):
    """Somebody else changed the plan at the same moment; nothing was stored. Load it and work it out again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What a plan followed from until now, where that is no longer what is stored; None: as it is stored."""

    infusion: Infusion | None = None
    zone: str | None = None


def lock_plan(uow: UnitOfWork, plan_id: str) -> None:
    """Until this unit of work is over, nobody else asks a check-in of the plan or plans it anew."""
    uow.serialize(f"plan {plan_id}")


class Reviser:
    """Plans courses anew under one version, `target`. For one unit of work after the other, in one thread.

    `target` may be a version that is not published yet: then only `work_out` makes sense.
    """

    def __init__(self, book: ContentBook, target: Published, renaming: frozenset[int]) -> None:
        """`renaming`: the versions in whose file a check-in is renamed."""
        self._target = target
        self._lineage = _Lineage(book, target, renaming)

    @classmethod
    def to(cls, book: ContentBook, target: Published, uow: UnitOfWork) -> Reviser:
        """The reviser to `target`; reads which versions rename check-ins."""
        return cls(book, target, uow.versions.mentioning("renamed_from"))

    def work_out(self, uow: UnitOfWork, plan: Plan, now: datetime, before: Before | None = None) -> Replanned | None:
        """What becomes of a plan; None where its patient, infusion or clinic is gone, or it was withdrawn."""
        infusion, patient = uow.infusions.get(plan.infusion), uow.patients.get(plan.patient)
        configuration = self._target.content.configuration
        clinic = configuration.clinics.get(plan.clinic)
        if infusion is None or patient is None or clinic is None or infusion.cancelled_at is not None:
            return None
        changed = before or Before()
        check_ins = uow.check_ins.of_plan(plan.id)
        after = _basis(configuration, course_of(configuration, infusion), clinic, infusion, patient.timezone)
        return replan(
            plan,
            check_ins,
            self._basis_before(plan, infusion, patient, changed),
            after,
            Circumstances(
                version=self._target.version,
                now=now,
                known_as=self._lineage.known_as(check_ins, plan, infusion),
                becomes=self._lineage.between(plan.schedule_version, self._target.version, infusion),
                retired=_is_retired(uow, infusion),
                history=_is_history(infusion, check_ins, configuration, corrected=changed.infusion is not None),
            ),
        )

    def revise(self, uow: UnitOfWork, plan: Plan, now: datetime, before: Before | None = None) -> Replanned | None:
        """Store what becomes of a plan inside the caller's transaction, which holds its lock. Raises PlanMoved."""
        replanned = self.work_out(uow, plan, now, before)
        if replanned is None:
            _store_plan(uow, replace(plan, schedule_version=self._target.version, revision=plan.revision + 1), plan)
            return None
        _store_plan(uow, replanned.plan, plan)
        for step in replanned.steps:
            if not uow.check_ins.update(step.after, expected=step.before.state):
                raise PlanMoved("a check-in was changed at the same moment; try again")
        uow.check_ins.add_many([_row(replanned.plan, line) for line in replanned.added])
        uow.wake("check_in")
        return replanned

    def _basis_before(self, plan: Plan, infusion: Infusion, patient: Patient, before: Before) -> Basis | None:
        configuration = self._lineage.configuration(plan.schedule_version)
        clinic = configuration.clinics.get(plan.clinic) if configuration else None
        schedule = configuration.schedule(plan.schedule) if configuration else None
        if configuration is None or clinic is None or schedule is None:
            return None
        return _basis(configuration, schedule, clinic, before.infusion or infusion, before.zone or patient.timezone)


def course_of(configuration: Configuration, infusion: Infusion) -> Schedule:
    """The schedule of an infusion; the safety course where none matches."""
    return configuration.schedule_for(infusion.treatment, infusion.indication) or configuration.safety_course


class _Lineage:
    """The names that check-ins had and have, from version to version."""

    def __init__(self, book: ContentBook, target: Published, renaming: frozenset[int]) -> None:
        self._book = book
        self._target = target
        in_target = "renamed_from" in target.content.schedules_text
        self._renaming = renaming | ({target.version} if in_target else frozenset())

    def configuration(self, version: int) -> Configuration | None:
        """A version's configuration; None where this program can no longer read it."""
        if version == self._target.version:
            return self._target.content.configuration
        try:
            return self._book.version(version).configuration
        except (NotFound, BadInput):
            return None

    def between(self, old: int, new: int, infusion: Infusion) -> dict[str, str]:
        """Name under version `old` -> name under `new`, of the check-ins that were renamed meanwhile."""
        becomes: dict[str, str] = {}
        for version in range(old + 1, new + 1):
            if not self._renaming & {version - 1, version}:
                continue
            step = self._step(version, infusion)
            becomes = {former: step.get(name, name) for former, name in becomes.items()} | {
                former: name for former, name in step.items() if former not in becomes.values()
            }
        return becomes

    def known_as(self, check_ins: tuple[CheckIn, ...], plan: Plan, infusion: Infusion) -> Mapping[str, str]:
        """The names, under the plan's version, of check-ins that were asked under an earlier one."""
        return {
            one.id: renamed(one.key, self.between(one.schedule_version, plan.schedule_version, infusion))
            for one in check_ins
            if one.schedule_version < plan.schedule_version
        }

    def _step(self, version: int, infusion: Infusion) -> dict[str, str]:
        before, after = self.configuration(version - 1), self.configuration(version)
        if before is None or after is None:
            return {}
        return renames(course_of(before, infusion), course_of(after, infusion))


def _basis(configuration: Configuration, schedule: Schedule, clinic: Clinic, infusion: Infusion, zone: str) -> Basis:
    return Basis(
        infusion=infusion, schedule=schedule, clinic=clinic, zone=zone, discharge_gap=configuration.discharge_gap
    )


def _is_retired(uow: UnitOfWork, infusion: Infusion) -> bool:
    """Whether a newer infusion of the same treatment has taken over."""
    return any(
        other.treatment == infusion.treatment
        and other.cancelled_at is None
        and other.id != infusion.id
        and (other.ended_at, other.recorded_at) > (infusion.ended_at, infusion.recorded_at)
        for other in uow.infusions.of_patient(infusion.patient)
    )


def _is_history(
    infusion: Infusion, check_ins: tuple[CheckIn, ...], configuration: Configuration, *, corrected: bool
) -> bool:
    """An edit never makes history of a course, nor a course of history; a corrected hour may do either."""
    if corrected:
        return infusion.recorded_at - infusion.ended_at > configuration.history_after
    return any(one.reason == SkipReason.HISTORY.value for one in check_ins)


def _store_plan(uow: UnitOfWork, plan: Plan, before: Plan) -> None:
    if not uow.plans.update(plan, expected_revision=before.revision):
        raise PlanMoved("the plan was changed at the same moment; try again")


def _row(plan: Plan, line: PlannedCheckIn) -> CheckIn:
    return CheckIn(
        id=new_id(),
        clinic=plan.clinic,
        plan=plan.id,
        patient=plan.patient,
        infusion=plan.infusion,
        key=line.key,
        due_at=line.due_at,
        closes_at=line.closes_at,
        remind_at=None,
        state=CheckInState.PLANNED,
        schedule_version=plan.schedule_version,
        revision=plan.revision,
        questions=line.questions,
        unanswered_at=line.unanswered_at,
    )
