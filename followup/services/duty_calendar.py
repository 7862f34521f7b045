"""A person's duty hours as a calendar that phones subscribe to, under an address that nobody can guess.

The address is signed under the index key: it opens this one calendar, shows hours and rotas and nothing about
patients, and another can be given at any time. The rota page and terminal give it.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from followup.domain.content_lines import Event, calendar
from followup.domain.duty import hours_of
from followup.domain.schedule import StaffMember
from followup.services.context import Context, staff_by_name
from followup.services.duty import configuration_now
from followup.storage.unit_of_work import UnitOfWork

#: What a calendar shows: some days back, so that the present shift does not vanish, and two months ahead.
BACK, AHEAD = timedelta(days=7), timedelta(days=60)


def calendar_address(context: Context, person: str) -> str:
    """The address of somebody's calendar; `person` is a key or name. Raises NotFound."""
    member = staff_by_name(context.content.current().content.configuration, person)
    with context.store.read() as uow:
        return _address(context, uow, member)


def renew_calendar(context: Context, person: str, *, by: str) -> str:
    """Another address for somebody's calendar; the one before opens nothing any more. Raises NotFound."""
    member = staff_by_name(context.content.current().content.configuration, person)
    now = context.clock.now()
    with context.store.write() as uow:
        uow.facts.set(_fact(member.key), secrets.token_hex(8))
        uow.audit.append(at=now, actor=by, action="calendar.renewed", subject="staff", subject_id=member.key, detail={})
        uow.commit()
    return calendar_address(context, member.key)


def duty_calendar(context: Context, person: str, key: str) -> str | None:
    """Somebody's duty hours as an iCalendar file; None where the key is not theirs or they have left."""
    now = context.clock.now()
    with context.store.read() as uow:
        configuration = configuration_now(uow, context.content.current())
        member = configuration.staff.get(person)
        if member is None or not _opens(context, uow, member, key):
            return None
        if any(member.key in rota.absent for rota in configuration.rotas.values()):
            return None
    host = urlsplit(context.policy.public_url).hostname or "followup"
    shifts = hours_of(configuration, member.key, now - BACK, now + AHEAD)
    events = [
        Event(
            uid=f"{shift.rota}-{shift.start:%Y%m%dT%H%M%S}-{member.key}@{host}",
            start=shift.start,
            end=shift.end,
            summary=f"On duty: {shift.rota}",
        )
        for shift in shifts
    ]
    return calendar(f"Duty of {member.name}", events, made_at=now)


def _address(context: Context, uow: UnitOfWork, member: StaffMember) -> str:
    key = _keys(context, uow, member)[0]
    return f"{context.policy.public_url}/staff/rota/{member.key}.ics?key={key}"


def _opens(context: Context, uow: UnitOfWork, member: StaffMember, key: str) -> bool:
    given = key.encode("utf-8", "surrogatepass")
    return any(hmac.compare_digest(given, known.encode()) for known in _keys(context, uow, member))


def _keys(context: Context, uow: UnitOfWork, member: StaffMember) -> list[str]:
    """The keys that open somebody's calendar, the one to give out first; others are of older index keys."""
    said = f"{member.key}|{uow.facts.get(_fact(member.key)) or ''}"
    return [one.partition(":")[2] for one in context.store.vault.candidates("duty-calendar", said)]


def _fact(person: str) -> str:
    """Names the fact that an address hangs on: another value makes another address."""
    return f"calendar/{person}"
