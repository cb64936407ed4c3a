"""Whether the tone of an utterance may be scored: no score with a reason rather than a wrong one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from speech.tone.types import LONGEST_S, SHORTEST_S, Unscored
from speech.types import RATE, Samples
from speech.vad import CHUNK, SPEECH, probabilities

NOTHING = np.zeros(0, np.int16)
QUIET_DBFS = -60.0
"""Under this level even the loudest 100 ms are no speech: the noise of mu-law alone is near -75."""
KEPT_S = 0.1
"""Silence kept on each side of speech."""


def check(samples: NDArray[Any], rate: int) -> tuple[Unscored, Samples]:
    """Why this utterance may not be scored ("" when it may), and its speech.

    ``samples``: one dimension, integers of 16 bits or floats in -1..1; ``rate``: Hz, of which only RATE is taken. The speech is int16
    at RATE with the silence around it and within it cut to KEPT_S either side; empty where there is a reason. Never raises.
    """
    audio = _audio(samples)
    if audio is None:
        return "broken", NOTHING
    if rate != RATE:
        return "rate", NOTHING
    if len(audio) > LONGEST_S * RATE:
        return "long", NOTHING
    if (level := _loudest(audio)) < QUIET_DBFS:
        return "silence", NOTHING
    speaking = np.array(probabilities(_levelled(audio, level))) >= SPEECH
    if not speaking.any():
        return "noise", NOTHING
    if speaking.sum() * CHUNK / RATE < SHORTEST_S:
        return "short", NOTHING
    return "", _cut(audio, speaking)


def _audio(samples: NDArray[Any]) -> Samples | None:
    """The samples as 16 bits; None where they are no audio."""
    if not isinstance(samples, np.ndarray) or samples.ndim != 1 or not len(samples):
        return None
    if samples.dtype == np.int16:
        return samples
    if not np.issubdtype(samples.dtype, np.floating) or not np.isfinite(samples).all():
        return None
    return (samples.astype(np.float64).clip(-1, 1) * 32767).astype(np.int16)


def _loudest(audio: Samples) -> float:
    """The level (dBFS) of the loudest 100 ms."""
    length = min(len(audio), RATE // 10)
    power = np.square(audio[: len(audio) // length * length].astype(np.float64) / 32768).reshape(-1, length).mean(axis=1).max()
    return float(10 * np.log10(max(power, 1e-12)))


def _levelled(audio: Samples, level: float) -> Samples:
    """The audio as loud as the network is used to: what it hears as speech must not depend on the line."""
    return (audio * 10 ** ((-20 - level) / 20)).clip(-32768, 32767).astype(np.int16)


def _cut(audio: Samples, speaking: NDArray[np.bool_]) -> Samples:
    """The speech with KEPT_S around it."""
    around = round(KEPT_S * RATE / CHUNK)
    kept = np.convolve(speaking, np.ones(2 * around + 1), "same") > 0
    return audio[np.repeat(kept, CHUNK)[: len(audio)]]
