"""final_mark against a scripted model; the real one is measured by benchmarks/end_of_turn."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from speech.mark import final_mark

CHANCES = {".": 0.6, "?": 0.3, "!": 0.1}


class _Tokenizer:
    sot_sequence = (1, 2, 3)

    def encode(self, text: str) -> list[Any]:
        return [text] if text in CHANCES else text.split()


class _Model:
    def __init__(self) -> None:
        self.asked: list[list[Any]] = []

    def align(self, encoded: object, start: object, texts: list[list[Any]], frames: int) -> list[SimpleNamespace]:
        self.asked += texts
        return [SimpleNamespace(text_token_probs=[0.5] * (len(text) - 1) + [CHANCES[text[-1]]]) for text in texts]


@pytest.mark.parametrize(
    ("text", "chance"),
    [("Gdzie jest paczka?", 0.9), ("Tak.", 0.6), ("Chciałbym...", 0.6), ("paczka", 0.6), ("Stop!", 0.7), ("", 0.0), ("...", 0.0)],
)
def test_the_chance_of_a_full_stop_and_of_the_mark_that_was_written(text: str, chance: float) -> None:
    """Whatever Whisper wrote at the end is taken away first."""
    model = _Model()
    assert final_mark(model, _Tokenizer(), None, text) == pytest.approx(chance)
    assert all(not str(word).endswith("...") for asked in model.asked for word in asked)
