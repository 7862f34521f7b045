"""The /api application: puts its routes, errors and OpenAPI description together. `create_app` mounts it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from followup.web.api.alerts import CloseShape, ContactShape, HandOverShape, TakeShape, alert_routes
from followup.web.api.infusion_shape import CorrectionShape, InfusionShape
from followup.web.api.infusions import infusion_routes
from followup.web.api.patients import patient_routes
from followup.web.api.problems import ProblemShape, add_problem_handlers
from followup.web.deps import WebDeps

_TITLE: Final = "followup"
_VERSION: Final = "1"
_SHAPES: Final = (InfusionShape, CorrectionShape, TakeShape, CloseShape, HandOverShape, ContactShape, ProblemShape)


def create_api(deps: WebDeps) -> FastAPI:
    """The application. It has no documentation pages: its description is at `/api/openapi.json`."""
    app = FastAPI(title=_TITLE, version=_VERSION, docs_url=None, redoc_url=None, openapi_url="/openapi.json")
    app.include_router(infusion_routes(deps))
    app.include_router(patient_routes(deps))
    app.include_router(alert_routes(deps))
    add_problem_handlers(app)
    # How FastAPI lets one replace its description (its docs, "Extending OpenAPI").
    app.openapi = _described(app)  # type: ignore[method-assign]
    return app


def _described(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """The description, with the shapes of bodies that we read ourselves."""

    def description() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=_TITLE, version=_VERSION, routes=app.routes)
            _, shapes = models_json_schema(
                [(shape, "validation") for shape in _SHAPES], ref_template="#/components/schemas/{model}"
            )
            schema.setdefault("components", {}).setdefault("schemas", {}).update(shapes["$defs"])
            schema["servers"] = [{"url": "/api"}]
            app.openapi_schema = schema
        return app.openapi_schema

    return description
