"""While an answer is awaited: the caller hears that somebody is there, and that it takes longer; in the end it is given up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from speech.ports import Answer

BRIDGE_S = 1.2
"""Seconds after the end of speech by which the caller hears something."""
SECOND_BRIDGE_S = 5.0
"""Seconds after which the caller is told that it takes longer."""
TURN_LIMIT_S = 15.0
"""Seconds an answer may take before it is given up, with an apology."""


async def awaited(
    answering: Coroutine[Any, Any, Answer], since: float, say: Callable[[str], Awaitable[None]], now: Callable[[], float]
) -> Answer:
    """Wait for the answer, as from ``since`` (s of the call's clock); ``say`` speaks a sentence by its name meanwhile. TimeoutError when
    it does not come."""
    task = asyncio.create_task(answering)
    try:
        for name, after in (("bridge", BRIDGE_S), ("bridge_long", SECOND_BRIDGE_S)):
            done, _ = await asyncio.wait({task}, timeout=max(0.0, since + after - now()))
            if done:
                return await task
            await say(name)
        async with asyncio.timeout(max(0.1, since + TURN_LIMIT_S - now())):
            return await task
    finally:
        task.cancel()
