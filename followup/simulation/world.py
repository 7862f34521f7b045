"""The demo's world: a clock that stands until it is pushed, phones and mailboxes, and everything due in between.

The bootstrap makes one for a demo database; the simulator's pages and its API move it. Time never runs by itself
here, so nothing is missed and nothing comes early: whoever moves it runs every due moment on the way, in order.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Protocol, TypedDict

from followup import log
from followup.clock import StandingClock
from followup.domain.calls import CallStage
from followup.domain.people import Channel, Patient
from followup.domain.schedule import StaffMember
from followup.errors import BadInput
from followup.gateways.port import EndedBridge, PressedKey, ReceivedText, Spoken
from followup.services.answer_key import end_bridge, press_key, say_who_was_reached
from followup.services.context import Context
from followup.services.quiet import next_event_at, run_until_quiet
from followup.services.receive_inbound import receive
from followup.services.seal_audit import seal
from followup.simulation.calls_in import CallsIn, MadeCall

#: Where the clock stands is kept in the database, so that a demo started again goes on from there.
CLOCK_FACT = "demo.clock"
#: A moment that is due and does not move by itself must not stop the clock.
SMALLEST_STEP = timedelta(minutes=1)
FARTHEST_PUSH = timedelta(days=400)
#: The follower looks at least this often, in seconds.
LONGEST_WAIT = 1.0
_PAGE = 200

# Words such as `from` can be keys in this form only.
PhoneMessage = TypedDict("PhoneMessage", {"at": str, "from": str, "to": str, "body": str})
PhoneCall = TypedDict(
    "PhoneCall",
    {"id": str, "at": str, "from": str, "to": str, "said": str, "state": str, "heard": list[str], "connected": bool},
)
Mail = TypedDict("Mail", {"at": str, "from": str, "to": str, "subject": str, "text": str})

_log = log.get(__name__)


class Phone(TypedDict):
    """One phone; `role` is patient or staff."""

    number: str
    name: str
    role: str


class Mailbox(TypedDict):
    """One mailbox; `name` and `role` as for a phone."""

    address: str
    name: str
    role: str


class Calls(Protocol):
    """What the world asks of the simulated calls."""

    def of(self, number: str) -> Sequence[Mapping[str, Any]]:
        """The calls to one phone."""
        ...

    def press(self, call_id: str, key: str) -> PressedKey:
        """A key is pressed."""
        ...

    def hears(self, call_id: str, spoken: Spoken) -> None:
        """What is said then."""
        ...

    def ends(self, call_id: str, stage: CallStage) -> None:
        """It ends so."""
        ...

    def asks_who_was_reached(self, call_id: str) -> bool:
        """Whether the next key answers that."""
        ...

    def connection_ends(self, call_id: str, *, reached: bool, caller_gone: bool = False) -> EndedBridge:
        """The patient's phone is put down."""
        ...


class Provider(Protocol):
    """What the world asks of the simulated provider."""

    @property
    def calls(self) -> Calls:
        """The calls to fictional phones."""
        ...

    def phones(self) -> tuple[str, ...]:
        """Every number seen so far."""
        ...

    def mailboxes(self) -> tuple[str, ...]:
        """Every e-mail address seen so far."""
        ...

    def phone_messages(self, number: str) -> Sequence[Mapping[str, Any]]:
        """What one phone shows."""
        ...

    def mailbox(self, address: str) -> Sequence[Mapping[str, Any]]:
        """What one mailbox holds."""
        ...

    def record_inbound(
        self, *, sender: str, body: str, to: str | None = None, media: tuple[str, ...] = ()
    ) -> ReceivedText:
        """The owner of phone `sender` writes."""
        ...


