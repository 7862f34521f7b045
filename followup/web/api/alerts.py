"""Alerts for other systems: list, take, close."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import JSONResponse, Response

from followup.domain.alert import Alert, Outcome
from followup.domain.contact import ContactResult, ContactWay
from followup.domain.schedule import StaffMember
from followup.errors import Conflict, InvalidInput, NotFound, Problem
from followup.services.acknowledge_alert import acknowledge
from followup.services.check_token import Caller, Scope
from followup.services.close_alert import close
from followup.services.context import Context, staff_by_name
from followup.services.hand_over import hand_over
from followup.services.list_alerts import MOST_ALERTS, alert_item, alert_list
from followup.services.log_contact import log_contact
from followup.services.note_read import note_read
from followup.services.taking import TakeOutcome
from followup.web.api.bodies import Body, body_of
from followup.web.api.fields import Instant, Name, Text
from followup.web.api.infusion_shape import Shape
from followup.web.api.problems import documented
from followup.web.api.reading import read
from followup.web.api.tokens import caller_with
from followup.web.deps import WebDeps


class TakeShape(Shape):
    """Who takes the alert: a member of staff by name."""

    by: Name


class CloseShape(Shape):
    """How an alert ended. `minutes` are those spent on it; from Urgent up they are needed.

    `not_reached` of an emergency or urgent alert needs a note that tells of the welfare check, or `sign_off`: the name
    of a lead. It is open again at the next opening; after `voicemail` too, or at `retry_at`.
    """

    by: Name
    outcome: Outcome
    minutes: Annotated[int | None, Field(ge=0, le=1440, strict=True)] = None
    note: Text | None = None
    sign_off: Name | None = None
    retry_at: Instant | None = None


class HandOverShape(Shape):
    """Who passes the alert on, and to whom; left out, to the next person of its chain."""

    by: Name
    to: Name | None = None


class ContactShape(Shape):
    """A try to reach the patient: how, and what came of it."""

    by: Name
    way: ContactWay
    result: ContactResult
    note: Text | None = None
    at: Instant | None = None


def alert_routes(deps: WebDeps) -> APIRouter:
    """The routes. Reading needs the scope `read`, taking and closing `alerts`."""
    router = APIRouter(tags=["alerts"])
    context = deps.context
    reader = caller_with(deps, Scope.READ)
    handler = caller_with(deps, Scope.ALERTS)

    @router.get("/alerts", summary="List alerts, newest first", responses=documented(422))
    def listed(
        caller: Caller = Depends(reader),
        status: Literal["open", "acknowledged", "closed", "all"] = "open",
        after: Annotated[str | None, Query(max_length=64, description="`next` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_ALERTS)] = 50,
    ) -> Response:
        found = alert_list(context, status, after, limit)
        note_read(context, actor=caller.actor, subject="alerts", subject_id=status)
        return JSONResponse(found)

    @router.post(
        "/alerts/{id}/acknowledge",
        summary="Take an alert",
        responses=documented(400, 404, 409, 413, 422),
        openapi_extra=body_of("TakeShape"),
    )
    def take(id: str, *, caller: Caller = Depends(handler), body: Body) -> Response:  # noqa: A002 - its name there
        member = _member(context, read(TakeShape, body).by)
        taken = acknowledge(context, alert=id, person=member.key, via=f"api ({caller.name})")
        if taken.outcome in {TakeOutcome.TAKEN_BY_OTHER, TakeOutcome.CLOSED}:
            raise Conflict(_who_has(taken.alert))
        deps.settle()
        return JSONResponse(alert_item(context, id))

    @router.post(
        "/alerts/{id}/close",
        summary="Close an alert with its outcome",
        responses=documented(400, 404, 409, 413, 422),
        openapi_extra=body_of("CloseShape"),
    )
    def end(id: str, *, caller: Caller = Depends(handler), body: Body) -> Response:  # noqa: A002 - its name there
        given = read(CloseShape, body)
        close(
            context,
            alert=id,
            person=_member(context, given.by).key,
            outcome=given.outcome,
            minutes=given.minutes,
            note=given.note,
            via=f"api ({caller.name})",
            sign_off=given.sign_off,
            retry_at=given.retry_at,
        )
        deps.settle()
        return JSONResponse(alert_item(context, id))

    @router.post(
        "/alerts/{id}/hand-over",
        summary="Pass an alert on to somebody else, who is told at once",
        responses=documented(400, 404, 409, 413, 422),
        openapi_extra=body_of("HandOverShape"),
    )
    def pass_on(id: str, *, caller: Caller = Depends(handler), body: Body) -> Response:  # noqa: A002 - its name there
        given = read(HandOverShape, body)
        giver = _member(context, given.by)
        to = _member(context, given.to, at="to").key if given.to is not None else None
        hand_over(context, alert=id, by=giver.key, to=to, via=f"api ({caller.name})")
        deps.settle()
        return JSONResponse(alert_item(context, id))

    @router.post(
        "/alerts/{id}/contacts",
        summary="Write down a try to reach the patient",
        dependencies=[Depends(handler)],
        status_code=201,
        responses=documented(400, 404, 413, 422),
        openapi_extra=body_of("ContactShape"),
    )
    def tried(id: str, *, body: Body) -> Response:  # noqa: A002 - its name there
        given = read(ContactShape, body)
        kept = log_contact(
            context,
            alert=id,
            patient=None,
            by=_member(context, given.by).key,
            way=given.way,
            result=given.result,
            note=given.note,
            at=given.at,
        )
        deps.settle()
        told = {"id": kept.id, "alert": id, "at": kept.at.isoformat(), "by": given.by}
        return JSONResponse({**told, "way": kept.way.value, "result": kept.result.value}, status_code=201)

    return router


def _member(context: Context, name: str, *, at: str = "by") -> StaffMember:
    try:
        return staff_by_name(context.content.current().content.configuration, name)
    except NotFound:
        wrong = Problem(at=at, message="is nobody of the staff in schedules.yaml")
    raise InvalidInput("Nothing was changed.", (wrong,))


def _who_has(alert: Alert) -> str:
    if alert.closed_at is not None:
        return f"{alert.code} was closed by {alert.closed_by}. Nothing was changed."
    return f"{alert.code} is with {alert.acknowledged_by}. Nothing was changed."
