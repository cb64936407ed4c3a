"""One speech engine's process under supervision: started, spoken to over a pipe, killed when stuck, started again when dead."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import struct
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np

from speech.types import Samples, SynthesisError

log = logging.getLogger(__name__)

LOG_LIMIT = 1_000_000
"""Bytes after which an engine's log begins anew."""
SOUND_LIMIT = 64 << 20
"""Bytes; a longer answer (half an hour of sound) is none."""


class VoiceMissingError(SynthesisError):
    """The engine runs and has not this voice; the message says what it looked for."""

    code = "voice_missing"


@dataclass(frozen=True, slots=True)
class Timing:
    """How patient we are, in seconds.

    ``sentence`` and ``character`` make up the deadline of one request: Piper takes about 0.01 s a character on a free
    processor; with every line of a small machine busy it may be ten times that, and a killed engine helps nobody then.
    """

    start: float = 30.0
    load: float = 60.0
    sentence: float = 4.0
    character: float = 0.1
    first_back_off: float = 1.0
    longest_back_off: float = 30.0


@dataclass(frozen=True, slots=True)
class Sound:
    """What an engine said: mono samples at ``rate`` Hz."""

    samples: Samples
    rate: int


@dataclass(slots=True)
class _Job:
    request: dict[str, Any]
    limit: float
    result: asyncio.Future[Sound] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def fail(self, error: Exception) -> None:
        if not self.result.done():
            self.result.set_exception(error)


