"""The secrets of a demo, made at its first start and kept in one file that only its owner may read."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from followup.settings import KEY_BYTES, Settings

FILE = "demo-secrets.env"
PASSWORD = "DEMO_PASSWORD"  # noqa: S105 - the name, not a password
_KEYS = ("FOLLOWUP_SECRET_KEY", "FOLLOWUP_DATA_KEYS", "FOLLOWUP_INDEX_KEY")
_TOKEN = "FOLLOWUP_API_TOKEN"  # noqa: S105 - the name of the setting

# Four words of these are easily typed and not easily guessed.
_WORDS = (
    "amber anchor apple arrow autumn basil beacon birch breeze bridge candle canyon cedar cherry clover cobalt "
    "comet copper coral cotton crystal daisy delta dune ember falcon feather fern forest garden ginger glacier "
    "granite harbor hazel heron honey island ivory jasmine juniper lagoon lantern laurel lemon lilac linen "
    "maple marble meadow mint morning nectar oasis olive orchid otter pebble pepper pine planet pollen poppy "
    "prairie quartz rain raven reef ridge river robin saffron sage sand shell silver sparrow spruce stone "
    "summer thistle thunder timber tulip valley velvet violet walnut willow winter"
).split()


def with_demo_keys(settings: Settings, var: Path) -> Settings:
    """`settings`, with what is not set in them taken from the demo below `var`, if there is one."""
    kept = _read(var / FILE)
    if not kept:
        return settings
    return _filled(settings, kept)


def make_demo_keys(settings: Settings, var: Path) -> tuple[Settings, str]:
    """`settings` with keys and an API token, and the password of the demo's accounts; made where there are none."""
    file = var / FILE
    kept = _read(file)
    made = {name: kept.get(name) or _new_key() for name in _KEYS}
    made[_TOKEN] = kept.get(_TOKEN) or secrets.token_urlsafe(24)
    made[PASSWORD] = kept.get(PASSWORD) or "-".join(secrets.choice(_WORDS) for _ in range(4))
    if made != kept:
        _write(file, made)
    return _filled(settings, made), made[PASSWORD]


def _filled(settings: Settings, kept: dict[str, str]) -> Settings:
    """What is set wins; the rest comes from the file."""
    return settings.model_copy(
        update={
            "secret_keys": settings.secret_keys or _decoded(kept, "FOLLOWUP_SECRET_KEY"),
            "data_keys": settings.data_keys or _decoded(kept, "FOLLOWUP_DATA_KEYS"),
            "index_keys": settings.index_keys or _decoded(kept, "FOLLOWUP_INDEX_KEY"),
            "api_token": settings.api_token or kept.get(_TOKEN),
        }
    )


def _decoded(kept: dict[str, str], name: str) -> tuple[bytes, ...]:
    return (base64.b64decode(kept[name]),) if name in kept else ()


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _read(file: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    lines = file.read_text(encoding="utf-8").splitlines()
    return {name: value for name, _, value in (line.partition("=") for line in lines) if value}


def _write(file: Path, values: dict[str, str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8") as out:
        out.write("# The secrets of this demo. Without them its database cannot be read.\n")
        out.writelines(f"{name}={value}\n" for name, value in values.items())
    draft.replace(file)
