"""Somebody hears what was done to their own account: password, second factor, phone or mail (ASVS 6.3.7).

It goes by the ordinary queue, in the transaction of the change itself, and says nothing of a patient. Whatever changes
an account calls it; a new version of schedules.yaml calls it for addresses.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from followup import log
from followup.content.account_said import AccountChange, change_said
from followup.domain.message import MessageClass
from followup.domain.people import Channel
from followup.domain.schedule import Clinic, Configuration, StaffMember
from followup.errors import FollowupError
from followup.ids import new_id
from followup.services.composing import Draft, compose
from followup.services.context import Context, Published
from followup.storage.accounts import Account
from followup.storage.unit_of_work import UnitOfWork

TEMPLATE: Final = "STAFF_ACCOUNT"
#: These are done by others, or in place of what the person has: they are told in every way at once.
_BY_EVERY_WAY: Final = frozenset(
    {AccountChange.RESET, AccountChange.EMERGENCY_ACCESS, AccountChange.PHONE, AccountChange.MAIL}
)
_WRITTEN: Final = (Channel.EMAIL, Channel.SMS)

_log = log.get(__name__)

_Address = tuple[Channel, str]


def tell_owner(uow: UnitOfWork, context: Context, account: Account, change: AccountChange) -> None:
    """Queue the news for whoever owns `account`: by mail, without a mail address by text, by both where it is grave."""
    published = context.content.current()
    configuration = published.content.configuration
    member, clinic = configuration.staff.get(account.person), configuration.clinics.get(account.clinic)
    if member is None or clinic is None:
        return
    addresses = _addresses(member)
    if change not in _BY_EVERY_WAY:
        addresses = addresses[:1]
    _queue(uow, published, clinic, member.key, change, addresses, context.clock.now())


def tell_of_addresses(uow: UnitOfWork, before: Configuration, published: Published, now: datetime) -> None:
    """Whoever has another phone or mail in a new version hears of it there, and where they were reached before.

    For everybody with an account, since what a phone gets can open one.
    """
    configuration = published.content.configuration
    for account in uow.accounts.list():
        old, new = before.staff.get(account.person), configuration.staff.get(account.person)
        clinic = configuration.clinics.get(account.clinic)
        if old is None or new is None or clinic is None or not account.enabled:
            continue
        addresses = dict.fromkeys((*_addresses(old), *_addresses(new)))
        for change in _changed(old, new):
            _queue(uow, published, clinic, new.key, change, addresses, now)


def _changed(old: StaffMember, new: StaffMember) -> Iterable[AccountChange]:
    if old.phone != new.phone:
        yield AccountChange.PHONE
    if old.email != new.email:
        yield AccountChange.MAIL


def _addresses(member: StaffMember) -> list[_Address]:
    known = ((channel, member.address(channel)) for channel in _WRITTEN)
    return [(channel, address) for channel, address in known if address]


def _queue(
    uow: UnitOfWork,
    published: Published,
    clinic: Clinic,
    person: str,
    change: AccountChange,
    addresses: Iterable[_Address],
    now: datetime,
) -> None:
    """A clinic whose templates lack the text goes without: what was changed must not fail for it."""
    words = change_said(change, published.content.configuration.staff_language)
    for channel, address in addresses:
        draft = Draft(
            template=TEMPLATE,
            # Not a notice: an old phone that cannot be reached is nothing that anybody has to mend.
            message_class=MessageClass.STAFF_REPLY,
            channel=channel,
            to=address,
            intent=f"account/{new_id()}",
            values={"words": words},
            person=person,
        )
        try:
            message = compose(published, clinic, draft, now)
        except FollowupError as error:
            _log.warning("news of an account could not be written", change=change.value, **log.describe(error))
            return
        if uow.messages.add(message):
            uow.wake(message.message_class.lane.value)
