"""What every page needs: who is signed in, form tokens, templates. The staff, link and simulator pages share it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from followup.services.context import Context
from followup.services.sign_in import SignedIn, signed_in
from followup.web.bodies import form_fields
from followup.web.csrf import FIELD, Forms
from followup.web.deps import WebDeps
from followup.web.pages import Pages

Fields = Mapping[str, str]
Endpoint = Callable[[Request], Awaitable[Response]]

SIGN_IN: Final = "/staff/sign-in"
_DEVICE_LIVES: Final = 180 * 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One set of pages over one set of dependencies."""

    deps: WebDeps
    pages: Pages
    forms: Forms
    devices: URLSafeSerializer

    @property
    def context(self) -> Context:
        """What the services work with."""
        return self.deps.context

    def show(self, request: Request, name: str, values: Mapping[str, Any], *, status: int = 200) -> Response:
        """A page, with what every page has: the time, the form token and what holds everywhere."""
        common = {"now": self.context.clock.now(), "form_field": FIELD, "form_token": self.forms.token(request)}
        response = self.pages.show(name, {**common, "who": None, **values}, status=status)
        return self.forms.keep(request, response)

    def who(self, request: Request, *, active: bool = True) -> SignedIn | None:
        """Whoever is signed in in this browser. `active`: a person is at it, so the idle limit begins anew."""
        return signed_in(
            self.context,
            request.cookies.get(self.cookie("session")),
            now=self.deps.real_clock.now(),
            idle=self.deps.session_idle,
            active=active,
        )

    def cookie(self, name: str) -> str:
        """The cookie's name: bound to this host where it travels by https (RFC 6265bis, cookie name prefixes)."""
        return f"__Host-{name}" if self.deps.secure_cookies else name

    def begin(self, response: Response, token: str, who: SignedIn) -> None:
        """Let this browser keep a session, and be known as one that this person has used."""
        self._keep(response, "session", token, max_age=int(self.deps.session_longest.total_seconds()))
        self._keep(response, "device", str(self.devices.dumps(who.person)), max_age=_DEVICE_LIVES)

    def end(self, response: Response) -> None:
        """Let this browser forget its session."""
        response.delete_cookie(self.cookie("session"), path="/", secure=self.deps.secure_cookies, httponly=True)

    def device_of(self, request: Request, person: str) -> str | None:
        """Names this browser, if `person` (key) has signed in with it before."""
        mark = request.cookies.get(self.cookie("device"), "")
        try:
            known = self.devices.loads(mark)
        except BadSignature:
            return None
        return mark if known == person else None

    def _keep(self, response: Response, name: str, value: str, *, max_age: int) -> None:
        response.set_cookie(
            self.cookie(name),
            value,
            path="/",
            secure=self.deps.secure_cookies,
            httponly=True,
            samesite="lax",
            max_age=max_age,
        )

    # --- the shapes of endpoints -----------------------------------------------------------------

    def public(self, shown: Callable[[Request], Response]) -> Endpoint:
        """A page for everybody. It changes nothing."""

        async def endpoint(request: Request) -> Response:
            return await run_in_threadpool(shown, request)

        return endpoint

    def form(self, taken: Callable[[Request, Fields], Response]) -> Endpoint:
        """A form of a page for everybody."""

        async def endpoint(request: Request) -> Response:
            fields = await self._own_form(request)
            return await run_in_threadpool(taken, request, fields)

        return endpoint

    def staff(self, shown: Callable[[Request, SignedIn], Response], *, active: bool = True) -> Endpoint:
        """A page for whoever is signed in; everybody else is asked to sign in first."""

        async def endpoint(request: Request) -> Response:
            who = await run_in_threadpool(self.who, request, active=active)
            if who is None:
                return _to_sign_in(request)
            return await run_in_threadpool(shown, request, who)

        return endpoint

    def staff_form(self, taken: Callable[[Request, SignedIn, Fields], Response]) -> Endpoint:
        """A form of a staff page."""

        async def endpoint(request: Request) -> Response:
            fields = await self._own_form(request)
            who = await run_in_threadpool(self.who, request)
            if who is None:
                return _to_sign_in(request)
            return await run_in_threadpool(taken, request, who, fields)

        return endpoint

    async def _own_form(self, request: Request) -> Fields:
        fields = await form_fields(request)
        if not self.forms.accepts(request, fields):
            raise HTTPException(403, "This form was not sent from its own page, or is too old. Go back and reload it.")
        return fields


def _to_sign_in(request: Request) -> Response:
    back = quote(request.url.path) if request.method == "GET" else "/staff"
    address = f"{SIGN_IN}?next={back}"
    if "hx-request" in request.headers:
        return Response(status_code=204, headers={"hx-redirect": SIGN_IN})
    return RedirectResponse(address, status_code=303)


def safe_next(wanted: str | None) -> str:
    """Where to go after signing in: one of our own staff pages, whatever the address said."""
    if wanted and wanted.startswith("/staff") and not any(mark in wanted for mark in ("//", "\\", "\n", "\r", "@")):
        return wanted
    return "/staff"
