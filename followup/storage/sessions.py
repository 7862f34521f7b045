"""Who is signed in. Only hashes of the session tokens are stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from followup.domain.access import Stage
from followup.storage.rows import Row, Rows
from followup.storage.tables.access import sessions

_column = sessions.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser signed in to an account at one clinic, or half way in (`stage`).

    `seen_at` is its latest request, `expires_at` its end in any case; `device` the known browser it runs in.
    """

    token_hash: str
    account: str
    clinic: str
    stage: Stage
    device: str | None
    began_at: datetime
    seen_at: datetime
    expires_at: datetime


class SessionRows:
    """The sessions of one unit of work."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add_session(
        self,
        token_hash: str,
        account: str,
        at: datetime,
        expires_at: datetime,
        *,
        clinic: str,
        stage: Stage = Stage.FULL,
        device: str | None = None,
    ) -> None:
        """Begin a session."""
        row = {
            "token_hash": token_hash,
            "account_id": account,
            "clinic_id": clinic,
            "stage": stage,
            "device_id": device,
        }
        self._rows.change(insert(sessions), row | {"began_at": at, "seen_at": at, "expires_at": expires_at})

    def session(self, token_hash: str) -> Session | None:
        """A session that was not ended; whether it has expired is for the caller to see."""
        row = self._rows.first(select(sessions).where(_column.token_hash == token_hash))
        return None if row is None else _session(row)

    def of_account(self, account: str) -> tuple[Session, ...]:
        """Every session of an account, the latest first."""
        wanted = select(sessions).where(_column.account_id == account).order_by(_column.began_at.desc())
        return tuple(_session(row) for row in self._rows.all(wanted))

    def move(self, token_hash: str, clinic: str) -> None:
        """From now on the session is at another clinic."""
        self._rows.change(update(sessions).where(_column.token_hash == token_hash).values(clinic_id=clinic))

    def touch(self, token_hash: str, at: datetime) -> None:
        """Note a request."""
        self._rows.change(update(sessions).where(_column.token_hash == token_hash).values(seen_at=at))

    def end_session(self, token_hash: str) -> None:
        """Sign out one browser."""
        self._rows.change(delete(sessions).where(_column.token_hash == token_hash))

    def end_sessions(self, account: str) -> int:
        """Sign out every browser of an account, and give how many there were."""
        return self._rows.change(delete(sessions).where(_column.account_id == account))

    def end_of_device(self, device: str) -> int:
        """Sign out one known browser, and give how many sessions there were."""
        return self._rows.change(delete(sessions).where(_column.device_id == device))

    def end_expired(self, now: datetime) -> int:
        """Remove sessions past their end, and give how many there were."""
        return self._rows.change(delete(sessions).where(_column.expires_at <= now))


def _session(row: Row) -> Session:
    return Session(
        token_hash=row["token_hash"],
        account=row["account_id"],
        clinic=row["clinic_id"],
        stage=row["stage"],
        device=row["device_id"],
        began_at=row["began_at"],
        seen_at=row["seen_at"],
        expires_at=row["expires_at"],
    )
