"""Conditions in flows: Rasa's predicate syntax, parsed by a grammar and evaluated without ``eval``.

``slots.amount > 100 and slots.kind is not "test" and (context.language == "pl" or not slots.done)``
Operators: ``and or not``, ``== != < <= > >=``, ``is``, ``is not``, ``contains``, ``matches`` (regular expression), ``in``;
values: strings, numbers, ``true``, ``false``, ``null``, dotted names. A name that is not set is ``null``;
comparing ``null`` by size is false, never an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, cast

from lark import Lark, Token, Tree
from lark.exceptions import LarkError

_GRAMMAR = r"""
?start: or_expr
?or_expr: and_expr ("or" and_expr)*
?and_expr: not_expr ("and" not_expr)*
?not_expr: "not" not_expr -> negate
         | comparison
?comparison: value
           | value OPERATOR value -> compare
           | value "is" "not" value -> differs
           | value "is" value -> equals
?value: STRING -> string
      | NUMBER -> number
      | "true"i -> true
      | "false"i -> false
      | ("null"i | "none"i) -> null
      | NAME -> name
      | "[" [value ("," value)*] "]" -> list
      | "(" or_expr ")"
OPERATOR: "==" | "!=" | "<=" | ">=" | "<" | ">" | "contains" | "matches" | "in"
NAME: /[a-zA-Z_]\w*(\.\w+)*/
STRING: /"[^"]*"|'[^']*'/
NUMBER: /-?\d+(\.\d+)?/
%import common.WS
%ignore WS
"""

_PARSER = Lark(_GRAMMAR, parser="lalr", lexer="contextual")


class ExpressionError(ValueError):
    """A condition that cannot be parsed."""


@lru_cache(maxsize=4096)
def parse(source: str) -> Tree[Token]:
    """Parse a condition once; raises `ExpressionError` naming what is wrong with it."""
    try:
        return cast("Tree[Token]", Tree("start", [_PARSER.parse(source)]))
    except LarkError as error:
        reason = str(error).splitlines()[0]
        raise ExpressionError(f"cannot read the condition {source!r}: {reason}") from error


def evaluate(source: str, names: Mapping[str, Any]) -> bool:
    """Whether the condition holds for ``names`` (nested mappings, reached by dots)."""
    return bool(_value(parse(source).children[0], names))


def names_in(source: str) -> Iterator[str]:
    """The dotted names a condition reads."""
    for token in parse(source).scan_values(lambda t: isinstance(t, Token) and t.type == "NAME"):
        yield str(token)


def _value(node: Tree[Token] | Token, names: Mapping[str, Any]) -> Any:
    if isinstance(node, Token):
        return str(node)
    return _NODES[str(node.data)](node.children, names)


def _lookup(path: str, names: Mapping[str, Any]) -> Any:
    found: Any = names
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _compare(children: list[Any], names: Mapping[str, Any]) -> bool:
    left, operator, right = _value(children[0], names), str(children[1]), _value(children[2], names)
    return _OPERATORS[operator](left, right)


def _sized(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(left: Any, right: Any) -> bool:
        try:
            return left is not None and right is not None and test(left, right)
        except TypeError:
            return False

    return compare


def _contains(left: Any, right: Any) -> bool:
    return isinstance(left, (str, list, dict)) and right in left


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": _sized(lambda a, b: a < b),
    "<=": _sized(lambda a, b: a <= b),
    ">": _sized(lambda a, b: a > b),
    ">=": _sized(lambda a, b: a >= b),
    "contains": _contains,
    "in": lambda a, b: _contains(b, a),
    "matches": lambda a, b: isinstance(a, str) and re.search(str(b), a) is not None,
}

_NODES: dict[str, Callable[[list[Any], Mapping[str, Any]], Any]] = {
    "or_expr": lambda c, n: any(_value(child, n) for child in c),
    "and_expr": lambda c, n: all(_value(child, n) for child in c),
    "negate": lambda c, n: not _value(c[0], n),
    "compare": _compare,
    "equals": lambda c, n: _value(c[0], n) == _value(c[1], n),
    "differs": lambda c, n: _value(c[0], n) != _value(c[1], n),
    "string": lambda c, n: str(c[0])[1:-1],
    "number": lambda c, n: float(c[0]) if "." in c[0] else int(c[0]),
    "true": lambda c, n: True,
    "false": lambda c, n: False,
    "null": lambda c, n: None,
    "name": lambda c, n: _lookup(str(c[0]), n),
    "list": lambda c, n: [_value(child, n) for child in c if child is not None],
}
