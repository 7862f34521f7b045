"""The rota: who has the duty, the next 14 days, cover, swaps and taking over; calendars and the contact card.

The page behind the link of a test notice is here too: one button, which says that the phone was heard.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from followup.domain import windows
from followup.domain.access import Role
from followup.domain.schedule import Rota
from followup.errors import BadInput, Conflict, FollowupError, InvalidInput, NotFound, Problem
from followup.services import duty, page_test
from followup.services.contact_card import card
from followup.services.context import clinic_of
from followup.services.duty_calendar import calendar_address, duty_calendar
from followup.services.note_read import note_read
from followup.services.show_rota import RotaPage, Turn, show_rota
from followup.services.sign_in import SignedIn
from followup.web.site import Endpoint, Fields, Site

#: What a form does: it changes the duty, or raises why not.
Change = Callable[[Site, SignedIn, Fields], None]

_DONE = {
    "taken": "You have the duty now.",
    "covered": "The duty is covered. Whoever it is about has been told.",
    "swapped": "The turns are swapped. Whoever it is about has been told.",
    "withdrawn": "The exception is withdrawn; the rota counts again.",
    "tested": "A test is on its way to whoever is on duty.",
}


def rota_routes(site: Site) -> list[Route]:
    """The page, its forms, the calendar, the card, and the page of a test notice."""

    def shown(request: Request, who: SignedIn) -> Response:
        note_read(site.context, actor=f"staff:{who.person}", subject="rota", subject_id=who.clinic, clinic=who.clinic)
        return _page(site, request, who, done=next((word for word in request.query_params if word in _DONE), None))

    return [
        Route("/staff/rota", site.staff(shown), methods=["GET"]),
        *_changes(site),
        *_downloads(site),
        *_test_routes(site),
    ]


def _changes(site: Site) -> list[Route]:
    def changing(change: Change, done: str) -> Endpoint:
        def taken(request: Request, who: SignedIn, fields: Fields) -> Response:
            try:
                change(site, who, fields)
            except (InvalidInput, Conflict, NotFound) as refused:
                return _page(site, request, who, refused=_said(refused), fields=fields)
            site.deps.settle()
            return RedirectResponse(f"/staff/rota?{done}", status_code=303)

        return site.staff_form(taken)

    return [
        Route("/staff/rota/take-over", changing(_take_over, "taken"), methods=["POST"]),
        Route("/staff/rota/cover", changing(_cover, "covered"), methods=["POST"]),
        Route("/staff/rota/swap", changing(_swap, "swapped"), methods=["POST"]),
        Route("/staff/rota/withdraw", changing(_withdraw, "withdrawn"), methods=["POST"]),
        Route("/staff/rota/test", changing(_test, "tested"), methods=["POST"]),
    ]


def _downloads(site: Site) -> list[Route]:
    def contact(_request: Request, who: SignedIn) -> Response:
        text = card(site.context, who.clinic)
        return Response(
            text,
            media_type="text/vcard; charset=utf-8",
            headers={"content-disposition": 'attachment; filename="follow-up-alerts.vcf"'},
        )

    def calendar(request: Request) -> Response:
        person, key = request.path_params["person"], request.query_params.get("key", "")
        text = duty_calendar(site.context, person, key)
        if text is None:
            return site.missed(request, "link_ended")
        return Response(text, media_type="text/calendar; charset=utf-8")

    return [
        Route("/staff/rota/contact.vcf", site.staff(contact), methods=["GET"]),
        Route("/staff/rota/{person}.ics", site.public(calendar), methods=["GET"]),
    ]


def _test_routes(site: Site) -> list[Route]:
    def page(request: Request) -> Response:
        found = page_test.linked_page(site.context, request.path_params["token"])
        if found is None:
            return site.missed(request, "link_ended")
        clinic = clinic_of(site.context.content.current().content.configuration, found.clinic)
        return site.show(request, "rota_test", {"page": found, "zone": clinic.timezone, "clinic": clinic})

    def pressed(request: Request, _fields: Fields) -> Response:
        answered = page_test.answer_by_link(site.context, request.path_params["token"])
        if answered is None:
            return site.missed(request, "link_ended")
        site.deps.settle()
        return RedirectResponse(request.url.path, status_code=303)

    return [
        Route("/t/{token}", site.public(page), methods=["GET"]),
        Route("/t/{token}", site.form(pressed), methods=["POST"]),
    ]


def _page(
    site: Site,
    request: Request,
    who: SignedIn,
    *,
    done: str | None = None,
    refused: Sequence[str] = (),
    fields: Fields | None = None,
) -> Response:
    page = show_rota(site.context, who.clinic)
    values = {
        "who": who,
        "page": page,
        "zone": page.clinic.timezone,
        "may_act": who.role.may(Role.NURSE),
        "may_assign": who.role.may(Role.LEAD),
        "done": _DONE.get(done or ""),
        "refused": refused,
        "fields": {"rota": "", "person": who.person, "from": "", "to": "", "first": "", "second": "", **(fields or {})},
        "mine": _mine(page, who),
        "calendar": calendar_address(site.context, who.person) if who.person in page.people else None,
    }
    return site.show(request, "rota", values, status=422 if refused else 200)


def _mine(page: RotaPage, who: SignedIn) -> list[Turn]:
    return [turn for view in page.rotas for turn in view.turns if turn.shift.person == who.person]


# --- forms ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """A turn as the swap form names it: whose, and when."""

    person: str
    start: datetime
    end: datetime


def _take_over(site: Site, who: SignedIn, fields: Fields) -> None:
    rota = _rota(site, who, fields)
    duty.take_over(site.context, rota=rota.key, person=who.person, until=None, by=f"staff:{who.person}", via="page")


def _cover(site: Site, who: SignedIn, fields: Fields) -> None:
    rota = _rota(site, who, fields)
    start, end = _wall(fields, "from", rota), _wall(fields, "to", rota)
    person = fields.get("person", "")
    _must_be_own(site, who, rota, person, start, end)
    duty.cover(site.context, rota=rota.key, start=start, end=end, person=person, by=f"staff:{who.person}", via="page")


def _swap(site: Site, who: SignedIn, fields: Fields) -> None:
    rota = _rota(site, who, fields)
    first, second = _turn(fields, "first"), _turn(fields, "second")
    if who.person not in {first.person, second.person} and not who.role.may(Role.LEAD):
        raise Conflict("Nothing was changed. Only a lead swaps the turns of others")
    duty.swap(
        site.context,
        rota=rota.key,
        start=first.start,
        end=first.end,
        person=second.person,
        by=f"staff:{who.person}",
        via="page",
        in_return=(second.start, second.end),
    )


def _withdraw(site: Site, who: SignedIn, fields: Fields) -> None:
    rotas = {view.rota.key for view in show_rota(site.context, who.clinic).rotas}
    with site.context.store.read() as uow:
        change = uow.duty.get(fields.get("change", ""))
    if change is None or change.rota not in rotas:
        raise NotFound("Nothing was changed. There is no such exception any more")
    own = who.person == change.person or change.made_by == f"staff:{who.person}"
    if not own and not who.role.may(Role.LEAD):
        raise Conflict("Nothing was changed. Only a lead withdraws what others have agreed")
    duty.withdraw(site.context, change=change.id, by=f"staff:{who.person}", via="page")


def _test(site: Site, who: SignedIn, _fields: Fields) -> None:
    page_test.send_now(site.context, clinic=who.clinic, by=f"staff:{who.person}")


def _must_be_own(site: Site, who: SignedIn, rota: Rota, person: str, start: datetime, end: datetime) -> None:
    """A nurse stands in for others, or gives away hours of her own; a lead puts anybody on duty."""
    if who.role.may(Role.LEAD) or person == who.person:
        return
    hours = duty.oncall_shifts(site.context, rota.key, start, end)
    if any(shift.person != who.person for shift in hours):
        raise Conflict("Nothing was changed. Only a lead puts somebody else on duty in hours that are not one's own")


def _rota(site: Site, who: SignedIn, fields: Fields) -> Rota:
    """The rota named by the form, of this clinic."""
    page = show_rota(site.context, who.clinic)
    wanted = fields.get("rota", "")
    found = next((view.rota for view in page.rotas if view.rota.key == wanted), None)
    if found is None:
        raise InvalidInput("Nothing was changed.", (Problem(at="rota", message="choose a rota"),))
    return found


def _wall(fields: Fields, name: str, rota: Rota) -> datetime:
    """A wall time of the rota's zone, as browsers send one: `2026-12-24T07:00`."""
    try:
        wall = datetime.fromisoformat(fields.get(name, ""))
    except ValueError:
        raise InvalidInput("Nothing was changed.", (Problem(at=name, message="give day and time"),)) from None
    return windows.instant_of(wall.date(), wall.time(), rota.timezone)


def _turn(fields: Fields, name: str) -> _Turn:
    """`kay|2026-12-24T13:00:00+00:00|2026-12-25T13:00:00+00:00`, as the page wrote it."""
    parts = fields.get(name, "").split("|")
    try:
        person, start, end = parts[0], datetime.fromisoformat(parts[1]), datetime.fromisoformat(parts[2])
    except (ValueError, IndexError):
        raise InvalidInput("Nothing was changed.", (Problem(at=name, message="choose a turn"),)) from None
    if start.tzinfo is None or end.tzinfo is None:
        raise InvalidInput("Nothing was changed.", (Problem(at=name, message="choose a turn"),))
    return _Turn(person=person, start=start, end=end)


def _said(refused: FollowupError) -> list[str]:
    problems = refused.problems if isinstance(refused, InvalidInput) else ()
    said = [str(refused), *(problem.message for problem in problems)]
    return [" ".join(said).rstrip(".") + "."] if isinstance(refused, BadInput) else [str(refused).rstrip(".") + "."]
