"""A real mail server on loopback, with a ledger of its own and a script of replies.

with SmtpServer() as server:
    server.reply("RCPT", "450 4.2.0 greylisted")
    gateway = SmtpGateway(SmtpSettings(url=server.url, ...), clock)
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import quote

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

PATIENCE = 30.0  # seconds that anything here waits at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail that was taken. `raw` is what came between DATA and the last dot."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    encrypted: bool
    user: str | None

    @property
    def parsed(self) -> EmailMessage:
        """As a mail reader sees it."""
        return message_from_bytes(self.raw, policy=policy.default)


class SmtpServer:
    """`tls` offers STARTTLS, or with `implicit` encrypts from the first byte; `user` and `password` are then needed."""

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        user: str | None = None,
        password: str = "",
    ) -> None:
        self._tls, self._implicit, self.user, self._password = tls, implicit, user, password
        self._mails: list[Mail] = []
        self._replies: dict[str, list[str]] = {}
        self._losing: list[bool] = []
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self._sessions: dict[SMTP, asyncio.BaseTransport] = {}
        self._quiet = asyncio.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(PATIENCE)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        """What FOLLOWUP_SMTP_URL should be."""
        scheme = "smtps" if self._implicit else "smtp"
        who = f"{quote(self.user, safe='')}:{quote(self._password, safe='')}@" if self.user else ""
        return f"{scheme}://{who}127.0.0.1:{self.port}"

    def mails(self) -> tuple[Mail, ...]:
        """Everything taken, oldest first: the truth, whatever was answered."""
        with self._lock:
            return tuple(self._mails)

    def reply(self, step: str, text: str) -> None:
        """Answer the next `step` (MAIL, RCPT, DATA for the answer after the last dot) with `text`."""
        with self._lock:
            self._replies.setdefault(step, []).append(text)

    def lose_answer(self, *, accept: bool = True) -> None:
        """Cut the line after the last dot of the next mail, taken or not."""
        with self._lock:
            self._losing.append(accept)

    # What aiosmtpd calls, on the server's own thread

    async def handle_MAIL(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """The sender."""
        if self.user is not None and not session.authenticated:
            return "530 5.7.0 Sign in first"
        answer = self._scripted("MAIL", "250 OK")
        if answer.startswith("2"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """A recipient."""
        answer = self._scripted("RCPT", "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """The whole mail has come."""
        with self._lock:
            losing = self._losing.pop(0) if self._losing else None
        answer = self._scripted("DATA", "250 OK taken")
        taken = answer.startswith("2") if losing is None else losing
        if taken:
            self._take(session, envelope)
        if losing is not None:
            transport = cast("asyncio.Transport", server.transport)
            transport.abort()
        return answer

    def _take(self, session: Session, envelope: Envelope) -> None:
        login = cast("object", session.auth_data)
        mail = Mail(
            sender=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            raw=cast("bytes", envelope.original_content),
            encrypted=self._implicit or bool(session.ssl),
            user=login.login.decode() if isinstance(login, LoginPassword) else None,
        )
        with self._lock:
            self._mails.append(mail)

    def _scripted(self, step: str, usual: str) -> str:
        with self._lock:
            waiting = self._replies.get(step)
            return waiting.pop(0) if waiting else usual

    def _authenticate(self, server: SMTP, session: Session, envelope: Envelope, method: str, data: Any) -> AuthResult:
        known = isinstance(data, LoginPassword) and data == LoginPassword(
            (self.user or "").encode(), self._password.encode()
        )
        return AuthResult(success=known, handled=False, auth_data=data if known else None)

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._session, "127.0.0.1", 0, ssl=self._tls if self._implicit else None)

    def _session(self) -> SMTP:
        return _Session(
            self,
            hostname="mail.example",
            tls_context=None if self._implicit else self._tls,
            authenticator=self._authenticate if self.user else None,
            auth_require_tls=False,
            loop=self._loop,
        )

    def begin(self, session: SMTP, transport: asyncio.BaseTransport) -> None:
        """A client has connected, or begun to encrypt."""
        self._sessions[session] = transport

    def end(self, session: SMTP) -> None:
        """A client has gone."""
        self._sessions.pop(session, None)
        if not self._sessions:
            self._quiet.set()

    async def _stop(self) -> None:
        assert self._server is not None
        self._server.close()
        self._quiet.clear()
        for transport in self._sessions.values():
            cast("asyncio.Transport", transport).abort()
        if self._sessions:
            await asyncio.wait_for(self._quiet.wait(), PATIENCE)
        await self._server.wait_closed()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)  # one more turn of the loop closes the last socket


class _Session(SMTP):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.event_handler.begin(self, transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.event_handler.end(self)
