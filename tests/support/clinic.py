"""A clinic to tell stories with: named people with phones, a clock to push, real storage, real schedules.

    ann = clinic.patient("Ann", baseline=5)
    clinic.infusion(ann, ended="15:04")
    clock.to("19:04")
    ann.expects_sms("how are you now?")
    ann.replies("1")

A story ends with `clinic.expects_nothing_more()`, which its fixture calls: any message that nobody expected
fails it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache, partial
from pathlib import Path
from typing import ClassVar

from followup.clock import StandingClock
from followup.content.lexicon import load_lexicon
from followup.content.loader import Content, load_content
from followup.domain import windows
from followup.domain.alert import Alert, AlertEntry, Outcome
from followup.domain.calls import CallStage, spelled
from followup.domain.infusion import Baseline
from followup.domain.message import Message
from followup.domain.people import Channel, Consent, Patient, PatientDetails, PatientStatus
from followup.domain.plan import CheckIn
from followup.gateways.port import CallAnswer, PressedKey, ReceivedCall, Spoken
from followup.gateways.simulated_calls import PhoneCall
from followup.gateways.simulator import SimulatedGateway, SimulatedProvider
from followup.ids import new_id
from followup.services.answer_key import end_bridge, press_key, say_who_was_reached
from followup.services.change_patient import set_status
from followup.services.check_invariants import check
from followup.services.close_alert import close
from followup.services.context import Context, Mode, Policy
from followup.services.follow_calls import note_news
from followup.services.hold import set_hold
from followup.services.invite_patient import invite
from followup.services.publish_schedules import StoredContent, publish
from followup.services.quiet import next_event_at, run_until_quiet
from followup.services.receive_call import answer_call
from followup.services.receive_inbound import receive
from followup.services.record_infusion import (
    Correction,
    NewInfusion,
    NewPatient,
    Recorded,
    cancel_infusion,
    correct_infusion,
    record_infusion,
)
from followup.services.staff_call_in import press_call_in_key
from followup.storage.store import Store
from followup.storage.vault import Vault

ROOT = Path(__file__).resolve().parents[2]
#: What the English text of each question says.
ASKS = {
    "C1": "how are you now?",
    "C2_PAIN": "how strong is your pain right now?",
    "C3_PAIN": "on average in the last 24 hours",
    "SE": "Side effects now?",
    "SEV": "How strong is the worst one?",
    "SEV_5": "How strong is the unreal feeling",
    "MOOD": "How is your mood today?",
    "MOOD_CHECK": "is your mood very low now?",
    "URINE": "passing urine",
}
#: An answer to each question that worries nobody.
GOOD_NEWS = {
    "C1": "1",
    "C2_PAIN": "3",
    "C3_PAIN": "3",
    "SE": "0",
    "SEV": "1",
    "SEV_5": "1",
    "MOOD": "7",
    "URINE": "1",
}
CHANNELS = (Channel.SMS, Channel.VOICE, Channel.EMAIL)
CHICAGO = "America/Chicago"
#: A Sunday in winter time; the clinic opens again on Monday.
SUNDAY = date(2026, 11, 22)


@cache
def _content(schedules: Path, templates: Path, _written: float) -> Content:
    return load_content(schedules, templates)


class RememberedContent(StoredContent):
    """The published versions, read from the database, each text parsed once for all stories of a run."""

    parsed: ClassVar[dict[str, Content]] = {}

    def _load(self, number: int) -> Content:
        with self._store.read() as uow:
            stored = uow.versions.get(number)
        if stored is None or stored.content_hash not in self.parsed:
            content = super()._load(number)
            self.parsed[content.content_hash] = content
            return content
        return self._versions.setdefault(number, self.parsed[stored.content_hash])


class Clock:
    """Pushes the clinic's clock forward, running every due moment on the way in order."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def now(self) -> datetime:
        """Where the clock stands."""
        return self._clinic.clock.now()

    def forward(self, **duration: float) -> None:
        """Push by a duration, given as for timedelta: `forward(hours=4)`."""
        self.until(self.now() + timedelta(**duration))

    def to(self, wall: str, *, days: int = 0, zone: str = CHICAGO) -> None:
        """Push to a wall time (`"19:04"`) of the present local day, or of one some days later."""
        day = windows.local_date(self.now(), zone) + timedelta(days=days)
        self.until(windows.instant_of(day, time.fromisoformat(wall), zone))

    def to_check_in(self, patient: PatientPerson, key: str, **on_the_way: dict[str, str]) -> None:
        """Push to the moment a check-in is asked; those before it are answered, with good news unless given.

        What lands on the work list on the way is worked off.
        `on_the_way` gives answers by question: `to_check_in(ann, "C3", C2={"SE": "2", "SEV": "2"})`.
        """
        for earlier in ("C1", "C2", "C3", "C4", "C5", "C6"):
            if earlier == key:
                break
            check_in = patient.check_ins[earlier]
            if not check_in.state.final:
                self.until(max(check_in.due_at, self.now()))
                patient.answers_check_in(on_the_way.get(earlier, {}))
                patient.expects_sms("thanks")
                self._clinic.staff_close_everything()
        self.until(patient.check_ins[key].due_at)

    def until(self, instant: datetime) -> None:
        """Push to an instant."""
        context, clock = self._clinic.context, self._clinic.clock
        run_until_quiet(context)
        while (due := next_event_at(context)) is not None and due <= instant:
            clock.move_to(max(due, clock.now()))
            run_until_quiet(context)
        clock.move_to(instant)
        run_until_quiet(context)


