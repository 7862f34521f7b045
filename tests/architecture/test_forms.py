"""The files that people fill in or read are in step with the code."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from followup.settings import Settings, load

ROOT = Path(__file__).parents[2]
FORM = ROOT / ".env.example"


@pytest.fixture(autouse=True)
def without_settings(monkeypatch):
    for name in os.environ:
        if name.startswith(("FOLLOWUP_", "TWILIO_")):
            monkeypatch.delenv(name)


def test_the_form_of_settings_lists_each_once():
    listed = re.findall(r"^([A-Z_]+)=", FORM.read_text(encoding="utf-8"), re.MULTILINE)
    known = {str(field.validation_alias) for field in Settings.model_fields.values()}
    assert set(listed) == known
    assert len(listed) == len(known)


def test_each_setting_on_the_form_is_explained():
    blocks = FORM.read_text(encoding="utf-8").split("\n\n")
    assert [block for block in blocks if re.match(r"[A-Z_]+=", block) and "ACCOUNT_SID" not in block] == []


def test_the_form_is_valid_as_it_stands():
    assert load(Settings, env_file=FORM) == load(Settings, env_file=None)


def test_each_target_of_make_is_explained():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    declared = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert declared is not None
    assert set(re.findall(r"^([a-z-]+):.*## .+$", makefile, re.MULTILINE)) == set(declared[1].split())


def test_locks_name_no_index():
    """Where packages come from is the machine's business, not the lock's."""
    for lock in (ROOT / "requirements").glob("*.txt"):
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links|file:", lock.read_text(encoding="utf-8"))
