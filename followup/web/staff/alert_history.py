"""What happened since an alert opened, line by line: who was told and whether it arrived, who has it, how it ended."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from followup.domain.account_of_alert import brought
from followup.domain.alert import AlertEntry, EntryKind
from followup.domain.message import Message, MessageClass
from followup.services.list_alerts import AlertView
from followup.web.pages import CHANNELS


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of what happened since."""

    at: datetime
    text: str


def history(view: AlertView, names: Mapping[str, str]) -> list[Step]:
    """Everything since, in order; `names` are those of staff by key.

    That people were told stands in the messages themselves, with what became of each.
    """
    told_by_message = {EntryKind.NOTIFIED, EntryKind.OPENED}
    steps = [
        (entry.at, entry.id, entry.understood or f"{entry.kind.value} by {entry.actor}")
        for entry in view.entries
        if entry.kind not in told_by_message and not brought(entry)
    ]
    for at, about, messages in _grouped(view.notices, names):
        became = ", ".join(dict.fromkeys(_became(message) for message in messages))
        steps.append((at, messages[0].id, f"{about} {became}"))
    return [Step(at=at, text=text[:1].upper() + text[1:]) for at, _, text in sorted(steps)]


def _grouped(notices: Sequence[Message], names: Mapping[str, str]) -> list[tuple[datetime, str, list[Message]]]:
    """Messages of one moment to one person are one line."""
    groups: dict[tuple[datetime, str], list[Message]] = {}
    for notice in notices:
        key = (notice.sent_at or notice.created_at, _about(notice, names.get(notice.person or "", "somebody")))
        groups.setdefault(key, []).append(notice)
    return [(at, about, messages) for (at, about), messages in groups.items()]


def _about(notice: Message, name: str) -> str:
    if not notice.message_class.for_staff:
        return "the patient was told that staff are being called"
    return f"{name} told" if notice.message_class is MessageClass.STAFF_NOTICE else f"{name} told who has it"


def _became(notice: Message) -> str:
    reason = f" ({notice.reason.replace('_', ' ')})" if notice.reason else ""
    return f"by {CHANNELS[notice.channel.value]}: {notice.state.value.replace('_', ' ')}{reason}"


def inputs(entry: AlertEntry) -> list[tuple[str, str]]:
    """What the rules saw, as name and plain text."""
    try:
        seen = json.loads(entry.inputs or "{}")
    except ValueError:
        return []
    pairs = seen.items() if isinstance(seen, dict) else ()
    return [(str(name).replace("_", " "), _plain(value)) for name, value in pairs if value not in (None, "", [], {})]


def _plain(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case dict():
            return ", ".join(f"{key} {_plain(each)}" for key, each in value.items())
        case list():
            return ", ".join(_plain(each) for each in value)
        case None:
            return "not known"
        case float():
            return f"{value:g}"
        case _:
            return str(value).replace("_", " ")
