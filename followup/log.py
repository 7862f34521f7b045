"""Logging that cannot leak patient data: one line of JSON an event, only known fields, everything else taken out.

The worker and the commands call `configure` once; every other module asks `get` for its logger. What may appear in
a log is decided here and nowhere else: a field that is not listed loses its value, texts lose whatever looks like a
phone number or an e-mail address, and an exception leaves its type and place but not its message.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping, Sequence
from datetime import datetime, timedelta
from logging import WARNING
from pathlib import Path
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from followup.errors import FollowupError, InvalidInput

__all__ = ["REMOVED", "WARNING", "configure", "describe", "get", "redact", "scrub", "without_addresses"]

#: The fields whose values may be written. Ids are our own opaque ones; names of patients have no field.
FIELDS = frozenset(
    """
    event level logger timestamp error where caused_by job lane channel state code kind count seconds id message alert
    check_in infusion inbound version mode role host port route method status problem setting worker topic reason
    """.split()
)
REMOVED = "[removed]"
#: Longer texts are somebody's words.
LONGEST_TEXT = 200
MOST_CAUSES = 5
#: A local number without its area.
FEWEST_DIGITS = 7

_PHONE = re.compile(r"(?<![0-9A-Za-z])\+?\(?\d[\d\-\s().]{5,}\d(?![0-9A-Za-z])")
_EMAIL = re.compile(r"\S+@\S+")


def get(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of one module; `name` is the module's name."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger


def configure(*, stream: TextIO | None = None, level: int = logging.INFO, console: bool | None = None) -> None:
    """Write everything to `stream` (standard error), events of other people's libraries from warnings on.

    `console`: lines for people instead of JSON; by default where the stream is a terminal.
    """
    out = stream or sys.stderr
    for_people = out.isatty() if console is None else console
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _describe_exception,
        redact,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_only_the_template, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(for_people=for_people)],
            use_get_message=False,
        )
    )
    _take_over(handler, level)


def _take_over(handler: logging.Handler, level: int) -> None:
    """Make `handler` the only way out, also for libraries that set up their own."""
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("followup").setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "apscheduler", "sqlalchemy", "urllib3", "twilio"):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
        library.disabled = False
        library.setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").disabled = True
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # a failing handler would print the record, arguments and all


def _renderer(*, for_people: bool) -> Processor:
    if for_people:
        return structlog.dev.ConsoleRenderer(colors=True)
    return structlog.processors.JSONRenderer(ensure_ascii=False)


def redact(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:  # noqa: ARG001 - structlog's signature
    """Leave only known fields, and in their texts nothing that looks like a person's number, address or words."""
    return {key: _value(key, value) for key, value in event.items()}


def _value(key: str, value: object) -> object:
    if key.startswith("_"):  # structlog's own, taken out before anything is written
        return value
    if key not in FIELDS:
        return REMOVED
    if key == "timestamp":
        return value
    return _plain(value)


def _plain(value: object) -> object:
    match value:
        case None | bool() | int() | float():
            return value
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case str():
            return scrub(value)
        case tuple() | list():
            return [_plain(each) for each in value]
        case _:
            return REMOVED


def scrub(text: str) -> str:
    """`text` without what looks like a phone number or an e-mail address; a long text goes altogether."""
    return REMOVED if len(text) > LONGEST_TEXT else without_addresses(text)


def without_addresses(text: str) -> str:
    """`text` without what looks like a phone number or an e-mail address, however long it is."""
    return _PHONE.sub(_without_number, _EMAIL.sub(REMOVED, text))


def _without_number(found: re.Match[str]) -> str:
    digits = sum(character.isdigit() for character in found.group())
    return REMOVED if digits >= FEWEST_DIGITS else found.group()


def _only_the_template(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:  # noqa: ARG001
    """Other people's events without their arguments, which may hold anything."""
    record: logging.LogRecord = event["_record"]
    event["event"] = record.msg if isinstance(record.msg, str) else REMOVED
    if record.exc_info and "exc_info" not in event:
        event["exc_info"] = record.exc_info
    return event


def _describe_exception(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:  # noqa: ARG001
    """Put type and place of an exception in place of its message and trace."""
    error = _exception(event.pop("exc_info", None))
    event.pop("stack_info", None)
    if error is not None:
        event.update(describe(error))
    return event


def _exception(given: object) -> BaseException | None:
    match given:
        case BaseException():
            return given
        case (_, BaseException() as error, _):
            return error
        case None | False:
            return None
        case _:
            return sys.exc_info()[1]


def describe(error: BaseException) -> MutableMapping[str, object]:
    """`error` as fields for a log: its type, its place in our code, what caused it; words only where they are ours."""
    fields: MutableMapping[str, object] = {"error": _name(error), "where": _place(error)}
    if isinstance(error, FollowupError):
        fields["reason"] = _own_words(error)
    causes = _causes(error)
    if causes:
        fields["caused_by"] = [f"{_name(cause)} at {_place(cause)}" for cause in causes]
    return fields


def _own_words(error: FollowupError) -> str:
    """The message of an error of ours holds no patient data; the answer to an input names only places in it."""
    if isinstance(error, InvalidInput):
        return f"{error} ({', '.join(problem.at for problem in error.problems[:5])})"
    return str(error)


def _causes(error: BaseException) -> Sequence[BaseException]:
    causes: list[BaseException] = []
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    while cause is not None and cause not in causes and len(causes) < MOST_CAUSES:
        causes.append(cause)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return causes


def _name(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _place(error: BaseException) -> str | None:
    """The innermost line of our own code, else the innermost of all."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_PACKAGE)]
    for frame in reversed(ours or frames):
        return f"{_short(frame.filename)}:{frame.lineno} in {frame.name}"
    return None


_PACKAGE = Path(__file__).parent


def _short(filename: str) -> str:
    path = Path(filename)
    return path.relative_to(_PACKAGE.parent).as_posix() if path.is_relative_to(_PACKAGE) else path.name
