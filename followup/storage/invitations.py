"""One-time links by which somebody sets a password. Only hashes of their tokens are stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from followup.domain.access import Role
from followup.storage.rows import Rows
from followup.storage.tables.proof import invitations

_column = invitations.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A link for one person (key of schedules.yaml), who then has `role` at `clinic`."""

    token_hash: str
    clinic: str
    person: str
    role: Role
    made_at: datetime
    made_by: str
    expires_at: datetime


class InvitationRows:
    """The invitations as one unit of work sees them."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, invitation: Invitation) -> None:
        """Store one, in place of every other of the person."""
        self.forget(invitation.person)
        row = {
            "token_hash": invitation.token_hash,
            "clinic_id": invitation.clinic,
            "person": invitation.person,
            "role": invitation.role,
            "made_at": invitation.made_at,
            "made_by": invitation.made_by,
            "expires_at": invitation.expires_at,
        }
        self._rows.change(insert(invitations), row)

    def by_token(self, token_hash: str) -> Invitation | None:
        """One that was not used; whether it has expired is for the caller to see."""
        row = self._rows.first(select(invitations).where(_column.token_hash == token_hash))
        if row is None:
            return None
        values = dict(row)
        return Invitation(clinic=values.pop("clinic_id"), **values)

    def forget(self, person: str) -> int:
        """Take back every invitation of a person, and give how many there were."""
        return self._rows.change(delete(invitations).where(_column.person == person))

    def forget_expired(self, now: datetime) -> int:
        """Remove those whose time is over, and give how many there were."""
        return self._rows.change(delete(invitations).where(_column.expires_at <= now))
