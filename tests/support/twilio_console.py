"""What a clinic has set up in Twilio's console, as the stand-in's API tells it: numbers, and a messaging service."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Number:
    """A number of the account, where texts and calls to it go, and whether it can be called at all."""

    number: str
    sms_url: str = ""
    sms_fallback_url: str = ""
    voice_url: str = ""
    voice_fallback_url: str = ""
    voice: bool = True


@dataclass(slots=True)
class Service:
    """A messaging service. Under `ask_the_number` each of its numbers says where its texts go."""

    sid: str
    numbers: tuple[str, ...] = ()
    inbound_request_url: str | None = None
    fallback_url: str | None = None
    ask_the_number: bool = False


@dataclass(slots=True)
class Console:
    """Set `numbers` and `service` as a clinic would."""

    numbers: list[Number] = field(default_factory=list)
    service: Service | None = None

    def answer(self, path: str, query: Mapping[str, str], account: str) -> tuple[int, dict[str, object]] | None:
        """The answer to a question about numbers; None for any other path."""
        if path == f"/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json":
            return 200, {"incoming_phone_numbers": self._listed(query.get("PhoneNumber")), "next_page_uri": None}
        asked = re.fullmatch(r"/v1/Services/([^/]+)(/PhoneNumbers)?", path)
        if asked is None or self.service is None or asked[1] != self.service.sid:
            return None
        return 200, self._members() if asked[2] else self._service(self.service)

    def _listed(self, wanted: str | None) -> list[dict[str, object]]:
        return [
            {
                "sid": f"PN{index:032d}",
                "phone_number": one.number,
                "sms_url": one.sms_url,
                "sms_fallback_url": one.sms_fallback_url,
                "voice_url": one.voice_url,
                "voice_fallback_url": one.voice_fallback_url,
                "capabilities": {"sms": True, "mms": True, "fax": False, "voice": one.voice},
            }
            for index, one in enumerate(self.numbers)
            if wanted in {None, one.number}
        ]

    def _members(self) -> dict[str, object]:
        members = self.service.numbers if self.service else ()
        return {
            "phone_numbers": [
                {"sid": f"PN{index:032d}", "phone_number": number} for index, number in enumerate(members)
            ],
            "meta": {"key": "phone_numbers", "page": 0, "page_size": 50, "next_page_url": None},
        }

    def _service(self, service: Service) -> dict[str, object]:
        return {
            "sid": service.sid,
            "inbound_request_url": service.inbound_request_url,
            "fallback_url": service.fallback_url,
            "use_inbound_webhook_on_number": service.ask_the_number,
        }
