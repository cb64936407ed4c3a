"""What is being recognised in a call, shown live to whoever follows the conversation: at most three times a second, kept nowhere."""

from __future__ import annotations

import asyncio
import logging

from bot.events import notify
from bot.store.database import UNREACHABLE, Database

logger = logging.getLogger(__name__)
EVERY_S = 0.34
"""Least time between two events, in s."""
MOST = 500
"""Characters of a text that are shown: its end, where it goes on."""


class Partly:
    """One conversation's words on their way. What comes faster than it can be shown replaces what was to be shown."""

    def __init__(self, database: Database, conversation_id: str) -> None:
        self._database, self._conversation = database, conversation_id
        self._next: dict[str, str] = {}
        self._shown: dict[str, str] = {}
        self._task: asyncio.Task[None] | None = None

    def show(self, who: str, text: str) -> None:
        """Show what ``who`` is saying; "" that it was nothing. Returns at once."""
        self._next[who] = text[-MOST:]
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._tell())

    def close(self) -> None:
        """Show nothing more."""
        if self._task is not None:
            self._task.cancel()

    async def _tell(self) -> None:
        while self._next:
            fresh = {who: text for who, text in self._next.items() if text != self._shown.get(who, "")}
            self._next = {}
            try:
                if fresh:
                    async with self._database.glances() as session:
                        for who, text in fresh.items():
                            await notify(session, self._conversation, type="partly", who=who, text=text)
            except UNREACHABLE as error:
                logger.warning("live words were not shown: %s", type(error).__name__)
            self._shown |= fresh
            if fresh:
                await asyncio.sleep(EVERY_S)
