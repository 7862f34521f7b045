"""Every setting of the service, from the environment, `.env` or secret files, checked together before anything starts.

`load` is called by the worker and the commands; bootstrap turns the values into a running service. `.env.example`
tells what each setting is for.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from followup.errors import InvalidInput, Problem

KEY_BYTES = 32
FILE_SUFFIX = "_FILE"
ENV_FILE = Path(".env")
#: Names that begin like ours and are none of ours are mistakes.
OUR_PREFIX = "FOLLOWUP_"
TWILIO = frozenset(
    {
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_MESSAGING_SERVICE_SID",
        "TWILIO_FROM_NUMBER",
        "TWILIO_STAFF_FROM_NUMBER",
    }
)

Given = Mapping[str, str]
Check = Callable[[Given], list[Problem]]


class InvalidSettings(InvalidInput):
    """Settings that cannot be used, all mistakes at once; no message holds a value."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("the settings cannot be used", problems)


# --- what a single value may be ------------------------------------------------------------------


def _words(value: object) -> object:
    """A list separated by commas."""
    return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value


def _keys(value: object) -> object:
    return tuple(_key(str(word)) for word in _listed(value))


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        message = f"must be base64 of {KEY_BYTES} random bytes (`openssl rand -base64 {KEY_BYTES}` makes one)"
        raise ValueError(message)
    return key


def _listed(value: object) -> tuple[object, ...]:
    words = _words(value)
    return words if isinstance(words, tuple) else (words,)


def _switch(value: object) -> object:
    choices = {"1": True, "0": False, "true": True, "false": False, "yes": True, "no": False, "on": True, "off": False}
    if isinstance(value, str):
        if value.strip().lower() not in choices:
            message = "must be 1 or 0"
            raise ValueError(message)
        return choices[value.strip().lower()]
    return value


def _number(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}", value):
        message = "must be a number with its country, such as +13125550100, or a short code"
        raise ValueError(message)
    return value


def _address(*schemes: str) -> Callable[[object], object]:
    expected = " or ".join(f"{scheme}://host" for scheme in schemes)

    def check(value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            parts = urlsplit(value)
            fine = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
        except ValueError:
            fine = False
        if not fine:
            message = f"must be an address that begins with {expected}"
            raise ValueError(message)
        return value.rstrip("/") if value.startswith("http") else value

    return check


def _named_addresses(value: object) -> object:
    """`kay-pager=pagerduty://...,team=slack://...`: addresses may hold commas, so a part begins with a name."""
    if not isinstance(value, str):
        return value
    parts = re.split(r"\s*,\s*(?=[a-z0-9][a-z0-9_-]{0,39}=[A-Za-z0-9+.-]+://)", value.strip())
    found = [re.fullmatch(r"([a-z0-9][a-z0-9_-]{0,39})=([A-Za-z0-9+.-]+://\S+)", part) for part in parts]
    if not all(found):
        message = "must be names with addresses, such as kay-pager=pagerduty://KEY@APIKEY,team=slack://TOKEN/#duty"
        raise ValueError(message)
    return {one[1]: one[2] for one in found if one is not None}


def _port(value: object) -> object:
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and int(value) < 65536):
        message = "must be a port, 1 to 65535"
        raise ValueError(message)
    return value


