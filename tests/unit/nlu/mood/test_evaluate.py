"""The figures: counted rightly, printed as a table and as JSON lines."""

from __future__ import annotations

import json

import pytest

from bot.settings import Settings
from bot.start import StartError, evaluate_mood
from nlu.mood.evaluate import measure, table
from nlu.mood.examples import Text
from nlu.mood.types import WordsMood

TEXTS = [
    Text("a", "pl", "calm", "request"),
    Text("b", "pl", "calm", "calm_trap"),
    Text("c", "pl", "frustrated", "irony"),
    Text("d", "pl", "abusive", "abusive"),
    Text("e", "en", "frustrated", "irony"),
]


def judged(text: str, language: str) -> WordsMood:
    """Right about a, c and d; b is a false alarm and e is missed."""
    return {"a": WordsMood(0.1), "b": WordsMood(0.6), "c": WordsMood(0.5), "d": WordsMood(0.9, 0.9), "e": WordsMood(0.4)}[text]


def test_the_figures_are_counted_rightly() -> None:
    polish, english, everything = measure(judged, TEXTS)
    assert (polish.language, polish.texts, polish.f1, polish.precision, polish.recall) == ("pl", 4, 0.8, 0.6667, 1.0)
    assert polish.false_alarms == 0.5
    assert polish.abuse_f1 == 1.0
    assert polish.mistaken == {"request": 0.0, "calm_trap": 1.0, "irony": 0.0, "abusive": 0.0}
    assert (english.f1, english.mistaken) == (0.0, {"irony": 1.0})
    assert (everything.language, everything.mistaken["irony"]) == ("all", 0.5)


def test_the_table_has_a_line_a_language() -> None:
    lines = table(measure(judged, TEXTS)).splitlines()
    assert lines[2] == "| pl | 4 | 0.800 | 0.667 | 1.000 | 50.0% | 1.000 |"
    assert "| irony | 0% | 100% | 50% |" in lines


def test_the_command_prints_json_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlu.mood.evaluate.scorer", lambda model: judged)
    monkeypatch.setattr("nlu.mood.evaluate.read_texts", lambda folder: TEXTS)
    evaluate_mood(Settings(), as_json=True)
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["language"] for each in printed] == ["pl", "en", "all"]


def test_a_model_that_is_not_there_is_one_plain_sentence() -> None:
    with pytest.raises(StartError, match="VOXTRAIL_MOOD_MODEL"):
        evaluate_mood(Settings(VOXTRAIL_MOOD_MODEL="/nowhere/model"), as_json=True)