@dataclass
class Person:
    """Somebody with a phone and perhaps a mailbox; remembers which messages the story has expected."""

    clinic: Clinic
    name: str
    number: str
    email: str | None = None
    seen_texts: int = 0
    seen_mails: int = 0
    seen_calls: int = 0

    def texts(self) -> list[str]:
        """Every text this phone received, oldest first."""
        messages = self.clinic.provider.phone_messages(self.number)
        return [message["body"] for message in messages if message["to"] == self.number]

    def mails(self) -> list[str]:
        """Every mail received, subject and text, oldest first."""
        if self.email is None:
            return []
        return [f"{mail['subject']}\n{mail['text']}" for mail in self.clinic.provider.mailbox(self.email)]

    def expects_sms(self, *fragments: str) -> str:
        """The next text that was not expected yet holds every fragment (in any case); returns it."""
        texts = self.texts()
        assert len(texts) > self.seen_texts, f"{self.name} got no further text; expected {fragments}"
        text = texts[self.seen_texts]
        self.seen_texts += 1
        for fragment in fragments:
            assert fragment.casefold() in text.casefold(), f"{self.name} got {text!r}; expected {fragment!r}"
        return text

    def expects_mail(self, *fragments: str) -> str:
        """The next mail that was not expected yet holds every fragment; returns it."""
        mails = self.mails()
        assert len(mails) > self.seen_mails, f"{self.name} got no further mail; expected {fragments}"
        mail = mails[self.seen_mails]
        self.seen_mails += 1
        for fragment in fragments:
            assert fragment.casefold() in mail.casefold(), f"{self.name} got {mail!r}; expected {fragment!r}"
        return mail

    def calls(self) -> list[PhoneCall]:
        """Every call to this phone, oldest first."""
        return self.clinic.provider.calls.of(self.number)

    def expects_nothing(self) -> None:
        """Nothing has arrived that was not expected."""
        texts, mails = self.texts()[self.seen_texts :], self.mails()[self.seen_mails :]
        calls = [call["said"] for call in self.calls()[self.seen_calls :]]
        assert calls == [], f"{self.name} got calls that the story did not expect: {calls}"
        assert texts == [], f"{self.name} got texts that the story did not expect: {texts}"
        assert mails == [], f"{self.name} got mails that the story did not expect: {mails}"

    def has_read(self) -> None:
        """All that arrived so far needs no further word in this story."""
        self.seen_texts, self.seen_mails = len(self.texts()), len(self.mails())
        self.seen_calls = len(self.calls())

    def replies(self, *texts: str, media: tuple[str, ...] = (), opt_out_type: str | None = None) -> None:
        """Send one or more texts to the clinic; each is read before the next is sent.

        `opt_out_type` is what the provider says it took a keyword for, having answered it itself.
        """
        for text in texts:
            self.wrote(text, media=media, opt_out_type=opt_out_type)

    def wrote(
        self,
        text: str,
        *,
        at: datetime | None = None,
        media: tuple[str, ...] = (),
        opt_out_type: str | None = None,
        times: int = 1,
    ) -> None:
        """One text reaches the clinic, `times` over as a provider may repeat it; `at` is when it came in."""
        received = self.clinic.provider.record_inbound(
            sender=self.number, body=text, to=self.clinic.number, media=media, opt_out_type=opt_out_type
        )
        for _ in range(times):
            receive(self.clinic.context, received, channel=Channel.SMS, received_at=at)
        run_until_quiet(self.clinic.context)


