"""The page behind the link in a notice: code, level and age of one alert, and one button that takes it.

Opening it changes nothing, however often a mail scanner does; it never shows who the patient is. Whoever has taken it
may let their own phone be rung and connected to the patient, without a sign-in: the phone on file is what proves them.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from followup.domain.alert import Alert, AlertStatus
from followup.domain.people import Channel
from followup.errors import Conflict
from followup.services.acknowledge_alert import acknowledge
from followup.services.call_patient import bridge
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
        return site.show(request, "link", {**_values(site, *found), "rings": "rings" in request.query_params})

    def pressed(request: Request, fields: Fields) -> Response:
        found = _found(site, request)
        if found is None:
            return _neutral(site, request)
        alert, person = found
        if fields.get("do") == "connect":
            return _connected(site, request, alert, person)
        acknowledge(site.context, alert=alert.id, person=person, via="link")
        site.deps.settle()
        return RedirectResponse(request.url.path, status_code=303)

    return [
        Route("/a/{token}", site.public(shown), methods=["GET"]),
        Route("/a/{token}", site.form(pressed), methods=["POST"]),
    ]


def _found(site: Site, request: Request) -> tuple[Alert, str] | None:
    """By whichever clock is behind: in the demo the clock is pushed, and a link that was just sent must open."""
    now = min(site.deps.real_clock.now(), site.context.clock.now())
    found = linked_alert(site.context, hash_of(request.path_params["token"]), now=now)
    staff = site.context.content.current().content.configuration.staff
    return found if found is not None and found[1] in staff else None


def _connected(site: Site, request: Request, alert: Alert, person: str) -> Response:
    """Ring the phone of whoever took it; for anybody else the page says how things stand."""
    values = _values(site, alert, person)
    if alert.status is not AlertStatus.ACKNOWLEDGED or alert.acknowledged_by != values["name"]:
        return RedirectResponse(request.url.path, status_code=303)
    try:
        bridge(site.context, alert=alert.id, person=person)
    except Conflict as error:
        return site.show(request, "link", {**values, "refused": str(error)}, status=409)
    site.deps.settle()
    return RedirectResponse(f"{request.url.path}?rings", status_code=303)


def _neutral(site: Site, request: Request) -> Response:
    """The same for a link that never was, was meddled with or has ended."""
    return site.missed(request, "link_ended")


def _values(site: Site, alert: Alert, person: str) -> dict[str, Any]:
    configuration = site.context.content.current().content.configuration
    return {
        "alert": alert,
        "name": configuration.staff[person].name,
        "clinic": clinic_of(configuration, alert.clinic),
        "can_connect": Channel.VOICE in site.context.gateways and bool(alert.patient or alert.sender),
        "rings": False,
        "refused": None,
    }
