"""The judge of tone: one for all calls, worked by its own threads, loaded when it is first needed."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from speech.tone.baseline import Baseline
from speech.tone.encoder import Encoder
from speech.tone.head import Head, load_head
from speech.tone.prosody import Manner, measure
from speech.tone.quality import check
from speech.tone.types import Tone, ToneError
from speech.tone.voice import voice
from speech.types import RATE, Samples

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Caller:
    """What is known of one caller: how their voice, and their manner of speaking, were at the start. Belongs to one call."""

    baseline: Baseline = field(default_factory=Baseline)
    manner: Manner = field(default_factory=Manner)


class Judge:
    """types.ToneJudge. Nothing is loaded before ``load`` or the first utterance; without weights every utterance is ``unavailable``."""

    def __init__(self, workers: int = 1, encoder: Callable[[], Encoder] = Encoder, head: Callable[[], Head] = load_head) -> None:
        """``workers``: utterances judged at once, one thread each. ``encoder`` and ``head`` load the weights."""
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="tone")
        self._load_encoder, self._load_head = encoder, head
        self._loading = threading.Lock()
        self._models: tuple[Encoder, Head] | None = None
        self._failed = False

    def caller(self) -> Caller:
        """A caller of whom nothing is known yet."""
        return Caller()

    async def judge(self, samples: Samples, caller: Caller) -> Tone:
        """The tone of one utterance (one dimension, RATE) against this caller's start; about 10 ms of CPU a second of speech.

        Changes nothing; never raises for bad audio. Cancelling the task drops work that has not begun. The first time it waits for
        the weights (about 2 s, most of it torch).
        """
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._judge, samples, caller)

    def learn(self, caller: Caller, tone: Tone) -> None:
        """Let the utterance count for the caller's start: once for each that was really said, in order."""
        caller.baseline.learn(tone)
        if tone.prosody is not None and not tone.unscored:
            caller.manner.learn(tone.prosody)

    def load(self) -> None:
        """Load the weights now (about 2 s, most of it torch). Blocks; safe from any thread. Raises ToneError that says what is missing."""
        with self._loading:
            if self._models is None:
                self._models = self._read()

    def close(self) -> None:
        """No more utterances; what is being judged is finished, what waits is dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _judge(self, samples: Samples, caller: Caller) -> Tone:
        models = self._loaded()
        began = time.thread_time()
        why, speech = check(samples, RATE)
        if why:
            return Tone(None, why, took_ms=_ms_since(began))
        prosody = measure(samples)
        found = Tone(None, "unavailable", len(speech) / RATE, prosody, caller.manner.changes(prosody))
        if models is not None:
            encoder, head = models
            heard = voice(samples, speech, prosody, encoder)
            frustration = head.frustration(heard, caller.baseline.start(head.everybody))
            found = replace(found, frustration=frustration, unscored="", voice=heard)
        return replace(found, took_ms=_ms_since(began))

    def _loaded(self) -> tuple[Encoder, Head] | None:
        """The models, loaded if they were not; None, and a line in the log, where that failed once."""
        if self._models is None and not self._failed:
            try:
                self.load()
            except ToneError as error:
                self._failed = True
                log.warning("The tone of voice cannot be judged: %s", error)
        return self._models

    def _read(self) -> tuple[Encoder, Head]:
        try:
            import torch
        except ImportError as error:
            raise ToneError(f"torch is not installed ({error}): bash deploy/setup.sh installs it.") from error
        torch.set_num_threads(1)  # a second thread is taken from another call
        return self._load_encoder(), self._load_head()


def _ms_since(began: float) -> float:
    return (time.thread_time() - began) * 1000
