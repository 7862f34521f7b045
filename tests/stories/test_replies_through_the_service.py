"""The labelled development replies, each written by a patient of its own to the whole service, not only to the reader.

What the reader calls an emergency in words is an emergency of the protocol, told to staff, whatever else the service
knows; and what it calls nothing wakes nobody, apart from the differences that docs/reading.md lists.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import time
from pathlib import Path

import pytest

from followup.content.lexicon import load_lexicon
from followup.domain import windows
from followup.domain.level import Level
from followup.domain.reading import Asked, read
from tests.support.clinic import CHICAGO, SUNDAY, Clinic

ROOT = Path(__file__).resolve().parents[2]
REPLIES = [
    json.loads(line) for line in (ROOT / "tests/data/replies-dev.jsonl").read_text(encoding="utf-8").splitlines()
]
PARTS = 8
#: Rules that look at more than the words: a denial that a person reads, a substance on the day, what lasts, low mood.
DIFFERENCES = {"U1", "U2", "U3", "U6", "U10", "U11", "U14", "U16"}


@pytest.fixture
def service(migrated_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """One clinic on a Sunday morning, with a patient for each reply of a part."""
    file = tmp_path_factory.mktemp("replies") / "clinic.sqlite"
    file.write_bytes(migrated_sqlite_template.read_bytes())
    made = Clinic(f"sqlite:///{file}", start=windows.instant_of(SUNDAY, time(9), CHICAGO))
    yield made
    made.close()


@pytest.mark.parametrize("part", range(PARTS))
def test_every_development_reply_goes_through_the_whole_service(service: Clinic, part: int) -> None:
    missed, woken = [], []
    for item in REPLIES[part::PARTS]:
        patient = service.patient(
            item["id"], baseline=5, language=item["lang"] if item["lang"] in {"en", "es"} else "en"
        )
        service.infusion(patient, ended="07:00")
        level = read(item["text"], asked=Asked.NONE, lexicon=load_lexicon()).level
        patient.replies(item["text"])
        alerts = patient.alerts()
        highest = max((alert.level for alert in alerts), key=lambda one: one.rank, default=Level.NONE)
        if level is Level.EMERGENCY and highest is not Level.EMERGENCY:
            missed.append(item["id"])
        rules = {rule for alert in alerts for rule in alert.rules}
        if level is Level.NONE and highest.at_least(Level.URGENT) and not rules & DIFFERENCES:
            woken.append((item["id"], sorted(rules)))
    assert missed == []
    assert woken == []
    with service.store.read() as uow:
        assert uow.inbound.pending(1) == ()
