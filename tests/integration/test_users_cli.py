"""`voxtrail users` and `voxtrail keys`: on a database of their own in this process, and beside a service that runs."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from bot.cli import app
from bot.clock import SystemClock
from bot.store.database import Database
from bot.users import accounts, changes, invites, keys, sessions
from bot.users.changes import Hand
from bot.users.sessions import MOST_WRONG, Refused, SignedIn
from tests.house import Queue, become
from tests.process import Serving

GIVEN = "a password of my own"
MADE = r"[A-Za-z0-9_-]{16}"


class Shell:
    """The command line on this module's database."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.rows = Queue(database.url).rows
        self._runner = CliRunner(env={"DATABASE_URL": database.url, "DATA_DIR": str(folder), "COLUMNS": "300", "TERM": "dumb"})

    async def run(self, *arguments: str, said: str = "") -> tuple[int, str, str]:
        """Exit status, standard output, standard error; with something on the standard input."""
        found = await asyncio.to_thread(self._runner.invoke, app, list(arguments), input=said)
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exc_info
        return found.exit_code, found.stdout, found.stderr

    async def does(self, *arguments: str, said: str = "") -> str:
        """What it prints when all goes well."""
        status, out, err = await self.run(*arguments, said=said)
        assert (status, err) == (0, ""), err
        return out

    async def reads(self, *arguments: str) -> list[dict[str, Any]]:
        """The lines of JSON it prints."""
        return [json.loads(line) for line in (await self.does(*arguments, "--json")).splitlines()]

    async def fails(self, *arguments: str, said: str = "") -> str:
        """The one sentence it says when something is wrong."""
        status, out, err = await self.run(*arguments, said=said)
        assert (status, out) == (1, "")
        assert err.count("\n") == 1
        return err.strip()

    async def sign_in(self, login: str, password: str) -> SignedIn | Refused:
        """Try to."""
        return await sessions.sign_in(self.database, SystemClock().now(), login, password, "203.0.113.7")

    async def log(self) -> list[Any]:
        """What the command line did, in order: the action, the login or key's name, and the rest of the details."""
        rows = await self.rows("SELECT action, detail FROM audit WHERE who = 'shell' ORDER BY id")
        return [(row["action"], row["detail"].pop("login", row["detail"].pop("name", "")), row["detail"]) for row in rows]


@pytest.fixture(scope="module")
async def database(database_url: str) -> AsyncIterator[Database]:
    """The module's database, without a service."""
    found = Database(database_url, 2)
    yield found
    await found.close()


@pytest.fixture
async def shell(database: Database, tmp_path: Path) -> Shell:
    """Nobody is there yet."""
    async with database.transaction() as session:
        await session.execute(text("TRUNCATE users, user_sessions, audit, api_keys, invites"))
    return Shell(database, tmp_path)


async def test_somebody_is_let_in_with_a_password_that_is_shown_once(shell: Shell) -> None:
    said = await shell.does(
        "users", "add", "Anna", "--role", "supervisor", "--name", "Anna Nowak", "--team", "calls", "--team", "returns", "--language", "pl",
        "--skill", "B2B",
    )  # fmt: skip
    shown = re.fullmatch(rf"anna may sign in as supervisor\. The password is shown only now, and must be changed .*: ({MADE})\n", said)
    assert shown, said
    found = await shell.sign_in("anna", shown[1])
    assert isinstance(found, SignedIn)
    assert found.must_change
    [anna] = await shell.reads("users", "list")
    assert anna.pop("id").startswith("U-")
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", anna.pop("last_seen"))
    assert anna == {
        "login": "anna", "name": "Anna Nowak", "role": "supervisor", "teams": ["calls", "returns"], "languages": ["pl"], "skills": ["B2B"],
        "active": True, "must_change": True, "locked_until": None, "presence": "away",
    }  # fmt: skip
    assert await shell.log() == [("made_user", "anna", {"role": "supervisor"})]
    assert shown[1] not in str(await shell.rows("SELECT * FROM audit"))


async def test_a_password_of_ones_own_comes_by_standard_input(shell: Shell) -> None:
    said = await shell.does("users", "add", "jan", "--password-stdin", said=f"{GIVEN}\n")
    assert said == "jan may sign in as agent.\n"
    found = await shell.sign_in("jan", GIVEN)
    assert isinstance(found, SignedIn)
    assert not found.must_change
    [jan] = await shell.reads("users", "list")
    assert (jan["name"], jan["languages"], jan["teams"], jan["last_seen"] is None) == ("jan", ["pl", "en", "ro"], [], False)


