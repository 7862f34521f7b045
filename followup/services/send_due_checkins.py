"""Due rows of plans: check-ins are asked, reminded of once, and closed. Called by the worker's ticker."""

from __future__ import annotations

from followup.domain.plan import CheckIn, CheckInState
from followup.services.asking import ask, remind
from followup.services.check_in_scene import CheckInScene
from followup.services.closing import close, tell_if_unanswered
from followup.services.context import Context, clinic_of


def send_due_checkins(context: Context, limit: int = 100) -> int:
    """Move every due check-in one step on; returns how many rows moved. One transaction a row."""
    with context.store.read() as uow:
        due = uow.check_ins.due(context.clock.now(), limit)
    return sum(_move(context, check_in) for check_in in due)


def _move(context: Context, seen: CheckIn) -> bool:
    now = context.clock.now()
    published = context.content.current()
    with context.store.write() as uow:
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
        _step(scene, check_in)
        uow.commit()
    return True


def _step(scene: CheckInScene, check_in: CheckIn) -> None:
    if check_in.unanswered_at is not None and check_in.unanswered_at <= scene.now:
        check_in = tell_if_unanswered(scene, check_in)
    following = check_in.next_action_at
    if following is None or following > scene.now:
        return
    if check_in.state is CheckInState.PLANNED:
        ask(scene, check_in)
    elif check_in.closes_at <= scene.now:
        close(scene, check_in)
    else:
        remind(scene, check_in)
