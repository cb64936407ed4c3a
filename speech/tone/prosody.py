"""What a person could hear for themselves in a voice: its pitch, loudness, tempo and pauses, and what changed since the start."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from speech.tone.pitch import HOP, Track, semitones, track
from speech.tone.types import Change, Prosody
from speech.types import RATE, Samples

SILENT_DB = 25.0
"""A frame so far under the loudest is silent (de Jong and Wempe 2009)."""
OVER_FLOOR_DB = 6.0
"""In noise the line between speech and silence lies so far over the noise."""
DIP_DB = 2.0
"""How far the level falls between two syllables (de Jong and Wempe 2009)."""
PAUSE_S = 0.3
"""Silence from this on is a pause; shorter ones belong to the sounds (de Jong and Wempe 2009)."""
VOICED_S = 0.3
"""Seconds of voiced speech without which there is no pitch to tell."""
START = 3
"""Utterances that make a caller's own start."""
NOTICED = {"pitch": 1.5, "loudness": 3.0, "tempo": 0.15, "pauses": 0.10}
"""From where on a person notices a change: semitones, dB, share of the tempo, share of the time."""
_LOUD_QUANTILE = 0.99
_BAND_HZ = (300.0, 2500.0)
"""The band of the vowels, which make the syllables."""
_SMOOTH_S = 0.05
_FRAMES_S = HOP / RATE


@dataclass(frozen=True, slots=True)
class _Envelope:
    """Levels in dBFS by frame of HOP samples, of all and of the band of the vowels."""

    level: NDArray[np.float64]
    vowels: NDArray[np.float64]


def measure(samples: Samples) -> Prosody:
    """The prosody of an utterance (one dimension, RATE, as it was said: with its pauses). Never raises; nothing said has level -inf."""
    envelope = _envelope(samples)
    speech = _speech(envelope.level)
    if not speech.any():
        return Prosody(None, None, -math.inf, None, 0.0)
    pitch = track(samples)
    first, last = np.flatnonzero(speech)[[0, -1]]
    paused = _long(~speech[first : last + 1])
    spoken_s = float((~paused).sum()) * _FRAMES_S
    level = 10 * math.log10(float(np.mean(10 ** (envelope.level[speech] / 10))))
    nuclei = _nuclei(envelope.vowels, speech, pitch)
    tempo = nuclei / spoken_s if nuclei and spoken_s >= PAUSE_S else None
    middle, width = _pitch(pitch, speech)
    return Prosody(middle, width, level, tempo, float(paused.mean()))


def _envelope(samples: Samples) -> _Envelope:
    frames = len(samples) // HOP
    size = _fast(len(samples) + RATE // 10)
    spectrum = np.fft.rfft(samples.astype(np.float64) / 32768, size)
    hz = np.fft.rfftfreq(size, 1 / RATE)
    spectrum[hz < 60] = 0
    bands = spectrum, np.where((hz >= _BAND_HZ[0]) & (hz <= _BAND_HZ[1]), spectrum, 0)
    window = np.hanning(int(_SMOOTH_S * RATE) + 2)[1:-1]
    smooth = np.fft.rfft(window / window.sum(), size)
    levels = []
    for band in bands:
        power = np.fft.irfft(np.fft.rfft(np.square(np.fft.irfft(band, size))) * smooth, size)
        # The window delays by half its length; frames are read at their middles.
        at = len(window) // 2 + HOP // 2 + HOP * np.arange(frames)
        levels.append(10 * np.log10(np.maximum(power[at], 1e-12)))
    return _Envelope(levels[0], levels[1])


def _fast(length: int) -> int:
    """The next size whose Fourier transform is quick: 2 to a power, or 3 or 5 times one."""
    return min(odd << max(0, math.ceil(math.log2(max(length, 1) / odd))) for odd in (1, 3, 5))


def _speech(level: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which frames are speech: near the loudest, and over the noise that is always there."""
    if not len(level):
        return np.zeros(0, bool)
    top, floor = np.quantile(level, (_LOUD_QUANTILE, 0.05))
    line = max(top - SILENT_DB, min(floor + OVER_FLOOR_DB, top - 6))
    speech: NDArray[np.bool_] = (level > line) & (level > -70)
    return speech


def _long(silent: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The silences that are pauses."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], silent, [False])).astype(np.int8)))
    kept = np.zeros(len(silent), bool)
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        kept[start:end] = end - start >= PAUSE_S / _FRAMES_S
    return kept


def _nuclei(level: NDArray[np.float64], speech: NDArray[np.bool_], pitch: Track) -> int:
    """Syllables by their nuclei: voiced peaks of the level with a dip before each (de Jong and Wempe 2009, Behav. Res. Methods 41)."""
    peaks = 1 + np.flatnonzero((level[1:-1] > level[:-2]) & (level[1:-1] >= level[2:]))
    line = max(float(np.quantile(level, _LOUD_QUANTILE)) - SILENT_DB, -70)
    voiced = np.zeros(len(level), bool)
    voiced[: len(pitch.hz)] = pitch.voiced[: len(level)]
    count, last = 0, -1
    for peak in peaks[(level[peaks] > line) & speech[peaks]]:
        if last >= 0:
            dip = level[last : peak + 1].min()
            if level[peak] - dip < DIP_DB or level[last] - dip < DIP_DB:
                last = peak if level[peak] > level[last] else last
                continue
            count += bool(voiced[max(0, last - 2) : last + 3].any())
        last = peak
    return count + (last >= 0 and bool(voiced[max(0, last - 2) : last + 3].any()))


def _pitch(pitch: Track, speech: NDArray[np.bool_]) -> tuple[float | None, float | None]:
    """Median (Hz) and range (semitones) of the voiced speech."""
    hz = pitch.hz[: len(speech)]
    hz = hz[(hz > 0) & speech[: len(hz)]]
    if len(hz) * _FRAMES_S < VOICED_S:
        return None, None
    low, high = np.quantile(semitones(hz), (0.1, 0.9))
    return float(np.median(hz)), float(high - low)


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
