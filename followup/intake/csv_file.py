"""A CSV file as clinics export it -> drafts. First the columns are judged as a whole, then each row by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from followup.domain import windows
from followup.intake.cells import Unusable, cleaned, is_empty
from followup.intake.csv_row import Page, draft_of
from followup.intake.found import DayOrder, Draft, Format, Reading, Remark, Surroundings, Unreadable
from followup.intake.headings import Columns, Field, columns_of, nearest, recognised
from followup.intake.moments import Moment, moment_of
from followup.intake.orders import Evidence, evidence_of, needs_halves, needs_order, orders_of
from followup.intake.table import Record, Table, table_of

#: Fewer known headings than this are a coincidence of words.
_FEWEST: Final = 3
#: Columns of dates; a wrong birth date is a gap, a wrong date of an infusion is a wrong course.
_DATES: Final = (Field.DAY, Field.ENDED, Field.DISCHARGED, Field.CONSENT_AT, Field.BIRTH_DATE)
_OF_INFUSION: Final = (Field.DAY, Field.ENDED, Field.DISCHARGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """A table with its columns known and its rows in memory."""

    table: Table
    columns: Columns
    records: tuple[Record, ...]
    headings_again: int


def read_csv(text: str, encoding: str, around: Surroundings) -> Reading:
    """Every row as a draft. Raises Unreadable where columns are missing or can be read in two ways."""
    sheet = _sheet(text, around)
    page = _page(sheet, around)
    return Reading(
        format=Format.CSV,
        encoding=encoding,
        drafts=tuple(_drafts(sheet, page)),
        notes=_notes(sheet, page),
    )


def _sheet(text: str, around: Surroundings) -> _Sheet:
    table = table_of(text, recognised, fewest=_FEWEST)
    columns = columns_of(table.heading)
    _needs_columns(columns, around)
    rows = list(table.rows)
    # Reports print their headings on each page.
    kept = tuple(record for record in rows if tuple(cell.strip() for cell in record.cells) != table.heading)
    if not kept:
        raise Unreadable("the file has headings and no rows")
    return _Sheet(table=table, columns=columns, records=kept, headings_again=len(rows) - len(kept))


def _needs_columns(columns: Columns, around: Surroundings) -> None:
    has = columns.places
    missing: list[Field] = []
    if Field.PATIENT not in has:
        missing.append(Field.PATIENT)
    if not {Field.NAME, Field.FIRST, Field.LAST} & set(has):
        missing.append(Field.NAME)
    if not {Field.CELL, Field.PHONE, Field.HOME_PHONE, Field.EMAIL} & set(has):
        missing.append(Field.CELL)
    if Field.ENDED not in has:
        missing.append(Field.ENDED)
    if missing:
        raise Unreadable(f"no column was recognised for {'; '.join(_hint(field, columns) for field in missing)}")
    if Field.TREATMENT not in has and around.treatment is None:
        raise Unreadable("there is no column for the treatment; add one, or say --treatment for the whole file")


def _hint(field: Field, columns: Columns) -> str:
    close = nearest(field, columns.heading)
    return f"{field} (is it {close}?)" if close else str(field)


def _page(sheet: _Sheet, around: Surroundings) -> Page:
    """What the columns as a whole say."""
    moments = {field: tuple(_moments(sheet, field)) for field in _DATES if field in sheet.columns.places}
    evidence = {field.value: evidence_of(found) for field, found in moments.items()}
    orders = {Field(name): order for name, order in orders_of(evidence, around.order).items()}
    for field in _OF_INFUSION:
        _judge(sheet, field, moments.get(field, ()), evidence.get(field, Evidence()), orders.get(field))
    return Page(
        around=around,
        columns=sheet.columns,
        orders=orders,
        halves=frozenset(field for field, found in moments.items() if any(each.twelve_hours for each in found)),
        today=_today(around),
        width=len(sheet.table.heading),
    )


def _judge(sheet: _Sheet, field: Field, moments: Sequence[Moment], evidence: Evidence, order: DayOrder | None) -> None:
    name = sheet.columns.called(field)
    needs_order(name, evidence, order)
    needs_halves(name, moments)


def _today(around: Surroundings) -> date:
    zone = around.zones.get(around.clinic or "") or next(iter(around.zones.values()), "UTC")
    return windows.local_date(around.now, zone)


def _moments(sheet: _Sheet, field: Field) -> Iterable[Moment]:
    place = sheet.columns.places[field]
    for record in sheet.records:
        if record.problem is None and place < len(record.cells):
            cell = cleaned(record.cells[place])
            if not is_empty(cell):
                try:
                    yield moment_of(cell)
                except Unusable:
                    continue


def _drafts(sheet: _Sheet, page: Page) -> Iterable[Draft]:
    for record in sheet.records:
        if record.problem is not None:
            refusal = Remark(line=record.line, reason=record.problem)
            yield Draft(line=record.line, raw=None, refusals=(refusal,))
        else:
            yield draft_of(record, page)


def _notes(sheet: _Sheet, page: Page) -> tuple[str, ...]:
    notes: list[str] = []
    columns = sheet.columns
    if columns.unused:
        notes.append(f"columns that were not used: {', '.join(columns.unused)}")
    notes.extend(f"column {loser} was not used: column {winner} says the same" for loser, winner in columns.doubled)
    if Field.INFUSION not in columns.places:
        notes.append("no column holds an id of the infusion: patient id and date stand in for it")
    if sheet.headings_again:
        notes.append(f"headings that came again were passed over: {sheet.headings_again}")
    told = {order for field, order in page.orders.items() if order is not None and field in _OF_INFUSION}
    if len(told) == 1:
        notes.append(f"dates such as 03/04/2026 were read as {'month' if 'mdy' in told else 'day'} first")
    return tuple(notes)
