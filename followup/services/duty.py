"""Who has the duty, and its exceptions: cover, swaps, taking over. The rota page, staff texts and terminal call it.

The pattern stands in schedules.yaml, the exceptions in the database. `configuration_now` merges both; whatever asks
who is on duty goes through it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from followup.content.staff_said import listed
from followup.domain import duty, oncall, windows
from followup.domain.alert import AlertStatus
from followup.domain.duty import DutyChange, DutyKind
from followup.domain.message import MessageClass
from followup.domain.oncall import Shift
from followup.domain.people import Channel
from followup.domain.schedule import Clinic, Configuration, Rota, StaffMember
from followup.errors import Conflict, InvalidInput, NotFound, Problem
from followup.ids import new_id
from followup.services.composing import Draft, compose
from followup.services.context import Context, Published, staff_by_name
from followup.storage.unit_of_work import UnitOfWork

#: So many codes fit beside the hours of a duty; the others are counted.
_MOST_CODES = 3

#: So far ahead somebody who leaves must have cover; what lies behind is for schedules.yaml.
LEAVING_LOOKS_AHEAD = timedelta(days=28)
_UNCHANGED = "Nothing was changed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An exception that somebody asks for. `rota` and `person` are keys or, for a person, the name.

    `by` names the actor as audit trails do: `staff:kay`, `terminal:root`; `via` is page, sms or terminal.
    """

    rota: str
    person: str
    start: datetime
    end: datetime
    kind: DutyKind
    by: str
    via: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What changing the duty works with, inside somebody's transaction."""

    published: Published
    public_url: str
    now: datetime


def desk_of(context: Context) -> Desk:
    """The desk of this instant."""
    return Desk(published=context.content.current(), public_url=context.policy.public_url, now=context.clock.now())


def configuration_now(uow: UnitOfWork, published: Published, now: datetime | None = None) -> Configuration:
    """The published configuration with the exceptions to its rotas, as they stand.

    `now`: exceptions that ended before it are left out. People whose account is disabled have no duty any more.
    """
    since = now if now is not None else datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    gone = [account.person for account in uow.accounts.list() if not account.enabled]
    return duty.with_changes(published.content.configuration, uow.duty.in_force(since), gone)


def current_configuration(context: Context) -> Configuration:
    """`configuration_now` of the version in force, read by itself."""
    with context.store.read() as uow:
        return configuration_now(uow, context.content.current(), context.clock.now())


def oncall_shifts(context: Context, rota: str, start: datetime, end: datetime) -> tuple[Shift, ...]:
    """The shifts of a rota between two instants, as they stand. Raises NotFound."""
    return oncall.shifts(rota_called(current_configuration(context), rota), start, end)


# --- making and withdrawing exceptions -----------------------------------------------------------


def take_over(context: Context, *, rota: str, person: str, until: datetime | None, by: str, via: str) -> DutyChange:
    """`person` has the duty from now on, until `until` or, left out, the next hand-over hour.

    Raises NotFound, InvalidInput, Conflict.
    """
    with context.store.write(urgent=True) as uow:
        made = take_over_in(uow, desk_of(context), rota=rota, person=person, until=until, by=by, via=via)
        uow.commit()
    return made


def take_over_in(
    uow: UnitOfWork, desk: Desk, *, rota: str, person: str, until: datetime | None, by: str, via: str
) -> DutyChange:
    """`take_over` inside the caller's transaction."""
    found = rota_called(desk.published.content.configuration, rota)
    wanted = Wanted(
        rota=found.key,
        person=person,
        start=desk.now,
        end=until or _next_hour_of_hand_over(found, desk.now),
        kind=DutyKind.TAKE_OVER,
        by=by,
        via=via,
    )
    return make_in(uow, desk, wanted)


def swap(
    context: Context,
    *,
    rota: str,
    start: datetime,
    end: datetime,
    person: str,
    by: str,
    via: str,
    in_return: tuple[datetime, datetime] | None = None,
) -> tuple[DutyChange, ...]:
    """`person` has the duty from `start` to `end`; whoever is relieved by it has theirs `in_return`, where given.

    Raises NotFound, InvalidInput, Conflict; then nothing is changed.
    """
    with context.store.write(urgent=True) as uow:
        wanted = Wanted(rota=rota, person=person, start=start, end=end, kind=DutyKind.SWAP, by=by, via=via)
        made = swap_in(uow, desk_of(context), wanted, in_return)
        uow.commit()
    return made


