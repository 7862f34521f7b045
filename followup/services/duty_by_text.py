"""A member of staff changes the duty by text: `take over`, `cover until 07:00`, `swap 2026-12-24 with sam`."""

from __future__ import annotations

from followup.domain import duty_words, oncall
from followup.domain.duty import DutyChange, DutyKind
from followup.domain.duty_words import CoverUntil, DutyRequest, SwapDay, TakeOver
from followup.domain.message import MessageClass
from followup.domain.people import Channel
from followup.domain.received import Inbound
from followup.domain.schedule import Configuration, Rota
from followup.errors import FollowupError, InvalidInput, NotFound
from followup.services import duty
from followup.services.composing import Draft, compose
from followup.services.context import clinic_of
from followup.services.duty import Desk
from followup.storage.unit_of_work import UnitOfWork

_VIA = "sms"


def change_duty(uow: UnitOfWork, desk: Desk, *, person: str, request: DutyRequest, inbound: Inbound) -> None:
    """Do what a text asks for, inside the caller's transaction, and answer with what came of it."""
    try:
        made = _made(uow, desk, person, request, inbound)
    except FollowupError as error:
        _answer(uow, desk, person, inbound, "STAFF_DUTY_NO", {"why": _why(error)})
        return
    configuration = duty.configuration_now(uow, desk.published, desk.now)
    rota = duty.rota_called(configuration, made.rota)
    values = duty.told_of(uow, desk, rota, made)
    _answer(uow, desk, person, inbound, "STAFF_DUTY", values)


def _made(uow: UnitOfWork, desk: Desk, person: str, request: DutyRequest, inbound: Inbound) -> DutyChange:
    now = desk.now
    configuration = duty.configuration_now(uow, desk.published, now)
    by = f"staff:{person}"
    match request:
        case TakeOver():
            rota = _rota(configuration, inbound.clinic, person, request.rota)
            return duty.take_over_in(uow, desk, rota=rota.key, person=person, until=None, by=by, via=_VIA)
        case CoverUntil():
            rota = _rota(configuration, inbound.clinic, person, request.rota)
            end = duty_words.until(request, now, rota.timezone)
            return duty.take_over_in(uow, desk, rota=rota.key, person=person, until=end, by=by, via=_VIA)
        case SwapDay():
            return _swap(uow, desk, configuration, person, request, inbound)


def _swap(
    uow: UnitOfWork, desk: Desk, configuration: Configuration, person: str, request: SwapDay, inbound: Inbound
) -> DutyChange:
    rota = _rota_of_the_day(configuration, inbound.clinic, person, request)
    start, end = oncall.turn_beginning_on(rota, request.day)
    wanted = duty.Wanted(
        rota=rota.key,
        person=_colleague(configuration, request.other),
        start=start,
        end=end,
        kind=DutyKind.SWAP,
        by=f"staff:{person}",
        via=_VIA,
    )
    in_return = oncall.turn_beginning_on(rota, request.in_return) if request.in_return is not None else None
    return duty.swap_in(uow, desk, wanted, in_return)[0]


def _rota_of_the_day(configuration: Configuration, clinic: str, person: str, request: SwapDay) -> Rota:
    """The rota in which the writer has the turn that begins on that day: one gives away only what is one's own."""
    for rota in oncall.rotas_of(clinic_of(configuration, clinic), configuration):
        start, end = oncall.turn_beginning_on(rota, request.day)
        if all(shift.person == person for shift in oncall.shifts(rota, start, end)):
            return rota
    message = f"Nothing was changed. You do not have the duty that begins on {request.day}"
    raise NotFound(message)


def _rota(configuration: Configuration, clinic: str, person: str, named: str | None) -> Rota:
    """The rota that was named; else the only one of the clinic, or the only one in which the writer takes turns."""
    if named is not None:
        return duty.rota_called(configuration, named)
    rotas = oncall.rotas_of(clinic_of(configuration, clinic), configuration)
    own = [rota for rota in rotas if person in rota.people]
    if len(rotas) == 1 or len(own) == 1:
        return rotas[0] if len(rotas) == 1 else own[0]
    message = f"Nothing was changed. Say which rota, such as: take over {rotas[0].key}"
    raise NotFound(message)


def _colleague(configuration: Configuration, said: str) -> str:
    """A key, a name, or a first name that only one has; in any case."""
    members = tuple(configuration.staff.values())
    by_key = {member.key for member in members if member.key.casefold() == said}
    by_name = {member.key for member in members if member.name.casefold() == said}
    by_first_name = {member.key for member in members if member.name.casefold().split()[0] == said}
    for found in (by_key, by_name, by_first_name):
        if len(found) == 1:
            return found.pop()
    message = f"Nothing was changed. Nobody here is called {said[:30]!r}"
    raise NotFound(message)


def _why(error: FollowupError) -> str:
    problems = [problem.message for problem in error.problems] if isinstance(error, InvalidInput) else []
    said = " ".join([str(error), *problems]).strip().rstrip(".")
    return said[:1].upper() + said[1:140]


def _answer(uow: UnitOfWork, desk: Desk, person: str, inbound: Inbound, template: str, values: dict[str, str]) -> None:
    published = desk.published
    draft = Draft(
        template=template,
        message_class=MessageClass.STAFF_REPLY,
        channel=Channel.SMS,
        to=inbound.sender,
        intent=f"reply/{inbound.id}",
        values={"link": f"{desk.public_url}/staff/rota", **values},
        person=person,
        inbound=inbound.id,
    )
    clinic = clinic_of(published.content.configuration, inbound.clinic)
    if uow.messages.add(compose(published, clinic, draft, desk.now)):
        uow.wake(draft.message_class.lane.value)
