"""Puts together a fictional clinic: simulated phones and mailboxes, a clock that stands, sample patients."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from followup.bootstrap.contents import take_files
from followup.bootstrap.demo_keys import make_demo_keys
from followup.bootstrap.opening import database_in, keep_address, open_store, this_process
from followup.clock import StandingClock, SystemClock
from followup.content.lexicon import load_lexicon
from followup.domain.people import Channel
from followup.domain.schedule import Clinic, StaffMember
from followup.gateways.simulator import CLINIC_NUMBER, SimulatedProvider
from followup.services.accounts import add_account
from followup.services.context import Context, Mode, Policy
from followup.services.follow_calls import note_news
from followup.services.passwords import Passwords
from followup.services.track_delivery import track
from followup.settings import Settings
from followup.simulation.samples import add_samples
from followup.simulation.world import CLOCK_FACT, Follower, World
from followup.storage.store import Store

PHONES_FILE = "phones.sqlite"
OPENS = time(9)
#: A demo guards nothing but made-up people: a cheap hash lets it start at once.
PASSES = 1
MEMORY_KIB = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A demo put together and not yet running.

    `password` is that of every account; `goes_on`: the clock stands where an earlier start left it.
    """

    settings: Settings
    context: Context
    world: World
    follower: Follower
    provider: SimulatedProvider
    passwords: Passwords
    password: str
    staff: tuple[StaffMember, ...]
    goes_on: bool

    def close(self) -> None:
        """Let go of files; nothing may be using the demo any more."""
        self.provider.close()
        self.context.store.close()


def demo(
    settings: Settings,
    *,
    var: Path,
    at: datetime | None,
    empty: bool,
    public_url: str,
    told: Callable[[datetime], None] = lambda _moment: None,
) -> Demo:
    """A demo that keeps everything below `var`, made there at its first start.

    `at`: where the clock begins, this morning where it is None. A later start goes on where the clock stood; an `at`
    after that pushes it there, which runs everything that is due on the way, and `told` hears how far it is. `empty`:
    without sample patients. Raises FollowupError where the database was made for live use, BadInput for an `at` more
    than FARTHEST_PUSH ahead of the clock.
    """
    settings, password = make_demo_keys(settings, var)
    changed = threading.Event()
    store = open_store(
        settings, settings.database_url or database_in(var), use="demo", on_commit=lambda _topics: changed.set()
    )
    keep_address(store, public_url)
    content = take_files(store, SystemClock(), settings)
    configuration = content.current().content.configuration
    clinic = next(iter(configuration.clinics.values()))
    start = at or _this_morning(clinic)
    stood = _where_it_stood(store)
    clock = StandingClock(stood or start)
    provider = SimulatedProvider(clock, var / PHONES_FILE, number=clinic.sender or CLINIC_NUMBER)
    context = Context(
        store=store,
        clock=clock,
        content=content,
        lexicon=load_lexicon(),
        policy=_policy(settings, public_url),
        gateways={Channel.SMS: provider.sms, Channel.VOICE: provider.voice, Channel.EMAIL: provider.email},
        worker=this_process(),
    )
    provider.on_status = partial(track, context)
    provider.calls.on_call = partial(note_news, context)
    world = World(context, clock, provider)
    made = Demo(
        settings=settings,
        context=context,
        world=world,
        follower=Follower(world, changed),
        provider=provider,
        passwords=Passwords(passes=PASSES, memory_kib=MEMORY_KIB),
        password=password,
        staff=tuple(configuration.staff.values()),
        goes_on=stood is not None and (at is None or at <= stood),
    )
    _open_the_doors(made, clinic)
    if stood is None:
        _begin(made, clinic, start, empty=empty)
    elif at is not None and at > stood:
        made.world.advance(at, told)
    return made


def _begin(made: Demo, clinic: Clinic, start: datetime, *, empty: bool) -> None:
    made.world.begin(start)
    if not empty:
        add_samples(made.context, clinic)
    made.world.settle()


def _open_the_doors(made: Demo, clinic: Clinic) -> None:
    """An account for every member of staff who has none."""
    now = SystemClock().now()
    with made.context.store.read() as uow:
        known = {account.person for account in uow.accounts.list()}
    for member in made.staff:
        if member.key not in known:
            add_account(
                made.context,
                clinic=clinic.key,
                person=member.key,
                password=made.password,
                passwords=made.passwords,
                now=now,
                actor="demo",
            )


def _policy(settings: Settings, public_url: str) -> Policy:
    """The simulated provider answers no keyword itself, whatever the settings say of the real one."""
    return Policy(
        public_url=public_url,
        mode=Mode.DEMO,
        provider_answers_keywords=False,
        only_to=frozenset(settings.only_to),
        shadow=settings.shadow,
    )


def _where_it_stood(store: Store) -> datetime | None:
    with store.read() as uow:
        stood = uow.facts.get(CLOCK_FACT)
    return None if stood is None else datetime.fromisoformat(stood)


def _this_morning(clinic: Clinic) -> datetime:
    zone = ZoneInfo(clinic.timezone)
    today = SystemClock().now().astimezone(zone).date()
    return datetime.combine(today, OPENS, tzinfo=zone).astimezone(UTC)
