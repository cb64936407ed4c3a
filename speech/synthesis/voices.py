"""Every language's voice behind one interface: what the call loop speaks with."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from speech.normalise import speakable
from speech.synthesis import levelling
from speech.synthesis.cache import Cache
from speech.synthesis.clauses import clauses
from speech.synthesis.engine import Engine, Timing, VoiceMissingError
from speech.synthesis.hub import download
from speech.types import RATE, Samples, SynthesisError

log = logging.getLogger(__name__)

T = TypeVar("T")

WORKER = Path(__file__).parent / "worker.py"
PACKAGES = {"piper": "piper-tts", "espeak": "espeakng-loader"}
"""Engines and the packages whose version is theirs."""
NICE = 10
"""Niceness of what renders ahead: a call that transcribes comes first."""
PATIENCE_AHEAD = Timing(sentence=120.0)
"""Deadlines of what renders ahead, on a machine with better things to do."""
PAUSE_MS = 180
"""Silence after a sentence when another follows, on top of the tail that every piece has."""


@dataclass(frozen=True, slots=True)
class VoiceChoice:
    """How one language is spoken: ``voice`` is ``piper:NAME_OR_PATH`` or ``espeak:NAME``, ``rate`` times the usual speed, ``volume_db``
    over the usual level. No voice is the language's usual one."""

    voice: str = ""
    rate: float = 1.0
    volume_db: float = 0.0

    @property
    def engine(self) -> str:
        """``piper`` or ``espeak``."""
        return self.voice.partition(":")[0]

    @property
    def name(self) -> str:
        """What the engine calls the voice."""
        return self.voice.partition(":")[2]


DEFAULTS = {"en": VoiceChoice("piper:en_US-joe-medium"), "pl": VoiceChoice("espeak:pl"), "ro": VoiceChoice("espeak:ro")}
"""What is spoken out of the box; any other language is espeak-ng's voice of that name."""


@dataclass(slots=True)
class _Flight:
    task: asyncio.Task[Samples]
    waiting: int = 0


