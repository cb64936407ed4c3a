"""The command line's part about those who work here and the keys of other systems: `voxtrail users …`, `voxtrail keys …`."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Coroutine, Sequence
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.settings import Settings

users_app = typer.Typer(help="Those who work here: who they are, what they may do, and what they did.", no_args_is_help=True)
keys_app = typer.Typer(help="Keys of other systems.", no_args_is_help=True)
out, err = Console(emoji=False, markup=False, highlight=False, soft_wrap=True), Console(stderr=True, emoji=False, soft_wrap=True)

Login = Annotated[str, typer.Argument(help="Who.")]
Role = Annotated[str, typer.Option(help="agent, supervisor or admin; each may do what those before it may.")]
Name = Annotated[str | None, typer.Option(help="The name that others read.")]
Team = Annotated[list[str] | None, typer.Option(help="Whose conversations they see; may be repeated, '' is none.")]
Language = Annotated[list[str] | None, typer.Option(help="pl, en or ro; may be repeated, '' is none.")]
Skill = Annotated[list[str] | None, typer.Option(help="What they can be given; may be repeated, '' is none.")]
Stdin = Annotated[
    bool,
    typer.Option(
        "--password-stdin",
        help="Take the password from standard input; at a terminal it is asked for, unseen. It is never an argument: the shell's history "
        "and the list of processes would have it.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="JSON lines on stdout and nothing else.")]
T = TypeVar("T")


@users_app.command("list")
def list_users(as_json: Json = False) -> None:
    """Show everybody."""
    from bot.users import by_hand

    found = _done(by_hand.listing(Settings()))
    if as_json:
        return _lines(found)
    rows = [
        (user["login"], user["name"], user["role"], user["teams"], user["languages"], user["skills"], _state(user), user["last_seen"])
        for user in found
    ]
    return _table(("Login", "Name", "Role", "Teams", "Languages", "Skills", "State", "Last seen"), rows)


@users_app.command("add")
def add_user(
    login: Login, role: Role = "agent", name: Name = None, team: Team = None, language: Language = None, skill: Skill = None,
    password_stdin: Stdin = False,
) -> None:  # fmt: skip
    """Let somebody in. Without --password-stdin a password is made and shown once, to be changed at the first sign-in.

    Without --language they speak all that we do.
    """
    from bot.users import accounts, by_hand

    described = {"name": name or "", "teams": team or (), "languages": language or accounts.LANGUAGES, "skills": skill or ()}
    added, made = _done(by_hand.add(Settings(), login, _given(password_stdin), role, **described))
    out.print(f"{added} may sign in as {role}." + _once(made))


@users_app.command("invite")
def invite_user(
    login: Login, role: Role = "agent", name: Name = None, team: Team = None, language: Language = None, skill: Skill = None
) -> None:
    """Invite somebody: a link is shown once, with which they choose a password of their own. An older invite for this login is withdrawn.

    Without --language they speak all that we do.
    """
    from bot.users import accounts, by_hand

    described = {"name": name or "", "teams": team or (), "languages": language or accounts.LANGUAGES, "skills": skill or ()}
    invited, link, hours = _done(by_hand.invite(Settings(), login, role, **described))
    out.print(f"{invited} is invited as {role}. The link is shown only now, and works once, within {hours} hours: {link}")


@users_app.command("invites")
def list_invites(as_json: Json = False) -> None:
    """Show the open invites; their links are nowhere."""
    from bot.users import by_hand

    found = _done(by_hand.invited(Settings()))
    if as_json:
        return _lines(found)
    rows = [(each["login"], each["name"], each["role"], each["teams"], each["invited_by"], each["expires"]) for each in found]
    return _table(("Login", "Name", "Role", "Teams", "Invited by", "Until"), rows)


@users_app.command("withdraw")
def withdraw_invite(login: Login) -> None:
    """Withdraw somebody's invite: its link opens nothing any more."""
    from bot.users import by_hand

    out.print(f"{_done(by_hand.withdraw(Settings(), login))} is not invited any more.")


@users_app.command("password")
def set_password(login: Login, password_stdin: Stdin = False) -> None:
    """Set another password: it opens a locked login and ends all sessions. Without --password-stdin one is made and shown once, to be
    changed at the next sign-in."""
    from bot.users import by_hand

    found, made = _done(by_hand.password(Settings(), login, _given(password_stdin)))
    out.print(f"{found} has another password, and is signed out everywhere." + _once(made))


