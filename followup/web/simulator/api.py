"""The demo's world as JSON, for scripts: clock, phones, mailboxes. No token; loopback only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from followup.content.words_of_time import duration
from followup.errors import FollowupError, InvalidInput, Problem
from followup.web.api.fields import Instant, Name, Text, phone_number
from followup.web.api.infusion_shape import Shape
from followup.web.api.problems import known_problem, problem
from followup.web.api.reading import Wrong, json_body, read
from followup.web.csrf import Forms
from followup.web.deps import Simulation
from followup.web.simulator.door import local, on_thread
from followup.web.site import Endpoint

Answer = Callable[[Request, object], Response]

_BASE: Final = "/simulator/api"


class PushShape(Shape):
    """Where to push the clock: by a duration such as `4h`, or to an instant."""

    advance: Name | None = None
    to: Instant | None = None


class TextShape(Shape):
    """What the owner of a phone sends. `media` are content types."""

    body: Text = ""
    media: Annotated[list[Name], Field(max_length=10)] = Field(default_factory=list)
    to: Name | None = None


class CallShape(Shape):
    """What happens on a call: a key is pressed, it ends so without one, or the patient whom a key rang picks up."""

    press: Name | None = None
    end: Name | None = None
    patient: Literal["answers", "no_answer"] | None = None


def simulator_api_routes(simulation: Simulation, forms: Forms) -> list[Route]:
    """The routes, for callers on loopback."""
    return _reading(simulation) + _changing(simulation, forms)


def _reading(simulation: Simulation) -> list[Route]:
    def clock(_request: Request) -> Response:
        return JSONResponse({"now": simulation.now().isoformat()})

    def phones(_request: Request) -> Response:
        return JSONResponse(simulation.phones())

    def messages(request: Request) -> Response:
        return JSONResponse(simulation.phone_messages(number_in(request.path_params["number"])))

    def calls(request: Request) -> Response:
        return JSONResponse(simulation.phone_calls(number_in(request.path_params["number"])))

    def mailboxes(_request: Request) -> Response:
        return JSONResponse(simulation.mailboxes())

    def mailbox(request: Request) -> Response:
        return JSONResponse(simulation.mailbox(request.path_params["address"]))

    answers = {
        "/clock": clock,
        "/phones": phones,
        "/phones/{number}/messages": messages,
        "/phones/{number}/calls": calls,
        "/mailboxes": mailboxes,
        "/mailboxes/{address:path}": mailbox,
    }
    return [Route(f"{_BASE}{path}", local(on_thread(answer)), methods=["GET"]) for path, answer in answers.items()]


def _changing(simulation: Simulation, forms: Forms) -> list[Route]:
    def push(_request: Request, raw: object) -> Response:
        simulation.advance(_target(read(PushShape, raw), simulation.now()))
        return JSONResponse({"now": simulation.now().isoformat()})

    def send(request: Request, raw: object) -> Response:
        given = read(TextShape, raw)
        if not given.body and not given.media:
            raise InvalidInput("Nothing was sent.", (Problem(at="body", message="is needed where there is no media"),))
        number = number_in(request.path_params["number"])
        simulation.phone_sends(number, given.body, tuple(given.media), number_in(given.to) if given.to else None)
        return JSONResponse(simulation.phone_messages(number))

    def call(request: Request, raw: object) -> Response:
        act_on_call(simulation, request.path_params["call"], read(CallShape, raw))
        return JSONResponse(simulation.phone_calls(number_in(request.path_params["number"])))

    answers = {"/clock": push, "/phones/{number}/messages": send, "/phones/{number}/calls/{call}": call}
    return [Route(f"{_BASE}{path}", local(_json(forms, answer)), methods=["POST"]) for path, answer in answers.items()]


def act_on_call(simulation: Simulation, call: str, given: CallShape) -> None:
    """Let one thing happen on a call; nothing named means that nobody picks up."""
    if given.press is not None:
        simulation.phone_presses(call, given.press)
    elif given.patient is not None:
        simulation.patient_answers(call, reached=given.patient == "answers")
    else:
        simulation.phone_call_ends(call, given.end or "no_answer")


def number_in(text: str) -> str:
    """A phone number as E.164; one that is none stays as it is, so that odd senders can be tried too."""
    try:
        return phone_number(text.strip())
    except Wrong:
        return text.strip()


def _json(forms: Forms, answer: Answer) -> Endpoint:
    """An endpoint that takes JSON, from programs and from our own pages but from no other site."""

    async def endpoint(request: Request) -> Response:
        if not forms.same_site(request):
            return problem(403, "Another site's page may not move the demo.")
        try:
            raw = await json_body(request)
            return await run_in_threadpool(answer, request, raw)
        except HTTPException as error:
            return problem(error.status_code, str(error.detail))
        except FollowupError as error:
            return known_problem(error)

    return endpoint


def _target(push: PushShape, now: datetime) -> datetime:
    if (push.advance is None) == (push.to is None):
        raise InvalidInput("The clock was not moved.", (Problem(at="advance", message='give "advance" or "to"'),))
    if push.to is not None:
        return push.to
    try:
        return now + duration(push.advance or "")
    except ValueError:
        wrong = Problem(at="advance", message='must be a duration such as "90m", "4h" or "3d"')
    raise InvalidInput("The clock was not moved.", (wrong,))
