"""A load of conversations over HTTP: the same dialogue again and again, N at once, each message timed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import psutil

Say = Callable[[str], Awaitable[None]]
"""Says one message in a conversation and returns when its answer is there."""
Begin = Callable[[], Awaitable[Say]]
"""Begins a conversation."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Turns a second, latencies in ms, and CPU in ms a turn (server side, all its processes)."""

    turns_per_s: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float


class Processes:
    """The CPU time of servers: each given process with all its children, also those that come and go."""

    def __init__(self, pids: Sequence[int]) -> None:
        self._pids = pids

    def seconds(self) -> float:
        """User and system seconds used so far."""
        seen: dict[int, float] = {}
        for pid in self._pids:
            for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
                try:
                    times = process.cpu_times()
                except psutil.NoSuchProcess:
                    continue
                # children_user counts children that have ended (PostgreSQL's short-lived back ends)
                seen[process.pid] = times.user + times.system + times.children_user + times.children_system
        return sum(seen.values())


async def run(begin: Begin, dialogue: Sequence[str], at_once: int, turns: int, processes: Processes) -> Figures:
    """Hold ``at_once`` conversations until ``turns`` messages were answered in all."""
    left = turns
    took: list[float] = []

    async def talk() -> None:
        nonlocal left
        while left > 0:
            say = await begin()
            for message in dialogue:
                left -= 1
                started = time.perf_counter()
                await say(message)
                took.append((time.perf_counter() - started) * 1000)

    cpu, started = processes.seconds(), time.perf_counter()
    await asyncio.gather(*(talk() for _ in range(at_once)))
    elapsed, used = time.perf_counter() - started, processes.seconds() - cpu
    took.sort()
    return Figures(len(took) / elapsed, _quantile(took, 0.5), _quantile(took, 0.95), used * 1000 / len(took))


async def long_conversation(begin: Begin, dialogue: Sequence[str], turns: int, processes: Processes) -> list[tuple[float, float]]:
    """One conversation of many turns: (latency ms, CPU ms) of each."""
    say = await begin()
    found = []
    for number in range(turns):
        cpu, started = processes.seconds(), time.perf_counter()
        await say(dialogue[number % len(dialogue)])
        found.append(((time.perf_counter() - started) * 1000, (processes.seconds() - cpu) * 1000))
    return found


def _quantile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
