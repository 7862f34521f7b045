"""Logs: canaries for a name, a number, an address and a patient's words must not come out whatever is logged."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from followup import log
from followup.errors import BadInput, InvalidInput, Problem

NUMBER = "+13125550199"
ADDRESS = "canary.person@mail.example"
WORDS = "canary words: my chest is tight " * 10
NAME = "Canary Person"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is logged while a test runs, as JSON."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    log.configure(stream=stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    logging.raiseExceptions = True


def lines(stream: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def fail(error: Exception) -> None:
    raise error


def assert_no_canary(stream: io.StringIO) -> None:
    text = stream.getvalue()
    for canary in (NUMBER, NUMBER[2:], ADDRESS, "canary words", NAME):
        assert canary not in text


def test_known_fields_stand_and_others_lose_their_value(written: io.StringIO) -> None:
    log.get("followup.worker.loop").info("sent", lane="staff", count=2, name=NAME, body=WORDS, to=NUMBER)
    (line,) = lines(written)
    assert (line["event"], line["lane"], line["count"], line["logger"]) == ("sent", "staff", 2, "followup.worker.loop")
    assert {line["name"], line["body"], line["to"]} == {log.REMOVED}
    assert_no_canary(written)


@pytest.mark.parametrize(
    "text",
    [
        f"text to {NUMBER} failed",
        "call (312) 555-0199 now",
        "call 312.555.0199",
        "312 555 0199",
        f"mail {ADDRESS}",
        f"<{ADDRESS}>",
        WORDS,
    ],
)
def test_numbers_addresses_and_long_texts_go_even_from_known_fields(written: io.StringIO, text: str) -> None:
    log.get("followup.test").warning(text, reason=text)
    (line,) = lines(written)
    assert log.REMOVED in line["event"]
    assert log.REMOVED in line["reason"]
    assert "0199" not in written.getvalue()
    assert_no_canary(written)


@pytest.mark.parametrize("text", ["0006406a1b2c3d4e5f60718293a4b5c6", "port 8000", "2026-11-22T09:00:00Z", "3 of 12"])
def test_ids_times_and_small_numbers_stay(text: str) -> None:
    assert log.scrub(text) == text


def test_an_exception_leaves_its_type_and_place_and_not_its_message(written: io.StringIO) -> None:
    def fail_twice() -> None:
        try:
            fail(KeyError(NUMBER))
        except KeyError as cause:
            raise ValueError(WORDS) from cause

    try:
        fail_twice()
    except ValueError:
        log.get("followup.test").exception("failed", job="settle")
    (line,) = lines(written)
    assert line["error"] == "ValueError"
    assert "test_log.py" in line["where"]
    assert line["caused_by"][0].startswith("KeyError at ")
    assert_no_canary(written)


def test_our_own_errors_keep_their_words_and_refused_input_only_its_places(written: io.StringIO) -> None:
    logger = log.get("followup.test")
    try:
        fail(BadInput("FOLLOWUP_PORT must be a port"))
    except BadInput:
        logger.exception("refused")
    try:
        fail(InvalidInput("the infusion cannot be taken", (Problem(at="patient.phone", message=f"{NUMBER} is none"),)))
    except InvalidInput:
        logger.exception("refused")
    first, second = lines(written)
    assert first["reason"] == "FOLLOWUP_PORT must be a port"
    assert second["reason"] == "the infusion cannot be taken (patient.phone)"
    assert_no_canary(written)


def test_other_peoples_events_lose_their_arguments_and_come_from_warnings_on(written: io.StringIO) -> None:
    for name in ("apscheduler.executors.default", "uvicorn.error", "twilio", "sqlalchemy.engine", "some.library"):
        logger = logging.getLogger(name)
        logger.info("request to %s", NUMBER)
        logger.warning("could not text %s: %s", NUMBER, WORDS)
        try:
            fail(RuntimeError(WORDS))
        except RuntimeError:
            logger.exception("job of %s failed", NAME)
    logging.getLogger("uvicorn.access").error("GET /staff/patients/%s", NUMBER)
    assert [line["event"] for line in lines(written)] == ["could not text %s: %s", "job of %s failed"] * 5
    assert_no_canary(written)


def test_what_cannot_be_written_prints_no_record(written: io.StringIO, capfd: pytest.CaptureFixture[str]) -> None:
    class Hostile:
        def __repr__(self) -> str:
            raise RuntimeError(NUMBER)

    log.get("followup.test").info("odd", reason=Hostile(), job={"a": NUMBER})
    assert_no_canary(written)
    assert capfd.readouterr().err == ""


def test_for_a_terminal_the_same_is_written_as_lines_for_people() -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        log.configure(stream=stream, console=True)
        log.get("followup.test").info("sent", count=1, to=NUMBER)
        try:
            fail(ValueError(WORDS))
        except ValueError:
            log.get("followup.test").exception("failed")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        logging.captureWarnings(capture=False)
        logging.raiseExceptions = True
    assert "sent" in stream.getvalue()
    assert_no_canary(stream)
