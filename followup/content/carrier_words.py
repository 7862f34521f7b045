"""Words that carriers and providers act on themselves, so that they can never be answers to a question.

Twilio's default and advanced opt-out keywords, those that AWS and toll-free carriers add, and CTIA's.
"""

from __future__ import annotations

STOP_WORDS = frozenset(
    "STOP STOPALL UNSUBSCRIBE END QUIT CANCEL REVOKE OPTOUT OPT-OUT ARRET REMOVE TD ALTO PARAR".split()
)
START_WORDS = frozenset({"START", "UNSTOP", "YES", "SI"})
HELP_WORDS = frozenset({"HELP", "INFO", "AYUDA"})
CARRIER_WORDS = STOP_WORDS | START_WORDS | HELP_WORDS
