"""The list of parsers."""

from __future__ import annotations

import pytest

from nlu.parsers.base import Choice
from nlu.parsers.registry import PARSERS, parse
from tests.unit.nlu.parsers.parser_cases import context

KINDS = [
    "number",
    "integer",
    "money",
    "rating",
    "phone",
    "email",
    "postal_code",
    "order_number",
    "yes_no",
    "choice",
    "person_name",
    "language",
    "text",
    "when",
    "date",
    "time",
    "datetime",
    "duration",
]


def test_every_kind_has_a_parser() -> None:
    assert set(PARSERS) == set(KINDS)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("number", "dwa i pół", 2.5),
        ("integer", "dwa", 2),
        ("money", "sto złotych", {"amount": "100.00", "currency": "PLN"}),
        ("rating", "dziewiątka", 9),
        ("phone", "602 130 017", "+48602130017"),
        ("email", "jan małpa wp kropka pl", "jan@wp.pl"),
        ("postal_code", "00-001", "00-001"),
        ("order_number", "vx 104 233", "VX-104233"),
        ("yes_no", "no jasne", True),
        ("choice", "drugi", "b"),
        ("person_name", "nazywam się Jan Nowak", "Jan Nowak"),
        ("language", "po angielsku", "en"),
        ("text", " co słychać? ", "co słychać?"),
    ],
)
def test_parses_by_kind(kind: str, text: str, value: object) -> None:
    choices = (Choice("a", ("Alfa",)), Choice("b", ("Beta",)))
    parsed = parse(kind, text, context("pl", choices=choices))
    assert parsed is not None
    assert parsed.value == value


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_reads_nothing_as_something(kind: str) -> None:
    assert parse(kind, " ", context("pl")) is None


@pytest.mark.parametrize("kind", ["", "Number", "colour"])
def test_an_unknown_kind_is_told_with_the_known_ones(kind: str) -> None:
    with pytest.raises(ValueError, match="yes_no"):
        parse(kind, "tak", context("pl"))
