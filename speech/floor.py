"""Who has the word on a call: what its people need of it, and what the bot may still say beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Literal

from speech.bridge import Bridge
from speech.ports import Answer, Dialog, Line
from speech.speaking import Speaker

TICK_S = 0.1
"""How often it is looked whether a notice was heard, in s."""


class Floor:
    """The call as its `Bridge` knows it. ``say`` begins to say an answer as the call does; ``ending`` is whether the goodbye was said."""

    def __init__(
        self, line: Line, dialog: Dialog, speaker: Speaker, *, now: Callable[[], float], language: Callable[[], str],
        say: Callable[[Answer], Awaitable[None]], ending: Callable[[], bool],
    ) -> None:  # fmt: skip
        self._line, self._dialog, self._speaker = line, dialog, speaker
        self._language, self._say, self._ending = language, say, ending
        self.playback, self.now = speaker.playback, now
        self.bridge = Bridge(self)
        self._remarks = self._captions = 0

    async def remark(self, name: str) -> None:
        """Say a sentence that needs no database, by its name; nothing comes after the goodbye."""
        if not self._ending():
            self._remarks += 1
            await self._speaker.phrase(self._dialog.phrase(name), self._language(), f"p{self._remarks}-{name}")

    async def hush(self) -> None:
        """Drop every word of the bot's, said or to be said: a person has the word."""
        self._speaker.silence()
        await self.playback.hush()

    async def give_notice(self) -> None:
        """Tell the caller that somebody listens; returns when they have heard it. Raises DialogError, ConnectionError."""
        answer = await self._dialog.listened()
        while not self._ending():
            silenced, failed = self._speaker.silenced, self._speaker.failed
            await self._say(answer)
            while self._speaker.busy:
                await asyncio.sleep(TICK_S)
            if self._speaker.failed != failed:
                raise ConnectionError("it could not be spoken")
            if self._speaker.silenced == silenced:  # else somebody took the word in the middle of it
                return
        raise ConnectionError("the call is ending")

    async def show(self, state: Literal["listening", "hold"]) -> None:
        """Show the caller's screen, if there is one, where they are."""
        await self._line.show(state)

    async def caption(self, text: str) -> None:
        """Show there what an agent has said."""
        self._captions += 1
        await self._line.caption("agent", text, final=True, key=f"s{self._captions}")

    async def beside_agent(self, answer: Answer) -> Answer:
        """What is still to be said of an answer: while a person has the call nothing that the bot meant to say before they came. An
        answer of the bot's that is newer means that it has the conversation again."""
        if not self.bridge.engaged:
            return answer
        fresh = tuple(sentence for sentence in answer.sentences if not sentence.seq or sentence.seq > self.bridge.since)
        if answer.over or (fresh and not answer.hold):
            await self.bridge.release("owner_changed")
        return replace(answer, sentences=fresh)
