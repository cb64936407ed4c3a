"""Recordings of calls: Opus in Ogg, the caller on the left, the bot on the right, only after the caller has agreed."""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from speech.types import RATE, Samples

logger = logging.getLogger(__name__)
BLOCK_S = 1.0
"""Seconds written at once; what a crash can lose."""
LATE_S = 0.6
"""How long a second of sound waits for the bot's part of it, which is known before it is heard."""
BITRATE = 24_000


class Recording:
    """One call's file under ``folder``. ``allowed`` is asked at every piece; before it says yes nothing is kept.

    The caller's audio sets the time: what the bot says is put where the caller hears it.
    """

    def __init__(self, folder: Path, call_id: str, allowed: Callable[[], bool]) -> None:
        self._folder, self._allowed = folder, allowed
        earlier = sum(1 for _ in folder.glob(f"{_stem(call_id)}-*.ogg"))  # the same call, before its line broke
        self._file = f"{_stem(call_id)}-{earlier + 1}.ogg"
        self._broken = False
        self._began: float | None = None
        self._written = 0  # samples in the file
        self._left: list[tuple[int, Samples]] = []
        self._right: list[tuple[int, Samples]] = []
        self._heard = 0
        self._container: Any = None
        self._stream: Any = None

    @property
    def name(self) -> str:
        """The file's name in its folder; empty while nothing was recorded."""
        return self._file if self._container is not None else ""

    def caller(self, samples: Samples, now: float) -> None:
        """Audio of the caller that ended now (s, monotonic)."""
        if self._broken or not self._allowed():
            return
        if self._began is None:
            self._began, self._heard = now, 0
        self._left.append((self._heard, samples))
        self._heard += len(samples)
        if self._heard - self._written >= int((BLOCK_S + LATE_S) * RATE):
            self._write(self._written + int(BLOCK_S * RATE))

    def bot(self, samples: Samples, heard_at: float) -> None:
        """Audio of the bot that the caller hears at this moment (s, monotonic)."""
        if self._began is not None:
            self._right.append((int((heard_at - self._began) * RATE), samples))

    def close(self) -> None:
        """Write the rest and finish the file."""
        if self._began is None:
            return
        self._write(self._heard)
        if self._container is not None:
            with contextlib.suppress(OSError, ValueError):
                for packet in self._stream.encode(None):
                    self._container.mux(packet)
                self._container.close()

    def _write(self, until: int) -> None:
        """Write up to a sample. A disk that fails ends the recording, not the call."""
        from av.error import FFmpegError

        if until <= self._written or self._broken:
            return
        try:
            self._encode(until)
        except (OSError, FFmpegError) as error:
            self._broken = True
            logger.error("a call is not recorded any further: %s", error)

    def _encode(self, until: int) -> None:
        import av

        if self._container is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._container = av.open(str(self._folder / self._file), "w", format="ogg")
            self._stream = self._container.add_stream("libopus", rate=48000, layout="stereo")
            self._stream.bit_rate = BITRATE
        both = np.zeros((until - self._written, 2), np.int16)
        for side, pieces in enumerate((self._left, self._right)):
            for at, samples in pieces:
                first, last = max(at, self._written), min(at + len(samples), until)
                if first < last:
                    both[first - self._written : last - self._written, side] = samples[first - at : last - at]
        self._left = [piece for piece in self._left if piece[0] + len(piece[1]) > until]
        self._right = [piece for piece in self._right if piece[0] + len(piece[1]) > until]
        self._written = until
        frame = av.AudioFrame.from_ndarray(both.reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate = RATE
        for packet in self._stream.encode(frame):
            self._container.mux(packet)


def erase(folder: Path, call_id: str) -> int:
    """Delete everything recorded of a call; how many files that were."""
    found = list(folder.glob(f"{_stem(call_id)}-*.ogg"))
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _stem(call_id: str) -> str:
    """What the files of a call are called: nothing that names anybody."""
    return hashlib.sha256(call_id.encode()).hexdigest()[:24]
