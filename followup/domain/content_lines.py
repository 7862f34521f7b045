"""Calendars and contact cards as phones read them: the content lines of RFC 5545 and RFC 6350, and their folding.

services.duty_calendar and services.contact_card fill them in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

#: A line is at most 75 octets, the line break apart (RFC 5545 3.1); what is longer goes on after a blank.
_LONGEST = 75
_ESCAPED = re.compile(r"[\\;,]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of a calendar. `uid` is the same each time it is made, so that calendars change it in place."""

    uid: str
    start: datetime
    end: datetime
    summary: str


def calendar(name: str, events: Iterable[Event], *, made_at: datetime) -> str:
    """A calendar of events, in UTC, so that every calendar shows them in its own zone (RFC 5545)."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//followup//duty//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}",
        # How often to look again; RFC 7986 5.7 and what older calendars read in its place.
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    for event in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_text(event.uid)}",
            f"DTSTAMP:{_instant(made_at)}",
            f"DTSTART:{_instant(event.start)}",
            f"DTEND:{_instant(event.end)}",
            f"SUMMARY:{_text(event.summary)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return _joined([*lines, "END:VCALENDAR"])


def contact_card(name: str, organisation: str, numbers: Iterable[str], note: str) -> str:
    """A contact with these phone numbers, as iOS and Android import it (vCard 3.0, RFC 2426)."""
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"N:{_text(name)};;;;", f"FN:{_text(name)}", f"ORG:{_text(organisation)}"]
    lines += [f"TEL;TYPE=CELL,VOICE:{_text(number)}" for number in numbers]
    return _joined([*lines, f"NOTE:{_text(note)}", "END:VCARD"])


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    """A value with nothing in it that would end it: neither separators nor line breaks (RFC 5545 3.3.11)."""
    escaped = _ESCAPED.sub(lambda found: f"\\{found[0]}", value)
    return "\\n".join(escaped.splitlines()).replace("\x00", "")


def _joined(lines: Iterable[str]) -> str:
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _folded(line: str) -> Iterable[str]:
    """The line in parts of at most 75 octets, never within a character."""
    part, octets = "", 0
    for character in line:
        width = len(character.encode())
        if octets + width > _LONGEST:
            yield part
            part, octets = " ", 1
        part += character
        octets += width
    yield part
