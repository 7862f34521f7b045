"""Due rows of plans: check-ins are asked, reminded of once, and closed. Called by the worker's ticker."""

from __future__ import annotations

from followup.domain.plan import CheckIn, CheckInState
from followup.services.asking import ask, remind
from followup.services.check_in_scene import CheckInScene
from followup.services.closing import close, tell_if_unanswered
from followup.services.context import Context, clinic_of
from followup.services.revising import PlanMoved, Reviser, lock_plan


def send_due_checkins(context: Context, limit: int = 100) -> int:
    """Move every due check-in one step on; returns how many rows moved. One transaction a row."""
    with context.store.read() as uow:
        due = uow.check_ins.due(context.clock.now(), limit)
    return sum(_move(context, check_in) for check_in in due)


def _move(context: Context, seen: CheckIn) -> bool:
    now = context.clock.now()
    published = context.content.current()
    with context.store.write() as uow:
        if seen.state is CheckInState.PLANNED:
            lock_plan(uow, seen.plan)
        check_in = uow.check_ins.get(seen.id)
        due = check_in.next_action_at if check_in else None
        patient = uow.patients.get(seen.patient)
        if check_in is None or patient is None or due is None or due > now:
            return False
        scene = CheckInScene(
            uow=uow,
            book=context.content,
            published=published,
            clinic=clinic_of(published.content.configuration, patient.clinic),
            patient=patient,
            now=now,
        )
        try:
            _step(scene, check_in)
        except PlanMoved:
            return False  # the next round sees the plan as it is then
        uow.commit()
    return True


def _is_behind(scene: CheckInScene, check_in: CheckIn) -> bool:
    """A plan that a newer version has left behind asks nothing: it is planned anew first, here and now."""
    if check_in.state is not CheckInState.PLANNED:
        return False
    plan = scene.uow.plans.get(check_in.plan)
    latest = scene.uow.versions.latest_number()
    if plan is None or plan.schedule_version >= latest:
        return False
    if scene.published.version == latest:  # else it came into force just now; the next round sees it
        Reviser.to(scene.book, scene.published, scene.uow).revise(scene.uow, plan, scene.now)
    return True


def _step(scene: CheckInScene, check_in: CheckIn) -> None:
    if check_in.unanswered_at is not None and check_in.unanswered_at <= scene.now:
        check_in = tell_if_unanswered(scene, check_in)
    following = check_in.next_action_at
    if following is None or following > scene.now:
        return
    if check_in.state is CheckInState.PLANNED:
        if not _is_behind(scene, check_in):
            ask(scene, check_in)
    elif check_in.closes_at <= scene.now:
        close(scene, check_in)
    else:
        remind(scene, check_in)
