"""Settings: what is read from where, and that everything wrong is told at once, without its value."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from followup.settings import InvalidSettings, LiveSettings, Settings, load

KEY = base64.b64encode(bytes(range(32))).decode()
OTHER_KEY = base64.b64encode(bytes(range(1, 33))).decode()
LIVE = {
    "FOLLOWUP_PUBLIC_URL": "https://followup.example.org",
    "FOLLOWUP_SECRET_KEY": KEY,
    "FOLLOWUP_DATA_KEYS": f"{OTHER_KEY},{KEY}",
    "FOLLOWUP_INDEX_KEY": KEY,
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "new-token, old-token",
    "TWILIO_FROM_NUMBER": "+13125550100",
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Tests say themselves what is set, and stand in an empty folder."""
    for name in [*os.environ]:
        if name.startswith(("FOLLOWUP_", "TWILIO_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch):
    """Sets the environment."""

    def give(values: dict[str, str]) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return give


def refused(kind: type[Settings]) -> dict[str, str]:
    with pytest.raises(InvalidSettings) as caught:
        load(kind)
    return {problem.at: problem.message for problem in caught.value.problems}


def test_without_anything_the_defaults_hold() -> None:
    settings = load(Settings)
    assert (settings.database_url, settings.port, settings.host) == (None, 8000, "127.0.0.1")
    assert settings.schedules == Path("schedules.yaml")
    assert settings.templates == Path("templates")
    assert settings.provider_answers_keywords is None
    assert settings.shadow is False


def test_a_complete_live_service(given) -> None:
    given(LIVE)
    settings = load(LiveSettings)
    assert settings.data_keys == (bytes(range(1, 33)), bytes(range(32)))
    assert settings.twilio_auth_tokens == ("new-token", "old-token")
    assert settings.public_url == "https://followup.example.org"


def test_no_secret_shows_in_the_settings_printed(given) -> None:
    given({**LIVE, "FOLLOWUP_API_TOKEN": "api-token", "FOLLOWUP_ONLY_TO": "+13125550142"})
    shown = repr(load(LiveSettings)) + str(load(LiveSettings))
    for secret in ("new-token", "api-token", "+13125550142", KEY, repr(bytes(range(32)))):
        assert secret not in shown


def test_the_environment_wins_over_the_file_and_an_empty_value_is_none(given) -> None:
    Path(".env").write_text("FOLLOWUP_PORT=9000\nFOLLOWUP_HOST=0.0.0.0\nFOLLOWUP_API_TOKEN=\n", encoding="utf-8")
    given({"FOLLOWUP_PORT": "9001", "FOLLOWUP_HOST": ""})
    settings = load(Settings)
    assert (settings.port, settings.host, settings.api_token) == (9001, "0.0.0.0", None)


def test_a_secret_may_stand_in_a_file(given, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n", encoding="utf-8")
    (tmp_path / "keys").write_text(f"{KEY}\n", encoding="utf-8")
    Path(".env").write_text(f"FOLLOWUP_DATA_KEYS_FILE={tmp_path / 'keys'}\n", encoding="utf-8")
    given({"FOLLOWUP_API_TOKEN_FILE": str(tmp_path / "token")})
    settings = load(Settings)
    assert settings.api_token == "from-file"
    assert settings.data_keys == (bytes(range(32)),)


def test_a_secret_file_that_is_not_there_is_told_by_its_setting(given) -> None:
    given({"FOLLOWUP_API_TOKEN_FILE": "/nowhere/token"})
    assert refused(Settings) == {"FOLLOWUP_API_TOKEN_FILE": "names a file that cannot be read"}


def test_a_live_service_without_anything_is_told_everything_it_needs() -> None:
    assert set(refused(LiveSettings)) == {
        "TWILIO_ACCOUNT_SID",
        "FOLLOWUP_PUBLIC_URL",
        "FOLLOWUP_SECRET_KEY",
        "FOLLOWUP_DATA_KEYS",
        "FOLLOWUP_INDEX_KEY",
    }


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN"),
        ("TWILIO_ACCOUNT_SID", "TWILIO_ACCOUNT_SID"),
        ("TWILIO_FROM_NUMBER", "TWILIO_FROM_NUMBER"),
        ("FOLLOWUP_PUBLIC_URL", "FOLLOWUP_PUBLIC_URL"),
        ("FOLLOWUP_INDEX_KEY", "FOLLOWUP_INDEX_KEY"),
    ],
)
def test_one_thing_missing_from_a_live_service(given, missing: str, told: str) -> None:
    given({name: value for name, value in LIVE.items() if name != missing})
    assert set(refused(LiveSettings)) == {told}


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"TWILIO_ACCOUNT_SID": "AC1"}, {"TWILIO_AUTH_TOKEN"}),
        ({"TWILIO_FROM_NUMBER": "+13125550100"}, {"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"}),
        (
            {
                "TWILIO_ACCOUNT_SID": "AC1",
                "TWILIO_AUTH_TOKEN": "t",
                "TWILIO_FROM_NUMBER": "+13125550100",
                "TWILIO_MESSAGING_SERVICE_SID": "MG1",
            },
            {"TWILIO_FROM_NUMBER"},
        ),
        ({"FOLLOWUP_SMTP_URL": "smtps://u:p@mail.example.org"}, {"FOLLOWUP_EMAIL_FROM"}),
        ({"FOLLOWUP_EMAIL_FROM": "clinic@example.org"}, {"FOLLOWUP_SMTP_URL"}),
        ({"FOLLOWUP_PORT": "http"}, {"FOLLOWUP_PORT"}),
        ({"FOLLOWUP_PORT": "70000"}, {"FOLLOWUP_PORT"}),
        ({"FOLLOWUP_SHADOW": "maybe"}, {"FOLLOWUP_SHADOW"}),
        ({"FOLLOWUP_PUBLIC_URL": "followup.example.org"}, {"FOLLOWUP_PUBLIC_URL"}),
        ({"FOLLOWUP_SMTP_URL": "http://mail.example.org", "FOLLOWUP_EMAIL_FROM": "a@b"}, {"FOLLOWUP_SMTP_URL"}),
        ({"FOLLOWUP_DATA_KEYS": "c2hvcnQ="}, {"FOLLOWUP_DATA_KEYS"}),
        ({"FOLLOWUP_SECRET_KEY": "not base64!"}, {"FOLLOWUP_SECRET_KEY"}),
        (
            {"FOLLOWUP_SECRET_KEY": "no", "FOLLOWUP_PORT": "x", "TWILIO_AUTH_TOKEN": "t"},
            {
                "FOLLOWUP_SECRET_KEY",
                "FOLLOWUP_PORT",
                "TWILIO_ACCOUNT_SID",
            },
        ),
    ],
)
def test_what_is_half_or_wrong_is_told_all_at_once_even_for_a_command(given, values, told) -> None:
    given(values)
    problems = refused(Settings)
    assert set(problems) == told
    for value in values.values():
        assert len(value) < 3 or value not in " ".join(problems.values())


def test_a_misspelt_name_in_the_file_does_not_go_unnoticed() -> None:
    Path(".env").write_text("FOLLOWUP_SHADWO=1\nOTHER=1\nFOLLOWUP_API_TOKEN_FILE=\n", encoding="utf-8")
    assert set(refused(Settings)) == {"FOLLOWUP_SHADWO"}


def test_every_setting_is_explained_in_the_example() -> None:
    example = (Path(__file__).parents[1] / ".env.example").read_text(encoding="utf-8")
    names = {line.partition("=")[0] for line in example.splitlines() if line and not line.startswith("#")}
    assert names == {str(field.validation_alias) for field in Settings.model_fields.values()}
