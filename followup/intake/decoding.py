"""Bytes -> text: the encoding is found, and what is no text at all is told apart with a remedy."""

from __future__ import annotations

import codecs
from typing import Final

from followup.intake.found import Unreadable

#: Larger than any export of a clinic; what is larger is something else.
MOST_BYTES: Final = 50_000_000

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_NO_TEXT: Final = (
    (b"PK\x03\x04", "is an Excel workbook or an archive; save the sheet as CSV (UTF-8) and send that"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook; save the sheet as CSV (UTF-8) and send that"),
    (b"%PDF", "is a PDF; export the list as CSV and send that"),
    (b"\x1f\x8b", "is compressed; unpack it first"),
    (b"{\\rtf", "is a word processor's document; export the list as CSV and send that"),
)


def decoded(data: bytes) -> tuple[str, str]:
    """The text of a file and the name of its encoding, line ends made one. Raises Unreadable."""
    if len(data) > MOST_BYTES:
        raise Unreadable(f"the file is larger than {MOST_BYTES // 1_000_000} MB; split it")
    for beginning, what in _NO_TEXT:
        if data.startswith(beginning):
            raise Unreadable(f"the file {what}")
    text, encoding = _decoded(data)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip("\n\t ,;|\u00a0"):
        raise Unreadable("the file is empty")
    if "\0" in text:
        raise Unreadable("the file holds zero bytes, so it is no text; export it as CSV (UTF-8)")
    return text, encoding


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return _by(data, codec, name), name
    wide = _wide_without_mark(data)
    if wide is not None:
        return _by(data, wide, "UTF-16"), "UTF-16"
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        return _by(data, "cp1252", "Windows-1252"), "Windows-1252"


def _by(data: bytes, codec: str, name: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        line = data[:MOST_BYTES].count(b"\n") + 1
        raise Unreadable(
            f"the file is not readable as {name} (it has {line} lines); export it as CSV (UTF-8)"
        ) from None


def _wide_without_mark(data: bytes) -> str | None:
    """UTF-16 without its mark: in Western text every second byte is zero."""
    sample = data[:2000]
    pairs = len(sample) // 2
    if pairs < 2:
        return None
    if sample[1::2].count(0) > pairs * 0.8:
        return "utf-16-le"
    if sample[0::2].count(0) > pairs * 0.8:
        return "utf-16-be"
    return None
