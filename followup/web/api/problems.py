"""Errors of /api as `application/problem+json` (RFC 9457). None repeats what was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from followup import log
from followup.errors import BadInput, Conflict, FollowupError, InvalidInput, NotFound, Problem
from followup.storage.errors import StorageError
from followup.web.api.reading import problems_of

_log = log.get(__name__)
PROBLEM_TYPE = "application/problem+json"


class Mistake(BaseModel):
    """One mistake; `at` is a dotted path."""

    at: str
    message: str


class ProblemShape(BaseModel):
    """What every error looks like."""

    title: str
    status: int
    detail: str
    errors: list[Mistake] = Field(default_factory=list)


def problem(
    status: int,
    detail: str,
    *,
    errors: Sequence[Problem] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One error. `errors` only for bad input."""
    content: dict[str, Any] = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    if errors:
        content["errors"] = [{"at": each.at, "message": each.message} for each in errors]
    return JSONResponse(content, status_code=status, media_type=PROBLEM_TYPE, headers=dict(headers or {}))


def documented(*statuses: int, known: str | None = None) -> dict[int | str, dict[str, Any]]:
    """The errors of a route for its OpenAPI description, with those of every route; `known` describes a 200."""
    shape = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemShape"}}}
    every = (*statuses, 401, 403, 503)
    found: dict[int | str, dict[str, Any]] = {
        status: {"description": HTTPStatus(status).phrase, "content": shape} for status in every
    }
    return found if known is None else {200: {"description": known}, **found}


def add_problem_handlers(app: FastAPI) -> None:
    """Let every error of `app` leave as a problem."""

    async def http_error(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - tells the type checker what the handler is for
        return problem(error.status_code, error.detail, headers=error.headers)

    async def bad_parameters(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
        return problem(422, "The request was not understood.", errors=problems_of(error.errors()))

    async def known_error(_request: Request, error: Exception) -> Response:
        assert isinstance(error, FollowupError)  # noqa: S101 - as above
        return known_problem(error)

    async def unknown_error(_request: Request, _error: Exception) -> Response:
        return problem(500, "Something went wrong on our side. Nothing was changed; it has been logged.")

    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, bad_parameters)
    app.add_exception_handler(FollowupError, known_error)
    app.add_exception_handler(Exception, unknown_error)


def known_problem(error: FollowupError) -> Response:
    """An error that was raised on purpose, as a problem."""
    match error:
        case StorageError():
            _log.error("the database did not do what was asked", **log.describe(error))
            if error.temporary:
                return problem(503, "The database is not available just now. Try again.", headers={"retry-after": "5"})
            return problem(500, "Something went wrong on our side. Nothing was changed; it has been logged.")
        case NotFound():
            return problem(404, str(error))
        case Conflict():
            return problem(409, str(error))
        case InvalidInput():
            return problem(422, str(error), errors=error.problems)
        case BadInput():
            return problem(422, str(error))
        case _:
            _log.error("an error that nobody handled", **log.describe(error))
            return problem(500, "Something went wrong on our side. Nothing was changed; it has been logged.")
