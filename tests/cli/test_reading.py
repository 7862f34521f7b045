"""`followup reading export`: corrected readings as labelled examples, which are patient data."""

from __future__ import annotations

import json
from pathlib import Path

from followup.bootstrap.demo import Demo
from followup.services.correct_reading import correct
from tests.cli.conftest import Command


def corrected(clinic: Demo) -> None:
    """Ana wrote, naming herself and a number; two people say what it means, the later one counts."""
    clinic.world.phone_sends("+13125550111", "Ana aqui, llame al 312 555 0190, me siento rara", (), None)
    with clinic.context.store.read() as uow:
        ana = uow.patients.by_external_id(
            next(iter(clinic.context.content.current().content.configuration.clinics)), "P-101"
        )
        assert ana is not None
        inbound = uow.inbound.of_patient(ana.id)[-1].id
    for level, by in (("urgent", "sam"), ("routine", "kay")):
        correct(
            clinic.context,
            inbound=inbound,
            level=level,
            kind="callback",
            value=None,
            symptoms={"dissociation": "mild"},
            note="Ruiz calls it rara",
            by=by,
        )


def test_the_latest_example_of_each_text_without_name_and_number(followup: Command, clinic: Demo) -> None:
    corrected(clinic)
    done = followup("reading", "export", "examples.jsonl", "--yes")
    assert (done.code, done.out.startswith("1 examples are in examples.jsonl.")) == (0, True)
    (line,) = Path("examples.jsonl").read_text(encoding="utf-8").splitlines()
    example = json.loads(line)
    assert example["expect"] == {
        "kind": "callback",
        "value": None,
        "symptoms": {"dissociation": "mild"},
        "level": "routine",
        "crisis": False,
    }
    assert (example["lang"], example["asked"]) == ("es", "none")
    assert "me siento rara" in example["text"]
    for private in ("Ana", "Ruiz", "0190"):
        assert private not in line
    assert Path("examples.jsonl").stat().st_mode & 0o077 == 0


def test_the_export_is_in_the_audit_trail(followup: Command, clinic: Demo) -> None:
    corrected(clinic)
    followup("reading", "export", "examples.jsonl", "--yes")
    with clinic.context.store.read() as uow:
        rows = [row for row in uow.audit.list(limit=200) if row.action.startswith("reading.")]
    assert [(row.action, row.actor.split(":")[0]) for row in rows] == [
        ("reading.exported", "terminal"),
        ("reading.corrected", "staff"),
        ("reading.corrected", "staff"),
    ]


def test_nothing_is_written_without_yes_or_where_it_cannot_be(followup: Command, clinic: Demo) -> None:
    corrected(clinic)
    refused = followup("reading", "export", "examples.jsonl")
    assert (refused.code, "patient data" in refused.err) == (2, True)
    assert not Path("examples.jsonl").exists()
    assert followup("reading", "export", "nowhere/examples.jsonl", "--yes").code == 2
