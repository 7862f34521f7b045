"""Commands run in this process on a demo database whose clock stands."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from followup.bootstrap.demo import Demo, demo
from followup.cli import main
from followup.settings import Settings, load

ROOT = Path(__file__).resolve().parents[2]
SUNDAY = datetime.fromisoformat("2026-11-22T09:00:00-06:00")


@dataclass(frozen=True, slots=True)
class Done:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


Command = Callable[..., Done]


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine, an empty folder to stand in, and the project's schedule and templates."""
    for name in [*os.environ]:
        if name.startswith(("FOLLOWUP_", "TWILIO_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FOLLOWUP_SCHEDULES", str(ROOT / "schedules.yaml"))
    monkeypatch.setenv("FOLLOWUP_TEMPLATES", str(ROOT / "templates"))


@pytest.fixture
def followup(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command."""

    def run(*arguments: str) -> Done:
        code = main(arguments)
        printed = capsys.readouterr()
        return Done(code, printed.out, printed.err)

    return run


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Demo]:
    """A demo below `var`, where commands look by themselves, with its sample patients."""
    made = demo(load(Settings), var=Path("var"), at=SUNDAY, empty=False, public_url="http://127.0.0.1:8000")
    yield made
    made.close()
