"""What calls for an agent: an offer, a colleague's @name, a task that is due, something late. And what agents say of themselves."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.board_words import task_words
from bot.desk.closing import PRESENCE_NAMES
from bot.desk.i18n import _, later, ngettext
from bot.desk.inbox import Entry
from bot.desk.place import Place
from bot.desk.talk_pane import why_back
from bot.escalation import hand_on, notes, presence, tasks
from bot.store.models import Task

SHOWN = 5
"""Tasks that are shown, the soonest."""
SCRIPT = Path(__file__).with_name("desk.js")
TASK_NAMES = {
    "callback": later("Call back"), "text": later("Write to them"), "message": later("They left a message"), "promise": later("Promised"),
}  # fmt: skip
_LET_GO = "() => setTimeout(() => document.activeElement?.blur(), 50)"
"""Once a presence is chosen, the keys are the desk's again."""
_TOGGLE = "() => emit(voxtrailDesk.toggle())"
CHOSEN = ("available", "busy", "away")
"""What one says of oneself; the time to finish up begins by itself."""


def tell(sound: str, title: str, text: str = "") -> None:
    """Sound, and a desktop notification for somebody who looks elsewhere."""
    ui.run_javascript(f"voxtrailDesk.tell({json.dumps(sound)}, {json.dumps(title)}, {json.dumps(text)})")


