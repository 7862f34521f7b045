"""`followup backup` and `followup restore` as somebody types them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from followup.bootstrap.demo import Demo
from tests.cli.conftest import Command


def test_a_backup_and_back(followup: Command, clinic: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = followup("backup", "monday.followup", "--json")
    assert made.code == 0, made.err
    assert made.json["bytes"] == (tmp_path / "monday.followup").stat().st_size
    refused = followup("restore", "monday.followup")
    assert refused.code == 2
    assert "not empty" in refused.err
    other = tmp_path / "var2"
    other.mkdir()
    (other / "demo-secrets.env").write_bytes((tmp_path / "var" / "demo-secrets.env").read_bytes())
    back = followup("restore", "monday.followup", "--var", str(other))
    assert back.code == 0, back.err
    assert "nothing is known" in back.out
    assert followup("db", "status", "--var", str(other)).code == 0
    ours, theirs = followup("alerts", "list", "--json"), followup("alerts", "list", "--json", "--var", str(other))
    assert [one["code"] for one in theirs.json["items"]] == [one["code"] for one in ours.json["items"]]


def test_with_other_keys_nothing_is_left_behind(followup: Command, clinic: Demo, tmp_path: Path) -> None:
    assert followup("backup", "monday.followup").code == 0
    other = tmp_path / "var2"
    other.mkdir()
    secrets = (tmp_path / "var" / "demo-secrets.env").read_text()
    keys = [line for line in secrets.splitlines() if line.startswith("FOLLOWUP_DATA_KEYS=")]
    (other / "demo-secrets.env").write_text(secrets.replace(keys[0], "FOLLOWUP_DATA_KEYS=" + "A" * 43 + "="))
    refused = followup("restore", "monday.followup", "--var", str(other))
    assert refused.code == 2
    assert "FOLLOWUP_DATA_KEYS" in refused.err
    assert not (other / "followup.sqlite").exists()


def test_a_backup_replaces_no_file(followup: Command, clinic: Demo, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("mine")
    assert followup("backup", "there").code == 2
    assert (tmp_path / "there").read_text() == "mine"


def test_what_is_not_there_is_said(followup: Command, tmp_path: Path) -> None:
    assert "no database" in followup("backup", "x").err
    done = followup("restore", "x")
    assert (done.code, "no backup at x" in done.err) == (2, True)
    assert not os.path.lexists(tmp_path / "var" / "followup.sqlite")