@users_app.command("role")
def set_role(login: Login, role: Annotated[str, typer.Argument(help="agent, supervisor or admin.")]) -> None:
    """Say what somebody may do; they are signed out everywhere."""
    from bot.users import by_hand

    out.print(f"{_done(by_hand.role(Settings(), login, role))} is {role} now, and signed out everywhere.")


@users_app.command("change")
def change_user(login: Login, name: Name = None, team: Team = None, language: Language = None, skill: Skill = None) -> None:
    """Change what is known of somebody; what is not named stays. A list is replaced as a whole."""
    from bot.users import by_hand

    described = {"name": name, "teams": team or None, "languages": language or None, "skills": skill or None}
    if not any(value is not None for value in described.values()):
        raise typer.BadParameter("say what to change: --name, --team, --language or --skill")
    out.print(f"{_done(by_hand.change(Settings(), login, **described))} is changed.")


@users_app.command("lock")
def lock_user(login: Login) -> None:
    """Keep somebody out from this moment on."""
    from bot.users import by_hand

    out.print(f"{_done(by_hand.let_in(Settings(), login, False))} cannot sign in any more.")


@users_app.command("unlock")
def unlock_user(login: Login) -> None:
    """Let somebody in again, also where wrong passwords have locked them out."""
    from bot.users import by_hand

    out.print(f"{_done(by_hand.let_in(Settings(), login, True))} may sign in again.")


@users_app.command("log")
def show_log(
    who: Annotated[str, typer.Option(help="Only what they did: a login, key:NAME, shell or service.")] = "",
    about: Annotated[str, typer.Option(help="Only what was done to this: an id, or a user's login.")] = "",
    most: Annotated[int, typer.Option(min=1, max=100_000, help="Most entries, the newest first.")] = 50,
    as_json: Json = False,
) -> None:
    """Show who saw and did what."""
    from bot.users import by_hand
    from bot.users.audit import in_words

    found = _done(by_hand.log(Settings(), who, about, most))
    if as_json:
        return _lines(found)
    rows = [(entry["at"], entry["who"], entry["action"], entry["about"], in_words(entry["detail"]), entry["address"]) for entry in found]
    return _table(("When", "Who", "Did", "To", "More", "From"), rows)


@keys_app.command("list")
def list_keys(as_json: Json = False) -> None:
    """Show all keys, revoked ones too; their secrets are nowhere."""
    from bot.users import by_hand

    found = _done(by_hand.key_listing(Settings()))
    if as_json:
        return _lines(found)
    rows = [(key["id"], key["name"], key["scopes"], key["created"], key["used"], key["revoked"]) for key in found]
    return _table(("Id", "Name", "Scopes", "Made", "Last used", "Revoked"), rows)


@keys_app.command("add")
def add_key(
    name: Annotated[str, typer.Argument(help="Which system it is for.")],
    scope: Annotated[
        list[str], typer.Option(help="What it opens: conversations, touchpoints, people, escalations or outreach; may be repeated.")
    ],
) -> None:
    """Make a key and show it once."""
    from bot.users import by_hand

    key_id, text = _done(by_hand.key_add(Settings(), name, scope))
    out.print(f"The key {key_id} is made. It is shown only now: {text}")


@keys_app.command("revoke")
def revoke_key(key_id: Annotated[str, typer.Argument(metavar="ID", help="The key's id, as `voxtrail keys list` shows it.")]) -> None:
    """Let nobody in with this key any more; a running service notices within 10 seconds."""
    from bot.users import by_hand

    out.print(f"The key of {_done(by_hand.key_revoke(Settings(), key_id))} opens nothing any more.")


def _done(work: Coroutine[Any, Any, T]) -> T:
    """What the work gives; a Problem is one plain sentence and exit status 1."""
    from bot.problems import Problem

    try:
        return asyncio.run(work)
    except Problem as problem:
        err.print(problem.detail, markup=False, highlight=False)
        raise typer.Exit(1) from problem


def _given(from_stdin: bool) -> str:
    if not from_stdin:
        return ""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    given = sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise typer.BadParameter("there is no password on standard input")
    return given


def _once(made: str) -> str:
    return f" The password is shown only now, and must be changed at the next sign-in: {made}" if made else ""


def _state(user: dict[str, Any]) -> str:
    if not user["active"]:
        return "locked"
    return f"locked until {user['locked_until']}" if user["locked_until"] else "active"


def _lines(found: Sequence[dict[str, Any]]) -> None:
    for line in found:
        print(json.dumps(line, ensure_ascii=False), flush=True)


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(", ".join(cell) if isinstance(cell, list) else str(cell or "")) for cell in row))
    out.print(table)
