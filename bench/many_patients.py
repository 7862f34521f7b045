"""Fills a database with a large clinic's years of follow-up, quickly; `python -m bench.pages --make` runs it.

Rows are sealed, hashed and encoded as the service does it, and written in bulk: 20,000 patients with a million
messages take some minutes.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite

from followup.clock import StandingClock
from followup.content.loader import Content
from followup.domain import windows
from followup.domain.alert import CODE_ALPHABET, Alert, AlertEntry, AlertStatus, EntryKind, Outcome
from followup.domain.infusion import Baseline, Infusion
from followup.domain.level import Level
from followup.domain.message import Message, MessageClass, MessageState
from followup.domain.people import Channel, Consent, Patient, PatientDetails
from followup.domain.plan import Answer, CheckIn, CheckInState, Plan
from followup.domain.received import Inbound, InboundState
from followup.ids import new_id
from followup.services.publish_schedules import publish
from followup.storage import migrate
from followup.storage.addresses import Directory
from followup.storage.mapping import Mapper
from followup.storage.store import Store
from followup.storage.tables.concerns import alert_entries, alerts
from followup.storage.tables.course import answers, check_ins, infusions, plans
from followup.storage.tables.mail import inbound, messages
from followup.storage.vault import Vault

CLINIC = "prairie"
ZONE = "America/Chicago"
#: The moment at which the pages are opened: a Monday morning, when most is to be done.
NOW = windows.instant_of(datetime(2026, 11, 23, tzinfo=UTC).date(), time(9, 30), ZONE)
#: How far back the last infusions of patients lie: with 20,000 patients some 27 infusions a day.
YEARS = timedelta(days=1500)
KEYS = ([b"d" * 32], [b"i" * 32])
#: Messages of one check-in: the questions and the closing text.
_TEXTS = ("C3_PAIN", "MOOD", "URINE", "SE", "I_PLAIN")
_COURSE = (("C1", 0.17), ("C2", 1.0), ("C3", 3.0), ("C4", 7.0), ("C5", 14.0), ("C6", 28.0))
_ASKED = frozenset({"C3_PAIN", "MOOD", "SE", "URINE"})
_BODY = "Prairie Clinic check-in: how strong was your pain on average in the last 24 hours? Send one number, 0 to 10."
_RAW = "ToCountry=US&MessageSid=SM&NumMedia=0&From=%2B1312&To=%2B13125550100&Body=4"
#: So many alerts are open when the pages are opened: a bad night and a long work list.
_OPEN = (Level.EMERGENCY,) * 3 + (Level.URGENT,) * 12 + (Level.ROUTINE,) * 60
_BATCH = 5_000
_FIRST = "Ann Bob Carmen Dora Emil Fay Gus Hana Ivo June Karl Lena Max Nora Olga Paul Quinn Rosa Sven Tara".split()
_LAST = "Abbott Baker Castillo Dvorak Ellis Fischer Garcia Hughes Ito Jensen Keller Lopez Moreau Novak Ortiz".split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is made; `texts` of every patient are spread over `courses` of six check-ins."""

    patients: int
    courses: int = 2

    @property
    def messages(self) -> int:
        """How many messages that comes to, alerts' notices apart."""
        return self.patients * self.courses * len(_COURSE) * len(_TEXTS)


