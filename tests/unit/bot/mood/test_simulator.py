"""The simulator: the same for a seed, and like what it says it models."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mood.simulator import ANGRY, CALM, FRUSTRATED, KINDS, Beta, Observed, Simulated, simulate
from bot.mood.types import HAPPENINGS


@pytest.fixture(scope="module")
def conversations() -> list[Simulated]:
    """Enough of them to count shares in."""
    return simulate(1500, seed=11)


def test_a_seed_is_a_set_of_conversations() -> None:
    assert simulate(20, seed=3) == simulate(20, seed=3) != simulate(20, seed=4)
    assert simulate(20, seed=3)[:5] == simulate(5, seed=3)


def test_moods_and_scores_are_shares(conversations: list[Simulated]) -> None:
    for each in conversations:
        assert len(each.moods) == len(each.signals) >= 5
        assert all(0 <= mood <= 1 for mood in each.moods)
        assert all(score is None or 0 < score < 1 for turn in each.signals for score in (turn.tone, turn.words))
        assert all(thing in HAPPENINGS for turn in each.signals for thing in turn.happened)


def test_there_are_calm_and_angry_conversations_of_every_kind(conversations: list[Simulated]) -> None:
    for kind in KINDS:
        peaks = [max(each.moods) for each in conversations if each.kind == kind]
        assert len(peaks) / len(conversations) == pytest.approx(kind.share, abs=0.04)
        assert min(peaks) < CALM
        assert max(peaks) >= ANGRY


def test_parts_are_missing_as_they_are_in_service(conversations: list[Simulated]) -> None:
    chat = [each for each in conversations if each.channel == "chat"]
    phone = [each for each in conversations if each.channel == "phone"]
    assert all(turn.tone is None and "interrupted" not in turn.happened for each in chat for turn in each.signals)
    assert 0.2 < np.mean([turn.tone is None for each in phone for turn in each.signals]) < 0.4
    away = [each for each in conversations if all(turn.words is None for turn in each.signals)]
    assert 0.02 < len(away) / len(conversations) < 0.07


def test_trouble_pushes_the_mood_up_and_the_short_fused_further(conversations: list[Simulated]) -> None:
    def moved(name: str, *, trouble: bool) -> float:
        steps = []
        for each in conversations:
            if each.kind.name == name:
                for before, after, turn in zip(each.moods, each.moods[1:], each.signals[1:], strict=False):
                    if trouble == bool({"misunderstood", "corrected"} & set(turn.happened)):
                        steps.append(after - before)
        return float(np.mean(steps))

    assert moved("short-fused", trouble=True) > moved("patient", trouble=True) > 0 > moved("patient", trouble=False)


def test_a_frustrated_mood_is_heard_and_read_unless_it_is_kept_quiet(conversations: list[Simulated]) -> None:
    def mean(part: str, name: str, *, frustrated: bool) -> float:
        found = [
            getattr(turn, part)
            for each in conversations
            if each.kind.name == name
            for mood, turn in zip(each.moods, each.signals, strict=True)
            if (mood > FRUSTRATED) == frustrated and getattr(turn, part) is not None
        ]
        return float(np.mean(found))

    for part in ("tone", "words"):
        assert mean(part, "patient", frustrated=True) > mean(part, "patient", frustrated=False) + 0.2
    assert mean("tone", "quiet anger", frustrated=True) < mean("tone", "patient", frustrated=True)
    assert mean("tone", "loud by nature", frustrated=False) > mean("tone", "patient", frustrated=False)
    assert mean("words", "ironic", frustrated=True) < mean("words", "patient", frustrated=True)
    assert mean("words", "swears cheerfully", frustrated=False) > mean("words", "patient", frustrated=False)


def test_measured_scores_can_take_the_place_of_the_assumed() -> None:
    sharp = Observed(calm=Beta(1, 200), frustrated=Beta(200, 1), spread=0.0)
    conversations = simulate(200, seed=5, tone=sharp)
    scores = [turn.tone for each in conversations for turn in each.signals if turn.tone is not None]
    assert all(score < 0.1 or score > 0.9 for score in scores)


@given(st.floats(0.3, 20), st.floats(0.3, 20))
def test_a_distribution_is_found_again_in_its_scores(a: float, b: float) -> None:
    scores = np.random.default_rng(0).beta(a, b, 4000)
    found = Beta.of([float(score) for score in scores])
    assert found.a / (found.a + found.b) == pytest.approx(a / (a + b), abs=0.03)
    assert found.a == pytest.approx(a, rel=0.2)


@pytest.mark.parametrize("scores", [[], [0.5], [0.5, 0.5], [0.2, 1.2], [-0.1, 0.5]])
def test_too_little_or_wrong_scores_are_refused(scores: list[float]) -> None:
    with pytest.raises(ValueError, match="two different scores"):
        Beta.of(scores)
