"""A file of infusions -> recorded infusions, row by row: good rows are taken, each bad one is named with its place.

`followup infusion import` and the watched folder call it. Importing a file twice changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from followup import log
from followup.domain.plan import CheckInState
from followup.domain.schedule import RISK_FLAGS, Configuration, Schedule
from followup.errors import Conflict, InvalidInput
from followup.intake.found import DayOrder, Draft, Format, Reading, Remark, Surroundings
from followup.intake.reader import read_file
from followup.services.context import Context, only_clinic
from followup.services.record_infusion import NewInfusion, Recorded, RecordOutcome, record_infusion
from followup.storage.errors import Collision, StorageError

#: Checks one infusion in the API's shape and types it; raises InvalidInput.
Check = Callable[[object, Configuration, datetime], NewInfusion]
#: Is told how many rows are done, of how many.
Progress = Callable[[int, int], None]

_log = log.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What whoever imports says beside the file. `clinic`, `treatment` and `order` stand in for what it leaves open."""

    clinic: str | None = None
    treatment: str | None = None
    order: DayOrder | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of a file. Its remarks name places and reasons and hold nothing of the file.

    `first`: by key of the first check-in and by reason, how many of the new infusions it is already impossible for;
    None as reason counts those it is still possible for.
    """

    format: Format
    encoding: str
    notes: tuple[str, ...]
    rows: int
    recorded: int
    known: int
    refused: int
    refusals: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    first: Mapping[tuple[str, str | None], int]
    dry_run: bool

    @property
    def all_taken(self) -> bool:
        """Whether no row was refused."""
        return self.refused == 0


@dataclass(slots=True)
class _Tally:
    """Counts while the rows go by, and what rows are compared with."""

    recorded: int = 0
    known: int = 0
    refused: int = 0
    refusals: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    first: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    infusions: dict[tuple[str, str], tuple[int, NewInfusion]] = field(default_factory=dict)
    moments: dict[tuple[str, str, datetime], tuple[int, str]] = field(default_factory=dict)
    names: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)


def import_infusions(
    context: Context,
    data: bytes,
    check: Check,
    wishes: Wishes,
    *,
    actor: str,
    progress: Progress = lambda _done, _all: None,
) -> Imported:
    """Read and record a file. Raises Unreadable (a BadInput) where it cannot be taken at all, StorageError."""
    configuration = context.content.current().content.configuration
    reading = read_file(data, surroundings(configuration, wishes, context.clock.now()))
    tally = _Tally()
    for number, draft in enumerate(reading.drafts):
        progress(number, len(reading.drafts))
        _take(context, configuration, draft, check, wishes, tally, actor)
    progress(len(reading.drafts), len(reading.drafts))
    return _imported(reading, tally, wishes)


def surroundings(configuration: Configuration, wishes: Wishes, now: datetime) -> Surroundings:
    """What a file is read against: the clinics and courses of the published schedule. Raises NotFound."""
    clinics = configuration.clinics
    alone = wishes.clinic is not None or len(clinics) == 1
    schedules = (*configuration.schedules.values(), configuration.safety_course)
    return Surroundings(
        now=now,
        zones={key: clinic.timezone for key, clinic in clinics.items()},
        names={key: clinic.name for key, clinic in clinics.items()},
        clinic=only_clinic(configuration, wishes.clinic).key if alone else None,
        treatments=tuple(dict.fromkeys(one.treatment for one in configuration.schedules.values())),
        indications=_indications(schedules),
        languages=configuration.languages,
        flags=RISK_FLAGS,
        treatment=wishes.treatment,
        order=wishes.order,
    )


def _indications(schedules: Sequence[Schedule]) -> tuple[str, ...]:
    """Every indication that decides about anything."""
    named = {each for schedule in schedules for each in schedule.indications}
    for schedule in schedules:
        named |= {each for spec in schedule.check_ins for extra in spec.extra for each in extra.indications}
    return tuple(sorted(named))


def _take(
    context: Context,
    configuration: Configuration,
    draft: Draft,
    check: Check,
    wishes: Wishes,
    tally: _Tally,
    actor: str,
) -> None:
    found = _recorded(context, configuration, draft, check, wishes, tally, actor)
    if isinstance(found, Recorded):
        tally.warnings.extend(draft.warnings)
        _count(found, tally)
    else:
        tally.refused += 1
        tally.refusals.extend(found)


def _recorded(
    context: Context,
    configuration: Configuration,
    draft: Draft,
    check: Check,
    wishes: Wishes,
    tally: _Tally,
    actor: str,
) -> Recorded | tuple[Remark, ...]:
    """What was recorded, or why nothing was."""
    if draft.raw is None:
        return draft.refusals
    try:
        new = check(draft.raw, configuration, context.clock.now())
        _compare(draft, new, tally)
        _not_under_another_id(context, new)
        return _record(context, new, actor, keep=not wishes.dry_run)
    except InvalidInput as error:
        return tuple(
            Remark(line=draft.line, column=draft.columns.get(problem.at, problem.at), reason=problem.message)
            for problem in error.problems
        )
    except StorageError:
        raise
    except Conflict as error:
        return (Remark(line=draft.line, reason=str(error)),)
    except Exception as error:  # one odd row must not keep the others from being taken  # noqa: BLE001
        _log.error("a row of an import failed", **log.describe(error))
        return (Remark(line=draft.line, reason="could not be recorded; the log says where it failed"),)


def _record(context: Context, new: NewInfusion, actor: str, *, keep: bool) -> Recorded:
    """Somebody may send the same infusion at the same moment: who comes second finds the other's rows and compares."""
    try:
        return record_infusion(context, new, actor=actor, keep=keep)
    except Collision:
        return record_infusion(context, new, actor=actor, keep=keep)


