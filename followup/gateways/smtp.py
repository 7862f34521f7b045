"""E-mail through a mail server: one session a message, every reply sorted. Bootstrap makes one if a server is set."""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Final

from followup.clock import Clock
from followup.domain.people import Channel
from followup.errors import BadInput
from followup.gateways.mail_message import compose, domain_of, mail_address
from followup.gateways.mail_server import MailServer
from followup.gateways.port import Accepted, Outcome, Outgoing, ProviderRecord, RefusalKind, Refused, Uncertain

PROVIDER: Final = "smtp"
GO_AHEAD: Final = 354
# Content scanners may think for a while after the last line; giving up early would leave the mail in doubt.
_PATIENCE_AFTER_DATA: Final = 60.0
_SIGN_IN: Final = frozenset({530, 534, 535, 538})  # RFC 4954: the server wants another sign-in


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """`url` is `smtp://` or `smtps://` with user:password; `from_address` may carry a name: `Clinic <x@y>`.

    Mails that cannot be delivered come back to `from_address`: it is the envelope's sender too. `staffed_box` is where
    answers and wishes to unsubscribe go, a box that a person reads; None means `from_address`.
    `timeout` is in seconds, for each step before the mail itself. `ca_file` replaces the system's
    certificate authorities. `require_tls` None: required except on loopback.
    """

    url: str = field(repr=False)
    from_address: str
    staffed_box: str | None = None
    timeout: float = 15.0
    ca_file: str | None = None
    require_tls: bool | None = None


class SmtpGateway:
    """The e-mail channel through one mail server. Safe to share by any number of threads.

    Raises BadInput when made from settings that cannot work.
    """

    def __init__(self, settings: SmtpSettings, clock: Clock) -> None:
        self._clock = clock
        self._server = MailServer.from_url(settings.url, require_tls=settings.require_tls)
        self._timeout = settings.timeout
        self._tls = ssl.create_default_context(cafile=settings.ca_file)
        try:
            self._from = mail_address(settings.from_address)
        except ValueError as error:
            raise BadInput("FOLLOWUP_EMAIL_FROM is not an e-mail address, such as follow-up@clinic.example.") from error
        try:
            self._box = mail_address(settings.staffed_box) if settings.staffed_box else None
        except ValueError as error:
            raise BadInput("FOLLOWUP_EMAIL_REPLY_TO is not an e-mail address, such as desk@clinic.example.") from error

    @property
    def name(self) -> str:
        """The provider's name as stored beside its ids."""
        return PROVIDER

    @property
    def channel(self) -> Channel:
        """The channel this gateway serves."""
        return Channel.EMAIL

    def send(self, message: Outgoing) -> Outcome:
        """Hand `message` to the mail server in one session. Never raises and never repeats it."""
        try:
            mail = compose(message, self._from, self._clock.now(), staffed_box=self._box)
        except ValueError:
            reason = "The e-mail address cannot be used; check how it is written."
            return Refused(kind=RefusalKind.PERMANENT, code="address", reason=reason)
        try:
            session = self._open()
        except (smtplib.SMTPException, OSError, ValueError) as error:
            return _not_sent(error)
        try:
            return _offer(session, mail) or _hand_over(session, mail)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            return _not_sent(error)
        finally:
            _hang_up(session)

    def problem(self) -> str | None:
        """What stands in the way of sending: a session is opened, signed in and closed again."""
        try:
            session = self._open()
        except (smtplib.SMTPException, OSError, ValueError) as error:
            return _not_sent(error).reason
        _hang_up(session)
        return None

    def look_up(self, *, to: str, sender: str | None, since: datetime) -> tuple[ProviderRecord, ...]:  # noqa: ARG002
        """Nothing: a mail server cannot be asked what it took."""
        return ()

    def close(self) -> None:
        """Nothing to let go of: each mail has a session of its own."""

    def _open(self) -> smtplib.SMTP:
        """A session ready for mail: connected, encrypted where it must be, signed in."""
        session = self._connect()
        try:
            session.ehlo_or_helo_if_needed()
            if self._server.starttls:
                session.starttls(context=self._tls)
                session.ehlo_or_helo_if_needed()  # what was said before encryption does not count (RFC 3207)
            if self._server.user is not None:
                session.login(self._server.user, self._server.password)
        except BaseException:
            session.close()
            raise
        return session

    def _connect(self) -> smtplib.SMTP:
        host, port, ours = self._server.host, self._server.port, domain_of(self._from)
        if self._server.implicit_tls:
            return smtplib.SMTP_SSL(host, port, local_hostname=ours, timeout=self._timeout, context=self._tls)
        return smtplib.SMTP(host, port, local_hostname=ours, timeout=self._timeout)


