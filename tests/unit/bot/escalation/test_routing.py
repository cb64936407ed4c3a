"""Routing rules: what they say, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.escalation.routing import RoutingError, load
from bot.service import load_runtime

FLOWS = ("support", "return_item", "preselection", "payment_problem")


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return tmp_path / "rules.yml"


def test_the_first_rule_that_fits_wins(rules: Path) -> None:
    rules.write_text(
        """rules:
  - kind: preselection
    team: recruiting
  - {flow: [return_item, payment_problem], channel: [sms], skill: texting}
  - {flow: return_item, reason: frustration, team: care, skill: returns}
  - flow: return_item
    skill: returns
"""
    )
    of = load(str(rules), FLOWS).of
    assert of("preselection", ["return_item"], "asked_for_person", "sms") == ("recruiting", "")
    assert of("support", ["support", "payment_problem"], "asked_for_person", "sms") == ("", "texting")
    assert of("support", ["return_item", "pattern_human"], "frustration", "web") == ("care", "returns")
    assert of("support", ["return_item"], "complaint", "web") == ("", "returns")
    assert of("support", [], "complaint", "web") == ("", "")


def test_no_rules_are_for_everybody(rules: Path) -> None:
    rules.write_text("rules: []\n")
    assert load(str(rules), FLOWS).of("support", ["return_item"], "complaint", "web") == ("", "")


def test_the_packaged_rules_fit_the_flows_there_are() -> None:
    of = load("", load_runtime().flows).of
    assert of("preselection", [], "asked_for_person", "web")[0] == "recruiting"
    assert of("support", ["return_item"], "asked_for_person", "web") == ("", "returns")
    assert of("support", ["payment_problem"], "asked_for_person", "phone") == ("", "billing")
    assert of("support", ["pattern_human"], "asked_for_person", "web") == ("", "")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "rules:"), ("- a\n", 1, "rules:"), ("rules: x\n", 1, "list"), ("rules:\n  - x\n", 2, "team or skill"),
        ("rules:\n  - kind: support\n", 2, "nobody"), ("rules:\n  - kind: support\n    taem: x\n", 3, "'taem'"),
        ("rules:\n  - team: x\n    team: y\n", 3, "twice"), ("rules:\n  - team: x\n  - kind: suport\n    team: y\n", 3, "'suport'"),
        ("rules:\n  - flow: [return_item,\n      nonsense]\n    team: y\n", 3, "'nonsense'"), ("rules:\n  - flow: []\n    team: y\n", 2, "empty"),
        ("rules:\n  - channel: fax\n    team: y\n", 2, "'fax'"), ("rules:\n  - team: [a, b]\n", 2, "not a list"),
        ("rules:\n  - team: ''\n", 2, "word"), ("rules:\n  - team: {a: b}\n", 2, "word"), ("rules:\n  - [\n", 3, "expected"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(rules: Path, text: str, line: int, said: str) -> None:
    rules.write_text(text)
    with pytest.raises(RoutingError) as refused:
        load(str(rules), FLOWS)
    assert str(refused.value).startswith(f"{rules}:{line}: ")
    assert said in refused.value.reason


def test_a_file_that_is_not_there_or_no_text_is_named(rules: Path) -> None:
    with pytest.raises(RoutingError, match="VOXTRAIL_ROUTING"):
        load(str(rules), FLOWS)
    rules.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RoutingError, match="rules"):
        load(str(rules), FLOWS)
