"""A real browser on a real demo: the process is started as a newcomer would, the pages are driven by what they show."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright import sync_api

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "token-of-the-browser-tests"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_BUNDLES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_PATIENCE = 20_000  # milliseconds that a page waits for what it expects


@dataclass
class Demo:
    """A running demo and the password of its accounts."""

    address: str
    password: str


@dataclass
class Visitor:
    """One browser window, and everything in it that went wrong or reached elsewhere."""

    page: sync_api.Page
    troubles: list[str] = field(default_factory=list)

    def watch(self, address: str) -> None:
        """Note script errors, refusals of the content policy, failed requests and requests to anywhere else."""
        self.page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        self.page.on("console", self._note_console)
        self.page.on(
            "request",
            lambda request: None if request.url.startswith(address) else self.troubles.append(f"asked {request.url}"),
        )
        self.page.on(
            "response",
            lambda answer: self.troubles.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None,
        )

    def _note_console(self, message: sync_api.ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.troubles.append(f"console: {message.text}")


def _browser_path() -> str | None:
    """As dependable as it gets without a download: the one named, one on the path, an app bundle."""
    named = os.environ.get("CHROME_BIN")
    if named:
        return named
    found = (shutil.which(name) for name in _NAMES)
    return next((path for path in (*found, *_BUNDLES) if path and Path(path).exists()), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[sync_api.Browser]:
    """Chromium. Without one the tests are skipped, unless REQUIRE_BROWSER is set."""
    flags = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags.append("--no-sandbox")
    with sync_api.sync_playwright() as playwright:
        try:
            launched = playwright.chromium.launch(executable_path=_browser_path(), args=flags)
        except sync_api.Error as error:
            if os.environ.get("REQUIRE_BROWSER"):
                raise
            pytest.skip(f"no Chromium was found; set CHROME_BIN ({str(error).splitlines()[0]})")
        yield launched
        launched.close()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """`followup demo` as a process, on a Sunday at 09:00, without the sample patients."""
    command = [sys.executable, "-c", "import sys; from followup.cli import main; sys.exit(main())", "demo"]
    options = ["--port", "0", "--var", str(tmp_path / "var"), "--at", "2026-11-22T09:00:00-06:00"]
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    process = subprocess.Popen(
        [*command, *options, "--no-browser", "--empty"],
        cwd=ROOT,
        env={**kept, "PYTHONUNBUFFERED": "1", "FOLLOWUP_API_TOKEN": TOKEN},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield _started(process)
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _started(process: subprocess.Popen[str]) -> Demo:
    assert process.stdout is not None
    said = ""
    address = password = None
    while not (address and password):
        line = process.stdout.readline()
        assert line, f"the demo ended: {said}"
        said += line
        address = address or re.search(r"^ready (http://\S+)", line)
        password = password or re.search(r"password (\S+)", line)
    return Demo(address=address[1], password=password[1])


@pytest.fixture(params=["phone", "desk"])
def visitor(request: pytest.FixtureRequest, browser: sync_api.Browser, demo: Demo) -> Iterator[Visitor]:
    """A window as wide as a phone in light colours, or as a desk in dark ones; nothing in it may go wrong."""
    if request.param == "phone":
        context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="light")
    else:
        context = browser.new_context(viewport={"width": 1280, "height": 860}, color_scheme="dark")
    context.set_default_timeout(_PATIENCE)
    came = Visitor(context.new_page())
    came.watch(demo.address)
    yield came
    context.close()
    assert came.troubles == []


@pytest.fixture
def desk_visitor(browser: sync_api.Browser, demo: Demo) -> Iterator[Visitor]:
    """A window as wide as a desk; nothing in it may go wrong."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    context.set_default_timeout(_PATIENCE)
    came = Visitor(context.new_page())
    came.watch(demo.address)
    yield came
    context.close()
    assert came.troubles == []


@pytest.fixture
def plain_visitor(browser: sync_api.Browser, demo: Demo) -> Iterator[Visitor]:
    """A browser that runs no scripts."""
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(_PATIENCE)
    came = Visitor(context.new_page())
    came.watch(demo.address)
    yield came
    context.close()
    assert came.troubles == []
