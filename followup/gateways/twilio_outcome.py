"""What came of a request to Twilio, whatever the SDK raised: refused, or uncertain. Texts and calls ask it."""

from __future__ import annotations

from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException

from followup.gateways.port import Outcome, RefusalKind, Refused, Uncertain
from followup.gateways.twilio_errors import refusal
from followup.gateways.twilio_http import TOO_MANY_REQUESTS, AnswerLost, NotSent, Throttled


def outcome_of(error: Exception) -> Outcome:
    """Refused where Twilio surely did nothing, uncertain where it may have."""
    match error:
        case NotSent():
            reason = f"Twilio could not be reached ({error})."
            return Refused(kind=RefusalKind.LATER, code="connection", reason=reason)
        case AnswerLost():
            return Uncertain(reason="Twilio's answer was lost on the way.")
        case Throttled():
            return refusal(TOO_MANY_REQUESTS, error.code, error.retry_after)
        case TwilioRestException() | TwilioServiceException():
            return refusal(_number(error.status) or 0, _code(error))
        case _:
            return Uncertain(reason="Twilio's answer could not be read.")


def _code(error: TwilioException) -> int | None:
    """Twilio's own code; the SDK puts the HTTP status in its place where the body had none."""
    code = _number(error.code)
    return None if code == _number(error.status) else code


def _number(value: object) -> int | None:
    """A whole number, also where a body wrote it as text."""
    try:
        return int(str(value))
    except ValueError:
        return None
