"""Values inside a transcript: digits counted, e-mail addresses, spelled words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.endings import endings, words_of
from speech.values import digits_said, email, spelled


@pytest.mark.parametrize(
    ("language", "text", "digits"),
    [
        ("pl", "600 700 800", 9),
        ("pl", "sześćset dwanaście", 3),
        ("pl", "sto dwadzieścia trzy", 3),
        ("pl", "dwadzieścia trzydzieści", 4),
        ("pl", "podwójne pięć", 2),
        ("pl", "VX-104233", 6),
        ("pl", "dzień dobry", 0),
        ("en", "six hundred and twelve", 3),
        ("en", "a hundred", 3),
        ("en", "oh seven nine", 3),
        ("en", "twenty one", 2),
        ("en", "nineteen eighty four", 4),
        ("en", "double five", 2),
        ("en", "four five and six", 3),
        ("ro", "zero șapte doi doi", 4),
        ("ro", "douăzeci și trei", 2),
        ("ro", "șase sute doisprezece", 3),
        ("ro", "o sută", 3),
    ],
)
def test_digits_said(language: str, text: str, digits: int) -> None:
    """Words of numbers stand for as many digits as they would be written with."""
    assert digits_said(words_of(text), endings(language)) == digits


@given(st.text(alphabet="0123456789 -", max_size=40))
def test_written_digits_are_counted_one_by_one(text: str) -> None:
    """However they are grouped."""
    assert digits_said(words_of(text), endings("pl")) == sum(letter.isdigit() for letter in text)


@pytest.mark.parametrize(
    ("language", "text", "asked", "whole"),
    [
        ("pl", "anna.nowak@gmail.com.", False, True),
        ("pl", "anna.nowak@", False, False),
        ("pl", "anna małpa onet kropka pl", False, True),
        ("pl", "anna małpa onet", False, False),
        ("en", "ann at example dot co dot uk", True, True),
        ("en", "ann at example", True, False),
        ("en", "I am at home", False, None),
        ("ro", "ana a rond yahoo", False, False),
        ("ro", "ana arond yahoo punct com", False, True),
        ("pl", "nie mam maila", True, None),
    ],
)
def test_email(language: str, text: str, asked: bool, whole: bool | None) -> None:
    """An address is whole with its domain."""
    assert email(text, words_of(text), endings(language), asked) is whole


@pytest.mark.parametrize(
    ("text", "word"), [("Nowak, N-O-W-A-K", "nowak"), ("S M I T H.", "smith"), ("N", ""), ("plan B", ""), ("1 2 3", ""), ("Ł Ó", "lo")]
)
def test_spelled(text: str, word: str) -> None:
    """Two single letters or more at the end are a spelling."""
    assert spelled(text) == word
