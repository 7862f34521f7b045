"""The page behind an invitation: somebody sets their password. Opening it changes nothing."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from followup.errors import InvalidInput
from followup.services.invite_staff import accept, invited
from followup.web.site import Fields, Site
from followup.web.staff.door import past_the_password


def invitation_routes(site: Site) -> list[Route]:
    """The page and its form."""

    def shown(request: Request) -> Response:
        member = invited(site.context, request.path_params["token"], now=site.deps.real_clock.now())
        if member is None:
            return _neutral(site, request)
        return site.show(request, "invitation", {"name": member.name, "advice": None})

    def taken(request: Request, fields: Fields) -> Response:
        now, token = site.deps.real_clock.now(), request.path_params["token"]
        member = invited(site.context, token, now=now)
        if member is None:
            return _neutral(site, request)
        password = fields.get("password", "")
        advice = None if password == fields.get("again", "") else "The two are not alike. Type it twice."
        if advice is None:
            try:
                begun = accept(
                    site.context,
                    token,
                    password,
                    passwords=site.deps.passwords,
                    now=now,
                    limits=site.deps.limits,
                    second_factor=site.deps.second_factor,
                )
            except InvalidInput as error:
                advice = f"Not yet: {error.problems[0].message}."
            else:
                return _neutral(site, request) if begun is None else past_the_password(site, request, begun, "/staff")
        return site.show(request, "invitation", {"name": member.name, "advice": advice}, status=422)

    return [
        Route("/staff/invitation/{token}", site.public(shown), methods=["GET"]),
        Route("/staff/invitation/{token}", site.form(taken), methods=["POST"]),
    ]


def _neutral(site: Site, request: Request) -> Response:
    """The same for a link that never was, was used, or is over."""
    return site.missed(request, "invitation_ended")
