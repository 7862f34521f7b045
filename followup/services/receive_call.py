"""Somebody calls the number that texts come from: noted on the patient, and put through to a person.

Called by the provider's voice webhook. An emergency does not wait for us: the caller hears 911 and 988 first.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from followup.domain import coverage
from followup.domain.calls import LONGEST_CALL
from followup.domain.level import Level
from followup.domain.oncall import people_of
from followup.domain.people import Channel, Patient
from followup.domain.received import Inbound, InboundState
from followup.domain.schedule import Clinic, Configuration, EventKind
from followup.domain.triage import Evidence, triage
from followup.gateways.port import CallAnswer, ReceivedCall, Spoken
from followup.ids import new_id
from followup.services.alerting import Concern, raise_concern
from followup.services.context import Context, Published, clinic_of
from followup.services.duty import configuration_now
from followup.services.receive_inbound import clinic_written_to
from followup.services.staff_call_in import KIND as STAFF_CALL
from followup.services.staff_call_in import caller_on_staff, for_them, greet
from followup.storage.unit_of_work import UnitOfWork

#: Where the provider tells how a connection ended.
ENDED_PATH = "/twilio/voice/inbound/ended"
_CALLED = "(called this number)"
_UNANSWERED = "called the texting number, and nobody answered the call"


def answer_call(context: Context, call: ReceivedCall) -> CallAnswer | Spoken:
    """Note a call once, however often the provider asks, and say whom to connect it to; staff hear of their alerts."""
    published = context.content.current()
    clinic, now = _clinic(published, call), context.clock.now()
    with context.store.write(urgent=True) as uow:
        configuration = configuration_now(uow, published, now)
        spoken = _for_staff(uow, context, configuration, clinic, call, now)
        if spoken is not None:
            uow.commit()
            return spoken
        answer = _answer(configuration, clinic, now)
        fresh = uow.inbound.add(_row(uow, clinic, call, now))
        if fresh and answer.connect_to is None:
            _tell(uow, published, clinic, call, now)
        uow.commit()
    return answer


def _for_staff(
    uow: UnitOfWork, context: Context, configuration: Configuration, clinic: Clinic, call: ReceivedCall, now: datetime
) -> Spoken | None:
    """What a member of staff hears; None for everybody else, and for a number that the carrier says is forged.

    Who is a patient as well is one when they call, unless an alert waits for them.
    """
    member = None if call.forged else caller_on_staff(configuration, call.sender)
    if member is None:
        return None
    ahead = for_them(uow, configuration, clinic, member)
    if not ahead and uow.patients.by_address(clinic.key, Channel.SMS, call.sender):
        return None
    inbound = replace(_row(uow, clinic, call, now), patient=None, kind=STAFF_CALL)
    if not uow.inbound.add(inbound):
        earlier = uow.inbound.of_sender(clinic.key, call.sender, now - LONGEST_CALL)
        inbound = next((one for one in earlier if one.provider_id == call.provider_id), inbound)
    return greet(uow, context, inbound, member, ahead, now)


def end_call(context: Context, call: ReceivedCall) -> CallAnswer:
    """A connection ended; where nobody picked up, a person reads of it."""
    published = context.content.current()
    clinic, now = _clinic(published, call), context.clock.now()
    with context.store.write(urgent=True) as uow:
        answer = _answer(configuration_now(uow, published, now), clinic, now)
        if not call.reached:
            _tell(uow, published, clinic, call, now)
        uow.commit()
    return answer


def _clinic(published: Published, call: ReceivedCall) -> Clinic:
    configuration = published.content.configuration
    return clinic_of(configuration, clinic_written_to(configuration, call.to))


def _answer(configuration: Configuration, clinic: Clinic, now: datetime) -> CallAnswer:
    return CallAnswer(
        clinic=clinic.name,
        phone=clinic.phone,
        connect_to=_whom(configuration, clinic, now),
        ended_path=ENDED_PATH,
    )


def _whom(configuration: Configuration, clinic: Clinic, now: datetime) -> str | None:
    """The clinic's phone while it is open, else that of the first person whom an emergency would wake."""
    reach = coverage.reach(clinic, now)
    if reach is coverage.Reach.OPEN:
        return clinic.phone
    if reach is coverage.Reach.NOBODY:
        return clinic.phone if clinic.answering_service else None
    for step in configuration.chain_for(clinic, Level.EMERGENCY).steps:
        for target in step.targets:
            for key in people_of(target, configuration, now):
                if phone := configuration.staff[key].phone:
                    return phone
    return clinic.phone


def _row(uow: UnitOfWork, clinic: Clinic, call: ReceivedCall, now: datetime) -> Inbound:
    patient = _caller(uow, clinic, call)
    return Inbound(
        id=new_id(),
        clinic=clinic.key,
        provider=call.provider,
        provider_id=call.provider_id,
        channel=Channel.VOICE,
        sender=call.sender,
        to=call.to,
        body=_CALLED,
        received_at=now,
        raw=call.raw,
        state=InboundState.READ,
        read_at=now,
        patient=patient.id if patient else None,
        kind="call",
    )


def _caller(uow: UnitOfWork, clinic: Clinic, call: ReceivedCall) -> Patient | None:
    """The one patient with this number; a call that may be either of two is filed to neither."""
    found = uow.patients.by_address(clinic.key, Channel.SMS, call.sender)
    return found[0] if len(found) == 1 else None


def _tell(uow: UnitOfWork, published: Published, clinic: Clinic, call: ReceivedCall, now: datetime) -> None:
    patient = _caller(uow, clinic, call)
    evidence = Evidence(events=frozenset({EventKind.UNFILED}))
    concern = Concern(
        clinic=clinic,
        triage=triage(evidence, published.content.configuration.rules),
        understood=_UNANSWERED,
        inputs={},
        patient=patient.id if patient else None,
        sender=None if patient else call.sender,
    )
    raise_concern(uow, published, concern, actor="service", now=now)
