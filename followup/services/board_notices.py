"""What stands above the board: hold, trial run, an edit that was not taken, people who cannot be reached.

Staff pages show it. No patient data in it.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from followup.services.check_invariants import check
from followup.services.context import Context
from followup.services.preflight import findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One line above the board; `grave`: patients may go unheard until it is mended."""

    text: str
    grave: bool = False
    remedy: str | None = None


def of_service(context: Context, health: Mapping[str, Any], known: Container[str] = ()) -> tuple[Notice, ...]:
    """About the service itself, the gravest first. `health` is what `/readyz` says.

    Checks that are `known` are left out: what fails there stands elsewhere on the page.
    """
    found = []
    wrong = "; ".join(
        f"{name}: {state}" for name, state in health["checks"].items() if state != "ok" and name not in known
    )
    if wrong:
        found.append(
            Notice(
                text=f"The service is not working as it should: {wrong}.",
                remedy="Check on patients by phone until this is gone, and call whoever looks after the service.",
                grave=True,
            )
        )
    found += [
        Notice(text=f"{breach[:1].upper()}{breach[1:]}.", remedy="Call whoever looks after the service.", grave=True)
        for breach in (check(context) if health["ready"] else ())
    ]
    if health["hold"]:
        found.append(
            Notice(
                text="Texts to patients are on hold. Alerts to staff go out as always.",
                remedy="Whoever looks after this service lifts it with `followup hold off`.",
            )
        )
    if health["shadow"]:
        found.append(Notice(text="Trial run: everything is read and alerts go out, but no patient is texted."))
    pending = health["schedule"].get("pending_error")
    if pending:
        found.append(Notice(text=f"A change to the schedule was not taken; the last good version goes on. {pending}"))
    return tuple(found)


def of_people(context: Context, clinic: str) -> tuple[Notice, ...]:
    """What may keep alerts from people in the next 14 days, the gravest first."""
    return tuple(
        Notice(
            text=f"{one.message[:1].upper()}{one.message[1:]}.",
            remedy=f"{one.remedy[:1].upper()}{one.remedy[1:]}.",
            grave=one.grave,
        )
        for one in findings(context, clinic)
    )
