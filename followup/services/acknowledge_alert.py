"""Somebody takes an alert from the pages, the API or the terminal. By text it goes through read_inbound."""

from __future__ import annotations

from followup.errors import NotFound
from followup.services.context import Context, staff_by_name
from followup.services.taking import Taken, take


def acknowledge(context: Context, *, alert: str, person: str, via: str) -> Taken:
    """Put the alert with id `alert` into the hands of `person` (staff key or name).

    Raises NotFound for an unknown alert or person. An alert that somebody has, or that is closed, is not
    changed; the outcome says so.
    """
    now = context.clock.now()
    published = context.content.current()
    member = staff_by_name(published.content.configuration, person)
    with context.store.write(urgent=True) as uow:
        known = uow.alerts.get(alert)
        if known is None:
            message = "there is no such alert"
            raise NotFound(message)
        taken = take(uow, published, known, member, via=via, public_url=context.policy.public_url, now=now)
        uow.commit()
    return taken
