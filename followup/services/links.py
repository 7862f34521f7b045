"""Links to an alert: random, stored hashed, bound to one person, and worth nothing without a sign-in."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from followup.domain.alert import Alert
from followup.domain.schedule import StaffMember
from followup.storage.unit_of_work import UnitOfWork

#: A link lives as long as an alert may reasonably be looked at; the alert itself never ends by time.
LINK_LIVES = timedelta(days=14)


def hash_of(token: str) -> str:
    """How a token is stored: only its hash, so that the table opens nothing."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def alert_link(uow: UnitOfWork, alert: Alert, member: StaffMember, public_url: str, now: datetime) -> str:
    """A new address at which `member` sees code, level and age of the alert and can take it."""
    token = secrets.token_urlsafe(16)
    uow.links.add_link(hash_of(token), alert.id, member.key, at=now, expires_at=now + LINK_LIVES)
    return f"{public_url}/a/{token}"
