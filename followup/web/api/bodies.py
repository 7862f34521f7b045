"""How a route describes a body that it reads itself, so that its token is checked before the body is looked at."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends

from followup.web.api.reading import json_body

#: The body as JSON, read after everything else about the request was found in order.
Body = Annotated[object, Depends(json_body)]


def body_of(shape: str) -> dict[str, Any]:
    """For `openapi_extra`: the body must be one of this component."""
    schema = {"$ref": f"#/components/schemas/{shape}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
