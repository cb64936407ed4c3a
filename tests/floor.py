"""The agents' floor as tests use it: agents with open desks, and a watch that looks when told to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from bot.escalation import presence, queue
from bot.escalation.watch import Watch
from bot.store.models import Escalation, User
from bot.users import accounts
from tests.house import House


class Floor:
    """Agents, their pages, and a watch in the test's hands (the house's own is stopped)."""

    def __init__(self, house: House) -> None:
        self.house, self.clock = house, house.clock
        service = house.service
        self.watch = Watch(service.database, service.conversations, service.clock, service.settings, service.hub)
        self.pages: dict[str, str] = {}

    @property
    def now(self) -> datetime:
        """The moment."""
        return self.clock.now()

    async def agent(self, said: str = "available", *, page: bool = True, role: str = "agent", **more: Any) -> str:
        """Somebody who works here, with their desk open: the login."""
        login = await self.house.user(role, **more)
        async with self.house.service.database.transaction() as session:
            await presence.say(session, await accounts.known(session, login), said, self.now)
            if page:
                self.pages[login] = await presence.opened(session, login, self.now)
        return login

    async def say(self, login: str, said: str) -> None:
        """They change their presence."""
        async with self.house.service.database.transaction() as session:
            await presence.say(session, await accounts.known(session, login), said, self.now)

    async def waiting(self, *, tick: bool = False, **body: Any) -> str:
        """Somebody waits for a person: the escalation's id."""
        _, escalation = await self.house.escalated(**body)
        if tick:
            await self.watch.tick()
        return escalation

    async def take(self, escalation: str, login: str) -> None:
        """An agent takes it at their desk."""
        async with self.house.service.database.transaction() as session:
            await queue.take(session, escalation, login, self.now, at_desk=True)

    async def find(self, escalation: str) -> Escalation:
        """The escalation as it is now."""
        async with self.house.service.database.sessions() as session:
            return await session.get_one(Escalation, escalation)

    async def user(self, login: str) -> User:
        """The user as they are now."""
        async with self.house.service.database.sessions() as session:
            return (await session.scalars(select(User).where(User.login == login))).one()

    async def offered(self, escalation: str) -> str | None:
        """Whom it is offered to."""
        return (await self.find(escalation)).offered_to

    async def happened(self, escalation: str) -> list[tuple[str, str, str]]:
        """Its history: what, who, why."""
        return [(entry["what"], entry["who"], entry["reason"]) for entry in (await self.find(escalation)).history]

    async def pass_by(self, *, gone: tuple[str, ...] = (), **delta: float) -> None:
        """Time passes; every page but those of who is gone is seen at its end. Then the watch looks."""
        self.clock.advance(**delta)
        async with self.house.service.database.transaction() as session:
            for login, page in self.pages.items():
                if login not in gone:
                    assert await presence.seen(session, page, self.now)
        await self.watch.tick()

    async def do(self, statement: str, **values: Any) -> None:
        """Change a table by hand."""
        async with self.house.service.database.transaction() as session:
            await session.execute(text(statement), values)


@asynccontextmanager
async def empty_floor(house: House) -> AsyncIterator[Floor]:
    """Nobody waits, and nobody is there."""
    for task in house.service._tasks:
        if task.get_name() == "watch-queue":
            task.cancel()
    floor = Floor(house)
    for table in ("escalations", "desk_pages"):
        await floor.do(f"DELETE FROM {table}")
    await floor.do("DELETE FROM audit WHERE about = 'service_level'")
    yield floor
