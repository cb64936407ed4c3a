"""The fit: the same recurrence as the fusion, with the right derivatives, and promises kept."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bot.mood import fit as fitting
from bot.mood.fit import PROMISES, Table, fit, odds, start, weights_of
from bot.mood.fusion import judge
from bot.mood.simulator import simulate
from bot.mood.types import Mood, Signals, Thresholds
from bot.mood.weights import Weights, committed


def logit(chance: float) -> float:
    return math.log(chance / (1 - chance))


def test_it_is_the_recurrence_of_the_fusion() -> None:
    theta = start() + np.random.default_rng(1).normal(0, 0.3, start().shape)
    weights = weights_of(theta)
    conversations = [each.signals for each in simulate(60, seed=2)]
    conversations.append(
        (Signals(words=0.99), Signals(), Signals(tone=0.01), Signals(happened=("complained",)), *[Signals(words=0.01)] * 12)
    )
    levels, _ = odds(theta, Table.of(conversations))
    for row, conversation in enumerate(conversations):
        mood = Mood()
        for turn, signals in enumerate(conversation):
            judge(mood, signals, Thresholds(), weights)
            # The weights have four decimals, and so many digits has a probability near 1.
            assert logit(mood.value) == pytest.approx(levels[row, turn], abs=0.01)


def test_its_derivatives_are_those_of_the_loss() -> None:
    conversations = simulate(40, seed=3)
    lesson = fitting._lesson(conversations, [1.0] * 20 + [3.0] * 20)
    theta = start() + np.random.default_rng(4).normal(0, 0.2, start().shape)
    _, gradient, _ = fitting._loss(theta, start(), lesson)
    step = 1e-6
    for place in range(len(theta)):
        nudge = np.zeros_like(theta)
        nudge[place] = step
        up, down = (fitting._loss(theta + sign * nudge, start(), lesson)[0] for sign in (1, -1))
        assert gradient[place] == pytest.approx((up - down) / (2 * step), abs=1e-4)


def test_it_learns_what_is_worth_listening_to() -> None:
    conversations = simulate(150, seed=6)
    weights = fit(conversations, [1.0] * len(conversations))
    assert weights.words.up > 0.5
    assert weights.happened["complained"] > weights.happened["long_silence"]
    assert weights.stay > weights.enter


@pytest.mark.parametrize("promise", PROMISES)
def test_the_committed_weights_keep_the_promises(promise: fitting.Promise) -> None:
    mood = Mood()
    for signals in promise.signals:
        judge(mood, signals, Thresholds())
    assert promise.at_least - 0.015 <= mood.value <= promise.at_most + 0.015


def test_weights_survive_a_file() -> None:
    assert Weights.from_json(committed().to_json()) == committed()
    with pytest.raises(TypeError, match="stay"):
        Weights.from_json({name: value for name, value in committed().to_json().items() if name != "stay"})
