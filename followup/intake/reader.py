"""A file -> its infusions. The format is found by content: JSON, FHIR or CSV. For services/import_infusions.py."""

from __future__ import annotations

from followup.intake.csv_file import read_csv
from followup.intake.decoding import decoded
from followup.intake.found import Reading, Surroundings, Unreadable
from followup.intake.json_file import looks_like_json, read_json


def read_file(data: bytes, around: Surroundings) -> Reading:
    """Read a file of infusions. Raises Unreadable with what is wrong with it as a whole."""
    text, encoding = decoded(data)
    if text.lstrip()[:1] == "<":
        raise Unreadable("the file is XML or a web page; export the list as CSV or JSON")
    reading = read_json(text, encoding, around) if looks_like_json(text) else read_csv(text, encoding, around)
    if not reading.drafts:
        raise Unreadable("the file holds no infusions")
    return reading
