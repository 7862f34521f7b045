"""Notices to chat and pager services, through a library that knows some 170 of them. Bootstrap makes one when set up.

The library comes with the extra `chat` and is loaded when it is first needed. It says of a notice only that it was
taken or not: what a service does with it is not known, and nothing that is pressed there acknowledges an alert.
"""

from __future__ import annotations

import importlib
import logging
import warnings
from collections.abc import Mapping
from datetime import datetime
from types import ModuleType
from typing import Any, Final

from followup.domain.message import MessageState
from followup.domain.people import Channel
from followup.gateways.port import Accepted, Outcome, Outgoing, ProviderRecord, RefusalKind, Refused, Uncertain

NAME: Final = "chat"
NOT_INSTALLED: Final = (
    "the library for chat is not installed: `.venv/bin/pip install --require-hashes -r requirements/chat.txt`"
)
_LIBRARY: Final = "apprise"
_SECONDS: Final = 10.0


def library() -> ModuleType | None:
    """The library; None where the extra is not installed."""
    # Its services look for a module that newer Pythons dropped, and do without.
    warnings.filterwarnings("ignore", message="'imghdr' is deprecated", category=DeprecationWarning)
    try:
        return importlib.import_module(_LIBRARY)
    except ImportError:
        return None


class ChatGateway:
    """The chat channel. `addresses` maps the names in schedules.yaml to addresses, which are secrets."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self._addresses = dict(addresses)
        # They would log addresses with the keys in them.
        logging.getLogger(_LIBRARY).setLevel(logging.CRITICAL + 1)
        logging.getLogger("urllib3").setLevel(logging.ERROR)

    @property
    def name(self) -> str:
        """The provider's name as stored beside its ids."""
        return NAME

    @property
    def channel(self) -> Channel:
        """The channel this gateway serves."""
        return Channel.CHAT

    def send(self, message: Outgoing) -> Outcome:
        """Hand `message` to every address that its `to` names, with commas between. Never raises, never repeats."""
        found = library()
        if found is None:
            return _refused("not-installed", NOT_INSTALLED)
        names = [name for name in message.to.split(",") if name]
        unknown = [name for name in names if name not in self._addresses]
        if unknown or not names:
            return _refused(
                "unknown-name", f"FOLLOWUP_CHAT_URLS has no address called {', '.join(unknown) or message.to}"
            )
        try:
            return self._hand_over(found, message, names)
        except Exception:  # noqa: BLE001 - each of its services raises its own, perhaps after the notice has left
            return Uncertain(reason="the chat service gave no answer that can be read")

    def _hand_over(self, found: ModuleType, message: Outgoing, names: list[str]) -> Outcome:
        asset = found.AppriseAsset(app_id="followup", app_desc="Follow-up alerts", service_timeout=_SECONDS)
        services: Any = found.Apprise(asset=asset)
        if not all(services.add(self._addresses[name]) for name in names):
            return _refused("bad-address", f"an address of {', '.join(names)} in FOLLOWUP_CHAT_URLS is none it knows")
        if services.notify(body=message.body, title=message.subject or ""):
            return Accepted(provider=NAME, provider_id=f"{message.id}.{message.attempt}", state=MessageState.SENT)
        return _refused("not-taken", f"the chat service of {', '.join(names)} did not take the notice")

    def look_up(self, *, to: str, sender: str | None, since: datetime) -> tuple[ProviderRecord, ...]:  # noqa: ARG002
        """Nothing: chat services cannot be asked."""
        return ()

    def close(self) -> None:
        """Nothing to let go of."""

    def problem(self) -> str | None:
        """What stands in the way of sending, as a sentence for an operator; None when nothing is known to."""
        found = library()
        if found is None:
            return NOT_INSTALLED
        wrong = [name for name, address in self._addresses.items() if not found.Apprise().add(address)]
        return f"no chat service has addresses like that of {', '.join(wrong)}" if wrong else None


def _refused(code: str, reason: str) -> Refused:
    return Refused(kind=RefusalKind.PERMANENT, code=code, reason=reason)
