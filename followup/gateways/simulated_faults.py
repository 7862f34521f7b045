"""What goes wrong at the simulated provider, asked for beforehand by tests and rehearsals."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from followup.domain.people import Channel
from followup.gateways.port import Outgoing, Refused, StatusUpdate, Uncertain


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong with the next messages.

    `outcome` is the answer given instead of the true one (None: the true one), `accepted` whether the
    message is accepted all the same, `receipt` what the later status says. `to` and `channel` narrow it.
    """

    outcome: Refused | Uncertain | None = None
    accepted: bool = False
    receipt: StatusUpdate | None = None
    to: str | None = None
    channel: Channel | None = None


@dataclass(slots=True)
class _Pending:
    fault: Fault
    times: int | None


@dataclass(slots=True)
class Faults:
    """Faults in the order in which they were asked for; each strikes `times` messages (None: for ever)."""

    _pending: list[_Pending] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, fault: Fault, *, times: int | None = 1) -> None:
        """Let `fault` strike the next `times` messages it fits."""
        with self._lock:
            self._pending.append(_Pending(fault, times))

    def clear(self) -> None:
        """Everything works again."""
        with self._lock:
            self._pending.clear()

    def next_for(self, message: Outgoing) -> Fault | None:
        """The fault that strikes `message`, used up by asking."""
        with self._lock:
            pending = next((each for each in self._pending if _fits(each.fault, message)), None)
            if pending is None:
                return None
            if pending.times is not None:
                pending.times -= 1
                if pending.times <= 0:
                    self._pending.remove(pending)
            return pending.fault


def _fits(fault: Fault, message: Outgoing) -> bool:
    return fault.to in {None, message.to} and fault.channel in {None, message.channel}
