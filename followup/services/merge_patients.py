"""Two of the clinic's ids are one person: everything of the second moves to the first, and can be moved back.

`followup patient merge` and `unmerge` call it. Either id finds the one patient from then on, also where the clinic's
system goes on sending the second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from followup.domain.effects import WRONG_NUMBER
from followup.domain.infusion import Infusion
from followup.domain.message import MessageState
from followup.domain.pacing import retired_by
from followup.domain.people import Channel, Patient, PatientDetails, PatientStatus
from followup.domain.plan import CheckInState
from followup.domain.planning import SkipReason
from followup.domain.schedule import Configuration, Schedule
from followup.errors import Conflict, NotFound
from followup.ids import new_id
from followup.services.context import Context, only_clinic
from followup.services.turns import address_turn
from followup.storage.merges import Merge
from followup.storage.unit_of_work import UnitOfWork

#: What one of two records says about a person holds for the person: the later of these wins.
_GRAVITY: Final = (
    PatientStatus.ACTIVE,
    PatientStatus.PAUSED,
    PatientStatus.IN_HOSPITAL,
    PatientStatus.LEFT_CARE,
    PatientStatus.DECEASED,
)
_GAPS: Final = ("phone", "email", "language")
#: Addresses can be told apart from everything else that begins an opt-out, so that unmerging lifts these alone.
_SOURCE: Final = "merge "


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a merge, or its undoing, did: rows moved by kind, check-ins retired (or planned again)."""

    kept: Patient
    other: Patient
    moved: Mapping[str, int]
    retired: int
    opted_out: tuple[str, ...]


def merge(context: Context, kept_id: str, other_id: str, *, clinic: str | None, actor: str) -> Merged:
    """Move everything of the patient `other_id` to the patient `kept_id`, in one transaction.

    Raises NotFound, and Conflict where both have an open check-in or an open alert of the same kind, where a message
    is on its way, or where they are one patient already.
    """
    now = context.clock.now()
    configuration = context.content.current().content.configuration
    key = only_clinic(configuration, clinic).key
    with context.store.write(urgent=True) as uow:
        kept, other = _known(uow, key, kept_id), _known(uow, key, other_id)
        uow.serialize(*_turns(kept, other))
        _check(uow, kept, other)
        record = _move(uow, configuration, kept, other, actor, now)
        uow.merges.add(record)
        uow.audit.append(
            at=now,
            actor=actor,
            action="patient.merged",
            subject="patient",
            subject_id=kept.id,
            detail={"merged": other.id, "merge": record.id},
            clinic=key,
        )
        for topic in ("check_in", "alerts"):
            uow.wake(topic)
        uow.commit()
    return _told(record, kept, other)


def unmerge(context: Context, other_id: str, *, clinic: str | None, actor: str) -> Merged:
    """Move back what came with `other_id`, and what has come to hang on its infusions since.

    What was recorded since for the patient as a whole stays with the kept record. Raises NotFound, Conflict.
    """
    now = context.clock.now()
    key = only_clinic(context.content.current().content.configuration, clinic).key
    with context.store.write(urgent=True) as uow:
        other = uow.patients.recorded_as(key, other_id)
        record = None if other is None else uow.merges.of(other.id)
        kept = None if record is None else uow.patients.get(record.kept)
        if other is None or record is None or kept is None:
            raise NotFound("no patient with this id was merged into another")
        uow.serialize(*_turns(kept, other))
        if uow.merges.of(kept.id) is not None:
            raise Conflict("the patient it was merged into was merged into another since; unmerge that one first")
        _nothing_on_its_way(uow, kept)
        rows = uow.merges.with_what_followed(record.rows)
        uow.merges.move(rows, to=other.id)
        again = _plan_again(uow, record, now)
        _give_back(uow, record, kept, now)
        undone = replace(record, rows=rows, undone_at=now, undone_by=actor)
        uow.merges.update(undone)
        uow.audit.append(
            at=now,
            actor=actor,
            action="patient.unmerged",
            subject="patient",
            subject_id=kept.id,
            detail={"merged": other.id, "merge": record.id},
            clinic=key,
        )
        for topic in ("check_in", "alerts"):
            uow.wake(topic)
        uow.commit()
    return replace(_told(undone, kept, other), retired=again)


