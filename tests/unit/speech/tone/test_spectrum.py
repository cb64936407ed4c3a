"""The spectrum: power is the mean square, a tone lies in its band, levels are in dBFS."""

from __future__ import annotations

import numpy as np
import pytest

from speech.tone.spectrum import LOWEST_DBFS, SIZE, level, power
from speech.types import RATE
from tests.unit.speech.tone.voices import noise, silence


def tone(hz: float, peak: float) -> np.ndarray:
    return (peak * 32767 * np.sin(2 * np.pi * hz * np.arange(RATE) / RATE)).astype(np.int16)


@pytest.mark.parametrize("dbfs", [-50, -20, -10])
def test_the_power_of_a_frame_is_its_mean_square(dbfs: float) -> None:
    inside = power(noise(2, dbfs))[4:-4].sum(axis=1)
    assert 10 * np.log10(inside.mean()) == pytest.approx(dbfs, abs=0.3)


def test_a_full_scale_tone_is_at_minus_3_dbfs() -> None:
    assert np.median(level(power(tone(1000, 1)))) == pytest.approx(-3, abs=0.1)


def test_a_tone_is_in_its_band_alone() -> None:
    powers = power(tone(1000, 0.5))
    inside, outside = level(powers, 800, 1200), level(powers, 1500, 3400)
    assert np.median(inside) - np.median(outside) > 60


def test_silence_has_the_lowest_level() -> None:
    assert level(power(silence(0.5))) == pytest.approx(LOWEST_DBFS)


@pytest.mark.parametrize(("length", "frames"), [(0, 0), (127, 0), (128, 1), (1000, 7)])
def test_each_whole_frame_has_a_row(length: int, frames: int) -> None:
    assert power(noise(1)[:length]).shape == (frames, SIZE // 2 + 1)
