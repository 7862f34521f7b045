"""Reading the files themselves: what is taken, what is left aside, and what is said when one cannot be read."""

from __future__ import annotations

import shutil

import pytest

from followup.content.loader import InvalidContent, content_as_published, content_from, load_content
from followup.errors import BadInput, InvalidInput
from tests.content import shipped


@pytest.fixture
def files(tmp_path):
    """A copy of the shipped file and templates that a test may change."""
    shutil.copy(shipped.SCHEDULES, tmp_path / "schedules.yaml")
    shutil.copytree(shipped.TEMPLATES / "messages", tmp_path / "templates" / "messages")
    return tmp_path


def test_files_and_stored_texts_give_the_same_content(files):
    read = load_content(files / "schedules.yaml", files / "templates")
    stored = content_from(read.schedules_text, read.template_files)
    assert stored == read


def test_what_editors_leave_behind_is_left_aside(files):
    folder = files / "templates" / "messages" / "R"
    for name in [".en.sms.txt.swp", "en.sms.txt~", ".DS_Store", "en.sms.txt.bak"]:
        (folder / name).write_bytes(b"\xff")
    load_content(files / "schedules.yaml", files / "templates")


def test_a_file_written_by_windows_is_read(files):
    path = files / "schedules.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    content = load_content(path, files / "templates")
    assert content.configuration == shipped.content().configuration


def test_a_file_that_is_not_there_is_named(files):
    with pytest.raises(BadInput, match=r"nowhere\.yaml cannot be read: No such file"):
        load_content(files / "nowhere.yaml", files / "templates")


def test_a_folder_without_texts_is_named(files):
    with pytest.raises(BadInput, match="holds no folder `messages`"):
        load_content(files / "schedules.yaml", files)


def test_a_file_in_another_encoding_is_named(files):
    (files / "templates" / "messages" / "R" / "es.sms.txt").write_bytes("está".encode("latin-1"))
    with pytest.raises(BadInput, match=r"es\.sms\.txt is not UTF-8 text"):
        load_content(files / "schedules.yaml", files / "templates")


def test_invalid_content_is_invalid_input_with_places(files):
    (files / "schedules.yaml").write_text("clinics: 1\n", encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        load_content(files / "schedules.yaml", files / "templates")
    assert isinstance(refused.value, InvalidContent)
    assert all(problem.at.startswith("schedules.yaml:1:") for problem in refused.value.problems)
    assert "nothing was changed" in str(refused.value)


def test_what_an_earlier_release_published_runs_until_the_next_version_is_in_force():
    """It lacks a text that this release sends, and has one that nothing sends any more: new files are refused so."""
    texts = {path: text for path, text in shipped.template_texts().items() if "/STAFF_ACCOUNT/" not in path}
    texts["messages/OUT_OF_USE/en.sms.txt"] = "{{ clinic }}: no longer sent."
    with pytest.raises(InvalidContent):
        content_from(shipped.schedules_text(), texts)
    earlier = content_as_published(shipped.schedules_text(), texts)
    assert earlier.configuration == shipped.content().configuration
    assert earlier.template_files == texts
    assert {one.key for one in shipped.content().catalogue.templates} - {
        one.key for one in earlier.catalogue.templates
    } == {"STAFF_ACCOUNT"}


def test_what_was_published_is_read_as_it_was():
    whole = shipped.content()
    assert content_as_published(whole.schedules_text, whole.template_files).content_hash == whole.content_hash


def test_a_published_version_without_a_configuration_says_so():
    with pytest.raises(InvalidContent):
        content_as_published("clinics: {}", shipped.template_texts())
