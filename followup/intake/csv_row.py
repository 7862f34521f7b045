"""One row of a CSV file -> a draft in the API's shape. What decides about a patient's course is refused when it cannot
be read; what only helps (an address, a contact) is left out with a warning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final

from followup.intake import words
from followup.intake.cells import Unusable, is_empty, usable
from followup.intake.found import DayOrder, Draft, Remark, Surroundings
from followup.intake.headings import Columns, Field
from followup.intake.moments import Moment, moment_of
from followup.intake.orders import day_of
from followup.intake.phones import phone_of
from followup.intake.placing import instant_of
from followup.intake.table import Record

_NAMES: Final = frozenset({Field.NAME, Field.FIRST, Field.MIDDLE, Field.LAST})
#: Their gaps are shown beside an alert; they never cost a patient the follow-up.
_DETAILS: Final = (
    (Field.ESCORT, "escort"),
    (Field.DISPATCH, "local_dispatch_phone"),
    (Field.SAFE_TO_CALL, "safe_to_call"),
    (Field.INTERPRETER, "interpreter"),
    (Field.PRESCRIBER, "prescriber"),
)
_FLAG_COLUMNS: Final = (
    (Field.FIRST_INFUSION, "first_infusion"),
    (Field.LIVES_ALONE, "lives_alone"),
    (Field.PRIOR_REACTION, "prior_severe_reaction"),
    (Field.SI_HISTORY, "si_history"),
    (Field.BP_RISK, "bp_risk"),
)
_HALF_DAY: Final = range(1, 13)
#: Where the mistakes that the API's own checks find stand in the file.
_PATHS: Final[Mapping[str, tuple[Field, ...]]] = {
    "id": (Field.INFUSION, Field.PATIENT),
    "clinic": (Field.CLINIC,),
    "patient.id": (Field.PATIENT,),
    "patient.name": (Field.NAME, Field.LAST, Field.FIRST),
    "patient.phone": (Field.CELL, Field.PHONE, Field.HOME_PHONE),
    "patient.email": (Field.EMAIL,),
    "patient.language": (Field.LANGUAGE,),
    "patient.timezone": (Field.ZONE,),
    "patient.birth_date": (Field.BIRTH_DATE,),
    "treatment": (Field.TREATMENT,),
    "indication": (Field.INDICATION,),
    "ended_at": (Field.ENDED,),
    "discharged_at": (Field.DISCHARGED,),
    "baseline.pain": (Field.PAIN,),
    "baseline.mood": (Field.MOOD,),
    "patient.consent.sms": (Field.CONSENT_SMS,),
    "patient.consent.email": (Field.CONSENT_EMAIL,),
    "patient.consent.at": (Field.CONSENT_AT,),
    "patient.consent.method": (Field.CONSENT_METHOD,),
    "patient.address": (Field.ADDRESS,),
    "patient.emergency_contact": (Field.CONTACT, Field.CONTACT_PHONE),
} | {f"patient.{name}": (place,) for place, name in _DETAILS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What all rows of a file have in common. `halves`: the columns that say AM or PM."""

    around: Surroundings
    columns: Columns
    orders: Mapping[Field, DayOrder | None]
    halves: frozenset[Field]
    today: date
    width: int


