"""What somebody does on a page that is open: carried out once it is known that they still may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import Request
from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.access import service_of
from bot.desk.session import acting
from bot.desk.wrong import in_words
from bot.problems import Problem
from bot.store.models import User
from bot.users.accounts import Role


async def carry_out(request: Request, role: Role, path: str, work: Callable[[AsyncSession, User], Awaitable[None]]) -> bool:
    """Do something in one transaction for whoever sits at the browser; what cannot be done is said there. Whether it was done is
    returned. ``path``: the page, to come back to where the session has ended."""
    try:
        user = await acting(request, role)
        async with service_of(request).database.transaction() as session:
            await work(session, user)
    except Problem as problem:
        ui.notify(in_words(problem), type="negative", position="top")
        if problem.status == 401:
            ui.navigate.to(f"/sign-in?next={path}")
        return False
    return True
