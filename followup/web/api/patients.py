"""GET of a patient: plan, check-ins, messages with state and reason, answers, alerts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import JSONResponse, Response

from followup.services.check_token import Caller, Scope
from followup.services.note_read import note_read
from followup.services.show_patient import patient_view
from followup.web.api.problems import documented
from followup.web.api.tokens import caller_with
from followup.web.deps import WebDeps


def patient_routes(deps: WebDeps) -> APIRouter:
    """The route; it needs the scope `read`."""
    router = APIRouter(tags=["patients"])
    context = deps.context
    reader = caller_with(deps, Scope.READ)

    @router.get("/patients/{id:path}", summary="Show a patient", responses=documented(404, 422))
    def show(
        id: str,  # noqa: A002 - its name there
        caller: Caller = Depends(reader),
        clinic: Annotated[str | None, Query(max_length=128)] = None,
    ) -> Response:
        view = patient_view(context, clinic, id)
        note_read(context, actor=caller.actor, subject="patient", subject_id=view["id"], clinic=view["clinic"])
        return JSONResponse(view)

    return router
