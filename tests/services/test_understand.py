"""`followup understand`: why a text is taken as it is, and a file of texts in one go."""

import json

import pytest

from followup.content.lexicon import load_lexicon
from followup.domain.reading import Asked
from followup.errors import BadInput
from followup.services.understand import explain, understand_file
from tests.content import shipped

LEXICON = load_lexicon()


def test_an_explanation_names_level_words_and_pattern():
    told = explain("6 but my chest feels tight", Asked.PAIN, None, LEXICON)
    assert "emergency" in told
    assert '"chest feels tight"' in told
    assert "chest-pain" in told
    assert "Value       6" in told


def test_hostile_characters_are_shown_inert():
    assert "\x1b" not in explain("my chest \x1b[31m hurts", Asked.NONE, None, LEXICON)


def test_a_file_is_read_line_by_line(tmp_path):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(
        '{"id":"a","lang":"en","asked":"pain","text":"6 or 7"}\n\n{"id":"b","lang":"es","asked":"none","text":"ALTO"}\n'
    )
    assert understand_file(source, target, LEXICON) == 2
    first, second = [json.loads(line) for line in target.read_text().splitlines()]
    assert first == {"id": "a", "kind": "answer", "value": 7, "symptoms": {}, "level": "none", "crisis": False}
    assert second["kind"] == "opt_out"


@pytest.mark.parametrize(
    "bad",
    [
        "not json",
        "[]",
        '{"id":1,"text":"x"}',
        '{"id":"a"}',
        '{"id":"a","text":"x","asked":"weather"}',
        '{"id":"a","text":"x","about":3}',
    ],
)
def test_a_bad_line_is_named_and_nothing_is_written(tmp_path, bad):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"id":"a","text":"ok"}\n' + bad + "\n")
    with pytest.raises(BadInput, match="line 2"):
        understand_file(source, target, LEXICON)
    assert not target.exists()


def test_it_names_the_rules_that_the_words_meet() -> None:
    rules = shipped.content().configuration.rules
    told = explain("no chest pain, but i fell on the stairs", Asked.NONE, None, LEXICON, rules)
    assert [line.split()[1] for line in told.splitlines() if line.startswith("Rule ")] == ["U8:"]
    assert "Rule " not in explain("fine, thanks", Asked.NONE, None, LEXICON, rules)
