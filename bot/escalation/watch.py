"""Watches the queue: offers, alarms, lost connections, tasks that are due. Everything it knows is in the tables, so that any process may
watch, and one that was away goes on where it was."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.conversation import Conversations
from bot.escalation import alarms, callers, hand_on, lost, offers, presence, tasks
from bot.escalation.agents import Agent, on_duty
from bot.escalation.live import LIVE
from bot.escalation.waiting import Waiting, line
from bot.events import Hub
from bot.metrics import WAITING
from bot.settings import Settings
from bot.store.conversations import SPOKEN
from bot.store.database import UNREACHABLE, Database
from bot.users.accounts import LANGUAGES

logger = logging.getLogger(__name__)
EVERY_S = 1.0
"""How often it looks, in s, when nothing happens in the queue."""
AT_MOST_EVERY_S = 0.2
"""How soon it looks again, in s, when something does."""
SELDOM = timedelta(seconds=15)
"""How often it looks at what changes slowly: the last hour's service level, pages that nobody closed."""
_ONE_AT_A_TIME = func.pg_try_advisory_xact_lock(7_140_217)

Work = Callable[[AsyncSession], Awaitable[object]]


class Watch:
    """Looks after the queue. Of several processes one does so at a time."""

    def __init__(self, database: Database, conversations: Conversations, clock: Clock, settings: Settings, hub: Hub) -> None:
        self._database, self._conversations, self._clock, self._settings, self._hub = database, conversations, clock, settings, hub
        self._seldom = datetime.min.replace(tzinfo=clock.now().tzinfo)
        self._away = False

    async def run(self) -> None:
        """Look again and again, at once when something happens in the queue; runs until cancelled. A database that is away is waited
        for."""
        with self._hub.listening(LIVE) as events:
            while True:
                await self._look()
                await asyncio.sleep(AT_MOST_EVERY_S)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(EVERY_S - AT_MOST_EVERY_S):
                        await events.get()
                while not events.empty():
                    events.get_nowait()

    async def tick(self) -> None:
        """Look once. Raises what a database that is away raises; nothing else keeps it from the rest of its work."""
        now = self._clock.now()
        async with self._database.sessions() as reading:
            if not await reading.scalar(select(_ONE_AT_A_TIME)):
                WAITING.clear()  # the process that watches tells
                return
            await self._presence(reading, now)
            waiting = await self._lapse(await line(reading, now), reading, now)
            waiting = await self._lost(waiting, reading, now)
            waiting = await self._left(waiting, reading, now)
            self._count(waiting)
            await self._late(waiting, now)
            await self._offer(waiting, reading, now)
            await self._do("ringing for tasks", partial(tasks.ring, now=now))
            await self._rarely(now)

    async def _look(self) -> None:
        try:
            await self.tick()
        except UNREACHABLE as error:
            if not self._away:
                logger.warning("the queue is not watched until the database answers: %s", type(error).__name__)
            self._away = True
        except Exception:
            logger.exception("the queue could not be watched; trying again")
        else:
            self._away = False

    async def _do(self, what: str, work: Work) -> bool:
        """Do something in a transaction of its own; one that fails is logged, and does not keep the others from theirs."""
        try:
            async with self._database.transaction() as session:
                return bool(await work(session))
        except UNREACHABLE:
            raise
        except Exception:
            logger.exception("%s failed", what)
            return False

    async def _presence(self, reading: AsyncSession, now: datetime) -> None:
        """Whoever has wrapped up is available again."""
        before = now - timedelta(seconds=self._settings.wrap_up)
        if await presence.wrapped_up(reading, before):
            await self._do("the end of wrap-ups", partial(presence.end_wrap_ups, before=before, now=now))

    async def _lapse(self, waiting: list[Waiting], reading: AsyncSession, now: datetime) -> list[Waiting]:
        """End the offers that are over; the line as it is then."""
        offered = [one for one in waiting if one.offered_to is not None]
        if not offered:
            return waiting
        takes = {user.login for user in await presence.colleagues(reading, now) if user.presence != "busy"}
        ended = False
        for one in offered:
            if one.offered_to not in takes or one.offered_until is None or now >= one.offered_until:
                lapse = partial(hand_on.lapse, conversations=self._conversations, escalation_id=one.escalation, now=now)
                ended |= await self._do("the end of an offer", lapse)
        return await line(reading, now) if ended else waiting

    async def _lost(self, waiting: list[Waiting], reading: AsyncSession, now: datetime) -> list[Waiting]:
        """Look after the conversations of agents who are gone; the line as it is then."""
        gone = await lost.suspects(reading, self._settings, now)
        for escalation in gone:
            look = partial(lost.look, conversations=self._conversations, escalation_id=escalation, settings=self._settings, now=now)
            await self._do("looking after a lost connection", look)
        return await line(reading, now) if gone else waiting

    async def _left(self, waiting: list[Waiting], reading: AsyncSession, now: datetime) -> list[Waiting]:
        """Take callers who have hung up out of the queue; the line as it is then."""
        gone = await callers.suspects(reading) if any(one.channel in SPOKEN for one in waiting) else []
        for escalation in gone:
            leave = partial(callers.left, escalation_id=escalation, now=now, hours=self._settings.hours)
            await self._do("the end of a caller's wait", leave)
        return await line(reading, now) if gone else waiting

    def _count(self, waiting: Sequence[Waiting]) -> None:
        for language in LANGUAGES:
            WAITING.labels(language).set(sum(1 for one in waiting if one.language == language))

    async def _late(self, waiting: Sequence[Waiting], now: datetime) -> None:
        """Ring for those who wait longer than they should."""
        for one in waiting:
            if alarms.is_late(one, self._settings, now):
                await self._do("an alarm", partial(alarms.late, one=one, now=now))

    async def _offer(self, waiting: Sequence[Waiting], reading: AsyncSession, now: datetime) -> None:
        """Offer the most urgent first, while there is anybody to offer them to."""
        unoffered = [one for one in waiting if one.offered_to is None]
        agents = await on_duty(reading, self._settings, now) if unoffered else []
        free = {agent.user.login for agent in agents if agent.slots(self._settings.desk_most) and not agent.offered}
        last = await offers.last_taken(reading, agents, now) if len(free) > 1 else {}
        for one in unoffered:
            if not free:
                return
            chosen = offers.choose(one, agents, last, self._settings, now)
            if chosen is not None:
                login = chosen.user.login
                if await self._do("an offer", partial(offers.offer, one=one, login=login, settings=self._settings, now=now)):
                    agents = _asked(agents, login)
                    free.discard(login)

    async def _rarely(self, now: datetime) -> None:
        if now < self._seldom + SELDOM:
            return
        self._seldom = now
        await self._do("the service level", partial(alarms.level, settings=self._settings, now=now))
        await self._do("forgetting old pages", partial(presence.forget, now=now))
        longest = timedelta(seconds=self._settings.call_limit)
        await self._do("the end of calls that nobody told", partial(callers.end_stale, now=now, longest=longest))


def _asked(agents: Sequence[Agent], login: str) -> list[Agent]:
    return [replace(agent, offered=True) if agent.user.login == login else agent for agent in agents]