@dataclass
class PatientPerson(Person):
    """A patient as the clinic's system knows them."""

    external_id: str = ""
    language: str | None = "en"
    zone: str = CHICAGO
    baseline: Baseline = field(default_factory=Baseline)
    flags: frozenset[str] = frozenset()
    consent: Consent = field(default_factory=lambda: Consent(sms=True, email=True))
    infusions: int = 0

    @property
    def record(self) -> Patient:
        """What the clinic has on file now."""
        with self.clinic.store.read() as uow:
            patient = uow.patients.by_external_id("prairie", self.external_id)
        assert patient is not None
        return patient

    @property
    def check_ins(self) -> dict[str, CheckIn]:
        """The check-ins of every infusion by key; of a key planned twice the newest."""
        with self.clinic.store.read() as uow:
            return {one.key: one for one in uow.check_ins.of_patient(self.record.id)}

    @property
    def open_check_in(self) -> CheckIn | None:
        """The check-in that waits for an answer now."""
        with self.clinic.store.read() as uow:
            return next(iter(uow.check_ins.open_of([self.record.id])), None)

    def answers_check_in(self, answers: dict[str, str] | None = None) -> None:
        """Answer the open check-in to its end, one question after the other, with good news unless given."""
        given = answers or {}
        while (check_in := self.open_check_in) is not None:
            question = check_in.question or ""
            self.expects_sms(ASKS[question])
            self.replies(given.get(question, GOOD_NEWS[question]))

    def rules(self) -> set[str]:
        """Every rule that any of this patient's alerts carries."""
        return {rule for alert in self.alerts() for rule in alert.rules}

    def received(self) -> list[tuple[datetime, str]]:
        """Every text this patient's number was sent, by the provider's own book, with its moment."""
        ledger = self.clinic.provider.ledger()
        return [(entry.at, entry.body) for entry in ledger if entry.recipient == self.number]

    def messages(self) -> list[Message]:
        """Everything meant for this patient, sent or not, oldest first."""
        with self.clinic.store.read() as uow:
            return list(uow.messages.of_patient(self.record.id))

    def alerts(self, status: str = "all") -> list[Alert]:
        """This patient's alerts, oldest first."""
        with self.clinic.store.read() as uow:
            found = uow.alerts.of_patient(self.record.id)
        return [alert for alert in found if status in {"all", alert.status.value}]

    def answers(self) -> dict[str, object]:
        """The standing answers by question: a value, the codes, or a severity."""
        with self.clinic.store.read() as uow:
            found = uow.answers.of_patient(self.record.id)
        latest = sorted(found, key=lambda answer: answer.attempt)
        return {
            answer.question: answer.value if answer.value is not None else answer.codes or answer.severity
            for answer in latest
        }


