"""What the rota page shows: who has the duty, the next 14 days, exceptions, what is wrong. `followup rota show` too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from followup.domain import oncall
from followup.domain.duty import DutyChange
from followup.domain.oncall import Shift
from followup.domain.page_test import PageTest
from followup.domain.preflight import AHEAD, Finding
from followup.domain.schedule import Clinic, Configuration, Coverage, Rota
from followup.domain.schedule_check import check_weeks_ahead
from followup.services.context import Context, clinic_of
from followup.services.duty import actor_name, configuration_now, names
from followup.services.preflight import findings_in
from followup.storage.unit_of_work import UnitOfWork

MOST_TESTS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One shift as it is shown. `name` is None where nobody is on duty; `usual` who has it by the pattern, if other."""

    shift: Shift
    hours: str
    name: str | None
    usual: str | None
    running: bool
    holiday: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceptional:
    """One exception in force, with the names of who has the duty and who made it."""

    change: DutyChange
    hours: str
    name: str
    made_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaView:
    """One rota with its turns of the next 14 days, the running one first, and its exceptions, the soonest first."""

    rota: Rota
    turns: tuple[Turn, ...]
    exceptions: tuple[Exceptional, ...]

    @property
    def present(self) -> Turn:
        """The turn that runs now."""
        return self.turns[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTestView:
    """One test page with the name of whom it went to."""

    page: PageTest
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaPage:
    """Everything of one clinic. `closures`: hours in which nobody is on call by choice, in words."""

    clinic: Clinic
    rotas: tuple[RotaView, ...]
    findings: tuple[Finding, ...]
    closures: tuple[str, ...]
    tests: tuple[PageTestView, ...]
    people: dict[str, str]


def show_rota(context: Context, clinic: str) -> RotaPage:
    """The duty of a clinic as it stands. Raises NotFound."""
    now = context.clock.now()
    published = context.content.current()
    with context.store.read() as uow:
        configuration = configuration_now(uow, published, now)
        found = clinic_of(configuration, clinic)
        changes = uow.duty.in_force(now)
        return RotaPage(
            clinic=found,
            rotas=tuple(
                _view(rota, published.content.configuration.rotas[rota.key], configuration, changes, now)
                for rota in oncall.rotas_of(found, configuration)
            ),
            findings=findings_in(uow, context, clinic),
            closures=_closures(configuration, found, now),
            tests=_tests(uow, found, configuration),
            people=names(configuration),
        )


def _view(
    rota: Rota, pattern: Rota, configuration: Configuration, changes: tuple[DutyChange, ...], now: datetime
) -> RotaView:
    known = oncall.known_only(rota, configuration)
    own = sorted((change for change in changes if change.rota == rota.key), key=lambda change: change.start)
    return RotaView(
        rota=rota,
        turns=tuple(_turn(shift, pattern, configuration, now) for shift in oncall.shifts(known, now, now + AHEAD)),
        exceptions=tuple(
            Exceptional(
                change=change,
                hours=oncall.shown_hours(change.start, change.end, rota.timezone),
                name=names(configuration).get(change.person, change.person),
                made_by=actor_name(change.made_by, configuration),
            )
            for change in own
        ),
    )


def _turn(shift: Shift, pattern: Rota, configuration: Configuration, now: datetime) -> Turn:
    usual = oncall.on_duty(pattern, shift.start)
    people = names(configuration)
    return Turn(
        shift=shift,
        hours=oncall.shown_hours(shift.start, shift.end, pattern.timezone),
        name=people.get(shift.person or ""),
        usual=people.get(usual or "") if usual != shift.person else None,
        running=shift.start <= now < shift.end,
        holiday=oncall.is_holiday(pattern, shift.start),
    )


def _closures(configuration: Configuration, clinic: Clinic, now: datetime) -> tuple[str, ...]:
    if clinic.coverage is Coverage.AROUND_THE_CLOCK:
        return ()
    found = check_weeks_ahead(configuration, now)
    return tuple(one.message for one in found if one.path[:2] == ("clinics", clinic.key))


def _tests(uow: UnitOfWork, clinic: Clinic, configuration: Configuration) -> tuple[PageTestView, ...]:
    people = names(configuration)
    return tuple(
        PageTestView(page=page, name=people.get(page.person, page.person))
        for page in uow.page_tests.latest(clinic.key, MOST_TESTS)
    )