class Alerts:
    """The strip above the lists."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._offered = ""
        self._tasks: list[Task] = []
        self._phones: dict[str, str] = {}
        self._shown: object = None
        self._mentions: list[Any] = []
        self._waiting: set[str] = set()

    def draw(self) -> None:
        """Presence and sound; `renew` says the rest."""
        ui.add_body_html(f"<script>{SCRIPT.read_text(encoding='utf-8')}</script>")
        with ui.row().classes("w-full items-center gap-1 flex-nowrap"):
            names = {name: _(PRESENCE_NAMES[name]) for name in PRESENCE_NAMES}
            shown = {name: names[name] for name in (*CHOSEN, *({self._place.user.presence} - set(CHOSEN)))}
            self._presence = ui.select(shown, value=self._place.user.presence, on_change=lambda event: self._say(event.value))
            self._presence.props(f'dense outlined options-dense aria-label="{_("Presence")}" data-testid="presence"').classes("flex-1")
            self._presence.on("popup-hide", js_handler=_LET_GO)
            sound = ui.button(icon="notifications_active").props(f'flat dense round aria-label="{_("Sounds and notifications")}"')
            with sound:
                ui.tooltip(_("Sounds and notifications: on or off"))
            sound.on("click", lambda event: self._sound(sound, quiet=event.args), js_handler=_TOGGLE)
        self.strip()

    @ui.refreshable_method
    def strip(self) -> None:
        """What calls for somebody now."""
        place, offer = self._place, self._offer()
        if offer is not None and offer.offered_until is not None:
            left = max(0, round((offer.offered_until - place.now()).total_seconds()))
            with ui.row().classes("w-full items-center gap-2 alert").props('role="alert" data-testid="offer"'):
                ui.label(_offered(offer)).classes("w-full text-sm font-semibold")
                ui.label(f"{left} s").classes("flex-1 text-sm").props(f'data-left="{left}" aria-hidden="true"')
                ui.button(_("Pass"), on_click=self.decline).props('flat dense no-caps padding="2px 10px"')
                ui.button(_("Accept"), on_click=self.accept).props('unelevated dense no-caps padding="2px 10px"')
        for mention in self._mentions[:3]:
            with ui.row().classes("w-full items-center gap-2 alert").props('data-testid="mention"'):
                said = _("{author}: {text}").format(author=mention.author, text=mention.text)
                ui.label(said).classes("flex-1 text-sm ellipsis-2-lines")
                ui.button(_("Open"), on_click=lambda mention=mention: self._see(mention)).props("flat dense no-caps size=sm")
        if self._tasks:
            ui.label(ngettext("{count} task", "{count} tasks", len(self._tasks))).classes("font-bold").props(
                'role="heading" aria-level="2" data-testid="tasks"'
            )
        for task in self._tasks[:SHOWN]:
            self._task(task)

    def _task(self, task: Task) -> None:
        place, due = self._place, task.due <= self._place.now()
        with ui.row().classes(f"w-full items-center gap-2 {'alert' if due else 'task'}").props('data-testid="task"'):
            with ui.column().classes("gap-0 flex-1").style("min-width: 0"):
                ui.label(task_words(task.text)).classes("text-sm ellipsis-2-lines")
                kind, when = _(TASK_NAMES.get(task.kind, task.kind)), f"{task.due.astimezone(place.zone):%d.%m. %H:%M}"
                with ui.row().classes("gap-1 items-baseline text-xs"):
                    ui.label(f"{kind} · {when}").classes("soft")
                    if phone := self._phones.get(task.id):
                        ui.link(phone, f"tel:{phone}")
                    ui.link(_("Person"), f"/journey?person={quote(task.person_id, safe='')}", new_tab=True)
            if task.agent != place.user.login:
                ui.button(_("Mine"), on_click=lambda: self._change(task, tasks.claim)).props("flat dense no-caps size=sm")
            else:
                ui.button(icon="check", on_click=lambda: self._finish(task)).props(f'flat dense round size=sm aria-label="{_("Done")}"')

    # ---- what is new

    async def renew(self, *, told: bool = False) -> None:
        """Read what calls for the user. ``told``: something rang just now."""
        place = self._place
        async with place.service.database.sessions() as session:
            self._mentions = list(await notes.unseen(session, place.user.login))
            listed = await tasks.listing(session, place.user, place.now())
            self._tasks = [task for task in listed if task.agent in (None, place.user.login)]
            self._phones = {task.id: await tasks.phone_of(session, task) or "" for task in self._tasks[:SHOWN] if task.kind == "callback"}
        shown = [(task.id, task.agent, task.due, task.due <= place.now()) for task in self._tasks], self._mentions
        if told and any(task.due <= place.now() for task in self._tasks):
            tell("task", _("A task is due"), task_words(self._tasks[0].text))
        if shown != self._shown:
            self._shown = shown
            self.strip.refresh()

    def changed(self) -> None:
        """The lists have changed: say what is new in them."""
        offer = self._offer()
        offered = offer.escalation if offer else ""
        waiting = {entry.escalation for entry in self._place.lists.waiting}
        if offer and offered != self._offered:
            tell("offer", _offered(offer), offer.last)
        elif waiting - self._waiting:
            tell("message", _("Somebody waits for a person."))
        if offered != self._offered:
            self.strip.refresh()
        self._offered, self._waiting = offered, waiting

    def presence(self) -> None:
        """Show the presence as it is, also where another tab or the service changed it."""
        user = self._place.user
        if self._presence.value != user.presence:
            names = {name: _(PRESENCE_NAMES[name]) for name in (*CHOSEN, *({user.presence} - set(CHOSEN)))}
            self._presence.set_options(names, value=user.presence)

    # ---- what is done

    async def accept(self) -> None:
        """Take what is offered."""
        if offer := self._offer():
            await self._place.open(offer.escalation)
            await self.take()

    async def decline(self) -> None:
        """Let the offer pass to the next."""
        place, offer = self._place, self._offer()
        if offer is None:
            return

        async def work(session: AsyncSession, now: datetime) -> None:
            await hand_on.decline(session, place.service.conversations, offer.escalation, place.user.login, now)

        await place.do(work, "declined", offer.escalation)

    take: Callable[[], Any]
    """Takes the conversation that is open; set by the desk."""

    async def _say(self, chosen: str) -> None:
        place = self._place
        if chosen == place.user.presence:
            return

        async def work(session: AsyncSession, now: datetime) -> None:
            await presence.say(session, await session.merge(place.user), chosen, now)

        await place.do(work)

    async def _see(self, mention: Any) -> None:
        place = self._place

        async def work(session: AsyncSession, now: datetime) -> None:
            await notes.saw(session, place.user.login, mention.conversation, now)

        await place.do(work)
        if mention.escalation:
            await place.open(mention.escalation)
        await self.renew()

    async def _change(self, task: Task, change: Callable[..., Any]) -> None:
        place = self._place

        async def work(session: AsyncSession, now: datetime) -> None:
            await change(session, task.id, place.user.login)

        if await place.do(work, "claimed", task.id):
            await self.renew()

    def _finish(self, task: Task) -> None:
        from bot.desk.frame import answers

        place = self._place
        with place.client, ui.dialog(value=True) as dialog, ui.card().classes("w-96 max-w-full gap-3"):
            ui.label(task_words(task.text)).classes("text-lg font-bold")
            result = ui.input(_("How did it go?")).props("outlined dense autofocus").classes("w-full")

            async def done() -> None:
                async def work(session: AsyncSession, now: datetime) -> None:
                    await tasks.done(session, task.id, place.user.login, result.value or "", now)

                if await place.do(work, "task_done", task.id):
                    dialog.close()
                    await self.renew()

            answers(dialog, _("Done"), done)

    async def _sound(self, button: ui.button, *, quiet: bool) -> None:
        button.props(f"icon={'notifications_off' if quiet else 'notifications_active'}")

    def _offer(self) -> Entry | None:
        """What is offered to the user and still waits."""
        return next((entry for entry in self._place.lists.waiting if entry.offered_to == self._place.user.login), None)


def _offered(offer: Entry) -> str:
    return _("{name} is offered to you").format(name=offer.name or _("Unknown visitor"))


def said(event: dict[str, Any], login: str) -> str:
    """What an event that is for one agent tells them; nothing where a list shows it already."""
    if event.get("returned"):
        return _("A conversation of yours is back in the queue: {reason}").format(reason=why_back(str(event["returned"])))
    if event.get("offered_by"):
        return _("{who} hands a conversation on to you.").format(who=event["offered_by"])
    if event.get("reassigned_to") == login:
        return _("{who} has given you a conversation.").format(who=event["by"])
    if event.get("reassigned_to"):
        return _("{who} has given your conversation to {to}.").format(who=event["by"], to=event["reassigned_to"])
    if event.get("type") == "mention":
        return _("You are named in a note.")
    if event.get("presence") == "away":
        return _("Two offers passed without an answer: you are shown as away.")
    return ""
