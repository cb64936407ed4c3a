"""Folding text and finding the way back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.parsers.fold import LOOK_AT, fold, fold_text, language_of, words_of
from tests.unit.nlu.parsers.parser_cases import QUICK


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Zażółć gęślą jaźń", "zazolc gesla jazn"),
        ("ŁÓDŹ", "lodz"),
        ("Ștefan și Țara", "stefan si tara"),
        ("Şcoală ţară", "scoala tara"),
        ("înger âgă", "inger aga"),
        ("don’t", "don't"),
        ("20–25", "20-25"),
        ("１２", "12"),
        ("a\u00a0b", "a b"),
        ("a\0b", "a b"),
        ("e\u0301", "e"),
        ("so\u00adft", "soft"),
        ("½", "¤"),
        ("\ud800", " "),
        ("İ", "i"),
    ],
)
def test_folds(text: str, folded: str) -> None:
    assert fold_text(text) == folded


def test_words_lose_apostrophes_and_hyphens() -> None:
    assert words_of("Nu-i problemă, don't!") == ("nu", "i", "problema", "dont")


def test_language_codes_lose_their_region() -> None:
    assert [language_of(code) for code in ("pl-PL", "EN_gb", "ro", "")] == ["pl", "en", "ro", ""]


def test_only_the_head_is_read() -> None:
    assert len(fold("x" * 20_000).text) == LOOK_AT


@QUICK
@given(st.text(max_size=200))
def test_every_token_maps_into_the_original(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends) <= len(text)
    last = 0
    for token in folded.tokens():
        start, end = folded.span(token.start, token.end)
        assert last <= start < end <= len(text)
        assert fold_text(text[start:end]) == token.text
        last = end
