"""Invites: a link with which somebody chooses a password, once and for a while; every other link is refused, said so, and audited."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot.desk.session import COOKIE
from bot.store.models import Invite
from bot.users import accounts, changes, invites
from bot.users.changes import Hand
from tests.house import House
from tests.office import refused

HOURS = timedelta(hours=72)
OWN = "a password of my own"


async def invite(home: House, login: str, role: str = "agent", **described: Any) -> str:
    """Invite somebody: the token."""
    async with home.service.database.transaction() as session:
        return (await changes.invite(Hand(session, home.clock.now(), "adam"), HOURS, login, role, **described))[1]


async def withdraw(home: House, login: str) -> None:
    """Withdraw it."""
    async with home.service.database.transaction() as session:
        await changes.withdraw(Hand(session, home.clock.now(), "adam"), login)


async def accept(browser: httpx.AsyncClient, token: str, new: str = OWN, again: str = "") -> httpx.Response:
    """What the form does."""
    return await browser.post(f"/invite/{token}", data={"new": new, "again": again or new})


async def opens_nothing(home: House, token: str, status: int, said: str, why: str) -> None:
    """Neither the page nor the form lets anybody in; it is said and audited, and the token stands nowhere."""
    before = await home.queue.rows("SELECT count(*) FROM users")
    browser = home.visitor()
    for answer in (await browser.get(f"/invite/{token}"), await accept(browser, token)):
        assert answer.status_code == status, answer.text
        assert said in answer.text
        assert "set-cookie" not in answer.headers
    assert await home.queue.rows("SELECT count(*) FROM users") == before
    log = await home.queue.rows("SELECT who, about, detail FROM audit WHERE action = 'refused' ORDER BY id DESC LIMIT 2")
    assert log == [{"who": "stranger", "about": "/invite", "detail": {"why": why}}] * 2


async def test_who_is_invited_chooses_a_password_and_is_signed_in(at_home: House) -> None:
    token = await invite(at_home, " Ola ", "supervisor", name="Ola Lis", teams=["calls"], languages=["pl"], skills=["B2B"])
    browser = at_home.visitor()
    form = await browser.get(f"/invite/{token}")
    assert form.status_code == 200
    assert "Ola Lis, you are invited with the login ola." in form.text
    assert (form.headers["referrer-policy"], form.headers["cache-control"]) == ("same-origin", "no-store")
    answer = await accept(browser, token)
    assert (answer.status_code, answer.headers["location"]) == (303, "/journey")
    assert (await browser.get("/journey")).status_code == 200
    [ola] = await at_home.queue.rows("SELECT name, role, teams, languages, skills, must_change FROM users WHERE login = 'ola'")
    assert ola == {
        "name": "Ola Lis",
        "role": "supervisor",
        "teams": ["calls"],
        "languages": ["pl"],
        "skills": ["B2B"],
        "must_change": False,
    }
    log = await at_home.queue.rows("SELECT who, action, detail FROM audit WHERE who IN ('adam', 'ola') ORDER BY id")
    assert [(entry["who"], entry["action"]) for entry in log] == [("adam", "invited"), ("ola", "joined"), ("ola", "signed_in")]
    assert log[1]["detail"] == {"login": "ola", "role": "supervisor", "invited_by": "adam"}
    signed_in = await at_home.visitor().post("/sign-in", data={"login": "ola", "password": OWN})
    assert "wrong" not in signed_in.headers["location"]


async def test_a_link_works_once(at_home: House) -> None:
    token = await invite(at_home, "once")
    assert (await accept(at_home.visitor(), token)).status_code == 303
    await opens_nothing(at_home, token, 410, "has been used", "used_invite")


async def test_of_two_who_use_a_link_at_once_one_comes_in(at_home: House) -> None:
    token = await invite(at_home, "twice")
    answers = await asyncio.gather(*(accept(at_home.visitor(), token, f"{OWN} {number}") for number in range(3)))
    assert sorted(answer.status_code for answer in answers) == [303, 410, 410]


async def test_a_link_expires(at_home: House) -> None:
    token = await invite(at_home, "late")
    at_home.clock.advance(hours=71, minutes=59)
    assert (await at_home.visitor().get(f"/invite/{token}")).status_code == 200
    at_home.clock.advance(minutes=1)
    await opens_nothing(at_home, token, 410, "has expired", "expired_invite")
    async with at_home.service.database.sessions() as session:
        assert "late" not in [found.login for found in await invites.every(session, at_home.clock.now())]


async def test_a_withdrawn_link_opens_nothing(at_home: House) -> None:
    token = await invite(at_home, "unwanted")
    await withdraw(at_home, "unwanted")
    await opens_nothing(at_home, token, 410, "has been withdrawn", "withdrawn_invite")
    assert await refused(withdraw(at_home, "unwanted")) == "invite_not_found"
    assert await refused(withdraw(at_home, "no\x00body")) == "invite_not_found"


async def test_a_second_invite_withdraws_the_first(at_home: House) -> None:
    first, second = await invite(at_home, "again"), await invite(at_home, "again", "supervisor")
    await opens_nothing(at_home, first, 410, "has been withdrawn", "withdrawn_invite")
    async with at_home.service.database.sessions() as session:
        mine = [found for found in await invites.every(session, at_home.clock.now()) if found.login == "again"]
    assert [found.role for found in mine] == ["supervisor"]
    assert (await accept(at_home.visitor(), second)).status_code == 303


async def test_of_two_invites_at_once_one_is_open(at_home: House) -> None:
    await asyncio.gather(*(invite(at_home, "both") for _ in range(4)))
    async with at_home.service.database.sessions() as session:
        assert [found.login for found in await invites.every(session, at_home.clock.now())].count("both") == 1


@pytest.mark.parametrize("token", ["x", "a" * 43, "%00", "ż", "../users", "a" * 2000, "' OR 1=1 --"])
async def test_a_made_up_link_opens_nothing(at_home: House, token: str) -> None:
    answer = await at_home.visitor().get(f"/invite/{token}")
    assert answer.status_code in (303, 404)  # ../users is another address
    if "/" not in token:
        await opens_nothing(at_home, token, 404, "There is no such invite", "forged_invite")


async def test_what_stands_in_the_table_is_no_link(at_home: House) -> None:
    token = await invite(at_home, "kept")
    [row] = await at_home.queue.rows("SELECT invites::text AS text, token_hash FROM invites WHERE login = 'kept'")
    assert token not in row["text"]
    await opens_nothing(at_home, row["token_hash"], 404, "There is no such invite", "forged_invite")


async def test_a_login_that_was_taken_meanwhile_is_told(at_home: House) -> None:
    token = await invite(at_home, "taken")
    async with at_home.service.database.transaction() as session:
        await accounts.add(session, at_home.clock.now(), "taken", OWN)
    await opens_nothing(at_home, token, 409, "There is a user taken already.", "taken_invite")
    assert await refused(invite(at_home, "taken")) == "login_taken"


@pytest.mark.parametrize(
    ("new", "again", "said"), [("short", "", "10 to 200"), ("a" * 12, "", "too easily guessed"), (OWN, OWN + "x", "not the same")]
)
async def test_a_bad_password_uses_nothing_up(at_home: House, new: str, again: str, said: str) -> None:
    token = await invite(at_home, f"picky{len(new)}{len(again)}")
    browser = at_home.visitor()
    answer = await accept(browser, token, new, again)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'role="alert"' in answer.text
    assert (await accept(browser, token)).status_code == 303


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"login": "Ola Lis"}, "login_wrong"), ({"login": "stranger"}, "login_wrong"), ({"role": "boss"}, "role_wrong"),
        ({"name": "<b>"}, "name_wrong"), ({"languages": ["de"]}, "languages_wrong"), ({"teams": ["<b>"]}, "teams_wrong"),
    ],
)  # fmt: skip
async def test_an_invite_that_nobody_could_accept_is_not_made(at_home: House, wrong: dict[str, Any], code: str) -> None:
    assert await refused(invite(at_home, **{"login": "somebody", **wrong})) == code
    assert await at_home.queue.rows("SELECT 1 FROM invites WHERE login = 'somebody'") == []


async def test_invites_that_have_long_been_over_are_cleared_away(at_home: House) -> None:
    await invite(at_home, "forgotten")
    at_home.clock.advance(days=34)
    await invite(at_home, "newer")
    found = await at_home.queue.rows("SELECT login FROM invites WHERE login IN ('forgotten', 'newer')")
    assert found == [{"login": "newer"}]


async def test_a_page_in_the_guests_language(at_home: House) -> None:
    token = await invite(at_home, "polka", name="Polka")
    in_polish = await at_home.visitor().get(f"/invite/{token}", headers={"Accept-Language": "pl-PL,pl;q=0.9"})
    assert '<html lang="pl">' in in_polish.text
    assert COOKIE not in in_polish.headers.get("set-cookie", "")
    over = await at_home.visitor().get(f"/invite/{'a' * 43}", headers={"Accept-Language": "pl"})
    assert "There is no such invite" not in over.text


def test_a_withdrawn_invite_is_told_from_an_expired_one_by_its_times() -> None:
    assert {"created", "expires", "used"} <= set(Invite.__table__.columns.keys())