@dataclass(slots=True)
class _Row:
    """One row while it is read; collects what was wrong with it."""

    record: Record
    page: Page
    refusals: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)

    def text(self, what: Field) -> str | None:
        """What stands in the column; None where nothing does. Raises Unusable."""
        place = self.page.columns.places.get(what)
        cell = self.record.cells[place] if place is not None and place < len(self.record.cells) else ""
        found = usable(cell)
        return None if found == "" or (what not in _NAMES and is_empty(found)) else found

    def needed(self, what: Field, read: Callable[[str], Any] = str) -> Any:  # noqa: ANN401 - what `read` gives
        """The value of a column; a cell that cannot be read costs the row."""
        try:
            found = self.text(what)
            return None if found is None else read(found)
        except Unusable as problem:
            self.refuse(what, problem.reason)
            return None

    def helpful(self, what: Field, read: Callable[[str], Any] = str) -> Any:  # noqa: ANN401 - what `read` gives
        """The value of a column; a cell that cannot be read is left out."""
        try:
            found = self.text(what)
            return None if found is None else read(found)
        except Unusable as problem:
            self.warn(what, f"{problem.reason}; it was left out")
            return None

    def refuse(self, what: Field, reason: str) -> None:
        """Say why this row cannot be taken."""
        self.refusals.append(Remark(line=self.record.line, column=self.page.columns.called(what), reason=reason))

    def warn(self, what: Field, reason: str) -> None:
        """Say what was put right or left out."""
        self.warnings.append(Remark(line=self.record.line, column=self.page.columns.called(what), reason=reason))

    def line(self, text: str) -> str:
        """Text of one line. Raises Unusable where it has several: a quote is missing, and rows ran together."""
        if "\n" in text:
            raise Unusable("has several lines; is a quote missing?")
        return text


def draft_of(record: Record, page: Page) -> Draft:
    """Read one row."""
    if len(record.cells) != page.width and not _only_empty_beyond(record, page.width):
        reason = f"has {len(record.cells)} cells where the headings are {page.width}; is a quote or a delimiter amiss?"
        return Draft(line=record.line, raw=None, refusals=(Remark(line=record.line, reason=reason),))
    row = _Row(record, page)
    raw = _raw(row)
    return Draft(
        line=record.line,
        raw=None if row.refusals else raw,
        columns={path: _column(page.columns, fields) for path, fields in _PATHS.items()},
        refusals=tuple(row.refusals),
        warnings=tuple(row.warnings),
    )


def _only_empty_beyond(record: Record, width: int) -> bool:
    return len(record.cells) > width and not any(cell.strip() for cell in record.cells[width:])


def _column(columns: Columns, fields: tuple[Field, ...]) -> str:
    return columns.called(next((each for each in fields if each in columns.places), fields[0]))


def _raw(row: _Row) -> dict[str, Any]:
    clinic = _clinic(row)
    zone = row.page.around.zones.get(clinic or "", "UTC")
    ended, day = _ended(row, zone)
    patient_id = row.needed(Field.PATIENT, row.line)
    raw = {
        "id": _infusion_id(row, patient_id, day),
        "clinic": clinic,
        "patient": _patient(row, patient_id, zone),
        "treatment": _treatment(row),
        "indication": _indication(row),
        "ended_at": None if ended is None else ended.isoformat(),
        "discharged_at": _discharged(row, zone, day),
        "baseline": _filled(pain=row.needed(Field.PAIN, words.score_of), mood=row.needed(Field.MOOD, words.score_of)),
        "flags": _flags(row),
    }
    for what, value in ((Field.PATIENT, patient_id), (Field.ENDED, ended)):
        if value is None and not _said(row, what):
            row.refuse(what, "is empty")
    return _filled(**raw)


def _said(row: _Row, what: Field) -> bool:
    name = row.page.columns.called(what)
    return any(remark.column == name for remark in row.refusals)


def _filled(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None and value != {}}


# --- who and where -------------------------------------------------------------------------------


def _clinic(row: _Row) -> str | None:
    around = row.page.around
    named = row.needed(Field.CLINIC)
    if named is None:
        if around.clinic is None and not _said(row, Field.CLINIC):
            row.refuse(Field.CLINIC, "is empty, and there are several clinics")
        return around.clinic
    key = around.clinic_called(named)
    if key is not None:
        return key
    if len(around.zones) > 1:
        row.refuse(Field.CLINIC, "names no clinic of schedules.yaml")
        return None
    return around.clinic  # rooms and departments of the only clinic


