"""Free text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.parsers.text import LONGEST, parse_text
from tests.unit.nlu.parsers.parser_cases import QUICK, context, hostile_test, random_text_test


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("dzień dobry", "dzień dobry"),
        ("  paczka nie dotarła \n", "paczka nie dotarła"),
        ("line one\r\nline two", "line one\nline two"),
        ("a\0b\x07c", "abc"),
        ("a\ud800b", "ab"),
        ("super 👍", "super 👍"),
        ("👩‍👩‍👧 rodzina", "👩‍👩‍👧 rodzina"),
        ("5", "5"),
        ("Ж", "Ж"),
        ("x" * 20_000, "x" * LONGEST),
        ("mulțumesc!", "mulțumesc!"),
        ("\0\0 ok \0", "ok"),
    ],
)
def test_keeps_what_was_said(text: str, value: str) -> None:
    parsed = parse_text(text, context("pl"))
    assert parsed is not None
    assert parsed.value == value


@pytest.mark.parametrize("text", ["", "   ", "?", "...", "👍", "\0", "\ud800", "- - -", "\n\t"])
def test_refuses_text_without_letters_or_digits(text: str) -> None:
    assert parse_text(text, context("pl")) is None


@QUICK
@given(st.text(max_size=300))
def test_the_value_is_always_safe_to_keep(text: str) -> None:
    parsed = parse_text(text, context("en"))
    if parsed is None:
        return
    assert 0 < len(parsed.value) <= LONGEST
    assert parsed.value == parsed.value.strip()
    assert not any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in parsed.value)
    parsed.value.encode("utf-8")


test_survives_hostile_text = hostile_test(parse_text)
test_survives_any_text = random_text_test(parse_text, "ą ș 😀 \0 \x1f")
