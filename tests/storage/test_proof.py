"""Roles, second factors, known browsers and invitations, on both databases: what counts once counts once."""

from __future__ import annotations

import pytest

from followup.domain.access import Role, Stage
from followup.storage.devices import Device
from followup.storage.errors import Collision
from followup.storage.invitations import Invitation
from followup.storage.second_factors import SecondFactor
from tests.storage.samples import CLINIC, MINUTE, NOW


@pytest.fixture
def kay(store):
    """Kay's account, stored."""
    with store.write() as unit:
        unit.accounts.add("1", CLINIC, "kay", "hash", NOW)
        unit.accounts.add("2", CLINIC, "sam", "hash", NOW)
        unit.commit()
    return "1"


def test_a_role_is_one_for_each_clinic_and_is_replaced(store, kay):
    with store.write() as unit:
        assert unit.roles.role(kay, CLINIC) is None
        unit.roles.give(kay, CLINIC, Role.NURSE, at=NOW, by="test")
        unit.roles.give(kay, CLINIC, Role.LEAD, at=NOW + MINUTE, by="test")
        unit.roles.give(kay, "elsewhere", Role.VIEWER, at=NOW, by="test")
        assert unit.roles.of_account(kay) == {CLINIC: Role.LEAD, "elsewhere": Role.VIEWER}
        assert unit.roles.of_account("2") == {}
        assert unit.roles.take_away(kay, "elsewhere") == 1
        assert unit.roles.role(kay, "elsewhere") is None
        unit.commit()


def test_a_seed_counts_from_its_first_code_and_each_step_once(store, kay):
    first = SecondFactor(id="a", account=kay, seed="SEEDONE", made_at=NOW)
    second = SecondFactor(id="b", account=kay, seed="SEEDTWO", made_at=NOW + MINUTE)
    with store.write() as unit:
        factors = unit.second_factors
        factors.begin(first)
        assert (factors.pending(kay), factors.confirmed(kay)) == (first, None)
        factors.begin(second)
        assert factors.pending(kay) == second, "a later one takes its place"
        factors.confirm(second, 100, NOW + MINUTE)
        confirmed = factors.confirmed(kay)
        assert (confirmed.seed, confirmed.last_step, factors.pending(kay)) == ("SEEDTWO", 100, None)
        assert [factors.use_step("b", step) for step in (100, 99, 101, 101, 103, 102)] == [
            False,
            False,
            True,
            False,
            True,
            False,
        ]
        unit.commit()


def test_a_code_on_paper_counts_once_and_for_its_owner(store, kay):
    with store.write() as unit:
        factors = unit.second_factors
        factors.set_codes(kay, ["AAAAABBBBB", "CCCCCDDDDD"], NOW)
        factors.set_codes("2", ["AAAAABBBBB"], NOW)
        assert factors.codes_left(kay) == 2
        assert [factors.use_code(kay, "AAAAABBBBB", NOW) for _ in range(2)] == [True, False]
        assert not factors.use_code(kay, "EEEEEFFFFF", NOW)
        assert factors.use_code("2", "AAAAABBBBB", NOW)
        factors.set_codes(kay, ["GGGGGHHHHH"], NOW)
        assert not factors.use_code(kay, "CCCCCDDDDD", NOW), "earlier ones are gone"
        factors.forget(kay)
        assert factors.codes_left(kay) == 0
        unit.commit()


def test_a_known_browser_is_forgotten_with_its_sessions(store, kay):
    device = Device(
        id="d", account=kay, token_hash="t", name="Firefox", made_at=NOW, seen_at=NOW, expires_at=NOW + MINUTE
    )
    with store.write() as unit:
        unit.devices.add(device)
        unit.sessions.add_session("s", kay, NOW, NOW + MINUTE, clinic=CLINIC, device="d")
        unit.sessions.add_session("half", kay, NOW, NOW + MINUTE, clinic=CLINIC, stage=Stage.CODE)
        unit.commit()
    with store.write() as unit:
        assert unit.devices.by_token("t") == device
        unit.devices.touch("d", NOW + MINUTE)
        assert [each.seen_at for each in unit.devices.of_account(kay)] == [NOW + MINUTE]
        assert not unit.devices.forget("2", "d"), "of somebody else"
        assert unit.sessions.end_of_device("d") == 1
        assert unit.devices.forget(kay, "d")
        assert unit.sessions.session("half").stage is Stage.CODE
        unit.sessions.move("half", "elsewhere")
        assert unit.sessions.session("half").clinic == "elsewhere"
        unit.devices.add(device)
        with pytest.raises(Collision):
            unit.devices.add(device)


def test_known_browsers_end_with_time(store, kay):
    with store.write() as unit:
        for name, until in (("old", NOW), ("new", NOW + 2 * MINUTE)):
            unit.devices.add(
                Device(id=name, account=kay, token_hash=name, name=name, made_at=NOW, seen_at=NOW, expires_at=until)
            )
        assert unit.devices.forget_expired(NOW + MINUTE) == 1
        assert unit.devices.forget_all(kay) == 1
        unit.commit()


def test_the_latest_invitation_of_a_person_is_the_only_one(store):
    def invitation(token: str, person: str) -> Invitation:
        return Invitation(
            token_hash=token,
            clinic=CLINIC,
            person=person,
            role=Role.NURSE,
            made_at=NOW,
            made_by="test",
            expires_at=NOW + MINUTE,
        )

    with store.write() as unit:
        for token, person in (("a", "kay"), ("b", "kay"), ("c", "sam")):
            unit.invitations.add(invitation(token, person))
        assert unit.invitations.by_token("a") is None
        assert unit.invitations.by_token("b") == invitation("b", "kay")
        assert unit.invitations.forget("kay") == 1
        assert unit.invitations.forget_expired(NOW) == 0
        assert unit.invitations.forget_expired(NOW + MINUTE) == 1
        unit.commit()