@dataclass
class StaffPerson(Person):
    """A member of staff of the shipped schedules.yaml."""

    key: str = ""
    seen_digests: int = 0
    on_the_line: tuple[str | None, str] = (None, "")

    def mails(self) -> list[str]:
        """Every mail but the morning digests, which come in every story that sees a morning; see `digests`."""
        return [mail for mail in super().mails() if not _is_digest(mail)]

    def digests(self) -> list[str]:
        """Every morning digest, subject and text, oldest first."""
        return [mail for mail in super().mails() if _is_digest(mail)]

    def expects_sms(self, *fragments: str) -> str:
        """The next text, as for anybody; a notice is expected with the call that comes with it."""
        text = super().expects_sms(*fragments)
        if "follow-up alert " in text:
            self._hears_ringing(_code_in(text))
        return text

    def expects_call(self, *fragments: str, at: str | None = None) -> PhoneCall:
        """The latest call says every fragment (in any case), and has nothing of a patient; returns it."""
        calls = self.calls()
        assert calls, f"{self.name} got no call; expected {fragments}"
        self.seen_calls = len(calls)
        for fragment in fragments:
            said = calls[-1]["said"]
            assert fragment.casefold() in said.casefold(), f"{self.name} was called with {said!r}, not {fragment!r}"
        for person in self.clinic.people:
            if isinstance(person, PatientPerson):
                assert person.name.casefold() not in calls[-1]["said"].casefold()
        if at is not None:
            assert windows.local(datetime.fromisoformat(calls[-1]["at"]), CHICAGO).strftime("%H:%M:%S") == at
        return calls[-1]

    def presses(self, key: str) -> Spoken:
        """Pick up the latest call, if that has not been done, and press a key; returns what is said then."""
        call = self.expects_call()
        spoken = press_key(self.clinic.context, self.clinic.provider.calls.press(call["id"], key))
        self.clinic.provider.calls.hears(call["id"], spoken)
        run_until_quiet(self.clinic.context)
        return spoken

    def calls_in(self, *, forged: bool = False, sid: str | None = None) -> CallAnswer | Spoken:
        """Call the number that alerts come from; returns what is heard. `sid` names the call, a new one without it."""
        call = ReceivedCall(
            provider="simulator",
            provider_id=sid or new_id(),
            sender=self.number,
            to=self.clinic.number,
            raw="",
            forged=forged,
        )
        heard = answer_call(self.clinic.context, call)
        self.on_the_line = (heard.key_path if isinstance(heard, Spoken) else None, call.provider_id)
        return heard

    def presses_on_it(self, key: str) -> Spoken:
        """Press a key on the call that they made; returns what is said then."""
        path, call = self.on_the_line
        assert path is not None, "no key is asked for on this call"
        pressed = PressedKey(
            message_id=path.rsplit("/", 1)[1], provider="simulator", provider_id=call, key=key, sender=self.number
        )
        spoken = press_call_in_key(self.clinic.context, pressed)
        self.on_the_line = (spoken.key_path, call)
        run_until_quiet(self.clinic.context)
        return spoken

    def call_ends(self, stage: CallStage) -> None:
        """The latest call ends so, without a key."""
        self.clinic.provider.calls.ends(self.expects_call()["id"], stage)
        run_until_quiet(self.clinic.context)

    def connection_ends(self, *, reached: bool, hangs_up: bool = False) -> Spoken:
        """The patient's phone, rung by a key, is put down after a talk, or was not picked up."""
        call = self.expects_call()
        calls = self.clinic.provider.calls
        ended = calls.connection_ends(call["id"], reached=reached, caller_gone=hangs_up)
        spoken = end_bridge(self.clinic.context, ended)
        if hangs_up:
            calls.ends(call["id"], CallStage.NO_KEY)
        run_until_quiet(self.clinic.context)
        return spoken

    def says_who_was_reached(self, key: str) -> Spoken:
        """Press the key that answers whether it was the patient."""
        call = self.expects_call()
        spoken = say_who_was_reached(self.clinic.context, self.clinic.provider.calls.press(call["id"], key))
        run_until_quiet(self.clinic.context)
        return spoken

    def _hears_ringing(self, code: str) -> None:
        """The calls about this alert that came so far; a second ring is one with the first."""
        calls = self.calls()
        while self.seen_calls < len(calls) and spelled(code) in calls[self.seen_calls]["said"]:
            self.seen_calls += 1

    def expects_nothing(self) -> None:
        """Nothing has arrived that was not expected; a second ring belongs to the first."""
        calls = self.calls()
        while 0 < self.seen_calls < len(calls) and calls[self.seen_calls]["said"] == calls[self.seen_calls - 1]["said"]:
            self.seen_calls += 1
        super().expects_nothing()

    def expects_digest(self, *fragments: str) -> str:
        """The next digest that was not expected yet holds every fragment; returns it."""
        digests = self.digests()
        assert len(digests) > self.seen_digests, f"{self.name} got no further digest; expected {fragments}"
        digest = digests[self.seen_digests]
        self.seen_digests += 1
        for fragment in fragments:
            assert fragment.casefold() in digest.casefold(), f"{self.name} got {digest!r}; expected {fragment!r}"
        return digest

    def expects_alert(self, level: str, *, mail: bool = True) -> str:
        """The next text is a notice of this level (with its mail, unless `mail` is False); returns its code."""
        text = self.expects_sms(f"{level} follow-up alert")
        code = _code_in(text)
        if mail:
            self.expects_mail("follow-up alert", code)
        return code

    def takes(self, level: str) -> str:
        """The next text is a notice of this level, and it is taken by its code; returns the code."""
        code = self.expects_alert(level)
        self.replies(code)
        self.expects_sms(code, "is yours")
        return code

    def closes(self, code: str, outcome: Outcome = Outcome.REACHED_AND_SAFE, note: str | None = None) -> None:
        """Close an alert with an outcome, as on its page."""
        with self.clinic.store.read() as uow:
            alert = uow.alerts.by_code("prairie", code)
        assert alert is not None
        close(self.clinic.context, alert=alert.id, person=self.key, outcome=outcome, minutes=5, note=note, via="page")
        run_until_quiet(self.clinic.context)


