"""`/replies`: supervisors keep the ready answers that agents find with a "/": one text a shortcut, language and team, with variables."""

from __future__ import annotations

import asyncio

from fastapi import Request, Response
from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.access import service_of
from bot.desk.action import carry_out
from bot.desk.board_words import LANGUAGES, language_words
from bot.desk.frame import answers, frame
from bot.desk.i18n import _, later, ngettext
from bot.desk.session import admitted, did
from bot.escalation import canned
from bot.store.models import CannedReply, User

_WRAPPED = "white-space: pre-wrap; overflow-wrap: anywhere"
SHOWN = 200
"""Replies that the page lists at most; a search finds the others."""
_MEANT = {
    "person": later("the person's name"), "first_name": later("their first name"), "agent": later("your name"),
    "company": later("the company"), "order": later("the order they are asking about"), "today": later("today's date"),
    "tomorrow": later("tomorrow's date"), "time": later("the time now"),
}  # fmt: skip


async def page(request: Request) -> Response | None:
    """The page."""
    user = await admitted(request, "supervisor", "/replies")
    if isinstance(user, Response):
        return user
    frame(user, "/replies")
    await _Page(request, user).show()
    return None


class _Page:
    """What one browser shows. Every change looks again who asks for it, and is written to the audit log."""

    def __init__(self, request: Request, user: User) -> None:
        self._request, self._user, self._service = request, user, service_of(request)
        self._language, self._text = "", ""
        self._one = asyncio.Lock()  # a search and a change never draw at once

    async def show(self) -> None:
        """Draw it."""
        with ui.column().classes("w-full max-w-4xl mx-auto px-4 py-6 gap-4"):
            with ui.row().classes("w-full items-center justify-between gap-3"):
                with ui.column().classes("gap-0"):
                    ui.label(_("Ready answers")).classes("text-2xl font-bold")
                    ui.label(_("Agents find them in the desk by typing / and the shortcut.")).classes("soft")
                ui.button(_("New answer"), icon="add_comment", on_click=lambda: self._edit(None)).props("unelevated")
            with ui.row().classes("w-full items-center gap-3"):
                search = ui.input(placeholder=_("Search"), on_change=lambda event: self._find(text=event.value or ""))
                search.props(f'outlined dense clearable debounce=200 aria-label="{_("Search")}"').classes("flex-1").style("min-width: 12em")
                names = {"": _("All languages"), **{code: language_words(code) for code in LANGUAGES}}
                choose = ui.select(names, value="", on_change=lambda event: self._find(language=event.value or ""))
                choose.props(f'outlined dense aria-label="{_("Language")}"').classes("w-44")
            await self._list()

    async def _find(self, *, text: str | None = None, language: str | None = None) -> None:
        self._text = self._text if text is None else text
        self._language = self._language if language is None else language
        await self._renew()

    async def _renew(self) -> None:
        async with self._one:
            await self._list.refresh()

    @ui.refreshable_method
    async def _list(self) -> None:
        async with self._service.database.sessions() as session:
            found = await canned.listing(session, self._user, language=self._language, text=self._text)
        with ui.column().classes("w-full gap-2").props('data-testid="replies" aria-live="polite"'):
            if not found:
                ui.label(_("There are none.")).classes("soft")
            for reply in found[:SHOWN]:
                self._draw(reply)
            if len(found) > SHOWN:
                more = ngettext("{count} more: search for it.", "{count} more: search for them.", len(found) - SHOWN)
                ui.label(more).classes("soft")

    def _draw(self, reply: CannedReply) -> None:
        with ui.row().classes("card w-full items-start gap-x-4 gap-y-1 flex-nowrap").props('data-testid="reply"'):
            with ui.column().classes("gap-1 flex-1").style("min-width: 0"):
                with ui.row().classes("items-center gap-2"):
                    ui.label(f"/{reply.shortcut}").classes("font-bold font-mono")
                    ui.label(language_words(reply.language)).classes("chip").style("background: #0f766e")
                    if reply.team:
                        ui.label(reply.team).classes("chip").style("background: #7c3aed")
                ui.label(reply.text).classes("text-sm").style(_WRAPPED).props(f"lang={reply.language}")
                said = _("changed by {who} on {day}").format(who=reply.changed_by, day=f"{reply.changed:%d.%m.%Y}")
                ui.label(said).classes("soft text-xs")
            with ui.row().classes("gap-0 flex-nowrap"):
                edit = ui.button(icon="edit", on_click=lambda: self._edit(reply)).props("flat round dense")
                edit.props(f'aria-label="{_("Change /{shortcut}").format(shortcut=reply.shortcut)}"')
                away = ui.button(icon="delete", on_click=lambda: self._ask_remove(reply)).props("flat round dense")
                away.props(f'aria-label="{_("Delete /{shortcut}").format(shortcut=reply.shortcut)}"')

    def _edit(self, reply: CannedReply | None) -> None:
        """A dialog for a new answer, or for one that is there; below it what the person will read."""
        with ui.dialog(value=True) as dialog, ui.card().classes("w-[36rem] max-w-full gap-3"):
            ui.label(_("New answer") if reply is None else f"/{reply.shortcut}").classes("text-lg font-bold")
            with ui.row().classes("w-full gap-3"):
                shortcut = ui.input(_("Shortcut"), value=reply.shortcut if reply else "", placeholder="refund-time")
                shortcut.props('outlined dense prefix="/" maxlength="41" autocomplete="off"').classes("flex-1").style("min-width: 10em")
                options = {code: language_words(code) for code in LANGUAGES}
                language = ui.select(options, label=_("Language"), value=reply.language if reply else self._language or "pl")
                language.props("outlined dense").classes("w-36")
                team = ui.input(_("Team"), value=reply.team if reply else "", placeholder=_("everybody"))
                team.props('outlined dense maxlength="60"').classes("w-36")
            text = ui.textarea(_("Text"), value=reply.text if reply else "")
            text.props(f'outlined autogrow maxlength="{canned.LONGEST}" counter debounce=150').classes("w-full")
            with ui.row().classes("w-full gap-1 items-center"):
                ui.label(_("Put in:")).classes("soft text-sm")
                for name in canned.VARIABLES:
                    put = ui.button(f"{{{name}}}", on_click=lambda name=name: text.set_value(f"{text.value or ''}{{{name}}}"))
                    put.props("flat dense no-caps size=sm").tooltip(_(_MEANT[name]))
            ui.label(_("As the person will read it, for example")).classes("soft text-sm")
            shown = ui.label().classes("card w-full text-sm").style(_WRAPPED)
            shown.props('data-testid="preview" aria-live="polite"')
            unknown = ui.label().classes("soft text-sm")

            def preview() -> None:
                filled, missing = canned.fill(text.value or "", self._example(language.value or "pl"))
                shown.set_text(filled)
                names = ", ".join(missing)
                unknown.set_text(_("The agent fills in what is not known: {names}").format(names=names) if names else "")

            text.on_value_change(preview)
            language.on_value_change(preview)
            preview()

            async def save() -> None:
                async def work(session: AsyncSession, user: User) -> None:
                    fields = {"shortcut": shortcut, "language": language, "team": team, "text": text}
                    given = {name: str(field.value or "") for name, field in fields.items()}
                    now = self._service.clock.now()
                    if reply is None:
                        made, action = await canned.add(session, user, **given, now=now), "made_reply"
                    else:
                        made, action = await canned.change(session, user, reply.id, **given, now=now), "changed_reply"
                    did(self._request, session, user, action, f"{made.shortcut} {made.language}")

                if await carry_out(self._request, "supervisor", "/replies", work):
                    dialog.close()
                    await self._renew()

            answers(dialog, _("Save"), save)

    def _ask_remove(self, reply: CannedReply) -> None:
        with ui.dialog(value=True) as dialog, ui.card().classes("w-96 max-w-full gap-3"):
            ui.label(_("Delete /{shortcut}?").format(shortcut=reply.shortcut)).classes("text-lg font-bold")
            ui.label(reply.text).classes("soft text-sm").style("overflow-wrap: anywhere")

            async def remove() -> None:
                async def work(session: AsyncSession, user: User) -> None:
                    gone = await canned.remove(session, user, reply.id)
                    did(self._request, session, user, "removed_reply", f"{gone.shortcut} {gone.language}")

                await carry_out(self._request, "supervisor", "/replies", work)
                dialog.close()
                await self._renew()

            answers(dialog, _("Delete"), remove)

    def _example(self, language: str) -> dict[str, str]:
        return canned.example(self._service.settings, self._user, language, self._service.clock.now())
