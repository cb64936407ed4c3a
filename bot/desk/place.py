"""One browser at the desk: who sits there, what they see of the queue, the conversation that is open, and how things are done from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi import Request
from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.access import service_of
from bot.desk.action import carry_out
from bot.desk.inbox import Entry, Lists, Story
from bot.desk.session import did
from bot.store.models import User

Work = Callable[[AsyncSession, datetime], Awaitable[None]]


class Place:
    """What the panes of a desk share."""

    def __init__(self, request: Request, user: User) -> None:
        self.request, self.user, self.service = request, user, service_of(request)
        self.client = ui.context.client
        self.lists = Lists()
        self.story: Story | None = None
        self.paragraph = ""
        """The open conversation in a few sentences."""
        self.open: Callable[[str], Awaitable[None]] = self._nothing
        """Opens a conversation, by its escalation's id."""

    async def _nothing(self, escalation: str) -> None:
        """Until the desk is drawn."""

    def now(self) -> datetime:
        """The service's clock."""
        return self.service.clock.now()

    @property
    def entry(self) -> Entry | None:
        """The conversation that is open, as the lists show it."""
        return self.story.entry if self.story else None

    @property
    def chosen(self) -> str:
        """The escalation of the conversation that is open; nothing while none is."""
        return self.story.entry.escalation if self.story else ""

    @property
    def mine(self) -> bool:
        """Whether the open conversation is the user's own."""
        return self.entry is not None and self.entry.status == "taken" and self.entry.agent == self.user.login

    @property
    def writes(self) -> bool:
        """Whether the user may write to the person: as its agent, or as a supervisor who joined."""
        return self.mine or (self.entry is not None and self.user.login in self.entry.joined)

    @property
    def zone(self) -> ZoneInfo:
        """The user reads the company's time."""
        return ZoneInfo(self.service.settings.time_zone)

    async def do(self, work: Work, action: str = "", about: str = "") -> bool:
        """Do something in one transaction, with its entry in the log (``action``, about the open conversation unless said otherwise);
        what cannot be done is said. Whether it was done is returned."""

        async def done(session: AsyncSession, user: User) -> None:
            self.user = user
            await work(session, self.now())
            if action:
                did(self.request, session, user, action, about or self.chosen)

        return await carry_out(self.request, "agent", "/desk", done)
