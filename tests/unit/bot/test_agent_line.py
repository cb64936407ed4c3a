"""The socket of an agent on a call, where its network is slow."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import numpy as np

from bot.calls.agent_line import MOST_BEHIND, AgentLine
from speech.types import FRAME


class Slow:
    """A socket that takes nothing until it is let."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.sent: list[Any] = []

    async def send_text(self, text: str) -> None:
        await self.gate.wait()
        self.sent.append(text)

    async def send_bytes(self, data: bytes) -> None:
        await self.gate.wait()
        self.sent.append(data)

    async def close(self, code: int, reason: str) -> None:
        self.sent.append((code, reason))


async def test_old_frames_go_when_the_network_is_slow_and_no_words_do() -> None:
    socket: Any = Slow()
    line = AgentLine(socket)
    sending = asyncio.create_task(line.send())
    for value in range(100):
        line.hear(np.full(FRAME, value * 100, np.int16))
        await asyncio.sleep(0)
    line.tell("state", state="muted")
    line.end("hung_up")
    line.end("twice")
    socket.gate.set()
    await asyncio.wait_for(sending, 2)
    frames = [each for each in socket.sent if isinstance(each, bytes)]
    assert len(frames) == MOST_BEHIND // FRAME + 1, "the newest 200 ms, and the one that was on its way"
    assert line.dropped == 100 - len(frames)
    words = [json.loads(each) for each in socket.sent if isinstance(each, str)]
    assert words == [{"event": "state", "state": "muted"}, {"event": "ended", "reason": "hung_up"}]
    assert socket.sent[-1] == (1000, "hung_up")
