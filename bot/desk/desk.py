"""`/desk`: agents see who waits, take a conversation, go on in it, and give it back or end it. A page follows what happens by itself."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from nicegui import background_tasks, ui
from nicegui.events import KeyEventArguments
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.access import service_of
from bot.desk.action import carry_out
from bot.desk.curve import DONE, curve_svg
from bot.desk.frame import CHANNEL_ICONS, answers, frame
from bot.desk.inbox import Entry, Lists, Story, lists, story
from bot.desk.session import admitted, did, note, visitor
from bot.escalation import answering, queue
from bot.mood.reasons import sentence
from bot.problems import Problem
from bot.store import conversations as store
from bot.store.database import UNREACHABLE
from bot.store.models import Message, User

LANGUAGES = {"pl": "Polish", "en": "English", "ro": "Romanian"}
UPSET = 0.5
"""Frustration (0..1) from which a conversation is marked."""
SUGGESTED = 3
"""Answers of the company's own that are offered for what the person said last."""
WORTH_OFFERING = 0.88
"""Similarity from which an answer is offered: with 0.86, where the bot answers what is surely a question (decision 0004), somebody who
asks for a person is offered the opening hours."""
_TICK_S = 30.0
"""How often waiting times are shown anew, in s."""

_HINT = "Write to the person. Enter sends, Shift+Enter makes a new line."
_ENTER = "(event) => { if (!event.shiftKey && !event.isComposing) { event.preventDefault(); emit() } }"
"""Of the keys in the reply only an Enter that sends goes to the server."""

_STYLE = """
.desk { display: grid; grid-template-columns: 300px minmax(0, 1fr) 300px; gap: 12px; width: 100%; height: calc(100vh - 78px) }
.desk > section { min-height: 0; overflow-y: auto; padding: 12px; display: flex; flex-direction: column; gap: 8px }
.nicegui-content { padding: 12px }
.entry { border-radius: 10px; padding: 8px 10px; cursor: pointer; border: 1px solid transparent; width: 100%; text-align: left }
.entry:hover { background: #0f766e14 } .entry:focus-visible { outline: 2px solid #0f766e }
.entry[aria-current=true] { background: #0f766e22; border-color: #0f766e66 }
.upset { color: #b91c1c } .body--dark .upset { color: #fca5a5 }
.bubble { max-width: 85%; border-radius: 12px; padding: 7px 12px; white-space: pre-wrap; overflow-wrap: anywhere }
.from-person { background: #e7edeb; align-self: flex-start } .body--dark .from-person { background: #24322f }
.from-bot { border: 1px dashed #9db3ad; align-self: flex-end }
.from-agent { background: #0f766e; color: #fff; align-self: flex-end }
.known { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 2px 12px; overflow-wrap: anywhere }
@media (max-width: 1100px) { .desk { grid-template-columns: 260px minmax(0, 1fr) } .desk > .about { grid-column: 1 / -1 }
  .desk { height: auto } .desk > .talk { height: calc(100vh - 90px) } }
@media (max-width: 720px) { .desk { grid-template-columns: minmax(0, 1fr) } .desk > .talk { height: auto; min-height: 60vh } }
"""


async def page(request: Request, open: str = "") -> Response | None:  # noqa: A002 - the query's plain name
    """The page; ``?open=`` opens a conversation (an escalation's id)."""
    user = await admitted(request, "agent", f"/desk?open={quote(open, safe='')}" if open else "/desk")
    if isinstance(user, Response):
        return user
    frame(user, "/desk")
    await _Desk(request, user).show(open)
    return None


