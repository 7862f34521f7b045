"""Front-end files are vendored as they were published: nothing is fetched when the service runs."""

from __future__ import annotations

import hashlib
import json
import re

from followup.web.static_files import FOLDER
from tests.support.clinic import ROOT
from tests.web.conftest import Web

VENDOR = FOLDER / "vendor"


def test_vendored_files_are_those_of_the_manifest() -> None:
    """Version and SHA-256 of each; no file that is not listed, but the licences."""
    listed = json.loads((VENDOR / "MANIFEST.json").read_text())
    for entry in listed:
        content = (VENDOR / entry["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], entry["file"]
        assert entry["version"] in entry["file"]
    others = {path.name for path in VENDOR.iterdir()} - {entry["file"] for entry in listed}
    assert others == {"MANIFEST.json", "htmx-LICENSE.txt", "pico-LICENSE.md"}


def test_pages_ask_for_nothing_from_elsewhere() -> None:
    """Every address that a template loads from is our own and there."""
    for page in (ROOT / "templates" / "pages").glob("*.html"):
        for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', page.read_text()):
            assert (FOLDER / address.removeprefix("/static/")).is_file(), address
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page.read_text()), page.name


def test_static_files_are_served_and_nothing_beside_them(standing: Web) -> None:
    """With a day's keeping; no climbing out of the folder."""
    browser = standing.browser()
    style = browser.get("/static/site.css")
    assert (style.status_code, style.headers["cache-control"]) == (200, "public, max-age=86400")
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/", "/static/nothing.css"):
        assert browser.get(path).status_code == 404, path
