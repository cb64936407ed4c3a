"""Mounts the pages for people: nicegui inside the app, behind the sign-in."""

from __future__ import annotations

import os

from fastapi import FastAPI

from bot.desk import company, files, invite, sign_in, voice
from bot.desk.origin import SameOrigin
from bot.settings import Settings


def mount(app: FastAPI, settings: Settings) -> None:
    """Put the pages under the app."""
    os.environ.setdefault("NICEGUI_STORAGE_PATH", str(settings.run_dir / "nicegui"))
    from nicegui import app as pages
    from nicegui import ui

    from bot.desk import audit, board, desk, journey, replies, sockets, users
    from bot.desk.frame import PAGES

    pages.state = app.state  # a page's request belongs to nicegui's app; it finds our service there
    sockets.guard()
    for module in (sign_in, invite, company, voice, files):
        app.include_router(module.router)
    app.add_middleware(SameOrigin, public_url=settings.public_url)
    shown = {
        "/desk": desk.page, "/board": board.page, "/journey": journey.page, "/replies": replies.page, "/users": users.page,
        "/audit": audit.page,
    }  # fmt: skip
    for path, name, _, _ in PAGES:
        ui.page(path, title=f"{name} · Voxtrail", dark=None)(shown[path])
    ui.run_with(app, title="Voxtrail", dark=None, show_welcome_message=False)
