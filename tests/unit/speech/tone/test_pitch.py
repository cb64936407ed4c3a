"""Pitch: right on a telephone line, which has no fundamental; not an octave off; nothing where there is no voice; whatever the level."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from speech.tone.pitch import HOP, Track, track
from speech.types import RATE, Samples
from tests.unit.speech.tone.voices import TELEPHONE, noise, semitones, silence, vowel


def middle(found: Track) -> float:
    return float(np.median(found.hz[found.voiced]))


def telephone(samples: Samples) -> Samples:
    return TELEPHONE.heard(samples, np.random.default_rng(1))


@pytest.mark.parametrize("hz", [70, 95, 130, 180, 240, 320, 420, 540])
def test_the_pitch_of_a_vowel(hz: float) -> None:
    found = track(vowel(hz, 1))
    assert found.voiced.mean() > 0.9
    assert abs(semitones(middle(found), hz)) < 0.15


@pytest.mark.parametrize("hz", [70, 95, 130, 180, 240, 320, 420, 540])
def test_the_pitch_on_a_telephone_line_without_its_fundamental(hz: float) -> None:
    found = track(telephone(vowel(hz, 1)))
    assert found.voiced.mean() > 0.9
    assert abs(semitones(middle(found), hz)) < 0.15


@pytest.mark.parametrize("hz", [95, 130, 180, 240, 320])
def test_the_pitch_in_noise_at_15_db(hz: float) -> None:
    found = track(telephone((vowel(hz, 1, -20) + noise(1, -35)).astype(np.int16)))
    assert found.voiced.mean() > 0.7
    assert abs(semitones(middle(found), hz)) < 0.3


def test_a_glide_is_followed_without_a_jump() -> None:
    glide = np.geomspace(110, 260, 2 * RATE)
    found = track(telephone(vowel(glide, 2)))
    said = glide[HOP // 2 :: HOP][: len(found.hz)]
    away = 12 * np.log2(found.hz[found.voiced] / said[found.voiced])
    assert found.voiced.mean() > 0.9
    assert np.quantile(np.abs(away), 0.95) < 0.5


@pytest.mark.parametrize("samples", [noise(2), silence(2), np.full(RATE, 900, np.int16)], ids=["noise", "silence", "constant"])
def test_without_a_voice_there_is_no_pitch(samples: Samples) -> None:
    assert track(samples).voiced.mean() < 0.03


@pytest.mark.parametrize("length", [0, 1, HOP - 1, HOP, 3 * HOP + 5, RATE])
def test_each_whole_frame_has_a_place(length: int) -> None:
    found = track(vowel(150, 1)[:length])
    assert len(found.hz) == len(found.rough) == length // HOP


@given(arrays(np.int16, st.integers(0, 3000)))
@settings(max_examples=60, deadline=None)
def test_any_audio_has_pitches_of_a_voice_or_none(samples: Samples) -> None:
    found = track(samples)
    assert np.isfinite(found.rough).all()
    assert ((found.hz == 0) | ((found.hz > 55) & (found.hz < 700))).all()


@given(st.floats(-45, -6), st.floats(80, 400))
@settings(max_examples=25, deadline=None)
def test_the_level_of_the_line_does_not_change_the_pitch(level: float, hz: float) -> None:
    assert abs(semitones(middle(track(vowel(hz, 0.5, level))), hz)) < 0.2


def test_what_was_tracked_before_does_not_change_what_is_found() -> None:
    low, high = vowel(100, 0.5), vowel(200, 0.5)
    first = middle(track(low))
    assert middle(track(high)) > 1.9 * first
    low[:] = high
    assert middle(track(low)) > 1.9 * first
