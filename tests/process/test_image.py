"""The recipe of the image, walked step by step without a container engine: what it copies, installs and starts."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.process.service import PATIENCE, ROOT, Service, run
from tests.support.twilio_stand_in import TwilioStandIn

#: Modules of the service must come from the folder it was installed into, not from the sources.
WHERE = "import followup, sys; sys.stdout.write(followup.__file__)"


def steps(stage: int) -> list[tuple[str, str]]:
    """The instructions of one stage, each with its words on one line."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    starts = [number for number, line in enumerate(lines) if line.startswith("FROM ")]
    ends = [*starts[1:], len(lines)]
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines[starts[stage] : ends[stage]]]


def copies(stage: int) -> list[tuple[list[str], str]]:
    """What a stage takes from the project, and where it puts it."""
    taken = [words.split() for name, words in steps(stage) if name == "COPY" and "--from" not in words]
    return [(words[:-1], words[-1]) for words in taken]


def allowed() -> set[str]:
    """What .dockerignore lets through."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return {line.removeprefix("!") for line in lines if line.startswith("!")}


def take(stage: int, into: Path) -> None:
    """Copy as the image does, through .dockerignore."""
    for sources, target in copies(stage):
        for source in sources:
            assert source in allowed(), f".dockerignore keeps {source} from the builder"
            place = into / target if len(sources) == 1 and not target.endswith("/") else into / target / source
            place.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, place)


def value(name: str) -> str:
    """The words of the last stage's only instruction of a name."""
    (found,) = [words for instruction, words in steps(1) if instruction == name]
    return found


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project built from what the first stage copies, and installed as the recipe does."""
    sources, target = tmp_path_factory.mktemp("src"), tmp_path_factory.mktemp("image") / "site"
    take(0, sources)
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target", str(target), "."]
    assert "--no-deps --no-build-isolation ." in " ".join(words for _, words in steps(0))
    done = subprocess.run(
        [sys.executable, *install], cwd=sources, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr
    return target


def test_the_image_starts_serves_and_ends(installed: Path, tmp_path: Path, twilio: TwilioStandIn) -> None:
    home = tmp_path / "srv"
    home.mkdir()
    take(1, home)
    own = {
        "PYTHONPATH": str(installed),
        "FOLLOWUP_SCHEDULES": "schedules.yaml",
        "FOLLOWUP_TEMPLATES": "templates",
        "FOLLOWUP_HOST": "127.0.0.1",  # the image listens for its proxy; a test stays on loopback
    }
    where = run(home, ["-c", WHERE], own)
    assert where.stdout.startswith(str(installed)), where.stderr

    assert json.loads(value("CMD")) == ["python", "worker.py"]
    service = Service(home, twilio, database=f"sqlite:///{home / 'var' / 'followup.sqlite'}", **own)
    service.worker = home / "worker.py"
    (home / "var").mkdir()
    with service:
        check = json.loads(re.sub(r"^.*?CMD ", "", value("HEALTHCHECK")))
        assert check[:2] == ["python", "-c"]
        assert run(home, check[1:], {**own, "FOLLOWUP_PORT": str(service.web.port)}).returncode == 0
        assert service.web.ask("GET", "/staff/sign-in").status == 200
        assert service.terminate(10) == 0


def test_the_health_check_fails_where_nothing_answers(tmp_path: Path) -> None:
    check = json.loads(re.sub(r"^.*?CMD ", "", value("HEALTHCHECK")))
    assert run(tmp_path, check[1:], {"FOLLOWUP_PORT": "9"}).returncode != 0


def test_it_runs_as_nobody_in_particular_and_ends_by_sigterm() -> None:
    user = value("USER")
    assert int(user) > 0
    (made,) = [words for name, words in steps(1) if name == "RUN" and "useradd" in words]
    assert f"--uid {user}" in made
    assert "-m 0700 /srv/followup/var" in made
    assert value("VOLUME") == "/srv/followup/var"
    assert value("STOPSIGNAL") == "SIGTERM"


def test_everything_is_installed_from_the_lock() -> None:
    installs = [words for name, words in steps(0) if name == "RUN" and " install " in words]
    assert [("--require-hashes" in words) or ("--no-deps" in words) for words in installs] == [True, True]
