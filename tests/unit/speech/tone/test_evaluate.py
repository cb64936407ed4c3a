"""The figures of an evaluation: counted by hand, with gaps where there is nothing to count."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from speech.tone.evaluate import Evaluation, Scores, Table, auc, judged
from speech.tone.head import Head
from speech.tone.train import Clip
from speech.tone.types import Tone
from speech.tone.voice import VOICE


def scores(*rows: tuple[float, str]) -> Scores:
    chances, emotions = zip(*rows, strict=True)
    return Scores(np.array(chances), np.repeat("a", len(rows)), np.array(emotions))


def test_the_area_under_the_curve_counts_pairs() -> None:
    """Of the six pairs 0.9 wins three, 0.4 wins one and ties one."""
    assert auc(np.array([0.9, 0.4, 0.1, 0.4, 0.6]), np.array([True, True, False, False, False])) == pytest.approx(4.5 / 6)


def test_figures_are_counted() -> None:
    found = scores((0.9, "anger"), (0.4, "anger"), (0.6, "fear"), (0.2, "neutral"), (0.1, "neutral"), (np.nan, "anger")).figures("all")
    assert (found.clips, found.angry, found.unscored) == (5, 2, 1)
    assert found.recall == pytest.approx(0.5)
    assert found.false_alarms == pytest.approx(1 / 3)
    assert found.uar == pytest.approx((0.5 + 2 / 3) / 2)
    assert found.recall_at_5 == pytest.approx(1)
    assert found.auc == pytest.approx(5 / 6)


def test_a_group_without_anger_has_gaps() -> None:
    found = scores((0.6, "fear"), (0.2, "neutral")).figures("calm")
    assert (found.auc, found.uar, found.recall, found.recall_at_5) == (None, None, None, None)
    assert found.false_alarms == pytest.approx(0.5)


def heard(*emotions: str) -> list[tuple[Clip, Tone]]:
    """Clips of one speaker whose voice starts at 3; anger is at 4."""
    return [
        (Clip(Path(f"{number}"), "a", emotion), Tone(0.0, seconds=4.0, voice=np.full(VOICE, 4 if emotion == "anger" else 3, np.float32)))
        for number, emotion in enumerate(emotions)
    ]


@pytest.fixture
def head() -> Head:
    """Sure of a voice that is one over its start, if the start is known."""
    ones = np.ones(VOICE, np.float32)
    return Head(ones * 0, ones, ones * 20 / VOICE, -18.0)


def test_the_start_is_not_scored_and_decides(head: Head) -> None:
    clips = heard("anger", "neutral", "neutral", "neutral", "anger", "neutral")
    blind = judged(lambda _: head, clips, 0)
    assert (blind.frustration > 0.9).all()
    told = judged(lambda _: head, clips, 3)
    assert told.emotions.tolist() == ["anger", "anger", "neutral"]
    assert (told.frustration > 0.9).tolist() == [True, True, False]


def test_as_in_calls_everything_is_scored_and_learnt(head: Head) -> None:
    found = judged(lambda _: head, heard("anger", "neutral", "neutral", "neutral"), 3, learn_all=True)
    assert found.emotions.tolist() == ["neutral", "neutral", "neutral", "anger"]


def test_a_clip_without_a_voice_has_no_score(head: Head) -> None:
    clips = [(Clip(Path("x"), "a", "anger"), Tone(None, "short")), *heard("neutral")]
    assert np.isnan(judged(lambda _: head, clips, 0).frustration).tolist() == [True, False]


def test_tables_are_markdown_and_json() -> None:
    evaluation = Evaluation((Table("Title", (scores((0.9, "anger"), (0.2, "fear")).figures("all"),)),))
    lines = evaluation.markdown().splitlines()
    assert lines[0] == "### Title"
    assert lines[-1] == "| all | 2 | 1 | 0 | 1.000 | 1.000 | 1.000 | 0.000 | - |"
    assert json.loads(evaluation.to_json())["tables"][0]["rows"][0]["auc"] == 1.0
