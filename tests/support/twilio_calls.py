"""The calls of the stand-in for Twilio: a ledger of what it was asked to place, as its Calls resource tells it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit

Json = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call in the ledger; `events` are the news that its status address was asked to get."""

    sid: str
    to: str
    sender: str
    twiml: str
    callback: str
    machine_callback: str
    events: tuple[str, ...]
    created_at: datetime
    status: str = "queued"
    answered_by: str | None = None

    @property
    def our_id(self) -> str | None:
        """The caller's own id."""
        values = parse_qs(urlsplit(self.callback).query).get("m")
        return values[0] if values else None

    @property
    def key_path(self) -> str:
        """Where the markup sends a pressed key, without scheme and host."""
        found = re.search(r'<Gather[^>]* action="([^"]+)"', self.twiml)
        assert found is not None, "this call asks for no key"
        return urlsplit(found[1]).path


@dataclass(slots=True)
class Calls:
    """Every call taken, in order. `disabled`: the account may not call, as one without voice."""

    now: Callable[[], datetime]
    disabled: bool = False
    taken: dict[str, Call] = field(default_factory=dict)

    def answer(
        self, method: str, path: str, query: Mapping[str, str], pairs: Iterable[tuple[str, str]], account: str
    ) -> tuple[int, Json] | None:
        """The answer to a request about calls; None for any other path."""
        asked = re.fullmatch(rf"/2010-04-01/Accounts/{account}/Calls(?:/([^/]+))?\.json", path)
        if asked is None:
            return None
        if self.disabled:
            return 404, _error(404, 20404)
        if asked[1] is not None:
            call = self.taken.get(asked[1])
            stops = method == "POST" and dict(pairs).get("Status") == "canceled"
            if call is not None and stops and call.status in {"queued", "ringing"}:
                call = self.settle(call.sid, "canceled")
            return (404, _error(404, 20404)) if call is None else (200, _json(call, account))
        return self._create(tuple(pairs), account) if method == "POST" else (200, self._page(query, account))

    def settle(self, sid: str, status: str, answered_by: str | None = None) -> Call:
        """Let a call be where `status` says."""
        call = replace(self.taken[sid], status=status, answered_by=answered_by or self.taken[sid].answered_by)
        self.taken[sid] = call
        return call

    def _create(self, pairs: tuple[tuple[str, str], ...], account: str) -> tuple[int, Json]:
        form = dict(pairs)
        code = _mistake(form)
        if code is not None:
            return 400, _error(400, code)
        call = Call(
            sid=f"CA{secrets.token_hex(16)}",
            to=form["To"],
            sender=form["From"],
            twiml=form["Twiml"],
            callback=form.get("StatusCallback", ""),
            machine_callback=form.get("AsyncAmdStatusCallback", ""),
            events=tuple(value for name, value in pairs if name == "StatusCallbackEvent"),
            created_at=self.now(),
        )
        self.taken[call.sid] = call
        return 201, _json(call, account)

    def _page(self, query: Mapping[str, str], account: str) -> Json:
        found = [
            _json(call, account)
            for call in reversed(self.taken.values())
            if query.get("To") in {None, call.to} and query.get("From") in {None, call.sender}
        ]
        return {"calls": found, "page": 0, "page_size": len(found), "next_page_uri": None}


def _mistake(form: Mapping[str, str]) -> int | None:
    """Twilio's code for what is wrong with a request (Twilio docs, Call resource)."""
    checks = (
        (21201, not form.get("To")),
        (21213, not form.get("From")),
        (21205, not form.get("Twiml") and not form.get("Url")),
        (21211, re.fullmatch(r"\+[1-9][0-9]{6,14}", form.get("To", "")) is None),
        (21218, len(form.get("Twiml", "")) > 4000),
    )
    return next((code for code, wrong in checks if wrong), None)


def _json(call: Call, account: str) -> Json:
    made = format_datetime(call.created_at)
    return {
        "sid": call.sid,
        "account_sid": account,
        "to": call.to,
        "from": call.sender,
        "status": call.status,
        "answered_by": call.answered_by,
        "direction": "outbound-api",
        "date_created": made,
        "date_updated": made,
        "start_time": None,
        "end_time": None,
        "duration": None,
        "api_version": "2010-04-01",
        "uri": f"/2010-04-01/Accounts/{account}/Calls/{call.sid}.json",
    }


def _error(status: int, code: int) -> Json:
    return {"message": "Refused by the stand-in", "status": status, "more_info": "", "code": code}
