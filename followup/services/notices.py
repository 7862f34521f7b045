"""A notice of an alert to one person by one channel, inside a caller's transaction: the chain's moves, and doubts."""

from __future__ import annotations

from datetime import datetime
from types import MappingProxyType
from typing import Final

from followup.content.staff_said import News, level_said, news
from followup.domain.alert import Alert, EntryKind
from followup.domain.calls import spelled
from followup.domain.escalation import Notice
from followup.domain.message import MessageClass
from followup.domain.people import Channel
from followup.services.composing import Draft, age_of, compose
from followup.services.context import Context, Published, clinic_of
from followup.services.links import alert_link
from followup.storage.unit_of_work import UnitOfWork

#: What the history says of an alert that was taken and not closed in time, and who says it.
NOT_CLOSED: Final = "not closed in time; open again"
SERVICE: Final = "service"


def queue_notice(
    uow: UnitOfWork,
    context: Context,
    published: Published,
    alert: Alert,
    notice: Notice,
    now: datetime,
) -> bool:
    """Queue it, once for each round of the chain; tells whether it was new. Who has no such address is passed over."""
    member = published.content.configuration.staff[notice.person]
    address = member.address(notice.channel)
    if address is None:
        return False
    spoken = notice.channel is Channel.VOICE
    language = published.content.configuration.staff_language
    draft = Draft(
        template="STAFF_CALL" if spoken else "STAFF_NOTICE",
        message_class=MessageClass.STAFF_NOTICE,
        channel=notice.channel,
        to=address,
        intent=f"notice/{alert.id}/{alert.raises}/{alert.position}/{member.key}/{notice.channel.value}",
        values={
            "level": level_said(alert.level, language),
            "code": spelled(alert.code) if spoken else alert.code,
            "age": age_of(alert.opened_at, now),
            "news": "" if spoken else _news(uow, alert, language),
            "link": "" if spoken else alert_link(uow, alert, member, context.policy.public_url, now),
        },
        person=member.key,
        alert=alert.id,
        not_before=now + notice.after,
    )
    clinic = clinic_of(published.content.configuration, alert.clinic)
    if not uow.messages.add(compose(published, clinic, draft, now)):
        return False
    uow.wake(draft.message_class.lane.value)
    return True


def _news(uow: UnitOfWork, alert: Alert, language: str) -> str:
    """Why it is told again, to people who may believe that it is dealt with. Later steps tell others, as at first."""
    if alert.raises == 0 or alert.position > 1:
        return ""
    history = uow.alerts.entries(alert.id)
    last = next((entry for entry in reversed(history) if entry.kind in _WHY), None)
    if last is None:
        return ""
    why = _WHY[last.kind]
    if why is News.PASSED_ON and alert.position > 0:
        return ""  # whom it was passed on to has been told; this is the chain
    if why is News.PASSED_ON and last.actor == SERVICE:
        why = News.DUTY
    if why is News.MORE_CAME and last.words is None and last.understood == NOT_CLOSED:
        why = News.NOT_CLOSED
    return news(why, language, who=last.actor)


_WHY: Final = MappingProxyType(
    {
        EntryKind.ADDED: News.MORE_CAME,
        EntryKind.RAISED: News.MORE_CAME,
        EntryKind.HANDED_OVER: News.PASSED_ON,
        EntryKind.REOPENED: News.DUE_AGAIN,
    }
)
