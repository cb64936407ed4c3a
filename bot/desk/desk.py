"""`/desk`: agents see who waits, take a conversation, go on in it, and give it back, hand it on or end it. A page follows what happens by
itself; every action asks again who acts."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from nicegui import background_tasks, ui
from nicegui.events import KeyEventArguments
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import closing, list_pane, person_pane, talk_pane
from bot.desk.alerts import Alerts, said
from bot.desk.card import card
from bot.desk.closing import Closing
from bot.desk.frame import frame
from bot.desk.i18n import _, later
from bot.desk.inbox import Entry, Story, admit, concerns, lists, story
from bot.desk.list_pane import ListPane
from bot.desk.person_pane import PersonPane
from bot.desk.place import Place
from bot.desk.reply_pane import ReplyPane
from bot.desk.session import admitted, did, refused, visitor
from bot.desk.talk_pane import TalkPane
from bot.desk.tried import tried
from bot.desk.voice import VoiceBar
from bot.desk.wrong import in_words
from bot.escalation import presence, queue
from bot.escalation.paragraph import history, paragraph
from bot.problems import Problem, not_found
from bot.store.database import UNREACHABLE
from bot.users.accounts import may

TICK_S = 15.0
"""How often, in s, waiting times are shown anew, the session is asked for and the page says that it is there."""
LOOKS_AFTER_S = 0.4
"""After something happened in the open conversation, in s, what is shown beside it is read again."""
OTHERS_EVERY_S = 0.25
"""Conversations that are not the user's own are drawn anew no more often than this, in s."""
KEYS = (
    ("j / k", later("next and previous conversation")),
    ("t", later("take")),
    ("a / x", later("accept or pass an offer")),
    ("r", later("write a reply")),
    ("n", later("write a note")),
    ("b", later("ask the bot")),
    ("g", later("give back")),
    ("h", later("hand on")),
    ("c", later("close")),
    ("?", later("this help")),
)
_STYLE = """
.desk { display: grid; grid-template-columns: 300px minmax(0, 1fr) 300px; gap: 12px; width: 100%; height: calc(100vh - 78px) }
.desk > section { min-height: 0; overflow-y: auto; padding: 12px; display: flex; flex-direction: column; gap: 8px }
.nicegui-content { padding: 12px }
.alert { background: #fef3c7; color: #422006; border-radius: 10px; padding: 6px 10px }
.body--dark .alert { background: #3b2f12; color: #fde68a }
.task { border: 1px solid #d5dedb; border-radius: 10px; padding: 6px 10px } .body--dark .task { border-color: #2a3a37 }
.chosen { background: #0f766e22 }
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
    await Desk(Place(request, user)).show(open)
    return None


class Desk:
    """Puts the panes together, and lets them follow what happens."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._live = place.service.desk
        self._lists = ListPane(place)
        self._closing = Closing(place)
        self._talk = TalkPane(place, self._buttons)
        self._reply = ReplyPane(place)
        self._person = PersonPane(place)
        self._alerts = Alerts(place)
        self._alerts.take = self._take
        self._reply.changed = lambda: self._write.refresh()
        place.open = self._open
        self._gone = ""
        self._page = ""
        self._looking: asyncio.Task[None] | None = None
        self._one = asyncio.Lock()  # an event and a click never draw at once
        self._wake = asyncio.Event()
        self._changed: set[str] = set()
        self._shown: set[str] = set()
        self._drawn_at = 0.0
        self._soon: asyncio.TimerHandle | None = None
        self._told: list[dict[str, Any]] = []
        self._partly: dict[str, str] = {}

    async def show(self, first: str) -> None:
        """Draw it, and follow what happens from then on."""
        place = self.place
        ui.add_css(_STYLE + list_pane.STYLE + talk_pane.STYLE + person_pane.STYLE)
        await self._live.ready()
        self._read_lists()
        with ui.element("div").classes("desk"):
            with ui.element("section").classes("card").props(f'aria-label="{_("Conversations")}"'):
                self._alerts.draw()
                self._lists.draw()
            with ui.element("section").classes("card talk").props(f'aria-label="{_("Conversation")}"'):
                await self._draw_talk()
            with ui.element("section").classes("card about").props(f'aria-label="{_("About the person")}"'):
                self._person.draw()
        ui.keyboard(on_key=self._key, ignore=["input", "select", "textarea"])
        ui.timer(TICK_S, self._tick)
        ui.on("desk_file", lambda event: self._reply.attached(event.args["escalation"], event.args))
        ui.on("desk_file_refused", lambda event: ui.notify(event.args.get("detail", ""), type="negative", position="top"))
        async with place.service.database.transaction() as session:
            self._page = await presence.opened(session, place.user.login, place.now())
        following = background_tasks.create(self._follow(), name="desk")
        place.client.on_delete(lambda: self._left(following))
        await self._alerts.renew()
        if first:
            await self._open(first)

    async def _left(self, following: asyncio.Task[None]) -> None:
        following.cancel()
        if self._looking is not None:
            self._looking.cancel()
        with contextlib.suppress(*UNREACHABLE):  # then its last sign of life says it
            async with self.place.service.database.transaction() as session:
                await presence.closed(session, self._page)

    # ---- following

    def _entries_changed(self, changed: frozenset[str]) -> None:
        """Most of what happens is on somebody else's desk; what is not, shows at once if it is the user's own, and else a few times a
        second: fifty desks that are drawn anew with every word that is said in the queue would keep a server busy with nothing else."""
        user, entries = self.place.user, self._live.entries
        mine = {id_ for id_ in changed if id_ in self._shown or (id_ in entries and concerns(entries[id_], user))} if changed else {"*"}
        if not mine:
            return
        self._changed |= mine
        near = {"*", *(entry.conversation for entry in self.place.lists.mine), self.place.entry.conversation if self.place.entry else ""}
        if mine & near or any(id_ in entries and user.login in (entries[id_].agent, entries[id_].offered_to) for id_ in mine):
            self._wake.set()
        elif self._soon is None:
            loop = asyncio.get_running_loop()
            self._soon = loop.call_at(max(loop.time(), self._drawn_at + OTHERS_EVERY_S), self._wake.set)

    def _read_lists(self) -> None:
        self.place.lists = lists(self._live.entries.values(), self.place.user, self.place.now())
        self._shown = {entry.conversation for entry in self.place.lists.every}

    def _event(self, event: dict[str, Any]) -> None:
        """What is told to nobody else: about me, or words of the open conversation that are being recognised."""
        entry = self.place.entry
        if event.get("conversation") == f"user:{self.place.user.login}":
            self._told.append(event)
        elif event.get("type") == "partly" and entry is not None and event.get("conversation") == entry.conversation:
            self._partly[str(event.get("who"))] = str(event.get("text", ""))
        elif event.get("type") in ("task_due", "task") or event.get("presence") == self.place.user.login:
            self._told.append(event)
        elif event.get("type") == "note" and entry is not None and event.get("conversation") == entry.conversation:
            self._changed.add(entry.conversation)
        else:
            return
        self._wake.set()

    async def _follow(self) -> None:
        """Show every change as it comes, until the browser is gone."""
        hub = self.place.service.hub
        hub.taps.add(self._event)
        try:
            with self._live.watched(self._entries_changed):
                self._entries_changed(frozenset())  # what happened while the page was drawn
                while True:
                    await self._wake.wait()
                    self._wake.clear()
                    if self._soon is not None:
                        self._soon.cancel()
                        self._soon = None
                    self._drawn_at = asyncio.get_running_loop().time()
                    try:
                        await self._catch_up()
                    except UNREACHABLE:
                        await asyncio.sleep(1)
                        self._wake.set()
        finally:
            hub.taps.discard(self._event)

    async def _catch_up(self) -> None:
        """Show what is new."""
        place = self.place
        changed, self._changed = self._changed, set()
        told, self._told = self._told, []
        partly, self._partly = self._partly, {}
        async with self._one:
            with place.client:
                if changed:
                    self._read_lists()
                    self._lists.renew()
                    self._alerts.changed()
                if place.story is not None and changed & {"*", place.story.entry.conversation}:
                    async with place.service.database.sessions() as session:
                        await self._renew(session)
                for who, text in partly.items():
                    self._talk.partly(who, text)
                if told:
                    await self._again()
                    self._alerts.presence()
                    await self._alerts.renew(told=any(event.get("type") == "task_due" for event in told))
                for text in filter(None, (said(event, place.user.login) for event in told)):
                    ui.notify(text, type="info", position="top")

    async def _again(self) -> bool:
        """Ask who sits there; without a session nothing more is shown."""
        user = await visitor(self.place.request, used=False)
        if user is None:
            ui.navigate.to("/sign-in?next=/desk")
            return False
        self.place.user = user
        return True

    async def _tick(self) -> None:
        place = self.place
        async with self._one:
            if not await self._again():
                return
            async with place.service.database.transaction() as session:
                if not await presence.seen(session, self._page, place.now()):  # the database was set back, or it was taken for gone
                    self._page = await presence.opened(session, place.user.login, place.now())
            self._read_lists()
            self._lists.renew()
            self._alerts.presence()
            await self._alerts.renew()

    async def _renew(self, session: AsyncSession) -> None:
        """The open conversation as it is now: what was said first; what is beside it may come a moment later."""
        place, before = self.place, self.place.story
        if before is None:
            return
        await self._talk.renew(session)
        entry = self._live.entries.get(before.entry.conversation)
        try:
            if entry is None or entry.escalation != before.entry.escalation:
                raise not_found("escalation")
            admit(entry, place.user)
            place.story = replace(before, entry=entry)
        except Problem as problem:
            place.story, self._gone = None, _("This conversation is over.") if problem.status == 404 else in_words(problem)
        await self._draw_again(before)
        self._look_again()

    async def _draw_again(self, before: Story) -> None:
        """Draw of the conversation what is not as it was."""
        after = self.place.story
        if after is None:
            await self._draw_talk.refresh()
            return
        self._talk.renew_head()
        if _drawn(after.entry) != _drawn(before.entry):
            self._voice.refresh()
            await self._write.refresh()
        elif after.entry.last != before.entry.last:
            background_tasks.create(self._reply.suggest(), name="desk-suggest")

    def _look_again(self) -> None:
        """See to it that what is beside the conversation is read again soon, once for all that happens until then."""
        if self._looking is None:
            self._looking = background_tasks.create(self._look(), name="desk-person")

    async def _look(self) -> None:
        await asyncio.sleep(LOOKS_AFTER_S)
        self._looking = None
        place = self.place
        with contextlib.suppress(*UNREACHABLE, Problem):  # then with the next thing that happens; what is over, an event says
            async with self._one, place.service.database.sessions() as session:
                with place.client:  # its language, too
                    before = place.story
                    if before is not None:
                        place.story = await story(session, place.user, before.entry.escalation)
                    if await self._read_person(session):
                        self._person.draw.refresh()
                    if before is not None:
                        await self._draw_again(before)

    async def _read_person(self, session: AsyncSession) -> bool:
        """Read what is shown beside the conversation; whether that has changed is returned."""
        place = self.place
        if place.story is None:
            return True
        conversations, conversation = place.service.conversations, place.story.conversation
        facts = {**place.story.summary, **await history(session, conversation, conversations.flows)}
        place.paragraph = paragraph(facts, conversations.flows, slots=conversations.domain.slots)
        self._person.card = await card(session, conversation, place.now())
        self._person.tried = await tried(session, conversation, conversations.flows, conversations.domain)
        return self._person.changed()

    async def _open(self, escalation: str) -> None:
        """Choose a conversation."""
        place = self.place
        async with self._one:
            async with place.service.database.transaction() as session:
                try:
                    place.story = await story(session, place.user, escalation)
                except Problem as problem:
                    ui.notify(in_words(problem), type="warning", position="top")
                    if problem.status == 403:
                        await refused(place.request, place.user, problem.code, escalation)
                    return
                did(place.request, session, place.user, "saw_conversation", place.story.entry.conversation)
                await self._read_person(session)
            await self._draw_talk.refresh()
            self._person.draw.refresh()
            self._lists.renew()

    # ---- the conversation

    @ui.refreshable_method
    async def _draw_talk(self) -> None:
        place = self.place
        if place.story is None:
            with ui.column().classes("w-full items-center justify-center flex-1 gap-2 py-10"):
                ui.icon("support_agent", size="48px").classes("soft")
                ui.label(self._gone or _("Choose a conversation.")).classes("text-lg text-center")
                ui.label(_("j and k go through the list, t takes what is open, ? shows all keys.")).classes("soft text-sm text-center")
            return
        self._talk.head()
        self._voice()
        self._talk.draw()
        async with place.service.database.sessions() as session:
            await self._talk.renew(session)
        await self._write()

    @ui.refreshable_method
    def _voice(self) -> None:
        place = self.place
        if place.entry is not None and place.entry.call and (place.mine or may(place.user, "supervisor")):
            VoiceBar(place.chosen, "talk" if place.mine else "listen")

    @ui.refreshable_method
    async def _write(self) -> None:
        await self._reply.draw()

    def _buttons(self) -> None:
        closing.buttons(self.place, self._closing, self._take, self._alerts.decline)

    async def _take(self) -> None:
        place, escalation = self.place, self.place.chosen

        async def work(session: AsyncSession, now: datetime) -> None:
            await queue.take(session, escalation, place.user.login, now, at_desk=True)

        if not await place.do(work, "took", escalation):
            return
        async with self._one:
            before = place.story
            if before is not None and before.entry.escalation == escalation:  # the queue's own word for it comes in a moment
                entry = replace(before.entry, status="taken", agent=place.user.login, offered_to=None, offered_until=None)
                place.story = replace(before, entry=entry)
                await self._draw_again(before)

    # ---- keys

    async def _key(self, event: KeyEventArguments) -> None:
        """Keys that work while nothing is being written."""
        if not event.action.keydown or event.action.repeat or event.modifiers.ctrl or event.modifiers.meta or event.modifiers.alt:
            return
        place, key = self.place, str(event.key)
        ids = [entry.escalation for entry in place.lists.every]
        at = ids.index(place.chosen) if place.chosen in ids else -1
        if key == "j" and at + 1 < len(ids):
            await self._open(ids[at + 1])
        elif key == "k" and at > 0:
            await self._open(ids[at - 1])
        elif key == "t" and place.entry is not None and place.entry.status == "waiting":
            await self._take()
        elif key in ("a", "x"):
            await (self._alerts.accept() if key == "a" else self._alerts.decline())
        elif key in ("r", "n", "b") and place.entry is not None:
            self._reply.turn_to({"r": "reply", "n": "note", "b": "bot"}[key])
        elif key == "g":
            self._closing.give_back()
        elif key == "h":
            await self._closing.transfer()
        elif key == "c":
            await self._closing.close()
        elif key == "?":
            _help()


def _drawn(entry: Entry) -> tuple[object, ...]:
    """What decides with which parts below its head a conversation is shown."""
    return entry.agent, entry.status, entry.joined, entry.call, entry.gone


def _help() -> None:
    with ui.dialog(value=True), ui.card().classes("gap-2"):
        ui.label(_("Keys")).classes("text-lg font-bold")
        with ui.element("div").classes("known"):
            for key, what in KEYS:
                ui.label(key).classes("font-bold")
                ui.label(_(what))