class _Desk:
    """What one browser shows. It is followed by events; every action asks again who acts."""

    def __init__(self, request: Request, user: User) -> None:
        self._request, self._user, self._service = request, user, service_of(request)
        self._lists, self._gone = Lists(), ""
        self._story: Story | None = None
        self._seq = 0
        self._drafts: dict[str, str] = {}
        self._events: asyncio.Queue[dict[str, Any]] | None = None
        self._client = ui.context.client
        self._one = asyncio.Lock()  # an event and a click never draw at once

    async def show(self, first: str) -> None:
        """Draw it, and follow what happens from then on."""
        ui.add_css(_STYLE)
        await self._read()
        with ui.element("div").classes("desk"):
            with ui.element("section").classes("card").props('aria-label="Conversations"'):
                self._draw_lists()
            with ui.element("section").classes("card talk").props('aria-label="Conversation"'):
                await self._draw_talk()
            with ui.element("section").classes("card about").props('aria-label="About the person"'):
                self._draw_about()
        ui.keyboard(on_key=self._key, ignore=["input", "select", "textarea"])
        ui.timer(_TICK_S, self._catch_up)  # waiting times grow although nothing happens
        following = background_tasks.create(self._follow(), name="desk")
        self._client.on_delete(lambda: following.cancel())
        if first:
            await self._open(first)

    # ---- what is known

    async def _read(self) -> None:
        now = self._service.clock.now()
        async with self._service.database.sessions() as session:
            self._lists = await lists(session, self._user, now)

    async def _follow(self) -> None:
        """Show every change as it comes, until the browser is gone or the session has ended."""
        while True:
            try:
                if not await self._follow_for_a_while():
                    return
            except UNREACHABLE:
                await asyncio.sleep(1)

    async def _follow_for_a_while(self) -> bool:
        """Until others are to be watched; False when the session has ended."""
        watched = self._watched()
        with self._service.hub.listening(*watched) as events:
            self._events = events
            while await self._catch_up():
                if self._watched() != watched:  # before waiting, so that nothing is missed
                    return True
                await events.get()
                while not events.empty():
                    events.get_nowait()
        return False

    def _watched(self) -> set[str]:
        """The queue, the conversations that are mine, and the one that is open."""
        shown = {self._story.entry.conversation} if self._story else set()
        return {queue.LIVE, *(entry.conversation for entry in self._lists.mine), *shown}

    async def _catch_up(self) -> bool:
        """Show what is new; False when the session has ended."""
        user = await visitor(self._request, used=False)
        async with self._one:
            with self._client:
                if user is None:
                    ui.navigate.to("/sign-in?next=/desk")
                    return False
                self._user, waiting = user, len(self._lists.waiting)
                await self._read()
                if len(self._lists.waiting) > waiting:
                    ui.notify("Somebody waits for a person.", icon="notifications", position="top-right")
                self._draw_lists.refresh()
                if self._story is not None:
                    await self._renew(self._story)
        return True

    async def _renew(self, before: Story) -> None:
        """The open conversation as it is now."""
        try:
            async with self._service.database.sessions() as session:
                self._story = await story(session, self._user, before.entry.escalation, self._service.clock.now())
        except Problem as problem:
            self._story, self._gone = None, "This conversation is over." if problem.status == 404 else problem.detail
        if self._story is None or self._story.entry.agent != before.entry.agent:
            await self._draw_talk.refresh()
        else:
            await self._add_messages()
            self._draw_head.refresh()
        self._draw_about.refresh()

    async def _open(self, escalation: str) -> None:
        """Choose a conversation."""
        async with self._one:
            try:
                async with self._service.database.sessions() as session:
                    self._story = await story(session, self._user, escalation, self._service.clock.now())
            except Problem as problem:
                ui.notify(problem.detail, type="warning", position="top")
                return
            await note(self._request, self._user, "saw_conversation", self._story.entry.conversation)
            await self._draw_talk.refresh()
            self._draw_about.refresh()
            self._draw_lists.refresh()
        if self._events is not None and not self._events.full():
            self._events.put_nowait({})  # `_follow` watches another conversation from now on

    # ---- lists

    @ui.refreshable_method
    def _draw_lists(self) -> None:
        for title, entries, empty in (
            ("Mine", self._lists.mine, "Nobody is with you."),
            ("Waiting", self._lists.waiting, "Nobody waits."),
            ("With others", self._lists.others, ""),
        ):
            if not entries and not empty:
                continue
            ui.label(f"{title} {len(entries)}").classes("font-bold").props(f'role="heading" aria-level="2" data-testid="{title.lower()}"')
            if not entries:
                ui.label(empty).classes("soft text-sm")
            for entry in entries:
                self._draw_entry(entry)

    def _draw_entry(self, entry: Entry) -> None:
        chosen = self._story is not None and self._story.entry.escalation == entry.escalation
        with ui.element("button").classes("entry").props(f'type="button" data-testid="entry" aria-current="{str(chosen).lower()}"') as row:
            with ui.row().classes("w-full items-center gap-2 flex-nowrap"):
                ui.icon(CHANNEL_ICONS.get(entry.channel, "forum"), size="18px").classes("soft")
                ui.label(entry.name or "Unknown visitor").classes("font-bold ellipsis flex-1")
                if entry.unread:
                    ui.badge(str(entry.unread)).props(f'rounded aria-label="{entry.unread} unread"')
                ui.label(_waited(entry.waited_s)).classes("soft text-xs")
            with ui.row().classes("w-full items-center gap-2 flex-nowrap text-sm"):
                ui.label(entry.last).classes("soft ellipsis flex-1")
                if (entry.mood or 0) >= UPSET:
                    ui.icon("sentiment_very_dissatisfied", size="18px").classes("upset").tooltip(f"Frustration {entry.mood:.0%}")
        row.on("click", lambda: self._open(entry.escalation))

    # ---- the conversation

    @ui.refreshable_method
    async def _draw_talk(self) -> None:
        if self._story is None:
            with ui.column().classes("w-full items-center justify-center flex-1 gap-2 py-10"):
                ui.icon("support_agent", size="48px").classes("soft")
                ui.label(self._gone or "Choose a conversation.").classes("text-lg text-center")
                ui.label("j and k go through the list, t takes what is open.").classes("soft text-sm text-center")
            return
        self._draw_head()
        self._transcript = ui.column().classes("w-full flex-1 gap-2 overflow-y-auto").style("min-height: 12em")
        self._transcript.props('role="log" aria-live="polite" aria-label="Messages"')
        self._seq = 0
        await self._add_messages()
        await self._draw_reply()

    @ui.refreshable_method
    def _draw_head(self) -> None:
        if self._story is None:
            return
        entry = self._story.entry
        with ui.row().classes("w-full items-center gap-2"):
            with ui.column().classes("gap-0 flex-1").style("min-width: 12em"):
                ui.label(entry.name or "Unknown visitor").classes("text-lg font-bold")
                ui.label(_summary(self._story)).classes("soft text-sm")
            if entry.status == "waiting":
                ui.button("Take", icon="pan_tool", on_click=self._take).props("unelevated")
            elif entry.agent == self._user.login:
                ui.button("Give back", icon="smart_toy", on_click=self._ask_give_back).props("flat")
                ui.button("Close", icon="check", on_click=self._ask_close).props("flat")
            else:
                ui.label(f"with {entry.agent}").classes("soft")

    async def _add_messages(self) -> None:
        """Show the messages that are not shown yet."""
        assert self._story is not None
        async with self._service.database.sessions() as session:
            found = await store.messages_since(session, self._story.entry.conversation, self._seq)
        with self._transcript:
            for message in found:
                self._seq = message.seq
                _bubble(message, self._zone)
        if found:
            ui.run_javascript(f"const log = getHtmlElement({self._transcript.id}); if (log) log.scrollTop = log.scrollHeight")

    async def _draw_reply(self) -> None:
        assert self._story is not None
        entry = self._story.entry
        if entry.agent != self._user.login:
            return
        box = ui.textarea(placeholder=_HINT, value=self._drafts.get(entry.escalation, ""))
        box.props('outlined autogrow autofocus dense input-style="max-height: 12em" aria-label="Reply"').classes("w-full")
        box.on_value_change(lambda event: self._drafts.__setitem__(entry.escalation, event.value or ""))
        draft = {"id": secrets.token_hex(8)}

        async def send() -> None:
            text, said = box.value or "", draft["id"]
            if not text.strip():
                return

            async def work(session: AsyncSession, now: datetime) -> None:
                settings, user = self._service.settings, self._user
                await answering.say(session, settings, entry.escalation, user.login, text, now, f"desk-{said}", name=user.name)

            if await self._do(work):
                box.value, draft["id"] = "", secrets.token_hex(8)

        box.on("keydown.enter", send, js_handler=_ENTER)
        with ui.row().classes("w-full items-start gap-2 flex-nowrap"):
            suggestions = ui.row().classes("flex-1 gap-1").props('aria-label="Suggested answers"')
            ui.button("Send", icon="send", on_click=send).props("unelevated")
        await self._suggest(suggestions, box.set_value)

    async def _suggest(self, row: ui.row, use: Callable[[str], object]) -> None:
        """Offer the company's own answers to what the person said last."""
        assert self._story is not None
        entry = self._story.entry
        found = await self._service.knowledge.search(entry.last, entry.language)
        with row:
            for answer in [each for each in found if each.score >= WORTH_OFFERING][:SUGGESTED]:
                with ui.button(answer.title, on_click=lambda answer=answer: use(answer.text)).props("outline dense no-caps size=sm"):
                    ui.tooltip(answer.text).classes("max-w-sm")

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._story.person.time_zone if self._story else self._service.settings.time_zone)

    # ---- what an agent does

    async def _take(self) -> None:
        async def work(session: AsyncSession, now: datetime) -> None:
            await queue.take(session, self._chosen, self._user.login, now)

        if await self._do(work, "took"):
            await self._open(self._chosen)

    def _ask_give_back(self) -> None:
        async def work(session: AsyncSession, now: datetime, said: str) -> None:
            await answering.give_back(session, self._service.conversations, self._chosen, self._user.login, said, now)

        self._ask("Give back to the bot", "What was agreed? The bot tells the person, so write it in their language.", work, "returned")

    def _ask_close(self) -> None:
        async def work(session: AsyncSession, now: datetime, said: str) -> None:
            await answering.close(session, self._chosen, self._user.login, said, now)

        self._ask("Close the conversation", "How did it end? For colleagues; the person does not see it.", work, "closed")

    def _ask(self, title: str, hint: str, work: Callable[[AsyncSession, datetime, str], Awaitable[None]], action: str) -> None:
        with ui.dialog(value=True) as dialog, ui.card().classes("w-96 max-w-full gap-3"):
            ui.label(title).classes("text-lg font-bold")
            ui.label(hint).classes("soft text-sm")
            box = ui.textarea("Note").props('outlined autogrow maxlength="1000" autofocus').classes("w-full")

            async def done() -> None:
                if await self._do(lambda session, now: work(session, now, box.value or ""), action):
                    dialog.close()

            answers(dialog, title.split()[0], done)

    async def _do(self, work: Callable[[AsyncSession, datetime], Awaitable[None]], action: str = "") -> bool:
        """Do something in one transaction, with its entry in the log; what cannot be done is said. Whether it was done is returned."""

        async def done(session: AsyncSession, user: User) -> None:
            self._user = user
            await work(session, self._service.clock.now())
            if action:
                did(self._request, session, user, action, self._chosen)

        return await carry_out(self._request, "agent", "/desk", done)

    @property
    def _chosen(self) -> str:
        return self._story.entry.escalation if self._story else ""

    async def _key(self, event: KeyEventArguments) -> None:
        """Keys that work while nothing is being written."""
        if not event.action.keydown or event.action.repeat or event.modifiers.ctrl or event.modifiers.meta or event.modifiers.alt:
            return
        entries = [*self._lists.mine, *self._lists.waiting, *self._lists.others]
        ids = [entry.escalation for entry in entries]
        at = ids.index(self._chosen) if self._chosen in ids else -1
        if event.key == "j" and at + 1 < len(ids):
            await self._open(ids[at + 1])
        elif event.key == "k" and at > 0:
            await self._open(ids[at - 1])
        elif event.key == "t" and self._story is not None and self._story.entry.status == "waiting":
            await self._take()

    # ---- about the person

    @ui.refreshable_method
    def _draw_about(self) -> None:
        if self._story is None:
            return
        found, person = self._story, self._story.person
        ui.label(person.name or "Unknown visitor").classes("font-bold")
        facts = [person.kind, LANGUAGES.get(found.entry.language, found.entry.language), *(value for _, value in found.contacts)]
        for fact in facts:
            ui.label(fact).classes("soft text-sm").style("overflow-wrap: anywhere")
        count = f"{found.touchpoints} contact{'s' if found.touchpoints != 1 else ''} so far"
        ui.link(count, f"/journey?person={quote(person.id, safe='')}", new_tab=True).classes("text-sm")
        if found.curve:
            ui.label("Mood").classes("font-bold mt-2")
            ui.html(curve_svg(list(found.curve), {turn: DONE.get(flow, flow) for turn, flow in found.done.items()}), sanitize=False)
            ui.label(f"Frustration {found.curve[-1]:.0%}, highest {max(found.curve):.0%}").classes("text-sm")
            if reasons := sentence(found.reasons, "en"):
                ui.label(reasons).classes("soft text-sm")
        known = {name: value for name, value in found.known.items() if self._service.conversations.tells(name)}
        if known:
            ui.label("What the bot knows").classes("font-bold mt-2")
            with ui.element("div").classes("known text-sm w-full"):
                for name, value in known.items():
                    ui.label(name.replace("_", " ")).classes("soft")
                    ui.label(_plain(value))


def _bubble(message: Message, zone: ZoneInfo) -> None:
    kind = "person" if message.direction == "in" else "bot" if message.author == "bot" else "agent"
    who = "" if kind == "person" else f"{message.author} · "
    with ui.column().classes("w-full gap-0").props(f'data-testid="message" data-from="{kind}"'):
        ui.label(message.display or message.text).classes(f"bubble from-{kind}")
        side = "self-start" if kind == "person" else "self-end"
        ui.label(f"{who}{message.at.astimezone(zone):%H:%M}").classes(f"soft text-xs {side}")


def _summary(found: Story) -> str:
    """Why the person is here, in one line."""
    entry = found.entry
    parts = [
        f"{found.kind.replace('_', ' ')}, {entry.reason.replace('_', ' ')}, after {found.turns} message{'s' if found.turns != 1 else ''}"
    ]
    parts += [f"the bot was asking for: {found.asked.replace('_', ' ')}"] if found.asked else []
    return "; ".join(parts) + "."


def _waited(seconds: float) -> str:
    minutes = int(max(seconds, 0) // 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_plain(each)}" for name, each in value.items() if each not in (None, ""))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_plain(each) for each in value)
    return str(value)
