"""Who is signed in. Only hashes of the session tokens are stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from followup.storage.rows import Rows
from followup.storage.tables.access import sessions

_column = sessions.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser signed in to an account. `seen_at` is its latest request, `expires_at` its end in any case."""

    token_hash: str
    account: str
    began_at: datetime
    seen_at: datetime
    expires_at: datetime


class SessionRows:
    """The sessions of one unit of work."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add_session(self, token_hash: str, account: str, at: datetime, expires_at: datetime) -> None:
        """Begin a session."""
        row = {"token_hash": token_hash, "account_id": account, "began_at": at, "seen_at": at, "expires_at": expires_at}
        self._rows.change(insert(sessions), row)

    def session(self, token_hash: str) -> Session | None:
        """A session that was not ended; whether it has expired is for the caller to see."""
        row = self._rows.first(select(sessions).where(_column.token_hash == token_hash))
        if row is None:
            return None
        return Session(
            token_hash=row["token_hash"],
            account=row["account_id"],
            began_at=row["began_at"],
            seen_at=row["seen_at"],
            expires_at=row["expires_at"],
        )

    def touch(self, token_hash: str, at: datetime) -> None:
        """Note a request."""
        self._rows.change(update(sessions).where(_column.token_hash == token_hash).values(seen_at=at))

    def end_session(self, token_hash: str) -> None:
        """Sign out one browser."""
        self._rows.change(delete(sessions).where(_column.token_hash == token_hash))

    def end_sessions(self, account: str) -> int:
        """Sign out every browser of an account, and give how many there were."""
        return self._rows.change(delete(sessions).where(_column.account_id == account))

    def end_expired(self, now: datetime) -> int:
        """Remove sessions past their end, and give how many there were."""
        return self._rows.change(delete(sessions).where(_column.expires_at <= now))