class Voices:
    """Speaks clauses for all calls; implements speech.types.Synthesizer.

    ``python`` is the interpreter of the voices' environment, ``data_dir`` takes voices (``voices/``), the cache (``cache/voices``, at most
    ``cache_mb`` megabytes) and logs (``logs/voices-ENGINE.log``). ``voices`` overrides DEFAULTS by language.
    """

    def __init__(
        self,
        python: Path,
        data_dir: Path,
        voices: Mapping[str, VoiceChoice] | None = None,
        cache_mb: int = 256,
        *,
        worker: Path = WORKER,
        timing: Timing | None = None,
    ) -> None:
        # Not resolve(): the link .venv-voices/bin/python is what makes it that environment.
        self._python, self._data_dir, self._worker = python.absolute(), data_dir.absolute(), worker
        self._choices = {**DEFAULTS, **{language: _whole(choice, language) for language, choice in (voices or {}).items()}}
        self._cache = Cache(self._data_dir / "cache" / "voices", cache_mb << 20)
        self._engines = {name: self._engine(name, timing) for name in {"espeak", *(choice.engine for choice in self._choices.values())}}
        self._versions = {name: _version(self._python, package) for name, package in PACKAGES.items()}
        self._missing: set[str] = set()
        self._flights: dict[str, _Flight] = {}
        self._threads = ThreadPoolExecutor(1, "voices")
        self._preparing: asyncio.Task[None] | None = None
        self._prepared = self._closed = False

    def _engine(self, name: str, timing: Timing | None, nice: int = 0) -> Engine:
        command = [str(self._python), "-I", str(self._worker), name, str(self._data_dir / "voices"), str(nice)]
        return Engine(name, command, self._data_dir / "logs" / f"voices-{name}.log", timing=timing)

    async def start(self) -> None:
        """Start the engines and load the voices behind the scenes; returns at once."""
        for engine in self._engines.values():
            engine.start()
        self._preparing = asyncio.create_task(self._prepare())

    async def aclose(self) -> None:
        """End every process; what is being spoken fails, what is rendered ahead stops. Idempotent."""
        self._closed = True
        tasks: list[asyncio.Task[Any]] = [flight.task for flight in self._flights.values()]
        if self._preparing is not None:
            tasks.append(self._preparing)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, *(engine.aclose() for engine in self._engines.values()), return_exceptions=True)
        self._threads.shutdown(wait=False)

    @property
    def ready(self) -> bool:
        """Whether every configured language can be spoken now, by its own voice or by espeak-ng."""
        up = {name for name, engine in self._engines.items() if engine.up}
        return self._prepared and ("espeak" in up or {choice.engine for choice in self._choices.values()} <= up)

    async def _prepare(self) -> None:
        """Load every voice; those that are missing are downloaded if there is a hub, and espeak-ng speaks meanwhile."""
        for language in self._choices:  # the first text of a language takes its normaliser's modules in
            await self._in_thread(speakable, "1.", language)
        wanted = {choice.voice: choice for choice in self._choices.values()}.values()
        for choice in wanted:
            await self._load(choice)
        self._prepared = True
        for choice in wanted:
            if choice.voice not in self._missing or choice.engine != "piper" or choice.name.endswith(".onnx"):
                continue
            try:
                await download(self._python, choice.name, self._data_dir / "voices")
            except SynthesisError as error:
                log.warning("%s; espeak-ng speaks instead", error)
            else:
                self._missing.discard(choice.voice)
                await self._load(choice)

    async def _load(self, choice: VoiceChoice) -> None:
        try:
            await self._engines[choice.engine].load(choice.name)
        except VoiceMissingError as error:
            self._missing.add(choice.voice)
            log.warning("%s; espeak-ng speaks instead", error)
        except SynthesisError as error:
            log.warning("the voice %s is not ready: %s", choice.voice, error)

    async def synthesize(self, text: str, language: str) -> Samples:
        """See speech.types.Synthesizer. Nothing to say (punctuation only) is no samples. The array is shared: do not write to it."""
        spoken = _spoken(text, language)
        if not spoken:
            return np.zeros(0, np.int16)
        reason: SynthesisError | None = None
        for choice in self._options(language):
            try:
                samples = await self._shared(choice, spoken, language)
            except SynthesisError as error:
                log.warning("%s cannot speak now: %s", choice.voice, error)
                reason = error
            else:
                return _with_pause(samples, text)
        raise SynthesisError(f"nothing speaks {language}: {reason}") from reason

    async def prerender(self, texts: Iterable[tuple[str, str]]) -> int:
        """Render fixed texts, each (text, language), clause by clause into the cache on disk, with processes of low priority that end
        after. Goes on where it was broken off. Returns how many clauses were new; what cannot be rendered is a warning.
        """
        engines: dict[str, Engine] = {}
        new = failed = 0
        try:
            for text, language in texts:
                for clause in clauses(text, language):
                    if self._closed:
                        return new
                    try:
                        new += await self._ahead(engines, clause, language)
                    except SynthesisError as error:
                        failed += 1
                        log.debug("not rendered ahead: %s", error)
        finally:
            await asyncio.gather(*(engine.aclose() for engine in engines.values()))
        if failed:
            log.warning("%d sentences could not be rendered ahead", failed)
        return new

    async def _ahead(self, engines: dict[str, Engine], clause: str, language: str) -> int:
        spoken = _spoken(clause, language)
        if not spoken:
            return 0
        choice = self._options(language)[0]
        key = self._key(choice, spoken, language)
        if await self._in_thread(self._cache.kept, key):
            return 0
        samples = self._cache.recent(key)
        if samples is None:
            if choice.engine not in engines:
                engines[choice.engine] = self._engine(choice.engine, PATIENCE_AHEAD, NICE)
                engines[choice.engine].start()
            samples = await self._said(engines[choice.engine], choice, spoken)
        await self._in_thread(partial(self._cache.put, keep=True), key, samples)
        return 1

    def _options(self, language: str) -> list[VoiceChoice]:
        """The language's voice and, when that is another, espeak-ng's."""
        choice = self._choices.get(language) or VoiceChoice(f"espeak:{language}")
        spare = replace(choice, voice=f"espeak:{language}")
        options = [choice] if choice.voice not in self._missing else []
        return [*options, spare] if choice.voice != spare.voice else [choice]

    def _key(self, choice: VoiceChoice, spoken: str, language: str) -> str:
        parts = (spoken, language, choice.voice, choice.rate, choice.volume_db, self._versions[choice.engine], levelling.VERSION)
        return hashlib.sha256("\0".join(map(str, parts)).encode("utf-8", "replace")).hexdigest()

    async def _shared(self, choice: VoiceChoice, spoken: str, language: str) -> Samples:
        """From the cache, or rendered once for all who ask at the same time; dropped when nobody waits any more."""
        key = self._key(choice, spoken, language)
        if (cached := self._cache.recent(key)) is not None:
            return cached
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight(asyncio.create_task(self._found_or_said(key, choice, spoken)))
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting:
                flight.task.cancel()
                del self._flights[key]

    async def _found_or_said(self, key: str, choice: VoiceChoice, spoken: str) -> Samples:
        cached = await self._in_thread(self._cache.get, key)
        if cached is not None:
            return cached
        samples = await self._said(self._engines[choice.engine], choice, spoken)
        self._cache.put(key, samples)
        return samples

    async def _said(self, engine: Engine, choice: VoiceChoice, spoken: str) -> Samples:
        sound = await engine.speak(spoken, choice.name, choice.rate)
        return await self._in_thread(levelling.telephone, sound.samples, sound.rate, choice.volume_db)

    async def _in_thread(self, work: Callable[..., T], *args: Any) -> T:
        """Off the event loop, in a thread that nobody else keeps busy."""
        if self._closed:
            raise SynthesisError("the voices are closed")
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(work, *args))


def _whole(choice: VoiceChoice, language: str) -> VoiceChoice:
    usual = DEFAULTS.get(language, VoiceChoice(f"espeak:{language}"))
    return choice if choice.voice else replace(choice, voice=usual.voice)


def _spoken(text: str, language: str) -> str:
    """What the engine reads, empty if there is nothing to say."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in speakable(text, language)).split())
    if not any(letter.isalnum() for letter in line):
        return ""
    # The voice stays up where the sentence goes on.
    return line + "," if text[-1].isspace() and line[-1].isalnum() else line


def _with_pause(samples: Samples, text: str) -> Samples:
    """A piece made by ``clauses`` that ends in white space is followed by another: after a sentence there is a pause."""
    if not text[-1].isspace() or not text.rstrip().endswith((".", "!", "?", "…", ":")):
        return samples
    return np.concatenate([samples, np.zeros(RATE * PAUSE_MS // 1000, np.int16)])


def _version(python: Path, package: str) -> str:
    """Version of a package in that Python's environment; unknown where it is no virtual environment."""
    folders = [str(folder) for folder in python.parent.parent.glob("lib/python*/site-packages")]
    found = next(iter(Distribution.discover(name=package, path=folders)), None)
    return found.version if found else "unknown"
