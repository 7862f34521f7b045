"""POST, PATCH and DELETE of infusions: how a clinic's own system tells us what happened."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import JSONResponse, Response

from followup.services.check_token import Caller, Scope
from followup.services.context import only_clinic
from followup.services.record_infusion import (
    NewInfusion,
    Recorded,
    RecordOutcome,
    cancel_infusion,
    correct_infusion,
    record_infusion,
)
from followup.storage.errors import Collision
from followup.web.api.bodies import Body, body_of
from followup.web.api.infusion_shape import read_correction, read_infusion
from followup.web.api.problems import documented
from followup.web.api.tokens import caller_with
from followup.web.deps import WebDeps

Clinic = Annotated[str | None, Query(max_length=128, description="May be left out where there is one clinic.")]


def infusion_routes(deps: WebDeps) -> APIRouter:
    """The routes; each needs the scope `infusions:write`."""
    router = APIRouter(tags=["infusions"])
    context = deps.context
    writer = caller_with(deps, Scope.WRITE_INFUSIONS)

    @router.post(
        "/infusions",
        summary="Record an infusion",
        status_code=201,
        responses=documented(400, 409, 413, 422, known="Known already with the same facts"),
        openapi_extra=body_of("InfusionShape"),
    )
    def record(*, caller: Caller = Depends(writer), body: Body) -> Response:
        configuration = context.content.current().content.configuration
        new = read_infusion(body, configuration, context.clock.now())
        recorded = _record(deps, new, caller)
        deps.settle()
        return JSONResponse(
            _shown(new, recorded), status_code=201 if recorded.outcome is RecordOutcome.CREATED else 200
        )

    @router.patch(
        "/infusions/{id:path}",
        summary="Correct facts of an infusion",
        responses=documented(400, 404, 409, 413, 422),
        openapi_extra=body_of("CorrectionShape"),
    )
    def correct(id: str, *, caller: Caller = Depends(writer), body: Body, clinic: Clinic = None) -> Response:  # noqa: A002 - its name there
        configuration = context.content.current().content.configuration
        correction = read_correction(body, configuration, context.clock.now())
        key = only_clinic(configuration, clinic).key
        infusion = correct_infusion(context, key, id, correction, actor=caller.actor)
        deps.settle()
        return JSONResponse(
            {
                "id": infusion.external_id,
                "clinic": infusion.clinic,
                "treatment": infusion.treatment,
                "indication": infusion.indication,
                "ended_at": infusion.ended_at.isoformat(),
                "discharged_at": infusion.discharged_at.isoformat() if infusion.discharged_at else None,
                "baseline": {"pain": infusion.baseline.pain, "mood": infusion.baseline.mood},
                "flags": sorted(infusion.flags),
            }
        )

    @router.delete(
        "/infusions/{id:path}",
        summary="Withdraw an infusion; check-ins not yet sent stay listed as cancelled",
        responses=documented(404, 422),
    )
    def cancel(id: str, *, caller: Caller = Depends(writer), clinic: Clinic = None) -> Response:  # noqa: A002 - its name there
        key = only_clinic(context.content.current().content.configuration, clinic).key
        infusion = cancel_infusion(context, key, id, actor=caller.actor)
        deps.settle()
        cancelled_at = infusion.cancelled_at.isoformat() if infusion.cancelled_at else None
        return JSONResponse({"id": infusion.external_id, "clinic": infusion.clinic, "cancelled_at": cancelled_at})

    return router


def _record(deps: WebDeps, new: NewInfusion, caller: Caller) -> Recorded:
    """Two requests with one id at the same moment: the one that comes second finds the other's rows and compares."""
    try:
        return record_infusion(deps.context, new, actor=caller.actor)
    except Collision:
        return record_infusion(deps.context, new, actor=caller.actor)


def _shown(new: NewInfusion, recorded: Recorded) -> dict[str, Any]:
    patient = recorded.patient
    return {
        "id": new.id,
        "clinic": new.clinic,
        "outcome": recorded.outcome.value,
        "patient": {"id": patient.external_id, "phone": patient.phone, "status": patient.status.value},
        "treatment": recorded.infusion.treatment,
        "ended_at": recorded.infusion.ended_at.isoformat(),
        "check_ins": [
            {
                "id": one.id,
                "key": one.key,
                "state": one.state.value,
                "reason": one.reason,
                "due_at": one.due_at.isoformat(),
            }
            for one in sorted(recorded.check_ins, key=lambda one: (one.due_at, one.id))
        ],
    }
