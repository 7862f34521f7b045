"""What every use case is given: the store, the clock, the published content, the ways out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from followup.clock import Clock
from followup.content.loader import Content
from followup.domain.people import Channel
from followup.domain.reading import Lexicon
from followup.domain.schedule import Clinic, Configuration, StaffMember
from followup.errors import NotFound
from followup.gateways.port import Gateway, Inbox
from followup.storage.store import Store


class Mode(StrEnum):
    """What a database was made for, for ever."""

    DEMO = "demo"
    LIVE = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Settings that decide about sending.

    `only_to`: in a pilot, the numbers and addresses that may be written to; empty means everybody.
    `shadow`: read, decide and alert, but text no patient.
    """

    public_url: str
    mode: Mode
    provider_answers_keywords: bool = False
    only_to: frozenset[str] = frozenset()
    shadow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A published version of schedules.yaml and its templates."""

    version: int
    content: Content


class ContentBook(Protocol):
    """The published versions. Safe to call from any thread."""

    def current(self) -> Published:
        """The version in force."""
        ...

    def version(self, number: int) -> Content:
        """A version by its number, as it was. Raises NotFound."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything a use case works with.

    `worker` names this process in leases; `inbox` lists what the provider received for `own_numbers`, the
    clinics' numbers and that kept for staff.
    """

    store: Store
    clock: Clock
    content: ContentBook
    lexicon: Lexicon
    policy: Policy
    gateways: Mapping[Channel, Gateway]
    worker: str = "worker"
    inbox: Inbox | None = None
    own_numbers: tuple[str, ...] = ()


def clinic_of(configuration: Configuration, key: str) -> Clinic:
    """A clinic by its key. Raises NotFound."""
    clinic = configuration.clinics.get(key)
    if clinic is None:
        message = f"schedules.yaml names no clinic {key!r}"
        raise NotFound(message)
    return clinic


def only_clinic(configuration: Configuration, key: str | None) -> Clinic:
    """The clinic called `key`; where it is left out and the file has one clinic, that one. Raises NotFound."""
    if key is not None:
        return clinic_of(configuration, key)
    if len(configuration.clinics) == 1:
        return next(iter(configuration.clinics.values()))
    message = "several clinics are configured: say which one"
    raise NotFound(message)


def staff_by_name(configuration: Configuration, name: str) -> StaffMember:
    """A member of staff by key or by name. Raises NotFound."""
    for member in configuration.staff.values():
        if name in {member.key, member.name}:
            return member
    message = "there is no such member of staff in schedules.yaml"
    raise NotFound(message)