@dataclass
class _Bulk:
    """Writes the rows of one table in batches, encoded as the service's own driver encodes them."""

    connection: sqlite3.Connection
    table: Table
    waiting: list[tuple[Any, ...]] = field(default_factory=list)
    made: int = 0

    def __post_init__(self) -> None:
        dialect = sqlite.dialect()
        columns = list(self.table.columns)
        self._names = [column.name for column in columns]
        self._encode = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns]
        marks = ", ".join("?" * len(columns))
        self._sql = f"INSERT INTO {self.table.name} ({', '.join(self._names)}) VALUES ({marks})"  # noqa: S608 - own names

    def add(self, row: dict[str, Any]) -> None:
        """One row by column."""
        values = (row.get(name) for name in self._names)
        self.waiting.append(
            tuple(encode(value) if encode else value for encode, value in zip(self._encode, values, strict=True))
        )
        self.made += 1
        if len(self.waiting) >= _BATCH:
            self.write()

    def like(self, row: dict[str, Any]) -> _Like:
        """Rows that differ from this one in some columns only; what they differ in is given encoded."""
        values = [row.get(name) for name in self._names]
        encoded = [encode(value) if encode else value for encode, value in zip(self._encode, values, strict=True)]
        return _Like(bulk=self, row=encoded, places={name: place for place, name in enumerate(self._names)})

    def put(self, row: list[Any]) -> None:
        """One row, encoded."""
        self.waiting.append(tuple(row))
        self.made += 1
        if len(self.waiting) >= _BATCH:
            self.write()

    def write(self) -> None:
        """Write what waits."""
        self.connection.executemany(self._sql, self.waiting)
        self.waiting.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Like:
    """A row whose likes are written by the hundred thousand: encoded once, a few columns changed each time."""

    bulk: _Bulk
    row: list[Any]
    places: dict[str, int]

    def add(self, **changed: Any) -> None:
        row = self.row.copy()
        for name, value in changed.items():
            row[self.places[name]] = value
        self.bulk.put(row)


def _stored(at: datetime) -> str:
    """An instant as SQLite keeps it here."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


class _Maker:
    def __init__(self, connection: sqlite3.Connection, vault: Vault, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - made-up patients, not keys
        self.directory = Directory(vault)
        tables = (infusions, plans, check_ins, answers, messages, inbound, alerts, alert_entries)
        self.bulk = {table.name: _Bulk(connection, table) for table in tables}
        self.mappers: dict[str, Mapper[Any]] = {
            "infusions": Mapper(infusions, Infusion, vault),
            "plans": Mapper(plans, Plan, vault),
            "check_ins": Mapper(check_ins, CheckIn, vault),
            "answers": Mapper(answers, Answer, vault),
            "messages": Mapper(messages, Message, vault),
            "inbound": Mapper(inbound, Inbound, vault),
            "alerts": Mapper(alerts, Alert, vault),
            "alert_entries": Mapper(alert_entries, AlertEntry, vault),
        }
        self.codes: set[str] = set()
        self.addresses: dict[str, str] = {}
        self.vault = vault
        self.messages = self.bulk["messages"].like(self._message())
        self.inbound = self.bulk["inbound"].like(self._inbound())
        self.answers = self.bulk["answers"].like(self._answer())

    def id_of(self, at: datetime) -> str:
        """An id as `new_id` makes them, as if it had been made at `at`."""
        return f"{int(at.timestamp() * 1_000_000):016x}{self.chance.getrandbits(64):016x}"

    def address(self, person: Patient) -> str:
        """The hash of a patient's number."""
        known = self.addresses.get(person.id)
        if known is None:
            known = self.addresses[person.id] = self.directory.address(person.phone or "")
        return known

    def sealed(self, table: str, column: str, row_id: str, text: str) -> bytes:
        return self.vault.encrypt(table, column, row_id, text)

    def _message(self) -> dict[str, Any]:
        message = Message(
            id="prototype",
            clinic=CLINIC,
            message_class=MessageClass.REPLY,
            channel=Channel.SMS,
            to="",
            template="",
            body="",
            intent="",
            created_at=NOW,
            not_before=NOW,
            state=MessageState.DELIVERED,
            provider="twilio",
            schedule_version=1,
        )
        return self.mappers["messages"].values(message, to_index="", lane=message.message_class.lane)

    def _inbound(self) -> dict[str, Any]:
        received = Inbound(
            id="prototype",
            clinic=CLINIC,
            provider="twilio",
            provider_id="",
            channel=Channel.SMS,
            sender="",
            to="+13125550100",
            body="",
            received_at=NOW,
            state=InboundState.READ,
            attempts=1,
            kind="answer",
        )
        return self.mappers["inbound"].values(received, sender_index="")

    def _answer(self) -> dict[str, Any]:
        answer = Answer(id="prototype", clinic=CLINIC, patient="", check_in="", question="", at=NOW, text="")
        return self.mappers["answers"].values(answer)

    def add(self, table: str, record: object, **own: object) -> None:
        self.bulk[table].add(self.mappers[table].values(record, **own))

    def finish(self) -> dict[str, int]:
        for bulk in self.bulk.values():
            bulk.write()
        return {name: bulk.made for name, bulk in self.bulk.items()}

    def code(self) -> str:
        while True:
            code = "".join(self.chance.choices(CODE_ALPHABET, k=4))
            if not code.isdigit() and code not in self.codes:
                self.codes.add(code)
                return code


