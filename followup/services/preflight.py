"""Whether everybody who may be called in the next 14 days can be reached. Board, rota page, doctor and terminal ask."""

from __future__ import annotations

from datetime import datetime, timedelta

from followup.domain.message import MessageState
from followup.domain.people import Channel
from followup.domain.preflight import Finding, Ways, preflight
from followup.domain.schedule import Clinic, Configuration, StaffMember
from followup.domain.schedule_check.chains import RUNNING
from followup.services.context import Context, Published, clinic_of
from followup.services.duty import configuration_now
from followup.storage.unit_of_work import UnitOfWork

#: A notice that failed counts against a way for so long, unless a later one arrived.
REMEMBERED = timedelta(days=14)
_FAILED = frozenset({MessageState.FAILED, MessageState.UNDELIVERED})
_ARRIVED = frozenset({MessageState.SENT, MessageState.DELIVERED})


def findings(context: Context, clinic: str) -> tuple[Finding, ...]:
    """What may keep alerts of a clinic from its people within 14 days, the gravest first. Raises NotFound."""
    with context.store.read() as uow:
        return findings_in(uow, context, clinic)


def findings_in(uow: UnitOfWork, context: Context, clinic: str) -> tuple[Finding, ...]:
    """`findings` inside the caller's transaction."""
    return look(uow, context.content.current(), clinic, frozenset(context.gateways), context.clock.now())


def look(
    uow: UnitOfWork, published: Published, clinic: str, running: frozenset[Channel], now: datetime
) -> tuple[Finding, ...]:
    """`findings` of a version and a time; `running` are the channels that the service can send by.

    Commands run without ways out of their own; then those of a complete service are meant.
    """
    configuration = configuration_now(uow, published, now)
    found = clinic_of(configuration, clinic)
    return preflight(configuration, found, _ways(uow, running or RUNNING, configuration, found, now), now)


def _ways(
    uow: UnitOfWork, running: frozenset[Channel], configuration: Configuration, clinic: Clinic, now: datetime
) -> Ways:
    broken = {
        (member.key, channel): why
        for member in configuration.staff.values()
        for channel in running
        if (why := _broken(uow, clinic, member, channel, now)) is not None
    }
    return Ways(running=running, broken=broken)


def _broken(uow: UnitOfWork, clinic: Clinic, member: StaffMember, channel: Channel, now: datetime) -> str | None:
    address = member.address(channel)
    if address is None:
        return None
    if uow.suppressions.active(clinic.key, channel, address):
        return "texts from us were stopped on that phone" if channel is Channel.SMS else f"{channel.value} was stopped"
    settled = [
        message
        for message in uow.messages.latest_to(clinic.key, address, channel, now - REMEMBERED)
        if message.state in _FAILED | _ARRIVED
    ]
    # A call that nobody picked up rang all the same: the number is right.
    rang = channel is Channel.VOICE and bool(settled) and settled[0].state is MessageState.UNDELIVERED
    if settled and settled[0].state in _FAILED and not rang:
        return f"the last {channel.value} did not arrive: {settled[0].reason or 'no reason given'}"
    return None
