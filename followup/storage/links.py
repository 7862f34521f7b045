"""Links in staff notices that lead to one alert. Only hashes of their tokens are stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from followup.storage.rows import Rows
from followup.storage.tables.access import alert_links


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLink:
    """A link that was sent to one person about one alert."""

    token_hash: str
    alert: str
    person: str
    created_at: datetime
    expires_at: datetime


class LinkRows:
    """The links of one unit of work."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add_link(self, token_hash: str, alert: str, person: str, at: datetime, expires_at: datetime) -> None:
        """Store a link."""
        row = {"token_hash": token_hash, "alert_id": alert, "person": person}
        self._rows.change(insert(alert_links), row | {"created_at": at, "expires_at": expires_at})

    def link(self, token_hash: str) -> AlertLink | None:
        """A link; whether it has expired is for the caller to see."""
        row = self._rows.first(select(alert_links).where(alert_links.c.token_hash == token_hash))
        if row is None:
            return None
        return AlertLink(
            token_hash=row["token_hash"],
            alert=row["alert_id"],
            person=row["person"],
            created_at=row["created_at"],
            expires_at=row["expires_at"],
        )

    def forget_of(self, person: str) -> int:
        """Links that were sent to this person lead nowhere any more; gives how many there were."""
        return self._rows.change(delete(alert_links).where(alert_links.c.person == person))
