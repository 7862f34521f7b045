"""Somebody writes down that they tried to reach a patient. The pages, bridged calls and the terminal call it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from followup.domain.contact import ContactResult, ContactTry, ContactWay
from followup.errors import InvalidInput, NotFound, Problem
from followup.ids import new_id
from followup.services.contacting import add_try
from followup.services.context import Context, staff_by_name
from followup.storage.unit_of_work import UnitOfWork

#: A try may be written down afterwards, but not before it was made; clocks differ a little.
_CLOCKS_DIFFER = timedelta(minutes=2)
_UNCHANGED = "The try was not written down."
W = TypeVar("W", bound=StrEnum)


def log_contact(
    context: Context,
    *,
    alert: str | None,
    patient: str | None,
    by: str,
    way: ContactWay | str,
    result: ContactResult | str,
    note: str | None,
    at: datetime | None = None,
) -> ContactTry:
    """Keep a try to reach the patient of `alert` (an id), or `patient` (an id) where it is about no alert.

    `by` is a staff key or name, `at` when it was made (now, where left out). Raises NotFound for what is not known,
    InvalidInput for an unknown way or result, for a time ahead, and where neither alert nor patient is given.
    """
    now = context.clock.now()
    published = context.content.current()
    member = staff_by_name(published.content.configuration, by)
    wrong = [
        problem
        for problem in (_not_one_of(ContactWay, "way", way), _not_one_of(ContactResult, "result", result))
        if problem is not None
    ]
    if at is not None and at > now + _CLOCKS_DIFFER:
        wrong.append(Problem(at="at", message="is in the future"))
    if alert is None and patient is None:
        wrong.append(Problem(at="patient", message="say which alert or which patient it was about"))
    if wrong:
        raise InvalidInput(_UNCHANGED, tuple(wrong))
    with context.store.write(urgent=True) as uow:
        clinic, meant = _about(uow, alert, patient)
        tried = ContactTry(
            id=new_id(),
            clinic=clinic,
            alert=alert,
            patient=meant,
            at=at or now,
            by=member.key,
            way=ContactWay(way),
            result=ContactResult(result),
            note=note,
        )
        add_try(uow, published, tried, now)
        uow.commit()
    return tried


def _not_one_of(words: type[W], at: str, given: str) -> Problem | None:
    known = [word.value for word in words]
    return None if given in known else Problem(at=at, message=f"use one of {', '.join(known)}")


def _about(uow: UnitOfWork, alert: str | None, patient: str | None) -> tuple[str, str | None]:
    """The clinic and the patient meant. Raises NotFound."""
    if alert is not None:
        known = uow.alerts.get(alert)
        if known is None:
            message = "there is no such alert"
            raise NotFound(message)
        return known.clinic, patient or known.patient
    person = uow.patients.get(patient or "")
    if person is None:
        message = "there is no such patient"
        raise NotFound(message)
    return person.clinic, person.id
