"""`/audit`: who saw and did what, the newest first."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Request, Response
from nicegui import ui

from bot.api.access import service_of
from bot.desk.frame import frame
from bot.desk.i18n import _, later
from bot.desk.session import admitted
from bot.users.audit import entries, in_words

_ROWS = 50
_COLUMNS = (
    ("at", later("When (UTC)")), ("who", later("Who")), ("action", later("Did")), ("about", later("About")),
    ("detail", later("Details")), ("address", later("Address")),
)  # fmt: skip
_ACTIONS = (
    later("signed in"), later("signed out"), later("sign in refused"), later("locked"), later("changed password"), later("made user"),
    later("changed user"), later("reset password"), later("kept out"), later("let in"), later("invited"), later("withdrew invite"),
    later("joined"), later("linked"), later("made key"), later("revoked key"), later("refused"), later("saw journey"),
    later("saw conversation"), later("took"), later("returned"), later("transferred"), later("closed"), later("erased"),
)  # fmt: skip
"""What people do here most, for the translations; anything else is shown as it is called."""


async def page(request: Request, who: str = "", about: str = "", before: int = 0) -> Response | None:
    """The page; ``?who=`` and ``?about=`` choose, ``?before=`` is the next page."""
    user = await admitted(request, "admin", "/audit")
    if isinstance(user, Response):
        return user
    frame(user, "/audit")
    service = service_of(request)
    async with service.database.sessions() as session:
        found = await entries(session, who=who, about=about, before=min(max(before, 0), 2**62), most=_ROWS)
    rows = [
        {
            "id": entry.id, "at": entry.at.strftime("%Y-%m-%d %H:%M:%S"), "who": entry.who, "action": _(entry.action.replace("_", " ")),
            "about": entry.about, "detail": in_words(entry.detail), "address": entry.address,
        }
        for entry in found
    ]  # fmt: skip
    columns = [{"name": name, "label": _(label), "field": name, "align": "left"} for name, label in _COLUMNS]
    with ui.column().classes("w-full max-w-6xl mx-auto px-4 py-6 gap-4"):
        ui.label(_("Audit log")).classes("text-2xl font-bold").props('role="heading" aria-level="1"')
        with ui.row().classes("w-full items-end gap-3"):
            chosen_who = ui.input(_("Who"), value=who).props("outlined dense clearable").classes("w-full sm:w-56")
            chosen_about = (
                ui.input(_("About"), value=about, placeholder=_("an id")).props("outlined dense clearable").classes("w-full sm:w-56")
            )

            def show() -> None:
                ui.navigate.to(f"/audit?who={quote(chosen_who.value or '')}&about={quote(chosen_about.value or '')}")

            for each in (chosen_who, chosen_about):
                each.on("keydown.enter", show)
            ui.button(_("Show"), on_click=show).props("unelevated")
        ui.table(rows=rows, columns=columns, row_key="id").classes("w-full card").props('flat wrap-cells data-testid="audit"')
        if not rows:
            ui.label(_("Nothing to show.")).classes("soft")
        if len(rows) == _ROWS:
            ui.link(_("Older entries"), f"/audit?who={quote(who)}&about={quote(about)}&before={rows[-1]['id']}")
    return None
