"""The demo's page: phones and mailboxes side by side, a clock to push, a form to record an infusion.

Every button is a plain form that leads back to the page; with htmx the same answer is put in place without a reload.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from followup.domain import windows
from followup.domain.schedule import Clinic
from followup.errors import BadInput, FollowupError, InvalidInput, Problem
from followup.services.record_infusion import record_infusion
from followup.web.api.infusion_shape import read_infusion
from followup.web.bodies import form_fields
from followup.web.deps import Phone, Simulation
from followup.web.simulator.api import CallShape, act_on_call, number_in
from followup.web.simulator.door import local
from followup.web.site import Endpoint, Fields, Site

PAGE: Final = "/simulator"

#: The buttons of the clock: by a span, or to the next time that a clock in the clinic shows this.
PUSHES: Final[Mapping[str, tuple[str, timedelta | time]]] = {
    "15m": ("+15 min", timedelta(minutes=15)),
    "1h": ("+1 h", timedelta(hours=1)),
    "4h": ("+4 h", timedelta(hours=4)),
    "19": ("to 19:00", time(19)),
    "10": ("to next morning 10:00", time(10)),
    "24h": ("+24 h", timedelta(hours=24)),
}
#: Numbers that are kept for fiction (North American Numbering Plan: 555-0100 to 555-0199).
_FICTIONAL: Final = tuple(f"+1312555{number:04d}" for number in range(170, 200))
_CALL_STATES: Final[Mapping[str, str]] = {
    "ringing": "The phone rings",
    "answered": "On the phone",
    "machine": "Voicemail has the call",
    "no_key": "The call is over",
    "busy": "The call was declined",
    "no_answer": "A call that nobody answered",
    "failed": "A call that did not come through",
    "canceled": "A call that was cancelled",
}
_NAMES: Final = ("Ann Example", "Ben Sample", "Carla Test", "Diego Prueba", "Eve Fiction", "Finn Madeup")


def simulator_routes(site: Site, simulation: Simulation) -> list[Route]:
    """The page and its forms, for callers on loopback."""

    def shown(request: Request) -> Response:
        return site.show(request, "simulator", _world(site, simulation))

    def pushed(fields: Fields) -> None:
        push = PUSHES.get(fields.get("push", ""))
        if push is None:
            raise BadInput("The clock has no such button.")
        simulation.advance(_target(push[1], simulation.now(), _clinic(site)))

    def texted(fields: Fields) -> None:
        body = fields.get("body", "").strip()
        if body:
            simulation.phone_sends(number_in(fields.get("number", "")), body[:1600], (), None)

    def called(fields: Fields) -> None:
        patient: Any = fields.get("patient") or None
        given = CallShape(press=fields.get("press") or None, end=fields.get("end") or None, patient=patient)
        act_on_call(simulation, fields.get("call", ""), given)

    def recorded(fields: Fields) -> None:
        configuration = site.context.content.current().content.configuration
        infusion = read_infusion(_posted(fields, simulation.now()), configuration, simulation.now())
        record_infusion(site.context, infusion, actor="demo")
        simulation.settle()

    return [
        Route(PAGE, local(site.public(shown)), methods=["GET"]),
        Route(f"{PAGE}/clock", local(_form(site, simulation, pushed)), methods=["POST"]),
        Route(f"{PAGE}/text", local(_form(site, simulation, texted)), methods=["POST"]),
        Route(f"{PAGE}/call", local(_form(site, simulation, called)), methods=["POST"]),
        Route(f"{PAGE}/call-in", local(_form(site, simulation, partial(_calls_in, simulation))), methods=["POST"]),
        Route(f"{PAGE}/infusion", local(_form(site, simulation, recorded)), methods=["POST"]),
    ]


def _calls_in(simulation: Simulation, fields: Fields) -> None:
    """A member of staff calls the clinic, presses a key on that call, or puts the phone down."""
    number = number_in(fields.get("number", ""))
    if "press" in fields:
        simulation.phone_presses_in(number, fields["press"])
    else:
        simulation.phone_calls_in(number)


def _form(site: Site, simulation: Simulation, taken: Callable[[Fields], None]) -> Endpoint:
    """Takes a form and leads back to the page; a mistake is shown there beside what was typed."""

    async def endpoint(request: Request) -> Response:
        fields = await form_fields(request)
        if not site.forms.accepts(request, fields):
            raise HTTPException(403, "This form was not sent from its own page, or has grown old. Reload the page.")
        return await run_in_threadpool(answer, request, fields)

    def answer(request: Request, fields: Fields) -> Response:
        try:
            taken(fields)
        except InvalidInput as error:
            return _again(request, str(error), error.problems, fields)
        except FollowupError as error:
            return _again(request, str(error), (), fields)
        return RedirectResponse(PAGE, status_code=303)

    def _again(request: Request, summary: str, problems: Sequence[Problem], fields: Fields) -> Response:
        values = _world(site, simulation)
        values |= {"summary": summary, "problems": problems, "typed": {**values["typed"], **fields}}
        return site.show(request, "simulator", values, status=422)

    return endpoint


def _clinic(site: Site) -> Clinic:
    return next(iter(site.context.content.current().content.configuration.clinics.values()))


def _world(site: Site, simulation: Simulation) -> dict[str, Any]:
    clinic = _clinic(site)
    phones = simulation.phones()
    shown = [
        {
            **phone,
            "messages": _texts(simulation, phone),
            "call": _call(simulation, phone),
            "call_in": simulation.call_in(phone["number"]),
        }
        for phone in phones
    ]
    mailboxes = [{**box, "mails": _mails(simulation, box["address"])} for box in simulation.mailboxes()]
    return {
        "clinic": clinic,
        "zone": clinic.timezone,
        "clock_now": simulation.now(),
        "pushes": [(key, label) for key, (label, _) in PUSHES.items()],
        "patients": [phone for phone in shown if phone["role"] != "staff"],
        "staff": [phone for phone in shown if phone["role"] == "staff"],
        "mailboxes": [box for box in mailboxes if box["mails"]],
        "call_states": _CALL_STATES,
        "summary": "",
        "problems": (),
        "typed": _next_patient(phones),
        "languages": site.context.content.current().content.configuration.languages,
    }


def _texts(simulation: Simulation, phone: Phone) -> list[dict[str, Any]]:
    return [
        {
            "at": datetime.fromisoformat(text["at"]),
            "own": text["from"] == phone["number"],
            "body": text["body"],
        }
        for text in simulation.phone_messages(phone["number"])
    ]


def _call(simulation: Simulation, phone: Phone) -> dict[str, Any] | None:
    """The latest call to a phone; None where there was none."""
    calls = simulation.phone_calls(phone["number"])
    return {**calls[-1], "at": datetime.fromisoformat(calls[-1]["at"])} if calls else None


def _mails(simulation: Simulation, address: str) -> list[dict[str, Any]]:
    return [
        {"at": datetime.fromisoformat(mail["at"]), "subject": mail["subject"], "text": mail["text"]}
        for mail in simulation.mailbox(address)
    ]


def _next_patient(phones: Sequence[Phone]) -> dict[str, str]:
    """A name and a number that nobody has yet, and the presets of the form."""
    taken = {phone["number"] for phone in phones}
    names = {phone["name"] for phone in phones}
    return {
        "name": next((name for name in _NAMES if name not in names), "Another Patient"),
        "phone": next((number for number in _FICTIONAL if number not in taken), ""),
        "language": "en",
        "pain": "5",
        "mood": "5",
    }


def _target(push: timedelta | time, now: datetime, clinic: Clinic) -> datetime:
    if isinstance(push, timedelta):
        return now + push
    today = windows.local_date(now, clinic.timezone)
    target = windows.instant_of(today, push, clinic.timezone)
    return target if target > now else windows.instant_of(today + timedelta(days=1), push, clinic.timezone)


def _posted(fields: Fields, now: datetime) -> dict[str, Any]:
    """The form as the API would get it: a patient of its own, an infusion that has just ended."""
    key = secrets.token_hex(3)
    return {
        "id": f"demo-{key}",
        "patient": {
            "id": f"demo-patient-{key}",
            "name": fields.get("name", ""),
            "phone": fields.get("phone", ""),
            "language": fields.get("language", "en"),
            "timezone": fields.get("timezone", ""),
            "consent": {"sms": True, "at": now.isoformat(), "method": "demo", "text": "made in the demo"},
        },
        "treatment": "ketamine",
        "indication": "chronic_pain",
        "ended_at": now.isoformat(),
        "baseline": {"pain": _score(fields.get("pain", "")), "mood": _score(fields.get("mood", ""))},
    }


def _score(text: str) -> float | str | None:
    """A number where it is one; what is none is left for the checks to name."""
    text = text.strip()
    if not text:
        return None
    return float(text) if text.replace(".", "", 1).isdigit() else text
