"""The wire to Twilio: the SDK's `HttpClient` hook on one pool of checked, timed connections; it repeats nothing.

Only twilio_sms makes one. Twilio takes no idempotency key, so a request repeated after its answer was lost is a
second text; whoever calls must therefore learn whether a failed request had left, which these errors tell apart.
"""

from __future__ import annotations

import json
import logging
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from twilio.http import HttpClient
from twilio.http.response import Response
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

REAL_ORIGIN: Final = "https://api.twilio.com"
# A connection that idled longer than this is not used again: the far side may be closing it, and a request
# written into a closing connection is one whose fate nobody knows.
IDLE_LIMIT: Final = 20.0
LARGEST_ANSWER: Final = 16 * 1024 * 1024
TOO_MANY_REQUESTS: Final = 429
_CHUNK: Final = 64 * 1024


class NotSent(Exception):
    """No connection could be made (refused, no such host, TLS or certificate failure): nothing was written.

    Its text is the name of the cause, such as `NameResolutionError`, and nothing else.
    """


class AnswerLost(Exception):
    """The request may have arrived; its answer did not (timeout, reset, cut short)."""


class Throttled(Exception):
    """HTTP 429: the request was not processed. `code` is Twilio's where the body names one."""

    def __init__(self, code: int | None, retry_after: timedelta | None) -> None:
        super().__init__("HTTP 429")
        self.code = code
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class WireSettings:
    """How to reach Twilio; times in seconds.

    `base_url` replaces the origin of every request (a proxy of one's own, or a stand-in). `connections`
    should not be below the number of threads that send. `ca_file` replaces the system's certificate
    authorities; `proxy` replaces what the system names (`HTTPS_PROXY`, `NO_PROXY`), read once at start.
    """

    base_url: str | None = None
    connections: int = 16
    connect_timeout: float = 5.0
    total_timeout: float = 15.0
    ca_file: str | None = None
    proxy: str | None = None


class PooledHttpClient(HttpClient):  # type: ignore[misc] # the SDK comes without types
    """Carries the SDK's requests. Safe to share by any number of threads.

    Raises NotSent, AnswerLost and Throttled; every other answer goes back to the SDK as it came. Redirects are
    not followed, so that no answer can send a request elsewhere.
    """

    def __init__(self, settings: WireSettings) -> None:
        super().__init__(_silenced_logger(), is_async=False, timeout=settings.total_timeout)
        self._origin = settings.base_url.rstrip("/") if settings.base_url else None
        self._total_timeout = settings.total_timeout
        self._timeout = urllib3.Timeout(connect=settings.connect_timeout, total=settings.total_timeout)
        self._pool = _pool_manager(settings, self._origin or REAL_ORIGIN)

    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002 - ours is fixed for all requests
        allow_redirects: bool = False,  # noqa: ARG002, FBT001, FBT002 - the SDK's signature; never followed
    ) -> Response:
        """Make one request, once."""
        deadline = time.monotonic() + self._total_timeout
        try:
            answer = self._pool.urlopen(
                method.upper(),
                self._address(uri, params),
                body=_form(data).encode() if data else None,
                headers={**(headers or {}), **_authorization(auth)},
                timeout=self._timeout,
                retries=False,
                redirect=False,
                preload_content=False,
            )
            text = _read(answer, deadline)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise AnswerLost(type(error).__name__) from error
        if answer.status == TOO_MANY_REQUESTS:
            raise Throttled(_code_in(text), _retry_after(answer.headers))
        return Response(answer.status, text, answer.headers)

    def close(self) -> None:
        """Close every idle connection."""
        self._pool.clear()

    def _address(self, uri: str, params: Mapping[str, object] | None) -> str:
        parts = urlsplit(uri)
        query = "&".join(filter(None, [parts.query, _form(params or {})]))
        origin = self._origin or f"{parts.scheme}://{parts.netloc}"  # the SDK's own: api. or messaging.twilio.com
        return f"{origin}{parts.path}?{query}" if query else f"{origin}{parts.path}"


def system_proxy(origin: str) -> str | None:
    """The proxy that the system names for `origin`, none for the hosts it exempts and for loopback."""
    parts = urlsplit(origin)
    host = parts.hostname or ""
    if host in {"localhost", "127.0.0.1", "::1"} or proxy_bypass(host):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")


class _Connection(HTTPConnection):
    """A connection that tells a failure to connect from a failure later on, and is not used after idling long."""

    _used_at = 0.0

    def connect(self) -> None:
        try:
            super().connect()
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise NotSent(type(error).__name__) from error

    def request(self, *arguments: Any, **options: Any) -> None:
        self._used_at = time.monotonic()
        super().request(*arguments, **options)

    @property
    def is_connected(self) -> bool:
        return time.monotonic() - self._used_at < IDLE_LIMIT and super().is_connected


class _SecureConnection(_Connection, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


def _pool_manager(settings: WireSettings, origin: str) -> urllib3.PoolManager:
    options: dict[str, Any] = {
        "num_pools": 2,
        "maxsize": settings.connections,
        "ssl_context": ssl.create_default_context(cafile=settings.ca_file),
    }
    proxy = settings.proxy or system_proxy(origin)
    manager = urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
    return manager


def _read(answer: urllib3.BaseHTTPResponse, deadline: float) -> str:
    """The whole body, and the connection back into the pool; both are given up when it takes too long."""
    body = bytearray()
    complete = False
    try:
        for chunk in iter(lambda: answer.read1(_CHUNK), b""):
            body += chunk
            _check_patience(len(body), deadline)
        complete = True
    finally:
        if complete:
            answer.release_conn()
        else:
            answer.close()
    return body.decode("utf-8", "replace")


def _check_patience(length: int, deadline: float) -> None:
    """A peer that drips its answer must not hold a sender for ever, whatever each single read takes."""
    if time.monotonic() > deadline or length > LARGEST_ANSWER:
        raise AnswerLost("too slow or too long")


def _form(fields: Mapping[str, object]) -> str:
    """Form-encoded; half characters that a reply has brought become question marks instead of an error."""
    return urlencode(fields, doseq=True, errors="replace")


def _authorization(auth: tuple[str, str] | None) -> Mapping[str, str]:
    return urllib3.make_headers(basic_auth=":".join(auth)) if auth else {}


def _code_in(text: str) -> int | None:
    try:
        code = json.loads(text)["code"]
    except (ValueError, TypeError, KeyError):
        return None
    return code if isinstance(code, int) else None


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Seconds only; the form with a date is not used by Twilio."""
    value = headers.get("Retry-After", "")
    return timedelta(seconds=int(value)) if value.isascii() and value.isdigit() and len(value) < 7 else None


def _silenced_logger() -> logging.Logger:
    """The SDK logs request parameters and urllib3 logs addresses: both would put numbers into the log."""
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    logger = logging.getLogger("twilio")
    logger.setLevel(logging.WARNING)
    return logger
