"""Telephone lines to train with: what a call does to a voice, drawn at random, the same for all utterances of the call."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from speech.audio import from_mulaw, resample, to_mulaw
from speech.types import FRAME, RATE, Samples

_BANDS = np.geomspace(100, RATE / 2, 7)
"""Hz at which a handset's response is drawn; straight lines (in dB) between."""

_SIZE = 0.22
"""Speakers are made smaller or larger by up to so much (a logarithm): 3.8 semitones, about half the way from men to women."""


@dataclass(frozen=True, slots=True)
class Line:
    """One telephone line. ``gain_db``: of the whole call. ``response_db``: of the handset at _BANDS. ``low_hz``, ``high_hz``: the band.

    ``snr_db``: of the noise under the speech; ``slope``: of the noise's spectrum as a power of the frequency (0 is white, -1 pink).
    ``loss``: share (0..1) of the 20 ms packets that are lost. ``speed``: the speaker talks in another size (1.05 is 5 % faster and higher).
    """

    gain_db: float = 0.0
    response_db: tuple[float, ...] = (0.0,) * len(_BANDS)
    low_hz: float = 0.0
    high_hz: float = RATE / 2
    snr_db: float = math.inf
    slope: float = 0.0
    loss: float = 0.0
    speed: float = 1.0

    def heard(self, samples: Samples, rng: np.random.Generator) -> Samples:
        """The sound (one dimension, RATE) at the far end: mu-law always, everything else as this line is."""
        sound = resample(samples, RATE, round(RATE / self.speed)).astype(np.float64)
        if not sound.any():
            return from_mulaw(to_mulaw(samples))
        sound = self._shaped(sound)
        sound *= 10 ** (self.gain_db / 20)
        sound += self._noise(sound, rng)
        coded = from_mulaw(to_mulaw(np.rint(np.clip(sound, -32768, 32767)).astype(np.int16)))
        return self._lossy(coded, rng)

    def _shaped(self, sound: NDArray[np.float64]) -> NDArray[np.float64]:
        """Through the handset and the band; 24 dB an octave at its ends."""
        spectrum = np.fft.rfft(sound)
        hz = np.maximum(np.fft.rfftfreq(len(sound), 1 / RATE), 1.0)
        gain = 10 ** (np.interp(np.log(hz), np.log(_BANDS), self.response_db) / 20)
        if self.low_hz:
            gain = gain / np.sqrt(1 + (self.low_hz / hz) ** 8)
        if self.high_hz < RATE / 2:
            gain = gain / np.sqrt(1 + (hz / self.high_hz) ** 8)
        shaped: NDArray[np.float64] = np.fft.irfft(spectrum * gain, len(sound))
        return shaped

    def _noise(self, sound: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
        spectrum = np.fft.rfft(rng.normal(size=len(sound)))
        hz = np.maximum(np.fft.rfftfreq(len(sound), 1 / RATE), 50.0)
        noise = np.fft.irfft(spectrum * hz ** (self.slope / 2), len(sound))
        level = np.sqrt(np.mean(np.square(sound)) / max(float(np.mean(np.square(noise))), 1e-12)) * 10 ** (-self.snr_db / 20)
        scaled: NDArray[np.float64] = noise * level
        return scaled

    def _lossy(self, samples: Samples, rng: np.random.Generator) -> Samples:
        """Lost packets are silence, or the packet before once more, as receivers do."""
        samples = samples.copy()
        for start in range(FRAME, len(samples) - FRAME, FRAME):
            if rng.random() < self.loss:
                samples[start : start + FRAME] = samples[start - FRAME : start] if rng.random() < 0.5 else 0
        return samples


PLAIN = Line()
"""Only mu-law."""


def some_line(rng: np.random.Generator) -> Line:
    """A line at random: each trouble is there in some calls and not in others."""

    def maybe(chance: float) -> bool:
        return bool(rng.random() < chance)

    line = Line(gain_db=float(rng.uniform(-25, 6)), speed=1.0 if maybe(0.3) else float(np.exp(rng.uniform(-_SIZE, _SIZE))))
    if maybe(0.6):
        tilt, bumps = rng.normal(0, 4), rng.normal(0, 3, len(_BANDS))
        line = replace(line, response_db=tuple(float(each) for each in np.linspace(-tilt, tilt, len(_BANDS)) + bumps))
    if maybe(0.5):
        line = replace(line, low_hz=float(rng.uniform(80, 350)), high_hz=float(rng.uniform(2800, 3900)))
    if maybe(0.7):
        line = replace(line, snr_db=float(rng.uniform(8, 40)), slope=float(rng.uniform(-1.5, 0)))
    if maybe(0.3):
        line = replace(line, loss=float(rng.uniform(0.005, 0.06)))
    return line
