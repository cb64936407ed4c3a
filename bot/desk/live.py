"""The open conversations as this process knows them: read once, renewed by events, shared by every page that is open.

Without it each of fifty pages would ask the database anew whenever somebody says something.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import or_

from bot.desk.inbox import Entry, entries
from bot.escalation.queue import LIVE
from bot.events import Hub
from bot.store.database import UNREACHABLE, Database
from bot.store.models import Escalation

logger = logging.getLogger(__name__)
TOGETHER_S = 0.04
"""Events within this time are read together, in s."""
Changed = Callable[[frozenset[str]], None]
"""Called with the ids of the conversations that have changed; none of them where everything may have."""


class Live:
    """Follows the queue and what is said in it, from the first page that asks on."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database, self._hub = database, hub
        self.entries: dict[str, Entry] = {}
        """By the conversation's id."""
        self._dirty: set[str] = set()  # conversations' and escalations' ids
        self._everything = True
        self._wake, self._read_once = asyncio.Event(), asyncio.Event()
        self._watchers: set[Changed] = set()
        self._task: asyncio.Task[None] | None = None

    async def ready(self) -> None:
        """Wait until it knows what is open; begins to follow when first asked."""
        if self._task is None or self._task.done():
            self._everything = True
            self._hub.taps.add(self._heard)
            self._wake.set()
            self._task = asyncio.create_task(self._follow(), name="desk-live")
        await self._read_once.wait()

    async def stop(self) -> None:
        """Follow no more."""
        self._hub.taps.discard(self._heard)
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    @contextmanager
    def watched(self, changed: Changed) -> Iterator[None]:
        """Tell ``changed`` of every change while the block runs."""
        self._watchers.add(changed)
        try:
            yield
        finally:
            self._watchers.discard(changed)

    def _heard(self, event: dict[str, Any]) -> None:
        about = event.get("conversation")
        if event.get("type") == "partly":  # words that are being recognised: nothing that is kept has changed
            return
        if about == LIVE or about is None:
            if event.get("escalation"):
                self._dirty.add(event["escalation"])
            elif set(event) <= {"conversation", "type"}:
                self._everything = True
            else:  # somebody's presence, an alarm: of no conversation
                return
        elif about in self.entries:
            self._dirty.add(about)
        else:
            return
        self._wake.set()

    async def _follow(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(TOGETHER_S if self._read_once.is_set() else 0)
            self._wake.clear()
            dirty, everything = self._dirty, self._everything
            self._dirty, self._everything = set(), False
            try:
                await self._renew(dirty, everything=everything)
            except UNREACHABLE as error:
                logger.warning("the desk waits for the database: %s", type(error).__name__)
                await asyncio.sleep(1)
                self._everything = True
                self._wake.set()

    async def _renew(self, dirty: set[str], *, everything: bool) -> None:
        async with self._database.sessions() as session:
            these = or_(Escalation.conversation_id.in_(dirty), Escalation.id.in_(dirty))
            found = await entries(session, *([] if everything else [these]))
        fresh = {entry.conversation: entry for entry in found}
        over = {id_ for id_, entry in self.entries.items() if everything or id_ in dirty or entry.escalation in dirty}
        self.entries = {id_: entry for id_, entry in self.entries.items() if id_ not in over} | fresh
        self._read_once.set()
        changed = frozenset() if everything else frozenset(over | fresh.keys())
        for watcher in tuple(self._watchers):
            watcher(changed)
