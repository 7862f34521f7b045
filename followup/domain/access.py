"""Who may do what: the roles of staff, and what is kept for prescribers. Services and pages ask it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Protocol, TypeVar


class Role(StrEnum):
    """What somebody may do at one clinic; each may do all that those before it may."""

    VIEWER = "viewer"  # reads
    NURSE = "nurse"  # takes alerts, writes to patients, closes
    LEAD = "lead"  # signs off, changes who is on duty for others
    ADMIN = "admin"  # accounts of others, exports

    @property
    def rank(self) -> int:
        """Place in that order."""
        return list(Role).index(self)

    @property
    def one(self) -> str:
        """`a nurse`, `an admin`, to stand in a sentence."""
        return f"an {self.value}" if self is Role.ADMIN else f"a {self.value}"

    def may(self, needs: Role) -> bool:
        """Whether this role is enough where `needs` is asked for."""
        return self.rank >= needs.rank


class Stage(StrEnum):
    """How far a sign-in has come; only `full` opens a page."""

    CODE = "code"  # the password was right, the second factor is asked for
    ENROL = "enrol"  # the password was right, there is no second factor yet and there has to be one
    FULL = "full"


#: What a job of schedules.yaml begins with; `followup staff role` gives another.
_FIRST_ROLES: Mapping[str, Role] = {"nurse": Role.NURSE, "clinician": Role.LEAD, "manager": Role.ADMIN}


def first_role(job: str) -> Role:
    """The role that an account is made with where nobody says which."""
    return _FIRST_ROLES.get(job, Role.VIEWER)


class Restricted(Protocol):
    """A question or rule, which may be for the eyes of prescribers alone."""

    @property
    def prescriber_only(self) -> bool:
        """Whether only a prescriber may see what comes of it."""
        ...


R = TypeVar("R", bound=Restricted)


def may_see(item: Restricted | None, *, prescriber: bool) -> bool:
    """Whether somebody may see what comes of a question or rule. What the file no longer names is shown."""
    return prescriber or item is None or not item.prescriber_only


def may_see_any(items: Iterable[Restricted | None], *, prescriber: bool) -> bool:
    """Whether an alert that met these rules may be seen: one open reason is enough, and so is having none."""
    known = list(items)
    return not known or any(may_see(item, prescriber=prescriber) for item in known)