def swap_in(
    uow: UnitOfWork, desk: Desk, wanted: Wanted, in_return: tuple[datetime, datetime] | None
) -> tuple[DutyChange, ...]:
    """`swap` inside the caller's transaction."""
    if in_return is None:
        return (make_in(uow, desk, wanted),)
    configuration = configuration_now(uow, desk.published, desk.now)
    rota = rota_called(configuration, wanted.rota)
    person = staff_by_name(configuration, wanted.person)
    others = {shift.person for shift in oncall.shifts(rota, wanted.start, wanted.end)} - {person.key, None}
    if not others:
        raise Conflict(f"{_UNCHANGED} {person.name} has that turn already; a swap is with somebody else's")
    if len(others) != 1:
        message = f"{_UNCHANGED} A swap is between two: {len(others)} others have the duty in that time"
        raise Conflict(message)
    given = {shift.person for shift in oncall.shifts(rota, *in_return)}
    if given != {person.key}:
        message = f"{_UNCHANGED} {person.name} does not have {rota.key} in the hours to be taken in return"
        raise Conflict(message)
    back = replace(wanted, person=str(others.pop()), start=in_return[0], end=in_return[1])
    return make_in(uow, desk, wanted), make_in(uow, desk, back)


def cover(context: Context, *, rota: str, start: datetime, end: datetime, person: str, by: str, via: str) -> DutyChange:
    """`person` stands in from `start` to `end` for whoever has the duty. Raises NotFound, InvalidInput, Conflict."""
    wanted = Wanted(rota=rota, person=person, start=start, end=end, kind=DutyKind.COVER, by=by, via=via)
    with context.store.write(urgent=True) as uow:
        made = make_in(uow, desk_of(context), wanted)
        uow.commit()
    return made


def withdraw(context: Context, *, change: str, by: str, via: str) -> DutyChange:
    """An exception holds no more; the pattern, or an older exception, counts again. Raises NotFound."""
    now = context.clock.now()
    with context.store.write(urgent=True) as uow:
        found = uow.duty.get(change)
        if found is None or found.withdrawn_at is not None or found.end <= now:
            message = "there is no such exception to a rota, or it is over"
            raise NotFound(message)
        gone = replace(found, withdrawn_at=now, withdrawn_by=by)
        uow.duty.update(gone)
        _audit(uow, gone, "duty.withdrawn", by, via, now)
        uow.commit()
    return gone


def leaving(context: Context, person: str) -> tuple[Shift, ...]:
    """The hours of the next four weeks that would be without anybody were this person to leave. Raises NotFound.

    `person` is a key or name. Cut at the present; their own exceptions and those made by others count.
    """
    now = context.clock.now()
    configuration = current_configuration(context)
    key = staff_by_name(configuration, person).key
    hours = duty.hours_of(_as_if_here(configuration, key), key, now, now + LEAVING_LOOKS_AHEAD)
    return tuple(replace(shift, start=max(shift.start, now)) for shift in hours)


def hand_to(context: Context, *, person: str, to: str, by: str, via: str) -> tuple[DutyChange, ...]:
    """Somebody else has every hour that `leaving` names, and hears of all of them at once.

    Raises NotFound, InvalidInput, Conflict; then nothing is changed.
    """
    hours = leaving(context, person)
    desk = desk_of(context)
    with context.store.write(urgent=True) as uow:
        made = tuple(_make(uow, desk, _stand_in(shift, to, by, via), over_others=True) for shift in hours)
        if made:
            configuration = configuration_now(uow, desk.published, desk.now)
            rota = rota_called(configuration, made[0].rota)
            words = f"{len(made)} turns {duty.span(replace(made[0], end=made[-1].end), rota.timezone)}"
            _tell_one(uow, desk, rota, made[0], made[0].person, words)
        uow.commit()
    return made


def _stand_in(shift: Shift, to: str, by: str, via: str) -> Wanted:
    return Wanted(rota=shift.rota, person=to, start=shift.start, end=shift.end, kind=DutyKind.COVER, by=by, via=via)


def make_in(uow: UnitOfWork, desk: Desk, wanted: Wanted) -> DutyChange:
    """One exception inside the caller's transaction: checked, stored, audited, and told to those whom it is about.

    Raises NotFound, InvalidInput, Conflict.
    """
    before = rota_called(configuration_now(uow, desk.published, desk.now), wanted.rota)
    change = _make(uow, desk, wanted)
    for person in (change.person, *duty.relieved(before, change)):
        if change.made_by != f"staff:{person}":
            _tell_one(uow, desk, before, change, person)
    return change


def _make(uow: UnitOfWork, desk: Desk, wanted: Wanted, *, over_others: bool = False) -> DutyChange:
    """One exception, checked, stored and audited. `over_others`: it may lie over other exceptions."""
    now = desk.now
    uow.serialize(f"duty/{wanted.rota}")
    configuration = configuration_now(uow, desk.published, now)
    rota = rota_called(configuration, wanted.rota)
    person = staff_by_name(configuration, wanted.person)
    clinic = clinic_of_rota(configuration, rota)
    _must_be_reachable(uow, clinic, person, rota)
    change = DutyChange(
        id=new_id(),
        clinic=clinic.key,
        rota=rota.key,
        start=max(wanted.start, now),
        end=wanted.end,
        person=person.key,
        kind=wanted.kind,
        made_at=now,
        made_by=wanted.by,
        via=wanted.via,
    )
    standing = () if over_others else uow.duty.in_force(now)
    against = duty.objection(rota, change, standing, names(configuration))
    if against is not None:
        raise Conflict(f"{_UNCHANGED} {against[:1].upper()}{against[1:]}")
    uow.duty.add(change)
    _audit(uow, change, f"duty.{change.kind.value}", wanted.by, wanted.via, now)
    return change


