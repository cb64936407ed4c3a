"""A voice as numbers: what the encoder hears of it, then what a person could hear. None of them depends on the level."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from speech.tone.encoder import FEATURES, LONGEST_S, Encoder, mel_spectrogram
from speech.tone.pitch import Track, semitones, track
from speech.tone.spectrum import quantiles
from speech.tone.types import Prosody
from speech.types import RATE, Samples

SAID = ("pitch", "range", "tempo", "pauses")
"""Of the prosody: median pitch (semitones over 1 Hz), its range (semitones), syllables a second, share of pauses."""
TUNE = ("pitch_5", "pitch_25", "pitch_50", "pitch_75", "pitch_95", "pitch_steps", "pitch_spread", "voiced", "rough", "rough_90")
"""Of the pitch of each frame: percentiles, mean step and spread (semitones), share of voiced frames, mean and 90th percentile of how far
those are from periodic (0..1): a voice under strain is rougher."""
COLOUR = ("tilt", "tilt_90", "tilt_spread", "level_spread", "loud_middle", "loud_upper", "loud_peak", "loud_lower")
"""Of the frames with sound: mean, 90th percentile and spread (dB) of the spectral tilt, spread (dB) of the level; of the loudest quarter:
bands of 1.1-2.1 and 2.1-3.4 kHz against 0.3-1.1 kHz, their peaks, 0.6-1.1 against 0.2-0.6 kHz (dB). A raised voice has more of the upper
bands (Hammarberg et al. 1980, Acta Otolaryngol. 90)."""
MANNER = (*SAID, *TUNE, *COLOUR)
"""What follows the encoder's FEATURES numbers; NaN: unknown."""
VOICE = FEATURES + len(MANNER)
_LOW, _HIGH = slice(4, 14), slice(14, 30)
"""Mel channels of 0.3-1.1 and 1.1-3.4 kHz."""
_FLOOR = 1e-9
_AUDIBLE_DB = 25.0
"""Frames so far under the loudest are left out."""
_PITCHED = 6
"""Fewer frames with a pitch tell no tune."""


def voice(samples: Samples, speech: Samples, prosody: Prosody, encoder: Encoder) -> NDArray[np.float32]:
    """The VOICE numbers of an utterance. Blocks.

    ``samples``: as it was said (RATE), the same array as for the prosody, so that its pitch is tracked once; ``speech``: with the long
    silences cut out, of which LONGEST_S seconds are heard. Raises ValueError for digital silence.
    """
    mels = mel_spectrogram(speech[: int(LONGEST_S * RATE)])
    return np.concatenate([encoder.states(mels), _said(prosody), _tune(track(samples)), _colour(mels + _FLOOR)])


def _said(prosody: Prosody) -> NDArray[np.float32]:
    pitch = 12 * math.log2(prosody.pitch_hz) if prosody.pitch_hz else None
    told = (pitch, prosody.range_st, prosody.tempo, prosody.pauses)
    return np.array([math.nan if one is None else one for one in told], np.float32)


def _tune(pitch: Track) -> NDArray[np.float32]:
    voiced = pitch.voiced
    if voiced.sum() < _PITCHED:
        return np.full(len(TUNE), np.nan, np.float32)
    heights, rough = semitones(pitch.hz[voiced]), pitch.rough[voiced]
    percentiles = quantiles(heights, 0.05, 0.25, 0.5, 0.75, 0.95)
    told = (np.abs(np.diff(heights)).mean(), heights.std(), voiced.mean(), rough.mean(), *quantiles(rough, 0.9))
    return np.array([*percentiles, *told], np.float32)


def _colour(mels: NDArray[np.float32]) -> NDArray[np.float32]:
    levels = _db(mels.sum(1))
    loud, top = quantiles(levels, 0.75, 0.99)
    audible = mels[levels > top - _AUDIBLE_DB]
    tilt = _db(audible[:, _HIGH].sum(1)) - _db(audible[:, _LOW].sum(1))
    loudest = _db(mels[levels >= loud].mean(0))
    low = loudest[_LOW].mean()
    told = (
        *(tilt.mean(), *quantiles(tilt, 0.9), tilt.std(), _db(audible.sum(1)).std()),
        *(loudest[14:22].mean() - low, loudest[22:30].mean() - low, loudest[_LOW].max() - loudest[_HIGH].max()),
        loudest[8:14].mean() - loudest[3:8].mean(),
    )
    return np.array(told, np.float32)


def _db(power: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(10 * np.log10(power), np.float32)
