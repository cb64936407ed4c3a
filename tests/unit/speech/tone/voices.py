"""Voices made with numpy, of which everything is known: pulses at a pitch, through the resonances of a vowel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from speech.tone.augment import Line
from speech.types import RATE, Samples

TELEPHONE = Line(low_hz=300, high_hz=3400)
FORMANTS_HZ = (600, 1400, 2500)


def vowel(hz: float | NDArray[np.float64], seconds: float, level: float = -20.0) -> Samples:
    """A vowel at this pitch (or at each sample's own) and level (dBFS, root mean square)."""
    pitch = np.broadcast_to(np.asarray(hz, np.float64), round(seconds * RATE))
    phase = np.cumsum(pitch) / RATE
    sound = np.zeros(len(pitch))
    for number in range(1, int(3800 / pitch.min()) + 1):
        here = number * pitch
        gain = sum(1 / (1 + ((here - formant) / 120) ** 2) for formant in FORMANTS_HZ) + 0.02
        sound += gain * (here < 3800) / np.sqrt(number) * np.cos(2 * np.pi * number * phase)
    return at_level(sound, level)


def at_level(sound: NDArray[np.float64], level: float) -> Samples:
    """The sound at this level (dBFS, root mean square)."""
    return (sound / np.sqrt(np.mean(np.square(sound))) * 32768 * 10 ** (level / 20)).clip(-32768, 32767).astype(np.int16)


def syllables(count: int, seconds: float, hz: float = 140.0, level: float = -20.0) -> Samples:
    """So many syllables of one vowel in this time, each as long as the others, with a fall of 14 dB between them."""
    time = np.arange(round(seconds * RATE)) / RATE
    return at_level(vowel(hz, seconds) * (0.6 - 0.4 * np.cos(2 * np.pi * count / seconds * time)), level)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.int16)


def noise(seconds: float, level: float = -30.0, seed: int = 1) -> Samples:
    """A hiss at this level (dBFS)."""
    return at_level(np.random.default_rng(seed).normal(size=round(seconds * RATE)), level)


def semitones(one: float, other: float) -> float:
    """How far one frequency is from another."""
    return float(12 * np.log2(one / other))
