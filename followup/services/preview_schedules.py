"""What publishing a content would do: what is less safe, whose check-ins move, and whether it must wait for a person.

`followup schedules diff` shows it, `watch_schedules` decides by it. Each plan is worked out by the very code that
plans it anew once the content is published, so that what was shown is what happens.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from followup.content.loader import Content, locate
from followup.domain.replanning import Change, ChangeKind, Replanned, longest_course, name_clashes
from followup.domain.safety_diff import weakenings
from followup.domain.schedule import Configuration
from followup.errors import Problem
from followup.services.context import ContentBook, Published
from followup.services.revising import Reviser
from followup.storage.store import Store
from followup.storage.unit_of_work import UnitOfWork

_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientChange:
    """One check-in of one patient. `patient` and `infusion` are the clinic's own ids, `zone` the patient's."""

    patient: str
    infusion: str
    zone: str
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would come of publishing a content at this moment.

    `weaker`: what is less safe, each at its place in the file. `impossible`: what must not be published at all.
    `waits`: why a running service does not take it by itself; empty where it does. `plans_moved`: how many courses
    under way a patient would notice it in.
    """

    version: int
    content_hash: str
    in_force: bool
    weaker: tuple[Problem, ...]
    impossible: tuple[Problem, ...]
    waits: tuple[str, ...]
    plans_moved: int
    changes: tuple[PatientChange, ...]


def preview(store: Store, book: ContentBook, content: Content, now: datetime) -> Preview:
    """What publishing `content` at `now` would do. Nothing is written."""
    published = book.current()
    before, after = published.content.configuration, content.configuration
    in_force = content.content_hash == published.content.content_hash
    with store.read() as uow:
        target = Published(version=uow.versions.latest_number() + 1, content=content)
        planned = () if in_force else tuple(_plans(uow, Reviser.to(book, target, uow), target, now))
        impossible = tuple(_impossible(uow, content, before, after))
    weaker = tuple(
        Problem(at=locate(content, found.path), message=found.message) for found in weakenings(before, after)
    )
    moved = sum(replanned.moves_something for replanned, _ in planned)
    return Preview(
        version=published.version,
        content_hash=content.content_hash,
        in_force=in_force,
        weaker=() if in_force else weaker,
        impossible=impossible,
        waits=() if in_force else tuple(_why_it_waits(before, after, weaker, moved)),
        plans_moved=moved,
        changes=tuple(change for _, changes in planned for change in changes),
    )


def _plans(
    uow: UnitOfWork, reviser: Reviser, target: Published, now: datetime
) -> Iterator[tuple[Replanned, tuple[PatientChange, ...]]]:
    since = now - longest_course(target.content.configuration)
    after = ""
    while plans := uow.plans.under_way(since, after, _PAGE):
        after = plans[-1].id
        for plan in plans:
            replanned = reviser.work_out(uow, plan, now)
            if replanned is not None and replanned.changes:
                yield replanned, _named(uow, replanned)


def _named(uow: UnitOfWork, replanned: Replanned) -> tuple[PatientChange, ...]:
    patient, infusion = uow.patients.get(replanned.plan.patient), uow.infusions.get(replanned.plan.infusion)
    if patient is None or infusion is None:
        return ()
    return tuple(
        PatientChange(patient=patient.external_id, infusion=infusion.external_id, zone=patient.timezone, change=change)
        for change in replanned.changes
    )


def _why_it_waits(
    before: Configuration, after: Configuration, weaker: tuple[Problem, ...], moved: int
) -> Iterator[str]:
    if before.publish_by_hand or after.publish_by_hand:
        yield "every edit is published by hand"
    if weaker:
        first = f"{weaker[0].at}: {weaker[0].message}"
        yield f"it is less safe ({first}{f'; and {len(weaker) - 1} more' if len(weaker) > 1 else ''})"
    if moved > before.most_plans_moved:
        yield f"it changes {moved} running courses, more than {before.most_plans_moved}"


def _impossible(uow: UnitOfWork, content: Content, before: Configuration, after: Configuration) -> Iterator[Problem]:
    """What would leave patients without a clinic, or check-ins without a name of their own."""
    for key in before.clinics:
        if key not in after.clinics and uow.patients.list(key, 1, None):
            message = f"clinic `{key}` has patients and cannot be removed; keep it in the file"
            yield Problem(at=locate(content, ("clinics",)), message=message)
    for key, course in before.schedules.items():
        new = after.schedules.get(key)
        for name in name_clashes(course, new) if new is not None else ():
            message = f"`{name}` was another check-in until now; rename to a name that none has had"
            yield Problem(at=locate(content, ("schedules", key, "check_ins", name, "renamed_from")), message=message)


def in_words(kind: ChangeKind) -> str:
    """A kind of change, as a heading says it."""
    return _HEADINGS[kind]


_HEADINGS = {
    ChangeKind.MOVED: "move to another time",
    ChangeKind.DUE: "become due at once",
    ChangeKind.CHANGED: "ask something else or end at another time",
    ChangeKind.CANCELLED: "are cancelled: removed from the schedule",
    ChangeKind.PASSED: "are not asked any more: their new time is over",
    ChangeKind.ADDED: "are added",
    ChangeKind.SENT: "were already sent and stay as they are",
}
