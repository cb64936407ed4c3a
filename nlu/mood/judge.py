"""The judge of words: the packaged head or a model of one's own, off the event loop and within a deadline."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from nlu.mood.types import WordsMood

log = logging.getLogger(__name__)

DEADLINE_S = 0.8
"""A mood that comes later than this would hold up the answer; 15 ms are usual."""
WAITING = 32
"""Messages that may wait for the one engine; those beyond would miss their deadline anyhow."""

_PAYLOAD = re.compile(r"/\w+\s*(\{.*\})?\s*", re.DOTALL)
"""A button's message: Rasa's "/intent" or "/intent{...}"."""

UNAVAILABLE = WordsMood(None, 0.0, "unavailable")

Score = Callable[[str, str], WordsMood]
"""The mood of one text that holds words, in a language; takes as long as it takes and may raise."""


def unscored(text: str) -> WordsMood | None:
    """Why a text has no mood whoever judges: it holds nothing that can be seen, or it is a button's payload. None where it has one."""
    if not any(char.isprintable() and not char.isspace() for char in text):
        return WordsMood(None, 0.0, "empty")
    if _PAYLOAD.fullmatch(text.strip()):
        return WordsMood(None, 0.0, "payload")
    return None


def scorer(model: str = "") -> Score:
    """The packaged scorer (multilingual embedding and a small head, about 15 ms of CPU a sentence, nothing to fetch), or that of a
    ``transformers`` model by its folder or its name on a hub; loaded and warm.

    Raises:
        WeightsError, ModelError: what is to judge is not there or cannot judge.
    """
    if model:
        from nlu.mood.classifier import load

        score = load(model)
    else:
        from nlu.embeddings import embed_questions
        from nlu.mood.head import packaged_head

        head = packaged_head()

        def score(text: str, language: str) -> WordsMood:
            return WordsMood(*head.probabilities(embed_questions([text])[0], text, language))

    score("a", "en")  # the first text is slow
    return score


class WordsJudge:
    """Judges with one thread of its own, never longer than ``deadline`` seconds for who waits. ``model``: see ``scorer``.

    Safe to use from many tasks of one event loop. What is late, too much at once or broken is "unavailable": the mood is one voice
    among others, and a conversation goes on without it.
    """

    def __init__(self, model: str = "", deadline: float = DEADLINE_S, load: Callable[[str], Score] = scorer) -> None:
        self._deadline = deadline
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="mood")
        self._waiting = 0
        self._complained = False
        self._loading: Future[Score] = self._thread.submit(partial(load, model))  # the first message finds everything read
        self._loading.add_done_callback(self._loaded)

    async def judge(self, text: str, language: str) -> WordsMood:
        """The mood of one message. Never raises but for cancellation."""
        if (why := unscored(text)) is not None:
            return why
        if self._waiting >= WAITING:
            return UNAVAILABLE
        self._waiting += 1
        try:
            return await asyncio.wait_for(
                asyncio.get_running_loop().run_in_executor(self._thread, self._judge, text, language), self._deadline
            )
        except TimeoutError:
            return UNAVAILABLE
        except Exception as error:  # whatever a model does, the conversation goes on
            self._complain(error)
            return UNAVAILABLE
        finally:
            self._waiting -= 1

    async def ready(self) -> None:
        """Wait until everything is loaded.

        Raises:
            WeightsError, ModelError: what the loading raised; every mood will be "unavailable".
        """
        await asyncio.wrap_future(self._loading)

    def close(self) -> None:
        """Let the thread go; every mood after this is "unavailable"."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _judge(self, text: str, language: str) -> WordsMood:
        return self._loading.result()(text, language)  # loaded before: it is the thread's first work

    def _loaded(self, loading: Future[Score]) -> None:
        if not loading.cancelled() and (error := loading.exception()) is not None:
            self._complain(error)

    def _complain(self, error: BaseException) -> None:
        """Once: a broken model would say the same with every message."""
        if not self._complained:
            self._complained = True
            log.error("The mood in words cannot be judged: %s: %s", type(error).__name__, error)