async def test_the_help_names_what_may_be_said(shell: Shell) -> None:
    for command, words in (("users", (*accounts.ROLES, *accounts.LANGUAGES)), ("keys", keys.SCOPES)):
        shown = await shell.does(command, "add", "--help")
        assert all(word in shown for word in words)


async def test_a_password_is_never_an_argument(shell: Shell) -> None:
    for command in (["users", "add", "jan"], ["users", "password", "jan"]):
        assert (await shell.run(*command, GIVEN))[0] == 2
        assert (await shell.run(*command, "--password", GIVEN))[0] == 2
        status, out, _ = await shell.run(*command[:2], "--help")
        assert (status, "history" in out) == (0, True)
    assert (await shell.run("users", "add", "jan", "--password-stdin"))[0] == 2  # and there is none
    assert await shell.reads("users", "list") == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "anna"), "There is a user anna already."),
        (("add", "anna nowak"), "A login has 2 to 100 letters, digits or ._@+- and begins with a letter or a digit."),
        (("add", "jan", "--role", "boss"), "A role is one of agent, supervisor, admin."),
        (("add", "jan", "--language", "de"), "'de' cannot be one of the languages: each is one of pl, en, ro."),
        (("password", "jan"), "There is no such user."),
        (("role", "jan", "agent"), "There is no such user."),
        (("role", "anna", "agent"), "This is the only admin left: make another one first."),
        (("lock", "anna"), "This is the only admin left: make another one first."),
        (("unlock", "jan"), "There is no such user."),
        (("change", "anna", "--name", "[red]"), "A name has 1 to 100 letters, digits, spaces and .,'-"),
    ],
)
async def test_what_is_wrong_is_one_sentence_and_changes_nothing(shell: Shell, arguments: tuple[str, ...], sentence: str) -> None:
    await shell.does("users", "add", "anna", "--role", "admin")
    before, log = await shell.reads("users", "list"), await shell.log()
    assert await shell.fails("users", *arguments) == sentence
    assert (await shell.reads("users", "list"), await shell.log()) == (before, log)


async def test_a_bad_password_is_refused(shell: Shell) -> None:
    assert await shell.fails("users", "add", "anna", "--password-stdin", said="short\n") == "A password has 10 to 200 characters."


async def test_a_reset_opens_a_locked_login_and_ends_its_sessions(shell: Shell) -> None:
    await shell.does("users", "add", "anna", "--password-stdin", said=GIVEN)
    begun = await shell.sign_in("anna", GIVEN)
    for _ in range(MOST_WRONG):
        refused = await shell.sign_in("anna", "wrong password")
    assert refused == Refused(locked=True)
    assert (await shell.reads("users", "list"))[0]["locked_until"]
    assert "locked until 20" in await shell.does("users", "list")
    said = await shell.does("users", "password", "anna")
    made = re.search(rf": ({MADE})\n", said)
    assert made
    assert isinstance(begun, SignedIn)
    assert await sessions.user_of(shell.database, SystemClock().now(), begun.token) is None
    found = await shell.sign_in("anna", made[1])
    assert isinstance(found, SignedIn)
    assert found.must_change
    await shell.does("users", "password", "anna", "--password-stdin", said=f"{GIVEN}\r\n")
    assert isinstance(await shell.sign_in("anna", GIVEN), SignedIn)
    assert (await shell.log())[1:] == [("reset_password", "anna", {})] * 2


async def test_the_first_admins_file_goes_when_the_password_is_reset(shell: Shell) -> None:
    await shell.does("users", "add", "admin", "--role", "admin")
    await shell.does("users", "add", "anna")
    kept = shell.folder / "admin_password"
    kept.write_text("the first one")
    await shell.does("users", "password", "anna")
    assert kept.exists()
    await shell.does("users", "password", "admin")
    assert not kept.exists()


async def test_roles_and_descriptions_change(shell: Shell) -> None:
    await shell.does("users", "add", "anna", "--team", "calls", "--skill", "B2B")
    assert await shell.does("users", "role", "anna", "admin") == "anna is admin now, and signed out everywhere.\n"
    await shell.does("users", "change", "anna", "--name", "Anna Żak", "--team", "", "--language", "ro", "--language", "en")
    [anna] = await shell.reads("users", "list")
    assert (anna["role"], anna["name"], anna["teams"], anna["languages"], anna["skills"]) == (
        "admin",
        "Anna Żak",
        [],
        ["ro", "en"],
        ["B2B"],
    )
    assert (await shell.log())[1:] == [
        ("changed_user", "anna", {"role": "admin", "before": "agent"}),
        ("changed_user", "anna", {"changed": ["languages", "name", "teams"]}),
    ]
    assert (await shell.run("users", "change", "anna"))[0] == 2


