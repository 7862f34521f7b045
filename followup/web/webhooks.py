"""What the provider posts to us: texts, statuses and calls. Signature first, one insert, answer after the commit.

Plain routes on threads of their own, so that no page and no API call keeps a patient's text waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from followup import log
from followup.domain.people import Channel
from followup.errors import BadInput, FollowupError
from followup.gateways.port import (
    CallNews,
    EndedBridge,
    PressedKey,
    ReceivedCall,
    ReceivedText,
    Spoken,
    StatusUpdate,
    Webhook,
)
from followup.services.answer_key import (
    BRIDGE_PATH,
    KEY_PATH,
    SAID_PATH,
    end_bridge,
    press_key,
    say_who_was_reached,
)
from followup.services.context import Context
from followup.services.follow_calls import note_news
from followup.services.on_the_line import not_stored
from followup.services.receive_call import ENDED_PATH, answer_call, end_call
from followup.services.receive_inbound import receive
from followup.services.staff_call_in import CALL_IN_PATH, press_call_in_key
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
Read = TypeVar("Read")


def webhook_routes(context: Context, webhook: Webhook) -> list[Route]:
    """The routes of one provider."""
    door = _Door(webhook, anyio.CapacityLimiter(_THREADS))

    def text(received: ReceivedText) -> Response:
        receive(context, received, channel=Channel.SMS)
        return _xml(EMPTY_ANSWER)

    def status(update: StatusUpdate) -> Response:
        track(context, update)
        return PlainTextResponse("ok")

    def news(told: CallNews) -> Response:
        note_news(context, told)
        return PlainTextResponse("ok")

    return [
        door.route("/twilio/sms", lambda _, form: webhook.received(form), text),
        door.route("/twilio/status", lambda request, form: webhook.status(request.query_params, form), status),
        door.route(NEWS_PATH, lambda request, form: webhook.call_news(request.query_params, form), news),
        *_voice_routes(context, webhook, door),
        *_key_routes(context, webhook, door),
    ]


def _voice_routes(context: Context, webhook: Webhook, door: _Door) -> list[Route]:
    """Calls to the number that texts come from."""

    def answered(call: ReceivedCall) -> Response:
        answer = answer_call(context, call)
        return _xml(webhook.speak(answer) if isinstance(answer, Spoken) else webhook.answer(answer))

    def ended(call: ReceivedCall) -> Response:
        return _xml(webhook.ended(end_call(context, call), reached=call.reached))

    return [
        door.route(path, lambda _, form: webhook.call(form), act)
        for path, act in ((CALL_PATH, answered), (ENDED_PATH, ended))
    ]


def _key_routes(context: Context, webhook: Webhook, door: _Door) -> list[Route]:
    """Keys that are pressed on calls with staff, each answered by words."""

    def spoken(work: Callable[[Context, Read], Spoken]) -> Callable[[Read], Response]:
        def act(read: Read) -> Response:
            try:
                words = work(context, read)
            except FollowupError as error:
                # Whoever has the phone must not believe that they have the alert; silence would say nothing.
                _log.error("a key on a call could not be stored", **log.describe(error))
                words = not_stored(context)
            return _xml(webhook.speak(words))

        return act

    def key(request: Request, form: Form) -> PressedKey:
        return webhook.key(request.path_params["message"], form)

    def bridge(request: Request, form: Form) -> EndedBridge:
        return webhook.bridge(request.path_params["message"], form)

    return [
        door.route(f"{KEY_PATH}/{{message}}", key, spoken(press_key)),
        door.route(f"{BRIDGE_PATH}/{{message}}", bridge, spoken(end_bridge)),
        door.route(f"{SAID_PATH}/{{message}}", key, spoken(say_who_was_reached)),
        door.route(f"{CALL_IN_PATH}/{{message}}", key, spoken(press_call_in_key)),
    ]


@dataclass(frozen=True, slots=True)
class _Door:
    """What every post passes: the signature, then reading it, then the work, on threads of the webhooks' own."""

    webhook: Webhook
    threads: anyio.CapacityLimiter

    def route(self, path: str, read: Callable[[Request, Form], Read], act: Callable[[Read], Response]) -> Route:
        """A route whose posts are `read` into a value and answered by `act`, which may block."""

        async def came(request: Request) -> Response:
            form = await _signed_form(request, self.webhook)
            if form is None:
                return _forbidden()
            try:
                value = read(request, _readable(form))
            except BadInput:
                _log.warning("a signed post could not be read: a field is missing", path=path)
                return PlainTextResponse("unreadable", status_code=400)
            return await anyio.to_thread.run_sync(act, value, limiter=self.threads)

        return Route(path, came, methods=["POST"])


def _xml(text: str) -> Response:
    return Response(text, media_type="text/xml")


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
