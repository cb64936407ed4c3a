"""Figures of an evaluation, from answers that are known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlu.evaluate import evaluate, read_test_split
from nlu.examples import INTENTS, OUT_OF_SCOPE, Example
from nlu.types import FALLBACK, Intent, Understanding


class Knows:
    """Understands what it was told, and nothing else."""

    def __init__(self, **known: str) -> None:
        self.known = known

    async def parse(self, text: str, language: str) -> Understanding:
        return Understanding(text, language, Intent(self.known.get(text, FALLBACK), 0.9))


def example(text: str, intent: str, language: str = "en") -> Example:
    return Example(text, intent, language, Path("x.yml"), 1)


SPLIT = [
    example("hi", "greet"),
    example("hey", "greet"),
    example("bye", "goodbye"),
    example("ciao", "goodbye"),
    example("weather", OUT_OF_SCOPE),
    example("joke", OUT_OF_SCOPE),
    example("pa", "goodbye", "pl"),
]


async def test_figures() -> None:
    told: list[tuple[int, int]] = []
    result = await evaluate(Knows(hi="greet", hey="greet", bye="greet", joke="help", pa="goodbye"), SPLIT, lambda *done: told.append(done))
    polish, english = result.languages
    assert (polish.language, polish.accuracy, polish.out_of_scope) == ("pl", 1.0, 0)
    assert (english.sentences, english.accuracy, english.refused) == (4, 0.5, 0.25)
    assert (english.out_of_scope, english.caught) == (2, 0.5)
    assert english.p50_ms <= english.p95_ms
    mistakes = {(each.expected, each.understood): (each.count, each.examples) for each in result.confusions}
    assert mistakes == {
        ("goodbye", "greet"): (1, ("[en] bye",)),
        ("goodbye", FALLBACK): (1, ("[en] ciao",)),
        (FALLBACK, "help"): (1, ("[en] joke",)),
    }
    assert result.worst_intents[0] == ("goodbye", pytest.approx(1 / 3, abs=1e-3))
    assert told[-1] == (7, 7)


async def test_json_and_table(capsys: pytest.CaptureFixture[str]) -> None:
    result = await evaluate(Knows(hi="greet"), SPLIT)
    data = json.loads(result.to_json())
    assert data["languages"][0]["language"] == "pl"
    result.render()
    printed = capsys.readouterr().out
    assert "accuracy" in printed
    assert "goodbye" in printed


def test_our_test_split_is_as_large_as_promised() -> None:
    split = read_test_split()
    for language in ("pl", "en", "ro"):
        mine = [each for each in split if each.language == language]
        assert sum(each.intent == OUT_OF_SCOPE for each in mine) >= 200
        for intent in INTENTS - {OUT_OF_SCOPE}:
            assert sum(each.intent == intent for each in mine) >= 15, (language, intent)
