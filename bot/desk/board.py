"""`/board`: a supervisor sees what goes on, and how it went: who waits, who is with whom, how people feel, what the agents do. From here a
conversation is read, listened to, joined or given to another agent. The page follows what happens by itself."""

from __future__ import annotations

import asyncio
import math
import time
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from nicegui import background_tasks, ui

from bot.api.access import service_of
from bot.desk import board_lists, board_talk, board_trends, talk_pane
from bot.desk.board_lists import ListsPane
from bot.desk.board_talk import TalkDialog
from bot.desk.board_trends import TrendsPane
from bot.desk.board_words import lasted
from bot.desk.figures import Figures, Served, figures
from bot.desk.frame import frame
from bot.desk.i18n import _, ngettext
from bot.desk.session import admitted, visitor
from bot.desk.trends import trends
from bot.escalation import queue
from bot.store.database import UNREACHABLE
from bot.store.models import User
from bot.users.accounts import may

OFTEN_S = 1.0
"""A board is drawn anew at most once in this time, in s, however much happens."""
TICK_S = 15.0
"""How often, in s, everything is read anew although nothing was told: waiting times grow, and charts move on."""
NAMED = 3
"""Of those who have waited too long, how many the alarm names."""

_STYLE = """
.nicegui-content { padding: 12px }
.board { display: flex; flex-direction: column; gap: 12px; width: 100% }
.alarm { background: #b91c1c; color: #fff; border-radius: 12px; padding: 8px 14px; width: 100% }
.alarm button { text-decoration: underline; font-weight: 700; border-radius: 4px } .alarm button:focus-visible { outline: 2px solid #fff }
@media (prefers-reduced-motion: no-preference) { .alarm.fresh { animation: alarm 1s ease-in-out 3 } }
@keyframes alarm { 50% { background: #ef4444 } }
"""


async def page(request: Request, open: str = "") -> Response | None:  # noqa: A002 - the query's plain name
    """The page; ``?open=`` opens a conversation (its own id or its escalation's)."""
    user = await admitted(request, "supervisor", f"/board?open={quote(open, safe='')}" if open else "/board")
    if isinstance(user, Response):
        return user
    frame(user, "/board")
    await _Board(request, user).show(open)
    return None


class _Board:
    """What one browser shows."""

    def __init__(self, request: Request, user: User) -> None:
        self._request, self._user, self._service = request, user, service_of(request)
        self._zone = ZoneInfo(self._service.settings.time_zone)
        self._client = ui.context.client
        self._figures = Figures()
        self._alarmed: tuple[str, ...] = ()
        self._one = asyncio.Lock()  # an event and a click never draw at once
        self._talk = TalkDialog(request, self._zone, lambda: self._figures)
        self._lists = ListsPane(self._talk.open)
        self._trends = TrendsPane(self._zone, self._span_chosen)

    async def show(self, first: str) -> None:
        """Draw it, and follow what happens from then on."""
        ui.add_css(_STYLE + board_lists.STYLE + board_trends.STYLE + talk_pane.STYLE + board_talk.STYLE)
        with ui.element("section").classes("board").props(f'aria-label="{_("Board")}"'):
            with ui.element("div").props('role="status" aria-live="assertive"').classes("w-full"):
                self._alarm()
            self._lists.draw_tiles()
            self._lists.draw()
            self._trends.draw()
        self._talk.draw()
        await self._renew(everything=True)
        following = background_tasks.create(self._follow(), name="board")
        self._client.on_delete(lambda: following.cancel())
        if first:
            await self._talk.open(first)

    # ---- following

    async def _follow(self) -> None:
        """Show what happens until the browser is gone or the session has ended: soon after it was told, and every TICK_S."""
        whole = time.monotonic()
        with self._service.hub.listening(queue.LIVE) as events:
            while True:
                try:
                    async with asyncio.timeout(max(0.0, whole + TICK_S - time.monotonic())):
                        await events.get()
                except TimeoutError:
                    pass
                await asyncio.sleep(OFTEN_S)  # what is told together is shown together
                while not events.empty():
                    events.get_nowait()
                everything = time.monotonic() >= whole + TICK_S
                try:
                    if not await self._renew(everything=everything):
                        return
                except UNREACHABLE:
                    continue
                whole = time.monotonic() if everything else whole

    async def _renew(self, *, everything: bool) -> bool:
        """Read and show what is now, and (``everything``) what was; False when the session has ended."""
        async with self._one:
            user = await visitor(self._request, used=False)
            with self._client:
                if user is None or not may(user, "supervisor"):
                    ui.navigate.to("/sign-in?next=/board")
                    return False
                self._user = user
                await self._read()
                self._show()
                if everything:
                    await self._read_trends()
        return True

    async def _read(self) -> None:
        service = self._service
        async with service.database.glances() as session:
            self._figures = await figures(session, self._user, service.clock.now(), self._zone, service.settings)

    async def _read_trends(self) -> None:
        service = self._service
        async with service.database.glances() as session:
            points = await trends(session, self._user, service.clock.now(), self._zone, self._trends.span, service.settings)
        self._trends.renew(points, service.settings.service_level_share)

    async def _span_chosen(self) -> None:
        async with self._one:
            await self._read_trends()

    # ---- showing

    def _show(self) -> None:
        now, found, settings = self._service.clock.now(), self._figures, self._service.settings
        self._lists.renew(found, now)
        target = _("target {share} in {time}").format(share=f"{settings.service_level_share:.0%}", time=lasted(settings.service_level_s))
        for key, served in (("today", found.today), ("hour", found.hour)):
            of = ngettext("of {count}", "of {count}", served.decided)
            note = f"{of} · {target}" if served.decided else target
            self._lists.tile(key, _share(served), note, bad=_below(served, settings.service_level_share))
        low = [_share(found.hour)] if _below(found.hour, settings.service_level_share) else []
        alarmed = (*(str(talk.escalation) for talk in found.late), *low)
        if alarmed != self._alarmed:  # only then: it is read aloud each time
            fresh = bool(set(alarmed) - set(self._alarmed))
            self._alarmed = alarmed
            self._alarm.refresh(fresh)

    @ui.refreshable_method
    def _alarm(self, fresh: bool = False) -> None:
        """What is wrong, in one strip; nothing where nothing is."""
        late, hour, target = self._figures.late, self._figures.hour, self._service.settings.service_level_share
        if not self._alarmed:
            return
        with ui.row().classes(f"alarm items-center gap-x-3 gap-y-1{' fresh' if fresh else ''}").props('data-testid="alarm"'):
            ui.icon("alarm", size="22px").props('aria-hidden="true"')
            if late:
                ui.label(ngettext("{count} person has waited too long:", "{count} people have waited too long:", len(late))).classes(
                    "font-bold"
                )
            for talk in late[:NAMED]:
                with ui.element("button").props('type="button"') as button:
                    ui.label(talk.name or _("Unknown visitor"))
                button.on("click", lambda id_=talk.escalation: self._talk.open(str(id_)))
            if _below(hour, target):
                text = _("In the last hour {share} were answered in time, the target is {target}.")
                ui.label(text.format(share=_share(hour), target=f"{target:.0%}"))


def _share(served: Served) -> str:
    return (
        "–" if served.share is None else f"{math.floor(100 * served.share + 1e-9)}%"
    )  # down: what misses the target does not look like it


def _below(served: Served, target: float) -> bool:
    return served.share is not None and served.share < target
