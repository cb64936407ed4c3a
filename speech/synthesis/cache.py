"""Spoken sentences kept: in memory, and the fixed ones on disk."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
import threading
import time
import zlib
from collections import OrderedDict
from pathlib import Path

import numpy as np

from speech.types import Samples

log = logging.getLogger(__name__)

MAGIC = b"VXV1"
"""First bytes of a file; then a CRC-32 (4 bytes, big endian) of the samples, then the samples (16-bit, little endian)."""
MEMORY = 32 << 20
"""Bytes kept in memory: half an hour of speech."""
STRAY_S = 3600
"""Seconds after which a half-written file is nobody's any more."""


class Cache:
    """Least recently used sentences are dropped at ``limit`` bytes on disk and ``memory`` bytes in memory.

    Keys are hashes: no file's name tells what was said. What is not written with ``keep`` stays in memory only: sentences with a caller's
    name or number are gone when the service ends. Any number of threads and processes may share ``folder``; a broken file counts as none.
    """

    def __init__(self, folder: Path, limit: int, memory: int = MEMORY) -> None:
        self._folder = folder
        self._limit, self._memory = limit, memory
        self._held: OrderedDict[str, Samples] = OrderedDict()
        self._bytes = 0
        self._spare = 0
        self._lock = threading.Lock()

    def recent(self, key: str) -> Samples | None:
        """From memory; never waits for the disk."""
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def get(self, key: str) -> Samples | None:
        """From memory or disk."""
        found = self.recent(key)
        if found is None and (found := self._read(key)) is not None:
            self._hold(key, found)
        return found

    def put(self, key: str, samples: Samples, *, keep: bool = False) -> None:
        """Keep a sentence; with ``keep`` on disk too. A disk that cannot be written is a warning."""
        self._hold(key, samples)
        if keep:
            try:
                self._spare -= self._write(key, samples)
                if self._spare < 0:
                    # Half: another process may be writing too.
                    self._spare = (self._limit - self._evict()) // 2
            except OSError as error:
                log.warning("a sentence cannot be kept in %s: %s", self._folder, error)

    def kept(self, key: str) -> bool:
        """Whether it lies on disk, whole or not."""
        return self._file(key).exists()

    def _file(self, key: str) -> Path:
        return self._folder / f"{key}.pcm"

    def _hold(self, key: str, samples: Samples) -> None:
        samples.setflags(write=False)  # many calls share it
        with self._lock:
            if key in self._held:
                self._bytes -= self._held.pop(key).nbytes
            self._held[key] = samples
            self._bytes += samples.nbytes
            while self._bytes > self._memory:
                self._bytes -= self._held.popitem(last=False)[1].nbytes

    def _read(self, key: str) -> Samples | None:
        file = self._file(key)
        try:
            data = file.read_bytes()
            os.utime(file)  # used now
        except OSError:
            return None
        sound = data[8:]
        if data[:4] != MAGIC or data[4:8] != zlib.crc32(sound).to_bytes(4) or len(sound) % 2:
            log.warning("%s is broken and made anew", file)
            with contextlib.suppress(OSError):
                file.unlink()
            return None
        return np.frombuffer(sound, "<i2").astype(np.int16)

    def _write(self, key: str, samples: Samples) -> int:
        self._folder.mkdir(parents=True, exist_ok=True)
        sound = samples.astype("<i2").tobytes()
        handle, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(MAGIC + zlib.crc32(sound).to_bytes(4) + sound)
            os.replace(name, self._file(key))
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
        return len(sound)

    def _evict(self) -> int:
        """Drop the least recently used files over the limit, whoever wrote them; the bytes that remain."""
        files: list[tuple[float, int, str]] = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    status = entry.stat()
                    if entry.name.endswith(".pcm"):
                        files.append((status.st_mtime, status.st_size, entry.path))
                    elif entry.name.endswith(".part") and time.time() - status.st_mtime > STRAY_S:
                        os.unlink(entry.path)
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self._limit:
                break
            with contextlib.suppress(OSError):
                os.unlink(path)
            total -= size
        return total
