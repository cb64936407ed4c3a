"""`/users`: an admin lets people in or invites them, says what they may do, and gives other systems their keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import Request, Response
from nicegui import ui
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.access import service_of
from bot.desk.action import carry_out
from bot.desk.frame import ROLE_NAMES, answers, frame
from bot.desk.i18n import _, later
from bot.desk.session import admitted, base_url, hand
from bot.store.models import ApiKey, Invite, User
from bot.users import accounts, changes, first, invites, keys
from bot.users.changes import Hand

_ROLE_COLOURS = {"agent": "#0369a1", "supervisor": "#7c3aed", "admin": "#b45309"}
_PRESENCES = {
    "available": later("available"), "busy": later("busy"), "away": later("away"), "wrap_up": later("wrapping up"),
}  # fmt: skip
_PRESENCE_COLOURS = {"available": "#15803d", "busy": "#b91c1c", "wrap_up": "#b45309"}
Change = Callable[[Hand], Awaitable["Once | None"]]
"""Changes something, with its entry in the audit log; gives what to show once, if there is something."""


@dataclass(frozen=True, slots=True)
class Once:
    """A secret that is shown once: what it is, and itself."""

    what: str
    secret: str


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
            with ui.row().classes("w-full items-center gap-3"):
                ui.label(_("People here")).classes("text-2xl font-bold").props('role="heading" aria-level="1"')
                ui.space()
                ui.button(_("Invite somebody"), icon="mail", on_click=lambda: self._edit(None, invited=True)).props("unelevated")
                ui.button(_("Add somebody"), icon="person_add", on_click=lambda: self._edit(None)).props("outline")
            await self._people()
            await self._invites()
            with ui.row().classes("w-full items-center justify-between gap-3 mt-4"):
                with ui.column().classes("gap-0"):
                    ui.label(_("Keys of other systems")).classes("text-2xl font-bold").props('role="heading" aria-level="2"')
                    ui.label(_("Each opens only what its scopes name, and is shown once.")).classes("soft")
                ui.button(_("New key"), icon="key", on_click=self._new_key).props("unelevated")
            await self._keys()

    # ---- users

    @ui.refreshable_method
    async def _people(self) -> None:
        async with self._service.database.sessions() as session:
            people = await accounts.every(session)
        with ui.column().classes("w-full gap-2"):
            for user in people:
                self._person(user)

    def _person(self, user: User) -> None:
        now = self._service.clock.now()
        with ui.row().classes("card w-full items-center gap-x-4 gap-y-1").props('data-testid="user"'):
            with ui.column().classes("gap-0 flex-1").style("min-width: 12em"):
                _named(user.name, user.role)
                ui.label(" · ".join(_facts(user.login, user.languages, user.teams, user.skills))).classes("soft text-sm")
            if not user.active:
                ui.label(_("kept out")).classes("text-sm font-bold")
            elif accounts.locked(user, now) and user.locked_until:
                until = _("locked until {time} UTC").format(time=f"{user.locked_until:%H:%M}")
                ui.label(until).classes("text-sm font-bold")
            else:
                _presence(user)
            self._menu(user)

    def _menu(self, user: User) -> None:
        name = _("What to do with {login}").format(login=user.login)
        with ui.button(icon="more_vert").props(f'flat round dense aria-label="{name}"'), ui.menu():
            ui.menu_item(_("Change …"), lambda: self._edit(user))
            ui.menu_item(_("New password"), lambda: self._reset(user.login))
            if user.active:
                ui.menu_item(_("Keep out"), lambda: self._let(user.login, False))
            else:
                ui.menu_item(_("Let in again"), lambda: self._let(user.login, True))

    async def _reset(self, login: str) -> None:
        async def change(hand: Hand) -> Once:
            user, made = await changes.password(hand, login)
            return Once(_("The new password of {login}, to be changed at the next sign-in").format(login=user.login), made)

        if await self._do(self._people, change) and login == first.LOGIN:
            first.forget(self._service.settings)

    async def _let(self, login: str, active: bool) -> None:
        async def change(hand: Hand) -> None:
            await changes.let_in(hand, login, active)

        await self._do(self._people, change)

    def _edit(self, user: User | None, *, invited: bool = False) -> None:
        """A dialog for a new user, for one who is invited, or for one that is there."""
        title = user.login if user else _("Invite somebody") if invited else _("Add somebody")
        with ui.dialog(value=True) as dialog, ui.card().classes("w-96 max-w-full gap-3"):
            ui.label(title).classes("text-lg font-bold")
            login = ui.input(_("Login")).props('outlined dense autocomplete="off"').classes("w-full") if user is None else None
            if invited and self._service.settings.oidc_issuer:
                ui.label(_("With the e-mail address as login they can also come in by {name}.").format(
                    name=self._service.settings.oidc_name
                )).classes("soft text-sm")  # fmt: skip
            name = ui.input(_("Name"), value=user.name if user else "").props("outlined dense").classes("w-full")
            roles = {role: _(ROLE_NAMES[role]) for role in accounts.ROLES}
            role = ui.select(roles, label=_("Role"), value=user.role if user else "agent").props("outlined dense").classes("w-full")
            teams = _listed(_("Teams"), user.teams if user else [])
            spoken = list(user.languages) if user else list(accounts.LANGUAGES)
            languages = ui.select(list(accounts.LANGUAGES), label=_("Languages"), multiple=True, value=spoken)
            languages.props("outlined dense use-chips").classes("w-full")
            skills = _listed(_("Skills"), user.skills if user else [])

            async def save() -> None:
                given: dict[str, Any] = {
                    "name": name.value or "", "teams": (teams.value or "").split(","), "languages": languages.value or [],
                    "skills": (skills.value or "").split(","),
                }  # fmt: skip

                async def change(hand: Hand) -> Once | None:
                    if user is not None:
                        await _changed(hand, user, role.value, given)
                        return None
                    who = (login.value if login else "") or ""
                    return await (self._invite if invited else _added)(hand, who, role.value, given)

                if await self._do(self._invites if invited else self._people, change):
                    dialog.close()

            answers(dialog, _("Invite") if invited else _("Save"), save)

    # ---- invites

    @ui.refreshable_method
    async def _invites(self) -> None:
        async with self._service.database.sessions() as session:
            waiting = await invites.every(session, self._service.clock.now())
        if not waiting:
            return
        with ui.column().classes("w-full gap-2 mt-4"):
            ui.label(_("Invited")).classes("text-2xl font-bold").props('role="heading" aria-level="2"')
            for invite in waiting:
                self._invited(invite)

    def _invited(self, invite: Invite) -> None:
        with ui.row().classes("card w-full items-center gap-x-4 gap-y-1").props('data-testid="invite"'):
            with ui.column().classes("gap-0 flex-1").style("min-width: 12em"):
                _named(invite.name, invite.role)
                facts = _facts(invite.login, invite.languages, invite.teams, invite.skills)
                until = _("invited by {who}, until {moment} UTC").format(who=invite.created_by, moment=f"{invite.expires:%Y-%m-%d %H:%M}")
                ui.label(" · ".join([*facts, until])).classes("soft text-sm")

            async def withdraw(hand: Hand) -> None:
                await changes.withdraw(hand, invite.login)

            again = _("Withdraw the invite of {login}").format(login=invite.login)
            ui.button(_("Withdraw"), on_click=lambda: self._do(self._invites, withdraw)).props(f'flat color=negative aria-label="{again}"')

    async def _invite(self, hand: Hand, login: str, role: str, given: dict[str, Any]) -> Once:
        hours = self._service.settings.invite_hours
        invite, token = await changes.invite(hand, timedelta(hours=hours), login, role, **given)
        what = _("The link for {login}, shown only now. It works once, within {hours} hours").format(login=invite.login, hours=hours)
        return Once(what, f"{base_url(self._request)}/invite/{token}")

    # ---- keys

    @ui.refreshable_method
    async def _keys(self) -> None:
        async with self._service.database.sessions() as session:
            found = [key for key in await keys.every(session) if key.revoked is None]
        with ui.column().classes("w-full gap-2"):
            if not found:
                ui.label(_("There are none.")).classes("soft")
            for key in found:
                self._key(key)

    def _key(self, key: ApiKey) -> None:
        with ui.row().classes("card w-full items-center gap-x-4 gap-y-1").props('data-testid="key"'):
            with ui.column().classes("gap-0 flex-1").style("min-width: 12em"):
                ui.label(key.name).classes("font-bold")
                used = _("used {day}").format(day=f"{key.used:%Y-%m-%d}") if key.used else _("never used")
                ui.label(f"vt_{key.id}_… · {', '.join(key.scopes)} · {used}").classes("soft text-sm").style("overflow-wrap: anywhere")

            async def revoke(hand: Hand) -> None:
                await changes.revoke_key(hand, key.id)

            ui.button(_("Revoke"), on_click=lambda: self._do(self._keys, revoke)).props("flat color=negative")

    def _new_key(self) -> None:
        with ui.dialog(value=True) as dialog, ui.card().classes("w-96 max-w-full gap-3"):
            ui.label(_("New key")).classes("text-lg font-bold")
            name = ui.input(_("For what"), placeholder=_("the shop's CRM")).props("outlined dense").classes("w-full")
            scopes = ui.select(list(keys.SCOPES), label=_("Scopes"), multiple=True, value=[]).props("outlined dense use-chips")
            scopes.classes("w-full")

            async def save() -> None:
                async def change(hand: Hand) -> Once:
                    _key, text = await changes.make_key(hand, name.value or "", scopes.value or [])
                    return Once(_("The key, shown only now"), text)

                if await self._do(self._keys, change):
                    dialog.close()

            answers(dialog, _("Make it"), save)

    # ---- doing it

    async def _do(self, shown: Any, change: Change) -> bool:
        """Carry out a change and show what it led to; what cannot be done is said. Whether it was done is returned."""
        once: Once | None = None

        async def work(session: AsyncSession, admin: User) -> None:
            nonlocal once
            once = await change(hand(self._request, session, admin))

        if not await carry_out(self._request, "admin", "/users", work):
            return False
        if once is not None:
            _show(once)
        await shown.refresh()
        return True


async def _added(hand: Hand, login: str, role: str, given: dict[str, Any]) -> Once:
    user, made = await changes.add(hand, login, role, **given)
    return Once(_("The password of {login}, to be changed at the first sign-in").format(login=user.login), made)


async def _changed(hand: Hand, shown: User, role: str, given: dict[str, Any]) -> None:
    """Change what is another than it was ``shown``: what somebody else has changed meanwhile stays as they left it."""
    if role != shown.role:
        await changes.role(hand, shown.login, role)
    different = {what: value for what, value in given.items() if _as_typed(value) != getattr(shown, what)}
    await changes.describe(hand, shown.login, **different)


def _as_typed(value: Any) -> Any:
    return [word.strip() for word in value if word.strip()] if isinstance(value, list) else value


def _show(once: Once) -> None:
    """A dialog with a secret, to be copied; it is nowhere else."""
    with ui.dialog(value=True).props("persistent") as dialog, ui.card().classes("max-w-full gap-3"):
        ui.label(f"{once.what}:")
        ui.label(once.secret).classes("font-mono text-lg").style("overflow-wrap: anywhere").props('data-testid="secret"')
        with ui.row().classes("w-full justify-end gap-2"):
            ui.button(_("Copy"), icon="content_copy", on_click=lambda: ui.clipboard.write(once.secret)).props("flat")
            ui.button(_("I have noted it"), on_click=dialog.close).props("unelevated")


def _named(name: str, role: str) -> None:
    with ui.row().classes("items-center gap-2"):
        ui.label(name).classes("font-bold")
        ui.label(_(ROLE_NAMES.get(role, role))).classes("chip").style(f"background: {_ROLE_COLOURS.get(role, '#64748b')}")


def _presence(user: User) -> None:
    with ui.row().classes("items-center gap-2 flex-nowrap").props('data-testid="presence"'):
        ui.element("span").classes("rounded-full").props('aria-hidden="true"').style(
            f"width: 10px; height: 10px; background: {_PRESENCE_COLOURS.get(user.presence, '#94a3b8')}"
        )
        ui.label(_(_PRESENCES.get(user.presence, user.presence))).classes("text-sm")


def _facts(login: str, languages: Sequence[str], teams: Sequence[str], skills: Sequence[str]) -> list[str]:
    lists = ((_("teams: {names}"), teams), (_("skills: {names}"), skills))
    return [login, " ".join(languages), *(text.format(names=", ".join(values)) for text, values in lists if values)]


def _listed(label: str, values: Sequence[str]) -> ui.input:
    return ui.input(label, value=", ".join(values), placeholder=_("separated by commas")).props("outlined dense").classes("w-full")