class Engine:
    """One engine (``name``) in one process; requests are served in the order they came.

    ``command`` starts the process (speech/synthesis/worker.py says what it speaks); its messages go to ``log_file``. At most ``most``
    requests wait.
    """

    def __init__(self, name: str, command: Sequence[str], log_file: Path, *, most: int = 64, timing: Timing | None = None) -> None:
        self.name = name
        self.restarts = 0
        self._command = command
        self._log_file = log_file
        self._timing = timing or Timing()
        self._most = most
        self._jobs: deque[_Job] = deque()
        self._arrived = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.up = False
        """Whether the process answers."""
        self._resting = ""
        self._voices: list[str] = []

    def start(self) -> None:
        """Begin to keep the process alive; returns at once."""
        if self._task is None:
            self._task = asyncio.create_task(self._keep())

    async def aclose(self) -> None:
        """End the process and fail what waits; idempotent."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
            self._fail_all(f"{self.name} is closed")

    async def load(self, voice: str) -> None:
        """Have the voice ready, after a restart too. Raises VoiceMissingError, SynthesisError."""
        await self._ask(voice, 1.0, "", self._timing.load)
        if voice not in self._voices:
            self._voices.append(voice)

    async def speak(self, text: str, voice: str, rate: float = 1.0) -> Sound:
        """One text spoken. Raises SynthesisError when the engine is down, the deadline passed or the engine failed."""
        return await self._ask(voice, rate, text, self._timing.sentence + self._timing.character * len(text))

    async def _ask(self, voice: str, rate: float, text: str, limit: float) -> Sound:
        if self._task is None or self._resting:
            raise SynthesisError(f"{self.name} is down{self._resting and ': ' + self._resting}")
        if len(self._jobs) >= self._most:
            raise SynthesisError(f"too many sentences wait for {self.name}")
        job = _Job({"voice": voice, "rate": rate, "text": text}, limit)
        self._jobs.append(job)
        self._arrived.set()
        try:
            async with asyncio.timeout(limit):
                return await job.result
        except TimeoutError:
            raise SynthesisError(f"{self.name} did not answer in time") from None

    def _fail_all(self, reason: str) -> None:
        while self._jobs:
            self._jobs.popleft().fail(SynthesisError(reason))

    async def _keep(self) -> None:
        """The life of the engine: launch, serve, back off, and again."""
        back_off = self._timing.first_back_off
        while True:
            process: asyncio.subprocess.Process | None = None
            served, reason = 0, ""
            try:
                process = await self._launch()
                self._resting = ""
                self.up = True
                died = asyncio.create_task(process.wait())
                died.add_done_callback(lambda _: self._arrived.set())
                try:
                    while (job := await self._next(died)) is not None:
                        await self._serve(process, job)
                        served += 1
                finally:
                    died.cancel()
                reason = f"the process ended with {process.returncode}"
            except (OSError, EOFError, TimeoutError, SynthesisError, ValueError) as error:
                reason = str(error) or type(error).__name__
            finally:
                self.up = False
                if process is not None:
                    await _end(process)
            self.restarts += 1
            log.warning("%s failed (%s); see %s", self.name, reason, self._log_file)
            if served:
                back_off = self._timing.first_back_off
                continue
            # It fails before it serves: say no at once until the next attempt.
            self._resting = reason
            self._fail_all(f"{self.name} is down: {reason}")
            await asyncio.sleep(back_off)
            back_off = min(back_off * 2, self._timing.longest_back_off)
            self._resting = ""

    async def _launch(self) -> asyncio.subprocess.Process:
        with self._open_log() as messages:  # not in a thread: cancelled meanwhile, it would leave the file open
            process = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=messages
            )
        try:
            async with asyncio.timeout(self._timing.start):
                await _answer(process)
            for voice in self._voices:
                async with asyncio.timeout(self._timing.load):
                    with contextlib.suppress(SynthesisError):  # a voice that has gone is told when it is asked for
                        await _exchange(process, {"voice": voice, "rate": 1.0, "text": ""})
        except BaseException:
            await _end(process)
            raise
        return process

    def _open_log(self) -> IO[bytes]:
        self._log_file.parent.mkdir(parents=True, exist_ok=True)
        too_long = self._log_file.exists() and self._log_file.stat().st_size > LOG_LIMIT
        return self._log_file.open("wb" if too_long else "ab")

    async def _next(self, died: asyncio.Task[int]) -> _Job | None:
        """The next job that somebody still waits for; None when the process has died."""
        while True:
            while self._jobs:
                job = self._jobs.popleft()
                if not job.result.done():
                    return job
            if died.done():
                return None
            self._arrived.clear()
            await self._arrived.wait()

    async def _serve(self, process: asyncio.subprocess.Process, job: _Job) -> None:
        """Do one job. A voice that fails is the job's error; a process that fails is also ours, and raised."""
        try:
            async with asyncio.timeout(job.limit):
                sound = await _exchange(process, job.request)
        except SynthesisError as error:
            job.fail(error)
        except TimeoutError:
            job.fail(SynthesisError(f"{self.name} did not answer in time"))
            raise TimeoutError(f"stuck for {job.limit:.1f} s") from None
        except asyncio.CancelledError:
            job.fail(SynthesisError(f"{self.name} is closed"))
            raise
        except (OSError, EOFError, ValueError) as error:
            job.fail(SynthesisError(f"{self.name} died"))
            raise EOFError("it died in mid-sentence") from error
        else:
            if not job.result.done():
                job.result.set_result(sound)


async def _exchange(process: asyncio.subprocess.Process, request: dict[str, Any]) -> Sound:
    data = json.dumps(request).encode()
    assert process.stdin is not None
    process.stdin.write(struct.pack("!I", len(data)) + data)
    await process.stdin.drain()
    return await _answer(process)


async def _answer(process: asyncio.subprocess.Process) -> Sound:
    """One answer; raises VoiceMissingError or SynthesisError if it is an error, EOFError or ValueError if it is no answer."""
    assert process.stdout is not None
    header_size, sound_size = struct.unpack("!II", await process.stdout.readexactly(8))
    if header_size > SOUND_LIMIT or sound_size > SOUND_LIMIT:
        raise ValueError("what it says is no answer")
    header = json.loads(await process.stdout.readexactly(header_size))
    sound = await process.stdout.readexactly(sound_size)
    if error := header.get("error"):
        raise (VoiceMissingError if header.get("missing") else SynthesisError)(error)
    return Sound(np.frombuffer(sound, np.int16), int(header.get("rate", 0)))


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill and reap: nothing that a worker holds is worth waiting for."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    if process.stdin is not None:
        process.stdin.close()
    await process.wait()
