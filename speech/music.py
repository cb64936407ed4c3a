"""What a caller hears on hold: a slow, quiet tune of our own, computed once; it belongs to nobody."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from speech.types import FRAME, RATE, Samples

LEVEL_DB = -26.0
"""How loud it is, in dB below full scale (root mean square): about 6 dB under a voice."""
BEAT_S = 0.8
"""Length of a beat, in s."""
_CHORDS = ((48, 55, 60, 64), (45, 52, 57, 60), (53, 60, 65, 69), (43, 50, 59, 62))
"""C, A minor, F, G, as MIDI notes: a bass and three notes of an arpeggio."""
_PATTERN = (1, 2, 3, 2)
_PARTIALS = (1.0, 0.35, 0.12)


@functools.cache
def tune() -> Samples:
    """The whole tune (12.8 s); its end joins its beginning without a gap."""
    beat = int(BEAT_S * RATE)
    track = np.zeros(beat * len(_PATTERN) * len(_CHORDS))
    for bar, chord in enumerate(_CHORDS):
        start = bar * len(_PATTERN) * beat
        _strike(track, start, chord[0] + 12, 4 * BEAT_S, 0.7)
        for place, note in enumerate(_PATTERN):
            _strike(track, start + place * beat, chord[note] + 12, 2.5 * BEAT_S, 1.0)
    level = 32768 * 10 ** (LEVEL_DB / 20)
    found: Samples = np.clip(track * level / np.sqrt(np.mean(track**2)), -32768, 32767).astype(np.int16)
    return found


def frames() -> Callable[[], Samples]:
    """Gives the tune in frames of 20 ms, for ever."""
    whole = tune()
    starts = itertools.cycle(range(0, len(whole), FRAME))

    def following() -> Samples:
        start = next(starts)
        return whole[start : start + FRAME]

    return following


def _strike(track: NDArray[np.float64], start: int, note: int, seconds: float, loud: float) -> None:
    """A note that fades; what goes beyond the end sounds at the beginning."""
    time = np.arange(int(seconds * RATE)) / RATE
    pitch = 440 * 2 ** ((note - 69) / 12)
    sound = sum((share * np.sin(2 * np.pi * pitch * (index + 1) * time) for index, share in enumerate(_PARTIALS)), np.zeros(len(time)))
    faded = loud * sound * np.exp(-3 * time / seconds) * np.minimum(1, time / 0.02) * np.minimum(1, (seconds - time) / 0.05)
    np.add.at(track, (start + np.arange(len(time))) % len(track), faded)