class World:
    """A fictional clinic and its people. Every method may be called from any thread; one moves the world at a time."""

    def __init__(self, context: Context, clock: StandingClock, provider: Provider) -> None:
        self._context = context
        self._clock = clock
        self._provider = provider
        self._moving = threading.RLock()
        self._calls_in = CallsIn(context)

    # --- time --------------------------------------------------------------------------------

    def now(self) -> datetime:
        """Where the clock stands, aware."""
        return self._clock.now()

    def advance(self, to: datetime, told: Callable[[datetime], None] = lambda _moment: None) -> datetime:
        """Push the clock to `to`, running every due moment on the way in order; returns where it stands.

        `told` hears of each moment once all that was due there is done. Raises BadInput when `to` lies in the past or
        more than FARTHEST_PUSH ahead.
        """
        with self._turn():
            if to < self._clock.now():
                raise BadInput("the clock only goes forward; give a later time")
            if to - self._clock.now() > FARTHEST_PUSH:
                raise BadInput(f"the clock is pushed by at most {FARTHEST_PUSH.days} days at once")
            run_until_quiet(self._context)
            for moment in self._moments(to):
                self._stand_at(moment)
                run_until_quiet(self._context)
                told(moment)
            self._stand_at(to)
            run_until_quiet(self._context)
            told(to)
            return self._clock.now()

    def begin(self, at: datetime) -> None:
        """Let the world begin at `at`; only before anything has happened."""
        self._stand_at(at)

    def settle(self) -> None:
        """Run until all is quiet at this instant, after something else (a page, the API) has changed the world."""
        with self._turn():
            run_until_quiet(self._context)

    def _moments(self, to: datetime) -> Iterator[datetime]:
        """Every due moment before `to`, as the world makes them: one may bring the next."""
        while (event := next_event_at(self._context)) is not None and event < to:
            now = self._clock.now()
            if event <= now:
                event = now + SMALLEST_STEP
                if event >= to:
                    return
            yield event

    def _stand_at(self, moment: datetime) -> None:
        with self._context.store.write() as uow:
            uow.facts.set(CLOCK_FACT, moment.isoformat())
            uow.commit()
        self._clock.move_to(moment)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One mover at a time; what it did is chained in the audit trail before the next."""
        with self._moving:
            yield
            while seal(self._context):
                pass

    # --- people ------------------------------------------------------------------------------

    def phones(self) -> list[Phone]:
        """Every phone: patients and staff of the clinic, and every other number seen. `role` is patient or staff."""
        found: dict[str, Phone] = {}
        for member in self._staff():
            if member.phone:
                found.setdefault(member.phone, Phone(number=member.phone, name=member.name, role="staff"))
        for patient in self._patients():
            if patient.phone:
                found.setdefault(patient.phone, Phone(number=patient.phone, name=patient.name, role="patient"))
        for number in self._provider.phones():
            found.setdefault(number, Phone(number=number, name="Unknown", role="patient"))
        return list(found.values())

    def phone_messages(self, number: str) -> list[PhoneMessage]:
        """What one phone shows, both directions, oldest first, once all that follows at this instant has gone out."""
        self.settle()
        return [_phone_message(each) for each in self._provider.phone_messages(number)]

    def phone_sends(self, number: str, body: str, media: tuple[str, ...], to: str | None) -> None:
        """The owner of phone `number` writes to the clinic (`to`: another of its numbers). `media`: content types.

        Returns when it has been read and all that follows at this instant has gone out.
        """
        with self._turn():
            text = self._provider.record_inbound(sender=number, body=body, to=to, media=media)
            receive(self._context, text, channel=Channel.SMS)
            run_until_quiet(self._context)

    def phone_calls(self, number: str) -> list[PhoneCall]:
        """Every call to one phone, oldest first, once all that follows at this instant has gone out."""
        self.settle()
        return [_phone_call(each) for each in self._provider.calls.of(number)]

    def phone_presses(self, call: str, key: str) -> None:
        """Whoever has the phone picks up, if nobody has, and presses a key. Raises NotFound, BadInput when over."""
        with self._turn():
            calls = self._provider.calls
            answers = say_who_was_reached if calls.asks_who_was_reached(call) else press_key
            calls.hears(call, answers(self._context, calls.press(call, key)))
            run_until_quiet(self._context)

    def phone_call_ends(self, call: str, ending: str) -> None:
        """A call ends as CallStage words it, or voicemail picks up. Raises as `phone_presses` does."""
        endings = {stage.value: stage for stage in CallStage if stage.in_vain}
        if ending not in endings:
            message = f"a call ends in one of {', '.join(endings)}"
            raise BadInput(message)
        with self._turn():
            self._provider.calls.ends(call, endings[ending])
            run_until_quiet(self._context)

    def patient_answers(self, call: str, *, reached: bool) -> None:
        """The patient whom a key rang talks and hangs up, or does not pick up. Raises as `phone_presses` does."""
        with self._turn():
            calls = self._provider.calls
            calls.hears(call, end_bridge(self._context, calls.connection_ends(call, reached=reached)))
            run_until_quiet(self._context)

    def call_in(self, number: str) -> MadeCall | None:
        """The call that the owner of phone `number` is on with the clinic; None without one."""
        return self._calls_in.of(number)

    def phone_calls_in(self, number: str) -> None:
        """The owner of a staff phone calls the number that alerts come from. Raises BadInput for any other phone."""
        with self._turn():
            self._calls_in.begin(number)
            run_until_quiet(self._context)

    def phone_presses_in(self, number: str, key: str) -> None:
        """A key on that call; an empty one puts the phone down. Raises BadInput when the call is over."""
        with self._turn():
            self._calls_in.press(number, key)
            run_until_quiet(self._context)

    def mailboxes(self) -> list[Mailbox]:
        """Every mailbox: those of patients and staff, and every other address seen."""
        found: dict[str, Mailbox] = {}
        for member in self._staff():
            if member.email:
                found.setdefault(member.email, Mailbox(address=member.email, name=member.name, role="staff"))
        for patient in self._patients():
            if patient.email:
                found.setdefault(patient.email, Mailbox(address=patient.email, name=patient.name, role="patient"))
        for address in self._provider.mailboxes():
            found.setdefault(address, Mailbox(address=address, name="Unknown", role="patient"))
        return list(found.values())

    def mailbox(self, address: str) -> list[Mail]:
        """What one mailbox holds, oldest first, once all that follows at this instant has gone out."""
        self.settle()
        return [_mail(each) for each in self._provider.mailbox(address)]

    def _staff(self) -> tuple[StaffMember, ...]:
        return tuple(self._context.content.current().content.configuration.staff.values())

    def _patients(self) -> Iterator[Patient]:
        after: str | None = None
        with self._context.store.read() as uow:
            while page := uow.patients.list(None, _PAGE, after):
                yield from page
                after = page[-1].id


def _phone_message(given: Mapping[str, Any]) -> PhoneMessage:
    return {"at": given["at"], "from": given["from"], "to": given["to"], "body": given["body"]}


def _phone_call(given: Mapping[str, Any]) -> PhoneCall:
    return {
        "id": given["id"],
        "at": given["at"],
        "from": given["from"],
        "to": given["to"],
        "said": given["said"],
        "state": given["state"],
        "heard": given["heard"],
        "connected": given["connected"],
    }


def _mail(given: Mapping[str, Any]) -> Mail:
    return {
        "at": given["at"],
        "from": given["from"],
        "to": given["to"],
        "subject": given["subject"],
        "text": given["text"],
    }


class Follower:
    """Lets what pages and commands change take effect: a thread that settles the world after each commit.

    `changed` is set by the store after a commit.
    """

    def __init__(self, world: World, changed: threading.Event) -> None:
        self._world = world
        self._changed = changed
        self._ended = threading.Event()
        self._thread = threading.Thread(name="follower", target=self._follow, daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """End, after what is under way, for at most `seconds`."""
        self._ended.set()
        self._changed.set()
        self._thread.join(seconds)

    def _follow(self) -> None:
        # Commands write to the database from other processes, which set nothing here: look each second.
        while not self._ended.is_set():
            self._changed.clear()
            try:
                self._world.settle()
            except Exception as error:  # the demo must outlive whatever one row does to it  # noqa: BLE001
                _log.error("the demo could not settle", **log.describe(error))
            self._changed.wait(LONGEST_WAIT)
