"""The people on one call besides its caller: an agent who talks with them, and others who listen in.

A person's voice goes through at once: the caller's frames as they come, the agent's with a cushion of 40 ms at the line's far end, which
evens out a jittery network. It never piles up: what would be heard more than MOST_AHEAD_S late is dropped, quiet frames sooner, and what
has piled up beyond our own reach (Twilio's or a browser's buffer) shows in marks that come back late and is thrown away.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import Any, Literal, Protocol

import numpy as np

from speech import music
from speech.audio import dbfs
from speech.playback import Playback, mixed
from speech.scribe import Scribe
from speech.types import FRAME, RATE, Samples

logger = logging.getLogger(__name__)
CUSHION_S = 0.04
"""Silence sent before an agent's voice whenever the line has run dry, in s: what their network may jitter by without a gap."""
MOST_AHEAD_S = 0.12
"""Audio that the line may be ahead of the agent's voice, in s; a frame that would wait longer than this is dropped."""
CATCH_UP_S = 0.08
"""The same for frames without a voice: pauses are where delay is made good."""
QUIET_DB = -50.0
"""Level below which a frame of the agent's is no voice, in dBFS."""
MARK_EVERY_S, LAG_S = 1.0, 0.25
"""How often the line's far end is asked how late it is, and how much later than at its best makes us throw away what it holds, in s."""
LANE_S = 0.3
"""Most of one side's audio that waits to be mixed with the other's, in s."""
LOST_S = 2.0
"""Seconds without the agent's socket after which the caller is told, and hears music."""
HOLD_EVERY_S = 20.0
"""How often a caller on hold hears that they are not forgotten, in s."""
GAP_S, LONGEST_GAP_S = 0.3, 4.0
"""The pause of the agent in which a notice is said, and how long one is waited for, in s."""
NOTICE_S = 20.0
"""Longest time a notice may take to be heard, in s."""
MARK = "v"
"""What our marks begin with; the bot's begin with something else."""

Absence = Literal["", "left", "lost"]


class Person(Protocol):
    """Somebody of ours on a call. Nothing here waits for their network."""

    def hear(self, samples: Samples) -> None:
        """Some audio for their ears."""

    def tell(self, event: str, **detail: Any) -> None:
        """Something for their page to show."""

    def end(self, reason: str) -> None:
        """Their part in the call is over."""


class Host(Protocol):
    """The call, as far as its people need it."""

    playback: Playback

    def now(self) -> float:
        """The call's clock, in s."""
        ...

    async def hush(self) -> None:
        """Drop every word of the bot's, said or to be said."""

    async def remark(self, name: str) -> None:
        """Say a sentence that needs no database, by its name."""

    async def give_notice(self) -> None:
        """Tell the caller that a colleague listens; returns when they have heard it. Raises where it cannot be said."""

    async def show(self, state: Literal["listening", "hold"]) -> None:
        """Show the caller's screen, if there is one, where they are."""


