"""Whether the tone of an utterance may be scored: no score with a reason rather than a wrong one.

Measured by ``python -m benchmarks.tone_quality``: over any of six telephone lines (down to -45 dBFS, noise at 15 dB) 100 % of Emo-DB and
nEMO and 98.1 to 99.5 % of RAVDESS pass, what is missing being screams. Refused are all made noises and music, 98 % of recorded music,
99 % of speech in noise at 5 dB, 89 % of speech 10 dB too loud for the line and 99.7 % 15 dB too loud, all audio at half its speed, 96 %
at double, 83 % of 16 kHz played as 8, and of two voices at once at like level 76 to 97 %. Two voices in turns pass: by their pitch, and
by a speaker encoder, they are no further apart than one person calm and then angry.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from speech.audio import resample
from speech.tone.ear import listen
from speech.tone.pitch import HOP, track
from speech.tone.spectrum import SIZE, level, power, quantiles
from speech.tone.types import LONGEST_S, SHORTEST_S, Unscored
from speech.types import RATE, Samples
from speech.vad import CHUNK, SPEECH, probabilities

SILENT_DBFS = -60.0
"""A sound whose loudest frame is under this is silence: a voice at -45 dBFS has frames at -38, the noise of mu-law is under -70."""
OVERDRIVEN = 0.01
"""Share of the loud samples that lie in flat tops. Speech has none; 10 dB too loud for the line, one clip in two has 0.03."""
_FLAT, _TOP, _ACTIVE_DB = 3, 0.99, 20.0
"""A flat top is so many samples together at this share of the peak; only samples within so many dB of the loudest frame are counted."""
SNR_DB = 9.0
"""Speech must be so far over the quietest twentieth. Noise at 15 dB leaves 11 or more, at 5 dB 9 or less; clean speech has 13 to 99."""
_QUIETEST = 0.05
SCREAM_HZ = 300.0
"""Above this median pitch a sound that is no speech to the network may be a scream, which it does not know."""
SLOWER, SCREAM = 1.35, 0.1
"""A scream is looked at again played slower by this, when it has the pitch of a loud voice; this probability is then enough. Of 43 screams
of RAVDESS that are no speech otherwise 32 pass so, of 232 pieces of music none."""
SPOKEN = 1 / 3
"""Share of the sound that must be speech."""
_LEVEL_DBFS = -20.0
"""The level of the loudest frame at which the network hears, so that what it hears does not depend on the line."""
_SOUND_DB, SILENT_DB = 12.0, 25.0
"""Frames within the first of the loudest are the sound that should be speech; those not within the second are silence."""
TWO_VOICES, SLOW, FAST = 2.5, 0.0, 2.0
"""Log odds of the ear from which on a voice is not scored: 996 in 1000 clips of Emo-DB, RAVDESS and nEMO and more have less of each."""
TONAL, SIGNAL, HISS = 0.2, 0.011, 0.5
"""Spectral flatness: a frame with less has notes; all frames together with less are one signal, with more a hiss. By median, the sounds of
benchmarks/tone_sounds.py: hiss and drums 0.5, keys 0.009, hum 0.003; recorded music 0.02 a frame and 0.11 in all."""
KEPT_S = 0.1
"""Silence that is kept on each side of speech."""
_NONE = np.zeros(0, np.int16)


def check(samples: NDArray[Any], rate: int) -> tuple[Unscored, Samples]:
    """Why this utterance may not be scored ("" when it may), and its speech.

    ``samples``: one dimension, integers of 16 bits or floats in -1..1; ``rate``: Hz, of which only RATE is taken. The speech is int16 at
    RATE without the silences: KEPT_S of them is left on each side of speech. It is empty where there is a reason. Never raises.
    About 2.8 ms of CPU a second of audio, 2.0 of which are the voice activity.
    """
    audio = _audio(samples)
    if audio is None:
        return "broken", _NONE
    why, speech = _judged(audio, rate)
    return why, _NONE if why or speech is None else audio[speech]


def _judged(audio: Samples, rate: int) -> tuple[Unscored, NDArray[np.bool_] | None]:
    """The first reason, the cheapest to find out before the dearest, and which samples are speech."""
    if rate != RATE:
        return "rate", None
    if len(audio) > LONGEST_S * RATE:
        return "long", None
    if len(audio) and audio.min() == audio.max():
        return ("broken" if audio[0] else "silence"), None
    powers = power(audio)
    levels = level(powers)
    if not len(levels) or levels.max() < SILENT_DBFS:
        return "silence", None
    if len(audio) < SHORTEST_S * RATE:
        return "short", None
    if _flat_tops(audio) > OVERDRIVEN:
        return "clipped", None
    chunks = _speech(audio, float(levels.max()))
    if why := _voiceless(chunks, powers, levels):
        return why, None
    heard = listen(powers)
    if max(heard.slow - SLOW, heard.fast - FAST) > 0:
        return "rate", None
    if heard.two_voices > TWO_VOICES:
        return "two_voices", None
    return "", _with_edges(chunks, len(audio))


def _audio(samples: NDArray[Any]) -> Samples | None:
    """The samples as 16 bits; None where they are no audio: nothing, more than one channel, not a number, neither floats nor 16 bits."""
    if not isinstance(samples, np.ndarray) or samples.ndim != 1 or not len(samples):
        return None
    if samples.dtype == np.int16:
        return samples
    if not np.issubdtype(samples.dtype, np.floating) or not np.isfinite(samples).all():
        return None
    return np.asarray(samples.clip(-1, 1) * 32767, np.int16)


def _flat_tops(audio: Samples) -> float:
    """Share of the loud samples that lie in flat tops, above and below together. Only the same extreme again and again makes them: a
    line that was overdriven and then filtered has none."""
    size = np.abs(audio.astype(np.int32))
    frames = size[: len(size) // HOP * HOP].reshape(-1, HOP)
    loudness = np.square(frames.astype(np.float32)).mean(axis=1)
    loud = int((loudness > loudness.max() * 10 ** (-_ACTIVE_DB / 10)).sum()) * HOP
    at_top = size >= size.max() * _TOP
    flat = 0
    for side in (at_top & (audio > 0), at_top & (audio < 0)):
        edges = np.flatnonzero(np.diff(side, prepend=False, append=False))
        lengths = edges[1::2] - edges[::2]
        flat += int(lengths[lengths >= _FLAT].sum())
    return flat / max(loud, 1)


def _speech(audio: Samples, loudest: float) -> NDArray[np.bool_]:
    """Which chunks are speech, screams too."""
    levelled = (audio * np.float32(10 ** ((_LEVEL_DBFS - loudest) / 20))).clip(-32768, 32767).astype(np.int16)
    calm = np.array(probabilities(levelled)) >= SPEECH
    if _seconds(calm) >= SHORTEST_S:
        return calm
    pitch = track(audio)
    if not pitch.voiced.any() or np.median(pitch.hz[pitch.voiced]) < SCREAM_HZ:
        return calm
    slower = np.array(probabilities(resample(levelled, RATE, round(RATE * SLOWER)))) >= SCREAM
    at = np.minimum((np.arange(len(calm)) * SLOWER).astype(int), len(slower) - 1)
    return np.asarray(calm | slower[at])


def _voiceless(chunks: NDArray[np.bool_], powers: NDArray[np.float32], levels: NDArray[np.float32]) -> Unscored:
    """Why there is not enough of a voice in these chunks; "" where there is."""
    sound = levels > levels.max() - _SOUND_DB
    speech = np.repeat(chunks, CHUNK // HOP)[: len(levels)]
    if (sound & speech).sum() < SPOKEN * sound.sum():
        audible = (levels > levels.max() - SILENT_DB).sum() * HOP / RATE
        return "short" if audible < SHORTEST_S / 2 else _nature(powers[sound])
    if _seconds(chunks) < SHORTEST_S:
        return "short"
    over = 10 * np.log10(np.mean(10 ** (levels[speech] / 10))) - quantiles(levels, _QUIETEST)[0]
    return "noise" if over < SNR_DB else ""


def _nature(powers: NDArray[np.float32]) -> Unscored:
    """What a sound without a voice is. Music has notes, and more than one: its spectrum has peaks, and their mean over time still has
    some but not only them. Hiss and drums have none; hum, keys and ringback have nothing else. Both are refused all the same."""
    bins = powers[:, round(250 * SIZE / RATE) : round(3400 * SIZE / RATE)]
    bins = bins / bins.mean() + 1e-6
    if np.median(_flatness(bins)) < TONAL and SIGNAL < _flatness(bins.mean(axis=0, keepdims=True))[0] < HISS:
        return "music"
    return "noise"


def _flatness(bins: NDArray[np.float32]) -> NDArray[np.float32]:
    """Spectral flatness (0..1) of each frame: the geometric mean of its bins over the arithmetic."""
    return np.asarray(np.exp(np.log(bins).mean(axis=1)) / bins.mean(axis=1), np.float32)


def _seconds(chunks: NDArray[np.bool_]) -> float:
    return float(chunks.sum()) * CHUNK / RATE


def _with_edges(chunks: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """Which samples are speech or within KEPT_S of it."""
    around = round(KEPT_S * RATE / CHUNK)
    kept = np.convolve(chunks, np.ones(2 * around + 1), "same") > 0.5
    return np.repeat(kept, CHUNK)[:length]
