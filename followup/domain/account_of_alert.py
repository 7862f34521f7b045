"""An alert told to people: the words that weigh most, what came after, by when somebody must have it. Pages ask it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from followup.domain.alert import Alert, AlertEntry, AlertStatus, EntryKind
from followup.domain.received import Inbound
from followup.domain.schedule import Chain

_BROUGHT = frozenset({EntryKind.ADDED, EntryKind.RAISED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Something that came from the same person after the words that weigh most."""

    at: datetime
    words: str


def came_in(entries: Iterable[AlertEntry]) -> tuple[AlertEntry, ...]:
    """The entries that somebody's words or a check-in brought; a raise without either is part of the history."""
    return tuple(entry for entry in entries if entry.kind is EntryKind.OPENED or brought(entry))


def brought(entry: AlertEntry) -> bool:
    """Whether an entry after the first was brought by words or a check-in."""
    return entry.kind in _BROUGHT and bool(entry.words or entry.inbound or entry.check_in)


def taken_since_words(entries: Iterable[AlertEntry]) -> bool:
    """Whether somebody has taken the alert after the last thing that came in. `entries` are oldest first."""
    taken = False
    for entry in entries:
        if entry.kind is EntryKind.ACKNOWLEDGED:
            taken = True
        elif entry.kind is EntryKind.OPENED or brought(entry):
            taken = False
    return taken


def weightiest(entries: Sequence[AlertEntry]) -> AlertEntry | None:
    """The words that weigh most, the latest of these: a later "ok" must not stand where "chest pain" belongs.

    Where nobody said anything, the entry that opened the alert.
    """
    brought_in = came_in(entries)
    worded = [entry for entry in brought_in if entry.words]
    found = max(worded, key=lambda entry: (entry.level.rank, entry.at, entry.id), default=None)
    return found or next(iter(brought_in), None)


def came_after(said: AlertEntry | None, received: Sequence[Inbound], since: datetime) -> tuple[Later, ...]:
    """What the person wrote after the words that weigh most, or after `since` where there are none; oldest first.

    `received` is everything that they wrote, oldest first.
    """
    ids = [one.id for one in received]
    if said is not None and said.inbound in ids:
        following = received[ids.index(said.inbound) + 1 :]
    else:
        following = [one for one in received if one.received_at > (said.at if said is not None else since)]
    return tuple(Later(at=one.received_at, words=one.body.strip() or "(a picture)") for one in following)


def acknowledge_by(alert: Alert, chain: Chain | None) -> datetime | None:
    """By when somebody must have an alert that nobody has; None where nobody is woken for it, or somebody has it."""
    if chain is None or chain.work_list is not None or alert.status is not AlertStatus.OPEN:
        return None
    return alert.round_started_at + chain.acknowledge_within
