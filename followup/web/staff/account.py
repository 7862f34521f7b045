"""One's own account: password, second factor, known browsers, other sessions, and which clinic one looks at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from followup.domain.access import Role
from followup.errors import InvalidInput, Problem
from followup.services.accounts import change_password
from followup.services.context import clinic_of
from followup.services.own_account import (
    begin_second_factor,
    forget_device,
    go_to_clinic,
    new_recovery_codes,
    own_account,
    sign_out_elsewhere,
)
from followup.services.sign_in import SignedIn
from followup.web.site import ENROL, Fields, Site
from followup.web.staff.second_factor import show_codes

Form = Callable[[Request, SignedIn, Fields], Response]

PAGE = "/staff/account"
#: What was done, by the word that the address carries after it.
_DONE = {
    "password": "You have another password. Other browsers were signed out.",
    "elsewhere": "You are signed out everywhere but here.",
    "device": "That browser is signed out and will be asked for a code.",
}


def account_routes(site: Site) -> list[Route]:
    """The page and its forms; everybody who is signed in has one."""
    forms = {
        "password": _password,
        "second-factor": _second_factor,
        "recovery-codes": _codes,
        "sign-out-elsewhere": _elsewhere,
        "devices/{id}/forget": _device,
        "clinic": _clinic,
    }
    endpoints = {
        name: site.staff_form(_told(site, partial(form, site)), needs=Role.VIEWER) for name, form in forms.items()
    }
    return [
        Route(PAGE, site.staff(partial(_shown, site)), methods=["GET"]),
        *(Route(f"{PAGE}/{name}", endpoint, methods=["POST"]) for name, endpoint in endpoints.items()),
    ]


def _shown(site: Site, request: Request, who: SignedIn) -> Response:
    return _page(site, request, who, done=_DONE.get(request.query_params.get("done", "")))


def _password(site: Site, request: Request, who: SignedIn, fields: Fields) -> Response:
    if fields.get("new", "") != fields.get("again", ""):
        return _page(site, request, who, problems=(Problem(at="again", message="the two are not alike"),))
    change_password(
        site.context,
        account=who.account,
        old=fields.get("old", ""),
        new=fields.get("new", ""),
        keep=site.token(request),
        passwords=site.deps.passwords,
        now=site.deps.real_clock.now(),
    )
    return _done("password")


def _second_factor(site: Site, _request: Request, who: SignedIn, fields: Fields) -> Response:
    begin_second_factor(
        site.context,
        who,
        password=fields.get("old", ""),
        passwords=site.deps.passwords,
        now=site.deps.real_clock.now(),
    )
    return RedirectResponse(ENROL, status_code=303)


def _codes(site: Site, request: Request, who: SignedIn, fields: Fields) -> Response:
    made = new_recovery_codes(
        site.context,
        who,
        password=fields.get("old", ""),
        passwords=site.deps.passwords,
        now=site.deps.real_clock.now(),
    )
    return show_codes(site, request, who, made, PAGE)


def _elsewhere(site: Site, request: Request, who: SignedIn, _fields: Fields) -> Response:
    sign_out_elsewhere(site.context, who, site.token(request), now=site.deps.real_clock.now())
    return _done("elsewhere")


def _device(site: Site, request: Request, who: SignedIn, _fields: Fields) -> Response:
    forget_device(site.context, who, request.path_params["id"], now=site.deps.real_clock.now())
    return _done("device")


def _clinic(site: Site, request: Request, who: SignedIn, fields: Fields) -> Response:
    wanted = fields.get("clinic", "")
    go_to_clinic(site.context, who, wanted, site.token(request), now=site.deps.real_clock.now())
    return RedirectResponse("/staff", status_code=303)


def _told(site: Site, form: Form) -> Form:
    """`form`, with what was wrong shown on the page it was sent from."""

    def taken(request: Request, who: SignedIn, fields: Fields) -> Response:
        try:
            return form(request, who, fields)
        except InvalidInput as error:
            return _page(site, request, who, problems=error.problems)

    return taken


def _done(word: str) -> Response:
    return RedirectResponse(f"{PAGE}?done={word}", status_code=303)


def _page(
    site: Site, request: Request, who: SignedIn, *, done: str | None = None, problems: Sequence[Problem] = ()
) -> Response:
    configuration = site.context.content.current().content.configuration
    now = site.deps.real_clock.now()
    account = own_account(site.context, who, site.token(request), now=now)
    values = {
        "who": who,
        "account": account,
        "zone": clinic_of(configuration, who.clinic).timezone,
        "today": now,
        "clinics": [configuration.clinics[key] for key in account.roles if key in configuration.clinics],
        "done": done,
        "problems": problems,
        "required": site.deps.second_factor,
    }
    return site.show(request, "account", values, status=422 if problems else 200)
