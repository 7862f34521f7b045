"""The inbox: texts that a person must read; taken or given to somebody, answered, filed under a patient, done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from followup.domain.access import Role
from followup.domain.alert import ROUTINE_OUTCOMES, Outcome
from followup.errors import Conflict, InvalidInput, NotFound, Problem
from followup.services.acknowledge_alert import acknowledge
from followup.services.close_alert import close
from followup.services.context import clinic_of
from followup.services.hand_over import hand_over
from followup.services.link_sender import link
from followup.services.note_read import note_read
from followup.services.send_personal import NeedsConfirmation, send
from followup.services.show_inbox import InboxItem, inbox_items
from followup.services.show_patient import PatientLine, search_patients
from followup.services.sign_in import SignedIn
from followup.web.api.fields import number_sought
from followup.web.site import Fields, Site

INBOX: Final = "/staff/inbox"
_OUTCOMES: Final = tuple(outcome for outcome in Outcome if outcome in ROUTINE_OUTCOMES)


def inbox_routes(site: Site) -> list[Route]:
    """The list, one item, and what can be done with it."""
    desk = _Desk(site)
    one = INBOX + "/{id}"
    return [
        Route(INBOX, site.staff(desk.shown), methods=["GET"]),
        Route(one, site.staff(desk.opened), methods=["GET"]),
        Route(f"{one}/assign", site.staff_form(desk.assigned), methods=["POST"]),
        Route(f"{one}/answer", site.staff_form(desk.answered), methods=["POST"]),
        # By POST, so that no name stands in an address or a log.
        Route(f"{one}/find", site.staff_form(desk.found), methods=["POST"]),
        Route(f"{one}/link", site.staff_form(desk.linked), methods=["POST"]),
        Route(f"{one}/done", site.staff_form(desk.done), methods=["POST"]),
    ]


class _Desk:
    """What can be done with a text of the inbox."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def shown(self, request: Request, who: SignedIn) -> Response:
        self._note(who, "inbox", who.clinic)
        items = inbox_items(self._site.context, who.clinic, prescriber=who.prescriber)
        return self._site.show(request, "inbox", {**self._common(who), "items": items})

    def opened(self, request: Request, who: SignedIn) -> Response:
        item = self._item(request, who)
        self._note(who, "alert", item.alert.id)
        return self._show(request, who, item)

    def assigned(self, request: Request, who: SignedIn, fields: Fields) -> Response:
        item = self._item(request, who)
        to = fields.get("to", who.person)
        try:
            if to == who.person:
                acknowledge(self._site.context, alert=item.alert.id, person=who.person, via="page")
            else:
                hand_over(self._site.context, alert=item.alert.id, by=who.person, to=to, via="page")
        except Conflict as refused:
            return self._show(request, who, item, {"refused": str(refused)}, status=409)
        return self._back(item)

    def answered(self, request: Request, who: SignedIn, fields: Fields) -> Response:
        """The text goes, and whoever answers has the item; or the page says what speaks against it."""
        item = self._item(request, who)
        text = fields.get("text", "")
        try:
            self._send(who, item, text, confirmed=fields.get("confirmed") == "yes")
        except NeedsConfirmation as asked:
            return self._show(request, who, item, {"text": text, "cautions": asked.cautions}, status=409)
        except Conflict as refused:
            return self._show(request, who, item, {"text": text, "refused": str(refused)}, status=409)
        except InvalidInput as error:
            return self._show(request, who, item, {"text": text, "problems": error.problems}, status=422)
        acknowledge(self._site.context, alert=item.alert.id, person=who.person, via="page")
        self._site.deps.settle()
        return RedirectResponse(f"{INBOX}/{item.alert.id}?sent", status_code=303)

    def found(self, request: Request, who: SignedIn, fields: Fields) -> Response:
        item = self._item(request, who)
        words = fields.get("words", "").strip()[:100]
        self._note(who, "patients", "search")
        lines = search_patients(self._site.context, who.clinic, words, number_sought(words)) if words else ()
        return self._show(request, who, item, {"words": words, "found": lines})

    def linked(self, request: Request, who: SignedIn, fields: Fields) -> Response:
        item = self._item(request, who)
        patient = fields.get("patient", "")
        try:
            link(self._site.context, alert=item.alert.id, patient=patient, by=who.person, clinic=who.clinic)
        except Conflict as refused:
            return self._show(request, who, item, {"refused": str(refused)}, status=409)
        return self._back(item)

    def done(self, request: Request, who: SignedIn, fields: Fields) -> Response:
        item = self._item(request, who)
        try:
            close(
                self._site.context,
                alert=item.alert.id,
                person=who.person,
                outcome=_outcome(fields),
                minutes=None,
                note=fields.get("note", "").strip()[:2000] or None,
                via="page",
            )
        except InvalidInput as error:
            return self._show(request, who, item, {"problems": error.problems}, status=422)
        self._site.deps.settle()
        return RedirectResponse(INBOX, status_code=303)

    def _send(self, who: SignedIn, item: InboxItem, text: str, *, confirmed: bool) -> None:
        if item.line.patient is None:
            raise Conflict("nobody knows whose number this is: file it under a patient first, or phone")
        send(
            self._site.context,
            patient=item.line.patient.id,
            text=text,
            by=who.person,
            answering=item.answering,
            confirmed=confirmed,
        )

    def _note(self, who: SignedIn, subject: str, subject_id: str) -> None:
        note_read(
            self._site.context,
            actor=f"staff:{who.person}",
            subject=subject,
            subject_id=subject_id,
            clinic=who.clinic,
        )

    def _common(self, who: SignedIn) -> dict[str, Any]:
        clinic = clinic_of(self._site.context.content.current().content.configuration, who.clinic)
        return {"who": who, "clinic": clinic, "zone": clinic.timezone, "may_act": who.role.may(Role.NURSE)}

    def _item(self, request: Request, who: SignedIn) -> InboxItem:
        """The item of the address. Raises NotFound, also for one that is closed or another clinic's."""
        items = inbox_items(self._site.context, who.clinic, prescriber=who.prescriber)
        found = next((item for item in items if item.alert.id == request.path_params["id"]), None)
        if found is None:
            raise NotFound("There is no such text in the inbox.")
        return found

    def _show(
        self,
        request: Request,
        who: SignedIn,
        item: InboxItem,
        more: Mapping[str, Any] | None = None,
        *,
        status: int = 200,
    ) -> Response:
        staff = self._site.context.content.current().content.configuration.staff.values()
        nothing_found: Sequence[PatientLine] = ()
        values = {
            "item": item,
            "colleagues": [member for member in staff if member.key != who.person],
            "outcomes": [outcome.value for outcome in _OUTCOMES],
            "words": "",
            "found": nothing_found,
            "text": "",
            "cautions": (),
            "problems": (),
            "refused": None,
            "sent": "sent" in request.query_params,
            **(more or {}),
        }
        return self._site.show(request, "inbox_item", {**self._common(who), **values}, status=status)

    def _back(self, item: InboxItem) -> Response:
        self._site.deps.settle()
        return RedirectResponse(f"{INBOX}/{item.alert.id}", status_code=303)


def _outcome(fields: Fields) -> Outcome:
    try:
        return Outcome(fields.get("outcome", ""))
    except ValueError:
        problem = Problem(at="outcome", message="choose how it ended")
        raise InvalidInput("It was not closed.", (problem,)) from None