Keys = Annotated[tuple[bytes, ...], NoDecode, BeforeValidator(_keys)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
Switch = Annotated[bool, BeforeValidator(_switch)]
Number = Annotated[str, BeforeValidator(_number)]
WebAddress = Annotated[str, BeforeValidator(_address("http", "https"))]
SmtpAddress = Annotated[str, BeforeValidator(_address("smtp", "smtps"))]
ImapAddress = Annotated[str, BeforeValidator(_address("imap", "imaps"))]
NamedAddresses = Annotated[dict[str, str], NoDecode, BeforeValidator(_named_addresses)]
Port = Annotated[int, BeforeValidator(_port)]


def _setting(name: str, **more: Any) -> Any:  # noqa: ANN401 - pydantic's own signature
    return Field(validation_alias=name, **more)


# --- what fits together --------------------------------------------------------------------------


def _together(given: Given) -> list[Problem]:
    """Settings that are half of something."""
    twilio = TWILIO & set(given)
    found = [
        Problem(at=name, message="is missing beside the other TWILIO_ settings; set it, or none of them")
        for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
        if twilio and name not in given
    ]
    if {"TWILIO_MESSAGING_SERVICE_SID", "TWILIO_FROM_NUMBER"} <= twilio:
        found.append(
            Problem(
                at="TWILIO_FROM_NUMBER",
                message="and TWILIO_MESSAGING_SERVICE_SID are both set; keep the one to send from",
            )
        )
    if "FOLLOWUP_SMTP_URL" in given and "FOLLOWUP_EMAIL_FROM" not in given:
        found.append(Problem(at="FOLLOWUP_EMAIL_FROM", message="is missing; FOLLOWUP_SMTP_URL needs a sender"))
    if "FOLLOWUP_EMAIL_FROM" in given and "FOLLOWUP_SMTP_URL" not in given:
        found.append(Problem(at="FOLLOWUP_SMTP_URL", message="is missing; FOLLOWUP_EMAIL_FROM has no way to send"))
    return found


def _live(given: Given) -> list[Problem]:
    """What a service that writes to real people cannot do without."""
    needed = {
        "FOLLOWUP_PUBLIC_URL": "is missing; Twilio's signatures are checked against it",
        "FOLLOWUP_SECRET_KEY": f"is missing; give base64 of {KEY_BYTES} random bytes",
        "FOLLOWUP_DATA_KEYS": f"is missing; give base64 of {KEY_BYTES} random bytes",
        "FOLLOWUP_INDEX_KEY": f"is missing; give base64 of {KEY_BYTES} random bytes",
    }
    found = [Problem(at=name, message=message) for name, message in needed.items() if name not in given]
    if not TWILIO & set(given):
        found.insert(
            0,
            Problem(
                at="TWILIO_ACCOUNT_SID",
                message="is missing; a live service needs Twilio (`followup demo` shows everything without)",
            ),
        )
    elif not {"TWILIO_MESSAGING_SERVICE_SID", "TWILIO_FROM_NUMBER"} & set(given):
        found.append(
            Problem(at="TWILIO_FROM_NUMBER", message="or TWILIO_MESSAGING_SERVICE_SID is missing; texts need a sender")
        )
    return found


# --- the settings --------------------------------------------------------------------------------


class _SecretFiles(PydanticBaseSettingsSource):
    """Reads the file that `NAME_FILE` points to in place of `NAME`."""

    def __init__(self, settings_class: type[BaseSettings], pointers: Mapping[str, str]) -> None:
        super().__init__(settings_class)
        self._pointers = pointers

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The content of the file for one setting, None where no file is named."""
        name = str(field.validation_alias)
        path = self._pointers.get(name + FILE_SUFFIX)
        if not path:
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), name, False
        except (OSError, UnicodeDecodeError):
            raise _Refused([Problem(at=name + FILE_SUFFIX, message="names a file that cannot be read")]) from None

    def __call__(self) -> dict[str, Any]:
        """Every setting that a file gives."""
        found = {}
        for field_name, field in self.settings_cls.model_fields.items():
            value, name, _ = self.get_field_value(field, field_name)
            if value:
                found[name] = value
        return found


class _Refused(Exception):
    """Carries problems out of pydantic, which would reword them."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("settings refused")
        self.problems = problems


class Settings(BaseSettings):
    """What everything has in common: a command may run on it, whatever the database is for."""

    model_config = SettingsConfigDict(
        case_sensitive=True,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
    )
    checks: ClassVar[tuple[Check, ...]] = (_together,)

    database_url: str | None = _setting("FOLLOWUP_DATABASE_URL", default=None, repr=False)
    schedules: Path = _setting("FOLLOWUP_SCHEDULES", default=Path("schedules.yaml"))
    templates: Path = _setting("FOLLOWUP_TEMPLATES", default=Path("templates"))
    import_folder: Path | None = _setting("FOLLOWUP_IMPORT_FOLDER", default=None)
    public_url: WebAddress | None = _setting("FOLLOWUP_PUBLIC_URL", default=None)
    host: str = _setting("FOLLOWUP_HOST", default="127.0.0.1")
    port: Port = _setting("FOLLOWUP_PORT", default=8000)

    secret_keys: Keys = _setting("FOLLOWUP_SECRET_KEY", default=(), repr=False)
    data_keys: Keys = _setting("FOLLOWUP_DATA_KEYS", default=(), repr=False)
    index_keys: Keys = _setting("FOLLOWUP_INDEX_KEY", default=(), repr=False)
    api_token: str | None = _setting("FOLLOWUP_API_TOKEN", default=None, repr=False)

    twilio_account_sid: str | None = _setting("TWILIO_ACCOUNT_SID", default=None, repr=False)
    twilio_auth_tokens: Words = _setting("TWILIO_AUTH_TOKEN", default=(), repr=False)
    twilio_messaging_service_sid: str | None = _setting("TWILIO_MESSAGING_SERVICE_SID", default=None)
    twilio_from_number: Number | None = _setting("TWILIO_FROM_NUMBER", default=None)
    twilio_staff_from_number: Number | None = _setting("TWILIO_STAFF_FROM_NUMBER", default=None)
    twilio_base_url: WebAddress | None = _setting("FOLLOWUP_TWILIO_BASE_URL", default=None)
    provider_answers_keywords: Switch | None = _setting("FOLLOWUP_PROVIDER_ANSWERS_KEYWORDS", default=None)

    smtp_url: SmtpAddress | None = _setting("FOLLOWUP_SMTP_URL", default=None, repr=False)
    imap_url: ImapAddress | None = _setting("FOLLOWUP_IMAP_URL", default=None, repr=False)
    email_from: str | None = _setting("FOLLOWUP_EMAIL_FROM", default=None)
    email_reply_to: str | None = _setting("FOLLOWUP_EMAIL_REPLY_TO", default=None)

    chat_urls: NamedAddresses = _setting("FOLLOWUP_CHAT_URLS", default={}, repr=False)

    heartbeat_url: WebAddress | None = _setting("FOLLOWUP_HEARTBEAT_URL", default=None, repr=False)
    only_to: Words = _setting("FOLLOWUP_ONLY_TO", default=(), repr=False)
    shadow: Switch = _setting("FOLLOWUP_SHADOW", default=False)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's own way needs one folder
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over `.env`, and both over files."""
        files = _SecretFiles(settings_cls, _pointers(dotenv_settings))
        return init_settings, env_settings, dotenv_settings, files

    @model_validator(mode="wrap")
    @classmethod
    def _all_at_once(cls, data: Any, handler: ModelWrapValidatorHandler[Settings]) -> Settings:  # noqa: ANN401
        given = {name: str(value).strip() for name, value in data.items() if str(value).strip()}
        problems = [problem for check in cls.checks for problem in check(given)]
        try:
            settings = handler(data)
        except ValidationError as error:
            raise _Refused(_in_words(error) + problems) from None
        if problems:
            raise _Refused(problems)
        return settings


class LiveSettings(Settings):
    """The settings of a service that writes to real people."""

    checks: ClassVar[tuple[Check, ...]] = (_together, _live)


S = TypeVar("S", bound=Settings)


def load(kind: type[S], *, env_file: Path | None = ENV_FILE) -> S:
    """The settings, checked for `kind`. Raises InvalidSettings with every problem."""
    unknown = _unknown_names(kind, env_file)
    try:
        settings = kind(_env_file=env_file)
    except _Refused as refused:
        raise InvalidSettings(tuple(unknown + refused.problems)) from None
    if unknown:
        raise InvalidSettings(tuple(unknown))
    return settings


def _in_words(error: ValidationError) -> list[Problem]:
    return [
        Problem(at=str(each["loc"][0]), message=each["msg"].removeprefix("Value error, "))
        for each in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def _pointers(dotenv: PydanticBaseSettingsSource) -> dict[str, str]:
    """Every NAME_FILE, the environment's before `.env`'s."""
    read = dotenv.env_vars if isinstance(dotenv, DotEnvSettingsSource) else {}
    both = {**{name: value or "" for name, value in read.items()}, **os.environ}
    return {name: value for name, value in both.items() if name.endswith(FILE_SUFFIX)}


def _unknown_names(kind: type[Settings], env_file: Path | None) -> list[Problem]:
    """Names that begin with FOLLOWUP_ in `.env` and that nothing reads: a misspelt setting must not go unnoticed."""
    if env_file is None or not env_file.is_file():
        return []
    known = {str(field.validation_alias) for field in kind.model_fields.values()}
    read = DotEnvSettingsSource(kind, env_file=env_file, case_sensitive=True).env_vars
    return [
        Problem(at=name, message=f"in {env_file} is not a setting of this service")
        for name in read
        if name.startswith(OUR_PREFIX) and name.removesuffix(FILE_SUFFIX) not in known
    ]
