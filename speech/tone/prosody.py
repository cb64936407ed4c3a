"""What a person could hear for themselves in a voice: its pitch, loudness, tempo and pauses, and what changed since the start."""

from __future__ import annotations

import math
from statistics import median

import numpy as np
from numpy.typing import NDArray

from speech.tone.pitch import HOP, Track, semitones, track
from speech.tone.spectrum import level, power, quantiles
from speech.tone.types import Change, Prosody
from speech.types import RATE, Samples

SILENT_DB = 25.0
"""A frame so far under the loudest is silent (de Jong and Wempe 2009)."""
OVER_FLOOR_DB = 6.0
"""In noise the line between speech and silence lies so far over the noise."""
DIP_DB = 4.0
"""How far the level of the vowels falls between two syllables. The paper's 2 dB and its condition that a nucleus be voiced are for wide
band: on a telephone line 4 dB without it count 1.00 (sd 0.12) of the syllables of the 80 Polish clips of shared/data, 0.93 under noise at
15 dB; the paper's 0.79 and 0.72."""
PAUSE_S = 0.3
"""Silence from this on is a pause; shorter ones belong to the sounds (de Jong and Wempe 2009)."""
VOICED_S = 0.3
"""Seconds of voiced speech without which there is no pitch to tell."""
START = 3
"""Utterances that make a caller's own start."""
NOTICED = {"pitch": 1.5, "loudness": 3.0, "tempo": 0.15, "pauses": 0.10}
"""From where on a person notices a change: semitones, dB, share of the tempo, share of the time."""
QUIET_DBFS = -70.0
"""Nothing under this is speech: it is the noise of mu-law."""
_LOUDEST = 0.99
"""The quantile of the levels that is the loudest: a click is not."""
_VOWELS_HZ = (300.0, 2000.0)
"""The band of the vowels, which make the syllables."""
_FRAME_S = HOP / RATE


def measure(samples: Samples) -> Prosody:
    """The prosody of an utterance (one dimension, RATE, as it was said: with its pauses). Never raises; nothing said has level -inf."""
    powers = power(samples)
    levels = level(powers)
    speech = _speech(levels)
    if not speech.any():
        return Prosody(None, None, -math.inf, None, 0.0)
    pitch = track(samples)
    first, last = np.flatnonzero(speech)[[0, -1]]
    paused = _long(~speech[first : last + 1])
    spoken_s = float((~paused).sum()) * _FRAME_S
    nuclei = _nuclei(level(powers, *_VOWELS_HZ), speech)
    middle, width = _pitch(pitch, speech)
    return Prosody(
        pitch_hz=middle,
        range_st=width,
        level_dbfs=10 * math.log10(float(np.mean(10 ** (levels[speech] / 10)))),
        tempo=nuclei / spoken_s if nuclei and spoken_s >= PAUSE_S else None,
        pauses=float(paused.mean()),
    )


def _speech(levels: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which frames are speech: near the loudest, and over the noise that is always there."""
    if not len(levels):
        return np.zeros(0, bool)
    top, floor = quantiles(levels, _LOUDEST, 0.05)
    line = max(top - SILENT_DB, min(floor + OVER_FLOOR_DB, top - OVER_FLOOR_DB), QUIET_DBFS)
    speech: NDArray[np.bool_] = levels > line
    return speech


def _long(silent: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The silences that are pauses."""
    edges = np.flatnonzero(np.diff(silent, prepend=False, append=False))
    kept = np.zeros(len(silent), bool)
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        kept[start:end] = (end - start) * _FRAME_S >= PAUSE_S
    return kept


def _nuclei(levels: NDArray[np.float32], speech: NDArray[np.bool_]) -> int:
    """Syllables by their nuclei: peaks of the level with a dip between each two (de Jong and Wempe 2009, Behav. Res. Methods 41).

    Peaks without a dip between them are one, the highest of them.
    """
    peaks = 1 + np.flatnonzero((levels[1:-1] > levels[:-2]) & (levels[1:-1] >= levels[2:]) & speech[1:-1])
    nuclei: list[int] = []
    for peak in peaks.tolist():
        if nuclei and min(levels[nuclei[-1]], levels[peak]) - levels[nuclei[-1] : peak].min() < DIP_DB:
            nuclei[-1] = max(nuclei[-1], peak, key=levels.__getitem__)
        else:
            nuclei.append(peak)
    return len(nuclei)


def _pitch(pitch: Track, speech: NDArray[np.bool_]) -> tuple[float | None, float | None]:
    """Median (Hz) and range (semitones) of the voiced speech."""
    hz = pitch.hz[: len(speech)]
    hz = hz[(hz > 0) & speech[: len(hz)]]
    if len(hz) * _FRAME_S < VOICED_S:
        return None, None
    low, high = quantiles(semitones(hz), 0.1, 0.9)
    return quantiles(hz, 0.5)[0], high - low


class Manner:
    """A caller's own start: how the first utterances of the call were said. Belongs to one call."""

    def __init__(self) -> None:
        self._learnt: list[Prosody] = []

    def learn(self, prosody: Prosody) -> None:
        """Let an utterance count for the start. After the first START none does, nor does one in which nothing was said."""
        if len(self._learnt) < START and math.isfinite(prosody.level_dbfs):
            self._learnt.append(prosody)

    def changes(self, prosody: Prosody) -> tuple[Change, ...]:
        """What a person would notice against the median of the start, the most noticeable first; empty while nothing was learnt."""
        if not self._learnt or not math.isfinite(prosody.level_dbfs):
            return ()
        found = [
            Change("loudness", prosody.level_dbfs - self._start("level_dbfs")),
            Change("pauses", prosody.pauses - self._start("pauses")),
        ]
        if prosody.pitch_hz and (pitch := self._start("pitch_hz")):
            found.append(Change("pitch", 12 * math.log2(prosody.pitch_hz / pitch)))
        if prosody.tempo and (tempo := self._start("tempo")):
            found.append(Change("tempo", prosody.tempo / tempo))
        return tuple(sorted((one for one in found if _noticed(one) >= 1), key=_noticed, reverse=True))

    def _start(self, field: str) -> float:
        """The median of one measure in the utterances that have it; 0 where none has."""
        values = [value for one in self._learnt if (value := getattr(one, field)) is not None]
        return median(values) if values else 0.0


def _noticed(change: Change) -> float:
    """How noticeable a change is: 1 is just noticed."""
    return abs(change.by - 1 if change.what == "tempo" else change.by) / NOTICED[change.what]