async def test_somebody_is_kept_out_and_let_in_again(shell: Shell) -> None:
    await shell.does("users", "add", "anna", "--password-stdin", said=GIVEN)
    await shell.does("users", "lock", "anna")
    assert await shell.sign_in("anna", GIVEN) == Refused(locked=False)
    assert re.search(r"anna .* locked +\n", await shell.does("users", "list"))
    await shell.does("users", "unlock", "anna")
    for _ in range(MOST_WRONG):
        await shell.sign_in("anna", "wrong password")
    await shell.does("users", "unlock", "anna")
    assert isinstance(await shell.sign_in("anna", GIVEN), SignedIn)
    assert [action for action, *_ in await shell.log()] == ["made_user", "kept_out", "let_in", "let_in"]


async def test_somebody_is_invited_by_a_link_that_is_shown_once(shell: Shell) -> None:
    said = await shell.does("users", "invite", "Ola", "--role", "supervisor", "--name", "Ola Lis", "--team", "calls", "--language", "pl")
    shown = re.fullmatch(
        r"ola is invited as supervisor\. The link is shown only now, .* 72 hours: http://localhost:8000/invite/(\S{43})\n", said
    )
    assert shown, said
    [ola] = await shell.reads("users", "invites")
    assert (ola["login"], ola["name"], ola["role"], ola["teams"], ola["languages"], ola["invited_by"]) == (
        "ola", "Ola Lis", "supervisor", ["calls"], ["pl"], "shell",
    )  # fmt: skip
    assert shown[1] not in str(await shell.rows("SELECT invites::text FROM invites")) + str(
        await shell.rows("SELECT audit::text FROM audit")
    )
    assert re.search(r"ola +Ola Lis +supervisor +calls +shell +20\d\d-", await shell.does("users", "invites"))
    async with shell.database.transaction() as session:
        found = await invites.of(session, SystemClock().now(), shown[1])
        await changes.join(Hand(session, SystemClock().now(), "ola"), found, GIVEN)
    assert isinstance(await shell.sign_in("ola", GIVEN), SignedIn)
    assert await shell.reads("users", "invites") == []
    assert [(action, detail) for action, _, detail in await shell.log()] == [("invited", {"role": "supervisor"})]


async def test_an_invite_is_withdrawn(shell: Shell) -> None:
    await shell.does("users", "invite", "ola")
    assert await shell.does("users", "withdraw", "OLA") == "ola is not invited any more.\n"
    assert await shell.reads("users", "invites") == []
    assert await shell.fails("users", "withdraw", "ola") == "There is no such invite."
    assert await shell.fails("users", "invite", "o") == "A login has 2 to 100 letters, digits or ._@+- and begins with a letter or a digit."
    assert [action for action, *_ in await shell.log()] == ["invited", "withdrew_invite"]


async def test_what_is_changed_to_what_it_was_is_not_noted(shell: Shell) -> None:
    await shell.does("users", "add", "anna", "--name", "Anna", "--team", "calls")
    await shell.does("users", "change", "anna", "--name", "Anna", "--team", "calls", "--skill", "B2B")
    assert (await shell.log())[1:] == [("changed_user", "anna", {"changed": ["skills"]})]
    await shell.does("users", "change", "anna", "--name", "Anna")
    assert len(await shell.log()) == 2


async def test_the_list_is_a_table(shell: Shell) -> None:
    await shell.does("users", "add", "jan", "--name", "Jan Kos", "--team", "calls", "--team", "B2B", "--language", "pl")
    await shell.does("users", "add", "anna", "--role", "admin")
    heading, *rows = (await shell.does("users", "list")).splitlines()
    assert re.split(r"  +", heading.strip()) == ["Login", "Name", "Role", "Teams", "Languages", "Skills", "State", "Last seen"]
    assert [re.split(r"  +", row.strip()) for row in rows] == [
        ["anna", "anna", "admin", "pl, en, ro", "active"], ["jan", "Jan Kos", "agent", "calls, B2B", "pl", "active"],
    ]  # fmt: skip


