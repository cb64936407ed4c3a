"""Where an agent writes: to the person, privately to colleagues, or aside to the bot; with ready answers, files and promises at hand."""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from textwrap import shorten
from typing import Any

from nicegui import background_tasks, ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.i18n import _, later
from bot.desk.place import Place
from bot.desk.wrong import in_words
from bot.escalation import answering, canned, notes, promises, tasks
from bot.escalation.promises import Promise
from bot.problems import Problem

SUGGESTED = 3
"""Answers of the company's own that are offered for what the person said last."""
WORTH_OFFERING = 0.88
"""Similarity from which an answer is offered: with 0.86, where the bot answers what is surely a question (decision 0004), somebody who
asks for a person is offered the opening hours."""
GLIMPSE = 60
"""Characters of an answer of the bot that its button shows."""
OPENS = "/"
"""What opens the ready answers when it stands first."""
MODES = {
    "reply": (later("Reply"), later("Write to the person. Enter sends, Shift+Enter makes a new line, / finds a ready answer.")),
    "note": (later("Note"), later("For colleagues only; @name tells somebody. Enter keeps it.")),
    "bot": (later("Ask the bot"), later("The bot answers you alone, for example: where is order 104233")),
}
SPOKEN = later("Write, and the bot's voice says it to the caller. Enter sends, Shift+Enter makes a new line, / finds a ready answer.")
"""The hint while the person is on the phone."""
GONE = later("The caller is no longer on the line: what you write is sent to them as a text message.")
"""The hint when they have hung up."""
_GAP = re.compile("‹[^›]*›")
"""What a ready answer leaves for the agent to fill in."""
_ENTER = "(event) => { if (!event.shiftKey && !event.isComposing) { event.preventDefault(); emit() } }"
"""Of the keys in the box only an Enter that sends goes to the server."""


