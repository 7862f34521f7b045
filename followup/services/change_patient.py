"""Staff say where a patient stands, or stop texts for them. The terminal calls it; each send reads it again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from followup.domain.message import MessageState
from followup.domain.people import Channel, Patient, PatientStatus
from followup.domain.planning import SkipReason
from followup.errors import Conflict, InvalidInput, NotFound, Problem
from followup.services.context import Context, only_clinic
from followup.storage.unit_of_work import UnitOfWork


def set_status(
    context: Context,
    external_id: str,
    status: PatientStatus,
    *,
    clinic: str | None,
    until: datetime | None = None,
    actor: str,
) -> Patient:
    """Set where a patient stands; only an active one gets automatic texts. `until` ends a pause.

    Raises NotFound, and InvalidInput for a pause that has no future end or another status that has one.
    """
    now = context.clock.now()
    check_pause(status, until, now)
    key = only_clinic(context.content.current().content.configuration, clinic).key
    with context.store.write() as uow:
        patient = _known(uow, key, external_id)
        changed = replace(patient, status=status, status_until=until, status_reported=False)
        uow.patients.update(changed)
        uow.audit.append(
            at=now,
            actor=actor,
            action="patient.status",
            subject="patient",
            subject_id=patient.id,
            detail={"status": status.value},
            clinic=patient.clinic,
        )
        uow.wake("check_in")
        uow.commit()
    return changed


def opt_out(context: Context, external_id: str, channel: Channel, *, clinic: str | None, actor: str) -> int:
    """Stop every text (or mail) to a patient's address, as their own STOP would; gives how many waiting ones went.

    It holds for everybody on that address and never expires. Raises NotFound, Conflict without an address.
    """
    now = context.clock.now()
    key = only_clinic(context.content.current().content.configuration, clinic).key
    with context.store.write(urgent=True) as uow:
        patient = _known(uow, key, external_id)
        address = patient.address(channel)
        if address is None:
            message = f"this patient has no address for {channel.value}"
            raise Conflict(message)
        uow.suppressions.add(patient.clinic, channel, address, at=now, source=actor)
        dropped = sum(
            _drop(uow, each.id, channel, now) for each in uow.patients.by_address(patient.clinic, channel, address)
        )
        uow.audit.append(
            at=now,
            actor=actor,
            action="opt_out",
            subject="patient",
            subject_id=patient.id,
            detail={"channel": channel.value},
            clinic=patient.clinic,
        )
        uow.commit()
    return dropped


def _drop(uow: UnitOfWork, patient: str, channel: Channel, now: datetime) -> int:
    dropped = 0
    for message in uow.messages.waiting_for(patient):
        if message.channel is channel and not message.message_class.for_staff:
            gone = replace(message, state=MessageState.SUPPRESSED, reason=SkipReason.OPTED_OUT.value, settled_at=now)
            dropped += uow.messages.update(gone, expected=message.state)
    return dropped


def check_pause(status: PatientStatus, until: datetime | None, now: datetime) -> None:
    """A pause ends at an instant to come, nothing else does. Raises InvalidInput."""
    paused = status is PatientStatus.PAUSED
    if paused and (until is None or until <= now):
        wrong = "give the end of the pause, in the future"
    elif not paused and until is not None:
        wrong = "only a pause has an end; leave it out"
    else:
        return
    raise InvalidInput("the status was not changed", (Problem(at="until", message=wrong),))


def _known(uow: UnitOfWork, clinic: str, external_id: str) -> Patient:
    patient = uow.patients.by_external_id(clinic, external_id)
    if patient is None:
        message = "no patient with this id is known"
        raise NotFound(message)
    return patient
