"""How texts are counted and made plain: known counts, the borders of a part, and what the phone would show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.content.sms import Encoding, normalise, outside_gsm, parts

GSM, UCS = Encoding.GSM_7, Encoding.UCS_2


@pytest.mark.parametrize(
    ("text", "encoding", "units", "count"),
    [
        ("", GSM, 0, 0),
        ("a", GSM, 1, 1),
        ("a" * 160, GSM, 160, 1),
        ("a" * 161, GSM, 161, 2),
        ("a" * 306, GSM, 306, 2),
        ("a" * 307, GSM, 307, 3),
        ("€" * 80, GSM, 160, 1),
        ("€" * 81, GSM, 162, 2),
        # An escaped character is never torn: 76 of them fill 152 of 153 units of a part.
        ("€" * 152, GSM, 304, 2),
        ("€" * 153, GSM, 306, 3),
        ("^{}\\[]~|", GSM, 16, 1),
        ("é è ù ì ò à ñ Ñ ü ¿ ¡ É", GSM, 23, 1),
        ("á" + "a" * 69, UCS, 70, 1),
        ("á" + "a" * 70, UCS, 71, 2),
        ("a" * 70 + "í", UCS, 71, 2),
        ("ó" * 134, UCS, 134, 2),
        ("ó" * 135, UCS, 135, 3),
        ("👍", UCS, 2, 1),
        ("👍" * 35, UCS, 70, 1),
        ("👍" * 36, UCS, 72, 2),
        # 33 pairs fill 66 of 67 units of a part.
        ("👍" * 66, UCS, 132, 2),
        ("👍" * 67, UCS, 134, 3),
        ("line\nline", GSM, 9, 1),
    ],
)
def test_a_text_is_counted_as_it_travels(text, encoding, units, count):
    found = parts(text)
    assert (found.encoding, found.units, found.parts) == (encoding, units, count)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("“Hi” – it’s me…", '"Hi" - it\'s me...'),
        ("a\u00a0b\u202fc\td", "a b c d"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("cafe\u0301 nin\u0303o", "café niño"),
        ("está aquí sólo tú", "está aquí sólo tú"),
    ],
)
def test_look_alikes_become_plain(text, plain):
    assert normalise(text) == plain


def test_folding_leaves_what_gsm_has():
    assert normalise("¿Está el niño aquí? Sólo tú. Náusea, Índice, É", fold=True) == (
        "¿Esta el niño aqui? Solo tu. Nausea, Indice, É"
    )
    assert parts(normalise("¿Está el niño aquí?", fold=True)).encoding is GSM


def test_what_is_outside_is_named_once():
    assert outside_gsm("áéíá👍") == "áí👍"


@given(st.text(max_size=400))
def test_a_part_is_never_overfull(text):
    found = parts(text)
    single, joined = (160, 153) if found.encoding is GSM else (70, 67)
    assert found.units <= (single if found.parts <= 1 else joined * found.parts)
    assert found.parts == 0 or found.units > 0


@given(st.text(max_size=400))
def test_making_plain_twice_changes_nothing(text):
    once = normalise(text, fold=True)
    assert normalise(once, fold=True) == once
