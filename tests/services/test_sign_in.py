"""Passwords and tries: what is taken, what is counted, and that a guess costs the same whoever it is for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import ClassVar, Literal

import pytest
from argon2 import PasswordHasher

from followup.domain import windows
from followup.domain.access import Role
from followup.domain.schedule import StaffMember
from followup.errors import InvalidInput
from followup.origin import coming_from
from followup.services.accounts import add_account
from followup.services.links import hash_of
from followup.services.passwords import Passwords, check_password, is_common
from followup.services.sign_in import Attempt, Begun, Limits, Refusal, sign_in, signed_in
from tests.support.clinic import CHICAGO, SUNDAY, Clinic

PASSWORD = "four plain words together"
NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
CHEAP = Passwords(passes=1, memory_kib=64)


class _Hasher(PasswordHasher):
    """Tells over what it worked."""

    worked_out: ClassVar[list[str]] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - its own name
        self.worked_out.append(str(hash).rsplit("$", 2)[0])
        return super().verify(hash, password)


class Counted(Passwords):
    """Tells how often a hash was really worked out, and of what strength."""

    def __init__(self) -> None:
        super().__init__(passes=1, memory_kib=64)
        self._hasher = _Hasher(time_cost=1, memory_cost=64)
        self._hasher.worked_out.clear()

    @property
    def worked_out(self) -> list[str]:
        """The kind and strength of each."""
        return _Hasher.worked_out


@pytest.fixture
def clinic(migrated_database_url: str) -> Iterator[Clinic]:
    """The shipped clinic, in which Kay has an account."""
    made = Clinic(migrated_database_url, start=windows.instant_of(SUNDAY, time(9), CHICAGO))
    _account(made, "kay")
    yield made
    made.close()


def _account(clinic: Clinic, person: str) -> None:
    add_account(
        clinic.context, clinic="prairie", person=person, password=PASSWORD, passwords=CHEAP, now=NOW, actor="test"
    )


def _try(
    clinic: Clinic,
    person: str = "kay",
    password: str = "wrong",
    *,
    address: str = "203.0.113.7",
    device: str | None = None,
    passwords: Passwords = CHEAP,
    now: datetime = NOW,
) -> object:
    attempt = Attempt(person=person, password=password, address=address, device=device)
    return sign_in(clinic.context, attempt, passwords=passwords, now=now, limits=Limits(), second_factor=False)


# --- passwords ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password",
    [
        "purple monkey dishwasher",
        "abcdefg hijklmnop",
        "ALL IN CAPITALS HERE",
        "nur kleine buchstaben",
        "1234 5678 otter",
        "пароль из четырёх слов",
        "🦦🦦 otter pond at dusk",
    ],
)
def test_s5_any_composition_is_taken(password: str) -> None:
    """No digit, capital or sign is asked for (ASVS 6.2.5)."""
    check_password(password, StaffMember(key="kay", name="Kay Miller"))


@pytest.mark.parametrize(
    "password",
    ["password1234", "Password2026!!", "P@ssw0rd12345", "dragondragon", "Sunshine-1234", "123456789012", "1q2w3e4r5t6y",
     "Ketamine2026", "hospital1234", "qwertyqwerty", "aaaaaaaaaaaaaaaa", "121212121212", "!!!football!!!",
     "Kay Miller 12"],
)  # fmt: skip
def test_s5_what_everybody_tries_first_is_refused(password: str) -> None:
    """The list, one of its words dressed up with digits, signs or itself, and one's own name (ASVS 6.2.4)."""
    with pytest.raises(InvalidInput):
        check_password(password, StaffMember(key="kay", name="Kay Miller"))


def test_s5_the_list_is_long_and_the_hash_is_hard_for_machines(clinic: Clinic) -> None:
    """At least three thousand words; argon2id with 64 MiB where nothing else is said."""
    assert is_common("changeme")
    with clinic.store.read() as uow:
        account = uow.accounts.by_person("kay")
    assert account is not None
    assert account.password_hash.startswith("$argon2id$")
    assert "m=65536,t=3" in Passwords().hash(PASSWORD)


# --- tries -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["kay", "robin", "nobody", "", "ÿ" * 500])
def test_s7_a_wrong_try_costs_the_same_whoever_it_is_for(clinic: Clinic, person: str) -> None:
    """One hash of the same strength is worked out for whoever has an account, has none, or does not exist."""
    counted = Counted()
    assert _try(clinic, person, passwords=counted) is Refusal.WRONG
    assert len(counted.worked_out) == 1
    assert counted.worked_out[0].startswith("$argon2id$v=19$m=64,t=1")


