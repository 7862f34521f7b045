"""The routine work list: item after item, with tries and times to call again; several closed together once opened."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from followup.domain.access import Role
from followup.domain.alert import ROUTINE_OUTCOMES, Outcome
from followup.errors import Conflict, InvalidInput, Problem
from followup.services.close_alert import close
from followup.services.context import clinic_of
from followup.services.note_read import note_read
from followup.services.show_routine import refuse_unopened, work_list
from followup.services.sign_in import SignedIn
from followup.web.site import Fields, Site

ROUTINE: Final = "/staff/routine"
#: Those that may end several at once: each of the others is about one patient.
_TOGETHER: Final = tuple(
    outcome for outcome in Outcome if outcome in ROUTINE_OUTCOMES and outcome is not Outcome.VOICEMAIL
)


def routine_routes(site: Site) -> list[Route]:
    """The list, and closing several of it together."""

    def shown(request: Request, who: SignedIn) -> Response:
        note_read(
            site.context, actor=f"staff:{who.person}", subject="routine", subject_id=who.clinic, clinic=who.clinic
        )
        return site.show(request, "routine", _values(site, who, closed=request.query_params.get("closed", "")))

    def closed(request: Request, who: SignedIn, fields: Fields) -> Response:
        chosen = [name.removeprefix("item-") for name in fields if name.startswith("item-")]
        try:
            outcome = _checked(chosen, fields)
            _refuse_others(site, who, chosen)
            refuse_unopened(site.context, chosen, person=who.person, clinic=who.clinic)
            for alert in chosen:
                close(
                    site.context,
                    alert=alert,
                    person=who.person,
                    outcome=outcome,
                    minutes=None,
                    note=fields.get("note", "").strip()[:2000] or None,
                    via="page",
                )
        except InvalidInput as error:
            refused = "; ".join(problem.message for problem in error.problems)
            return site.show(request, "routine", _values(site, who, refused=refused), status=422)
        except Conflict as error:
            return site.show(request, "routine", _values(site, who, refused=str(error)), status=409)
        site.deps.settle()
        return RedirectResponse(f"{ROUTINE}?closed={len(chosen)}", status_code=303)

    return [
        Route(ROUTINE, site.staff(shown), methods=["GET"]),
        Route(f"{ROUTINE}/close", site.staff_form(closed), methods=["POST"]),
    ]


def _values(site: Site, who: SignedIn, *, closed: str = "", refused: str | None = None) -> dict[str, Any]:
    clinic = clinic_of(site.context.content.current().content.configuration, who.clinic)
    return {
        "who": who,
        "clinic": clinic,
        "zone": clinic.timezone,
        "list": work_list(site.context, who.clinic, person=who.person, prescriber=who.prescriber),
        "outcomes": [outcome.value for outcome in _TOGETHER],
        "closed": int(closed) if closed.isascii() and closed.isdigit() else 0,
        "refused": refused,
        "may_act": who.role.may(Role.NURSE),
    }


def _refuse_others(site: Site, who: SignedIn, chosen: list[str]) -> None:
    """Only what stands on this clinic's list is closed from it."""
    items = work_list(site.context, who.clinic, person=who.person, prescriber=who.prescriber).items
    if not set(chosen) <= {item.alert.id for item in items}:
        raise Conflict("one of them is not on the list any more; look again")


def _checked(chosen: list[str], fields: Fields) -> Outcome:
    if not chosen:
        raise InvalidInput("Nothing was closed.", (Problem(at="items", message="choose at least one item"),))
    known = {outcome.value: outcome for outcome in _TOGETHER}
    outcome = known.get(fields.get("outcome", ""))
    if outcome is None:
        raise InvalidInput("Nothing was closed.", (Problem(at="outcome", message="choose how they ended"),))
    return outcome
