"""Live events: what one process commits, every process shows, through PostgreSQL's LISTEN/NOTIFY."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

logger = logging.getLogger(__name__)
CHANNEL = "voxtrail"
MOST_WAITING = 200
"""Events a slow listener may be behind before it is told to catch up by itself."""


async def notify(session: AsyncSession, conversation_id: str, **event: Any) -> None:
    """Tell every process, when this transaction commits, that something happened in a conversation."""
    payload = json.dumps({"conversation": conversation_id, **event})
    await session.execute(text("SELECT pg_notify(:channel, :payload)"), {"channel": CHANNEL, "payload": payload})


class Hub:
    """One listening connection a process; any number of listeners a conversation."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._listeners: defaultdict[str, set[asyncio.Queue[dict[str, Any]]]] = defaultdict(set)
        self.taps: set[Callable[[dict[str, Any]], None]] = set()
        """Called with every event there is, in this process; after a gap with ``{"type": "reconnected"}``."""
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen."""
        self._task = asyncio.create_task(self._listen(), name="events")

    async def stop(self) -> None:
        """Stop listening."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    @contextmanager
    def listening(self, *conversations: str) -> Iterator[asyncio.Queue[dict[str, Any]]]:
        """The events of these conversations (ids) while the block runs."""
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(MOST_WAITING)
        for conversation in conversations:
            self._listeners[conversation].add(queue)
        try:
            yield queue
        finally:
            for conversation in conversations:
                self._listeners[conversation].discard(queue)
                if not self._listeners[conversation]:
                    del self._listeners[conversation]

    async def _listen(self) -> None:
        pause = 0.5
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}".encode())
                    pause = 0.5
                    self._everybody({"type": "reconnected"})
                    async for note in connection.notifies():
                        self._deliver(note.payload)
            except (psycopg.Error, OSError):
                logger.warning("the database's events are away; trying again in %.1f s", pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 10.0)

    def _deliver(self, payload: str) -> None:
        event = json.loads(payload)
        for tap in tuple(self.taps):
            tap(event)
        for queue in self._listeners.get(event["conversation"], ()):
            self._put(queue, event)

    def _everybody(self, event: dict[str, Any]) -> None:
        for tap in tuple(self.taps):
            tap(event)
        for queue in {queue for queues in self._listeners.values() for queue in queues}:
            self._put(queue, event)

    @staticmethod
    def _put(queue: asyncio.Queue[dict[str, Any]], event: dict[str, Any]) -> None:
        with contextlib.suppress(asyncio.QueueFull):  # every event makes the listener catch up by seq, so one may be missed
            queue.put_nowait(event)
