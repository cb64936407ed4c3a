"""The conversation that is open: its head, what was said by whom and when, colleagues' notes between, and words as they are recognised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.i18n import _
from bot.desk.list_pane import icon
from bot.desk.place import Place
from bot.escalation import attachments, notes
from bot.store import conversations as store
from bot.store.models import Message, Note

STYLE = """
.log { min-height: 10em; gap: 8px } .log > * { width: 100%; flex: none }
.said { display: flex; flex-direction: column }
.bubble { max-width: 85%; border-radius: 12px; padding: 7px 12px; white-space: pre-wrap; overflow-wrap: anywhere }
.from-person { background: #e7edeb; align-self: flex-start } .body--dark .from-person { background: #24322f }
.from-bot { border: 1px dashed #9db3ad; align-self: flex-end }
.from-agent { background: #0f766e; color: #fff; align-self: flex-end }
.from-note { background: #fef3c7; color: #422006; align-self: center; border-left: 3px solid #d97706 }
.body--dark .from-note { background: #3b2f12; color: #fde68a }
.said .by { font-size: 12px; align-self: flex-end } .said[data-from=person] .by { align-self: flex-start }
.said[data-from=note] .by { align-self: center }
.said img { max-width: 240px; max-height: 180px; border-radius: 8px; display: block }
.said a.file { align-self: inherit; text-decoration: underline }
.partly { font-style: italic; opacity: .75 }
"""


class TalkPane:
    """What is said. Messages are added as they come; nothing that is shown is drawn again."""

    def __init__(self, place: Place, actions: Callable[[], None]) -> None:
        self._place, self._actions = place, actions
        self._seq = self._note = 0
        self._partly: dict[str, ui.html] = {}
        self._summary: ui.label | None = None
        self._headed: tuple[object, ...] = ()

    def renew_head(self) -> None:
        """Show it as it is now. It is drawn again only where something else is in it: a click on what is being replaced would be lost."""
        if self._head_now() != self._headed:
            self.head.refresh()
        elif self._summary is not None:
            self._summary.set_text(self._place.paragraph)

    def _head_now(self) -> tuple[object, ...]:
        story = self._place.story
        if story is None:
            return ()
        entry, login = story.entry, self._place.user.login
        whose = entry.status, entry.agent, login in entry.joined, entry.offered_to == login
        return entry.escalation, entry.name, entry.gone, *whose, _handed_on(story.history, login)

    @ui.refreshable_method
    def head(self) -> None:
        """Who it is, why they are here, and what can be done."""
        self._headed, self._summary = self._head_now(), None
        story = self._place.story
        if story is None:
            return
        with ui.row().classes("w-full items-start gap-2"):
            with ui.column().classes("gap-0 flex-1").style("min-width: 14em"):
                ui.label(story.entry.name or _("Unknown visitor")).classes("text-lg font-bold").props('role="heading" aria-level="2"')
                if story.entry.gone:
                    ui.label(_("The caller is no longer on the line.")).classes("text-sm late").props('role="status"')
                if transferred := _handed_on(story.history, self._place.user.login):
                    ui.label(transferred).classes("text-sm late")
            self._actions()
        self._summary = ui.label(self._place.paragraph).classes("soft text-sm").props('data-testid="summary"')

    def draw(self) -> None:
        """Draw the empty transcript; `renew` fills it."""
        self._log = ui.column().classes("log w-full flex-1 overflow-y-auto no-wrap")
        self._log.props(f'role="log" aria-live="polite" aria-label="{_("Messages")}"')
        ui.run_javascript(f"setTimeout(() => voxtrailDesk.follow(getHtmlElement({self._log.id})), 50)")  # once it is in the page
        self._seq = self._note = 0
        with ui.column().classes("w-full gap-0").props(f'role="status" aria-label="{_("Being said now")}"'):
            self._partly = {who: ui.html("", sanitize=False).classes("w-full") for who in ("caller", "agent")}

    async def renew(self, session: AsyncSession) -> None:
        """Add what is new."""
        story = self._place.story
        if story is None:
            return
        conversation = story.entry.conversation
        said = await store.messages_since(session, conversation, self._seq)
        written = [note for note in await notes.of(session, conversation) if note.id > self._note]
        for who in {"caller" if message.direction == "in" else "agent" for message in said}:
            self.partly(who, "")
        with self._log:
            both: list[Message | Note] = [*said, *written]
            for each in sorted(both, key=lambda each: each.at):
                if isinstance(each, Note):
                    self._note = each.id
                    self._add("note", each.author, each.text, each)
                else:
                    self._seq = max(self._seq, each.seq)
                    kind = "person" if each.direction == "in" else "bot" if each.author == "bot" else "agent"
                    self._add(kind, each.author, each.display or each.text, each, each.attachments)
        noted = any(note.author == self._place.user.login for note in written)
        if noted or (self._place.writes and any(message.direction == "out" for message in said)):
            ui.run_javascript(f"getHtmlElement({self._log.id})?.dispatchEvent(new Event('end'))")  # one's own words are looked for

    def partly(self, who: str, text: str) -> None:
        """Show words while they are being recognised; they are gone when the message comes."""
        line = self._partly.get(who)
        if line is not None:
            kind = "person" if who == "caller" else "agent"
            content = f'<div class="said"><div class="bubble partly from-{kind}">{escape(text)} …</div></div>' if text else ""
            if line.content != content:
                line.set_content(content)

    def _add(self, kind: str, author: str, text: str, each: Message | Note, files: Sequence[dict[str, Any]] = ()) -> None:
        at = f"{each.at.astimezone(self._place.zone):%H:%M}"
        note = _("Note by {author}").format(author=author)
        by = {"person": at, "note": f"{note} · {at}"}.get(kind, f"{author} · {at}")
        shown = f'<div class="bubble from-{kind}">{escape(text)}</div>' if text else ""
        links = "".join(self._file(each.conversation_id, file) for file in files)
        ui.html(
            f'<div class="said" data-testid="message" data-from="{kind}">{shown}{links}<div class="by soft">{escape(by)}</div></div>',
            sanitize=False,
        )

    def _file(self, conversation: str, file: dict[str, Any]) -> str:
        url = escape(attachments.url(self._place.service, conversation, file["id"], self._place.now()))
        name = escape(str(file["name"]))
        if str(file["media_type"]).startswith("image/"):
            return f'<a href="{url}" target="_blank" rel="noopener"><img src="{url}" alt="{name}"></a>'
        return f'<a class="file" href="{url}" target="_blank" rel="noopener">{icon("attach_file")} {name}</a>'


def _handed_on(history: Sequence[dict[str, Any]], login: str) -> str:
    """Why the conversation is here again, when it was with somebody else, or was to be."""
    for step in reversed(history):
        who, reason = str(step.get("who", "")), str(step.get("reason", ""))
        if step["what"] == "transfer_failed":
            return _("It could not be put through: {reason}").format(reason=why_back(reason))
        if step["what"] in ("transferred", "reassigned") and who != login:
            given = reason if step["what"] == "transferred" else ""
            return _("Handed on by {who}: {reason}").format(who=who, reason=given) if given else _("Handed on by {who}").format(who=who)
        if step["what"] == "transferred":
            return _("It is being put through …") if step.get("to", "").startswith("+") else ""
        if step["what"] == "returned_to_queue":
            return _("Back in the queue: {reason}").format(reason=why_back(reason))
    return ""


def why_back(reason: str) -> str:
    """Why a conversation is waiting again, for people."""
    return {
        "connection_lost": _("the agent's connection was lost"),
        "no_answer": _("nobody answered"),
        "busy": _("the number was busy"),
        "failed": _("the number could not be reached"),
        "caller_left": _("the caller hung up"),
        "not_accepted": _("the call was not accepted"),
    }.get(reason, reason.replace("_", " "))
