"""Puts the web floor together: webhooks, health, API, pages. The process and the demo call `create_app`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from itsdangerous import URLSafeSerializer
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ExceptionHandler

from followup import log
from followup.errors import BadInput, Conflict, FollowupError, NotFound
from followup.storage.errors import StorageError
from followup.web.api.app import create_api
from followup.web.bodies import BodyLimit
from followup.web.csrf import Forms
from followup.web.deps import WebDeps
from followup.web.headers import SecurityHeaders
from followup.web.health import health_routes
from followup.web.pages import Pages
from followup.web.peer import Origins
from followup.web.simulator.api import simulator_api_routes
from followup.web.simulator.pages import simulator_routes
from followup.web.site import Endpoint, Site
from followup.web.staff.account import account_routes
from followup.web.staff.alert import alert_routes
from followup.web.staff.board import board_routes
from followup.web.staff.door import door_routes
from followup.web.staff.emergency_access import emergency_access_routes
from followup.web.staff.inbox import inbox_routes
from followup.web.staff.invitation import invitation_routes
from followup.web.staff.link import link_routes
from followup.web.staff.lists import lists_routes
from followup.web.staff.patient import patient_routes
from followup.web.staff.people import people_routes
from followup.web.staff.rota import rota_routes
from followup.web.staff.routine import routine_routes
from followup.web.staff.second_factor import second_factor_routes
from followup.web.staff.today import today_routes
from followup.web.static_files import Static
from followup.web.webhooks import webhook_routes

_log = log.get(__name__)


def create_app(deps: WebDeps) -> Starlette:
    """The application, ready for a server. Raises nothing; connects to nothing until it is asked."""
    site = Site(
        deps=deps,
        pages=Pages(deps.pages, demo=deps.simulation is not None),
        forms=Forms(deps.secret_key, public_url=deps.context.policy.public_url, https=deps.secure_cookies),
        devices=URLSafeSerializer(deps.secret_key, salt="device"),
    )
    return Starlette(
        routes=_routes(deps, site),
        middleware=[Middleware(SecurityHeaders, https=deps.secure_cookies), Middleware(BodyLimit), Middleware(Origins)],
        exception_handlers=_handlers(site.pages),
        lifespan=deps.lifespan,
    )


def _routes(deps: WebDeps, site: Site) -> list[BaseRoute]:
    routes: list[BaseRoute] = [Route("/", _home(deps), methods=["GET"]), *health_routes(deps)]
    if deps.webhook is not None:
        routes += webhook_routes(deps.context, deps.webhook)
    routes += [Mount("/api", create_api(deps)), Mount("/static", Static())]
    routes += [*door_routes(site), *second_factor_routes(site), *invitation_routes(site), *account_routes(site)]
    routes += [*people_routes(site), *emergency_access_routes(site)]
    routes += [*board_routes(site), *alert_routes(site), *patient_routes(site), *today_routes(site)]
    routes += [*lists_routes(site), *inbox_routes(site), *routine_routes(site)]
    routes += [*rota_routes(site), *link_routes(site)]
    if deps.simulation is not None:
        routes += simulator_api_routes(deps.simulation, site.forms)
        routes += simulator_routes(site, deps.simulation)
    return routes


def _home(deps: WebDeps) -> Endpoint:
    target = "/simulator" if deps.simulation is not None else "/staff"

    async def home(_request: Request) -> Response:
        return RedirectResponse(target, status_code=303)

    return home


def _handlers(pages: Pages) -> Mapping[Any, ExceptionHandler]:
    """Errors of everything but /api, as plain pages."""

    async def http_error(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - tells the type checker what the handler is for
        return pages.error(error.status_code, _advice(error))

    async def known_error(_request: Request, error: Exception) -> Response:
        return _known(pages, error)

    async def unknown_error(_request: Request, _error: Exception) -> Response:
        return pages.error(500, _LOST)

    return {HTTPException: http_error, FollowupError: known_error, Exception: unknown_error}


_LOST = "Nothing was changed, and it has been logged. If a patient is waiting, pick up the phone."
_ADVICE = {
    404: "The address may be mistyped or old. The board has everything that is open.",
    405: "Go back and use the buttons of the page.",
}


def _advice(error: HTTPException) -> str:
    return _ADVICE.get(error.status_code) or str(error.detail)


def _known(pages: Pages, error: Exception) -> Response:
    match error:
        case StorageError():
            _log.error("the database did not do what was asked", **log.describe(error))
            return pages.error(503 if error.temporary else 500, _LOST)
        case NotFound():
            return pages.error(404, _ADVICE[404])
        case Conflict() | BadInput():
            return pages.error(409 if isinstance(error, Conflict) else 400, str(error))
        case _:
            _log.error("an error that nobody handled", **log.describe(error))
            return pages.error(500, _LOST)
