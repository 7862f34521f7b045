"""The simulator's own memory, in one SQLite file: all that went to or came from fictional phones and mailboxes."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from followup.domain.calls import CallStage
from followup.domain.message import MessageState
from followup.domain.people import Channel

_TABLE = """
CREATE TABLE IF NOT EXISTS entry (
    number INTEGER PRIMARY KEY,
    direction TEXT NOT NULL,
    channel TEXT NOT NULL,
    at TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT,
    body TEXT NOT NULL,
    media TEXT NOT NULL,
    provider_id TEXT NOT NULL UNIQUE,
    message_id TEXT,
    attempt INTEGER,
    state TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS call (
    provider_id TEXT PRIMARY KEY,
    stage TEXT NOT NULL,
    connected_to TEXT,
    asked INTEGER NOT NULL,
    heard TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS entry_recipient ON entry (recipient, number);
CREATE INDEX IF NOT EXISTS entry_sender ON entry (sender, number);
"""
_COLUMNS = "direction, channel, at, sender, recipient, subject, body, media, provider_id, message_id, attempt, state"


class Direction(StrEnum):
    """Seen from the clinic."""

    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message that the simulated provider carried. `message_id` and `attempt` are ours, for outgoing ones."""

    direction: Direction
    channel: Channel
    at: datetime
    sender: str
    recipient: str
    body: str
    provider_id: str
    subject: str | None = None
    media: tuple[str, ...] = ()
    message_id: str | None = None
    attempt: int | None = None
    state: MessageState = MessageState.SENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Where one call stands. `heard` is what was said after each key, `connected_to` whose phone was rung then.

    `asked`: the next key says who was reached.
    """

    provider_id: str
    stage: CallStage
    connected_to: str | None = None
    asked: bool = False
    heard: tuple[str, ...] = ()


class Book:
    """Every entry in the order in which it happened. Without a path it lives in memory. Safe in any thread."""

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        self._database.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {_TABLE}")

    def add(self, entry: Entry) -> None:
        """Write `entry` down for good."""
        row = (
            entry.direction,
            entry.channel,
            entry.at.isoformat(),
            entry.sender,
            entry.recipient,
            entry.subject,
            entry.body.encode("utf-8", "replace").decode(),  # half characters cannot be stored
            json.dumps(entry.media),
            entry.provider_id,
            entry.message_id,
            entry.attempt,
            entry.state,
        )
        places = ", ".join("?" * len(row))
        with self._lock:
            self._database.execute(f"INSERT INTO entry ({_COLUMNS}) VALUES ({places})", row)  # noqa: S608 - constants

    def settle(self, provider_id: str, state: MessageState) -> None:
        """Record what became of an entry."""
        with self._lock:
            self._database.execute("UPDATE entry SET state = ? WHERE provider_id = ?", (state, provider_id))

    def note_call(self, line: Line) -> None:
        """Write down where a call stands, in place of what was known of it."""
        row = (line.provider_id, line.stage, line.connected_to, line.asked, json.dumps(line.heard))
        with self._lock:
            self._database.execute("INSERT OR REPLACE INTO call VALUES (?, ?, ?, ?, ?)", row)

    def line(self, provider_id: str) -> Line:
        """Where a call stands; one that was never noted rings."""
        query = "SELECT stage, connected_to, asked, heard FROM call WHERE provider_id = ?"
        with self._lock:
            row = self._database.execute(query, (provider_id,)).fetchone()
        if row is None:
            return Line(provider_id=provider_id, stage=CallStage.RINGING)
        stage, connected_to, asked, heard = row
        return Line(
            provider_id=provider_id,
            stage=CallStage(stage),
            connected_to=connected_to,
            asked=bool(asked),
            heard=tuple(json.loads(heard)),
        )

    def sent(self) -> tuple[Entry, ...]:
        """Everything accepted from us, oldest first."""
        return self._entries("direction = ?", (Direction.OUT,))

    def of(self, channel: Channel, address: str) -> tuple[Entry, ...]:
        """Both directions of one phone or mailbox, oldest first."""
        return self._entries("channel = ? AND (recipient = ? OR sender = ?)", (channel, address, address))

    def entry(self, provider_id: str) -> Entry | None:
        """By the provider's name for it."""
        return next(iter(self._entries("provider_id = ?", (provider_id,))), None)

    def owners(self, channel: Channel) -> tuple[str, ...]:
        """Every phone or mailbox that wrote or was written to, in the order of its first message."""
        query = (
            "SELECT owner FROM (SELECT CASE direction WHEN 'out' THEN recipient ELSE sender END AS owner,"
            " number FROM entry WHERE channel = ?) GROUP BY owner ORDER BY min(number)"
        )
        with self._lock:
            return tuple(row[0] for row in self._database.execute(query, (channel,)))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def _entries(self, condition: str, values: Sequence[str]) -> tuple[Entry, ...]:
        query = f"SELECT {_COLUMNS} FROM entry WHERE {condition} ORDER BY number"  # noqa: S608 - our own conditions
        with self._lock:
            rows = self._database.execute(query, values).fetchall()
        return tuple(_entry(row) for row in rows)


def _entry(row: tuple[Any, ...]) -> Entry:
    direction, channel, at, sender, recipient, subject, body, media, provider_id, message_id, attempt, state = row
    return Entry(
        direction=Direction(direction),
        channel=Channel(channel),
        at=datetime.fromisoformat(at),
        sender=sender,
        recipient=recipient,
        subject=subject,
        body=body,
        media=tuple(json.loads(media)),
        provider_id=provider_id,
        message_id=message_id,
        attempt=attempt,
        state=MessageState(state),
    )
