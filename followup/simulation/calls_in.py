"""Calls that the demo's staff make to the number that alerts come from. The world keeps one; they end with it."""

from __future__ import annotations

from typing import Final, TypedDict

from followup.errors import BadInput
from followup.gateways.port import PressedKey, ReceivedCall, Spoken
from followup.ids import new_id
from followup.services.context import Context
from followup.services.receive_call import answer_call
from followup.services.staff_call_in import press_call_in_key

_PROVIDER: Final = "simulator"


class MadeCall(TypedDict):
    """A call as its owner hears it: the last words, and whether a key may follow them."""

    said: str
    asks: bool


class CallsIn:
    """Who of the staff is on the phone with the clinic. Not safe for threads: the world lets one in at a time."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._heard: dict[str, tuple[str, Spoken]] = {}

    def of(self, number: str) -> MadeCall | None:
        """The call from a phone; None without one."""
        found = self._heard.get(number)
        return None if found is None else MadeCall(said=found[1].text, asks=found[1].key_path is not None)

    def begin(self, number: str) -> None:
        """The owner of a phone calls. Raises BadInput for whom nobody here would answer."""
        clinics = self._context.content.current().content.configuration.clinics.values()
        to = next((clinic.sender for clinic in clinics if clinic.sender), "")
        call = ReceivedCall(provider=_PROVIDER, provider_id=f"SIM{new_id()}", sender=number, to=to, raw="")
        heard = answer_call(self._context, call)
        if not isinstance(heard, Spoken):
            raise BadInput("This caller is put through to a person; nobody can be heard in the demo.")
        self._heard[number] = (call.provider_id, heard)

    def press(self, number: str, key: str) -> None:
        """A key; an empty one puts the phone down. Raises BadInput when the call is over."""
        call, heard = self._heard.pop(number, (None, None))
        if not key:
            return
        if call is None or heard is None or heard.key_path is None:
            raise BadInput("This call is over; no key can be pressed any more.")
        message = heard.key_path.rsplit("/", 1)[1]
        pressed = PressedKey(message_id=message, provider=_PROVIDER, provider_id=call, key=key, sender=number)
        self._heard[number] = (call, press_call_in_key(self._context, pressed))
