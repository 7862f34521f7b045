"""The unit, the compose file and the proxy's file fit the service they start."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from followup.settings import Settings
from followup.worker.main import Role

ROOT = Path(__file__).parents[2]
UNIT = (ROOT / "deploy" / "followup.service").read_text(encoding="utf-8")
CADDY = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
SETTINGS = {str(field.validation_alias) for field in Settings.model_fields.values()}


def _compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return read


def _unit(name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", UNIT, re.MULTILINE)


def test_compose_runs_the_web_side_two_workers_a_database_and_a_proxy() -> None:
    services = _compose()["services"]
    roles = sorted(service["command"][-1] for service in services.values() if "command" in service)
    assert roles == [Role.WEB.value, Role.WORKER.value, Role.WORKER.value]
    assert {"db", "proxy"} < services.keys()


@pytest.mark.parametrize("name", ["web", "worker-1", "worker-2"])
def test_what_compose_sets_are_settings_and_what_it_mounts_is_there(name: str) -> None:
    service = _compose()["services"][name]
    assert service["environment"].keys() <= SETTINGS
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert (service["environment"]["FOLLOWUP_SCHEDULES"], service["volumes"]) == (
        "clinic/schedules.yaml",
        ["./clinic:/srv/followup/clinic:ro"],
    )


def test_only_the_proxy_is_reached_from_outside() -> None:
    compose = _compose()
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["proxy"]
    assert compose["services"]["db"]["networks"] == ["inside"]
    assert compose["networks"]["inside"]["internal"] is True


def test_no_password_is_written_down() -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    assert re.findall(r"(?i)password: (?!\"?\$\{)\S+", text) == []


def test_the_unit_starts_the_worker_and_gives_it_its_ten_seconds() -> None:
    (start,) = _unit("ExecStart")
    (folder,) = _unit("WorkingDirectory")
    assert start == f"{folder}/.venv/bin/python worker.py"
    assert (ROOT / start.split()[-1]).is_file()
    assert int(_unit("TimeoutStopSec")[0]) > 10
    assert _unit("Restart") == ["always"]
    assert _unit("ReadWritePaths") == [f"{folder}/var"]
    assert _unit("User") == ["followup"]


def test_the_proxy_logs_no_addresses_and_keeps_metrics_inside() -> None:
    directives = [line.strip() for line in CADDY.splitlines() if line.strip() and not line.strip().startswith("#")]
    assert not [line for line in directives if line.split()[0] == "log"]
    assert "@inner path /metrics" in directives
    assert "respond @inner 404" in directives
    assert any(line.startswith("reverse_proxy ") for line in directives)
