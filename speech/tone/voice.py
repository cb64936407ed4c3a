"""A voice as numbers: what the encoder hears of it, then what a person could hear. None of them depends on the level."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from speech.tone.encoder import FEATURES, LONGEST_S, Encoder, mel_spectrogram
from speech.tone.types import Prosody
from speech.types import RATE, Samples

MANNER = ("pitch", "range", "tempo", "pauses", "tilt", "tilt_loud", "tilt_spread", "level_spread")
"""What follows the encoder's FEATURES numbers: pitch (semitones over 100 Hz), its range (semitones), syllables a second, share of pauses,
then of the frames with sound: mean, 90th percentile and spread (dB) of the spectral tilt, the spread (dB) of their level. NaN: unknown."""
VOICE = FEATURES + len(MANNER)
_LOW, _HIGH = slice(4, 14), slice(14, 30)
"""Mel channels of about 0.3-1.1 and 1.1-3.4 kHz: a pressed, loud voice has more of the upper (Hammarberg et al. 1980)."""
_FLOOR = 1e-9
_AUDIBLE_DB = 25.0
"""Frames so far under the loudest are left out."""


def voice(speech: Samples, prosody: Prosody, encoder: Encoder) -> NDArray[np.float32]:
    """The VOICE numbers of the first LONGEST_S seconds of this speech (RATE, long silences cut out) and of its prosody. Blocks.

    Raises ValueError for digital silence.
    """
    mels = mel_spectrogram(speech[: int(LONGEST_S * RATE)])
    return np.concatenate([encoder.states(mels), _manner(mels + _FLOOR, prosody)])


def _manner(mels: NDArray[np.float32], prosody: Prosody) -> NDArray[np.float32]:
    level = 10 * np.log10(mels.sum(1))
    loud = level > np.quantile(level, 0.99) - _AUDIBLE_DB
    tilt = 10 * np.log10(mels[loud][:, _HIGH].sum(1) / mels[loud][:, _LOW].sum(1))
    return np.array(
        [
            12 * math.log2(prosody.pitch_hz / 100) if prosody.pitch_hz else math.nan,
            math.nan if prosody.range_st is None else prosody.range_st,
            math.nan if prosody.tempo is None else prosody.tempo,
            prosody.pauses,
            tilt.mean(),
            np.quantile(tilt, 0.9),
            tilt.std(),
            level[loud].std(),
        ],
        np.float32,
    )
