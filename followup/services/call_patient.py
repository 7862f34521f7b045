"""A member of staff asks on a page to be connected to a patient: their own phone rings, a key connects. Pages call it.

The patient sees the clinic's number, and the try is kept with the time to contact.
"""

from __future__ import annotations

from followup.domain.alert import AlertStatus
from followup.domain.people import Channel
from followup.errors import Conflict, InvalidInput, NotFound, Problem
from followup.services.bridging import Blocked, number_to_ring, ring_back
from followup.services.context import Context, staff_by_name
from followup.services.duty import configuration_now


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
        ring_back(uow, context, known, member, now)
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
