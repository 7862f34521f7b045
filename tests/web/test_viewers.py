"""Somebody who may only read sees everything and is offered nothing that would be refused."""

from __future__ import annotations

import re

from followup.domain.access import Role
from followup.domain.people import Consent
from tests.web.conftest import Web


def test_no_page_offers_a_viewer_a_form_that_changes_something(live: Web) -> None:
    """Signing out, searching and their own account aside."""
    alert = live.emergency()
    live.clinic.infusion(live.clinic.patient("Bea", baseline=5, consent=Consent(email=True)), ended="08:30")
    stranger = live.written_by_a_stranger("who is this?")
    live.account("robin", Role.VIEWER)
    robin = live.signed_in("robin")
    pages = (
        "/staff",
        "/staff/board",
        f"/staff/alerts/{alert}",
        f"/staff/alerts/{alert}/now",
        "/staff/lists",
        "/staff/inbox",
        f"/staff/inbox/{stranger}",
        "/staff/routine",
    )
    for page in pages:
        shown = robin.get(page)
        assert shown.status_code == 200
        forms = re.findall(r'<form method="post" action="([^"]+)"', shown.text)
        assert set(forms) <= {"/staff/sign-out"}, page
