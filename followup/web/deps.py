"""What the web floor is handed when it is put together; bootstrap fills it in, tests fill it in with their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypedDict

from starlette.applications import Starlette

from followup.clock import Clock
from followup.gateways.port import Webhook
from followup.services.context import Context
from followup.services.health import Stopped
from followup.services.passwords import Passwords
from followup.services.sign_in import Limits

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


class Phone(TypedDict):
    number: str
    name: str
    role: str


PhoneMessage = TypedDict("PhoneMessage", {"at": str, "from": str, "to": str, "body": str})
PhoneCall = TypedDict(
    "PhoneCall",
    {"id": str, "at": str, "from": str, "to": str, "said": str, "state": str, "heard": list[str], "connected": bool},
)


class MadeCall(TypedDict):
    """A call to the clinic as its owner hears it: the last words, and whether a key may follow them."""

    said: str
    asks: bool


Mail = TypedDict("Mail", {"at": str, "from": str, "to": str, "subject": str, "text": str})


class Mailbox(TypedDict):
    """One mailbox of the demo; `name` and `role` as for a phone."""

    address: str
    name: str
    role: str


class Simulation(Protocol):
    """The demo's world: its clock, phones and mailboxes. Every method may be called from any thread.

    Texts, times and addresses are plain values, so that this needs nothing of the provider behind it.
    Methods that change something answer when all that follows at that instant has gone out.
    """

    def now(self) -> datetime:
        """Where the clock stands, aware."""
        ...

    def advance(self, to: datetime) -> datetime:
        """Push the clock to `to`, running every due moment on the way in order; returns where it stands.

        Raises BadInput when `to` lies in the past: time never runs back.
        """
        ...

    def phones(self) -> list[Phone]:
        """Every phone: patients and staff of the clinic, and every other number seen. `role` is patient or staff."""
        ...

    def phone_messages(self, number: str) -> list[PhoneMessage]:
        """What one phone shows, both directions, oldest first; `at` is ISO 8601 with offset."""
        ...

    def phone_sends(self, number: str, body: str, media: tuple[str, ...], to: str | None) -> None:
        """The owner of phone `number` writes to the clinic (`to`: another of its numbers). `media`: content types."""
        ...

    def phone_calls(self, number: str) -> list[PhoneCall]:
        """Every call to one phone, oldest first; `said` is what whoever picks up hears, `heard` what follows keys."""
        ...

    def phone_presses(self, call: str, key: str) -> None:
        """Whoever has the phone that a call rings picks up and presses a key. Raises NotFound, BadInput when over."""
        ...

    def phone_call_ends(self, call: str, ending: str) -> None:
        """A call ends as CallStage words it, or voicemail picks up (`machine`). Raises as `phone_presses` does."""
        ...

    def patient_answers(self, call: str, *, reached: bool) -> None:
        """The patient whom a key rang talks and hangs up, or does not pick up. Raises as `phone_presses` does."""
        ...

    def call_in(self, number: str) -> MadeCall | None:
        """The call that the owner of phone `number` is on with the clinic; None without one."""
        ...

    def phone_calls_in(self, number: str) -> None:
        """The owner of a staff phone calls the number that alerts come from. Raises BadInput for any other phone."""
        ...

    def phone_presses_in(self, number: str, key: str) -> None:
        """A key on that call; an empty one puts the phone down. Raises BadInput when the call is over."""
        ...

    def mailboxes(self) -> list[Mailbox]:
        """Every mailbox: those of patients and staff, and every other address seen."""
        ...

    def mailbox(self, address: str) -> list[Mail]:
        """What one mailbox holds, oldest first; `at` is ISO 8601 with offset."""
        ...

    def settle(self) -> None:
        """Run until all is quiet at this instant, after something else (a page, the API) has changed the world."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WebDeps:
    """Everything the pages and interfaces need.

    `webhook` is None where no provider posts to us (the demo): its routes are then not there. `simulation`
    is None on a live database: its pages are then not there. `health` answers `/readyz`: a mapping with
    "ready" (bool), "checks", "schedule", "hold", "shadow" and "mode". `secret_key` signs form tokens.
    `secure_cookies`: the public address is https. `pages` is the folder of page templates. `real_clock`
    times sign-ins and links, so that pushing the demo's clock signs nobody out. `api_token` is the first
    token with every scope, None where only named tokens count. `limits`: how long a sign-in lasts.
    `passwords` may be made cheap in tests. `stopped` tells what of the service stands still, for every staff page.
    """

    context: Context
    webhook: Webhook | None
    simulation: Simulation | None
    health: Callable[[], Mapping[str, Any]]
    secret_key: bytes
    secure_cookies: bool
    pages: Path
    real_clock: Clock
    api_token: str | None = None
    lifespan: Lifespan | None = None
    limits: Limits = field(default_factory=Limits)
    passwords: Passwords = field(default_factory=Passwords)
    stopped: Callable[[], Stopped | None] = lambda: None

    @property
    def second_factor(self) -> bool:
        """Whether everybody needs a second factor: always, but in the demo, which guards nothing."""
        return self.simulation is None

    def settle(self) -> None:
        """In the demo, let everything that follows from a change go out before it is answered; live, nothing to do."""
        if self.simulation is not None:
            self.simulation.settle()
