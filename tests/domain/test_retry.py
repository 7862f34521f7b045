"""When a refused message is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.domain.retry import retry_at
from tests.domain.samples import T0


@pytest.mark.parametrize(
    ("tries", "seconds"),
    [(0, 5), (1, 5), (2, 10), (3, 20), (4, 40), (5, 80), (6, 160), (7, 320), (8, 600), (9, 600), (1000, 600)],
)
def test_waits_double_up_to_ten_minutes(tries, seconds):
    assert retry_at(T0, tries) == T0 + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("tries", "asked", "account", "seconds"),
    [
        (1, 30, False, 30),  # the provider asked for longer
        (5, 30, False, 80),  # the provider asked for less
        (1, 3600, False, 3600),
        (1, None, True, 900),
        (8, 30, True, 900),
        (1, 3600, True, 3600),
    ],
)
def test_never_sooner_than_the_provider_asks(tries, asked, account, seconds):
    retry_after = None if asked is None else timedelta(seconds=asked)
    assert retry_at(T0, tries, retry_after=retry_after, account=account) == T0 + timedelta(seconds=seconds)


@given(tries=st.integers(0, 10_000))
def test_there_is_always_a_next_try_and_it_comes_no_sooner_than_the_one_before(tries):
    assert T0 < retry_at(T0, tries) <= retry_at(T0, tries + 1) <= T0 + timedelta(minutes=10)
