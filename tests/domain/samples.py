"""The shipped configuration and a few named people, as plain values, for the tables of cases in this folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from followup.domain.alert import Alert
from followup.domain.effects import Decision, MoveCheckIn, RaiseConcern, RecordAnswer, Say
from followup.domain.escalation import first_action_at
from followup.domain.evidence import Course
from followup.domain.infusion import Baseline, Infusion
from followup.domain.level import Level
from followup.domain.message import Message, MessageClass
from followup.domain.people import Channel, Consent, Patient
from followup.domain.plan import Answer, CheckIn, CheckInState
from followup.domain.reading import Asked, Finding, Kind, Reading, Scope, Severity, SymptomRead
from followup.domain.reading.topics import BY_NAME
from followup.domain.schedule import Clinic, Configuration, Coverage
from followup.domain.triage import Evidence, Triage, triage
from tests.content import shipped

CONFIGURATION: Configuration = shipped.content().configuration
CLINIC: Clinic = CONFIGURATION.clinics["prairie"]
SCHEDULE = CONFIGURATION.schedules["ketamine-pain-v1"]
RULES = CONFIGURATION.rules

#: Monday 2 November 2026, 15:00 in Chicago: the end of Ann's infusion in most stories here.
T0 = datetime(2026, 11, 2, 21, tzinfo=UTC)
#: The evening of that day, when C1 is due.
EVENING = T0 + timedelta(hours=4)


def utc(text: str) -> datetime:
    """An instant from ISO 8601 with offset."""
    return datetime.fromisoformat(text).astimezone(UTC)


def clinic(coverage: Coverage = Coverage.AROUND_THE_CLOCK, **changes: Any) -> Clinic:
    return replace(CLINIC, coverage=coverage, **changes)


def patient(**changes: Any) -> Patient:
    ann = Patient(
        id="ann",
        clinic="prairie",
        external_id="A-1",
        name="Ann Reed",
        timezone="America/Chicago",
        phone="+13125550171",
        language="en",
        consent=Consent(sms=True),
    )
    return replace(ann, **changes)


def infusion(ended_at: datetime = T0, **changes: Any) -> Infusion:
    plain = Infusion(
        id="i1",
        clinic="prairie",
        external_id="I-1",
        patient="ann",
        treatment="ketamine",
        ended_at=ended_at,
        recorded_at=ended_at,
        baseline=Baseline(pain=5, mood=6),
    )
    return replace(plain, **changes)


def check_in(key: str = "C1", question: str | None = "C1", left: tuple[str, ...] = (), **changes: Any) -> CheckIn:
    """An open check-in with `question` asked and `left` behind it."""
    plain = CheckIn(
        id=key.lower(),
        clinic="prairie",
        plan="p1",
        patient="ann",
        infusion="i1",
        key=key,
        due_at=EVENING,
        closes_at=EVENING + timedelta(hours=2),
        remind_at=None,
        state=CheckInState.OPEN,
        schedule_version=1,
        revision=1,
        questions=left,
        question=question,
        asked_at=EVENING,
    )
    return replace(plain, **changes)


def answer(question: str, at: datetime = EVENING, *, of: str = "c1", **changes: Any) -> Answer:
    plain = Answer(
        id=f"{of}-{question}",
        clinic="prairie",
        patient="ann",
        check_in=of,
        question=question,
        at=at,
        text="",
    )
    return replace(plain, **changes)


def course(*answers: Answer, at: Infusion | None = None, keys: Mapping[str, str] | None = None) -> Course:
    """Ann's course with these answers; check-in ids are the keys in lower case unless told."""
    given = at or infusion()
    known = keys or {one.check_in: one.check_in.upper() for one in answers}
    return Course(
        infusion=given, series=(given,), answers=answers, check_in_keys={"c1": "C1", **known}, zone="America/Chicago"
    )


def message(message_class: MessageClass = MessageClass.CHECK_IN, **changes: Any) -> Message:
    plain = Message(
        id="m1",
        clinic="prairie",
        message_class=message_class,
        channel=Channel.SMS,
        to="+13125550171",
        template="C1",
        body="how are you?",
        intent="check-in/c1/C1/1",
        created_at=EVENING,
        not_before=EVENING,
        question="C1",
        check_in="c1",
    )
    return replace(plain, **changes)


def met(*rule_ids: str) -> Triage:
    """A triage in which just these rules hold, in the order of the file."""
    return Triage(rules=tuple(rule for rule in RULES if rule.id in rule_ids))


def alert(rule_id: str = "E1", opened_at: datetime = EVENING, at: Clinic = CLINIC, **changes: Any) -> Alert:
    """An open alert named by `rule_id`, as it stands when it is opened."""
    rule = next(rule for rule in RULES if rule.id == rule_id)
    chain = CONFIGURATION.chains[rule.chain] if rule.chain else CONFIGURATION.chain_for(at, rule.level)
    begins = first_action_at(met(rule_id), chain, at, opened_at)
    plain = Alert(
        id="a1",
        clinic=at.key,
        code="K7RD",
        level=rule.level,
        reason=rule.reason,
        rule=rule.id,
        rules=(rule.id,),
        schedule_version=1,
        chain=chain.key,
        opened_at=opened_at,
        round_started_at=begins,
        next_action_at=begins,
        patient="ann",
    )
    return replace(plain, **changes)


