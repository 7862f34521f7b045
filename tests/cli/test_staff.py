"""`followup staff` and `followup audit`: invitations, roles, ends, and what the trail tells of a patient or person."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from followup.bootstrap.demo import Demo
from followup.domain.access import Role
from followup.services.acknowledge_alert import acknowledge
from followup.services.duty import leaving
from followup.services.emergency_access import has_emergency_code
from followup.services.note_read import note_read
from tests.cli.conftest import Command


def test_an_invitation_is_a_link_for_one_person(followup: Command, clinic: Demo) -> None:
    done = followup("staff", "invite", "Kay Miller", "--role", "lead")
    assert done.code == 0
    first, link = done.out.strip().splitlines()
    assert first.startswith("For Kay Miller alone, once, until ")
    token = link.rpartition("/staff/invitation/")[2]
    assert len(token) == 32
    assert token not in followup("staff", "list", "--json").out
    assert followup("staff", "invite", "Nobody").code == 1


def test_roles_are_told_and_counted_from_the_next_click(followup: Command, clinic: Demo) -> None:
    before = {each["key"]: each["access"] for each in followup("staff", "list", "--json").json}
    assert before == {
        "kay": {"prairie": "nurse"},
        "sam": {"prairie": "nurse"},
        "lee": {"prairie": "lead"},
        "robin": {"prairie": "admin"},
    }
    assert followup("staff", "role", "sam", "viewer").out == "sam is a viewer now.\n"
    assert followup("staff", "role", "lee", "admin").out == "lee is an admin now.\n"
    assert followup("staff", "role", "sam", "king").code == 2
    assert followup("staff", "role", "Nobody", "nurse").code == 1
    with clinic.context.store.read() as uow:
        account = uow.accounts.by_person("sam")
        assert account is not None
        assert uow.roles.role(account.id, "prairie") is Role.VIEWER
        row = uow.audit.list(subject="staff", subject_id="sam")[0]
    assert (row.action, row.detail["role"], row.detail["before"]) == ("account.role_set", "viewer", "nurse")
    assert row.actor.startswith("terminal")


def test_a_reset_and_a_sign_out_everywhere(followup: Command, clinic: Demo) -> None:
    assert followup("staff", "sign-out", "kay").out == "kay is signed out everywhere (0 sessions).\n"
    done = followup("staff", "reset", "kay")
    assert (done.code, "/staff/invitation/" in done.out) == (0, True)
    assert followup("staff", "list", "--json").json[0]["can_sign_in"] is False
    assert followup("staff", "reset", "Nobody").code == 1


def test_the_code_for_the_envelope_is_shown_once_and_kept_as_a_hash(followup: Command, clinic: Demo) -> None:
    first, second = (followup("staff", "emergency-code").out.splitlines()[0] for _ in range(2))
    assert first != second
    assert len(second.replace("-", "")) == 20
    with clinic.context.store.read() as uow:
        kept = uow.facts.get("emergency-access/prairie") or ""
    assert second.replace("-", "") not in kept
    assert has_emergency_code(clinic.context, "prairie")


# --- somebody leaves -------------------------------------------------------------------------------


def test_s8_whoever_leaves_is_covered_and_leaves_nothing_open(followup: Command, clinic: Demo, seen: str) -> None:
    refused = followup("staff", "disable", "sam")
    assert (refused.code, "nobody would be woken then" in refused.err) == (1, True)
    assert followup("staff", "disable", "sam", "--cover", "sam").code == 2
    assert followup("staff", "list", "--json").json[1]["can_sign_in"] is True
    with clinic.context.store.read() as uow:
        alert = uow.alerts.list("acknowledged")[0]
    done = followup("staff", "disable", "sam", "--cover", "kay")
    assert done.code == 0, done.err
    for told in ("Duty handed to kay", alert.code, "staff, rotas.nurses", "alert.acknowledged"):
        assert told in done.out
    with clinic.context.store.read() as uow:
        handed = uow.alerts.get(alert.id)
        account = uow.accounts.by_person("sam")
        assert account is not None
        assert handed is not None
        assert (handed.status.value, account.enabled, uow.sessions.of_account(account.id)) == ("open", False, ())
    assert leaving(clinic.context, "sam") == ()
    assert followup("audit", "verify").code == 0


def test_whoever_has_no_duty_leaves_at_once(followup: Command, clinic: Demo) -> None:
    done = followup("staff", "disable", "Robin Hale")
    assert (done.code, "In the last 90 days they did nothing here." in done.out) == (0, True)
    assert followup("staff", "disable", "Nobody").code == 1


# --- the trail -----------------------------------------------------------------------------------


@pytest.fixture
def seen(clinic: Demo) -> str:
    """Kay opened the board, one alert and its patient; Sam took and closed it. The patient's id at the clinic."""
    context = clinic.context
    with context.store.read() as uow:
        patient = uow.patients.list("prairie", 1)[0]
    number = patient.phone
    assert number is not None
    clinic.world.phone_sends(number, "chest pain", (), None)
    with context.store.read() as uow:
        alert = uow.alerts.of_patient(patient.id)[0]
    for subject, subject_id in (
        ("board", "prairie"),
        ("alert", alert.id),
        ("patient", patient.id),
        ("routine", "prairie"),
        ("inbox", "prairie"),
        ("lists", "prairie"),
    ):
        note_read(context, actor="staff:kay", subject=subject, subject_id=subject_id, clinic="prairie")
    acknowledge(context, alert=alert.id, person="sam", via="page")
    return patient.external_id


def test_s21_who_tells_who_read_and_changed_a_patient(followup: Command, clinic: Demo, seen: str) -> None:
    rows = followup("audit", "who", seen, "--json").json
    told = {(row["actor"], row["action"]) for row in rows}
    assert {("staff:kay", "patient.read"), ("staff:kay", "alert.read"), ("staff:sam", "alert.acknowledged")} <= told
    assert "staff:kay" in followup("audit", "who", seen).out
    assert followup("audit", "who", "P-nobody").code == 1


def test_exposure_tells_whose_data_somebody_saw(followup: Command, clinic: Demo, seen: str) -> None:
    found = followup("audit", "exposure", "--person", "kay", "--since", "1d", "--json").json
    assert [(each["patient"], each["ways"], each["times"]) for each in found["patients"]] == [
        (seen, ["alert", "board", "inbox", "patient", "routine"], 5)
    ]
    assert found["lists"] == {"lists": 1}
    assert "1 times the page of lists" in followup("audit", "exposure", "--person", "Kay Miller").out
    assert followup("audit", "exposure", "--person", "robin", "--json").json["patients"] == []
    assert followup("audit", "exposure", "--person", "kay", "--since", "soon").code == 2


def test_the_trail_is_exported_row_by_row_and_says_so(
    followup: Command, clinic: Demo, seen: str, tmp_path: Path
) -> None:
    file = tmp_path / "audit.jsonl"
    assert followup("audit", "export", str(file)).code == 0
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert file.stat().st_mode & 0o077 == 0
    assert {"staff:kay", "staff:sam"} <= {row["actor"] for row in rows}
    assert rows[-1]["action"] == "audit.exported"
    assert followup("audit", "export", str(file)).code == 2, "never over a file that is there"
    assert followup("audit", "verify").code == 0
