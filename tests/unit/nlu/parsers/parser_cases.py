"""Shared by the parser tests: contexts, tables of cases as text, and the promises every parser keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlu.parsers.base import Choice, Context, Parsed, Parser

LANGUAGES = ("pl", "en", "ro")
_HOME = {"pl": ("PL", "PLN"), "en": ("GB", "GBP"), "ro": ("RO", "RON")}
_NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

HOSTILE = (
    "",
    " ",
    "\0",
    "\0" * 700,
    "\ud800",
    "a\udfff1",
    "😀" * 300,
    "👩‍👩‍👧 5️⃣",
    "x" * 20_000,
    "1" * 20_000,
    "1 " * 10_000,
    "1," * 10_000,
    "@" * 20_000,
    "a@" * 10_000,
    "a." * 10_000,
    "-" * 20_000,
    "nie " * 5_000,
    "jeden dwa " * 2_000,
    "o sută " * 3_000,
    "one hundred and " * 1_500,
    "½ ² ٣ Ⅷ",
    "İıſßŉ",
    "ą" * 600,
    "\u202e\u200b\u00ad",
    "plus plus plus",
    "- - -",
    ",,,...!!!",
    "'",
    "'''a'''",
    "nu'",
)
WITHOUT_NUMBERS = "bcdfghjklmnpqrstvwz"


def context(language: str, *, country: str | None = None, choices: Sequence[Choice] = ()) -> Context:
    """The context of a conversation in a language, at home in its country."""
    home, currency = _HOME.get(language, ("PL", "PLN"))
    return Context(language, _NOW, country or home, currency, tuple(choices))


def table(language: str, rows: str) -> list[Any]:
    """Cases from lines ``text => expected``; ``-`` expects None, ``a | b`` the value and its alternatives."""
    lines = [line.strip() for line in rows.strip().splitlines() if line.strip()]
    split = [line.rsplit("=>", 1) for line in lines]
    return [pytest.param(language, text.strip(), expected.strip(), id=f"{language}: {text.strip()}") for text, expected in split]


def check(parsed: Parsed | None, text: str, expected: str, show: Callable[[Any], str] = str) -> None:
    """Compare a result with the expected cell of a table, and its invariants."""
    if expected == "-":
        assert parsed is None, f"{text!r} was read as {parsed}"
        return
    assert parsed is not None, f"nothing was read from {text!r}"
    found = " | ".join(show(value) for value in (parsed.value, *parsed.alternatives))
    assert found == expected, f"{text!r} was read as {found}"
    keeps_promises(parsed, text)


def keeps_promises(parsed: Parsed, text: str) -> None:
    """What every result must be, whatever the value."""
    assert 0.5 <= parsed.confidence <= 1.0
    assert 0 <= parsed.start < parsed.end <= len(text)
    assert parsed.value not in parsed.alternatives
    if parsed.alternatives:
        assert parsed.confidence < 0.9


def survives(parser: Parser, text: str, choices: Sequence[Choice] = ()) -> None:
    """Runs a parser in every language and one unknown one; it must answer or refuse, never raise."""
    for language, country in (("pl", "PL"), ("en", "GB"), ("ro", "RO"), ("pl", "GB"), ("en", "RO"), ("uk", "XX")):
        parsed = parser(text, context(language, country=country, choices=choices))
        if parsed is not None:
            keeps_promises(parsed, text)


def hostile_test(parser: Parser, choices: Sequence[Choice] = ()) -> Callable[[str], None]:
    """A test that a parser survives texts made to break it."""

    @pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
    def test(text: str) -> None:
        survives(parser, text, choices)

    return test


def random_text_test(parser: Parser, words: str, choices: Sequence[Choice] = ()) -> Callable[[], None]:
    """A property test that a parser survives any text and any heap of the words it knows."""
    known = st.lists(st.sampled_from([*words.split(), "", " ", ",", ".", "-", "+", "@", "12", "0", "7,5"]), max_size=25)

    @QUICK
    @given(st.one_of(st.text(max_size=80), known.map(" ".join), known.map("".join)))
    def test(text: str) -> None:
        survives(parser, text, choices)

    return test
