"""An alert ends, with an outcome and the minutes it took: from the pages, the API and the terminal."""

from __future__ import annotations

from datetime import datetime

from followup.domain.alert import Alert, Outcome
from followup.domain.ending import Ending
from followup.errors import InvalidInput, NotFound, Problem
from followup.services.context import Context, staff_by_name
from followup.services.ending_alerts import end, may_sign_off, own_sign_off
from followup.storage.unit_of_work import UnitOfWork


def close(
    context: Context,
    *,
    alert: str,
    person: str,
    outcome: Outcome,
    minutes: int | None,
    note: str | None,
    via: str,
    sign_off: str | None = None,
    retry_at: datetime | None = None,
) -> Alert:
    """Close an alert. Raises NotFound, Conflict when it is closed already, InvalidInput for a wrong ending.

    An open alert may be closed by whoever dealt with it; that takes it too. Where nobody was reached, an Emergency or
    Urgent alert needs a welfare check in the note or `sign_off`, the name or key of a lead (a lead who closes it signs
    off by that), and is open again at the next opening; a voicemail at `retry_at`, or then too. After a crisis
    automatic texts stay off, and calls on the next day and on day 7 become tasks.
    """
    now = context.clock.now()
    published = context.content.current()
    member = staff_by_name(published.content.configuration, person)
    with context.store.write(urgent=True) as uow:
        known = uow.alerts.get(alert)
        if known is None:
            message = "there is no such alert"
            raise NotFound(message)
        own = own_sign_off(uow, known, member, outcome)
        signed_by = _lead(context, uow, known.clinic, sign_off) if sign_off else own
        ending = Ending(outcome=outcome, minutes=minutes, note=note, signed_by=signed_by, retry_at=retry_at)
        ended = end(uow, published, known, member, ending, via=via, now=now)
        uow.commit()
    return ended


def _lead(context: Context, uow: UnitOfWork, clinic: str, name: str) -> str:
    """The name of the lead who signs off. Raises InvalidInput where they are nobody's lead."""
    try:
        member = staff_by_name(context.content.current().content.configuration, name)
    except NotFound:
        member = None
    if member is None or not may_sign_off(uow, clinic, member):
        wrong = Problem(at="sign_off", message="name somebody whose role is lead, as in schedules.yaml")
        raise InvalidInput("the alert was not closed", (wrong,))
    return member.name
