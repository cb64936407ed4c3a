"""The calibration: its measures on cases that can be counted by hand, the committed weights, and what they are worth."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest

from bot.mood import calibrate
from bot.mood.calibrate import HELD_OUT_SEED, TRAINING_SEED, Judgement, auc, calibration_error, judged, levels, only, reliability, trained
from bot.mood.simulator import FRUSTRATED, simulate
from bot.mood.weights import committed


def truths(*values: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.array(values, bool)


def test_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    assert auc(truths(0, 0, 1, 1), np.array([0.1, 0.2, 0.3, 0.4])) == 1
    assert auc(truths(0, 1, 0, 1), np.array([0.1, 0.2, 0.3, 0.4])) == 0.75
    assert auc(truths(0, 1), np.array([0.5, 0.5])) == 0.5
    assert math.isnan(auc(truths(1, 1), np.array([0.5, 0.6])))


def test_calibration_error_is_the_mean_distance_of_said_and_true() -> None:
    chances = np.array([0.05, 0.05, 0.95, 1.0])
    assert reliability(truths(0, 0, 1, 0), chances) == [(2, pytest.approx(0.05), 0.0), (2, pytest.approx(0.975), 0.5)]
    assert calibration_error(truths(0, 0, 1, 0), chances) == pytest.approx((2 * 0.05 + 2 * 0.475) / 4)


def test_levels_count_false_alarms_and_anger_noticed_soon() -> None:
    def conversation(moods: list[float], reached: list[int]) -> Judgement:
        return Judgement("patient", np.array(moods), np.zeros(len(moods)), np.array(reached))

    found = levels(
        [
            conversation([0.1, 0.2], [0, 0]),
            conversation([0.1, 0.4], [1, 2]),
            conversation([0.2, 0.8, 0.8, 0.8, 0.8, 0.8], [0, 0, 0, 0, 2, 2]),
            conversation([0.2, 0.8, 0.8, 0.8, 0.8, 0.8], [0, 0, 0, 1, 1, 2]),
            conversation([0.8, 0.8, 0.1, 0.1, 0.1], [0, 0, 0, 0, 0]),
            conversation([0.2, 0.8, 0.8], [0, 0, 0]),
        ]
    )
    assert (found.calm, found.false_first, found.false_second) == (2, 0.5, 0.5)
    assert (found.angry, found.first, found.second) == (2, 1.0, 0.5)


def test_the_committed_weights_are_what_the_fit_computes() -> None:
    computed, stored = trained().to_json(), committed().to_json()
    for name in ("tone", "words", "happened"):
        assert computed.pop(name) == pytest.approx(stored.pop(name), abs=0.02)
    assert computed == pytest.approx(stored, abs=0.02)


def test_they_were_not_fitted_to_what_they_are_checked_on() -> None:
    assert TRAINING_SEED != HELD_OUT_SEED


def test_what_they_are_worth_on_conversations_never_seen() -> None:
    held_out = simulate(1000, seed=77)
    results = judged(held_out)
    truth = np.concatenate([each.moods for each in results]) > FRUSTRATED
    values = np.concatenate([each.values for each in results])
    assert auc(truth, values) > 0.92
    assert calibration_error(truth, values) < 0.04
    found = levels(results)
    assert found.false_second < 0.03
    assert found.second > 0.7


@pytest.mark.parametrize(
    ("left", "least"), [("tone only", 0.72), ("words only", 0.84), ("happenings only", 0.82), ("tone and happenings", 0.86)]
)
def test_one_part_is_better_than_none_and_seldom_wrong(left: str, least: float) -> None:
    results = judged(only(simulate(800, seed=78), left))
    truth = np.concatenate([each.moods for each in results]) > FRUSTRATED
    assert auc(truth, np.concatenate([each.values for each in results])) > least
    assert levels(results).false_second < 0.04


def test_only_leaves_only_that() -> None:
    conversations = simulate(50, seed=9)
    assert {each.channel for each in only(conversations, "tone only")} == {"phone"}
    assert all(turn.tone is None and not turn.happened for each in only(conversations, "words only") for turn in each.signals)
    assert all(turn.words is None for each in only(conversations, "tone and happenings") for turn in each.signals)


def test_the_command_prints_tables(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    before = calibrate.FILE.read_text(encoding="utf-8")
    monkeypatch.setattr(calibrate, "HELD_OUT", 120)
    monkeypatch.setattr(sys, "argv", ["calibrate"])
    calibrate.main()
    printed = capsys.readouterr().out
    for heading in ("noticed by", "tone only", "happenings only", "quiet anger", "ECE"):
        assert heading in printed
    assert all(line.startswith("|") for line in printed.splitlines() if line)
    assert calibrate.FILE.read_text(encoding="utf-8") == before
