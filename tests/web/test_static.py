"""Front-end files are vendored as they were published: nothing is fetched when the service runs."""

from __future__ import annotations

import hashlib
import json
import re

from followup.web.static_files import FOLDER
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


def test_pages_ask_for_nothing_from_elsewhere(standing_demo: Web) -> None:
    """Every address that a page loads from is our own, there, and kept by its hash."""
    browser = standing_demo.browser()
    asked = set()
    for page in ("/simulator", "/staff/sign-in", "/nothing"):
        shown = browser.get(page).text
        assert not re.search(r'<(?:script|link|img)[^>]*(?:src|href)="(?!/static/)', shown), page
        asked |= set(re.findall(r'(?:src|href)="(/static/[^"]+)"', shown))
    assert len(asked) == 5
    for address in asked:
        answer = browser.get(address)
        assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True), address


def test_static_files_are_served_and_nothing_beside_them(standing: Web) -> None:
    """With a day's keeping; no climbing out of the folder."""
    browser = standing.browser()
    style = browser.get("/static/site.css")
    assert (style.status_code, style.headers["cache-control"]) == (200, "public, max-age=86400")
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/", "/static/nothing.css"):
        assert browser.get(path).status_code == 404, path
