"""What staff text about alerts: done at the moment of the reply, inside the inbound's transaction, and answered once.

Every reply has one true answer; whatever is refused changes nothing and says why. No answer carries patient data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from followup.domain import passing
from followup.domain.alert import Alert, AlertStatus, Outcome
from followup.domain.ending import Ending, follow_on, minutes_since, needs_sign_off, problems_of
from followup.domain.level import Level
from followup.domain.message import MessageState
from followup.domain.received import Inbound
from followup.domain.schedule import Configuration, StaffMember
from followup.domain.staff_words import (
    AskHelp,
    BackAgain,
    CloseCode,
    ListOpen,
    NoCode,
    NoCommand,
    PassCode,
    SeveralCodes,
    StaffCommand,
    TakeAll,
    TakeCode,
    WhoHas,
)
from followup.domain.tasks import TaskKind
from followup.errors import Conflict
from followup.services.context import Published, clinic_of
from followup.services.duty import configuration_now
from followup.services.ending_alerts import end, own_sign_off
from followup.services.handing import hand
from followup.services.staff_answers import Answers, outcome_words
from followup.services.taking import Taken, TakeOutcome, chain_of, take
from followup.storage.unit_of_work import UnitOfWork

_VIA = "sms"
_ARRIVED = frozenset({MessageState.SENT, MessageState.DELIVERED})


def obey(
    uow: UnitOfWork,
    published: Published,
    *,
    person: str,
    command: StaffCommand,
    inbound: Inbound,
    public_url: str,
    now: datetime,
) -> None:
    """Do what a text of a member of staff (a key) asks for, and answer with what came of it."""
    configuration = configuration_now(uow, published, now)
    member = configuration.staff[person]
    answers = Answers(uow=uow, published=published, member=member, inbound=inbound, public_url=public_url, now=now)
    _Desk(
        uow=uow,
        published=published,
        configuration=configuration,
        member=member,
        inbound=inbound,
        answers=answers,
        public_url=public_url,
        now=now,
    ).obey(command)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """One text of one member of staff, with everything that it may touch."""

    uow: UnitOfWork
    published: Published
    configuration: Configuration
    member: StaffMember
    inbound: Inbound
    answers: Answers
    public_url: str
    now: datetime

    def obey(self, command: StaffCommand) -> None:
        match command:
            case TakeAll():
                self._take_all()
            case SeveralCodes():
                self.answers.say("STAFF_ONE_CODE", codes=", ".join(command.codes))
            case TakeCode() | CloseCode() | PassCode() | WhoHas():
                self._about_one(command)
            case BackAgain() | AskHelp() | ListOpen() | NoCode() | NoCommand():
                self._about_none(command)

    def _about_none(self, command: BackAgain | AskHelp | ListOpen | NoCode | NoCommand) -> None:
        match command:
            case BackAgain():
                self.answers.say("STAFF_START")
            case AskHelp():
                self.answers.say("STAFF_HELP")
            case ListOpen():
                self.answers.with_open("STAFF_LIST")
            case NoCode():
                self.answers.with_open("STAFF_NO_CODE")
            case NoCommand():
                self.answers.with_open("STAFF_WORDS")

    # --- one alert -----------------------------------------------------------------------------

    def _about_one(self, command: TakeCode | CloseCode | PassCode | WhoHas) -> None:
        found = self._meant(command.code)
        if len(found) > 1:
            self.answers.say("STAFF_WHICH", code=command.code)
        elif not found:
            self.answers.unknown(command.code)
        elif isinstance(command, WhoHas):
            self._who(found[0])
        elif found[0].status is AlertStatus.CLOSED:
            self.answers.was_closed(found[0])
        else:
            self._do(command, found[0])

    def _do(self, command: TakeCode | CloseCode | PassCode, alert: Alert) -> None:
        if isinstance(command, TakeCode):
            self._take(alert)
        elif alert.status is AlertStatus.ACKNOWLEDGED and alert.acknowledged_by != self.member.name:
            self.answers.with_other("STAFF_NOT_YOURS", alert)
        elif alert.status is AlertStatus.OPEN and not self._was_sent(alert):
            self.answers.say("STAFF_NOT_SENT", code=alert.code)
        elif isinstance(command, CloseCode):
            self._close(alert, command)
        else:
            self._pass(alert, command)

    def _meant(self, code: str) -> tuple[Alert, ...]:
        """The alerts that a code may mean: one, unless two clinics have it open and both were sent to the writer."""
        found = self.uow.alerts.unclosed_by_code(code)
        if len(found) > 1:
            found = tuple(one for one in found if self._was_sent(one)) or found
        if found:
            return found
        closed = self.uow.alerts.by_code(self.inbound.clinic, code)
        return (closed,) if closed is not None else ()

    def _was_sent(self, alert: Alert, *, this_round: bool = False) -> bool:
        """Whether a notice of the alert reached the writer; `this_round`: since it was last raised."""
        prefix = f"notice/{alert.id}/{alert.raises}/" if this_round else f"notice/{alert.id}/"
        return any(
            message.person == self.member.key and message.state in _ARRIVED and message.intent.startswith(prefix)
            for message in self.uow.messages.of_alert(alert.id)
        )

    def _take(self, alert: Alert) -> None:
        was_sent = self._was_sent(alert)
        taken = self._taken(alert)
        match taken.outcome:
            case TakeOutcome.TAKEN:
                self.answers.linked("STAFF_TAKEN" if was_sent else "STAFF_TAKEN_UNSENT", taken.alert)
            case TakeOutcome.ALREADY_YOURS:
                self.answers.with_other("STAFF_YOURS", taken.alert)
            case TakeOutcome.TAKEN_BY_OTHER:
                self.answers.with_other("STAFF_OTHER", taken.alert)
            case TakeOutcome.CLOSED:
                self.answers.was_closed(taken.alert)

    def _taken(self, alert: Alert) -> Taken:
        return take(self.uow, self.published, alert, self.member, via=_VIA, public_url=self.public_url, now=self.now)

    def _who(self, alert: Alert) -> None:
        if alert.status is AlertStatus.CLOSED:
            self.answers.was_closed(alert)
        elif alert.status is AlertStatus.ACKNOWLEDGED:
            self.answers.with_other("STAFF_WHO", alert)
        else:
            self.answers.nobody_has(alert, chain_of(alert, self.configuration), self.configuration)

    # --- closing -------------------------------------------------------------------------------

    def _close(self, alert: Alert, command: CloseCode) -> None:
        if command.outcome is None:
            self._say_how(alert)
            return
        ending = self._ending(alert, command.outcome, command.minutes)
        if needs_sign_off(alert, ending):
            self.answers.linked("STAFF_CLOSE_SIGN", alert)
            return
        if problems_of(alert, ending, self.now):
            self._say_how(alert)
            return
        rules = [rule for rule in self.configuration.rules if rule.id in alert.rules]
        clinic = clinic_of(self.configuration, alert.clinic)
        ahead = follow_on(alert, ending, rules, clinic, self.now)
        ended = end(self.uow, self.published, alert, self.member, ending, via=_VIA, now=self.now)
        again = next((step.due_at for step in ahead if step.kind is TaskKind.REOPEN), None)
        self.answers.closed(ended, again)

    def _ending(self, alert: Alert, outcome: Outcome, minutes: int | None) -> Ending:
        """Minutes not given are those since it was taken."""
        return Ending(
            outcome=outcome,
            minutes=minutes if minutes is not None else minutes_since(alert, self.now),
            signed_by=own_sign_off(self.uow, alert, self.member, outcome),
        )

    def _say_how(self, alert: Alert) -> None:
        self.answers.say("STAFF_CLOSE_HOW", code=alert.code, words=outcome_words(alert.level))

    # --- passing on ----------------------------------------------------------------------------

    def _pass(self, alert: Alert, command: PassCode) -> None:
        if command.to is None:
            chain = chain_of(alert, self.configuration)
            to = passing.next_person(alert, chain, self.configuration, by=self.member.key, now=self.now)
        else:
            to = passing.colleague(self.configuration, command.to)
        if to is None or to == self.member.key:
            nobody = command.to is None
            self.answers.linked("STAFF_PASS_NOBODY", alert) if nobody else self._say_whom(alert)
            return
        receiver = self.configuration.staff[to]
        why = f"passed on by {self.member.name} to {receiver.name} by text"
        try:
            hand(
                self.uow,
                self.configuration,
                alert,
                to=receiver,
                actor=f"staff:{self.member.key}",
                why=why,
                via=_VIA,
                now=self.now,
            )
        except Conflict:
            self.answers.linked("STAFF_PASS_NOBODY", alert)
            return
        self.answers.say("STAFF_PASSED", code=alert.code, who=receiver.name)

    def _say_whom(self, alert: Alert) -> None:
        others = [key for key in self.configuration.staff if key != self.member.key]
        self.answers.say("STAFF_PASS_WHO", code=alert.code, names=", ".join(others[:4]))

    # --- all of them ---------------------------------------------------------------------------

    def _take_all(self) -> None:
        """All that reached the writer and nobody has; Emergencies stay, to be taken one by one."""
        open_now = self.uow.alerts.list(AlertStatus.OPEN.value, None, 200)
        sent = [alert for alert in reversed(open_now) if self._was_sent(alert, this_round=True)]
        emergencies = [alert.code for alert in sent if alert.level is Level.EMERGENCY]
        others = [self._taken(alert) for alert in sent if alert.level is not Level.EMERGENCY]
        taken = [each.alert.code for each in others if each.outcome is TakeOutcome.TAKEN]
        self.answers.took_all(taken, emergencies)
