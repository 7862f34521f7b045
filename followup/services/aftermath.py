"""What a message that did not arrive asks for: another way for staff, a task for the patient's clinic."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from followup.domain.alert import Alert, AlertStatus
from followup.domain.escalation import chain_of
from followup.domain.message import Message, MessageClass, MessageState
from followup.domain.people import Channel
from followup.domain.retry import ACCOUNT_WAIT
from followup.domain.schedule import EventKind
from followup.gateways.port import Late, RefusalKind, Refused
from followup.ids import new_id
from followup.services.account_pause import pause
from followup.services.alerting import raise_event
from followup.services.composing import Draft, compose
from followup.services.context import Context, clinic_of
from followup.storage.unit_of_work import UnitOfWork

#: A round of notices that reached nobody moves on at once; after the whole chain failed, this often.
NEXT_ROUND = timedelta(seconds=60)
#: An undelivered text to a patient that may have been a passing fault is tried once more after this long.
RETRY_AFTER = timedelta(minutes=5)

#: The ways that wake somebody at night.
WAKING = frozenset({Channel.SMS, Channel.VOICE})
#: Nothing is expected of these any more; of one whose fate was never found out neither.
_GIVEN_UP = frozenset(
    {
        MessageState.FAILED,
        MessageState.UNDELIVERED,
        MessageState.SUPPRESSED,
        MessageState.EXPIRED,
        MessageState.UNKNOWN,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """The transaction and instant in which a message turned out not to have arrived."""

    uow: UnitOfWork
    context: Context
    now: datetime

    def postponed(self, message: Message, refused: Refused) -> None:
        """A message will be tried again: staff hear of it where the account itself is refused."""
        if message.message_class is MessageClass.STAFF_NOTICE:
            self.advance_chain(message)
        if refused.kind is RefusalKind.ACCOUNT:
            self.account_refused(message, refused.reason, until=message.not_before)

    def account_refused(self, message: Message, reason: str, *, until: datetime) -> None:
        """Nothing can be sent at all: ordinary texts wait until an instant, and staff hear of it once."""
        pause(self.uow, message.channel, until)
        note = f"the provider refuses to send for this account: {reason}"
        self.tell(replace(message, patient=None, check_in=None), EventKind.CONFIGURATION, note)

    def advance_chain(self, message: Message) -> None:
        """Move the alert's chain on at once, unless another notice of the same round may still arrive."""
        alert = self.uow.alerts.get(message.alert) if message.alert else None
        if alert is None or alert.status is not AlertStatus.OPEN:
            return
        round_of = notice_round(message)
        if round_of != round_now(alert):
            return  # others have been told since
        others = [one for one in self.uow.messages.of_round(alert.id, round_of) if one.id != message.id]
        self._hasten([one for one in others if one.person == message.person])
        opened_under = self.context.content.version(alert.schedule_version).configuration
        chain = chain_of(alert, opened_under, self.context.content.current().content.configuration)
        whole_chain_told = alert.position >= len(chain.steps)
        # A mail that may still arrive wakes nobody: where texts and calls failed, the next person must hear of it now.
        enough = WAKING if message.channel in WAKING and not whole_chain_told else frozenset(Channel)
        if any(one.state not in _GIVEN_UP and one.channel in enough for one in others):
            return
        wait = NEXT_ROUND if whole_chain_told else timedelta(0)
        soon = self.now + wait
        if alert.next_action_at is None or alert.next_action_at > soon:
            self.uow.alerts.update(replace(alert, next_action_at=soon), expected_status=AlertStatus.OPEN)
            self.uow.wake("alerts")

    def _hasten(self, own_ways: list[Message]) -> None:
        """The other ways of a person whom one did not reach come at once, whatever wait they asked for."""
        for waiting in own_ways:
            if waiting.state is MessageState.QUEUED and waiting.not_before > self.now:
                self.uow.messages.update(replace(waiting, not_before=self.now), expected=MessageState.QUEUED)
                self.uow.wake(waiting.message_class.lane.value)

    def tell(self, message: Message, event: EventKind, note: str) -> None:
        """Raise an event about the patient, or about the service where no patient is concerned."""
        published = self.context.content.current()
        clinic = clinic_of(published.content.configuration, message.clinic)
        raise_event(
            self.uow,
            published,
            clinic,
            event,
            now=self.now,
            actor="service",
            patient=message.patient,
            note=note,
            check_in=message.check_in,
        )


def notice_round(message: Message) -> str:
    """Which round of its alert a notice belongs to.

    Intents of notices are `notice/{alert}/{raises}/{position}/{person}/{channel}`, with `/{attempt}` for a copy.
    """
    return "/".join(message.intent.split("/")[:4])


