"""Judges of words: the packaged head, off the event loop and within a deadline."""

from __future__ import annotations

import asyncio
import logging
import re
from concurrent.futures import ThreadPoolExecutor

from nlu.mood.types import WordsMood

log = logging.getLogger(__name__)

DEADLINE_S = 0.5
"""A mood that comes later than this would hold up the answer; 15 ms are usual."""
WAITING = 32
"""Messages that may wait for the one engine; those beyond would miss their deadline anyhow."""

_PAYLOAD = re.compile(r"/\w+\s*(\{.*\})?\s*", re.DOTALL)
"""A button's message: Rasa's "/intent" or "/intent{...}"."""

UNAVAILABLE = WordsMood(None, 0.0, "unavailable")


def unscored(text: str) -> WordsMood | None:
    """Why a text has no mood whoever judges: it holds nothing that can be seen, or it is a button's payload. None where it has one."""
    if not any(char.isprintable() and not char.isspace() for char in text):
        return WordsMood(None, 0.0, "empty")
    if _PAYLOAD.fullmatch(text.strip()):
        return WordsMood(None, 0.0, "payload")
    return None


class Deadlined:
    """A judge whose work (``_judge``) is done by one thread of its own, never longer than ``deadline`` seconds for who waits.

    Safe to use from many tasks of one event loop. What is late, too much at once or broken is "unavailable": the mood is one voice
    among others, and a conversation goes on without it.
    """

    def __init__(self, deadline: float = DEADLINE_S) -> None:
        self._deadline = deadline
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="mood")
        self._waiting = 0
        self._complained = False
        self._loading = self._thread.submit(self._load)  # the first message finds everything read

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
            if not self._complained:
                log.error("The mood in words cannot be judged: %s: %s", type(error).__name__, error)
                self._complained = True
            return UNAVAILABLE
        finally:
            self._waiting -= 1

    async def ready(self) -> None:
        """Wait until everything is loaded.

        Raises:
            Exception: what the loading raised; judging will find the mood "unavailable".
        """
        await asyncio.wrap_future(self._loading)

    def close(self) -> None:
        """Let the thread go; every mood after this is "unavailable"."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _load(self) -> None:
        raise NotImplementedError

    def _judge(self, text: str, language: str) -> WordsMood:
        raise NotImplementedError


class WordsJudge(Deadlined):
    """The packaged judge: multilingual embedding and a small head, about 15 ms of CPU a sentence, nothing to fetch."""

    def _load(self) -> None:
        self._judge("a", "en")

    def _judge(self, text: str, language: str) -> WordsMood:
        from nlu.embeddings import embed_questions
        from nlu.mood.head import packaged_head

        frustration, abuse = packaged_head().probabilities(embed_questions([text])[0], text, language)
        return WordsMood(frustration, abuse)
