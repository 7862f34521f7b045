"""Accounts, sessions, failed tries, tokens and links: only hashes are stored, and what is taken back is gone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followup.storage.errors import Collision
from tests.storage import samples
from tests.storage.samples import CLINIC, MINUTE, NOW


def test_an_account_is_made_once_per_person_and_can_be_disabled(store):
    with store.write() as unit:
        accounts = unit.accounts
        accounts.add("1", CLINIC, "Kay", "hash-1", NOW)
        accounts.set_password("1", "hash-2", NOW + MINUTE)
        kay = accounts.by_person("Kay")
        assert (kay.id, kay.clinic, kay.password_hash, kay.password_set_at) == ("1", CLINIC, "hash-2", NOW + MINUTE)
        assert kay.enabled
        assert accounts.get("1") == kay
        assert accounts.list() == (kay,)
        accounts.disable("1", NOW)
        assert not accounts.get("1").enabled
        accounts.enable("1")
        assert accounts.get("1").enabled
        assert accounts.by_person("Lee") is None
        with pytest.raises(Collision):
            accounts.add("2", CLINIC, "Kay", "hash", NOW)


def test_sessions_end_one_by_one_all_at_once_or_with_time(store):
    until = NOW + timedelta(hours=8)
    with store.write() as unit:
        unit.accounts.add("1", CLINIC, "Kay", "hash", NOW)
        sessions = unit.sessions
        for token in ("a", "b", "c"):
            sessions.add_session(token, "1", NOW, until, clinic=CLINIC)
        sessions.touch("a", NOW + MINUTE)
        session = sessions.session("a")
        assert (session.account, session.began_at, session.seen_at, session.expires_at) == (
            "1",
            NOW,
            NOW + MINUTE,
            until,
        )
        sessions.end_session("a")
        assert sessions.session("a") is None
        assert sessions.end_expired(until - MINUTE) == 0
        assert sessions.end_sessions("1") == 2
        sessions.add_session("d", "1", NOW, until, clinic=CLINIC)
        assert sessions.end_expired(until) == 1


def test_failed_tries_are_counted_per_key_and_since(store):
    with store.write() as unit:
        throttle = unit.throttle
        throttle.note_failure("kay", NOW - MINUTE)
        throttle.note_failure("kay", NOW)
        throttle.note_failure("lee", NOW)
        assert throttle.failures_since("kay", NOW - MINUTE) == 2
        assert throttle.failures_since("kay", NOW) == 1
        throttle.clear_failures("kay")
        assert throttle.failures_since("kay", NOW - MINUTE) == 0
        assert throttle.forget_before(NOW + MINUTE) == 1


def test_two_tokens_of_one_name_live_side_by_side_until_one_is_revoked(store):
    with store.write() as unit:
        tokens = unit.tokens
        tokens.add("1", "ehr", "hash-1", ["read", "alerts"], NOW, None)
        tokens.add("2", "ehr", "hash-2", {"read"}, NOW, NOW + MINUTE)
        first = tokens.by_hash("hash-1")
        assert (first.id, first.name, first.scopes, first.expires_at) == ("1", "ehr", {"read", "alerts"}, None)
        assert tokens.by_hash("hash-2").expires_at == NOW + MINUTE
        assert [token.id for token in tokens.list()] == ["1", "2"]
        assert tokens.revoke("1")
        assert not tokens.revoke("1")
        assert tokens.by_hash("hash-1") is None


def test_a_link_leads_to_its_alert(store):
    alert = samples.alert()
    with store.write() as unit:
        unit.alerts.add(alert)
        unit.links.add_link("hash", alert.id, "Kay", NOW, NOW + MINUTE)
        link = unit.links.link("hash")
        assert (link.alert, link.person, link.expires_at) == (alert.id, "Kay", NOW + MINUTE)
        assert unit.links.link("other") is None
