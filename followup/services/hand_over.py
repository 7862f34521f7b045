"""Somebody gives an alert to somebody else, from the pages, the API or the terminal. By text: read_inbound."""

from __future__ import annotations

from followup.domain import passing
from followup.domain.alert import Alert
from followup.domain.schedule import Configuration, StaffMember
from followup.errors import Conflict, InvalidInput, NotFound, Problem
from followup.services.context import Context, staff_by_name
from followup.services.duty import configuration_now
from followup.services.handing import hand
from followup.services.taking import chain_of


def hand_over(context: Context, *, alert: str, by: str, to: str | None, via: str) -> Alert:
    """Give the alert with id `alert` to `to` (a staff key or name), or to the next person of its chain.

    It is open again, that person is told at once, and where they do not take it the chain goes on. Raises NotFound
    for an unknown alert or person, Conflict where it is closed or there is nobody else, InvalidInput where `to` is
    the very person who gives it away.
    """
    now = context.clock.now()
    published = context.content.current()
    with context.store.write(urgent=True) as uow:
        configuration = configuration_now(uow, published, now)
        giver = staff_by_name(configuration, by)
        known = uow.alerts.get(alert)
        if known is None:
            message = "there is no such alert"
            raise NotFound(message)
        chain = chain_of(known, configuration)
        next_one = passing.next_person(known, chain, configuration, by=giver.key, now=now) if to is None else to
        receiver = _receiver(configuration, giver, next_one)
        why = f"passed on by {giver.name} to {receiver.name} by {via}"
        actor = f"staff:{giver.key}"
        handed = hand(uow, configuration, known, to=receiver, actor=actor, why=why, via=via, now=now)
        uow.commit()
    return handed


def _receiver(configuration: Configuration, giver: StaffMember, to: str | None) -> StaffMember:
    if to is None:
        message = "there is nobody else on this alert's chain who can be reached; name somebody"
        raise Conflict(message)
    receiver = staff_by_name(configuration, to)
    if receiver.key == giver.key:
        wrong = Problem(at="to", message="name somebody else than the one who passes it on")
        raise InvalidInput("Nothing was changed.", (wrong,))
    return receiver
