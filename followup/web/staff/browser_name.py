"""A browser by a name that its owner will know it by, such as "Chrome on Android"; made at sign-in."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

# In this order: each browser also names those it wants to be taken for.
_BROWSERS: Final = (
    ("Firefox", ("Firefox/", "FxiOS/")),
    ("Edge", ("Edg/", "EdgA/", "EdgiOS/")),
    ("Samsung Internet", ("SamsungBrowser/",)),
    ("Chrome", ("Chrome/", "CriOS/", "Chromium/")),
    ("Safari", ("Safari/",)),
)
_SYSTEMS: Final = (
    ("iPhone", ("iPhone",)),
    ("iPad", ("iPad",)),
    ("Android", ("Android",)),
    ("Windows", ("Windows",)),
    ("Mac", ("Macintosh",)),
    ("ChromeOS", ("CrOS",)),
    ("Linux", ("Linux",)),
)


def browser_name(request: Request) -> str:
    """What the browser says it is, in plain words."""
    told = request.headers.get("user-agent", "")
    browser, system = _first(_BROWSERS, told), _first(_SYSTEMS, told)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "A browser"


def _first(known: tuple[tuple[str, tuple[str, ...]], ...], told: str) -> str | None:
    return next((name for name, marks in known if any(mark in told for mark in marks)), None)
