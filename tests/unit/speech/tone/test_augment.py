"""Lines: each trouble does what it says, and a line is the same each time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from speech.audio import dbfs, from_mulaw, to_mulaw
from speech.tone.augment import PLAIN, Line, some_line
from speech.types import FRAME, RATE, Samples


@pytest.fixture(scope="module")
def sound() -> Samples:
    """White noise has something everywhere."""
    return np.random.default_rng(1).normal(0, 1000, 4 * RATE).astype(np.int16)


def rng() -> np.random.Generator:
    return np.random.default_rng(2)


def spectrum(samples: Samples, low: float, high: float) -> float:
    """Level (dB) between two frequencies (Hz)."""
    power: NDArray[np.float64] = np.square(np.abs(np.fft.rfft(samples)))
    hz = np.fft.rfftfreq(len(samples), 1 / RATE)
    return float(10 * np.log10(power[(hz >= low) & (hz < high)].mean()))


def test_a_plain_line_is_mulaw(sound: Samples) -> None:
    assert np.array_equal(PLAIN.heard(sound, rng()), from_mulaw(to_mulaw(sound)))


def test_silence_stays_silence() -> None:
    heard = Line(gain_db=10, snr_db=10, loss=0.5, low_hz=300).heard(np.zeros(RATE, np.int16), rng())
    assert heard.max() == 0


def test_gain_is_a_gain(sound: Samples) -> None:
    assert dbfs(Line(gain_db=-12).heard(sound, rng())) == pytest.approx(dbfs(sound) - 12, abs=0.2)


def test_what_is_outside_the_band_is_gone(sound: Samples) -> None:
    heard = Line(low_hz=300, high_hz=3000).heard(sound, rng())
    inside = spectrum(heard, 800, 2000)
    assert spectrum(heard, 60, 120) < inside - 25
    assert spectrum(heard, 3800, 4000) < inside - 5
    assert spectrum(sound, 60, 120) == pytest.approx(spectrum(sound, 800, 2000), abs=2)


def test_noise_is_as_far_under_the_speech_as_it_says(sound: Samples) -> None:
    speech = sound.copy()
    speech[: 2 * RATE] = 0
    heard = Line(snr_db=20).heard(speech, rng())
    assert dbfs(heard[: 2 * RATE]) == pytest.approx(dbfs(speech) - 20, abs=0.5)


def test_lost_packets_are_silence_or_said_again(sound: Samples) -> None:
    heard, whole = Line(loss=0.2).heard(sound, rng()), PLAIN.heard(sound, rng())
    packets = heard.reshape(-1, FRAME)
    lost = (packets != whole.reshape(-1, FRAME)).any(1)
    assert lost.mean() == pytest.approx(0.2, abs=0.07)
    for index in np.flatnonzero(lost):
        assert not packets[index].any() or np.array_equal(packets[index], packets[index - 1])


def test_a_faster_speaker_is_shorter_and_higher() -> None:
    tone = (5000 * np.sin(2 * np.pi * 1000 * np.arange(2 * RATE) / RATE)).astype(np.int16)
    heard = Line(speed=1.1).heard(tone, rng())
    assert len(heard) == pytest.approx(2 * RATE / 1.1, rel=0.01)
    assert np.abs(np.fft.rfft(heard)).argmax() * RATE / len(heard) == pytest.approx(1100, abs=5)


def test_a_handset_colours(sound: Samples) -> None:
    heard = Line(response_db=(-9, -6, -3, 0, 3, 6, 9)).heard(sound, rng())
    assert spectrum(heard, 2000, 3500) > spectrum(heard, 120, 300) + 8


def test_the_same_numbers_give_the_same_line_and_the_same_sound(sound: Samples) -> None:
    line = replace(some_line(rng()), loss=0.1, snr_db=20.0)
    assert line == replace(some_line(rng()), loss=0.1, snr_db=20.0)
    assert np.array_equal(line.heard(sound, rng()), line.heard(sound, rng()))


def test_lines_differ() -> None:
    source = rng()
    assert len({some_line(source) for _ in range(20)}) == 20