def make(url: str, content: Content, size: Size, *, seed: int = 7) -> dict[str, int]:
    """Fill an empty SQLite database at `url`; gives how many rows each table got."""
    migrate.upgrade(url)
    vault = Vault(*KEYS)
    store = Store(url, vault=vault, durable=False)
    publish(store, content, actor="bench", clock=StandingClock(NOW))
    people = [_patient(number) for number in range(size.patients)]
    for some in _in_parts(people, 500):
        with store.write() as uow:
            for person in some:
                uow.patients.add(person)
            uow.commit()
    store.close()
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -400000")
    connection.execute("PRAGMA foreign_keys = OFF")
    maker = _Maker(connection, vault, seed)
    with _indexes_made_last(connection, list(maker.bulk)):
        for person in people:
            _course(maker, person, size)
        _open_alerts(maker, people)
        made = maker.finish()
    connection.commit()
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    return {"patients": len(people), **made}


@contextmanager
def _indexes_made_last(connection: sqlite3.Connection, tables: list[str]) -> Iterator[None]:
    """An index over rows that are all there is made in a fraction of the time that it takes to grow with them."""
    marks = ", ".join("?" * len(tables))
    known = connection.execute(
        f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({marks})",  # noqa: S608 - question marks
        tables,
    ).fetchall()
    for name, _ in known:
        connection.execute(f"DROP INDEX {name}")
    yield
    for _, sql in known:
        connection.execute(sql)


def _in_parts(people: list[Patient], count: int) -> Iterable[list[Patient]]:
    return (people[start : start + count] for start in range(0, len(people), count))


def _patient(number: int) -> Patient:
    name = f"{_FIRST[number % len(_FIRST)]} {_LAST[number // 7 % len(_LAST)]}{chr(97 + number % 26)}{number % 97}"
    return Patient(
        id=new_id(),
        clinic=CLINIC,
        external_id=f"P-{number:06d}",
        name=name,
        timezone=ZONE,
        phone=f"+1312{5_000_000 + number}",
        language="es" if number % 5 == 0 else "en",
        consent=Consent(sms=True, email=False, text="sheet 3", at=NOW, method="on paper"),
        details=PatientDetails(address="12 Elm Street", emergency_contact="a sister"),
        created_at=NOW - timedelta(days=700),
    )


def _course(maker: _Maker, person: Patient, size: Size) -> None:
    """The infusions of a patient, the last one at any time since, each with its check-ins, texts and answers."""
    last = NOW - timedelta(days=maker.chance.uniform(0.05, YEARS.days))
    for back in range(size.courses):
        _infusion(maker, person, last - timedelta(days=45 * (size.courses - 1 - back)), f"{person.external_id}-{back}")
    if maker.chance.random() < 0.8:
        _closed_alert(maker, person, last + timedelta(days=1))


