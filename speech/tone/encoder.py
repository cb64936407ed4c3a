"""The voice: Resemblyzer's speaker encoder, frozen, as states of its three LSTM layers over time.

Corentin Jemine's network (Wan et al., "Generalized end-to-end loss for speaker verification", 2018; Apache-2.0) was trained to tell
speakers apart; its lower layers hear how a voice is used, not only whose it is. Only the weights in the package are read: what it
imports (librosa, webrtcvad, scipy) is not wanted.
"""

from __future__ import annotations

import hashlib
import math
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speech.tone.types import ToneError
from speech.types import RATE, Samples

PACKAGE, FILE = "resemblyzer", "pretrained.pt"
SHA256 = "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"
"""Sum of pretrained.pt in the wheel of Resemblyzer 0.1.4."""
LAYERS, WIDTH = 3, 256
MELS, WINDOW, HOP = 40, 200, 80
"""Mel channels, and samples of a frame and of a step at RATE: the network's 25 and 10 ms."""
LEVEL_DBFS = -30.0
"""RMS level that all speech is brought to, Resemblyzer's own: its mels are no logarithms, so the level would be heard."""
LONGEST_S = 8.0
"""Seconds of speech that are looked at; what follows is left out, so that the work has an end."""
PIECE = 160
"""Frames the network hears at once before it starts afresh, as in its training (1.6 s)."""
FEATURES = LAYERS * 2 * WIDTH + WIDTH
"""Numbers in a voice: mean and standard deviation of each layer's states over time, then the mean speaker embedding."""


def weights_file() -> Path:
    """Where the packaged weights are; imports nothing of the package. Raises ToneError where it is not installed."""
    spec = find_spec(PACKAGE)
    file = Path(spec.origin).parent / FILE if spec and spec.origin else None
    if file is None or not file.is_file():
        raise ToneError("The weights of the voice encoder are not installed: pip install --no-deps -r deploy/tone-requirements.txt.")
    return file


class Encoder:
    """The network in memory (6 MB), for one thread at a time or many: it has no state. Blocks.

    Where the processor multiplies bfloat16 by itself that is what the layers work in: half the time, and the probabilities of 228 clips
    of Emo-DB and RAVDESS moved by 0.001 in the mean, 0.015 at most.
    """

    def __init__(self, file: Path | None = None) -> None:
        """Reads the weights (about 0.1 s, once torch is imported), the packaged ones unless a file is given. Raises ToneError."""
        import torch

        file = weights_file() if file is None else file
        try:
            content = file.read_bytes()
        except OSError as error:
            raise ToneError(f"The weights of the voice encoder cannot be read: {error}.") from error
        if (found := hashlib.sha256(content).hexdigest()) != SHA256:
            raise ToneError(f"The weights of the voice encoder in {file} are damaged (sha256 {found}, wanted {SHA256}).")
        state = torch.load(file, map_location="cpu", weights_only=True)["model_state"]
        able = torch.cpu.get_capabilities()
        self._precision = torch.bfloat16 if able.get("avx512_bf16") or able.get("amx_bf16") else torch.float32
        self._layers = [_layer(state, number).to(self._precision) for number in range(LAYERS)]
        self._linear = torch.nn.Linear(WIDTH, WIDTH)
        self._linear.load_state_dict({"weight": state["linear.weight"], "bias": state["linear.bias"]})

    def states(self, mels: NDArray[np.float32]) -> NDArray[np.float32]:
        """How the first LONGEST_S seconds of this mel spectrogram sound: FEATURES numbers."""
        import torch

        with torch.inference_mode():
            states = torch.from_numpy(_pieces(mels[: int(LONGEST_S * RATE / HOP)])).to(self._precision)
            found = []
            for layer in self._layers:
                states, _ = layer(states)
                flat = states.float().reshape(-1, WIDTH)
                mean = flat.mean(0)
                found += [mean, (flat.square().mean(0) - mean.square()).clamp_min(0).sqrt()]  # flat.std takes 30 times as long
            embedding = torch.relu(self._linear(states[:, -1].float())).mean(0)
            found.append(embedding / embedding.norm().clamp_min(1e-9))
            heard: NDArray[np.float32] = torch.cat(found).numpy()
        return heard


def _layer(state: dict[str, Any], number: int) -> Any:
    """One of the LSTM's layers by itself: as a stack torch would give only the last one's states."""
    import torch

    layer = torch.nn.LSTM(MELS if number == 0 else WIDTH, WIDTH, batch_first=True)
    layer.load_state_dict({f"{name}_l0": state[f"lstm.{name}_l{number}"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")})
    return layer


def mel_spectrogram(speech: Samples) -> NDArray[np.float32]:
    """Power in MELS bands of frames of 25 ms every 10 ms of this speech brought to LEVEL_DBFS: shape (frames, MELS), as librosa gives
    it for the same sound at 16 kHz. Raises ValueError for less than one frame or for digital silence.

    The network was made for 16 kHz. At 8 kHz a frame has half the samples and the same 40 Hz between its bins, so the upper half
    of the bins is what a telephone has there, nothing, and the power is a quarter: no resampling is needed.
    """
    import torch

    padded = np.pad(_levelled(speech), WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    bins = np.fft.rfft(frames * _window(), axis=1)
    power = np.square(bins.real) + np.square(bins.imag)
    mels = torch.from_numpy(power) @ torch.from_numpy(_filters())  # numpy's @ wakes threads that spin
    found: NDArray[np.float32] = mels.numpy()
    return found


def _levelled(speech: Samples) -> NDArray[np.float32]:
    if len(speech) < WINDOW:
        raise ValueError(f"a voice is at least {WINDOW} samples, not {len(speech)}")
    sound = speech.astype(np.float32) / 32768
    power = float(np.mean(np.square(sound)))
    if power <= 0:
        raise ValueError("silence has no voice")
    return (sound * (10 ** (LEVEL_DBFS / 20) / math.sqrt(power))).astype(np.float32)


@cache
def _window() -> NDArray[np.float32]:
    """A Hann window, periodic."""
    window: NDArray[np.float64] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    return window.astype(np.float32)


@cache
def _filters() -> NDArray[np.float32]:
    """Triangles on the mel scale of Slaney's Auditory Toolbox (linear below 1 kHz), each of area 1, from 0 to 8 kHz, of which the
    bins up to RATE / 2 are kept, times 4: shape (WINDOW / 2 + 1, MELS)."""
    step, linear = np.log(6.4) / 27, 15.0  # 27 steps a factor of 6.4 above 1 kHz, which is 15 mel
    top = linear + np.log(2 * RATE / 2 / 1000) / step
    mels = np.linspace(0, top, MELS + 2)
    edges = np.where(mels < linear, mels * 200 / 3, 1000 * np.exp(step * (mels - linear)))
    bins = np.arange(WINDOW // 2 + 1) * RATE / WINDOW
    rising = (bins[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    filters: NDArray[np.float64] = 4 * np.maximum(0, np.minimum(rising, falling)) * 2 / (edges[2:] - edges[:-2])
    return filters.astype(np.float32)


def _pieces(mels: NDArray[np.float32]) -> NDArray[np.float32]:
    """The frames in overlapping pieces of the same length, at most PIECE: shape (pieces, frames, MELS)."""
    if len(mels) <= PIECE:
        return mels[None]
    count = math.ceil(len(mels) / PIECE * 1.5)
    starts = np.linspace(0, len(mels) - PIECE, count).astype(int)
    return np.stack([mels[start : start + PIECE] for start in starts])
