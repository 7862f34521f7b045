"""What every page needs: who is signed in, form tokens, templates. The staff, link and simulator pages share it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from followup.domain.access import Role, Stage
from followup.services.context import Context
from followup.services.sign_in import HALFWAY, Begun, Halfway, SignedIn, halfway, signed_in
from followup.storage.accounts import Account
from followup.web.bodies import form_fields
from followup.web.csrf import FIELD, Forms
from followup.web.deps import WebDeps
from followup.web.misses import Misses
from followup.web.pages import Pages
from followup.web.peer import address_of

Fields = Mapping[str, str]
Endpoint = Callable[[Request], Awaitable[Response]]

SIGN_IN: Final = "/staff/sign-in"
CODE: Final = "/staff/sign-in/code"
ENROL: Final = "/staff/second-factor"
_DEVICE_LIVES: Final = 180 * 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One set of pages over one set of dependencies."""

    deps: WebDeps
    pages: Pages
    forms: Forms
    devices: URLSafeSerializer
    misses: Misses = field(default_factory=Misses)

    @property
    def context(self) -> Context:
        """What the services work with."""
        return self.deps.context

    def show(self, request: Request, name: str, values: Mapping[str, Any], *, status: int = 200) -> Response:
        """A page, with what every page has: the time, the form token and what holds everywhere."""
        common = {
            "now": self.context.clock.now(),
            "form_field": FIELD,
            "form_token": self.forms.token(request),
            "stopped": self.deps.stopped() if values.get("who") is not None else None,
        }
        response = self.pages.show(name, {**common, "who": None, **values}, status=status)
        return self.forms.keep(request, response)

    def missed(self, request: Request, page: str) -> Response:
        """The neutral `page` for a link that does not work, whatever the reason; too often, with 429."""
        often = self.misses.too_many(address_of(request), self.deps.real_clock.now())
        return self.show(request, page, {}, status=429 if often else 404)

    def who(self, request: Request, *, active: bool = True) -> SignedIn | None:
        """Whoever is signed in in this browser. `active`: a person is at it, so the idle limit begins anew."""
        return signed_in(
            self.context,
            self.token(request),
            now=self.deps.real_clock.now(),
            limits=self.deps.limits,
            active=active,
        )

    def waiting(self, request: Request) -> tuple[Account, Stage] | None:
        """Whose sign-in is half way in this browser, and what it waits for."""
        return halfway(self.context, self.token(request), now=self.deps.real_clock.now())

    def token(self, request: Request) -> str | None:
        """The session token of this browser."""
        return request.cookies.get(self.cookie("session"))

    def cookie(self, name: str) -> str:
        """The cookie's name: bound to this host where it travels by https (RFC 6265bis, cookie name prefixes)."""
        return f"__Host-{name}" if self.deps.secure_cookies else name

    def begin(self, response: Response, begun: Begun) -> None:
        """Let this browser keep a session, and be known as one that this person has used."""
        self._keep(response, "session", begun.token, max_age=int(begun.lasts.total_seconds()))
        self._keep(response, "device", str(self.devices.dumps(begun.who.person)), max_age=_DEVICE_LIVES)
        if begun.known is not None:
            self._keep(response, "known", begun.known, max_age=int(self.deps.limits.known_for.total_seconds()))

    def wait(self, response: Response, half: Halfway) -> None:
        """Let this browser keep a sign-in that is half way."""
        self._keep(response, "session", half.token, max_age=int(HALFWAY.total_seconds()))

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

        return declared(endpoint, None)

    def form(self, taken: Callable[[Request, Fields], Response]) -> Endpoint:
        """A form of a page for everybody."""

        async def endpoint(request: Request) -> Response:
            fields = await self._own_form(request)
            return await run_in_threadpool(taken, request, fields)

        return declared(endpoint, None)

    def staff(
        self, shown: Callable[[Request, SignedIn], Response], *, active: bool = True, needs: Role = Role.VIEWER
    ) -> Endpoint:
        """A page for whoever is signed in and may do what `needs` may; everybody else is asked to sign in first."""

        async def endpoint(request: Request) -> Response:
            who = await run_in_threadpool(self.who, request, active=active)
            if who is None:
                return _to_sign_in(request)
            _refuse_below(needs, who)
            return await run_in_threadpool(shown, request, who)

        return declared(endpoint, needs)

    def staff_form(
        self, taken: Callable[[Request, SignedIn, Fields], Response], *, needs: Role = Role.NURSE
    ) -> Endpoint:
        """A form of a staff page. A viewer changes nothing, so a form that only reads says `needs=Role.VIEWER`."""

        async def endpoint(request: Request) -> Response:
            fields = await self._own_form(request)
            who = await run_in_threadpool(self.who, request)
            if who is None:
                return _to_sign_in(request)
            _refuse_below(needs, who)
            return await run_in_threadpool(taken, request, who, fields)

        return declared(endpoint, needs)

    async def _own_form(self, request: Request) -> Fields:
        fields = await form_fields(request)
        if not self.forms.accepts(request, fields):
            raise HTTPException(403, "This form was not sent from its own page, or is too old. Go back and reload it.")
        return fields


def declared(endpoint: Endpoint, needs: Role | None) -> Endpoint:
    """`endpoint`, telling what it asks for, so that the table of routes can be walked."""
    endpoint.needs = needs  # type: ignore[attr-defined]
    return endpoint


def _refuse_below(needs: Role, who: SignedIn) -> None:
    if not who.role.may(needs):
        raise HTTPException(403, f"This is for {needs.one}, and you are signed in as {who.role.one}.")


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
