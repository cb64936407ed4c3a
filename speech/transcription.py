"""Text of what callers say: one Whisper for all calls, worked by a few threads off the event loop, with an end to every wait."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from speech.audio import read_audio
from speech.invented import VOICED_AT_LEAST_S, why_invented
from speech.types import RATE, Early, Samples, Transcriber, Transcript, TranscriptionError
from speech.vad import pieces, voiced_s
from speech.weights import whisper_folder
from speech.whisper import LONGEST_S, Decoded, Whisper

log = logging.getLogger(__name__)

ALLOWED = ("pl", "en", "ro")
"""Languages to choose from where none are named."""
PATIENCE_S = 5.0
"""Longest wait for a free worker: after that the caller is better served by an apology."""
SURE, SURE_VOICED_S = 0.9, 1.0
"""With less voice than this, a language must be this likely: short Polish sounds English (docs/decisions/0005-hearing.md). Another than the
given language is reported only with both."""

T = TypeVar("T")


class Model(Protocol):
    """What does the work: speech.whisper.Whisper."""

    def knows(self, language: str) -> bool:
        """Whether the model was trained on this language."""
        ...

    def decode(
        self,
        samples: Samples,
        language: str = "",
        hints: Sequence[str] = (),
        allowed: Sequence[str] = (),
        believed: float = 0.0,
        early: Callable[[Decoded], None] = ...,
        wanted: Callable[[], bool] = ...,
        reading: Callable[[], None] = ...,
    ) -> Decoded:
        """The text of at most LONGEST_S seconds; ``believed`` is what another language than the first allowed must have. Raises NotWanted
        when ``wanted`` says so."""
        ...


class WhisperTranscriber:
    """types.Transcriber on Whisper. ``load`` first; until then and after ``close`` everything is refused."""

    def __init__(
        self,
        model: str,
        data_dir: Path,
        workers: int = 0,
        device: str = "auto",
        *,
        patience_s: float = PATIENCE_S,
        open_model: Callable[[str, str, int], Model] = Whisper,
    ) -> None:
        """``model``: as in weights.whisper_folder. ``workers``: pieces transcribed at once, 0 for one a processor. ``device``: "auto",
        "cpu" or "cuda". ``open_model`` (folder, device, workers) makes the model; for tests."""
        self._name, self._data_dir, self._device, self._open = model, data_dir, device, open_model
        self._workers = workers or _processors()
        self._patience_s = patience_s
        self._free = asyncio.Semaphore(self._workers)
        self._working = 0
        self._threads = ThreadPoolExecutor(self._workers, thread_name_prefix="hearing")
        self._model: Model | None = None

    @property
    def ready(self) -> bool:
        """Whether audio can be transcribed now."""
        return self._model is not None

    @property
    def busy(self) -> bool:
        """Whether a worker has something to do."""
        return self._working > 0

    def load(self) -> None:
        """Put the weights in place and load them; blocks for a second, or as long as fetching takes. Raises TranscriptionError."""
        self._model = self._open(whisper_folder(self._name, self._data_dir), self._device, self._workers)

    def close(self) -> None:
        """Refuse more work and let go of the model; what has begun ends by itself."""
        self._model = None
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def transcribe(
        self, samples: Samples, language: str = "", *, hints: Sequence[str] = (), allowed: Sequence[str] = (),
        voiced_s: float | None = None, early: Early | None = None, reading: Callable[[], None] | None = None,
    ) -> Transcript:  # fmt: skip
        """The text of one utterance (types.Transcriber). Longer than LONGEST_S it is cut at pauses. Raises TranscriptionError."""
        began, loop = time.monotonic(), asyncio.get_running_loop()
        fixed = language.partition("-")[0].lower()
        heard: list[Transcript] = []
        whole = len(samples) <= LONGEST_S * RATE
        cut = [samples] if whole else await self._work(lambda model: pieces(samples, LONGEST_S))

        def ahead(found: Decoded) -> None:
            if early is not None and whole:  # of several pieces only all together mean something
                loop.call_soon_threadsafe(early, found.text, found.language)

        def read() -> None:
            if reading is not None:
                loop.call_soon_threadsafe(reading)

        dropped = threading.Event()
        try:
            for piece in cut:
                known = fixed or next((one.language for one in heard if one.text), "")
                job = partial(
                    _hear, samples=piece, language=known, hints=hints, allowed=allowed or ALLOWED, voiced=voiced_s if whole else None,
                    early=ahead, wanted=lambda: not dropped.is_set(), reading=read,
                )  # fmt: skip
                heard.append(await self._work(job))
        finally:
            dropped.set()
        return _together(heard, (time.monotonic() - began) * 1000)

    async def _work(self, job: Callable[[Model], T]) -> T:
        """Do the job on a thread as soon as one is free. A task that is cancelled while it waits leaves the queue; one that has begun
        keeps its thread until the job sees that it is not wanted."""
        if self._model is None:
            raise TranscriptionError("Whisper is not loaded.")
        try:
            async with asyncio.timeout(self._patience_s):
                await self._free.acquire()
        except TimeoutError:
            raise TranscriptionError(f"All {self._workers} transcription workers were busy for {self._patience_s:g} s.") from None
        if (model := self._model) is None:
            self._free.release()
            raise TranscriptionError("Whisper was closed.")
        try:
            done = self._threads.submit(job, model)
        except BaseException:
            self._free.release()
            raise
        self._working += 1
        loop = asyncio.get_running_loop()
        done.add_done_callback(lambda _: loop.call_soon_threadsafe(self._release))
        try:
            return await asyncio.wrap_future(done)
        except (RuntimeError, ValueError) as error:
            log.exception("Whisper failed")
            raise TranscriptionError(f"Whisper failed: {error}") from error

    def _release(self) -> None:
        self._working -= 1
        self._free.release()


def _processors() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _hear(
    model: Model, samples: Samples, language: str, hints: Sequence[str], allowed: Sequence[str], voiced: float | None,
    early: Callable[[Decoded], None], wanted: Callable[[], bool], reading: Callable[[], None],
) -> Transcript:  # fmt: skip
    """One piece of at most LONGEST_S seconds. Where there is no voice Whisper is not asked at all."""
    seconds = len(samples) / RATE
    voiced = voiced_s(samples) if voiced is None else voiced
    fixed = language if model.knows(language) else ""
    if voiced < VOICED_AT_LEAST_S:
        return Transcript("", fixed or allowed[0], confidence=0.0, no_speech=1.0, seconds=seconds, invented="silence")

    def unless_invented(found: Decoded) -> None:
        if found.text and not why_invented(found, voiced, hints):
            early(found)

    found = model.decode(samples, fixed, hints, allowed, SURE if voiced < SURE_VOICED_S else 0.0, unless_invented, wanted, reading)
    why = why_invented(found, voiced, hints)
    return Transcript(
        text="" if why else found.text,
        language=found.language,
        confidence=found.confidence,
        no_speech=found.no_speech,
        seconds=seconds,
        invented=why,
        heard_language="" if why or voiced < SURE_VOICED_S else _other(found),
        mark=found.mark,
    )


def _other(found: Decoded) -> str:
    """The language that the audio is surely in, if it is not the one it was transcribed in."""
    likeliest = max(found.languages, key=lambda one: found.languages[one], default=found.language)
    return likeliest if likeliest != found.language and found.languages[likeliest] >= SURE else ""


def _together(heard: Sequence[Transcript], took_ms: float) -> Transcript:
    """The pieces as one: texts joined, numbers weighed by length, the language of the first with text."""
    seconds = sum(one.seconds for one in heard)
    spoken = [one for one in heard if one.text]
    first = spoken[0] if spoken else heard[0]
    said = sum(one.seconds for one in spoken)
    return Transcript(
        text=" ".join(one.text for one in spoken),
        language=first.language,
        confidence=sum(one.confidence * one.seconds for one in spoken) / said if said else first.confidence,
        no_speech=sum(one.no_speech * one.seconds for one in heard) / seconds if seconds else 1.0,
        seconds=seconds,
        took_ms=took_ms,
        invented="" if spoken else first.invented,
        heard_language=first.heard_language,
        mark=spoken[-1].mark if spoken else None,
    )


async def hear_file(transcriber: Transcriber, path: Path | str, language: str = "") -> Transcript:
    """The text of an audio file of any length and format. Raises AudioError (no audio) and TranscriptionError."""
    return await transcriber.transcribe(await asyncio.to_thread(read_audio, path), language)
