"""Audio as numbers: mu-law, resampling, level, files."""

from __future__ import annotations

import math
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from speech.types import RATE, Samples, SpeechError

BIAS, CLIP = 132, 32635
"""ITU-T G.711 mu-law: the bias added before the logarithm, and the loudest sample it can hold."""


class AudioError(SpeechError):
    """A file is no audio that can be read; the message says which and why."""

    code = "audio_unreadable"


def _decoded() -> Samples:
    code = ~np.arange(256, dtype=np.int32) & 255
    magnitude = (((code & 15) << 3) + BIAS << ((code >> 4) & 7)) - BIAS
    return np.where(code & 128, -magnitude, magnitude).astype(np.int16)


def _encoded() -> NDArray[np.uint8]:
    sample = np.clip(np.arange(-32768, 32768, dtype=np.int32), -CLIP, CLIP)
    magnitude = np.abs(sample) + BIAS
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 15
    code: NDArray[np.int32] = ~(np.where(sample < 0, 128, 0) | (exponent << 4) | mantissa) & 255
    return code.astype(np.uint8)


_DECODED, _ENCODED = _decoded(), _encoded()


def from_mulaw(payload: bytes) -> Samples:
    """G.711 mu-law bytes as 16-bit samples."""
    return _DECODED[np.frombuffer(payload, np.uint8)]


def to_mulaw(samples: Samples) -> bytes:
    """16-bit samples as G.711 mu-law bytes."""
    return _ENCODED[samples.astype(np.int32) + 32768].tobytes()


def dbfs(samples: Samples) -> float:
    """Root mean square level in dB below full scale; -inf for silence or nothing."""
    if not len(samples):
        return -math.inf
    power = float(np.mean(np.square(samples.astype(np.float64))))
    return 10 * math.log10(power / 32768**2) if power > 0 else -math.inf


def resample(samples: Samples, rate: int, to: int = RATE) -> Samples:
    """The same sound at another rate (Hz), by soxr."""
    if rate == to or not len(samples):
        return samples
    import soxr

    changed: Samples = soxr.resample(samples, rate, to)
    return changed


def read_audio(path: Path | str, rate: int = RATE) -> Samples:
    """Any audio file that FFmpeg reads, as mono samples at ``rate``; raises AudioError."""
    import av
    from av.error import FFmpegError

    resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
    pieces: list[Samples] = []
    try:
        with av.open(str(path)) as container:
            for frame in container.decode(audio=0):
                pieces += [out.to_ndarray()[0] for out in resampler.resample(frame)]
            pieces += [out.to_ndarray()[0] for out in resampler.resample(None)]
    except (FFmpegError, OSError, IndexError, ValueError) as error:
        raise AudioError(f"{path} cannot be read as audio: {error}") from error
    return np.concatenate(pieces).astype(np.int16) if pieces else np.zeros(0, np.int16)


def write_wav(path: Path | str, samples: Samples, rate: int = RATE) -> None:
    """Write mono samples as a WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
