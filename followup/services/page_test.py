"""The weekly test page: a test notice to whoever is on duty, which must be answered. The ticker and terminal call it.

Each person is told by their own ways, as of a real alert. Where no answer comes in time, those in charge hear of it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from followup.domain import escalation, page_test, windows
from followup.domain.alert import CODE_ALPHABET, CODE_LENGTH
from followup.domain.effects import TakeAlert
from followup.domain.message import Message, MessageClass, MessageState
from followup.domain.oncall import chains_of
from followup.domain.page_test import PageTest
from followup.domain.people import Channel
from followup.domain.received import Inbound
from followup.domain.schedule import Clinic, Configuration, EventKind, StaffMember, WeeklyPage
from followup.errors import Conflict
from followup.ids import new_id
from followup.services.alerting import CODE_RESTS, raise_event
from followup.services.composing import Draft, compose
from followup.services.context import Context, Published, clinic_of
from followup.services.duty import configuration_now
from followup.services.links import hash_of
from followup.storage.unit_of_work import UnitOfWork

#: Ways that a test may go by, and what it says on each. Of these it goes by those that the clinic's chains use.
BY = (Channel.SMS, Channel.VOICE, Channel.EMAIL)
#: Whoever calls back is told of a test for so long; by then the next one has gone.
CALLED_BACK_WITHIN = timedelta(days=7)
#: What a test says on the phone.
CALL_TEMPLATE = "STAFF_TEST_CALL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A test page as it stands, and whether this was the answer to it (or it had been answered before)."""

    page: PageTest
    first: bool


def run_test_pages(context: Context) -> int:
    """Send what is due, and tell of what was not answered; returns how much that was."""
    published = context.content.current()
    return sum(_send_due(context, published, clinic) for clinic in _clinics(published)) + _miss_overdue(context)


def due_at(uow: UnitOfWork, context: Context, published: Published) -> datetime | None:
    """When a test page is next to be sent or given up; in the past where it is due now. None while none is to come."""
    now = context.clock.now()
    moments = [_next(uow, clinic, now) for clinic in _clinics(published)]
    moments.append(uow.page_tests.next_due_at())
    return min((moment for moment in moments if moment is not None), default=None)


def send_now(context: Context, *, clinic: str, by: str, rota: str | None = None) -> tuple[PageTest, ...]:
    """Test whoever is on duty now, in one rota or in all of a clinic. Raises Conflict where nobody is."""
    now = context.clock.now()
    published = context.content.current()
    with context.store.write(urgent=True) as uow:
        configuration = configuration_now(uow, published, now)
        found = clinic_of(configuration, clinic)
        sent = _send(uow, context, published, found, configuration, rota=rota)
        if not sent:
            message = "nobody is on duty there now, so that nobody can be tested; `followup rota check` tells more"
            raise Conflict(message)
        _audit(uow, found, sent, by, now)
        uow.commit()
    return sent


def answers_test(uow: UnitOfWork, published: Published, inbound: Inbound, effect: TakeAlert, now: datetime) -> bool:
    """Take a code that a member of staff texted as the answer to their test page, where it is one, and say so."""
    page = uow.page_tests.by_code(inbound.clinic, effect.code) if effect.code else None
    if page is None or page.person != effect.person or uow.alerts.by_code(inbound.clinic, effect.code) is not None:
        return False
    _answer(uow, page, "sms", now)
    _confirm(uow, published, page, to=inbound.sender, intent=f"reply/{inbound.id}", inbound=inbound.id, now=now)
    return True


def answer_by_link(context: Context, token: str) -> Answered | None:
    """The answer to a test page by its button. None where the link leads to none."""
    with context.store.write(urgent=True) as uow:
        page = uow.page_tests.by_token(hash_of(token))
        answered = None if page is None else _answer(uow, page, "link", context.clock.now())
        uow.commit()
    return answered


def answered_by_call(uow: UnitOfWork, message: Message, now: datetime) -> bool:
    """Take the key pressed on a test's call as its answer, inside the caller's transaction."""
    page = uow.page_tests.get(message.intent.split("/")[1])
    if page is None:
        return False
    _answer(uow, page, "voice", now)
    return True


def waiting_for(uow: UnitOfWork, person: str, now: datetime) -> tuple[PageTest, ...]:
    """What somebody who calls back may have missed: each clinic's newest test to them, where it is unanswered."""
    newest: dict[str, PageTest] = {}
    for page in uow.page_tests.to_person(person, now - CALLED_BACK_WITHIN):
        newest.setdefault(page.clinic, page)
    return tuple(page for page in newest.values() if page.acknowledged_at is None)