# --- readings: what the reader would make of a text, said outright ----------------------------------------------


def finding(
    topic: str, scope: Scope = Scope.PRESENT, *, level: Level | None = None, words: str | None = None
) -> Finding:
    """One finding; what does not count about now is no danger by itself unless told."""
    usual = BY_NAME[topic].level if scope.counts else Level.NONE
    return Finding(
        topic=topic,
        scope=scope,
        level=usual if level is None else level,
        severity=Severity.PRESENT,
        words=words or topic,
        start=0,
        end=1,
        pattern="test",
    )


def symptom(code: str, severity: Severity = Severity.PRESENT) -> SymptomRead:
    return SymptomRead(code=code, severity=severity, words=code, pattern="test")


@dataclass(frozen=True)
class Text:
    """A text as the reader would take it: the same findings whatever was asked, and an answer per kind of question."""

    words: str = ""
    kind: Kind = Kind.ANSWER
    kinds: frozenset[Kind] = frozenset()
    findings: tuple[Finding, ...] = ()
    symptoms: tuple[SymptomRead, ...] = ()
    level: Level = Level.NONE
    value: float | None = None
    as_range: bool = False
    corrects: bool = False
    choice: int | None = None
    codes: tuple[int, ...] = ()
    severity: Severity | None = None
    reaction: bool = False
    auto_reply: bool = False
    understood: bool = True
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> Reading:
        scale = asked in {Asked.PAIN, Asked.MOOD}
        return Reading(
            text=self.words,
            new_words=self.words,
            kind=self.kind,
            kinds=self.kinds or frozenset({self.kind}),
            level=self.level,
            crisis=False,
            findings=self.findings,
            symptoms=self.symptoms,
            value=self.value if scale else None,
            value_is_range=scale and self.as_range,
            value_is_correction=scale and self.corrects,
            choice=self.choice if asked is Asked.CHOICE else None,
            codes=self.codes if asked is Asked.CODES else (),
            severity=self.severity if asked is Asked.SEVERITY else None,
            reaction=self.reaction,
            auto_reply=self.auto_reply,
            understood=self.understood,
        )


def says(*topics: str, scope: Scope = Scope.PRESENT, **changes: Any) -> Text:
    """A text in which the reader finds these topics and nothing that answers a question."""
    return replace(
        Text(words=" ".join(topics), kind=Kind.CHAT, findings=tuple(finding(topic, scope) for topic in topics)),
        **changes,
    )


def figure(number: int, **changes: Any) -> Text:
    """A text that is one digit, which each kind of question takes by its own scale."""
    severities = {1: Severity.MILD, 2: Severity.MODERATE, 3: Severity.SEVERE}
    return replace(
        Text(
            words=str(number),
            value=float(number),
            choice=number,
            codes=(number,),
            severity=severities.get(number),
        ),
        **changes,
    )


MUMBLE = Text(words="hmm", kind=Kind.UNCLEAR, understood=False)


# --- decisions, in short ----------------------------------------------------------------------------------------


def texts(decision: Decision) -> list[str]:
    """The template keys of the texts that a decision sends, in order."""
    return [one.template for one in decision.effects if isinstance(one, Say)]


def said(decision: Decision) -> Say:
    """The one text of a decision."""
    (one,) = (effect for effect in decision.effects if isinstance(effect, Say))
    return one


def concerns(decision: Decision) -> list[RaiseConcern]:
    return [one for one in decision.effects if isinstance(one, RaiseConcern)]


def rules_told(decision: Decision) -> list[str]:
    """The ids of the rules that staff hear of; what is only kept with the answers is left out."""
    rules = [rule for one in concerns(decision) for rule in one.triage.rules]
    return [rule.id for rule in rules if rule.level is not Level.INFO]


def moved(decision: Decision) -> CheckIn:
    """The check-in as a decision leaves it."""
    (one,) = (effect for effect in decision.effects if isinstance(effect, MoveCheckIn))
    return one.check_in


def recorded(decision: Decision) -> dict[str, object]:
    """What was recorded: question -> value, codes or severity."""
    return {
        one.question: one.severity if one.severity is not None else one.codes or one.value
        for one in decision.effects
        if isinstance(one, RecordAnswer)
    }


def effects_of(decision: Decision, kind: type) -> list[Any]:
    return [one for one in decision.effects if isinstance(one, kind)]


def rules_of(evidence: Evidence) -> list[str]:
    """The ids of the shipped rules that hold for `evidence`."""
    return [rule.id for rule in triage(evidence, RULES).rules]