def _infusion(maker: _Maker, person: Patient, ended: datetime, name: str) -> None:
    infusion = Infusion(
        id=new_id(),
        clinic=CLINIC,
        external_id=name,
        patient=person.id,
        treatment="ketamine",
        indication="chronic_pain",
        ended_at=ended,
        recorded_at=ended + timedelta(minutes=5),
        baseline=Baseline(pain=float(maker.chance.randint(4, 9)), mood=5.0),
    )
    plan = Plan(
        id=new_id(),
        clinic=CLINIC,
        patient=person.id,
        infusion=infusion.id,
        schedule="ketamine-pain-v1",
        schedule_version=1,
        revision=1,
        created_at=infusion.recorded_at,
    )
    maker.add("infusions", infusion, **_flat(infusion))
    maker.add("plans", plan)
    for key, days in _COURSE:
        _check_in(maker, person, plan, key, ended + timedelta(days=days))


def _flat(infusion: Infusion) -> dict[str, object]:
    return {"baseline_pain": infusion.baseline.pain, "baseline_mood": infusion.baseline.mood}


def _check_in(maker: _Maker, person: Patient, plan: Plan, key: str, due: datetime) -> None:
    state, reason = _state(maker, due)
    check_in = CheckIn(
        id=maker.id_of(due),
        clinic=CLINIC,
        plan=plan.id,
        patient=person.id,
        infusion=plan.infusion,
        key=key,
        due_at=due,
        closes_at=due + timedelta(days=3),
        remind_at=None,
        state=state,
        reason=reason,
        schedule_version=1,
        revision=1,
        questions=("C3_PAIN", "MOOD", "SE"),
        asked_at=due if state is not CheckInState.PLANNED else None,
        sent_at=due if state is not CheckInState.PLANNED else None,
        closed_at=due + timedelta(minutes=20) if state.final else None,
    )
    maker.add("check_ins", check_in, next_action_at=check_in.next_action_at)
    if state is CheckInState.PLANNED:
        return
    texts = _TEXTS if state is CheckInState.ANSWERED else _TEXTS[:1]
    for position, template in enumerate(texts):
        at = due + timedelta(minutes=2 * position)
        _message(maker, person, check_in, template, at)
        if state is CheckInState.ANSWERED and position < len(texts) - 1:
            _reply(maker, person, check_in, template, at + timedelta(minutes=1))


def _state(maker: _Maker, due: datetime) -> tuple[CheckInState, str | None]:
    if due > NOW:
        return CheckInState.PLANNED, None
    if NOW - due < timedelta(hours=6) and maker.chance.random() < 0.4:
        return CheckInState.OPEN, None
    if maker.chance.random() < 0.12:
        return CheckInState.EXPIRED, "no answer"
    return CheckInState.ANSWERED, None


def _message(maker: _Maker, person: Patient, check_in: CheckIn, template: str, at: datetime) -> None:
    name, when = maker.id_of(at), _stored(at)
    kind = MessageClass.CHECK_IN if template == _TEXTS[0] else MessageClass.REPLY
    maker.messages.add(
        id=name,
        message_class=kind.value,
        lane=kind.lane.value,
        to_address=maker.sealed("messages", "to_address", name, person.phone or ""),
        to_index=maker.address(person),
        template=template,
        body=maker.sealed("messages", "body", name, _BODY),
        intent=f"bench/{name}",
        created_at=when,
        not_before=when,
        language=person.language,
        patient_id=person.id,
        check_in_id=check_in.id,
        question=template if template in _ASKED else None,
        sending_at=when,
        sent_at=when,
        settled_at=when,
        provider_id=f"SM{name}",
    )


def _reply(maker: _Maker, person: Patient, check_in: CheckIn, question: str, at: datetime) -> None:
    value, name, when = maker.chance.randint(0, 8), maker.id_of(at), _stored(at)
    maker.inbound.add(
        id=name,
        provider_id=name,
        sender=maker.sealed("inbound", "sender", name, person.phone or ""),
        sender_index=maker.address(person),
        body=maker.sealed("inbound", "body", name, str(value)),
        raw=maker.sealed("inbound", "raw", name, _RAW),
        received_at=when,
        read_at=when,
        patient_id=person.id,
    )
    answer = maker.id_of(at)
    maker.answers.add(
        id=answer,
        patient_id=person.id,
        check_in_id=check_in.id,
        question=question,
        at=when,
        text=maker.sealed("answers", "text", answer, str(value)),
        value=float(value) if question in {"C3_PAIN", "MOOD"} else None,
        codes=f"[{value % 4}]" if question == "SE" else "[]",
        inbound_id=name,
    )


