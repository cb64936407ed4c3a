"""The head: it separates what differs from the start, ignores the unknown, is calibrated, and survives its file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from speech.tone.encoder import FEATURES
from speech.tone.head import WEIGHTS, Examples, Head, calibrate, fit, load_head, relative, scale_of
from speech.tone.types import ToneError
from speech.tone.voice import VOICE


def voices(count: int, seed: int = 1) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    """Voices of callers who each start somewhere else; anger is the same step from there."""
    rng = np.random.default_rng(seed)
    starts = rng.normal(0, 3, (count, VOICE)).astype(np.float32)
    angry = np.arange(count) % 4 == 0
    step = np.zeros(VOICE, np.float32)
    step[:200] = 1
    moved = starts + angry[:, None] * step + rng.normal(0, 1, (count, VOICE)).astype(np.float32)
    return moved.astype(np.float32), starts, angry


@pytest.fixture(scope="module")
def head() -> Head:
    moved, starts, angry = voices(400)
    return fit(Examples(moved, starts, angry, np.ones(len(angry))), starts.mean(0))


def test_anger_is_a_step_from_the_callers_start(head: Head) -> None:
    moved, starts, angry = voices(200, seed=2)
    logits = head.logit(moved, starts)
    assert logits[angry].min() > logits[~angry].max()
    blind = head.logit(moved, np.broadcast_to(head.everybody, moved.shape))
    assert blind[angry].min() < blind[~angry].max()


def test_anger_and_the_rest_count_the_same(head: Head) -> None:
    moved, starts, angry = voices(400)
    logits = head.logit(moved, starts)
    assert abs(logits[angry].mean() + logits[~angry].mean()) < 0.5 * (logits[angry].mean() - logits[~angry].mean())


def test_the_same_data_gives_the_same_head(head: Head) -> None:
    moved, starts, angry = voices(400)
    again = fit(Examples(moved, starts, angry, np.ones(len(angry))), starts.mean(0))
    assert np.array_equal(again.weights, head.weights)
    assert again.bias == head.bias


def test_what_is_unknown_counts_for_nothing(head: Head) -> None:
    moved, starts, _ = voices(4)
    unknown = moved.copy()
    unknown[:, FEATURES:] = np.nan
    same = moved.copy()
    same[:, FEATURES:] = starts[:, FEATURES:]
    assert np.allclose(head.logit(unknown, starts), head.logit(same, starts))


def test_the_encoders_numbers_share_a_scale() -> None:
    scale = scale_of(voices(50)[0] * np.arange(1, VOICE + 1, dtype=np.float32))
    assert len(set(scale[:FEATURES].tolist())) == 1
    assert len(set(scale[FEATURES:].tolist())) == VOICE - FEATURES


def test_a_difference_from_the_unknown_is_none() -> None:
    ones = np.ones(VOICE, np.float32)
    assert relative(ones * 3, ones * np.nan, ones).max() == 0


def test_calibration_makes_probabilities() -> None:
    """Logits drawn from two bells two apart with deviation 1: the true log odds are 2 x - 2 between 0 and 2."""
    rng = np.random.default_rng(3)
    angry = np.arange(20000) % 5 == 0
    logits = rng.normal(np.where(angry, 2.0, 0.0), 1.0).astype(np.float32)
    slope, offset = calibrate(logits, angry)
    assert slope == pytest.approx(2, abs=0.1)
    assert offset == pytest.approx(-2, abs=0.1)


def test_a_probability_is_one_even_far_out() -> None:
    one = np.ones(VOICE, np.float32)
    far = Head(one * 0, one, one, 0.0, slope=1e6)
    assert far.frustration(one, one * 0) == pytest.approx(1)
    assert far.frustration(-one, one * 0) == pytest.approx(0)
    assert far.frustration(one, one) == pytest.approx(0.5)


def test_a_head_survives_its_file(head: Head, tmp_path: Path) -> None:
    for name in ("one.npz", "two.npz"):
        head.save(tmp_path / name)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    found = load_head(tmp_path / "one.npz")
    moved, starts, _ = voices(10)
    assert np.array_equal(found.logit(moved, starts), head.logit(moved, starts))


def test_the_committed_head_is_there_and_small() -> None:
    assert WEIGHTS.stat().st_size < 3_000_000
    assert np.isfinite(load_head().weights).all()
    assert (WEIGHTS.parent / "MODEL_CARD.md").is_file()


def test_no_head_is_a_plain_sentence(tmp_path: Path) -> None:
    with pytest.raises(ToneError, match="make train-tone"):
        load_head(tmp_path / "none.npz")


@pytest.mark.parametrize("content", [b"", b"not a head", b"PK\x03\x04broken"])
def test_a_damaged_head_is_a_plain_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "head.npz").write_bytes(content)
    with pytest.raises(ToneError, match="make train-tone"):
        load_head(tmp_path / "head.npz")


def test_a_head_of_another_version_is_refused(tmp_path: Path) -> None:
    few = np.ones(7, np.float32)
    Head(few, few, few, 0.0).save(tmp_path / "head.npz")
    with pytest.raises(ToneError, match="another version"):
        load_head(tmp_path / "head.npz")