async def test_the_log_is_shown(shell: Shell) -> None:
    await shell.does("users", "add", "anna")
    await shell.does("users", "add", "jan")
    await shell.sign_in("anna", "wrong password")
    await shell.does("users", "role", "anna", "supervisor")
    everything = await shell.reads("users", "log")
    assert [(entry["who"], entry["action"]) for entry in everything] == [
        ("shell", "changed_user"), ("anna", "sign_in_refused"), ("shell", "made_user"), ("shell", "made_user"),
    ]  # fmt: skip
    assert set(everything[0]) == {"id", "at", "who", "action", "about", "detail", "address"}
    assert [entry["action"] for entry in await shell.reads("users", "log", "--who", "anna")] == ["sign_in_refused"]
    for about in ("anna", everything[0]["about"]):
        assert [entry["action"] for entry in await shell.reads("users", "log", "--about", about)] == [
            "changed_user", "sign_in_refused", "made_user",
        ]  # fmt: skip
    assert len(await shell.reads("users", "log", "--most", "2")) == 2
    assert (await shell.run("users", "log", "--most", "0"))[0] == 2
    table = await shell.does("users", "log")
    assert re.search(r"shell +changed_user +U-\w+ +role: supervisor, login: anna, before: agent", table)
    assert re.search(r"anna +sign_in_refused +U-\w+ +203\.0\.113\.7", table)


async def test_keys_are_made_listed_and_revoked(shell: Shell) -> None:
    said = await shell.does("keys", "add", "the shop's CRM", "--scope", "people", "--scope", "touchpoints")
    shown = re.fullmatch(r"The key (\w+) is made\. It is shown only now: (\S+)\n", said)
    assert shown, said
    keyring = keys.Keyring(shell.database, SystemClock())
    assert await keyring.scopes(shown[2]) == {"people", "touchpoints"}
    [key] = await shell.reads("keys", "list")
    assert (key["id"], key["name"], sorted(key["scopes"]), key["revoked"]) == (shown[1], "the shop's CRM", ["people", "touchpoints"], None)
    assert set(key) == {"id", "name", "scopes", "created", "used", "revoked"}
    assert "the shop's CRM  touchpoints, people" in await shell.does("keys", "list")
    await shell.does("keys", "revoke", shown[1])
    assert await keys.Keyring(shell.database, SystemClock()).scopes(shown[2]) == frozenset()
    assert (await shell.reads("keys", "list"))[0]["revoked"]
    assert [(action, name) for action, name, _ in await shell.log()] == [("made_key", "the shop's CRM"), ("revoked_key", "the shop's CRM")]
    assert shown[2].rpartition("_")[2] not in str(await shell.rows("SELECT * FROM audit"))


async def test_keys_that_cannot_be_are_refused(shell: Shell) -> None:
    assert (await shell.fails("keys", "add", "CRM", "--scope", "everything")).startswith("A key has at least one scope of ")
    assert await shell.fails("keys", "revoke", "nothing") == "There is no such key."
    assert (await shell.run("keys", "add", "CRM"))[0] == 2
    assert await shell.reads("keys", "list") == []


# ---- in earnest


async def voxtrail(environment: dict[str, str], *arguments: str) -> tuple[int, str, str]:
    """A process of its own: exit status, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("voxtrail")), *arguments, env={**os.environ, **environment},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, out.decode(), err.decode()


async def test_beside_a_service_and_without_it() -> None:
    with tempfile.TemporaryDirectory(prefix="voxtrail-", ignore_cleanup_errors=True) as folder:
        serving = Serving(Path(folder), VOXTRAIL_CALLS="false")
        environment = {"DATA_DIR": folder, "DATABASE_URL": ""}
        try:
            await serving.start()

            async def says() -> re.Match[str] | None:
                return re.search(rf"  Sign in     admin with the password ({MADE}) ", (serving.data_dir / "output").read_text())

            password = (await become(says))[1]
            assert password == (serving.data_dir / "admin_password").read_text()
            status, out, err = await voxtrail(environment, "users", "add", "anna", "--role", "admin")
            assert status == 0, err
            made = out.split()[-1]
            answer = await serving.http.post("/sign-in", data={"login": "anna", "password": made})
            assert answer.headers["location"].startswith("/password")
            assert await serving.stop() == 0
            status, out, err = await voxtrail(environment, "users", "list", "--json")
            assert status == 0, err
            found = [json.loads(line) for line in out.splitlines()]
            assert [(user["login"], user["last_seen"] is None) for user in found] == [("admin", True), ("anna", False)]
        finally:
            await serving.close()


async def test_a_database_that_is_away_is_one_sentence(tmp_path: Path) -> None:
    away = {"DATA_DIR": str(tmp_path), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    status, out, err = await voxtrail(away, "users", "list")
    assert (status, out) == (1, "")
    assert err.startswith("Voxtrail cannot go on: The database of DATABASE_URL does not answer")
    assert "Traceback" not in err


async def test_of_the_whole_command_line_nothing_heavy_is_loaded_for_help() -> None:
    code = "import sys, bot.cli; print([name for name in ('sqlalchemy', 'fastapi', 'argon2') if name in sys.modules])"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    assert (await process.communicate())[0].decode().strip() == "[]"
