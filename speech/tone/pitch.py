"""The fundamental frequency of a voice on the telephone: YIN, in a range that fits the voice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from speech.types import RATE, Samples

HOP = RATE // 100
"""Samples from one frame of the track to the next (10 ms)."""
LOWEST_HZ, HIGHEST_HZ = 60.0, 600.0
"""Where a voice is looked for: a deep creak to a scream."""
_SHORTEST, _LONGEST = int(RATE / HIGHEST_HZ), int(RATE / LOWEST_HZ) + 1
"""The periods (samples) of the highest and the lowest pitch."""
_WINDOW = 200
"""Samples compared with those a period later (25 ms, as in the paper)."""
_SPAN = _WINDOW + _LONGEST + 1
_SIZE = 360
"""Size of the Fourier transform: no less than _SPAN, and a product of small primes."""
_DIP = 0.15
"""A period whose difference is under this is taken before any longer one (the paper's threshold is 0.1, for clean speech)."""
_VOICED = 0.35
"""The normalised difference up to which a frame is voiced. A voice 15 dB over white noise has 0.1 to 0.3, noise alone over 0.5."""
_SMOOTH = (np.hanning(10)[1:-1] / np.hanning(10)[1:-1].sum()).astype(np.float32)
"""The paper's low pass of about 1 ms: the harmonics under 1 kHz are what tells the period."""


@dataclass(frozen=True, slots=True)
class Track:
    """Pitch by frame of HOP samples: ``hz`` (0 where unvoiced) and how far it is from periodic, ``rough`` (0..1 or more)."""

    hz: NDArray[np.float32]
    rough: NDArray[np.float32]

    @property
    def voiced(self) -> NDArray[np.bool_]:
        """Which frames have a pitch."""
        return self.hz > 0


def semitones(hz: NDArray[np.float32]) -> NDArray[np.float32]:
    """Frequencies on the scale of the ear: semitones over 1 Hz."""
    return 12 * np.log2(hz)


def track(samples: Samples, hop: int = HOP) -> Track:
    """The pitch of each frame, by YIN (de Cheveigné and Kawahara 2002, J. Acoust. Soc. Am. 111, 1917-1930).

    The range is found in two passes (De Looze and Hirst 2008, Speech Prosody): first LOWEST_HZ to HIGHEST_HZ, then only what is
    near the middle of what was found, which takes most errors by an octave away. Never raises; shorter than 42 ms has no frame.
    """
    differences = _differences(samples, hop)
    if not len(differences):
        return Track(np.zeros(0, np.float32), np.zeros(0, np.float32))
    first = _periods(differences, _SHORTEST, _LONGEST)
    if (voiced := first.voiced).sum() < 5:
        return first
    low, high = np.quantile(first.hz[voiced], (0.35, 0.65))
    shortest = max(_SHORTEST, int(RATE / (1.9 * high + 10)))
    longest = min(_LONGEST, int(RATE / max(0.72 * low - 10, LOWEST_HZ)) + 1)
    return _steady(_periods(differences, shortest, longest))


def _differences(samples: Samples, hop: int) -> NDArray[np.float32]:
    """The cumulative mean normalised difference (equation 8) of each frame, by period in samples."""
    around = (_SPAN - hop) // 2
    smooth = np.convolve(np.pad(samples.astype(np.float32), (around, _SPAN)), _SMOOTH, "same")
    frames = sliding_window_view(smooth, _SPAN)[::hop][: len(samples) // hop]
    frames = frames - frames.mean(axis=1, keepdims=True)
    later = np.fft.rfft(frames, _SIZE)
    now = np.fft.rfft(frames[:, :_WINDOW], _SIZE)
    shared = np.fft.irfft(later * now.conj(), _SIZE)[:, : _LONGEST + 1]
    sums = np.cumsum(np.pad(np.square(frames), ((0, 0), (1, 0))), axis=1)
    power = sums[:, _WINDOW : _WINDOW + _LONGEST + 1] - sums[:, : _LONGEST + 1]
    difference = np.maximum(power[:, :1] + power - 2 * shared, 0)
    total = np.cumsum(difference[:, 1:], axis=1)
    normal: NDArray[np.float32] = np.ones_like(difference)
    periods = np.arange(1, _LONGEST + 1)
    # A frame of silence differs in nothing: its sums are not divided by but left at 1, unvoiced.
    np.divide(difference[:, 1:] * periods, total, out=normal[:, 1:], where=total > 1e-3)
    return normal


def _periods(differences: NDArray[np.float32], shortest: int, longest: int) -> Track:
    """Steps 4 and 5 of the paper: the first dip deep enough, else the deepest; between samples by a parabola."""
    inside = differences[:, shortest - 1 : longest + 2]
    middle, before, after = inside[:, 1:-1], inside[:, :-2], inside[:, 2:]
    dips = (middle <= before) & (middle < after)
    deepest = np.min(np.where(dips, middle, np.inf), axis=1, keepdims=True)
    good = dips & (middle <= np.maximum(_DIP, deepest))
    best, rows = good.argmax(axis=1), np.arange(len(inside))
    rough = np.where(good.any(axis=1), middle[rows, best], 1.0)
    left, here, right = before[rows, best], middle[rows, best], after[rows, best]
    bend = left + right - 2 * here
    shift = np.divide(left - right, 2 * bend, out=np.zeros(len(bend)), where=bend > 1e-12)
    hz = np.where(rough <= _VOICED, RATE / (best + shortest + shift.clip(-0.5, 0.5)), 0.0)
    return Track(hz, rough)


def _steady(found: Track) -> Track:
    """Lone frames that are more than 5 semitones from all around them are no pitch of a voice."""
    if len(found.hz) < 5:
        return found
    padded = np.pad(found.hz, 2)
    around = sliding_window_view(padded, 5)
    near = np.abs(12 * np.log2(np.maximum(around, 1) / np.maximum(found.hz, 1)[:, None])) <= 5
    return Track(np.where(near.sum(axis=1) >= 3, found.hz, 0.0), found.rough)
