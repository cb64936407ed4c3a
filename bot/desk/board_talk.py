"""One live conversation on the board: read while it goes on, listened to, joined, or given to another agent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from fastapi import Request
from nicegui import background_tasks, ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.access import service_of
from bot.desk import figures
from bot.desk.action import carry_out
from bot.desk.board_words import channel_words, language_words, lasted, presence_words, reason_words
from bot.desk.figures import AtWork, Figures, Talk
from bot.desk.frame import answers
from bot.desk.i18n import _, ngettext
from bot.desk.session import did, refused, visitor
from bot.desk.voice import VoiceBar
from bot.desk.wrong import in_words
from bot.escalation import queue
from bot.problems import Problem
from bot.store import conversations as store
from bot.store.database import UNREACHABLE
from bot.store.models import Message, User
from bot.users.accounts import may

Work = Callable[[AsyncSession, User, datetime], Awaitable[None]]

_LEAVE = "() => document.querySelector('.drawer .voice-leave:not([hidden])')?.click()"
"""Nobody goes on listening to what they have closed."""

STYLE = """
.at-edge > .q-dialog__inner { padding: 0 !important } .at-edge .q-dialog__inner > div { max-height: 100% !important }
.drawer { width: 560px; max-width: 100vw; height: 100%; border-radius: 0 !important; flex-wrap: nowrap; gap: 10px }
.drawer .log { flex: 1; min-height: 12em; overflow-y: auto }
"""


class TalkDialog:
    """A drawer at the page's edge. What it shows and does is asked for anew each time: ids come from the browser."""

    def __init__(self, request: Request, zone: ZoneInfo, now: Callable[[], Figures]) -> None:
        self._request, self._service, self._zone, self._figures = request, service_of(request), zone, now
        self._client = ui.context.client
        self._talk: Talk | None = None
        self._over = ""
        self._seq = 0
        self._heard: str | None = None
        self._following: asyncio.Task[None] | None = None

    def draw(self) -> None:
        """Draw the empty drawer; `open` fills it."""
        with ui.dialog().props("position=right full-height").classes("at-edge").on("hide", self._close) as self._dialog:
            self._dialog.on("before-hide", js_handler=_LEAVE)
            card = ui.card().classes("drawer").props(f'role="dialog" aria-label="{_("Conversation")}" data-testid="drawer"')
        with card:
            self._head()
            self._ears = ui.column().classes("w-full")
            self._log = ui.column().classes("log w-full gap-2 no-wrap")
            self._log.props(f'role="log" aria-live="polite" aria-label="{_("Messages")}" tabindex="0"')
        self._client.on_delete(self._close)

    async def open(self, id_: str) -> None:
        """Show a conversation, by its own id or its escalation's; what is another team's is refused, and the refusal written down."""
        found: list[Talk] = []

        async def work(session: AsyncSession, user: User, now: datetime) -> None:
            found.append(await figures.talk(session, user, id_))
            did(self._request, session, user, "saw_conversation", found[0].conversation)

        if not await self._do(work, id_):
            return
        self._close()
        self._talk, self._over, self._seq, self._heard = found[0], "", 0, None
        self._log.clear()
        self._ears.clear()
        self._head.refresh()
        self._dialog.open()
        self._listen()
        self._following = background_tasks.create(self._follow(found[0].conversation), name="board-talk")

    def _close(self) -> None:
        if self._following is not None:
            self._following.cancel()
            self._following = None

    # ---- following

    async def _follow(self, conversation: str) -> None:
        with self._service.hub.listening(conversation, queue.LIVE) as events:
            while True:
                try:
                    if not await self._renew(conversation):
                        return
                except UNREACHABLE:
                    await asyncio.sleep(1)
                    continue
                await events.get()
                while not events.empty():
                    events.get_nowait()

    async def _renew(self, conversation: str) -> bool:
        """Show what is new; False when nothing more will come: it is over, or no longer the user's to see."""
        user = await visitor(self._request, used=False)
        now: Talk | None = None
        said: Sequence[Message] = ()
        before = self._talk
        with self._client:
            if user is None or not may(user, "supervisor"):
                ui.navigate.to("/sign-in?next=/board")
                return False
            try:
                async with self._service.database.sessions() as session:
                    now = await figures.talk(session, user, conversation)
                    said = await store.messages_since(session, conversation, self._seq)
            except Problem as problem:
                self._over = _("This conversation is over.") if problem.status == 404 else in_words(problem)
            with self._log:
                for message in said:
                    self._seq = max(self._seq, message.seq)
                    _bubble(message, self._zone)
            if said:
                ui.run_javascript(f"const log = getHtmlElement({self._log.id}); if (log) log.scrollTop = log.scrollHeight")
            if now != before or self._over:
                self._talk = now or before
                self._head.refresh()
                self._listen()
        return now is not None

    def _listen(self) -> None:
        """Offer to listen in while an agent talks with a caller; the bar stays as it is for as long as that goes on."""
        talk = self._talk
        heard = talk.escalation if talk is not None and talk.on_call and talk.owner == "agent" and not self._over else None
        if heard != self._heard:
            self._heard = heard
            self._ears.clear()
            if heard is not None:
                with self._ears:
                    VoiceBar(heard, mode="listen")

    @ui.refreshable_method
    def _head(self) -> None:
        talk = self._talk
        if talk is None:
            return
        names = {agent.login: agent.name for agent in self._figures().agents}
        with ui.row().classes("w-full items-start no-wrap gap-2"):
            with ui.column().classes("gap-0 flex-1").style("min-width: 0"):
                ui.label(talk.name or _("Unknown visitor")).classes("text-lg font-bold ellipsis w-full").props(
                    'role="heading" aria-level="2"'
                )
                ui.label(" · ".join(_facts(talk, self._service.clock.now(), names))).classes("soft text-sm")
            ui.button(icon="close", on_click=self._dialog.close).props(f'flat round dense aria-label="{_("Close")}"')
        if self._over:
            ui.label(self._over).classes("text-sm font-bold").props('role="status"')
        elif (escalation := talk.escalation) is not None:
            with ui.row().classes("gap-2"):
                if talk.owner == "waiting":
                    ui.button(_("Take it"), icon="pan_tool", on_click=lambda: self._take(escalation)).props("unelevated no-caps")
                else:
                    ui.button(_("Join"), icon="group_add", on_click=lambda: self._join(escalation)).props("unelevated no-caps")
                ui.button(_("Reassign"), icon="swap_horiz", on_click=lambda: self._ask_agent(escalation, talk)).props("outline no-caps")
        else:
            ui.label(_("The bot has this conversation. You can read it here.")).classes("soft text-sm")

    # ---- what a supervisor does

    async def _take(self, escalation: str) -> None:
        if await self._act(escalation, "took", lambda session, user, now: queue.take(session, escalation, user.login, now, at_desk=True)):
            ui.navigate.to(f"/desk?open={escalation}")

    async def _join(self, escalation: str) -> None:
        if await self._act(escalation, "joined", lambda session, user, now: queue.join(session, escalation, user, now)):
            ui.navigate.to(f"/desk?open={escalation}")

    def _ask_agent(self, escalation: str, talk: Talk) -> None:
        """Ask to whom it is to go: those who are there, the idlest first."""
        there = sorted(
            (agent for agent in self._figures().agents if can_be_given(agent, talk)),
            key=lambda agent: (agent.presence != "available", agent.talks, agent.name),
        )
        with self._client, ui.dialog(value=True) as dialog, ui.card().classes("w-[28rem] max-w-full gap-3").props('data-testid="reassign"'):
            ui.label(_("Give the conversation to")).classes("text-lg font-bold").props('role="heading" aria-level="2"')
            if not there:
                ui.label(_("Nobody else who may have it is at the desk.")).classes("soft")
                ui.button(_("Close"), on_click=dialog.close).props("flat").classes("self-end")
                return
            offers = {agent.login: _offer(agent, talk.language) for agent in there}
            chosen = ui.radio(offers, value=there[0].login).classes("w-full overflow-y-auto").style("max-height: 55vh")

            async def give() -> None:
                to = str(chosen.value)
                if await self._act(
                    escalation, "reassigned", lambda session, user, now: queue.reassign(session, escalation, to, user, now), to=to
                ):
                    dialog.close()
                    ui.notify(_("It is with {name} now.").format(name=to), type="positive", position="top")

            answers(dialog, _("Reassign"), give)

    async def _act(
        self, escalation: str, action: str, act: Callable[[AsyncSession, User, datetime], Awaitable[object]], **detail: str
    ) -> bool:
        """Do something with a conversation, where it is the supervisor's to do, with its entry in the log."""

        async def work(session: AsyncSession, user: User, now: datetime) -> None:
            await figures.talk(session, user, escalation)
            await act(session, user, now)
            did(self._request, session, user, action, escalation, **detail)

        return await self._do(work, escalation)

    async def _do(self, work: Work, about: str) -> bool:
        """Do it in one transaction; what cannot be done is said, and what may not be is written down, too."""
        denied: list[tuple[User, Problem]] = []

        async def done(session: AsyncSession, user: User) -> None:
            try:
                await work(session, user, self._service.clock.now())
            except Problem as problem:
                denied.append((user, problem))
                raise

        if await carry_out(self._request, "supervisor", "/board", done):
            return True
        for user, problem in denied:
            if problem.status == 403:
                await refused(self._request, user, problem.code, about)
        return False


