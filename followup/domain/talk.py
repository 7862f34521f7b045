"""A person talks with a patient by text: for a while the automation holds back. Services of the patient page ask it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

#: A talk ends by itself, so that nobody forgets the automation switched off.
TALK_LASTS = timedelta(hours=2)
#: A page that shows the talk and was looked at this lately counts as somebody who reads along.
LOOKED_LATELY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """One talk between staff and a patient by text.

    `started_by` is a staff key, `until` when it ends by itself. `seen_at`: when a member of staff last had it on the
    screen. `ended_by` is a staff key, or `time`.
    """

    id: str
    clinic: str
    patient: str
    started_at: datetime
    started_by: str
    until: datetime
    seen_at: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None

    def holds(self, now: datetime) -> bool:
        """Whether check-ins and reminders are held for it at `now`."""
        return self.ended_at is None and now < self.until

    def read_along(self, now: datetime) -> bool:
        """Whether somebody has it on the screen, so that what the patient writes is seen at once."""
        return now - self.seen_at <= LOOKED_LATELY