class Bridge:
    """Who is on a call besides the caller. ``engaged`` is when the call is a person's: the bot is silent then."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._agent: Person | None = None
        self._scribe: Scribe | None = None
        self._login = ""
        self.since = 0
        """The conversation's last message when the agent came: what the bot meant to say before that is not said any more."""
        self._muted = self._held = False
        self._absence: Absence = ""
        self._absent_since = 0.0
        self._worded_at = 0.0
        self._listeners: list[Person] = []
        self._coming: list[Person] = []
        self._noticing = asyncio.Lock()
        self._noticed = self._over = False
        self._said, self._played = Lane(), Lane()
        self._spoke_at = 0.0
        self._marks: dict[str, float] = {}
        self._marked_at, self._count = 0.0, 0
        self._least_lag = float("inf")
        self._began = 0.0
        self._closing: set[asyncio.Task[None]] = set()
        self.late_frames = 0
        """Frames of the agent's that came too late to be heard."""
        self.talked_s = 0.0
        """How long an agent was on the line, in s; known when they are gone."""

    # ---- who is there

    @property
    def engaged(self) -> bool:
        """Whether a person has the call: on the line, or away for a moment."""
        return bool(self._login)

    @property
    def present(self) -> bool:
        """Whether an agent is on the line now."""
        return self._agent is not None

    @property
    def attended(self) -> bool:
        """Whether anybody of ours is on the call, talking or listening."""
        return self._agent is not None or bool(self._listeners)

    @property
    def state(self) -> str:
        """What the agent's page shows: talking, muted, hold."""
        return "hold" if self._held else "muted" if self._muted else "talking"

    async def join(self, person: Person, scribe: Scribe, login: str, since: int) -> bool:
        """An agent takes the word, at once. The same agent's earlier socket is told so. False where the call is over."""
        if self._over:
            return False
        before, self._agent = self._agent, person
        self._leave_scribe()
        self._scribe, self._login, self.since = scribe, login, since
        self._absence, self._muted, self._held = "", False, False
        self._began = self._began or self._host.now()
        self._reset_marks()
        if before is not None:
            before.end("another_tab")
        self._host.playback.beside = self._said.take
        await self._host.playback.fill(None)
        await self._host.hush()
        await self._host.show("listening")
        self._tell()
        return not self._over

    async def listen(self, person: Person) -> bool:
        """Somebody listens in; the caller has been told before they hear anything. False where that cannot be."""
        self._coming.append(person)
        person.tell("state", state="waiting")
        try:
            async with self._noticing:
                if not self._noticed:
                    await self._gap()
                    async with asyncio.timeout(NOTICE_S):
                        await self._host.give_notice()
                    self._noticed = True
        except Exception as error:
            logger.error("nobody listens in: the caller could not be told: %s", error or type(error).__name__)
        stayed = person in self._coming
        if stayed:
            self._coming.remove(person)
        if not stayed or self._over or not self._noticed:
            return False
        if not self._listeners:
            self._host.playback.taps.append(self._overheard)
        self._listeners.append(person)
        person.tell("state", state="listening")
        self._tell()
        return True

    async def leave(self, person: Person, *, broken: bool) -> None:
        """Somebody is gone: on purpose, or their socket broke."""
        for group in (self._listeners, self._coming):
            if person in group:
                group.remove(person)
        if not self._listeners and self._overheard in self._host.playback.taps:
            self._host.playback.taps.remove(self._overheard)
        if person is not self._agent:
            self._tell()
            return
        self._agent = None
        self._leave_scribe()
        self._absence, self._absent_since = "lost" if broken else "left", self._host.now()
        if not broken:
            await self._hold_on("agent_hold")

    async def owner(self, login: str) -> None:
        """Whose the conversation is now: whoever else is on the line has to go."""
        if self.engaged and login != self._login:
            await self.release("owner_changed")

    async def release(self, reason: str) -> None:
        """The agent's part is over, and the bot may speak again."""
        agent, self._agent, self._login, self._absence = self._agent, None, "", ""
        self.talked_s += self._host.now() - self._began if self._began else 0.0
        self._began, self._held, self._muted = 0.0, False, False
        self._leave_scribe()
        self._host.playback.beside = None
        self._said.clear()
        await self._host.playback.fill(None)
        if agent is not None:
            agent.end(reason)

    async def close(self, reason: str) -> None:
        """The call is over: everybody is told, and what an agent was saying is still written down."""
        self._over = True
        if self.engaged:
            await self.release(reason)
        for person in [*self._listeners, *self._coming]:
            person.end(reason)
        self._listeners, self._coming = [], []
        if self._closing:
            await asyncio.gather(*self._closing, return_exceptions=True)

    # ---- what an agent does

    async def mute(self, person: Person, *, on: bool) -> None:
        """The caller does not hear the agent."""
        if person is self._agent:
            self._muted = on
            self._tell()

    async def hold(self, person: Person, *, on: bool) -> None:
        """Neither hears the other; the caller hears music, and now and then a word."""
        if person is not self._agent or on == self._held:
            return
        self._held = on
        self._tell()
        if on:
            await self._hold_on("agent_hold")
        else:
            await self._host.playback.fill(None)
            await self._host.hush()
            await self._host.show("listening")

    async def _hold_on(self, words: str) -> None:
        self._worded_at = self._host.now()
        await self._host.show("hold")
        await self._host.playback.fill(music.frames())
        await self._host.remark(words)

    # ---- audio

    def caller(self, samples: Samples) -> None:
        """What the caller says, as it comes."""
        if self._agent is not None and not self._held:
            self._agent.hear(samples)
        if self._listeners:
            both = mixed(samples, self._played.take(len(samples)))
            for listener in self._listeners:
                listener.hear(both)

    async def speak(self, person: Person, samples: Samples) -> None:
        """What the agent says, as it comes; any length."""
        if person is not self._agent or self._scribe is None:
            return
        if self._muted or self._held:
            self._scribe.hear(np.zeros_like(samples))  # what is not said to the caller is not written down either
            return
        self._scribe.hear(samples)
        if self._scribe.speaking:
            self._spoke_at = self._host.now()
        for start in range(0, len(samples), FRAME):
            await self._say(samples[start : start + FRAME])

    async def _say(self, frame: Samples) -> None:
        playback = self._host.playback
        if playback.busy:  # a notice, or words that the agent has typed: heard together
            self._said.add(frame)
            return
        ahead = playback.ahead_s
        if ahead > MOST_AHEAD_S or (ahead > CATCH_UP_S and dbfs(frame) < QUIET_DB):
            self.late_frames += 1
            return
        if ahead <= 0:
            await playback.pass_on(np.zeros(int(CUSHION_S * RATE), np.int16))
        await playback.pass_on(frame)
        now = self._host.now()
        if now - self._marked_at >= MARK_EVERY_S:
            self._marked_at = now
            self._count += 1
            name = f"{MARK}{self._count}"
            self._marks[name] = now + max(0.0, playback.ahead_s)
            await playback.ask(name)

    async def played(self, mark: str) -> None:
        """The line's far end has come as far as this mark of ours: how late is it?"""
        due = self._marks.pop(mark, None)
        if due is None:
            return
        lag = self._host.now() - due
        self._least_lag = min(self._least_lag, lag)
        if lag - self._least_lag > LAG_S and self._agent is not None and not self._host.playback.busy:
            logger.info("the line is %.0f ms behind the agent: what it holds is thrown away", (lag - self._least_lag) * 1000)
            self._marks.clear()  # they come back at once now, and mean nothing
            await self._host.playback.flush()

    def _overheard(self, samples: Samples, heard_at: float) -> None:
        self._played.add(samples)

    # ---- what is due

    async def tick(self) -> None:
        """To be called ten times a second."""
        now = self._host.now()
        if self._scribe is not None:
            self._scribe.tick()
        if self._absence == "lost" and self._agent is None and now - self._absent_since >= LOST_S:
            self._absence = "left"
            await self._hold_on("agent_lost")
        elif (self._held or self._absence == "left") and now - self._worded_at >= HOLD_EVERY_S and not self._host.playback.busy:
            self._worded_at = now
            await self._host.remark("agent_hold")

    async def _gap(self) -> None:
        """Wait until the agent pauses, for a while."""
        deadline = self._host.now() + LONGEST_GAP_S
        while self._host.now() < deadline and self._agent is not None and self._host.now() - self._spoke_at < GAP_S:
            await asyncio.sleep(FRAME / RATE)

    def _tell(self) -> None:
        if self._agent is not None:
            self._agent.tell("state", state=self.state, listened=bool(self._listeners))

    def _reset_marks(self) -> None:
        self._marks.clear()
        self._said.clear()

    def _leave_scribe(self) -> None:
        scribe, self._scribe = self._scribe, None
        if scribe is not None:
            task = asyncio.create_task(scribe.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)


class Lane:
    """One side's audio on its way to be mixed with the other's: the newest LANE_S of it."""

    def __init__(self) -> None:
        self._pieces: deque[Samples] = deque()
        self._kept = 0

    def add(self, samples: Samples) -> None:
        """Some more; what is too old goes."""
        self._pieces.append(samples)
        self._kept += len(samples)
        while self._kept > LANE_S * RATE:
            self._kept -= len(self._pieces.popleft())

    def take(self, count: int) -> Samples:
        """The oldest ``count`` samples, with silence where there are none."""
        found = np.zeros(count, np.int16)
        at = 0
        while at < count and self._pieces:
            piece = self._pieces.popleft()
            used = min(len(piece), count - at)
            found[at : at + used] = piece[:used]
            at += used
            if used < len(piece):
                self._pieces.appendleft(piece[used:])
        self._kept -= at
        return found

    def clear(self) -> None:
        """Forget all."""
        self._pieces.clear()
        self._kept = 0