def answered_by_call_in(
    uow: UnitOfWork, published: Published, page: PageTest, member: StaffMember, inbound: Inbound, now: datetime
) -> None:
    """Take the key of somebody who called in as the answer. Their phone on file hears of it: a number can be forged."""
    if _answer(uow, page, "voice", now).first:
        intent = f"reply/{inbound.id}/{page.id}"
        _confirm(uow, published, page, to=member.phone or "", intent=intent, inbound=None, now=now)


def linked_page(context: Context, token: str) -> PageTest | None:
    """The test page that a link leads to. Looking changes nothing."""
    with context.store.read() as uow:
        return uow.page_tests.by_token(hash_of(token))


def latest(context: Context, clinic: str, limit: int = 20) -> tuple[PageTest, ...]:
    """The last test pages of a clinic, newest first."""
    with context.store.read() as uow:
        return uow.page_tests.latest(clinic, limit)


# --- sending -------------------------------------------------------------------------------------


def _clinics(published: Published) -> tuple[Clinic, ...]:
    return tuple(clinic for clinic in published.content.configuration.clinics.values() if clinic.test_page is not None)


def _next(uow: UnitOfWork, clinic: Clinic, now: datetime) -> datetime | None:
    last = uow.facts.get(_fact(clinic))
    return page_test.next_test_at(clinic, date.fromisoformat(last) if last else None, now)


def _fact(clinic: Clinic) -> str:
    """Names the fact that holds the clinic's day of its last weekly test page."""
    return f"test-page/{clinic.key}"


def _send_due(context: Context, published: Published, clinic: Clinic) -> int:
    now = context.clock.now()
    with context.store.read() as uow:
        due = _next(uow, clinic, now)
    if due is None or due > now:
        return 0
    with context.store.write(urgent=True) as uow:
        uow.serialize(_fact(clinic))
        due = _next(uow, clinic, now)
        if due is None or due > now:
            return 0
        uow.facts.set(_fact(clinic), windows.local_date(due, clinic.timezone).isoformat())
        sent = _send(uow, context, published, clinic, configuration_now(uow, published, now))
        _audit(uow, clinic, sent, "service", now)
        uow.commit()
    return 1


def _send(
    uow: UnitOfWork,
    context: Context,
    published: Published,
    clinic: Clinic,
    configuration: Configuration,
    *,
    rota: str | None = None,
) -> tuple[PageTest, ...]:
    now = context.clock.now()
    within = clinic.test_page or WeeklyPage(weekday=0, at=windows.local(now, clinic.timezone).time())
    sent = []
    for person, rotas in page_test.whom(clinic, configuration, now).items():
        if rota is not None and rota not in rotas:
            continue
        token = secrets.token_urlsafe(16)
        page = PageTest(
            id=new_id(),
            clinic=clinic.key,
            person=person,
            rotas=rotas,
            code=_free_code(uow, clinic.key, now),
            token_hash=hash_of(token),
            sent_at=now,
            due_at=now + within.acknowledge_within,
        )
        uow.page_tests.add(page)
        for way in escalation.ways_of(configuration.staff[person], _channels(clinic, configuration)):
            _queue(
                uow, context, published, clinic, configuration.staff[person], page, way.channel, token, now + way.after
            )
        sent.append(page)
    return tuple(sent)


def _channels(clinic: Clinic, configuration: Configuration) -> tuple[Channel, ...]:
    used = {channel for chain in chains_of(clinic, configuration) for step in chain.steps for channel in step.channels}
    return tuple(channel for channel in BY if channel in used)


def _queue(
    uow: UnitOfWork,
    context: Context,
    published: Published,
    clinic: Clinic,
    member: StaffMember,
    page: PageTest,
    channel: Channel,
    token: str,
    at: datetime,
) -> None:
    address = member.address(channel)
    if address is None:
        return
    draft = Draft(
        template=CALL_TEMPLATE if channel is Channel.VOICE else "STAFF_TEST",
        message_class=MessageClass.STAFF_NOTICE,
        channel=channel,
        to=address,
        intent=_intent(page, channel),
        values={
            "code": page.code,
            "minutes": str(int((page.due_at - page.sent_at) / timedelta(minutes=1))),
            "link": f"{context.policy.public_url}/t/{token}",
        },
        person=member.key,
        not_before=at,
        expires_at=page.due_at,
    )
    if uow.messages.add(compose(published, clinic, draft, page.sent_at)):
        uow.wake(draft.message_class.lane.value)


