"""Levelling a sentence for the telephone."""

import numpy as np
import pytest
from numpy.typing import NDArray

from speech.audio import dbfs
from speech.synthesis.levelling import AUDIBLE, LEAD_MS, PEAK_DB, TAIL_MS, telephone
from speech.types import RATE, Samples

HERTZ = 22050


def voice(seconds: float, loudness: float, pitch: float = 500.0) -> NDArray[np.float64]:
    """A tone that comes and goes four times a second, like syllables."""
    at = np.arange(int(seconds * HERTZ)) / HERTZ
    return loudness * np.sin(2 * np.pi * pitch * at) * (0.6 + 0.4 * np.cos(2 * np.pi * 4 * at))


def sentence(loudness: float = 8000, before: float = 0.3, after: float = 0.5) -> Samples:
    return np.concatenate([np.zeros(int(before * HERTZ)), voice(1.0, loudness), np.zeros(int(after * HERTZ))]).astype(np.int16)


@pytest.mark.parametrize("loudness", [300, 3000, 30000])
def test_every_voice_has_the_same_loudness(loudness: float) -> None:
    spoken = telephone(sentence(loudness), HERTZ)
    assert dbfs(spoken[400:-1200]) == pytest.approx(-20, abs=1.5)


def test_volume_is_on_top() -> None:
    usual, louder = telephone(sentence(), HERTZ), telephone(sentence(), HERTZ, 5.0)
    assert dbfs(louder) - dbfs(usual) == pytest.approx(5, abs=0.5)


@pytest.mark.parametrize("volume", [0.0, 6.0, 20.0])
def test_peaks_are_limited(volume: float) -> None:
    clicks = sentence()
    clicks[9000:15000:500] = 32767
    assert np.abs(telephone(clicks, HERTZ, volume).astype(int)).max() <= 32768 * 10 ** (PEAK_DB / 20) + 1


def test_silence_at_the_ends_is_trimmed() -> None:
    spoken = telephone(sentence(before=0.7, after=0.9), HERTZ)
    assert len(spoken) / RATE == pytest.approx(1.0 + (LEAD_MS + TAIL_MS) / 1000, abs=0.04)
    first_audible = np.flatnonzero(np.abs(spoken) > AUDIBLE)[0]
    assert first_audible <= RATE * (LEAD_MS + 15) // 1000


def test_rumble_and_offset_are_taken_away() -> None:
    clean = telephone(sentence(), HERTZ)
    at = np.arange(len(clean)) / RATE
    hum = 3000 + 3000 * np.sin(2 * np.pi * 50 * at)
    again = telephone((clean + hum).astype(np.int16), RATE)
    assert abs(len(again) - len(clean)) < RATE // 10
    assert abs(float(again.mean())) < 5


@pytest.mark.parametrize("nothing", [np.zeros(0, np.int16), np.zeros(1, np.int16), np.zeros(HERTZ, np.int16), np.full(50, 1, np.int16)])
def test_silence_is_nothing(nothing: Samples) -> None:
    assert len(telephone(nothing, HERTZ)) == 0


def test_the_telephones_own_rate_passes() -> None:
    assert telephone(sentence()[::2], RATE).dtype == np.int16