def _code_in(notice: str) -> str:
    return notice.split("follow-up alert ", 1)[1].split(",", 1)[0]


def _is_digest(mail: str) -> bool:
    return "what is waiting this morning" in mail.split("\n", 1)[0]


class Clinic:
    """One clinic with everything real but the provider, which is the simulator."""

    def __init__(
        self,
        database_url: str,
        *,
        start: datetime,
        schedules: Path = ROOT / "schedules.yaml",
        templates: Path = ROOT / "templates",
    ) -> None:
        self.clock = StandingClock(start)
        self.provider = SimulatedProvider(self.clock)
        self.store = Store(database_url, vault=Vault([b"d" * 32], [b"i" * 32]))
        self.content = _content(schedules, templates, schedules.stat().st_mtime)
        publish(self.store, self.content, actor="story", clock=self.clock)
        self.number = next(iter(self.content.configuration.clinics.values())).sender or ""
        self.context = Context(
            store=self.store,
            clock=self.clock,
            content=RememberedContent(self.store),
            lexicon=load_lexicon(),
            policy=Policy(public_url="https://follow.example.org", mode=Mode.DEMO),
            gateways={channel: SimulatedGateway(self.provider, channel) for channel in CHANNELS},
        )
        self.provider.calls.on_call = partial(note_news, self.context)
        self.people: list[Person] = []
        self.staff: dict[str, StaffPerson] = {}
        for member in self.content.configuration.staff.values():
            person = StaffPerson(self, member.name, member.phone or "", member.email, key=member.key)
            self.staff[member.key] = person
            self.people.append(person)

    def patient(self, name: str, *, number: str | None = None, **about: object) -> PatientPerson:
        """A new patient; `baseline` is a pain score or a Baseline, everything else as in PatientPerson."""
        baseline = about.pop("baseline", None)
        scores = baseline if isinstance(baseline, Baseline) else Baseline(pain=baseline)  # type: ignore[arg-type]
        count = sum(isinstance(person, PatientPerson) for person in self.people) + 1
        patient = PatientPerson(
            self,
            name,
            number or f"+1312555{count:04d}",
            external_id=f"P-{name.casefold()}",
            baseline=scores,
            **about,  # type: ignore[arg-type]
        )
        self.people.append(patient)
        return patient

    def stranger(self, number: str = "+13125559999") -> Person:
        """Somebody whose number nobody knows."""
        person = Person(self, "a stranger", number)
        self.people.append(person)
        return person

    def infusion(
        self,
        patient: PatientPerson,
        *,
        ended: str | datetime | None = None,
        treatment: str = "ketamine",
        indication: str | None = "chronic_pain",
        baseline: Baseline | None = None,
        external_id: str | None = None,
    ) -> Recorded:
        """Record an infusion that ended at a wall time of the patient's present day (or just now)."""
        patient.infusions += 1
        recorded = record_infusion(
            self.context,
            NewInfusion(
                id=external_id or f"I-{patient.name.casefold()}-{patient.infusions}",
                clinic="prairie",
                patient=NewPatient(
                    id=patient.external_id,
                    name=patient.name,
                    phone=patient.number,
                    email=patient.email,
                    language=patient.language,
                    timezone=patient.zone,
                    consent=patient.consent,
                    details=PatientDetails(),
                ),
                treatment=treatment,
                indication=indication,
                ended_at=self._instant(ended, patient.zone),
                baseline=baseline or patient.baseline,
                flags=patient.flags,
            ),
            actor="story",
        )
        run_until_quiet(self.context)
        return recorded

    def on_duty(self) -> StaffPerson:
        """Who has the shipped rota now: Kay and Sam take turns day by day, at 07:00."""
        turn = (windows.local(self.clock.now(), CHICAGO) - timedelta(hours=7)).date() - date(2026, 1, 5)
        return self.staff["sam" if turn.days % 2 else "kay"]

    def status(self, patient: PatientPerson, status: PatientStatus, *, until: datetime | None = None) -> None:
        """A member of staff says where a patient stands."""
        set_status(self.context, patient.external_id, status, clinic=None, until=until, actor="story")
        run_until_quiet(self.context)

    def correct(self, external_id: str, **facts: object) -> None:
        """The clinic corrects facts of an infusion, such as `ended_at`."""
        correct_infusion(self.context, "prairie", external_id, Correction(**facts), actor="story")  # type: ignore[arg-type]
        run_until_quiet(self.context)

    def cancel(self, external_id: str) -> None:
        """The clinic withdraws an infusion."""
        cancel_infusion(self.context, "prairie", external_id, actor="story")
        run_until_quiet(self.context)

    def invites(self, patient: PatientPerson) -> None:
        """A member of staff asks a patient by text whether they want follow-up texts."""
        invite(self.context, None, patient.external_id, "story")
        run_until_quiet(self.context)

    def holds(self, *, on: bool) -> None:
        """The clinic's stop switch for texts to patients."""
        set_hold(self.context, on=on, actor="story")
        run_until_quiet(self.context)

    def publishes(self, schedules: Path, templates: Path = ROOT / "templates") -> None:
        """A changed schedule file or changed templates come into force."""
        publish(self.store, load_content(schedules, templates), actor="story", clock=self.clock)
        run_until_quiet(self.context)

    def entries(self, alert: Alert) -> list[AlertEntry]:
        """The history of an alert, oldest first."""
        with self.store.read() as uow:
            return list(uow.alerts.entries(alert.id))

    def _instant(self, ended: str | datetime | None, zone: str) -> datetime:
        if isinstance(ended, datetime):
            return ended
        if ended is None:
            return self.clock.now()
        return windows.instant_of(windows.local_date(self.clock.now(), zone), time.fromisoformat(ended), zone)

    def alerts(self, status: str = "all") -> tuple[Alert, ...]:
        """All alerts, newest first."""
        with self.store.read() as uow:
            return uow.alerts.list(status, None, 100)

    def expects_nothing_more(self) -> None:
        """Nobody got a message that the story did not expect, and every invariant holds."""
        for person in self.people:
            person.expects_nothing()
        assert check(self.context) == ()

    def without_calls(self) -> None:
        """The clinic has no number to call from."""
        gateways = {channel: gateway for channel, gateway in self.context.gateways.items() if channel.value != "voice"}
        self.context = replace(self.context, gateways=gateways)

    def staff_close_everything(self) -> None:
        """Somebody at the clinic deals with every alert that is not closed, outside this story."""
        for alert in self.alerts("open") + self.alerts("acknowledged"):
            self.staff["lee"].closes(alert.code)

    def close(self) -> None:
        """Let go of the database and the simulator."""
        self.store.close()
        self.provider.close()
