"""A caller's start: everybody's while nothing is known, then more and more the caller's own, and never how they sound later."""

from __future__ import annotations

import numpy as np
import pytest

from speech.tone.baseline import ENOUGH, PRIOR, Baseline
from speech.tone.types import Tone

EVERYBODY = np.array([0.0, 10.0], np.float32)


def said(first: float, second: float, frustration: float | None = 0.0, seconds: float = 4.0) -> Tone:
    return Tone(frustration, seconds=seconds, voice=np.array([first, second], np.float32))


def test_nothing_known_is_everybody() -> None:
    assert np.array_equal(Baseline().start(EVERYBODY), EVERYBODY)


def test_a_start_moves_from_everybody_to_the_caller() -> None:
    baseline, distances = Baseline(), []
    for _ in range(3):
        baseline.learn(said(4, 20))
        distances.append(abs(4 - baseline.start(EVERYBODY)[0]))
    assert distances == pytest.approx([4 * PRIOR / (count + PRIOR) for count in (1, 2, 3)])


def test_an_angry_utterance_counts_for_little() -> None:
    baseline = Baseline()
    baseline.learn(said(4, 20, frustration=0.9))
    assert baseline.count == pytest.approx(0.1)
    assert baseline.start(EVERYBODY)[0] == pytest.approx(4 * 0.1 / 1.1)


def test_a_short_utterance_counts_for_its_share() -> None:
    baseline = Baseline()
    baseline.learn(said(4, 20, seconds=1.0))
    assert baseline.count == pytest.approx(0.5)


@pytest.mark.parametrize("tone", [Tone(None, "noise"), Tone(0.2, seconds=3.0), said(4, 20, frustration=None)])
def test_what_was_not_scored_is_not_learnt(tone: Tone) -> None:
    baseline = Baseline()
    baseline.learn(tone)
    assert baseline.count == 0
    assert np.array_equal(baseline.start(EVERYBODY), EVERYBODY)


def test_what_is_unknown_of_an_utterance_is_not_learnt() -> None:
    baseline = Baseline()
    baseline.learn(said(4, np.nan))
    assert baseline.start(EVERYBODY) == pytest.approx([2, 10])
    baseline.learn(said(4, 30))
    assert baseline.start(EVERYBODY) == pytest.approx([8 / 3, 20])


def test_the_start_stays_the_start() -> None:
    baseline = Baseline()
    for _ in range(int(ENOUGH)):
        baseline.learn(said(4, 20))
    start = baseline.start(EVERYBODY)
    for _ in range(50):
        baseline.learn(said(100, 100))
    assert np.array_equal(baseline.start(EVERYBODY), start)


def test_a_start_that_was_handed_out_does_not_change() -> None:
    baseline = Baseline()
    baseline.learn(said(4, 20))
    start = baseline.start(EVERYBODY)
    kept = start.copy()
    baseline.learn(said(8, 40))
    assert np.array_equal(start, kept)


def test_callers_do_not_share_their_start() -> None:
    one, other = Baseline(), Baseline()
    one.learn(said(4, 20))
    assert np.array_equal(other.start(EVERYBODY), EVERYBODY)
