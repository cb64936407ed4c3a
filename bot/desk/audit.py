"""`/audit`: who saw and did what, the newest first."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Request, Response
from nicegui import ui

from bot.api.access import service_of
from bot.desk.frame import frame
from bot.desk.session import admitted
from bot.users.audit import entries, in_words

_ROWS = 50
_COLUMNS = [
    {"name": name, "label": label, "field": name, "align": "left"}
    for name, label in (("at", "When (UTC)"), ("who", "Who"), ("action", "Did"), ("about", "To"), ("detail", "More"), ("address", "From"))
]


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
            "id": entry.id, "at": entry.at.strftime("%Y-%m-%d %H:%M:%S"), "who": entry.who, "action": entry.action.replace("_", " "),
            "about": entry.about, "detail": in_words(entry.detail), "address": entry.address,
        }
        for entry in found
    ]  # fmt: skip
    with ui.column().classes("w-full max-w-6xl mx-auto px-4 py-6 gap-4"):
        ui.label("Audit log").classes("text-2xl font-bold")
        with ui.row().classes("w-full items-end gap-3"):
            chosen_who = ui.input("Who", value=who).props("outlined dense clearable").classes("w-full sm:w-56")
            chosen_about = ui.input("To", value=about, placeholder="an id").props("outlined dense clearable").classes("w-full sm:w-56")

            def show() -> None:
                ui.navigate.to(f"/audit?who={quote(chosen_who.value or '')}&about={quote(chosen_about.value or '')}")

            for each in (chosen_who, chosen_about):
                each.on("keydown.enter", show)
            ui.button("Show", on_click=show).props("unelevated")
        ui.table(rows=rows, columns=_COLUMNS, row_key="id").classes("w-full card").props('flat wrap-cells data-testid="audit"')
        if not rows:
            ui.label("Nothing to show.").classes("soft")
        if len(rows) == _ROWS:
            ui.link("Older entries", f"/audit?who={quote(who)}&about={quote(about)}&before={rows[-1]['id']}")
    return None
