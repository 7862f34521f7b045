"""The morning digest by e-mail: once per clinic and business day, at opening. Counts and a link, nothing else.

The worker's ticker calls it each minute, a pushed clock when `due_at` has come.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from followup.domain import digest, windows
from followup.domain.message import MessageClass
from followup.domain.people import Channel
from followup.domain.schedule import Clinic
from followup.services.composing import Draft, compose
from followup.services.context import Context, Published
from followup.services.duty import configuration_now
from followup.services.work_lists import counts
from followup.storage.unit_of_work import UnitOfWork

TEMPLATE = "STAFF_DIGEST"


def send_digests(context: Context) -> int:
    """Queue every digest that is due; returns for how many clinics."""
    if not _by_email(context):
        return 0
    published = context.content.current()
    return sum(_send(context, published, clinic) for clinic in _due(context, published))


def due_at(uow: UnitOfWork, context: Context, published: Published) -> datetime | None:
    """When the next digest is due, in the past where it is due now; None while there is none to come."""
    if not _by_email(context):
        return None
    now = context.clock.now()
    moments = [_next(uow, clinic, now) for clinic in _clinics(published)]
    return min((moment for moment in moments if moment is not None), default=None)


def _by_email(context: Context) -> bool:
    return Channel.EMAIL in context.gateways


def _clinics(published: Published) -> tuple[Clinic, ...]:
    return tuple(published.content.configuration.clinics.values())


def _due(context: Context, published: Published) -> tuple[Clinic, ...]:
    now = context.clock.now()
    with context.store.read() as uow:
        return tuple(clinic for clinic in _clinics(published) if _is_due(uow, clinic, now))


def _is_due(uow: UnitOfWork, clinic: Clinic, now: datetime) -> bool:
    due = _next(uow, clinic, now)
    return due is not None and due <= now


def _next(uow: UnitOfWork, clinic: Clinic, now: datetime) -> datetime | None:
    last = uow.facts.get(_fact(clinic))
    return digest.next_digest_at(clinic, date.fromisoformat(last) if last else None, now)


def _fact(clinic: Clinic) -> str:
    """Names the fact that holds the clinic's day of its last digest."""
    return f"digest/{clinic.key}"


def _send(context: Context, published: Published, clinic: Clinic) -> bool:
    now = context.clock.now()
    numbers = counts(context, clinic.key)  # read before writing begins, so that it holds up nobody
    today = windows.local_date(now, clinic.timezone)
    with context.store.write() as uow:
        uow.serialize(_fact(clinic))
        if not _is_due(uow, clinic, now):
            return False
        people = digest.readers(configuration_now(uow, published, now), clinic, now)
        for person in people:
            _queue(uow, context, published, clinic, person, numbers, today)
        uow.facts.set(_fact(clinic), today.isoformat())
        uow.audit.append(
            at=now,
            actor="service",
            action="digest.sent",
            subject="clinic",
            subject_id=clinic.key,
            detail={"readers": len(people)},
            clinic=clinic.key,
        )
        uow.commit()
    return True


def _queue(
    uow: UnitOfWork,
    context: Context,
    published: Published,
    clinic: Clinic,
    person: str,
    numbers: digest.Counts,
    today: date,
) -> None:
    now = context.clock.now()
    closing = windows.instant_of(today, clinic.hours[today.weekday()].end, clinic.timezone)
    message = compose(
        published,
        clinic,
        Draft(
            template=TEMPLATE,
            message_class=MessageClass.STAFF_NOTICE,
            channel=Channel.EMAIL,
            to=published.content.configuration.staff[person].address(Channel.EMAIL) or "",
            intent=f"digest/{clinic.key}/{today.isoformat()}/{person}",
            values={
                **{name: str(number) for name, number in asdict(numbers).items()},
                "link": f"{context.policy.public_url}/staff",
            },
            person=person,
            expires_at=closing,
        ),
        now,
    )
    if uow.messages.add(message):
        uow.wake(message.message_class.lane.value)