def _offer(session: smtplib.SMTP, mail: EmailMessage) -> Refused | None:
    """Name sender and recipient and ask to begin; a refusal if the server does not want this mail."""
    steps = (
        (f"MAIL FROM:<{_envelope(mail, 'From')}>", "The mail server refused the clinic's sender address"),
        (f"RCPT TO:<{_envelope(mail, 'To')}>", "The mail server refused the recipient's address"),
        ("DATA", "The mail server refused the mail"),
    )
    for command, refusal in steps:
        code, _ = session.docmd(command)
        if code != GO_AHEAD and not _positive(code):
            return _refused(code, refusal)
    return None


def _hand_over(session: smtplib.SMTP, mail: EmailMessage) -> Outcome:
    """Send the mail itself. Once its last dot may have arrived, silence means doubt (RFC 5321, 4.5.3.2.6)."""
    lines = re.sub(rb"(?m)^\.", b"..", mail.as_bytes())
    try:
        if session.sock is not None:
            session.sock.settimeout(_PATIENCE_AFTER_DATA)
        session.send(lines + b".\r\n")
        code, _ = session.getreply()
    except (smtplib.SMTPException, OSError):
        return Uncertain(reason="The mail server's answer was lost on the way.")
    if _positive(code):
        return Accepted(provider=PROVIDER, provider_id=str(mail["Message-ID"]))
    if not 400 <= code < 600:
        return Uncertain(reason="The mail server's answer could not be read.")
    return _refused(code, "The mail server refused the mail")


def _positive(code: int) -> bool:
    return 200 <= code < 300


def _refused(code: int, what: str) -> Refused:
    """By the first digit: 5 is for good; everything else, greylisting among it, may be tried again."""
    if code in _SIGN_IN:
        kind = RefusalKind.ACCOUNT
    elif 500 <= code < 600:
        kind = RefusalKind.PERMANENT
    else:
        kind = RefusalKind.LATER
    return Refused(kind=kind, code=str(code), reason=f"{what} ({code}).")


def _not_sent(error: Exception) -> Refused:
    match error:
        case smtplib.SMTPAuthenticationError():
            return _refused(error.smtp_code, "The mail server does not accept the user and password")
        case smtplib.SMTPConnectError() | smtplib.SMTPHeloError():
            return Refused(kind=RefusalKind.LATER, code=str(error.smtp_code), reason="The mail server is not ready.")
        case smtplib.SMTPResponseException():
            return _refused(error.smtp_code, "The mail server refused the session")
        case ssl.SSLError():
            reason = "The mail server's certificate or encryption cannot be trusted."
            return Refused(kind=RefusalKind.LATER, code="tls", reason=reason)
        case smtplib.SMTPException() if not isinstance(error, smtplib.SMTPServerDisconnected):
            reason = "The mail server does not offer the encryption or the sign-in that is configured."
            return Refused(kind=RefusalKind.ACCOUNT, code="session", reason=reason)
        case _:
            return Refused(kind=RefusalKind.LATER, code="connection", reason="The mail server could not be reached.")


def _envelope(mail: EmailMessage, header: str) -> str:
    return str(mail[header].addresses[0].addr_spec)


def _hang_up(session: smtplib.SMTP) -> None:
    with contextlib.suppress(smtplib.SMTPException, OSError, ValueError):
        session.quit()
    session.close()
