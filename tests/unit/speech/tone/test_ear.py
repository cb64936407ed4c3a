"""The ear: it hears what torch trained, whatever the level; nothing where there is no sound; the strangest two seconds count."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.tone import ear
from speech.tone.ear import BINS, NOTHING, STEP, WINDOW, Heard, listen, picture
from speech.tone.spectrum import SIZE, power
from speech.types import RATE, Samples
from tests.unit.speech.tone.voices import at_level, noise, silence, syllables, vowel


def heard(samples: Samples) -> Heard:
    return listen(power(samples))


@pytest.mark.parametrize(
    "samples", [silence(0), silence(2), vowel(150, 0.1), np.ones(RATE, np.int16)], ids=["none", "silence", "short", "ones"]
)
def test_too_little_sound_is_not_judged(samples: Samples) -> None:
    assert heard(samples) == NOTHING


def test_a_tone_over_the_ears_band_is_judged_as_nothing_or_calmly() -> None:
    time = np.arange(2 * RATE) / RATE
    found = heard((8000 * np.sin(2 * np.pi * 3000 * time)).astype(np.int16))
    assert not any(np.isnan([found.two_voices, found.slow, found.fast]))


@given(st.floats(-45, -20))
@settings(max_examples=15, deadline=None)
def test_the_level_of_the_line_changes_nothing(level: float) -> None:
    voice = syllables(10, 2, level=-20).astype(np.float64) + noise(2, -45)
    one, other = (heard(at_level(voice, each)) for each in (-20, level))
    assert other.two_voices == pytest.approx(one.two_voices, abs=0.5)
    assert other.slow == pytest.approx(one.slow, abs=0.5)
    assert other.fast == pytest.approx(one.fast, abs=0.5)


def test_a_picture_has_every_second_frame_and_marks_the_loud_ones() -> None:
    look, loud = picture(power(np.concatenate([silence(1), syllables(5, 1), silence(1)])))
    assert look.shape == (-(-(3 * RATE // 128) // STEP), BINS)
    assert not loud[:25].any()
    assert loud[32:60].mean() > 0.8
    assert look[loud].mean() == pytest.approx(0, abs=1e-5)


def test_two_voices_are_heard_in_any_two_seconds_and_the_speed_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = 10 * WINDOW
    odds = np.full((frames, 3), -5, np.float32)
    odds[3 * WINDOW : 4 * WINDOW] = 4
    odds[: frames // 2, 2] = 5
    monkeypatch.setattr(ear, "_network", lambda look: odds)
    found = listen(np.ones((frames * STEP, SIZE // 2 + 1), np.float32))
    assert found.two_voices == pytest.approx(4)
    assert found.slow == pytest.approx(-4.1)
    assert found.fast == pytest.approx(0)


def test_frames_that_are_not_loud_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    powers = np.ones((2 * WINDOW * STEP, SIZE // 2 + 1), np.float32)
    powers[WINDOW * STEP :] = 1e-5
    odds = np.full((2 * WINDOW, 3), -5, np.float32)
    odds[WINDOW:] = 9
    monkeypatch.setattr(ear, "_network", lambda look: odds)
    assert listen(powers).two_voices == pytest.approx(-5)


def test_a_hiss_has_no_two_voices_and_no_speed() -> None:
    found = heard(noise(3))
    assert max(found.two_voices, found.slow, found.fast) < 3


def test_the_network_is_the_one_that_was_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    from speech.tone.ear_training import network, odds, weights

    torch.manual_seed(1)
    model = network()
    look, _ = picture(power(syllables(15, 3)))
    with torch.no_grad():
        for _ in range(3):
            odds(model, torch.randn(4, WINDOW, BINS))  # so that the normalisation is not the identity
        model.eval()
        expected = odds(model, torch.from_numpy(look)[None])[0].numpy().T
    np.savez(tmp_path / "ear.npz", **weights(model))
    monkeypatch.setattr(ear, "WEIGHTS", tmp_path / "ear.npz")
    ear._layers.cache_clear()
    try:
        assert np.allclose(ear._network(look), expected, atol=0.02)
    finally:
        ear._layers.cache_clear()
