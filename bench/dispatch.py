"""Times how fast due messages leave, against the bare SDK on the same transport; `make bench` runs it.

Every round runs both one after the other, so that only their ratio is read: a busy machine slows both.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

from bench.provider import provider
from followup.clock import SystemClock
from followup.content.lexicon import load_lexicon
from followup.content.loader import load_content
from followup.domain.message import Lane, Message, MessageClass
from followup.domain.people import Channel
from followup.gateways.port import Outgoing
from followup.gateways.twilio_http import WireSettings
from followup.gateways.twilio_sms import TwilioSettings, TwilioSmsGateway
from followup.ids import new_id
from followup.services.context import Context, Mode, Policy
from followup.services.deliver_messages import deliver
from followup.services.publish_schedules import StoredContent, publish
from followup.storage import migrate
from followup.storage.store import Store
from followup.storage.vault import Vault

ROOT = Path(__file__).resolve().parent.parent
SENDERS = 8
MESSAGES = 400
ROUNDS = 3
LATENCY = 0.020
PENDING = (1_000, 50_000)


def main() -> int:
    """Print messages a second as a share of the bare SDK's, and what waiting messages cost an idle pass."""
    with provider(LATENCY) as address, tempfile.TemporaryDirectory() as folder:
        gateway = _gateway(address)
        context = _context(f"sqlite:///{folder}/bench.sqlite", gateway)
        ratios = [_service(context) / _bare(gateway) for _ in range(ROUNDS)]
        _say(
            f"{MESSAGES} messages, {SENDERS} senders, {LATENCY * 1000:.0f} ms at the provider, SQLite with fsync, "
            f"{ROUNDS} interleaved rounds: {statistics.median(ratios):.2f} of the bare SDK "
            f"({', '.join(f'{ratio:.2f}' for ratio in ratios)})"
        )
        _say(_idle_passes(context))
        context.store.close()
        gateway.close()
    return 0


def _gateway(address: str) -> TwilioSmsGateway:
    wire = WireSettings(base_url=address, connections=SENDERS + 2)
    return TwilioSmsGateway(
        TwilioSettings(
            account_sid="AC" + "0" * 32,
            auth_token="bench",  # noqa: S106 - the benchmark's own provider takes any
            public_url="https://bench.example.org",
            from_number="+13125550100",
            wire=wire,
        )
    )


def _context(url: str, gateway: TwilioSmsGateway) -> Context:
    migrate.upgrade(url)
    store = Store(url, vault=Vault([b"d" * 32], [b"i" * 32]))
    publish(store, load_content(ROOT / "schedules.yaml", ROOT / "templates"), actor="bench", clock=SystemClock())
    return Context(
        store=store,
        clock=SystemClock(),
        content=StoredContent(store),
        lexicon=load_lexicon(),
        policy=Policy(public_url="https://bench.example.org", mode=Mode.LIVE),
        gateways={Channel.SMS: gateway},
    )


def _message(number: int, due: datetime) -> Message:
    name = new_id()
    return Message(
        id=name,
        clinic="prairie",
        message_class=MessageClass.REPLY,
        channel=Channel.SMS,
        to=f"+1312555{number:04d}",
        template="I_PLAIN",
        body="Prairie Clinic: thanks, noted. If anything changes or worries you, call (312) 555-0142.",
        intent=f"bench/{name}",
        created_at=due,
        not_before=due,
    )


def _fill(context: Context, count: int, due: datetime) -> None:
    with context.store.write() as uow:
        for number in range(count):
            uow.messages.add(_message(number % 10_000, due))
        uow.commit()


def _service(context: Context) -> float:
    """Messages a second through the outbox: claimed, marked, sent, recorded."""
    _fill(context, MESSAGES, context.clock.now())
    left = threading.Semaphore(0)

    def sender() -> None:
        while deliver(context, Lane.REPLY, 1):
            left.release()

    began = time.perf_counter()
    with ThreadPoolExecutor(SENDERS) as pool:
        for _ in range(SENDERS):
            pool.submit(sender)
    return MESSAGES / (time.perf_counter() - began)


def _bare(gateway: TwilioSmsGateway) -> float:
    """Messages a second through the same SDK client and nothing else."""
    outgoing = [
        Outgoing(id=new_id(), attempt=1, channel=Channel.SMS, to=f"+1312555{number:04d}", body="thanks, noted")
        for number in range(MESSAGES)
    ]
    began = time.perf_counter()
    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(gateway.send, outgoing))
    return MESSAGES / (time.perf_counter() - began)


def _idle_passes(context: Context) -> str:
    """What a pass over nothing due costs beside few and beside many messages that wait for later."""
    later = context.clock.now() + timedelta(days=30)
    spans: list[float] = []
    have = 0
    for pending in PENDING:
        _fill(context, pending - have, later)
        have = pending
        began = time.perf_counter()
        for _ in range(50):
            deliver(context, Lane.REPLY, 8)
        spans.append((time.perf_counter() - began) / 50)
    few, many = PENDING
    return (
        f"an idle pass beside {many:,} waiting messages takes {spans[1] / spans[0]:.2f} of one beside {few:,} "
        f"({spans[1] * 1000:.2f} ms)"
    )


def _say(line: str) -> None:
    sys.stdout.write(f"dispatch: {line}\n")


if __name__ == "__main__":
    sys.exit(main())
