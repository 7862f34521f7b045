"""Page templates -> HTML. Every page of the web floor is rendered here; the folder belongs to the clinic."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import phonenumbers
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from followup.web.static_files import FOLDER

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


class Pages:
    """The templates of one folder. Sandboxed, since admins edit them; everything filled in is escaped."""

    def __init__(self, folder: Path, *, demo: bool) -> None:
        self._environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["demo"] = demo
        self._environment.filters |= {
            "clock": clock_time,
            "moment": moment,
            "day": day,
            "iso": lambda instant: instant.isoformat(),
            "span": span,
            "words": lambda text: str(text).replace("_", " "),
            "ucfirst": lambda words: words[:1].upper() + words[1:],
            "phone": phone,
            "dialled": dialled,
            "channel": lambda channel: CHANNELS.get(channel, channel),
            "language": lambda code: _LANGUAGES.get(code, code),
            "static": static,
            "score": lambda value: "" if value is None else f"{value:g}",
        }

    def show(self, name: str, values: Mapping[str, Any], *, status: int = 200) -> Response:
        """The page `name` as a response."""
        return HTMLResponse(self._environment.get_template(f"{name}.html").render(values), status_code=status)

    def error(self, status: int, advice: str) -> Response:
        """A plain page that says what happened and what to do next."""
        return self.show(
            "error", {"title": _TITLES.get(status, HTTPStatus(status).phrase), "advice": advice}, status=status
        )


CHANNELS: Final = {"sms": "text", "email": "mail", "voice": "phone call", "chat": "chat message"}
_LANGUAGES: Final = {"en": "English", "es": "Spanish"}
_TITLES: Final = {
    400: "That could not be read",
    403: "That was not allowed",
    404: "Nothing here",
    405: "That does not work here",
    409: "It has changed meanwhile",
    413: "That was too much",
    500: "Something went wrong",
    503: "One moment please",
}


@cache
def static(name: str) -> str:
    """The address of a style sheet or script, with its content's hash: a browser keeps it until it changes."""
    digest = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def phone(number: str) -> str:
    """`+1 312-555-0101` for `+13125550101`; what is no number stays as it is."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def dialled(text: str) -> Markup:
    """What somebody wrote on file, such as `Sister, (312) 555-0190`, each number in it a link that dials."""
    shown, end = Markup(""), 0
    for found in phonenumbers.PhoneNumberMatcher(text, "US"):
        number = phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164)
        shown += text[end : found.start] + Markup('<a href="tel:{}">{}</a>').format(number, found.raw_string)
        end = found.end
    return shown + text[end:]


def clock_time(instant: datetime, zone: str) -> str:
    """`02:25` on a clock in `zone`."""
    return instant.astimezone(ZoneInfo(zone)).strftime("%H:%M")


def day(instant: datetime, zone: str) -> str:
    """`Sunday 22 November, 15:04` on a clock in `zone`."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{local.strftime('%A')} {local.day} {local.strftime('%B, %H:%M')}"


def moment(instant: datetime, zone: str, now: datetime) -> str:
    """`02:25` today, `Tue 02:25` within the week around, else `3 Nov 02:25` (with the year where it is another)."""
    local = instant.astimezone(ZoneInfo(zone))
    today = now.astimezone(ZoneInfo(zone)).date()
    if local.date() == today:
        return local.strftime("%H:%M")
    if abs((local.date() - today).days) < 7:
        return local.strftime("%a %H:%M")
    year = f" {local.year}" if local.year != today.year else ""
    return f"{local.day} {local.strftime('%b')}{year} {local.strftime('%H:%M')}"


def span(length: timedelta) -> str:
    """`under a minute`, `12 min`, `3 h 05 min`, `2 days`."""
    length = abs(length)
    if length < _MINUTE:
        return "under a minute"
    if length < _HOUR:
        return f"{length // _MINUTE} min"
    if length < _DAY:
        hours, minutes = length // _HOUR, (length % _HOUR) // _MINUTE
        return f"{hours} h {minutes:02d} min" if minutes else f"{hours} h"
    days = length // _DAY
    return "1 day" if days == 1 else f"{days} days"
