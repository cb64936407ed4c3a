"""What is made of Whisper's tokens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.whisper import _REPEATED, _spoken

FIRST = 50364
"""The token of 0.00 s; each one more is 20 ms."""


def at(seconds: float) -> int:
    return FIRST + round(seconds * 50)


def test_what_is_said_after_the_end_of_the_audio_is_left_out() -> None:
    assert _spoken([at(0), 1, 2, at(1.9), at(1.9), 3, 4, at(4)], FIRST, 2.0) == [1, 2]


def test_all_that_is_said_before_it_stays() -> None:
    assert _spoken([at(0), 1, at(1), at(1), 2, at(2), at(2), 3, at(4)], FIRST, 4.0) == [1, 2, 3]
    assert _spoken([1, 2], FIRST, 1.0) == [1, 2]


def test_a_first_timestamp_past_the_end_leaves_the_text() -> None:
    assert _spoken([at(0.4), 1, at(0.8)], FIRST, 0.5) == [1]


@given(st.lists(st.integers(0, FIRST + 1500)), st.floats(0, 30))
def test_only_text_comes_out_in_its_order(tokens: list[int], seconds: float) -> None:
    text = [token for token in tokens if token < FIRST]
    assert _spoken(tokens, FIRST, seconds) == text[: len(_spoken(tokens, FIRST, seconds))]


@pytest.mark.parametrize("text", ["four. Four.", "nine nine nine", "co się podoba, co się podoba"])
def test_repeats_are_seen(text: str) -> None:
    assert _REPEATED.search(text)


@pytest.mark.parametrize("text", ["", "Tak.", "four five four", "to jest dobre, to jest złe", "na nas"])
def test_what_is_no_repeat_is_not(text: str) -> None:
    assert not _REPEATED.search(text)
