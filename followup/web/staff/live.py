"""Parts of pages that renew themselves: asked for every moment, sent only when they differ from what is shown."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from followup.web.site import Site

#: What a part's template writes where its mark belongs; a page that was just opened asks with this, and gets the part.
_MARK: Final = b"not-yet-seen"
#: Seconds that a script counts down; they differ each time and are nothing new.
_SECONDS: Final = re.compile(rb' data-left="-?\d+"')
_NOTHING_NEW: Final = 204


def part(site: Site, request: Request, name: str, values: Mapping[str, Any]) -> Response:
    """The part `name`, or an empty answer where the page that asks shows the same already.

    Times in it are told to the minute, so that it is the same until something happens or a minute has passed.
    """
    shown = site.show(request, name, values)
    body = bytes(shown.body)
    mark = hashlib.sha256(_SECONDS.sub(b"", body)).hexdigest()[:16]
    if request.query_params.get("seen") == mark:
        return Response(status_code=_NOTHING_NEW)
    renewed = HTMLResponse(body.replace(_MARK, mark.encode(), 1))
    for cookie in shown.headers.getlist("set-cookie"):
        renewed.headers.append("set-cookie", cookie)
    return renewed
