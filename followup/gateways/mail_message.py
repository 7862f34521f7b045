"""A mail made of a message: neutral headers that say a machine wrote it, and no way to slip one in. smtp calls it."""

from __future__ import annotations

import re
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from followup.gateways.port import Outgoing

NEUTRAL_SUBJECT: Final = "A message from your clinic"
_WIRE: Final = policy.SMTP.clone(cte_type="7bit")
_ADDRESS: Final = re.compile(r"""(?:"?(?P<name>[^"<>]*)"?\s*<)?(?P<spec>[^\s<>]+)(?(name)>)""")
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_LABEL: Final = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")


def compose(
    message: Outgoing, default_from: Address, at: datetime, *, staffed_box: Address | None = None
) -> EmailMessage:
    """The mail for `message`. Raises ValueError for an address that cannot be used.

    Answers go to `staffed_box`, and so does a patient's wish to get no more of them (RFC 2369; None: the sender).
    Its Message-ID is made of our id and attempt, so that a copy on the way can be told from another mail.
    """
    sender = mail_address(message.sender) if message.sender and "@" in message.sender else default_from
    mail = EmailMessage(policy=_WIRE)
    mail["From"] = sender
    mail["To"] = mail_address(message.to)
    reply_to = mail_address(message.reply_to) if message.reply_to else staffed_box
    if reply_to is not None:
        mail["Reply-To"] = reply_to
    if not message.staff:
        box = (reply_to or sender).addr_spec
        mail["List-Unsubscribe"] = f"<mailto:{box}?subject=unsubscribe>"
    mail["Subject"] = one_line(message.subject or "") or NEUTRAL_SUBJECT
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{_word(message.id)}.{message.attempt}@{domain_of(sender)}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: vacation notices and robots do not answer this
    mail["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
    mail.set_content(_text(message.body), cte="quoted-printable")
    if message.html is not None:
        mail.add_alternative(_text(message.html), subtype="html", cte="quoted-printable")
    return mail


def mail_address(text: str) -> Address:
    """`x@y` or `Name <x@y>`. Raises ValueError for anything else, line breaks and lists among it."""
    if one_line(text) != text.strip():
        raise ValueError("an address holds no control characters")
    found = _ADDRESS.fullmatch(text.strip())
    if found is None:
        raise ValueError("not an e-mail address")
    local, _, domain = found["spec"].rpartition("@")
    ascii_domain = domain.encode("idna").decode() if domain else ""
    if not _LOCAL.fullmatch(local) or not all(map(_LABEL.fullmatch, ascii_domain.split("."))):
        raise ValueError("not an e-mail address")
    return Address(display_name=(found["name"] or "").strip(), username=local, domain=ascii_domain)


def domain_of(address: Address) -> str:
    """The part after the @."""
    return address.domain


def one_line(text: str) -> str:
    """`text` with every control character and line break, and each run of spaces, made one space."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _word(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "", text)


def _text(text: str) -> str:
    """`text` as every mail server takes it, whatever half characters a reply has brought."""
    return text.encode("utf-8", "replace").decode()
