"""Users in the real database: made, described, promoted, kept out, and never without an admin."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.problems import Problem
from bot.store.models import User
from bot.users import accounts, audit
from tests.house import PASSWORD, START
from tests.office import ADDRESS, Change, Office, changed, demoted, empty_office, kept_out, refused


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    """Nobody is there yet."""
    async with empty_office(database_url) as found:
        yield found


# ---- made and changed


async def test_a_user_is_kept_as_described_and_the_password_as_a_hash(office: Office) -> None:
    await office.add(" Anna.N@Example.com ", "supervisor", name=" Anna Nowak ", teams=["returns", " returns", "", "calls"], skills=["B2B"])
    anna = await office.user("ANNA.N@example.com")
    assert (anna.login, anna.name, anna.role, anna.active, anna.failed) == ("anna.n@example.com", "Anna Nowak", "supervisor", True, 0)
    assert (anna.teams, anna.languages, anna.skills) == (["returns", "calls"], ["pl", "en", "ro"], ["B2B"])
    assert (anna.presence, anna.created, anna.locked_until) == ("away", START, None)
    assert anna.password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert PASSWORD not in await office.everything()
    async with office.database.sessions() as session:
        assert [user.login for user in await accounts.every(session)] == ["anna.n@example.com"]
        assert await accounts.find(session, "somebody") is None
        assert await refused(accounts.known(session, "somebody")) == "user_not_found"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"login": "a"}, "login_wrong"), ({"login": "anna nowak"}, "login_wrong"), ({"login": "-anna"}, "login_wrong"),
        ({"login": "żaneta"}, "login_wrong"), ({"login": "a\x00b"}, "login_wrong"), ({"login": "x" * 101}, "login_wrong"),
        ({"login": "bot"}, "login_wrong"), ({"role": "boss"}, "role_wrong"), ({"name": "<b>"}, "name_wrong"), ({"name": "Bot"}, "name_wrong"),
        ({"languages": ["de"]}, "languages_wrong"), ({"teams": ["<b>"]}, "teams_wrong"), ({"skills": ["x" * 61]}, "skills_wrong"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_named_and_nobody_is_made(office: Office, wrong: dict[str, Any], code: str) -> None:
    assert await refused(office.add(**{"login": "anna", **wrong})) == code
    assert await office.rows("SELECT login FROM users") == []


async def test_a_login_is_taken_once(office: Office) -> None:
    await office.add("anna")
    assert await refused(office.add(" ANNA")) == "login_taken"


async def test_of_many_who_take_a_login_at_once_one_gets_it(office: Office) -> None:
    ended = await asyncio.gather(*(refused(office.add("anna")) for _ in range(4)))
    assert sorted(ended) == ["", "login_taken", "login_taken", "login_taken"]


async def test_a_new_password_must_be_a_good_one(office: Office) -> None:
    await office.add("anna")
    async with office.database.transaction() as session:
        anna = await accounts.known(session, "anna")
        assert await refused(accounts.set_password(session, anna, "short", must_change=False)) == "password_wrong"
    assert await office.whose(await office.token("anna")) == "anna"


@pytest.mark.parametrize(("presence", "code"), [("available", ""), ("gone fishing", "presence_wrong")])
async def test_presence_is_what_an_agent_says(office: Office, presence: str, code: str) -> None:
    await office.add("anna")
    office.clock.advance(minutes=5)

    async def say(session: Any, user: User) -> None:
        accounts.set_presence(user, presence, office.clock.now())

    assert await refused(changed(office, "anna", say)) == code
    anna = await office.user("anna")
    assert (anna.presence, anna.presence_since > START) == ("away" if code else presence, not code)


# ---- admins


@pytest.mark.parametrize("change", [demoted, kept_out])
async def test_the_last_admin_stays(office: Office, change: Change) -> None:
    for login, role in (("adam", "admin"), ("eva", "admin"), ("anna", "agent"), ("old", "admin")):
        await office.add(login, role)
    await changed(office, "anna", change)
    await changed(office, "old", kept_out)
    await changed(office, "eva", change)
    assert await refused(changed(office, "adam", change)) == "last_admin"
    adam = await office.user("adam")
    assert (adam.role, adam.active) == ("admin", True)


@pytest.mark.parametrize("one", [demoted, kept_out])
@pytest.mark.parametrize("other", [demoted, kept_out])
async def test_two_admins_who_remove_each_other_at_once_do_not_both_succeed(office: Office, one: Change, other: Change) -> None:
    await office.add("adam", "admin")
    await office.add("eva", "admin")
    together = asyncio.Barrier(2)

    async def remove(login: str, change: Change) -> None:
        async with office.database.transaction() as session:
            user = await accounts.known(session, login)
            await together.wait()  # both have looked, and both were admins
            await change(session, user)
            await asyncio.sleep(0.05)  # and neither has committed yet

    ended = await asyncio.gather(refused(remove("adam", one)), refused(remove("eva", other)))
    assert sorted(ended) == ["", "last_admin"]
    assert await office.rows("SELECT count(*) FROM users WHERE role = 'admin' AND active") == [(1,)]


async def test_who_became_the_last_admin_meanwhile_stays(office: Office) -> None:
    await office.add("adam", "admin")
    await office.add("anna", "agent")
    async with office.database.transaction() as session:
        anna = await accounts.known(session, "anna")
        assert anna.role == "agent"
        async with office.database.transaction() as elsewhere:
            await accounts.set_role(elsewhere, await accounts.known(elsewhere, "anna"), "admin")
        await changed(office, "adam", demoted)
        assert await refused(accounts.set_active(session, anna, False)) == "last_admin"


async def test_a_role_and_a_name_change_together(office: Office) -> None:
    await office.add("anna")
    async with office.database.transaction() as session:
        anna = await accounts.known(session, "anna")
        accounts.describe(anna, name="Anna Nowak", teams=["calls"])
        await accounts.set_role(session, anna, "supervisor")
    anna = await office.user("anna")
    assert (anna.name, anna.teams, anna.role) == ("Anna Nowak", ["calls"], "supervisor")


# ---- the log


async def test_the_log_is_read_page_by_page(office: Office) -> None:
    async with office.database.transaction() as session:
        for number in range(5):
            audit.write(session, office.clock.now(), "anna" if number % 2 else "jan", "saw", f"P-{number}", address=ADDRESS, number=number)
    async with office.database.sessions() as session:

        async def abouts(**chosen: Any) -> list[str]:
            return [entry.about for entry in await audit.entries(session, **chosen)]

        assert await abouts() == ["P-4", "P-3", "P-2", "P-1", "P-0"]
        assert await abouts(most=2) == ["P-4", "P-3"]
        third = (await audit.entries(session, about="P-2"))[0]
        assert await abouts(before=third.id) == ["P-1", "P-0"]
        assert await abouts(who="anna") == ["P-3", "P-1"]
        assert await abouts(who="anna", about="P-4") == await abouts(who="\x00") == await abouts(about="\ud800") == []
        assert (third.detail, third.address, third.at) == ({"number": 2}, ADDRESS, START)


async def test_what_did_not_happen_is_not_in_the_log(office: Office) -> None:
    await office.add("anna")

    async def fail(session: Any, user: User) -> None:
        audit.write(session, office.clock.now(), "anna", "saw", "P-1")
        await session.flush()
        raise Problem(409, "too_late", "Too late.")

    assert await refused(changed(office, "anna", fail)) == "too_late"
    assert await office.log() == []
