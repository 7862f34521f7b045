"""The one answer to a text of a member of staff: which template, filled with what is true at that moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from followup.content import staff_said
from followup.domain import escalation, windows
from followup.domain.alert import ROUTINE_OUTCOMES, Alert, AlertStatus, Outcome
from followup.domain.level import Level
from followup.domain.message import MessageClass
from followup.domain.people import Channel
from followup.domain.received import Inbound
from followup.domain.schedule import Chain, Configuration, StaffMember
from followup.domain.staff_words import OUTCOME_WORDS
from followup.services.composing import Draft, age_of, compose
from followup.services.context import Published, clinic_of
from followup.services.links import alert_link
from followup.storage.unit_of_work import UnitOfWork


def outcome_words(level: Level) -> str:
    """The words that close an alert of a level: `safe, er, 988`."""
    fitting = [outcome for outcome in Outcome if level is Level.ROUTINE or outcome not in ROUTINE_OUTCOMES]
    return ", ".join(OUTCOME_WORDS[outcome][0] for outcome in fitting)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Answers to one text of one member of staff."""

    uow: UnitOfWork
    published: Published
    member: StaffMember
    inbound: Inbound
    public_url: str
    now: datetime

    def say(self, template: str, **values: str) -> None:
        """Queue the answer; there is one to each text, whatever happens."""
        draft = Draft(
            template=template,
            message_class=MessageClass.STAFF_REPLY,
            channel=Channel.SMS,
            to=self.inbound.sender,
            intent=f"reply/{self.inbound.id}",
            values={"link": f"{self.public_url}/staff", **values},
            person=self.member.key,
            inbound=self.inbound.id,
        )
        clinic = clinic_of(self.published.content.configuration, self.inbound.clinic)
        if self.uow.messages.add(compose(self.published, clinic, draft, self.now)):
            self.uow.wake(draft.message_class.lane.value)

    def linked(self, template: str, alert: Alert, **values: str) -> None:
        """An answer about an alert, with a link to it."""
        link = alert_link(self.uow, alert, self.member, self.public_url, self.now)
        self.say(template, code=alert.code, link=link, **values)

    def with_other(self, template: str, alert: Alert) -> None:
        """An answer that says who has an alert, and since when."""
        since = self._wall(alert.acknowledged_at or alert.opened_at, alert)
        self.linked(template, alert, who=self._who(alert.acknowledged_by), time=since, level=self._level(alert))

    def was_closed(self, alert: Alert) -> None:
        """Somebody has closed it before."""
        at = self._wall(alert.closed_at or self.now, alert)
        self.say("STAFF_WAS_CLOSED", code=alert.code, who=self._who(alert.closed_by), time=at)

    def closed(self, alert: Alert, again: datetime | None) -> None:
        """It is closed now, and perhaps open again at `again`."""
        values = {
            "code": alert.code,
            "outcome": staff_said.ending_said(alert.outcome, self._language),
            "minutes": str(alert.minutes or 0),
        }
        if again is None:
            self.say("STAFF_CLOSED", **values)
        else:
            self.say("STAFF_CLOSED_AGAIN", time=self._wall(again, alert), **values)

    def nobody_has(self, alert: Alert, chain: Chain, configuration: Configuration) -> None:
        """Nobody has it; who is told next, and when."""
        at = max(alert.next_action_at or self.now, self.now)
        move = escalation.advance(alert, chain, configuration, at)
        people = list(dict.fromkeys(configuration.staff[notice.person].name for notice in move.notices))
        self.say(
            "STAFF_NOBODY",
            code=alert.code,
            level=self._level(alert),
            age=age_of(alert.opened_at, self.now),
            who=people[0] if people else staff_said.word("list", self._language),
            time=self._wall(at, alert),
        )

    def unknown(self, code: str) -> None:
        """No such code, and which there are."""
        self.with_open("STAFF_UNKNOWN", code=code)

    def with_open(self, template: str, **values: str) -> None:
        """An answer that says which alerts of the clinic are open and which the writer has, the most pressing first."""
        found = sorted(
            self.uow.alerts.unclosed_of(self.inbound.clinic), key=lambda one: (-one.level.rank, one.opened_at)
        )
        waiting = [(one.level, one.code) for one in found if one.status is AlertStatus.OPEN]
        taken = [one for one in found if one.status is AlertStatus.ACKNOWLEDGED]
        own = [one.code for one in taken if one.acknowledged_by == self.member.name]
        standing = staff_said.standing(waiting, own, self._language)
        codes = staff_said.listed([code for _, code in waiting], self._language)
        self.say(template, standing=standing, codes=codes, **values)

    def took_all(self, taken: Sequence[str], emergencies: Sequence[str]) -> None:
        """Which were taken, and which Emergencies were not."""
        if emergencies:
            most = staff_said.listed(taken, self._language), staff_said.listed(emergencies, self._language)
            self.say("STAFF_ALL_BUT", codes=most[0], emergencies=most[1])
        elif taken:
            self.say("STAFF_ALL", codes=staff_said.listed(taken, self._language))
        else:
            self.say("STAFF_ALL_NONE")

    def _wall(self, instant: datetime, alert: Alert) -> str:
        """`02:11`, with its day where that is another."""
        zone = clinic_of(self.published.content.configuration, alert.clinic).timezone
        local = windows.local(instant, zone)
        today = windows.local_date(self.now, zone) == local.date()
        return local.strftime("%H:%M" if today else "%a %d %b %H:%M")

    @property
    def _language(self) -> str:
        return self.published.content.configuration.staff_language

    def _level(self, alert: Alert) -> str:
        return staff_said.level_said(alert.level, self._language)

    def _who(self, name: str | None) -> str:
        return name or staff_said.word("somebody", self._language)
