"""The contact card that staff save, so that their phone lets our numbers through at night."""

from __future__ import annotations

from followup.domain.content_lines import contact_card
from followup.domain.schedule import Clinic, Configuration
from followup.errors import Conflict
from followup.services.context import Context, only_clinic

_NOTE = (
    "Follow-up alerts wake you at night. iPhone: Edit, Ringtone and Text Tone, Emergency Bypass on for both. "
    "Android: star this contact, then Settings, Do Not Disturb, People: starred contacts."
)


def card(context: Context, clinic: str | None) -> str:
    """The card of a clinic, with every number that notices to staff may come from. Raises NotFound, Conflict."""
    configuration = context.content.current().content.configuration
    found = only_clinic(configuration, clinic)
    numbers = notice_numbers(context, configuration, found)
    if not numbers:
        message = "no number is known that notices come from: set TWILIO_STAFF_FROM_NUMBER, or `sender` of the clinic"
        raise Conflict(message)
    return contact_card(f"ALERT {found.name} follow-up", found.name, numbers, _NOTE)


def notice_numbers(context: Context, configuration: Configuration, clinic: Clinic) -> tuple[str, ...]:
    """The number kept for staff, and the clinic's own, from which notices come where there is no other."""
    clinics = {one.sender for one in configuration.clinics.values()}
    kept_for_staff = [number for number in context.own_numbers if number not in clinics]
    own = [clinic.sender] if clinic.sender is not None else []
    return tuple(dict.fromkeys([*kept_for_staff, *own]))