def _free_code(uow: UnitOfWork, clinic: str, now: datetime) -> str:
    """A code that no alert has, so that an answer to a test takes none."""
    while True:
        code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
        taken = (
            uow.alerts.code_taken(clinic, code, now - CODE_RESTS) or uow.page_tests.by_code(clinic, code) is not None
        )
        if not code.isdigit() and not taken:
            return code


def _audit(uow: UnitOfWork, clinic: Clinic, sent: tuple[PageTest, ...], by: str, now: datetime) -> None:
    uow.audit.append(
        at=now,
        actor=by,
        action="test_page.sent",
        subject="clinic",
        subject_id=clinic.key,
        detail={"people": ", ".join(page.person for page in sent)},
        clinic=clinic.key,
    )


# --- answers, and none -----------------------------------------------------------------------------


def _answer(uow: UnitOfWork, page: PageTest, via: str, now: datetime) -> Answered:
    """A late answer counts too: that the phone is heard again is worth knowing."""
    uow.serialize(_turn(page))
    page = uow.page_tests.get(page.id) or page
    if page.acknowledged_at is not None:
        return Answered(page=page, first=False)
    answered = replace(page, acknowledged_at=now, acknowledged_via=via)
    uow.page_tests.update(answered)
    _drop_waiting(uow, page, now)
    uow.audit.append(
        at=now,
        actor=f"staff:{page.person}",
        action="test_page.answered",
        subject="clinic",
        subject_id=page.clinic,
        detail={"via": via, "late": now > page.due_at},
        clinic=page.clinic,
    )
    return Answered(page=answered, first=True)


def _turn(page: PageTest) -> str:
    """An answer and the time that runs out take turns, so that neither is written over by the other."""
    return f"test-page/{page.id}"


def _confirm(
    uow: UnitOfWork, published: Published, page: PageTest, *, to: str, intent: str, inbound: str | None, now: datetime
) -> None:
    draft = Draft(
        template="STAFF_TEST_DONE",
        message_class=MessageClass.STAFF_REPLY,
        channel=Channel.SMS,
        to=to,
        intent=intent,
        values={"code": page.code},
        person=page.person,
        inbound=inbound,
    )
    if uow.messages.add(compose(published, clinic_of(published.content.configuration, page.clinic), draft, now)):
        uow.wake(draft.message_class.lane.value)


def _drop_waiting(uow: UnitOfWork, page: PageTest, now: datetime) -> None:
    """The person's ways that were still to come are not needed any more."""
    for channel in BY:
        message = uow.messages.by_intent(_intent(page, channel))
        if message is not None and message.state is MessageState.QUEUED:
            dropped = replace(message, state=MessageState.SUPPRESSED, reason="answered meanwhile", settled_at=now)
            uow.messages.update(dropped, expected=MessageState.QUEUED)


def _intent(page: PageTest, channel: Channel) -> str:
    return f"test/{page.id}/{channel.value}"


def _miss_overdue(context: Context) -> int:
    now = context.clock.now()
    with context.store.read() as uow:
        overdue = uow.page_tests.overdue(now)
    for page in overdue:
        _miss(context, page, now)
    return len(overdue)


def _miss(context: Context, page: PageTest, now: datetime) -> None:
    published = context.content.current()
    with context.store.write(urgent=True) as uow:
        uow.serialize(_turn(page))
        stands = uow.page_tests.by_token(page.token_hash)
        if stands is None or stands.acknowledged_at is not None or stands.missed_at is not None:
            return
        uow.page_tests.update(replace(stands, missed_at=now))
        configuration = published.content.configuration
        member = configuration.staff.get(page.person)
        minutes = int((page.due_at - page.sent_at) / timedelta(minutes=1))
        raise_event(
            uow,
            published,
            clinic_of(configuration, page.clinic),
            EventKind.CONFIGURATION,
            now=now,
            actor="service",
            note=(
                f"{member.name if member else page.person}, on duty in {', '.join(page.rotas)}, did not answer the "
                f"test page within {minutes} min: phone them; is the contact card saved and let through at night?"
            ),
            again=True,
        )
        uow.commit()
