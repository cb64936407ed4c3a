from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.expressions import ExpressionError, evaluate, names_in, parse

NAMES: dict[str, Any] = {"slots": {"a": 5, "b": None, "s": "x", "l": ["q"], "d": {"deep": True}}, "context": {"language": "pl"}}


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ("slots.a > 3", True),
        ("slots.a >= 5 and slots.a <= 5", True),
        ("slots.a > 3 and slots.b is null", True),
        ("slots.b is not null", False),
        ("not slots.b", True),
        ("not slots.s or false", False),
        ('slots.s in ["x", "y"]', True),
        ('slots.l contains "q"', True),
        ('slots.l contains "w"', False),
        ('slots.a is not 5 or (slots.s == "x")', True),
        ("slots.unknown < 3", False),
        ("slots.unknown > 3", False),
        ("slots.s < 3", False),
        ('slots.s matches "^x$"', True),
        ('slots.a matches "5"', False),
        ("slots.d.deep", True),
        ("slots.d.deep.deeper", False),
        ('context.language == "pl"', True),
        ("true", True),
        ("slots.a == 5.0", True),
        ("slots.a != -1", True),
    ],
)
def test_conditions(source: str, holds: bool) -> None:
    assert evaluate(source, NAMES) is holds


@pytest.mark.parametrize("source", ["slots.a >", "", "slots.a ==== 3", "(slots.a", "__import__('os')", "slots.a; slots.b", "[1,"])
def test_broken_conditions_say_so(source: str) -> None:
    with pytest.raises(ExpressionError):
        parse(source)


def test_names_read() -> None:
    assert list(names_in('slots.a > 3 and context.language == "pl"')) == ["slots.a", "context.language"]


@given(st.text(max_size=60))
def test_any_text_is_a_condition_or_an_expression_error(source: str) -> None:
    try:
        evaluate(source, NAMES)
    except ExpressionError:
        return
