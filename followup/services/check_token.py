"""Who calls the API, by bearer token. The web floor asks before it reads anything else of a request."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from followup.services.context import Context
from followup.services.links import hash_of


class Scope(StrEnum):
    """What a token may do."""

    WRITE_INFUSIONS = "infusions:write"
    READ = "read"
    ALERTS = "alerts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A known token: what it is called in the audit trail and what it may do."""

    name: str
    scopes: frozenset[str]

    @property
    def actor(self) -> str:
        """The name in the audit trail."""
        return f"token:{self.name}"


FIRST = Caller(name="first", scopes=frozenset(Scope))


def caller_of(context: Context, token: str, *, first: str | None, now: datetime) -> Caller | None:
    """Whose token this is; None for one that is unknown, revoked or expired. `first` is the one from the settings."""
    if first and hmac.compare_digest(first.encode(), token.encode("utf-8", "replace")):
        return FIRST
    with context.store.read() as uow:
        known = uow.tokens.by_hash(hash_of(token))
    if known is None or (known.expires_at is not None and known.expires_at <= now):
        return None
    return Caller(name=known.name, scopes=known.scopes)
