"""What the provider posts to us: texts, statuses and calls. Signature first, one insert, answer after the commit.

Plain routes on threads of their own, so that no page and no API call keeps a patient's text waiting.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from followup import log
from followup.domain.people import Channel
from followup.errors import BadInput, FollowupError
from followup.gateways.port import ReceivedCall, Spoken, Webhook
from followup.services.answer_key import (
    BRIDGE_PATH,
    KEY_PATH,
    SAID_PATH,
    end_bridge,
    not_stored,
    press_key,
    say_who_was_reached,
)
from followup.services.context import Context
from followup.services.follow_calls import note_news
from followup.services.receive_call import ENDED_PATH, answer_call, end_call
from followup.services.receive_inbound import receive
from followup.services.track_delivery import track
from followup.web.bodies import form_pairs

_log = log.get(__name__)

#: Anything but XML would be texted to the patient (Twilio docs, "TwiML for Programmable Messaging").
EMPTY_ANSWER: Final = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
_SIGNATURE: Final = "x-twilio-signature"
_THREADS: Final = 16
#: The provider gives up after 15 seconds (Twilio docs, "Webhook connection overrides").
_LONGEST_READ: Final = 10.0

Form = list[tuple[str, str]]
CALL_PATH: Final = "/twilio/voice/inbound"
NEWS_PATH: Final = "/twilio/voice/status"
Result = TypeVar("Result")
#: Runs blocking work on the webhooks' own threads.
OnThread = Callable[[Callable[[], Any]], Awaitable[Any]]


def webhook_routes(context: Context, webhook: Webhook) -> list[Route]:
    """The routes of one provider."""
    threads = anyio.CapacityLimiter(_THREADS)

    async def on_thread(work: Callable[[], Result]) -> Result:
        return await anyio.to_thread.run_sync(work, limiter=threads)

    async def text_came(request: Request) -> Response:
        form = await _signed_form(request, webhook)
        if form is None:
            return _forbidden()
        try:
            received = webhook.received(_readable(form))
        except BadInput:
            _log.warning("a signed text could not be read: a field is missing")
            return PlainTextResponse("unreadable", status_code=400)
        await on_thread(lambda: receive(context, received, channel=Channel.SMS))
        return Response(EMPTY_ANSWER, media_type="text/xml")

    async def status_came(request: Request) -> Response:
        form = await _signed_form(request, webhook)
        if form is None:
            return _forbidden()
        try:
            update = webhook.status(request.query_params, _readable(form))
        except BadInput:
            _log.warning("a signed status could not be read: it names no message")
            return PlainTextResponse("unreadable", status_code=400)
        await on_thread(lambda: track(context, update))
        return PlainTextResponse("ok")

    return [
        Route("/twilio/sms", text_came, methods=["POST"]),
        Route("/twilio/status", status_came, methods=["POST"]),
        *_voice_routes(context, webhook, on_thread),
        *_staff_call_routes(context, webhook, on_thread),
    ]


def _voice_routes(context: Context, webhook: Webhook, on_thread: OnThread) -> list[Route]:
    """Calls to the number that texts come from."""

    def answered(call: ReceivedCall) -> str:
        return webhook.answer(answer_call(context, call))

    def ended(call: ReceivedCall) -> str:
        return webhook.ended(end_call(context, call), reached=call.reached)

    def route(path: str, work: Callable[[ReceivedCall], str]) -> Route:
        async def call_came(request: Request) -> Response:
            form = await _signed_form(request, webhook)
            if form is None:
                return _forbidden()
            try:
                call = webhook.call(_readable(form))
            except BadInput:
                _log.warning("a signed call could not be read: a field is missing")
                return PlainTextResponse("unreadable", status_code=400)
            return Response(await on_thread(lambda: work(call)), media_type="text/xml")

        return Route(path, call_came, methods=["POST"])

    return [route(CALL_PATH, answered), route(ENDED_PATH, ended)]


def _staff_call_routes(context: Context, webhook: Webhook, on_thread: OnThread) -> list[Route]:
    """Calls that we placed: what became of them, and the keys that are pressed on them."""

    async def news_came(request: Request) -> Response:
        form = await _signed_form(request, webhook)
        if form is None:
            return _forbidden()
        try:
            news = webhook.call_news(request.query_params, _readable(form))
        except BadInput:
            _log.warning("signed news of a call could not be read: it names no call")
            return PlainTextResponse("unreadable", status_code=400)
        await on_thread(lambda: note_news(context, news))
        return PlainTextResponse("ok")

    def key(message: str, form: Form) -> Spoken:
        return press_key(context, webhook.key(message, form))

    def bridge(message: str, form: Form) -> Spoken:
        return end_bridge(context, webhook.bridge(message, form))

    def reached(message: str, form: Form) -> Spoken:
        return say_who_was_reached(context, webhook.key(message, form))

    works = {KEY_PATH: key, BRIDGE_PATH: bridge, SAID_PATH: reached}
    return [
        Route(NEWS_PATH, news_came, methods=["POST"]),
        *(_spoken_route(path, work, context, webhook, on_thread) for path, work in works.items()),
    ]


def _spoken_route(
    path: str, work: Callable[[str, Form], Spoken], context: Context, webhook: Webhook, on_thread: OnThread
) -> Route:
    """A route for one message of ours, answered by words."""

    async def key_came(request: Request) -> Response:
        form = await _signed_form(request, webhook)
        if form is None:
            return _forbidden()
        message = request.path_params["message"]
        try:
            spoken = await on_thread(lambda: work(message, _readable(form)))
        except BadInput:
            _log.warning("a signed key could not be read: it names no call")
            return PlainTextResponse("unreadable", status_code=400)
        except FollowupError as error:
            # Whoever has the phone must not believe that they have the alert; silence would say nothing.
            _log.error("a key on a call could not be stored", **log.describe(error))
            spoken = not_stored(context)
        return Response(webhook.speak(spoken), media_type="text/xml")

    return Route(f"{path}/{{message}}", key_came, methods=["POST"])


async def _signed_form(request: Request, webhook: Webhook) -> Form | None:
    """The form, where the provider signed it; None where it did not or took too long to send it."""
    signature = request.headers.get(_SIGNATURE)
    if not signature:
        return None
    with anyio.move_on_after(_LONGEST_READ):
        form = await form_pairs(request)
        signed = webhook.verify(path_and_query=_asked_for(request), form=form, signature=signature)
        return form if signed else None
    return None


def _asked_for(request: Request) -> str:
    """Path and query byte for byte as sent: a decoded or re-ordered one has another signature."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    query: bytes = request.scope["query_string"]
    return (raw + (b"?" + query if query else b"")).decode("latin-1")


def _readable(form: Form) -> Form:
    """The form with what is not valid UTF-8 replaced, now that the signature over the very bytes has been checked."""
    return [(_valid(name), _valid(value)) for name, value in form]


def _valid(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _forbidden() -> Response:
    return PlainTextResponse("forbidden", status_code=403)
