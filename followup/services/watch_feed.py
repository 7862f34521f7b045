"""Asks staff whether the feed is running when a clinic's infusions have stopped coming in. The ticker calls it."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from followup.domain import coverage, feed, windows
from followup.domain.feed import Silence
from followup.domain.schedule import Clinic, EventKind
from followup.services.alerting import raise_event
from followup.services.context import Context, Published
from followup.storage.unit_of_work import UnitOfWork

#: A day more than is looked back at, so that the first of those days is seen whole.
_LOOK_BACK = timedelta(weeks=feed.WEEKS, days=1)


def watch_feed(context: Context) -> int:
    """Raise a configuration alert for every clinic whose silence is due, once a day; returns how many."""
    now = context.clock.now()
    published = context.content.current()
    with context.store.read() as uow:
        silent = [(clinic, silence) for clinic in _clinics(published) if (silence := _silence(uow, clinic, now))]
    return sum(_ask(context, published, clinic, silence) for clinic, silence in silent if silence.due_at <= now)


def due_at(uow: UnitOfWork, context: Context, published: Published) -> datetime | None:
    """When, today, somebody is to be asked about a feed that has been silent so far; None where nobody is."""
    now = context.clock.now()
    found = [_silence(uow, clinic, now) for clinic in _clinics(published)]
    return min((silence.due_at for silence in found if silence is not None), default=None)


def _clinics(published: Published) -> tuple[Clinic, ...]:
    return tuple(published.content.configuration.clinics.values())


def _silence(uow: UnitOfWork, clinic: Clinic, now: datetime) -> Silence | None:
    """Today's silence of a clinic, unless it has been told. The weeks before are read only while it lasts."""
    today = windows.local_date(now, clinic.timezone)
    if not coverage.is_business_day(clinic, today) or uow.facts.get(_fact(clinic, now)) is not None:
        return None
    if uow.infusions.recorded_since(clinic.key, windows.instant_of(today, time(0), clinic.timezone)):
        return None
    return feed.silence_of(clinic, uow.infusions.recorded_since(clinic.key, now - _LOOK_BACK), now)


def _fact(clinic: Clinic, now: datetime) -> str:
    return f"feed/{clinic.key}/{windows.local_date(now, clinic.timezone).isoformat()}"


def _ask(context: Context, published: Published, clinic: Clinic, silence: Silence) -> bool:
    now = context.clock.now()
    fact = _fact(clinic, now)
    with context.store.write() as uow:
        uow.serialize(fact)
        if uow.facts.get(fact) is not None:
            return False
        uow.facts.set(fact, "told")
        raise_event(
            uow,
            published,
            clinic,
            EventKind.CONFIGURATION,
            now=now,
            actor="service",
            note=silence.words,
            again=True,
        )
        uow.commit()
    return True
