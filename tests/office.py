"""Those who work here, as tests use them: a database in which nobody does yet, and a clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import text

from bot.problems import Problem
from bot.store.database import Database
from bot.store.models import User
from bot.users import accounts, sessions
from bot.users.sessions import Refused, SignedIn
from tests.house import PASSWORD, ManualClock

ANOTHER = "another password 7"
ADDRESS = "203.0.113.7"


class Office:
    """A database in which nobody works yet, and a clock."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, ManualClock()

    async def add(self, login: str, role: str = "agent", **more: Any) -> User:
        """Somebody new, with PASSWORD."""
        async with self.database.transaction() as session:
            return await accounts.add(session, self.clock.now(), login, PASSWORD, role, **{"must_change": False, **more})

    async def user(self, login: str) -> User:
        """The user as they are now."""
        async with self.database.sessions() as session:
            return await accounts.known(session, login)

    async def sign_in(self, login: str, password: str = PASSWORD) -> SignedIn | Refused:
        """Try to."""
        return await sessions.sign_in(self.database, self.clock.now(), login, password, ADDRESS)

    async def token(self, login: str, password: str = PASSWORD) -> str:
        """A new session's token."""
        found = await self.sign_in(login, password)
        assert isinstance(found, SignedIn)
        return found.token

    async def whose(self, token: str) -> str | None:
        """The login that the session belongs to now."""
        user = await sessions.user_of(self.database, self.clock.now(), token)
        return user.login if user else None

    async def rows(self, query: str) -> list[Any]:
        """A query's rows."""
        async with self.database.sessions() as session:
            return [tuple(row) for row in await session.execute(text(query))]

    async def log(self) -> list[Any]:
        """Who did what to whom, in order; ids as logins."""
        query = "SELECT who, action, coalesce(login, about) FROM audit LEFT JOIN users ON users.id = about ORDER BY audit.id"
        return await self.rows(query)

    async def everything(self) -> str:
        """All that is written about users, as text."""
        tables = ("users", "user_sessions", "audit")
        return "\n".join([row for table in tables for (row,) in await self.rows(f"SELECT t::text FROM {table} AS t")])


@asynccontextmanager
async def empty_office(database_url: str) -> AsyncIterator[Office]:
    """Nobody is there yet."""
    database = Database(database_url, 8)
    async with database.transaction() as session:
        await session.execute(text("TRUNCATE users, user_sessions, audit"))
    yield Office(database)
    await database.close()


async def refused(work: Awaitable[Any]) -> str:
    """The code of the Problem that it ends with; nothing where it succeeds."""
    try:
        await work
    except Problem as problem:
        return problem.code
    return ""


Change = Callable[[Any, User], Awaitable[None]]


async def demoted(session: Any, user: User) -> None:
    """Be an agent from now on."""
    await accounts.set_role(session, user, "agent")


async def kept_out(session: Any, user: User) -> None:
    """Be nobody from now on."""
    await accounts.set_active(session, user, False)


async def changed(office: Office, login: str, change: Change) -> None:
    """Change somebody in a transaction."""
    async with office.database.transaction() as session:
        await change(session, await accounts.known(session, login))