class ReplyPane:
    """The box below a conversation. Drafts stay while one looks at other conversations."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._drafts: dict[tuple[str, str], str] = {}
        self._files: dict[str, list[dict[str, Any]]] = {}
        self._wanted = "reply"
        self._message_id = secrets.token_hex(8)
        self._answered = ""
        self.changed: Callable[[], object] = lambda: None
        """Asks the desk to draw the pane again; set by the desk."""

    async def draw(self) -> None:
        """Draw the box, if the user may write here."""
        if self._place.entry is None:
            return
        modes = list(MODES) if self._place.writes else ["note"]
        with ui.row().classes("w-full items-center gap-1"):
            for mode in modes:
                chosen = mode == self._mode
                button = ui.button(_(MODES[mode][0]), on_click=lambda mode=mode: self.turn_to(mode))
                button.props(f'flat dense no-caps padding="2px 8px" aria-pressed="{str(chosen).lower()}"')
                if chosen:
                    button.classes("chosen")
        await self._box()

    @ui.refreshable_method
    async def _box(self) -> None:
        entry, mode = self._place.entry, self._mode
        if entry is None:
            return
        label, hint = _(MODES[mode][0]), _(MODES[mode][1])
        if mode == "reply" and (entry.call or entry.gone):
            texted = bool(self._place.service.settings.twilio_account_sid)
            hint = _(SPOKEN) if entry.call else _(GONE) if texted else _("The caller is no longer on the line.")
        key = (entry.escalation, mode)
        box = ui.textarea(placeholder=hint, value=self._drafts.get(key, ""))
        focus = "autofocus" if self._place.writes else ""
        box.props(f'outlined autogrow {focus} dense input-style="max-height: 12em" aria-label="{label}"').classes("w-full")
        self._field = box
        box.on("keydown.enter", self.send, js_handler=_ENTER)
        if mode == "reply":
            box.props(f'data-upload="{entry.escalation}"')
        self._found = ui.row().classes("w-full gap-1").props(f'aria-label="{_("Suggested answers")}"')
        box.on_value_change(lambda event: self._typed(key, event.value or ""))
        self._attached = ui.row().classes("w-full gap-1")
        self._draw_files()
        with ui.row().classes("w-full items-center gap-2 flex-nowrap justify-end"):
            if mode == "reply" and entry.channel == "web":
                pick = ui.button(icon="attach_file").props(f'flat dense aria-label="{_("Attach a file")}"')
                pick.on("click", js_handler=f"() => voxtrailDesk.pick('{entry.escalation}')")
            name = {"reply": _("Send"), "note": _("Keep"), "bot": _("Ask")}[mode]
            ui.button(name, icon={"reply": "send", "note": "lock", "bot": "smart_toy"}[mode], on_click=self.send).props(
                "unelevated no-caps"
            )
        if mode == "reply":
            self._answered = ""
            background_tasks.create(self.suggest(), name="desk-suggest")

    @property
    def _mode(self) -> str:
        """What is written here: notes only, where the conversation is somebody else's."""
        return self._wanted if self._place.writes else "note"

    def turn_to(self, mode: str) -> None:
        """Write something else."""
        self._wanted = mode
        self.changed()

    def set_value(self, text: str) -> None:
        """Put a text into the box."""
        self._field.set_value(text)
        self._field.run_method("focus")

    def attached(self, escalation: str, file: dict[str, Any]) -> None:
        """A file was uploaded for the next message."""
        self._files.setdefault(escalation, []).append(file)
        if escalation == self._place.chosen:
            self._draw_files()

    # ---- sending

    async def send(self) -> None:
        """Send what is in the box, to whom it is for."""
        text, escalation = (self._field.value or "").strip(), self._place.chosen
        files = self._files.get(escalation, []) if self._mode == "reply" else []
        if not text and not files:
            return
        if self._mode == "reply" and (gap := _GAP.search(text)):
            ui.notify(_("Fill in {name} first.").format(name=gap[0]), type="warning", position="top")
            return
        done = await {"reply": self._reply, "note": self._note, "bot": self._ask}[self._mode](text, files)
        if done:
            self._drafts.pop((escalation, self._mode), None)
            self._field.set_value("")

    async def _reply(self, text: str, files: Sequence[dict[str, Any]]) -> bool:
        place, said = self._place, self._message_id

        async def work(session: AsyncSession, now: datetime) -> None:
            await answering.say(
                session, place.service.settings, place.chosen, place.user.login, text, now, f"desk-{said}", name=place.user.name,
                attachments=[file["id"] for file in files],
            )  # fmt: skip

        if not await place.do(work):
            return False
        self._message_id = secrets.token_hex(8)
        self._files.pop(place.chosen, None)
        self._draw_files()
        self._promise(text)
        return True

    async def _note(self, text: str, _files: Sequence[dict[str, Any]]) -> bool:
        place = self._place
        entry = place.entry
        if entry is None:
            return False

        async def work(session: AsyncSession, now: datetime) -> None:
            await notes.write(session, entry.conversation, place.user, text, now)

        return await place.do(work, "noted")

    async def _ask(self, text: str, _files: Sequence[dict[str, Any]]) -> bool:
        if self._place.entry is None:
            return False
        try:
            said = await self._aside(text)
        except Problem as problem:
            ui.notify(in_words(problem), type="warning", position="top")
            return False
        self._found.clear()
        with self._found:
            for answer in said or [_("The bot has no answer to this.")]:
                self._offer(answer, answer)
        return False  # the question stays, to be asked in other words

    # ---- what may help

    def _typed(self, key: tuple[str, str], text: str) -> None:
        self._drafts[key] = text
        if self._mode == "reply" and text.startswith(OPENS):
            background_tasks.create(self._find_ready(text[1:]), name="desk-canned")

    async def _find_ready(self, text: str) -> None:
        place, entry = self._place, self._place.entry
        if entry is None or place.story is None:
            return
        async with place.service.database.sessions() as session:
            found = await canned.search(session, place.user, entry.language, text)
            domain = place.service.conversations.domain
            variables = await canned.variables(session, place.service.settings, place.story.conversation, place.user, place.now(), domain)
        with place.client:
            self._found.clear()
            with self._found:
                for reply in found[:6]:
                    self._offer(f"/{reply.shortcut}", canned.fill(reply.text, variables)[0])

    async def suggest(self) -> None:
        """Offer the company's own answers to what the person said last, and what the bot would say."""
        place, entry = self._place, self._place.entry
        if entry is None or not entry.last or entry.last == self._answered or self._mode != "reply":
            return
        self._answered = entry.last
        found = [each for each in await place.service.knowledge.search(entry.last, entry.language) if each.score >= WORTH_OFFERING]
        offers = [(each.title, each.text) for each in found[:SUGGESTED]]
        with contextlib.suppress(Problem):  # then the bot has nothing to say here
            said = (await self._aside(entry.last))[:1]
            offers += [(_("Bot: {text}").format(text=shorten(text, GLIMPSE, placeholder="…")), text) for text in said]
        with place.client:
            self._found.clear()
            with self._found:
                for title, text in offers:
                    self._offer(title, text)

    async def _aside(self, text: str) -> list[str]:
        """What the bot says to this, to the agent alone. Raises Problem."""
        place, entry = self._place, self._place.entry
        return await place.service.conversations.ask_aside(entry.conversation, text, place.user) if entry else []

    def _offer(self, title: str, text: str) -> None:
        button = ui.button(title, on_click=lambda: self.set_value(text)).classes("offer")
        with button.props('outline dense no-caps size=sm padding="2px 8px"'):
            ui.tooltip(text).classes("max-w-sm")

    def _promise(self, text: str) -> None:
        """An agent's word with a date can become a task."""
        place, story = self._place, self._place.story
        if story is None:
            return
        found = promises.found(text, story.entry.language, place.now(), story.person.time_zone)
        if found is None:
            return
        due = found.due.astimezone(place.zone)
        self._found.clear()
        with self._found:
            title = _("Make it a task: {when}").format(when=f"{due:%d.%m. %H:%M}")
            ui.button(title, icon="add_task", on_click=lambda: self._keep(found)).props("outline dense no-caps size=sm")

    async def _keep(self, promise: Promise) -> None:
        place, story = self._place, self._place.story
        if story is None:
            return

        async def work(session: AsyncSession, now: datetime) -> None:
            await tasks.add(
                session, kind=promise.kind, text=promise.text, due=promise.due, person_id=story.person.id,
                conversation_id=story.entry.conversation, agent=place.user.login, team=story.entry.team, language=story.entry.language,
                by=place.user.login, now=now,
            )  # fmt: skip

        if await place.do(work, "task_made"):
            self._found.clear()
            ui.notify(_("The task is yours, and rings when it is due."), type="positive", position="top")

    def _draw_files(self) -> None:
        self._attached.clear()
        files = self._files.get(self._place.chosen, [])
        with self._attached:
            for file in files if self._mode == "reply" else []:
                chip = ui.chip(file["name"], icon="attach_file", removable=True).props("dense outline")
                chip.on_value_change(lambda _event, file=file: files.remove(file) if file in files else None)
