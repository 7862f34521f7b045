"""Names under which transactions take turns: a send never overtakes the STOP or acknowledgement it should obey."""

from __future__ import annotations


def address_turn(clinic: str, address: str) -> str:
    """The turn of everything that stops or marks a send to one address."""
    return f"address/{clinic}/{address}"


def alert_turn(alert: str) -> str:
    """The turn of everything that takes an alert or marks a notice of it."""
    return f"alert/{alert}"
