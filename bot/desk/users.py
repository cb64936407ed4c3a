"""`/users`: an admin lets people in, says what they may do, and gives other systems their keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from fastapi import Request, Response
from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.access import service_of
from bot.desk.action import carry_out
from bot.desk.frame import answers, frame
from bot.desk.session import admitted, did
from bot.store.models import ApiKey, User
from bot.users import accounts, keys

_ROLE_COLOURS = {"agent": "#0369a1", "supervisor": "#7c3aed", "admin": "#b45309"}
Change = Callable[[AsyncSession], Awaitable[tuple[str, str, str]]]
"""Changes something; says what was done (a verb), to what (an id), and what to show once (a secret), or nothing."""


async def page(request: Request) -> Response | None:
    """The page."""
    user = await admitted(request, "admin", "/users")
    if isinstance(user, Response):
        return user
    frame(user, "/users")
    await _Page(request).show()
    return None


class _Page:
    """What one browser shows. Every change looks again who asks for it, and is written to the audit log."""

    def __init__(self, request: Request) -> None:
        self._request, self._service = request, service_of(request)

    async def show(self) -> None:
        """Draw it."""
        with ui.column().classes("w-full max-w-4xl mx-auto px-4 py-6 gap-4"):
            with ui.row().classes("w-full items-center justify-between gap-3"):
                ui.label("People here").classes("text-2xl font-bold")
                ui.button("Add somebody", icon="person_add", on_click=lambda: self._edit(None)).props("unelevated")
            await self._people()
            with ui.row().classes("w-full items-center justify-between gap-3 mt-4"):
                with ui.column().classes("gap-0"):
                    ui.label("Keys of other systems").classes("text-2xl font-bold")
                    ui.label("Each opens only what its scopes name, and is shown once.").classes("soft")
                ui.button("New key", icon="key", on_click=self._new_key).props("unelevated")
            await self._keys()

    @ui.refreshable_method
    async def _people(self) -> None:
        now = self._service.clock.now()
        async with self._service.database.sessions() as session:
            people = await accounts.every(session)
        with ui.column().classes("w-full gap-2"):
            for user in people:
                with ui.row().classes("card w-full items-center gap-x-4 gap-y-1").props('data-testid="user"'):
                    with ui.column().classes("gap-0 flex-1").style("min-width: 12em"):
                        with ui.row().classes("items-center gap-2"):
                            ui.label(user.name).classes("font-bold")
                            ui.label(user.role).classes("chip").style(f"background: {_ROLE_COLOURS.get(user.role, '#64748b')}")
                        ui.label(" · ".join(_facts(user))).classes("soft text-sm")
                    if not user.active:
                        ui.label("kept out").classes("text-sm font-bold")
                    elif user.locked_until and user.locked_until > now:
                        ui.label(f"locked until {user.locked_until:%H:%M} UTC").classes("text-sm font-bold")
                    self._menu(user)

    def _menu(self, user: User) -> None:
        with ui.button(icon="more_vert").props(f'flat round dense aria-label="What to do with {user.login}"'), ui.menu():
            ui.menu_item("Change …", lambda: self._edit(user))
            ui.menu_item("New password", lambda: self._do(self._people, lambda session: _reset(session, user.login)))
            if user.active:
                ui.menu_item("Keep out", lambda: self._do(self._people, lambda session: _let(session, user.login, False)))
            else:
                ui.menu_item("Let in again", lambda: self._do(self._people, lambda session: _let(session, user.login, True)))

    def _edit(self, user: User | None) -> None:
        """A dialog for a new user, or for one that is there."""
        with ui.dialog(value=True) as dialog, ui.card().classes("w-96 max-w-full gap-3"):
            ui.label("Add somebody" if user is None else user.login).classes("text-lg font-bold")
            login = ui.input("Login").props('outlined dense autocomplete="off"').classes("w-full") if user is None else None
            name = ui.input("Name", value=user.name if user else "").props("outlined dense").classes("w-full")
            role = ui.select(list(accounts.ROLES), label="Role", value=user.role if user else "agent").props("outlined dense")
            role.classes("w-full")
            teams = _listed("Teams", user.teams if user else [])
            languages = ui.select(list(accounts.LANGUAGES), label="Languages", multiple=True, value=_languages(user))
            languages.props("outlined dense use-chips").classes("w-full")
            skills = _listed("Skills", user.skills if user else [])

            async def save() -> None:
                given: dict[str, Any] = {
                    "name": name.value or "", "teams": (teams.value or "").split(","), "languages": languages.value or [],
                    "skills": (skills.value or "").split(","),
                }  # fmt: skip

                async def change(session: AsyncSession) -> tuple[str, str, str]:
                    if user is None:
                        return await self._add(session, login.value if login else "", role.value, given)
                    found = await accounts.known(session, user.login)
                    if role.value != found.role:
                        await accounts.set_role(session, found, role.value)
                    accounts.describe(found, **given)
                    return "changed_user", found.id, ""

                if await self._do(self._people, change):
                    dialog.close()

            answers(dialog, "Save", save)

    async def _add(self, session: AsyncSession, login: str, role: str, given: dict[str, Any]) -> tuple[str, str, str]:
        password = accounts.new_password()
        made = await accounts.add(session, self._service.clock.now(), login or "", password, role, **given)
        return "made_user", made.id, f"The password of {made.login}, to be changed at the first sign-in: {password}"

    @ui.refreshable_method
    async def _keys(self) -> None:
        async with self._service.database.sessions() as session:
            found = [key for key in await keys.every(session) if key.revoked is None]
        with ui.column().classes("w-full gap-2"):
            if not found:
                ui.label("There are none.").classes("soft")
            for key in found:
                self._key(key)

    def _key(self, key: ApiKey) -> None:
        with ui.row().classes("card w-full items-center gap-x-4 gap-y-1").props('data-testid="key"'):
            with ui.column().classes("gap-0 flex-1").style("min-width: 12em"):
                ui.label(key.name).classes("font-bold")
                used = f"used {key.used:%Y-%m-%d}" if key.used else "never used"
                ui.label(f"vt_{key.id}_… · {', '.join(key.scopes)} · {used}").classes("soft text-sm").style("overflow-wrap: anywhere")

            async def revoke(session: AsyncSession) -> tuple[str, str, str]:
                await keys.revoke(session, self._service.clock.now(), key.id)
                return "revoked_key", key.id, ""

            ui.button("Revoke", on_click=lambda: self._do(self._keys, revoke)).props("flat color=negative")

    def _new_key(self) -> None:
        with ui.dialog(value=True) as dialog, ui.card().classes("w-96 max-w-full gap-3"):
            ui.label("New key").classes("text-lg font-bold")
            name = ui.input("For what", placeholder="the shop's CRM").props("outlined dense").classes("w-full")
            scopes = ui.select(list(keys.SCOPES), label="Scopes", multiple=True, value=[]).props("outlined dense use-chips")
            scopes.classes("w-full")

            async def save() -> None:
                async def change(session: AsyncSession) -> tuple[str, str, str]:
                    made, secret = await keys.make(session, self._service.clock.now(), name.value or "", scopes.value or [])
                    return "made_key", made.id, f"The key, shown only now: {secret}"

                if await self._do(self._keys, change):
                    dialog.close()

            answers(dialog, "Make it", save)

    async def _do(self, shown: Any, change: Change) -> bool:
        """Carry out a change and show what it led to; what cannot be done is said. Whether it was done is returned."""
        secret = ""

        async def work(session: AsyncSession, admin: User) -> None:
            nonlocal secret
            action, about, secret = await change(session)
            did(self._request, session, admin, action, about)

        if not await carry_out(self._request, "admin", "/users", work):
            return False
        if secret:
            with ui.dialog(value=True).props("persistent") as dialog, ui.card().classes("max-w-full gap-3"):
                what, _, value = secret.rpartition(": ")
                ui.label(f"{what}:")
                ui.label(value).classes("font-mono text-lg").style("overflow-wrap: anywhere").props('data-testid="secret"')
                ui.button("I have noted it", on_click=dialog.close).props("unelevated")
        await shown.refresh()
        return True


async def _reset(session: AsyncSession, login: str) -> tuple[str, str, str]:
    user, password = await accounts.known(session, login), accounts.new_password()
    await accounts.set_password(session, user, password, must_change=True)
    return "reset_password", user.id, f"The new password of {login}, to be changed at the next sign-in: {password}"


async def _let(session: AsyncSession, login: str, active: bool) -> tuple[str, str, str]:
    user = await accounts.known(session, login)
    await accounts.set_active(session, user, active)
    return "let_in" if active else "kept_out", user.id, ""


def _facts(user: User) -> list[str]:
    lists = (("teams", user.teams), ("skills", user.skills))
    return [user.login, " ".join(user.languages), *(f"{what}: {', '.join(values)}" for what, values in lists if values)]


def _languages(user: User | None) -> Sequence[str]:
    return list(user.languages) if user else list(accounts.LANGUAGES)


def _listed(label: str, values: Sequence[str]) -> ui.input:
    return ui.input(label, value=", ".join(values), placeholder="separated by commas").props("outlined dense").classes("w-full")
