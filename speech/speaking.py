"""The bot's voice in one call: answers are made clause by clause, each played while the next is synthesised."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from speech.listener import Listener
from speech.playback import Piece, Playback
from speech.ports import Answer, Line, Sentence
from speech.types import FRAME, RATE, Synthesizer

logger = logging.getLogger(__name__)
HOLD_BACK_S = 4.0
"""Longest time an answer waits for the caller to stop talking, in s."""


class Speaker:
    """Says answers one after another. ``mute`` is called when nothing can be spoken any more."""

    def __init__(
        self, line: Line, listener: Listener, synthesizer: Synthesizer, clauses: Callable[[str, str], list[str]], *,
        now: Callable[[], float], on_first: Callable[[int], None], observe: Callable[[str, float], None],
        mute: Callable[[], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._line, self._listener, self._synthesizer, self._clauses = line, listener, synthesizer, clauses
        self._now, self._observe, self._mute = now, observe, mute
        self.playback = Playback(line, now, on_first)
        self.said = 0
        """Answers begun so far; the number of the latest."""
        self.silenced = 0
        """Times that even what must be heard was dropped."""
        self.failed = 0
        """Answers that could not be spoken."""
        self._given_up = self._silent_to = 0
        self._job: asyncio.Task[None] | None = None

    @property
    def preparing(self) -> bool:
        """Whether something is still to be synthesised."""
        return self._job is not None and not self._job.done()

    @property
    def busy(self) -> bool:
        """Whether the caller hears the bot, or will in a moment."""
        return self.playback.busy or self.preparing

    def say(self, answer: Answer) -> int:
        """Begin to say an answer after everything before it; its number is returned."""
        self.said += 1
        self._job = asyncio.create_task(self._speak(answer, self.said, self._job))
        return self.said

    async def phrase(self, text: str, language: str, key: str) -> None:
        """Say a sentence that is not part of the transcript. That it cannot be said is no more than logged."""
        try:
            samples = await self._synthesizer.synthesize(text, language)
        except Exception as error:
            logger.error("a sentence could not be spoken: %s", error)
            return
        await self._line.caption("bot", text, final=True, key=key)
        self.playback.add(Piece(text, samples, answer=-1 - self.said))

    def give_up(self) -> None:
        """The caller has the word: nothing that was prepared is said any more, but for what must be heard to its end."""
        self._given_up = self.said
        self.playback.drop()

    def silence(self) -> None:
        """The same with what must be heard to its end: a person has the word."""
        self.silenced += 1
        self._given_up = self._silent_to = self.said

    def stop(self) -> list[asyncio.Task[None]]:
        """Say nothing more at all; the work that is still to end is returned."""
        if self._job is None:
            return []
        self._job.cancel()
        return [self._job]

    async def _speak(self, answer: Answer, number: int, before: asyncio.Task[None] | None) -> None:
        if before is not None and not before.done():
            await asyncio.wait({before})
        deadline = self._now() + HOLD_BACK_S
        while self._listener.speaking and not self._dropped(number) and self._now() < deadline:  # not over the caller's voice
            await asyncio.sleep(FRAME / RATE)
        try:
            await self._line.show("speaking")
            for sentence in answer.sentences:
                more = sentence is not answer.sentences[-1]
                await self._sentence(sentence, answer, number, more=more)
            await self._line.show("hold" if answer.hold else "listening")
        except Exception as error:  # whatever it was, the caller must not be left in silence
            logger.error("an answer could not be spoken: %s", error, exc_info=not isinstance(error, RuntimeError))
            self.failed += 1
            await self._mute()

    async def _sentence(self, sentence: Sentence, answer: Answer, number: int, *, more: bool) -> None:
        firm = sentence.firm or answer.over
        if self._dropped(number, firm):
            return
        key = f"b{number}-{sentence.seq}" if sentence.who == "bot" else f"a{sentence.seq}"
        await self._line.caption(sentence.who, sentence.text, final=True, key=key)
        # The voice pauses, and stays up, when more follows.
        for clause in self._clauses(sentence.text + (" " if more else ""), answer.language):
            began = self._now()
            samples = await self._synthesizer.synthesize(clause, answer.language)
            self._observe("synthesis", self._now() - began)
            if self._dropped(number, firm):
                return
            self.playback.add(Piece(clause, samples, sentence.seq, firm, number))

    def _dropped(self, number: int, firm: bool = False) -> bool:
        return number <= (self._silent_to if firm else self._given_up)