def _patient(row: _Row, patient_id: str | None, zone: str) -> dict[str, Any]:
    details = {name: row.helpful(place) for place, name in _DETAILS}
    return _filled(
        id=patient_id,
        name=_name(row),
        phone=_phone(row),
        email=row.needed(Field.EMAIL, row.line),
        language=_language(row),
        timezone=row.needed(Field.ZONE) or zone,
        consent=_consent(row, zone),
        birth_date=_birth_date(row),
        address=_address(row),
        emergency_contact=_contact(row),
        **details,
    )


def _name(row: _Row) -> str | None:
    whole = row.needed(Field.NAME, row.line)
    parts = [row.needed(part, row.line) for part in (Field.FIRST, Field.MIDDLE, Field.LAST)]
    name = words.name_of(whole) if whole else " ".join(part for part in parts if part)
    if words.looks_twice_encoded(name):
        row.warn(Field.NAME, "has letters that were spoilt on the way; export the file as UTF-8")
    if not name and not any(_said(row, part) for part in _NAMES):
        row.refuse(next(each for each in _PATHS["patient.name"] if each in row.page.columns.places), "is empty")
    return name or None


def _phone(row: _Row) -> str | None:
    for what in (Field.CELL, Field.PHONE, Field.HOME_PHONE):
        found = row.needed(what, phone_of)
        if found is not None:
            number: str = found[0]
            if found[1]:
                row.warn(what, found[1])
            if what is Field.HOME_PHONE:
                row.warn(what, "is the only number; a landline takes no texts")
            return number
        if _said(row, what):
            return None
    return None


def _language(row: _Row) -> str | None:
    named = row.helpful(Field.LANGUAGE)
    if named is None:
        return None
    code = words.language_of(named)
    if code is None or code[:2] not in row.page.around.languages:
        row.warn(Field.LANGUAGE, "is no language that there are texts in; it was left out and staff are told")
        return None
    return code


def _consent(row: _Row, zone: str) -> dict[str, Any] | None:
    sms = row.needed(Field.CONSENT_SMS, words.yes_or_no)
    email = row.needed(Field.CONSENT_EMAIL, words.yes_or_no)
    if sms is None and email is None:
        return None
    at = row.helpful(Field.CONSENT_AT, lambda text: _instant(row, Field.CONSENT_AT, moment_of(text), zone, time()))
    method = row.helpful(Field.CONSENT_METHOD, row.line)
    return _filled(sms=sms, email=email, at=at.isoformat() if at else None, method=method)


def _birth_date(row: _Row) -> str | None:
    def read(text: str) -> str:
        moment = moment_of(text)
        if not isinstance(moment.day, date) and moment.day is not None and moment.day.short_year:
            raise Unusable("has a year of two digits; write it with four")
        born = day_of(moment, row.page.orders.get(Field.BIRTH_DATE), row.page.today)
        if born is None or born > row.page.today:
            raise Unusable("is no birth date")
        return born.isoformat()

    found: str | None = row.helpful(Field.BIRTH_DATE, read)
    return found


def _address(row: _Row) -> str | None:
    street = [row.helpful(part) for part in (Field.ADDRESS, Field.ADDRESS_2, Field.CITY)]
    region = " ".join(part for part in (row.helpful(Field.STATE), row.helpful(Field.ZIP)) if part)
    return ", ".join(part for part in (*street, region) if part) or None


def _contact(row: _Row) -> str | None:
    return ", ".join(part for part in (row.helpful(Field.CONTACT), row.helpful(Field.CONTACT_PHONE)) if part) or None


# --- what and when -------------------------------------------------------------------------------


def _infusion_id(row: _Row, patient_id: str | None, day: date | None) -> str | None:
    if Field.INFUSION not in row.page.columns.places:
        return f"{patient_id}/{day.isoformat()}" if patient_id and day else None
    given: str | None = row.needed(Field.INFUSION, row.line)
    if given is None and not _said(row, Field.INFUSION):
        row.refuse(Field.INFUSION, "is empty")
    return given


