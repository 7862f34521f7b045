"""A notice of an alert to one person by one channel, inside a caller's transaction: the chain's moves, and doubts."""

from __future__ import annotations

from datetime import datetime

from followup.domain.alert import Alert
from followup.domain.calls import spelled
from followup.domain.escalation import Notice
from followup.domain.message import MessageClass
from followup.domain.people import Channel
from followup.services.composing import Draft, age_of, compose
from followup.services.context import Context, Published, clinic_of
from followup.services.links import alert_link
from followup.storage.unit_of_work import UnitOfWork


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
    draft = Draft(
        template="STAFF_CALL" if spoken else "STAFF_NOTICE",
        message_class=MessageClass.STAFF_NOTICE,
        channel=notice.channel,
        to=address,
        intent=f"notice/{alert.id}/{alert.raises}/{alert.position}/{member.key}/{notice.channel.value}",
        values={
            "level": alert.level.value.capitalize(),
            "code": spelled(alert.code) if spoken else alert.code,
            "age": age_of(alert.opened_at, now),
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