def gather(context: Context) -> int:
    """Move what was still written for a merged id by work that had begun before the merge; gives how many rows.

    On PostgreSQL a reply may be read at the very moment of a merge. The worker calls it now and then.
    """
    with context.store.read() as uow:
        merges = uow.merges.standing()
        left = [merge for merge in merges if any(uow.merges.rows_of(merge.merged).values())]
    moved = 0
    for merge in left:
        with context.store.write() as uow:
            record = uow.merges.of(merge.merged)
            if record is None:
                continue
            rows = uow.merges.rows_of(record.merged)
            moved += uow.merges.move(rows, to=record.kept)
            both = {name: tuple(dict.fromkeys((*record.rows.get(name, ()), *ids))) for name, ids in rows.items()}
            uow.merges.update(replace(record, rows=both))
            uow.commit()
    return moved


# --- may they be merged --------------------------------------------------------------------------


def _known(uow: UnitOfWork, clinic: str, external_id: str) -> Patient:
    patient = uow.patients.by_external_id(clinic, external_id)
    if patient is None:
        raise NotFound("one of the two ids is no patient of this clinic; patients of two clinics stay apart")
    return patient


def _turns(kept: Patient, other: Patient) -> tuple[str, ...]:
    """No send to either of them is marked while their rows move."""
    addresses = {
        address_turn(patient.clinic, address)
        for patient in (kept, other)
        for channel in (Channel.SMS, Channel.EMAIL)
        if (address := patient.address(channel)) is not None
    }
    return tuple(sorted(addresses))


def _check(uow: UnitOfWork, kept: Patient, other: Patient) -> None:
    if kept.id == other.id:
        raise Conflict("these are one patient already")
    _nothing_on_its_way(uow, kept)
    _nothing_on_its_way(uow, other)
    if len({one.patient for one in uow.check_ins.open_of([kept.id, other.id])}) > 1:
        raise Conflict("both have an open check-in; merge them when one of the two has ended")
    if uow.chats.open_of(kept.id) is not None and uow.chats.open_of(other.id) is not None:
        raise Conflict("a person talks with both by text; end one of the two talks first")
    alerts = {alert.reason: alert for alert in uow.alerts.unclosed_of(kept.clinic, patient=kept.id)}
    for alert in uow.alerts.unclosed_of(other.clinic, patient=other.id):
        if alert.reason in alerts:
            codes = f"{alerts[alert.reason].code} and {alert.code}"
            raise Conflict(f"both have an open alert of the same kind ({codes}); close one of the two first")


def _nothing_on_its_way(uow: UnitOfWork, patient: Patient) -> None:
    if any(message.state is MessageState.SENDING for message in uow.messages.of_patient(patient.id)):
        raise Conflict("a message is on its way just now; try again in a minute")


# --- merging -------------------------------------------------------------------------------------


def _move(
    uow: UnitOfWork, configuration: Configuration, kept: Patient, other: Patient, actor: str, now: datetime
) -> Merge:
    merge_id = new_id()
    rows = uow.merges.rows_of(other.id)
    uow.merges.move(rows, to=kept.id)
    person = _one_person(kept, other)
    if person != kept:
        uow.patients.update(person)
    return Merge(
        id=merge_id,
        clinic=kept.clinic,
        kept=kept.id,
        merged=other.id,
        merged_at=now,
        merged_by=actor,
        rows=rows,
        retired=_retire(uow, configuration, kept, now),
        filled=_filled(kept, person),
        opted_out=_opt_out_follows(uow, person, other, merge_id, now),
        status=kept.status.value if person.status is not kept.status else None,
    )


def _one_person(kept: Patient, other: Patient) -> Patient:
    """The kept record with its gaps filled; what stops messages to either of the two stops them to the person."""
    graver = max((kept, other), key=lambda each: (_GRAVITY.index(each.status), each is kept))
    details = {name: getattr(kept.details, name) or getattr(other.details, name) for name in PatientDetails.__slots__}
    return replace(
        kept,
        phone=kept.phone or other.phone,
        email=kept.email or other.email,
        language=kept.language or other.language,
        details=PatientDetails(**details),
        status=graver.status,
        status_until=graver.status_until,
        status_reported=graver.status_reported,
        safe_contact_hold=kept.safe_contact_hold or other.safe_contact_hold,
    )


def _filled(kept: Patient, person: Patient) -> tuple[str, ...]:
    gaps = [name for name in _GAPS if getattr(kept, name) != getattr(person, name)]
    details = [
        f"details.{name}"
        for name in PatientDetails.__slots__
        if getattr(kept.details, name) != getattr(person.details, name)
    ]
    hold = ["safe_contact_hold"] if kept.safe_contact_hold != person.safe_contact_hold else []
    return (*gaps, *details, *hold)