def _alert(maker: _Maker, person: Patient, level: Level, at: datetime) -> Alert:
    rule = {Level.EMERGENCY: "E1", Level.URGENT: "U5"}.get(level, "R1")
    return Alert(
        id=new_id(),
        clinic=CLINIC,
        code=maker.code(),
        level=level,
        reason=rule,
        rule=rule,
        rules=(rule,),
        schedule_version=1,
        chain=level.value,
        opened_at=at,
        round_started_at=at,
        next_action_at=NOW + timedelta(minutes=20),
        patient=person.id,
    )


def _entries(maker: _Maker, alert: Alert, *kinds: EntryKind) -> None:
    for position, kind in enumerate(kinds):
        entry = AlertEntry(
            id=new_id(),
            alert=alert.id,
            at=alert.opened_at + timedelta(minutes=position),
            kind=kind,
            level=alert.level,
            actor="service",
            rules=alert.rules,
            words="8, and it does not stop" if position == 0 else None,
            understood="pain 8 of 10 (before the infusion 5)",
            inputs="{}",
        )
        maker.add("alert_entries", entry, clinic_id=alert.clinic)


def _notices(maker: _Maker, alert: Alert, count: int) -> None:
    """Texts and mails to staff about an alert."""
    for position in range(count):
        at = alert.opened_at + timedelta(minutes=position)
        name, when = maker.id_of(at), _stored(at)
        maker.messages.add(
            id=name,
            message_class=MessageClass.STAFF_NOTICE.value,
            lane=MessageClass.STAFF_NOTICE.lane.value,
            to_address=maker.sealed("messages", "to_address", name, "+13125550161"),
            to_index=maker.directory.address("+13125550161"),
            template="STAFF_NOTICE",
            body=maker.sealed("messages", "body", name, f"{alert.level.value} follow-up alert {alert.code}"),
            intent=f"notice/{alert.id}/0/{position}/kay/sms",
            created_at=when,
            not_before=when,
            person="kay",
            patient_id=alert.patient,
            alert_id=alert.id,
            sent_at=when,
            settled_at=when,
            provider_id=f"SM{name}",
        )


def _closed_alert(maker: _Maker, person: Patient, at: datetime) -> None:
    if at >= NOW - timedelta(hours=2):
        return
    level = maker.chance.choices((Level.EMERGENCY, Level.URGENT, Level.ROUTINE), (1, 6, 20))[0]
    opened = _alert(maker, person, level, at)
    taken = at + timedelta(minutes=maker.chance.randint(1, 30))
    closed = Alert(
        **{name: getattr(opened, name) for name in Alert.__slots__}
        | {
            "status": AlertStatus.CLOSED,
            "next_action_at": None,
            "acknowledged_by": "Kay Miller",
            "acknowledged_at": taken,
            "closed_at": taken + timedelta(minutes=20),
            "closed_by": "Kay Miller",
            "outcome": maker.chance.choice((Outcome.REACHED_AND_SAFE, Outcome.FALSE_ALARM)),
            "minutes": 12,
        }
    )
    maker.add("alerts", closed, sender_index=None)
    _notices(maker, closed, 2)
    _entries(maker, closed, EntryKind.OPENED, EntryKind.NOTIFIED, EntryKind.ACKNOWLEDGED, EntryKind.CLOSED)


def _open_alerts(maker: _Maker, people: list[Patient]) -> None:
    for level, person in zip(_OPEN, maker.chance.sample(people, len(_OPEN)), strict=True):
        alert = _alert(maker, person, level, NOW - timedelta(minutes=maker.chance.randint(1, 600)))
        maker.add("alerts", alert, sender_index=None)
        _notices(maker, alert, 4)
        _entries(maker, alert, EntryKind.OPENED, EntryKind.NOTIFIED)