def can_be_given(agent: AtWork, talk: Talk) -> bool:
    """Whether this agent can have the conversation: is at the desk, may see it, and does not have it already."""
    mine = not talk.team or not agent.teams or talk.team in agent.teams
    return mine and agent.here and agent.presence != "away" and agent.login != talk.agent


def _facts(talk: Talk, now: datetime, names: Mapping[str, str]) -> list[str]:
    whose = talk.agent or talk.offered_to or ""
    who = names.get(whose, whose)
    since = lasted((now - talk.since).total_seconds())
    if talk.owner == "waiting":
        offered = [_("offered to {who}").format(who=who)] if who else []
        owner = [_("waits for {time}").format(time=since), *offered]
    else:
        owner = [_("with {who}").format(who=who) if who else _("with the bot")]
    mood = [] if talk.mood is None else [_("frustration {share}").format(share=f"{talk.mood:.0%}")]
    team = [_("team {name}").format(name=talk.team)] if talk.team else []
    reason = [reason_words(talk.reason)] if talk.reason else []
    return [channel_words(talk.channel), language_words(talk.language), *owner, *reason, *team, *mood]


def _offer(agent: AtWork, language: str) -> str:
    """An agent as somebody to give a conversation to."""
    busy = ngettext("{count} conversation now", "{count} conversations now", agent.talks)
    parts = [agent.name, presence_words(agent.presence), busy]
    if language not in agent.languages:
        parts.append(_("does not speak {language}").format(language=language_words(language)))
    return " · ".join(parts)


def _bubble(message: Message, zone: ZoneInfo) -> None:
    kind = "person" if message.direction == "in" else "bot" if message.author == "bot" else "agent"
    at = f"{message.at.astimezone(zone):%H:%M}"
    by = at if kind == "person" else f"{message.author} · {at}"
    text = message.display or message.text or ", ".join(str(each["name"]) for each in message.attachments)
    ui.html(
        f'<div class="said" data-testid="message" data-from="{kind}"><div class="bubble from-{kind}">{escape(text)}</div>'
        f'<div class="by soft">{escape(by)}</div></div>',
        sanitize=False,
    ).classes("w-full")