def _compare(draft: Draft, new: NewInfusion, tally: _Tally) -> None:
    """With the rows before: one infusion told in two ways is refused, one patient with two names is pointed out."""
    line, before = tally.infusions.setdefault((new.clinic, new.id), (draft.line, new))
    if _facts(before) != _facts(new):
        raise Conflict(f"the same infusion stands in line {line} with other facts")
    moment = (new.clinic, new.patient.id, new.ended_at)
    line, infusion = tally.moments.setdefault(moment, (draft.line, new.id))
    if infusion != new.id:
        raise Conflict(f"the same patient has an infusion that ended at this moment in line {line}, under another id")
    line, name = tally.names.setdefault((new.clinic, new.patient.id), (draft.line, new.patient.name))
    if name.casefold() != new.patient.name.casefold():
        column = draft.columns.get("patient.name", "patient.name")
        reason = f"the same patient has another name in line {line}"
        tally.warnings.append(Remark(line=draft.line, column=column, reason=reason))


def _not_under_another_id(context: Context, new: NewInfusion) -> None:
    """One person has one infusion at a time: another id for it would mean every check-in twice."""
    with context.store.read() as uow:
        patient = uow.patients.by_external_id(new.clinic, new.patient.id)
        known = () if patient is None else uow.infusions.of_patient(patient.id)
    for infusion in known:
        if infusion.ended_at == new.ended_at and infusion.external_id != new.id and infusion.cancelled_at is None:
            raise Conflict("an infusion of this patient that ended at this moment is recorded under another id")


def _facts(new: NewInfusion) -> tuple[object, ...]:
    return new.patient.id, new.treatment, new.ended_at, new.baseline


def _count(recorded: Recorded, tally: _Tally) -> None:
    if recorded.outcome is RecordOutcome.SAME:
        tally.known += 1
        return
    tally.recorded += 1
    if recorded.check_ins:
        first = min(recorded.check_ins, key=lambda one: (one.due_at, one.key))
        possible = first.state in {CheckInState.PLANNED, CheckInState.OPEN}
        tally.first[first.key, None if possible else first.reason or first.state.value] += 1


def _imported(reading: Reading, tally: _Tally, wishes: Wishes) -> Imported:
    return Imported(
        format=reading.format,
        encoding=reading.encoding,
        notes=reading.notes,
        rows=len(reading.drafts),
        recorded=tally.recorded,
        known=tally.known,
        refused=tally.refused,
        refusals=tuple(tally.refusals),
        warnings=tuple(sorted(tally.warnings, key=lambda remark: remark.line)),
        first=dict(tally.first),
        dry_run=wishes.dry_run,
    )