def _as_if_here(configuration: Configuration, person: str) -> Configuration:
    """The configuration in which this person has not left yet, so that asking afterwards names the same hours."""
    rotas = {key: replace(rota, absent=rota.absent - {person}) for key, rota in configuration.rotas.items()}
    return replace(configuration, rotas=rotas)


def _next_hour_of_hand_over(rota: Rota, now: datetime) -> datetime:
    """The rota's hand-over hour today or tomorrow, also where the duty is handed over but once a week."""
    today = windows.local_date(now, rota.timezone)
    hours = (windows.instant_of(today + timedelta(days=ahead), rota.at, rota.timezone) for ahead in range(3))
    return next(hour for hour in hours if hour > now)


def _must_be_reachable(uow: UnitOfWork, clinic: Clinic, person: StaffMember, rota: Rota) -> None:
    if person.phone is None:
        wrong = Problem(at="person", message=f"{person.name} has no phone and cannot be woken")
        raise InvalidInput(_UNCHANGED, (wrong,))
    if person.key in rota.absent:
        message = f"{_UNCHANGED} {person.name} has left, and the account is disabled"
        raise Conflict(message)
    if uow.suppressions.active(clinic.key, Channel.SMS, person.phone):
        message = f"{_UNCHANGED} The phone of {person.name} has stopped texts from us: first text START from it"
        raise Conflict(message)


def _audit(uow: UnitOfWork, change: DutyChange, action: str, by: str, via: str, now: datetime) -> None:
    hours = {"start": change.start.isoformat(), "end": change.end.isoformat()}
    uow.audit.append(
        at=now,
        actor=by,
        action=action,
        subject="rota",
        subject_id=change.rota,
        detail={"change": change.id, "person": change.person, "via": via, **hours},
        clinic=change.clinic,
    )


# --- telling people --------------------------------------------------------------------------------


def _tell_one(
    uow: UnitOfWork, desk: Desk, rota: Rota, change: DutyChange, person: str, words: str | None = None
) -> None:
    """One person whom an exception is about hears of it; `words` say of which hours, where it is of several."""
    configuration = desk.published.content.configuration
    member = configuration.staff.get(person)
    if member is None:
        return
    channel = Channel.SMS if member.phone is not None else Channel.EMAIL
    address = member.address(channel)
    if address is None:
        return
    told = told_of(uow, desk, rota, change)
    draft = Draft(
        template="STAFF_DUTY",
        message_class=MessageClass.STAFF_NOTICE if person == change.person else MessageClass.STAFF_REPLY,
        channel=channel,
        to=address,
        intent=f"duty/{change.id}/{person}",
        values=told if words is None else {**told, "duty": f"{rota.key}, {words}"},
        person=person,
    )
    clinic = configuration.clinics[change.clinic]
    if uow.messages.add(compose(desk.published, clinic, draft, change.made_at)):
        uow.wake(draft.message_class.lane.value)


def told_of(uow: UnitOfWork, desk: Desk, rota: Rota, change: DutyChange) -> dict[str, str]:
    """What a text about an exception says: who has what from when to when, who made it, what is open now."""
    configuration = desk.published.content.configuration
    waiting = [one for one in uow.alerts.unclosed_of(change.clinic) if one.status is AlertStatus.OPEN]
    pressing = sorted(waiting, key=lambda one: (-one.level.rank, one.opened_at))
    return {
        "who": names(configuration).get(change.person, change.person),
        "duty": f"{rota.key} {duty.span(change, rota.timezone)}",
        "by": actor_name(change.made_by, configuration),
        "codes": listed([one.code for one in pressing], configuration.staff_language, most=_MOST_CODES),
        "link": f"{desk.public_url}/staff/rota",
    }


# --- names -----------------------------------------------------------------------------------------


def names(configuration: Configuration) -> dict[str, str]:
    """The names that people see, by staff key."""
    return {key: member.name for key, member in configuration.staff.items()}


def actor_name(actor: str, configuration: Configuration) -> str:
    """Who `staff:kay` is; anybody else by what they are called in the audit trail."""
    kind, _, key = actor.partition(":")
    member = configuration.staff.get(key) if kind == "staff" else None
    return member.name if member is not None else kind


def rota_called(configuration: Configuration, key: str) -> Rota:
    """A rota by its key, in any case. Raises NotFound, which names those that there are."""
    found = {name.casefold(): rota for name, rota in configuration.rotas.items()}.get(key.casefold())
    if found is None:
        message = f"schedules.yaml names no such rota; there is {', '.join(configuration.rotas)}"
        raise NotFound(message)
    return found


def clinic_of_rota(configuration: Configuration, rota: Rota) -> Clinic:
    """The first clinic whose chains tell a rota; where none does, the first of the file."""
    clinics = tuple(configuration.clinics.values())
    return next((clinic for clinic in clinics if rota in oncall.rotas_of(clinic, configuration)), clinics[0])
