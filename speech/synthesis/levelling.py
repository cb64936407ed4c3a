"""A sentence made ready for the telephone: rate, band, loudness, silence at both ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from speech.audio import resample
from speech.types import RATE, Samples

VERSION = 1
"""Counts changes of this module that can be heard: part of the key of cached audio."""

ACTIVE_DB = -20.0
"""Root mean square of active speech, in dB below full scale, measured in the telephone's band."""
PEAK_DB = -3.0
"""No sample is louder, in dB below full scale."""
KNEE_DB = -6.0
"""Samples louder than this are bent, not cut."""
BAND = (300, 3400)
"""Hz that a telephone carries: loudness is what is heard there."""
RUMBLE = (80, 180)
"""Hz: below the first nothing is kept, above the second everything."""
LEAD_MS, TAIL_MS = 20, 100
"""Silence kept before the first and after the last audible sound."""
AUDIBLE = 100
"""Root mean square of the quietest 10 ms that count as sound (-50 dB)."""
_PART = RATE // 100


def telephone(samples: Samples, rate: int, volume_db: float = 0.0) -> Samples:
    """The sentence at RATE, its active speech at ACTIVE_DB + ``volume_db``, its ends trimmed; empty if there is no sound in it."""
    line = resample(samples, rate).astype(np.float64) / 32768
    length = len(line)
    if not length:
        return np.zeros(0, np.int16)
    spectrum = np.fft.rfft(line)
    hertz = np.fft.rfftfreq(length, 1 / RATE)
    sound = np.fft.irfft(spectrum * np.clip((hertz - RUMBLE[0]) / (RUMBLE[1] - RUMBLE[0]), 0, 1), length)
    heard = np.fft.irfft(spectrum * ((hertz >= BAND[0]) & (hertz <= BAND[1])), length)
    level = _active(heard)
    if level <= 0:
        return np.zeros(0, np.int16)
    sound *= 10 ** ((ACTIVE_DB + volume_db) / 20) / level
    return _trimmed((_limited(sound) * 32768).astype(np.int16))


def _active(sound: NDArray[np.float64]) -> float:
    """Root mean square of the 20 ms parts within 20 dB of the loudest: pauses and breaths do not count."""
    power = _powers(sound, 2 * _PART)
    return float(np.sqrt(power[power >= power.max() / 100].mean())) if len(power) and power.max() > 1e-9 else 0.0


def _powers(sound: NDArray[np.float64], part: int) -> NDArray[np.float64]:
    padded = np.pad(sound, (0, -len(sound) % part))
    powers: NDArray[np.float64] = np.square(padded).reshape(-1, part).mean(axis=1)
    return powers


def _limited(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    knee, peak = 10 ** (KNEE_DB / 20), 10 ** (PEAK_DB / 20)
    loud = np.abs(sound)
    bent = knee + (peak - knee) * np.tanh((loud - knee) / (peak - knee))
    limited: NDArray[np.float64] = np.where(loud > knee, np.sign(sound) * bent, sound)
    return limited


def _trimmed(sound: Samples) -> Samples:
    audible = np.flatnonzero(_powers(sound.astype(np.float64), _PART) >= AUDIBLE**2)
    if not len(audible):
        return np.zeros(0, np.int16)
    begin, end = audible[0] * _PART, min((audible[-1] + 1) * _PART, len(sound))
    lead, tail = RATE * LEAD_MS // 1000, RATE * TAIL_MS // 1000
    before, after = sound[max(0, begin - lead) : begin], sound[end : end + tail]
    # Into the sound and out of it without a click.
    before = (before * np.linspace(0, 1, len(before))).astype(np.int16)
    after = (after * np.linspace(1, 0, len(after))).astype(np.int16)
    return np.concatenate([before, sound[begin:end], after])
