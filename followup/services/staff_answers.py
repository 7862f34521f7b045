"""The one answer to a text of a member of staff: which template, filled with what is true at that moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from followup.domain import escalation, windows
from followup.domain.alert import ROUTINE_OUTCOMES, Alert, Outcome
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

#: So many codes fit into a text beside the rest of it; the others are counted.
MOST_CODES = 6


def outcome_words(level: Level) -> str:
    """The words that close an alert of a level: `safe, er, 988`."""
    fitting = [outcome for outcome in Outcome if level is Level.ROUTINE or outcome not in ROUTINE_OUTCOMES]
    return ", ".join(OUTCOME_WORDS[outcome][0] for outcome in fitting)


def listed(codes: Sequence[str]) -> str:
    """`K7RD, M4TN`, `none`, or the first of many with how many more there are."""
    shown = ", ".join(codes[:MOST_CODES]) or "none"
    return shown if len(codes) <= MOST_CODES else f"{shown} and {len(codes) - MOST_CODES} more"


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
        self.linked(template, alert, who=alert.acknowledged_by or "somebody", time=since, level=_level(alert))

    def was_closed(self, alert: Alert) -> None:
        """Somebody has closed it before."""
        at = self._wall(alert.closed_at or self.now, alert)
        self.say("STAFF_WAS_CLOSED", code=alert.code, who=alert.closed_by or "somebody", time=at)

    def closed(self, alert: Alert, again: datetime | None) -> None:
        """It is closed now, and perhaps open again at `again`."""
        outcome = (alert.outcome.value if alert.outcome else "").replace("_", " ")
        values = {"code": alert.code, "outcome": outcome, "minutes": str(alert.minutes or 0)}
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
            level=_level(alert),
            age=age_of(alert.opened_at, self.now),
            who=people[0] if people else "the work list",
            time=self._wall(at, alert),
        )

    def unknown(self, code: str, open_codes: Sequence[str]) -> None:
        """No such code, and which there are."""
        self.say("STAFF_UNKNOWN", code=code, codes=listed(open_codes))

    def not_understood(self, open_codes: Sequence[str]) -> None:
        """Words that say nothing of an alert."""
        self.say("STAFF_WORDS", codes=listed(open_codes))

    def took_all(self, taken: Sequence[str], emergencies: Sequence[str]) -> None:
        """Which were taken, and which Emergencies were not."""
        if emergencies:
            self.say("STAFF_ALL_BUT", codes=listed(taken), emergencies=listed(emergencies))
        elif taken:
            self.say("STAFF_ALL", codes=listed(taken))
        else:
            self.say("STAFF_ALL_NONE")

    def _wall(self, instant: datetime, alert: Alert) -> str:
        """`02:11`, with its day where that is another."""
        zone = clinic_of(self.published.content.configuration, alert.clinic).timezone
        local = windows.local(instant, zone)
        today = windows.local_date(self.now, zone) == local.date()
        return local.strftime("%H:%M" if today else "%a %d %b %H:%M")


def _level(alert: Alert) -> str:
    return alert.level.value.capitalize()
