"""What every page has around it: colours, the way to the other pages, who is signed in, and the way out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from bot.desk import i18n
from bot.desk.i18n import _, later
from bot.desk.session import interface
from bot.store.models import User
from bot.users.accounts import Role, may

PAGES: tuple[tuple[str, str, str, Role], ...] = (
    ("/desk", later("Desk"), "support_agent", "agent"),
    ("/board", later("Board"), "dashboard", "supervisor"),
    ("/journey", later("Journey"), "route", "agent"),
    ("/replies", later("Ready answers"), "quickreply", "supervisor"),
    ("/users", later("People here"), "group", "admin"),
    ("/audit", later("Audit log"), "history", "admin"),
)
"""Path, name, icon, and who may see it."""

ROLE_NAMES = {"agent": later("agent"), "supervisor": later("supervisor"), "admin": later("admin")}

CHANNEL_ICONS = {
    "web": "chat", "sms": "sms", "phone": "call", "browser": "call", "terminal": "terminal", "api": "sync_alt", "email": "mail",
}  # fmt: skip

_STYLE = """
body { background: #f4f6f5 } .body--dark { background: #0e1716 }
.frame { background: #fff; color: #17302b; border-bottom: 1px solid #d5dedb }
.body--dark .frame { background: #162220; color: #e6efec; border-color: #2a3a37 }
.frame a { color: inherit; text-decoration: none; border-radius: 8px; padding: 6px 10px; display: inline-flex; gap: 6px;
  align-items: center; min-height: 36px }
.frame a:hover, .frame a[aria-current] { background: #0f766e22 }
.frame a:focus-visible { outline: 2px solid #0f766e }
.body--dark { --q-primary: #0d9488 !important; --q-negative: #f87171 !important }
.card { background: #fff; border: 1px solid #d5dedb; border-radius: 14px; padding: 16px 20px }
.body--dark .card { background: #162220; border-color: #2a3a37 }
.soft { color: #5b6f6a } .body--dark .soft { color: #9db3ad }
.chip { border-radius: 999px; padding: 1px 10px; font-size: 12px; font-weight: 600; color: #fff }
"""


def answers(dialog: ui.dialog, name: str, work: Callable[[], Awaitable[None]]) -> None:
    """The two buttons below a dialog: to leave it, and to do what it is for (``name``)."""
    with ui.row().classes("w-full justify-end gap-2"):
        ui.button(_("Cancel"), on_click=dialog.close).props("flat no-caps")
        ui.button(name, on_click=work).props("unelevated no-caps")


def frame(user: User, path: str) -> None:
    """The bar above a page, in the user's language. ``path`` is where we are."""
    client = ui.context.client
    language = interface(client.request, user)
    i18n.speak(client, language)
    ui.add_css(_STYLE)
    ui.colors(primary="#0f766e")
    with ui.header(elevated=False).classes("frame items-center gap-1 px-3 py-1 flex-nowrap"):
        ui.label("Voxtrail").classes("font-bold mr-2 max-sm:hidden")
        with ui.row().classes("items-center gap-1 flex-nowrap").props(f'role="navigation" aria-label="{_("Pages")}"'):
            for to, name, icon, role in PAGES:
                if may(user, role):
                    with ui.link(target=to).props(f'aria-label="{_(name)}"{" aria-current=page" if to == path else ""}'):
                        ui.icon(icon, size="20px")
                        ui.label(_(name)).classes("max-md:hidden")
        ui.space()
        other = next(each for each in i18n.INTERFACES if each != language)
        with ui.element("form").props('method="post" action="/interface"').classes("m-0"):
            ui.element("input").props(f'type="hidden" name="language" value="{other}"')
            ui.element("input").props(f'type="hidden" name="next" value="{path}"')
            ui.button(other.upper()).props(f'type="submit" flat dense lang="{other}" aria-label="{i18n.INTERFACES[other]}"')
        ui.label(f"{user.name} · {_(ROLE_NAMES.get(user.role, user.role))}").classes("soft text-sm ellipsis max-sm:hidden")
        with ui.link(target="/password?next=/journey").props(f'aria-label="{_("Change password")}"'):
            ui.icon("key", size="20px")
            ui.tooltip(_("Change password"))
        with ui.element("form").props('method="post" action="/sign-out"').classes("m-0"):
            ui.button(icon="logout").props(f'type="submit" flat dense aria-label="{_("Sign out")}"').tooltip(_("Sign out"))