def _opt_out_follows(uow: UnitOfWork, person: Patient, other: Patient, merge_id: str, now: datetime) -> tuple[str, ...]:
    """STOP follows the person: said from one of their numbers, it holds for the one that stays."""
    followed: list[str] = []
    for channel in (Channel.SMS, Channel.EMAIL):
        said_from, stays = other.address(channel), person.address(channel)
        if said_from is None or stays is None or said_from == stays:
            continue
        in_force = [one for one in uow.suppressions.history(other.clinic, channel, said_from) if one.lifted_at is None]
        said = any(one.began_by != WRONG_NUMBER for one in in_force)
        if said and not uow.suppressions.active(person.clinic, channel, stays):
            uow.suppressions.add(person.clinic, channel, stays, at=now, source=_SOURCE + merge_id)
            followed.append(channel.value)
    return tuple(followed)


def _retire(uow: UnitOfWork, configuration: Configuration, kept: Patient, now: datetime) -> tuple[str, ...]:
    """As if all had been recorded under one id: each newest infusion of a treatment retires questions of older ones."""
    infusions = [one for one in uow.infusions.of_patient(kept.id) if one.cancelled_at is None]
    schedules = {one.id: (one, schedule) for one in infusions if (schedule := _schedule(uow, configuration, one))}
    retired: dict[str, None] = {}
    for newer in infusions:
        older = {key: pair for key, pair in schedules.items() if key != newer.id}
        for check_in in retired_by(newer, uow.check_ins.of_patient(kept.id), older):
            gone = replace(
                check_in, state=CheckInState.CANCELLED, reason=SkipReason.NEWER_INFUSION.value, closed_at=now
            )
            if uow.check_ins.update(gone, expected=check_in.state):
                retired[check_in.id] = None
    return tuple(retired)


def _schedule(uow: UnitOfWork, configuration: Configuration, infusion: Infusion) -> Schedule | None:
    plan = uow.plans.of_infusion(infusion.id)
    return configuration.schedule(plan.schedule) if plan else None


# --- undoing -------------------------------------------------------------------------------------


def _plan_again(uow: UnitOfWork, record: Merge, now: datetime) -> int:
    """Check-ins that the merge retired and whose time is still to come."""
    again = 0
    for check_in_id in record.retired:
        check_in = uow.check_ins.get(check_in_id)
        if check_in is None or check_in.due_at <= now or check_in.reason != SkipReason.NEWER_INFUSION.value:
            continue
        planned = replace(check_in, state=CheckInState.PLANNED, reason=None, closed_at=None)
        again += uow.check_ins.update(planned, expected=CheckInState.CANCELLED)
    return again


def _give_back(uow: UnitOfWork, record: Merge, kept: Patient, now: datetime) -> None:
    """Take out of the kept record what the merge put in, where it still stands there."""
    other = uow.patients.get(record.merged)
    if other is None:  # not reached: merges refer to it
        return
    for channel in map(Channel, record.opted_out):
        _lift(uow, record, kept, channel, now)
    person = replace(
        kept,
        phone=_without(record, kept, other, "phone"),
        email=_without(record, kept, other, "email"),
        language=_without(record, kept, other, "language"),
        details=_details_without(record, kept.details, other.details),
    )
    if "safe_contact_hold" in record.filled:
        person = replace(person, safe_contact_hold=False)
    if record.status is not None and kept.status is other.status:
        person = replace(person, status=PatientStatus(record.status), status_until=None, status_reported=False)
    if person != kept:
        uow.patients.update(person)


def _without(record: Merge, kept: Patient, other: Patient, name: str) -> str | None:
    """A value of the kept record, None where the merge filled it and it is the other's still."""
    value: str | None = getattr(kept, name)
    return None if name in record.filled and value == getattr(other, name) else value


def _details_without(record: Merge, kept: PatientDetails, other: PatientDetails) -> PatientDetails:
    taken = [
        name
        for name in PatientDetails.__slots__
        if f"details.{name}" in record.filled and getattr(kept, name) == getattr(other, name)
    ]
    return replace(kept, **dict.fromkeys(taken))


def _lift(uow: UnitOfWork, record: Merge, kept: Patient, channel: Channel, now: datetime) -> None:
    address = kept.address(channel)
    if address is None:
        return
    source = _SOURCE + record.id
    in_force = [one for one in uow.suppressions.history(kept.clinic, channel, address) if one.lifted_at is None]
    if in_force and all(one.began_by == source for one in in_force):
        uow.suppressions.lift(kept.clinic, channel, address, at=now, source=f"un{source}")


def _told(record: Merge, kept: Patient, other: Patient) -> Merged:
    return Merged(
        kept=kept,
        other=other,
        moved={name: len(ids) for name, ids in record.rows.items()},
        retired=len(record.retired),
        opted_out=record.opted_out,
    )
