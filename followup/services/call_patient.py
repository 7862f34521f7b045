"""A member of staff asks on a page to be connected to a patient: their own phone rings, a key connects. Pages call it.

The patient sees the clinic's number, and the try is kept with the time to contact.
"""

from __future__ import annotations

from datetime import timedelta

from followup.domain.alert import AlertStatus
from followup.domain.message import MessageClass
from followup.domain.people import Channel
from followup.errors import Conflict, InvalidInput, NotFound, Problem
from followup.ids import new_id
from followup.services.answer_key import BRIDGE_TEMPLATE
from followup.services.bridging import Blocked, number_to_ring
from followup.services.composing import Draft, compose
from followup.services.context import Context, clinic_of, staff_by_name
from followup.services.duty import configuration_now

#: A phone that rings later than this would surprise whoever asked.
SOON = timedelta(minutes=3)


def bridge(context: Context, *, alert: str, person: str) -> None:
    """Ring the phone of `person` (a staff key or name) at once, to connect it to the patient of `alert` (an id).

    Raises NotFound for an unknown alert or person, Conflict where the alert is closed, contact is on hold, there is
    no number, or no calls are set up; InvalidInput where the person has no phone.
    """
    now = context.clock.now()
    published = context.content.current()
    with context.store.write(urgent=True) as uow:
        known = uow.alerts.get(alert)
        if known is None:
            raise NotFound("There is no such alert.")
        member = staff_by_name(configuration_now(uow, published, now), person)
        _check(context, closed=known.status is AlertStatus.CLOSED)
        number = number_to_ring(uow, known)
        if isinstance(number, Blocked):
            raise Conflict(_BLOCKED.get(number.words.value, "Nobody can be called."))
        if member.phone is None:
            wrong = Problem(at="person", message="has no phone in schedules.yaml")
            raise InvalidInput("Nobody was called.", (wrong,))
        draft = Draft(
            template=BRIDGE_TEMPLATE,
            message_class=MessageClass.STAFF_REPLY,
            channel=Channel.VOICE,
            to=member.phone,
            intent=f"bridge/{known.id}/{member.key}/{new_id()}",
            person=member.key,
            alert=known.id,
            expires_at=now + SOON,
        )
        uow.messages.add(compose(published, clinic_of(published.content.configuration, known.clinic), draft, now))
        uow.wake(MessageClass.STAFF_REPLY.lane.value)
        uow.audit.append(
            at=now,
            actor=f"staff:{member.key}",
            action="bridge.asked",
            subject="alert",
            subject_id=known.id,
            detail={},
        )
        uow.commit()


_BLOCKED = {
    "on_hold": "Contact with this patient is on hold. Decide first whether they may be called.",
    "no_phone": "There is no number to call.",
}


def _check(context: Context, *, closed: bool) -> None:
    if closed:
        raise Conflict("This alert is closed.")
    if Channel.VOICE not in context.gateways:
        raise Conflict("No calls are set up; call from your own phone.")
