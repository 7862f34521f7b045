"""Request bodies -> checked values, or every mistake at once in plain words that repeat nothing of what was sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from followup.errors import InvalidInput, Problem

Shape = TypeVar("Shape", bound=BaseModel)


class Wrong(ValueError):
    """A field is wrong in a way that only we know; the message is shown and repeats nothing of the field."""


_FIELD: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")

_MESSAGES: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "missing": lambda _: "is needed",
    "string_type": lambda _: "must be text",
    "string_too_short": lambda _: "must not be empty",
    "string_too_long": lambda ctx: f"must have at most {ctx['max_length']} characters",
    "too_long": lambda ctx: f"must have at most {ctx['max_length']} entries",
    "bool_type": lambda _: "must be true or false",
    "bool_parsing": lambda _: "must be true or false",
    "float_type": lambda _: "must be a number",
    "int_type": lambda _: "must be a whole number",
    "int_parsing": lambda _: "must be a whole number",
    "finite_number": lambda _: "must be a number",
    "greater_than_equal": lambda ctx: f"must be at least {ctx['ge']:g}",
    "less_than_equal": lambda ctx: f"must be at most {ctx['le']:g}",
    "list_type": lambda _: "must be a list",
    "model_type": lambda _: "must be an object",
    "dict_type": lambda _: "must be an object",
    "model_attributes_type": lambda _: "must be an object",
    "literal_error": lambda ctx: f"must be one of {ctx['expected']}",
    "enum": lambda ctx: f"must be one of {ctx['expected']}",
    "extra_forbidden": lambda _: "is not a field here; check its name",
}


async def json_body(request: Request) -> object:
    """The body as JSON. Raises HTTPException 400 where it is none, or names one field twice."""
    body = await request.body()
    try:
        return json.loads(body, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise HTTPException(400, "The body is not readable JSON.") from None


def read(shape: type[Shape], raw: object, context: object = None) -> Shape:
    """`raw` as `shape`; `context` is handed to its checks. Raises InvalidInput with every mistake."""
    try:
        return shape.model_validate(raw, context=context)
    except ValidationError as error:
        found = problems_of(error.errors(include_input=False, include_url=False))
    raise InvalidInput("Some fields were not understood; nothing was recorded.", found)


def problems_of(errors: Sequence[Any]) -> tuple[Problem, ...]:
    """Pydantic's errors in our words, without what they were about."""
    return tuple(Problem(at=_path(error["loc"]), message=_message(error)) for error in errors)


def _message(error: Mapping[str, Any]) -> str:
    kind: str = error["type"]
    ours = error.get("ctx", {}).get("error")
    if isinstance(ours, Wrong):
        return str(ours)
    known = _MESSAGES.get(kind)
    return known(error.get("ctx", {})) if known else "cannot be read"


def _path(location: Sequence[int | str]) -> str:
    """`patient.timezone` for ("body", "patient", "timezone"). Odd field names are what was sent: left out."""
    parts = [str(part) for part in location if part not in {"body", "query", "path"}]
    return ".".join(part if _FIELD.fullmatch(part) else "(unknown)" for part in parts) or "body"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field is named twice")
    return found


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")
