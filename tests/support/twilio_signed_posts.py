"""Posts what Twilio posts, signed by the SDK's own code, and every wrong version of it. The stand-in uses it."""

from __future__ import annotations

import http.client
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service said to one post."""

    status: int
    content_type: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgery:
    """How a post differs from a true one. Everything is done after signing unless it says otherwise.

    `token` and `sign_url` sign with another token, or for another address; `signature` replaces it (None:
    no header). `alter` changes fields, `drop` leaves some out, `extra` adds some; `headers` are sent too.
    """

    token: str | None = None
    sign_url: str | None = None
    signature: str | None = ""
    alter: Mapping[str, str] | None = None
    drop: tuple[str, ...] = ()
    extra: Pairs = ()
    headers: Mapping[str, str] | None = None


TRUE = Forgery()


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """Posts to `target` (where the service listens on loopback) what is signed for `public_url`."""

    public_url: str
    target: str
    token: str

    def post(self, path_and_query: str, fields: Pairs, forgery: Forgery = TRUE) -> Answer:
        """One post."""
        url = forgery.sign_url or f"{self.public_url.rstrip('/')}{path_and_query}"
        headers = {"Content-Type": "application/x-www-form-urlencoded", **(forgery.headers or {})}
        signature = signed(forgery.token or self.token, url, fields) if forgery.signature == "" else forgery.signature
        if signature is not None:
            headers["X-Twilio-Signature"] = signature
        return _post(self.target, path_and_query, urlencode(_changed(fields, forgery)), headers)

    def post_many(self, path_and_query: str, fields: Pairs, times: int) -> tuple[Answer, ...]:
        """The same post `times` times at once, as a provider's retries may arrive."""
        with ThreadPoolExecutor(times) as pool:
            return tuple(pool.map(lambda _: self.post(path_and_query, fields), range(times)))


def signed(token: str, url: str, fields: Iterable[tuple[str, str]]) -> str:
    """Twilio's signature for a post of `fields` to `url`."""
    return str(RequestValidator(token).compute_signature(url, dict(fields)))


def _changed(fields: Pairs, forgery: Forgery) -> Pairs:
    altered = forgery.alter or {}
    kept = tuple((name, altered.get(name, value)) for name, value in fields if name not in forgery.drop)
    return kept + forgery.extra


def _post(target: str, path: str, body: str, headers: Mapping[str, str]) -> Answer:
    parts = urlsplit(target)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=20)
    try:
        connection.request("POST", path, body.encode(), dict(headers))
        response = connection.getresponse()
        return Answer(response.status, response.getheader("Content-Type") or "", response.read().decode())
    finally:
        connection.close()