def round_now(alert: Alert) -> str:
    """The round that an alert's latest notices belong to."""
    return f"notice/{alert.id}/{alert.raises}/{alert.position}"


def undelivered(aftermath: Aftermath, message: Message, cause: RefusalKind | Late | None) -> None:
    """Everything that follows from a message that surely did not arrive. `cause` is None where we held it back."""
    if cause in {RefusalKind.OPTED_OUT, Late.OPTED_OUT}:
        aftermath.uow.suppressions.add(message.clinic, message.channel, message.to, at=aftermath.now, source="provider")
    if cause is Late.ACCOUNT:
        until = aftermath.now + ACCOUNT_WAIT
        aftermath.account_refused(message, message.reason or "no reason given", until=until)
    if message.message_class.for_staff:
        _staff_undelivered(aftermath, message)
    elif cause is Late.TRANSIENT and message.attempt == 1:
        _once_more(aftermath, message)
    elif message.patient is not None and cause is not None:
        if cause not in {RefusalKind.OPTED_OUT, Late.OPTED_OUT}:
            _mail_instead(aftermath, message)
        reason = message.reason or "not delivered"
        aftermath.tell(message, EventKind.UNDELIVERABLE, f"a text could not be delivered: {reason}")


def _staff_undelivered(aftermath: Aftermath, message: Message) -> None:
    if message.message_class is not MessageClass.STAFF_NOTICE:
        return
    aftermath.advance_chain(message)
    if message.person is not None:
        reason = message.reason or "not delivered"
        note = f"{message.person} could not be reached by {message.channel.value}: {reason}"
        if not _about_configuration(aftermath, message):
            aftermath.tell(message, EventKind.CONFIGURATION, note)


def _about_configuration(aftermath: Aftermath, message: Message) -> bool:
    """Whether the notice was itself about such a fault: one alert about it is enough."""
    alert = aftermath.uow.alerts.get(message.alert) if message.alert else None
    return alert is not None and alert.patient is None and alert.sender is None


def _mail_instead(aftermath: Aftermath, message: Message) -> None:
    """A check-in whose text cannot be delivered goes by mail, where it may and the patient agreed to mail.

    It is the same check-in and question; the number that failed is told to staff all the same.
    """
    uow, context = aftermath.uow, aftermath.context
    if message.message_class is not MessageClass.CHECK_IN or message.channel is not Channel.SMS:
        return
    check_in = uow.check_ins.get(message.check_in) if message.check_in else None
    patient = uow.patients.get(message.patient) if message.patient else None
    plan = uow.plans.get(check_in.plan) if check_in else None
    if check_in is None or patient is None or plan is None:
        return
    schedule = context.content.version(check_in.schedule_version).configuration.schedule(plan.schedule)
    spec = schedule.check_in(check_in.key) if schedule else None
    if spec is None or not spec.by_email or not patient.consent.email or patient.email is None:
        return
    published = context.content.current()
    draft = Draft(
        template=message.template,
        message_class=MessageClass.CHECK_IN,
        channel=Channel.EMAIL,
        to=patient.email,
        intent=f"{message.intent}/email",
        language=patient.language,
        patient=patient.id,
        check_in=check_in.id,
        question=message.question,
        attempt=message.attempt + 1,
        expires_at=message.expires_at,
    )
    mail = compose(published, clinic_of(published.content.configuration, message.clinic), draft, aftermath.now)
    if uow.messages.add(mail):
        uow.wake(mail.message_class.lane.value)


def _once_more(aftermath: Aftermath, message: Message) -> None:
    again = copy_of(message, aftermath.now, not_before=aftermath.now + RETRY_AFTER)
    if aftermath.uow.messages.add(again):
        aftermath.uow.wake(again.message_class.lane.value)


def copy_of(message: Message, now: datetime, *, not_before: datetime | None = None) -> Message:
    """The same message once more, as the next attempt with an id and intent of its own."""
    attempt = message.attempt + 1
    stem = message.intent.removesuffix(f"/{message.attempt}") if message.attempt > 1 else message.intent
    return replace(
        message,
        id=new_id(),
        intent=f"{stem}/{attempt}",
        attempt=attempt,
        state=MessageState.QUEUED,
        reason=None,
        created_at=now,
        not_before=not_before or now,
        claimed_by=None,
        lease_until=None,
        sending_at=None,
        sent_at=None,
        settled_at=None,
        provider=None,
        provider_id=None,
        error_code=None,
        next_look_at=None,
        looks=0,
        tries=0,
    )
