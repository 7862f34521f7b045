"""What the page of one patient shows: gathered here, laid out in templates/pages/patient.html."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from followup.domain.access import Role, may_see, may_see_any
from followup.domain.alert import Alert
from followup.domain.course_chart import chart_of
from followup.domain.message import MessageClass
from followup.domain.plan import Answer, CheckIn, CheckInState
from followup.domain.planning import SkipReason
from followup.domain.schedule import Configuration
from followup.domain.time_line import Recorded, time_line
from followup.ids import new_id
from followup.services.access import seen_record
from followup.services.context import clinic_of
from followup.services.human_chat import looked_at
from followup.services.note_read import note_read
from followup.services.record_answer_by_phone import EARLIEST
from followup.services.show_patient import PatientRecord, patient_record
from followup.services.sign_in import SignedIn
from followup.services.words_for_staff import quick_replies
from followup.web.charts import drawing_of
from followup.web.site import Site

#: So many planned check-ins are shown at once; the monthly ones after them are a click away.
NEAR: Final = 4
#: So many that went by are shown at once.
PAST: Final = 8
#: So many events and texts are shown at once; all of them are a click away.
RECENT_EVENTS: Final = 40
RECENT_TEXTS: Final = 30
#: A check-in of this long ago may still be entered by phone.
BY_PHONE_FOR: Final = timedelta(days=7)
#: Check-ins that another has taken the place of, or whose infusion was withdrawn.
_RETIRED: Final = frozenset(
    {SkipReason.NEWER_INFUSION.value, SkipReason.INFUSION_CANCELLED.value, SkipReason.MERGED.value}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One text of the conversation, either way. `state`, `reason` and `author` belong to ours."""

    at: datetime
    id: str
    ours: bool
    text: str
    channel: str
    state: str
    reason: str | None
    author: str | None = None
    media: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is in the box for a text: its words, why it was not sent, and what must be confirmed."""

    text: str = ""
    refused: str | None = None
    cautions: tuple[str, ...] = ()


def show_patient_page(
    site: Site,
    request: Request,
    who: SignedIn,
    *,
    draft: Draft | None = None,
    note: str | None = None,
    status: int = 200,
) -> Response:
    """The whole page; reading it is noted."""
    record = seen_record(site.context, who, patient_record(site.context, request.path_params["id"], clinic=who.clinic))
    note_read(
        site.context,
        actor=f"staff:{who.person}",
        subject="patient",
        subject_id=record.patient.id,
        clinic=who.clinic,
    )
    values = page_values(site, request, who, record, draft or Draft())
    return site.show(request, "patient", {**values, "note_refused": note}, status=status)


def page_values(site: Site, request: Request, who: SignedIn, record: PatientRecord, draft: Draft) -> dict[str, Any]:
    """Everything that the page and its part about the talk fill in."""
    configuration = site.context.content.current().content.configuration
    now = site.context.clock.now()
    clinic = clinic_of(configuration, who.clinic)
    names = {key: member.name for key, member in configuration.staff.items()}
    return {
        "who": who,
        "may_write": who.role.may(Role.NURSE),
        "clinic": clinic,
        "zone": clinic.timezone,
        "record": record,
        "patient": record.patient,
        "names": names,
        "infusions": {infusion.id: infusion for infusion in record.infusions},
        "expected": [one for one in record.expected if one.holds(now)],
        "symptoms": {key: one.names.get("en", key) for key, one in configuration.symptoms.items()},
        **talk_values(site, request, who, record, draft),
        **_course(record, configuration, who, now, every="all" in request.query_params),
    }


def talk_values(site: Site, request: Request, who: SignedIn, record: PatientRecord, draft: Draft) -> dict[str, Any]:
    """What the part with the conversation and the box for a text fills in."""
    configuration = site.context.content.current().content.configuration
    now = site.context.clock.now()
    talk = next((chat for chat in record.chats if chat.holds(now)), None)
    if talk is not None:
        looked_at(site.context, talk)
    said = conversation(record, {key: member.name for key, member in configuration.staff.items()})
    return {
        "who": who,
        "may_write": who.role.may(Role.NURSE),
        "zone": clinic_of(configuration, who.clinic).timezone,
        "patient": record.patient,
        "names": {key: member.name for key, member in configuration.staff.items()},
        "talk": talk,
        "said": said if "all" in request.query_params else said[-RECENT_TEXTS:],
        "earlier": max(len(said) - RECENT_TEXTS, 0) if "all" not in request.query_params else 0,
        "no_texts": why_no_texts(record),
        "draft": _with_quick_reply(site, request, record, draft),
        "quick": quick_replies(site.context, record.patient),
        "press": new_id(),
        "next_due": _next_due(record.check_ins, now),
    }


def _with_quick_reply(site: Site, request: Request, record: PatientRecord, draft: Draft) -> Draft:
    wanted = request.query_params.get("quick")
    if draft.text or not wanted:
        return draft
    text = next((one.text for one in quick_replies(site.context, record.patient) if one.key == wanted), "")
    return Draft(text=text)


def _next_due(check_ins: tuple[CheckIn, ...], now: datetime) -> CheckIn | None:
    """The check-in that a talk begun now would hold back."""
    coming = [one for one in check_ins if one.state is CheckInState.PLANNED and one.due_at - now < timedelta(hours=2)]
    return min(coming, key=lambda one: one.due_at, default=None)


def why_no_texts(record: PatientRecord) -> str | None:
    """Why no text may go to the patient whatever anybody confirms; None where one may."""
    patient = record.patient
    checks = (
        (patient.safe_contact_hold, "Contact may not be safe: no text goes before a person has decided how."),
        (patient.phone is None, "No number is on file."),
        (record.opted_out, "Texts are stopped at the patient's wish: phone."),
    )
    return next((words for holds, words in checks if holds), None)


def conversation(record: PatientRecord, names: dict[str, str]) -> list[Said]:
    """Every text either way, oldest first."""
    ours = [
        Said(
            at=message.sent_at or message.created_at,
            id=message.id,
            ours=True,
            text=message.body,
            channel=message.channel.value,
            state=message.state.value,
            reason=message.reason,
            author=names.get(message.person or "", message.person)
            if message.message_class is MessageClass.PERSONAL
            else None,
        )
        for message in record.messages
    ]
    theirs = [
        Said(
            at=inbound.received_at,
            id=inbound.id,
            ours=False,
            text=inbound.body or "(no words)",
            media=len(inbound.media),
            channel=inbound.channel.value,
            state=inbound.state.value,
            reason=None,
        )
        for inbound in record.inbound
    ]
    # Ids rise as rows are made, so they tell what came first within one instant.
    return sorted(ours + theirs, key=lambda said: (said.at, said.id))


def _course(
    record: PatientRecord, configuration: Configuration, who: SignedIn, now: datetime, *, every: bool
) -> dict[str, Any]:
    answers = visible_answers(record, configuration, who)
    asked = {key: question.short.get("en", key) for key, question in configuration.questions.items()}
    planned = [one for one in record.check_ins if one.state is CheckInState.PLANNED]
    past = [one for one in record.check_ins if one.state not in {CheckInState.PLANNED, CheckInState.CANCELLED}]
    near = past[-PAST:] + planned[:NEAR]
    shown = {one.id for one in (*near, *planned)}
    chart = chart_of(record.infusions, answers, configuration, now)
    names = {key: symptom.names.get("en", key) for key, symptom in configuration.symptoms.items()}
    events = time_line(_recorded(record, answers, configuration, who, asked))
    return {
        "answers": answers,
        "kept_answers": len(record.answers) - len(answers),
        "asked": asked,
        "keys": {check_in.id: check_in.key for check_in in record.check_ins},
        "near": near,
        "set_aside": [one for one in record.check_ins if one.id not in shown],
        "far": planned[NEAR:],
        "by_phone": {one.id for one in record.check_ins if may_be_phoned(one, now)},
        "chart": chart,
        "drawing": drawing_of(chart, record.patient.timezone, names) if chart is not None and not chart.empty else None,
        "events": events if every else events[:RECENT_EVENTS],
        "events_left": 0 if every else max(len(events) - RECENT_EVENTS, 0),
        "reasons": _reasons(record.alerts, configuration, who),
    }


def visible_answers(record: PatientRecord, configuration: Configuration, who: SignedIn) -> tuple[Answer, ...]:
    """The answers that whoever reads may see."""
    return tuple(
        one for one in record.answers if may_see(configuration.questions.get(one.question), prescriber=who.prescriber)
    )


def _reasons(alerts: tuple[Alert, ...], configuration: Configuration, who: SignedIn) -> dict[str, str]:
    """Why each alert was opened, in the words of its rule, where whoever reads may see that."""
    rules = {rule.id: rule for rule in configuration.rules}

    def why(alert: Alert) -> str:
        if not may_see_any((rules.get(one) for one in alert.rules), prescriber=who.prescriber):
            return "kept for a prescriber"
        rule = rules.get(alert.rule)
        return (rule.reason if rule is not None else alert.reason).replace("_", " ")

    return {alert.id: why(alert) for alert in alerts}


def _recorded(
    record: PatientRecord,
    answers: tuple[Answer, ...],
    configuration: Configuration,
    who: SignedIn,
    asked: dict[str, str],
) -> Recorded:
    return Recorded(
        infusions=record.infusions,
        check_ins=record.check_ins,
        messages=record.messages,
        inbound=record.inbound,
        answers=answers,
        alerts=record.alerts,
        notes=record.notes,
        contacts=record.contacts,
        chats=record.chats,
        names={key: member.name for key, member in configuration.staff.items()},
        reasons=_reasons(record.alerts, configuration, who),
        asked=asked,
    )


def may_be_phoned(check_in: CheckIn, now: datetime) -> bool:
    """Whether answers by phone belong to this check-in now: it is due, open, or went by some days ago."""
    if check_in.state is CheckInState.ANSWERED or check_in.reason in _RETIRED:
        return False
    return -EARLIEST <= now - check_in.due_at <= BY_PHONE_FOR
