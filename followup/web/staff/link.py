"""The page behind the link in a notice: code, level and age of one alert, and one button that takes it.

Opening it changes nothing, however often a mail scanner does; it never shows who the patient is.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from followup.domain.alert import Alert
from followup.services.acknowledge_alert import acknowledge
from followup.services.context import clinic_of
from followup.services.links import hash_of
from followup.services.list_alerts import linked_alert
from followup.web.site import Fields, Site


def link_routes(site: Site) -> list[Route]:
    """The page and its button."""

    def shown(request: Request) -> Response:
        found = _found(site, request)
        if found is None:
            return _neutral(site, request)
        return site.show(request, "link", _values(site, *found))

    def taken(request: Request, _fields: Fields) -> Response:
        found = _found(site, request)
        if found is None:
            return _neutral(site, request)
        alert, person = found
        acknowledge(site.context, alert=alert.id, person=person, via="link")
        site.deps.settle()
        return RedirectResponse(request.url.path, status_code=303)

    return [
        Route("/a/{token}", site.public(shown), methods=["GET"]),
        Route("/a/{token}", site.form(taken), methods=["POST"]),
    ]


def _found(site: Site, request: Request) -> tuple[Alert, str] | None:
    """By whichever clock is behind: in the demo the clock is pushed, and a link that was just sent must open."""
    now = min(site.deps.real_clock.now(), site.context.clock.now())
    found = linked_alert(site.context, hash_of(request.path_params["token"]), now=now)
    staff = site.context.content.current().content.configuration.staff
    return found if found is not None and found[1] in staff else None


def _neutral(site: Site, request: Request) -> Response:
    """The same for a link that never was, was meddled with or has ended."""
    return site.missed(request, "link_ended")


def _values(site: Site, alert: Alert, person: str) -> dict[str, Any]:
    configuration = site.context.content.current().content.configuration
    return {"alert": alert, "name": configuration.staff[person].name, "clinic": clinic_of(configuration, alert.clinic)}
