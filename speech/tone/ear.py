"""What is wrong with a voice that is there: another one speaks with it, or it is played at another speed than it was spoken at.

A small network looks at the harmonics under 2 kHz, which are two patterns where two people speak at once, and closer together or
further apart, and slower or quicker to move, where audio is played at half or double its speed. It is trained by ear_training.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

WEIGHTS = Path(__file__).parent / "weights" / "ear.npz"
FIRST, BINS, STEP = 5, 128, 2
"""Bins of spectrum.power that are looked at (78 to 2078 Hz), in every STEPth frame (32 ms)."""
DEEPEST = 1e-6
"""Power under the loudest from which on everything is silence."""
LOUD = 10**-2.2
"""A frame with this share of the loudest's power or more is judged."""
WINDOW = 64
"""Frames judged together (2 s). For two voices the strangest of an utterance counts; the speed is that of all of it."""
ACROSS = 4
"""Layers over time and frequency; those after them are over time alone."""
FEWEST = 12
"""Loud frames (0.4 s) without which nothing is said."""
FEWEST_SLOW = 40
"""Loud frames (1.3 s) without which nothing is said of slowness: two digits said with care are as slow as a sentence at half speed."""


@dataclass(frozen=True, slots=True)
class Heard:
    """How sure the network is (log odds, 0 is undecided): two voices at once, half the speed, double the speed."""

    two_voices: float
    slow: float
    fast: float


NOTHING = Heard(-np.inf, -np.inf, -np.inf)


def listen(powers: NDArray[np.float32]) -> Heard:
    """What is heard in an utterance, given as spectrum.power; NOTHING where there is too little sound. About 0.5 ms of CPU a second."""
    look, loud = picture(powers)
    if loud.sum() < FEWEST:
        return NOTHING
    odds = _network(look)
    _, slow, fast = odds[loud].mean(axis=0)
    return Heard(_strangest(odds[:, 0], loud), float(slow) if loud.sum() >= FEWEST_SLOW else -np.inf, float(fast))


def picture(powers: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """What the network looks at, shape (frames, BINS), whatever the level of the line; and which frames are loud enough to count."""
    part = powers[::STEP, FIRST : FIRST + BINS]
    if not len(part):
        return np.zeros((0, BINS), np.float32), np.zeros(0, bool)
    total = part.sum(axis=1)
    top = max(float(np.quantile(total, 0.95)), 1e-12)
    look = np.log(np.maximum(part / top, DEEPEST)) / 3
    loud: NDArray[np.bool_] = total > top * LOUD
    return np.asarray(look - look[loud].mean() if loud.any() else look, np.float32), loud


def _strangest(odds: NDArray[np.float32], loud: NDArray[np.bool_]) -> float:
    """The highest mean of the loud frames of any WINDOW."""
    length = min(WINDOW, len(loud))
    sums = sliding_window_view(odds * loud, length).sum(axis=-1)
    counts = sliding_window_view(loud, length).sum(axis=-1)
    enough = counts >= min(FEWEST, counts.max())
    return float((sums[enough] / counts[enough]).max())


def _network(look: NDArray[np.float32]) -> NDArray[np.float32]:
    """The log odds of each frame, shape (frames, 3)."""
    found, layers = look[:, :, None], _layers()
    for number, (weight, bias) in enumerate(layers):
        if number == ACROSS:
            found = found.reshape(len(found), 1, -1)
        found = _convolved(found, weight) + bias
        if number < len(layers) - 1:
            found = np.maximum(found, 0)
    return found[:, 0]


def _convolved(found: NDArray[np.float32], weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """A convolution over time and frequency: (frames, bins, in) with (in, time, frequency, out). Every second bin is kept where it
    is over frequency at all."""
    inputs, time, frequency, outputs = weight.shape
    padded = np.pad(found, ((time // 2, time // 2), (frequency // 2, frequency // 2), (0, 0)))
    seen = sliding_window_view(padded, (time, frequency), axis=(0, 1))[:, :: 2 if frequency > 1 else 1]
    flat = _product(seen.reshape(-1, inputs * time * frequency), weight.reshape(-1, outputs))
    return np.asarray(flat.reshape(*seen.shape[:2], outputs), np.float32)


def _product(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """Torch's product on one thread: numpy's wakes all of OpenBLAS's, which then spin: 77 ms of CPU against 31 for 4 s."""
    import torch

    return np.asarray((torch.from_numpy(np.array(left)) @ torch.from_numpy(np.array(right))).numpy())


@cache
def _layers() -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    with np.load(WEIGHTS) as file:
        count = len(file.files) // 2
        return [(file[f"weight{number}"].astype(np.float32), file[f"bias{number}"].astype(np.float32)) for number in range(count)]