def _treatment(row: _Row) -> str | None:
    given = row.needed(Field.TREATMENT, row.line)
    if given is None:
        if row.page.around.treatment is None and not _said(row, Field.TREATMENT):
            row.refuse(Field.TREATMENT, "is empty")
        return row.page.around.treatment
    known = words.one_of(given, row.page.around.treatments)
    if known is None:
        row.warn(Field.TREATMENT, "is no treatment of schedules.yaml; the safety-only course is given")
    return known or words.plain(given)


def _indication(row: _Row) -> str | None:
    given = row.needed(Field.INDICATION, row.line)
    return None if given is None else words.one_of(given, row.page.around.indications) or given


def _flags(row: _Row) -> list[str] | None:
    known = row.page.around.flags
    listed: tuple[list[str], bool] = row.needed(Field.FLAGS, lambda text: words.flags_of(text, known)) or ([], False)
    if listed[1]:
        row.warn(Field.FLAGS, f"names something else than {', '.join(known)}; that was left out")
    set_by_columns = [name for place, name in _FLAG_COLUMNS if row.needed(place, words.yes_or_no)]
    return list(dict.fromkeys([*listed[0], *set_by_columns])) or None


def _ended(row: _Row, zone: str) -> tuple[datetime | None, date | None]:
    """When the infusion ended, and the day of service."""
    try:
        moment, text = _moment(row, Field.ENDED)
        day = _day(row, Field.ENDED, moment)
        served = _served(row)
    except Unusable:
        return None, None
    if text is None:
        return None, served
    if day is not None and served is not None and abs((day - served).days) > 1:
        row.refuse(Field.ENDED, "is another day than the date of service")
        return None, served
    whole = moment if day is not None else _on(moment, served)
    ended = _placed(row, Field.ENDED, whole, zone)
    return ended, served or day


def _served(row: _Row) -> date | None:
    moment, _ = _moment(row, Field.DAY)
    return _day(row, Field.DAY, moment)


def _discharged(row: _Row, zone: str, day: date | None) -> str | None:
    try:
        moment, text = _moment(row, Field.DISCHARGED)
    except Unusable:
        return None
    if text is None:
        return None
    at = _placed(row, Field.DISCHARGED, moment if moment.day is not None else _on(moment, day), zone)
    return None if at is None else at.isoformat()


def _moment(row: _Row, what: Field) -> tuple[Moment, str | None]:
    """The parts of a cell. Raises Unusable when it was refused."""
    try:
        text = row.text(what)
        return (Moment(), None) if text is None else (moment_of(text), text)
    except Unusable as problem:
        row.refuse(what, problem.reason)
        raise


def _day(row: _Row, what: Field, moment: Moment) -> date | None:
    try:
        return day_of(moment, row.page.orders.get(what), row.page.today)
    except Unusable as problem:
        row.refuse(what, problem.reason)
        raise


def _on(moment: Moment, day: date | None) -> Moment:
    return Moment(
        day=day,
        time=moment.time,
        offset=moment.offset,
        zone_word=moment.zone_word,
        twelve_hours=moment.twelve_hours,
        plain=moment.plain,
    )


def _placed(row: _Row, what: Field, moment: Moment, zone: str) -> datetime | None:
    try:
        return _instant(row, what, moment, zone)
    except Unusable as problem:
        row.refuse(what, problem.reason)
        return None


def _instant(row: _Row, what: Field, moment: Moment, zone: str, missing: time | None = None) -> datetime:
    day = day_of(moment, row.page.orders.get(what), row.page.today)
    if day is None:
        raise Unusable("has a time of day and no date")
    wall = moment.time if moment.time is not None else missing
    if wall is None:
        raise Unusable("has a date and no time of day")
    if wall == time() and missing is None and moment.offset is None:
        raise Unusable("says midnight, as exports do where the time of day is missing")
    if what in row.page.halves and not (moment.twelve_hours or moment.plain) and wall.hour in _HALF_DAY:
        raise Unusable("does not say AM or PM, as others in this column do")
    at, warning = instant_of(day, wall, zone, offset=moment.offset, zone_word=moment.zone_word)
    if warning:
        row.warn(what, warning)
    return at
