"""Where the mail server is and how to speak to it, read from one address. smtp opens sessions by it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import unquote, urlsplit

from followup.errors import BadInput

_PORTS: Final = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """`implicit_tls` encrypts from the first byte, `starttls` before anything of ours is said."""

    host: str
    port: int
    implicit_tls: bool
    starttls: bool
    user: str | None = None
    password: str = field(default="", repr=False)

    @classmethod
    def from_url(cls, url: str, *, require_tls: bool | None = None) -> Self:
        """Read `smtp://` or `smtps://user:password@host:port`. Raises BadInput, which never repeats the address.

        `smtp://` means STARTTLS, except on loopback, or as `require_tls` says.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS[parts.scheme]
        except (ValueError, KeyError):
            raise BadInput("FOLLOWUP_SMTP_URL must begin with smtp:// or smtps:// and name a server.") from None
        if not parts.hostname:
            raise BadInput("FOLLOWUP_SMTP_URL names no server, such as smtps://user:password@mail.example.")
        encrypted = not is_loopback(parts.hostname) if require_tls is None else require_tls
        return cls(
            host=parts.hostname,
            port=port,
            implicit_tls=parts.scheme == "smtps",
            starttls=parts.scheme == "smtp" and encrypted,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password or ""),
        )


def is_loopback(host: str) -> bool:
    """Whether what is said to `host` stays on this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