def test_s7_many_addresses_do_not_help_and_the_owner_gets_in(clinic: Clinic) -> None:
    """A thousand tries from as many addresses: fifty are looked at; Kay's own browser lets her in."""
    answers = [_try(clinic, address=f"198.51.{number // 250}.{number % 250}") for number in range(1000)]
    assert answers.count(Refusal.WRONG) == 50
    assert answers.count(Refusal.TOO_MANY_TRIES) == 950
    assert isinstance(_try(clinic, password=PASSWORD, device="mark of Kay's browser"), Begun)


def test_s7_no_colleague_is_locked_out(clinic: Clinic) -> None:
    """Whoever hammers at Kay's account, from elsewhere or from the clinic's own address."""
    _account(clinic, "sam")
    for _ in range(40):
        _try(clinic, "kay")
    assert _try(clinic, "kay", PASSWORD) is Refusal.TOO_MANY_TRIES
    assert isinstance(_try(clinic, "sam", PASSWORD), Begun)
    assert isinstance(_try(clinic, "kay", PASSWORD, now=NOW + timedelta(minutes=15, seconds=1)), Begun)


# --- sessions and the trail --------------------------------------------------------------------------


def test_s6_a_new_installation_has_no_account(migrated_database_url: str, clinic: Clinic) -> None:
    """Nobody gets in until somebody was let in by name."""
    with clinic.store.read() as uow:
        assert [account.person for account in uow.accounts.list()] == ["kay"]
    for person in ("admin", "root", "sam", "lee", "robin", "Kay"):
        for password in ("", "admin", "password", "changeme", "followup"):
            assert not isinstance(_try(clinic, person, password, address=f"{person}{password}"), Begun)


def test_s11_without_a_role_at_the_clinic_one_is_nobody_there(clinic: Clinic) -> None:
    """At once, also in a session that is open."""
    begun = _try(clinic, password=PASSWORD)
    assert isinstance(begun, Begun)
    who = signed_in(clinic.context, begun.token, now=NOW, limits=Limits())
    assert who is not None
    assert who.role is Role.NURSE
    with clinic.store.write() as uow:
        uow.roles.take_away(who.account, "prairie")
        uow.commit()
    assert signed_in(clinic.context, begun.token, now=NOW, limits=Limits()) is None
    assert _try(clinic, password=PASSWORD) is Refusal.WRONG


def test_s11_a_session_begins_at_a_clinic_where_one_has_a_role(clinic: Clinic) -> None:
    """One's own, else another; never with the role of elsewhere."""
    with clinic.store.write() as uow:
        account = uow.accounts.by_person("kay")
        assert account is not None
        uow.roles.give(account.id, "elsewhere", Role.VIEWER, at=NOW, by="test")
        uow.commit()
    own = _try(clinic, password=PASSWORD)
    with clinic.store.write() as uow:
        uow.roles.take_away(account.id, "prairie")
        uow.commit()
    other = _try(clinic, password=PASSWORD)
    assert isinstance(own, Begun)
    assert isinstance(other, Begun)
    assert (own.who.clinic, own.who.role) == ("prairie", Role.NURSE)
    assert (other.who.clinic, other.who.role) == ("elsewhere", Role.VIEWER)
    assert signed_in(clinic.context, own.token, now=NOW, limits=Limits()) is None


def test_s8_only_a_hash_of_the_session_is_kept(clinic: Clinic) -> None:
    """And each sign-in has its own."""
    first, second = _try(clinic, password=PASSWORD), _try(clinic, password=PASSWORD)
    assert isinstance(first, Begun)
    assert isinstance(second, Begun)
    assert first.token != second.token
    with clinic.store.read() as uow:
        kept = {session.token_hash for session in uow.sessions.of_account(first.who.account)}
    assert kept == {hash_of(first.token), hash_of(second.token)}


def test_s21_the_trail_says_who_tried_and_from_where(clinic: Clinic) -> None:
    """A sign-in, a wrong password, an unknown person; what the service does by itself comes from nowhere."""
    with coming_from("203.0.113.7"):
        _try(clinic, "kay", PASSWORD)
        _try(clinic, "kay")
        _try(clinic, "nobody")
    with clinic.store.read() as uow:
        told = [(row.actor, row.action, row.detail.get("from")) for row in uow.audit.list(subject="staff", limit=3)]
    assert told == [
        ("unknown", "sign_in.refused", "203.0.113.7"),
        ("staff:kay", "sign_in.refused", "203.0.113.7"),
        ("staff:kay", "sign_in", "203.0.113.7"),
    ]
    with coming_from("203.0.113.7"):
        clinic.stranger().replies("hello")
    with clinic.store.read() as uow:
        assert all("from" not in row.detail for row in uow.audit.list() if row.actor == "service")
