"""Clinics, staff and rotas: whose number is whose, and who takes turns."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from followup.domain.schedule import Configuration, Rota
from followup.domain.schedule_check.found import Found


def check(configuration: Configuration) -> Iterator[Found]:
    """Numbers that two share, clinics that never open, rotas that pass on to nobody else."""
    yield from _numbers(configuration)
    for key, clinic in configuration.clinics.items():
        if not clinic.hours:
            yield Found(("clinics", key, "hours"), "the clinic never opens, so nothing routine would ever be due")
    if len(configuration.clinics) > 1:
        for key, clinic in configuration.clinics.items():
            if clinic.sender is None:
                yield Found(("clinics", key), "with several clinics each needs a `sender`: it tells whose text came in")
    for key, rota in configuration.rotas.items():
        yield from _rota(key, rota)


def _numbers(configuration: Configuration) -> Iterator[Found]:
    """A number tells who wrote: a code from a nurse, a text to a clinic. So no two may share one."""
    owners: dict[str, str] = {}
    for key, clinic in configuration.clinics.items():
        if clinic.sender in owners:
            yield Found(("clinics", key, "sender"), f"this is also the number of {owners[clinic.sender]}")
        elif clinic.sender is not None:
            owners[clinic.sender] = f"clinic {key}"
    for key, person in configuration.staff.items():
        if person.phone in owners:
            yield Found(("staff", key, "phone"), f"this is also the number of {owners[person.phone]}")
        elif person.phone is not None:
            owners[person.phone] = person.name


def _rota(key: str, rota: Rota) -> Iterator[Found]:
    for position, person in enumerate(rota.people):
        if person in rota.people[:position]:
            yield Found(("rotas", key, "people", position), f"`{person}` is in this rota twice")
    for (first, one), (second, other) in combinations(enumerate(rota.overrides), 2):
        if one.start < other.end and other.start < one.end:
            message = f"this overlaps override {first + 1}, which wins"
            yield Found(("rotas", key, "overrides", second), message, warning=True)
