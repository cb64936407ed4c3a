"""Signing in against the real database: right, wrong and locked; sessions and their end; and what the log says of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.users import accounts, sessions
from bot.users.sessions import IDLE, LASTS, LOCKED, MOST_WRONG, Refused, SignedIn
from tests.house import PASSWORD, START
from tests.office import ADDRESS, ANOTHER, Office, changed, empty_office, kept_out


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    """Nobody is there yet."""
    async with empty_office(database_url) as found:
        yield found


# ---- signing in


async def test_the_right_password_begins_a_session(office: Office) -> None:
    await office.add("anna", must_change=True)
    found = await office.sign_in(" Anna ")
    assert isinstance(found, SignedIn)
    assert found.must_change
    assert await office.whose(found.token) == "anna"
    assert await office.log() == [("anna", "signed_in", "anna")]
    assert await office.rows("SELECT address FROM user_sessions") == [(ADDRESS,)]


async def test_only_a_hash_of_the_session_is_kept(office: Office) -> None:
    await office.add("anna")
    token = await office.token("anna")
    kept = await office.everything()
    assert token not in kept
    assert PASSWORD not in kept
    [(session,)] = await office.rows("SELECT id FROM user_sessions")
    assert await office.whose(session) is None  # what stands in the table opens nothing


@pytest.mark.parametrize("password", ["", "wrong password", PASSWORD.upper(), PASSWORD + " ", "\x00", "\ud800", "x" * 10_000])
async def test_a_wrong_password_begins_nothing(office: Office, password: str) -> None:
    await office.add("anna")
    assert await office.sign_in("anna", password) == Refused(locked=False)
    assert await office.rows("SELECT 1 FROM user_sessions") == []
    assert await office.log() == [("anna", "sign_in_refused", "anna")]
    assert not password.strip("\x00\ud800 ") or password not in await office.everything()


@pytest.mark.parametrize("login", ["nobody", "my secret typed in here", "a\x00b", "\ud800", "", "' OR 1=1 --", "x" * 10_000])
async def test_a_login_that_nobody_has_is_refused_and_not_written_down(office: Office, login: str) -> None:
    await office.add("anna")
    assert await office.sign_in(login) == Refused(locked=False)
    assert await office.log() == [("?", "sign_in_refused", "")]
    assert len(login) < 3 or login not in await office.everything()


async def test_who_is_kept_out_cannot_sign_in(office: Office) -> None:
    await office.add("anna")
    await changed(office, "anna", kept_out)
    assert await office.sign_in("anna") == Refused(locked=False)
    assert await office.log() == [("anna", "sign_in_refused", "anna")]
    async with office.database.transaction() as session:
        await accounts.set_active(session, await accounts.known(session, "anna"), True)
    assert await office.whose(await office.token("anna")) == "anna"


async def test_five_wrong_passwords_lock_the_login_for_a_quarter_of_an_hour(office: Office) -> None:
    await office.add("anna")
    await office.add("jan")
    tries = [await office.sign_in("anna", f"wrong password {number}") for number in range(MOST_WRONG)]
    assert tries == [Refused(locked=False)] * 4 + [Refused(locked=True)]
    assert (MOST_WRONG, LOCKED.total_seconds()) == (5, 15 * 60)
    assert await office.sign_in("anna") == Refused(locked=True)  # the right one
    assert await office.whose(await office.token("jan")) == "jan"
    office.clock.advance(seconds=LOCKED.total_seconds() - 1)
    assert await office.sign_in("anna") == Refused(locked=True)
    office.clock.advance(seconds=1)
    assert await office.whose(await office.token("anna")) == "anna"
    actions = [action for who, action, _ in await office.log() if who == "anna"]
    assert actions == ["sign_in_refused"] * 4 + ["locked"] + ["sign_in_refused"] * 2 + ["signed_in"]


async def test_after_the_lock_one_may_be_wrong_as_often_again(office: Office) -> None:
    await office.add("anna")
    for _ in range(2):
        tries = [await office.sign_in("anna", "wrong password") for _ in range(MOST_WRONG)]
        assert tries == [Refused(locked=False)] * 4 + [Refused(locked=True)]
        office.clock.advance(seconds=LOCKED.total_seconds())


async def test_the_right_password_clears_the_count(office: Office) -> None:
    await office.add("anna")
    for _ in range(2):
        for _ in range(MOST_WRONG - 1):
            assert await office.sign_in("anna", "wrong password") == Refused(locked=False)
        await office.token("anna")
    assert (await office.user("anna")).failed == 0


async def test_wrong_passwords_at_the_same_moment_are_all_counted(office: Office) -> None:
    await office.add("anna")
    tries = await asyncio.gather(*(office.sign_in("anna", f"wrong password {number}") for number in range(MOST_WRONG)))
    assert tries.count(Refused(locked=True)) == 1
    assert await office.sign_in("anna") == Refused(locked=True)


@pytest.mark.parametrize("how", ["password", "let in"])
async def test_an_admin_opens_a_locked_login(office: Office, how: str) -> None:
    await office.add("anna")
    for _ in range(MOST_WRONG):
        await office.sign_in("anna", "wrong password")
    async with office.database.transaction() as session:
        anna = await accounts.known(session, "anna")
        if how == "password":
            await accounts.set_password(session, anna, ANOTHER, must_change=True)
        else:
            await accounts.set_active(session, anna, True)
    assert isinstance(await office.sign_in("anna", ANOTHER if how == "password" else PASSWORD), SignedIn)


async def test_the_old_password_does_not_slip_in_while_it_is_changed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await office.add("anna")
    fits = accounts.fits

    async def slowly(password: str, password_hash: str) -> bool:
        found = await fits(password, password_hash)
        async with office.database.transaction() as session:
            await accounts.set_password(session, await accounts.known(session, "anna"), ANOTHER, must_change=False)
        return found

    monkeypatch.setattr(accounts, "fits", slowly)
    assert await office.sign_in("anna") == Refused(locked=False)
    assert await office.rows("SELECT 1 FROM user_sessions") == []


# ---- sessions


async def test_a_session_ends_after_twelve_hours_of_work(office: Office) -> None:
    await office.add("anna")
    token = await office.token("anna")
    assert LASTS.total_seconds() == 12 * 3600
    for _ in range(11):
        office.clock.advance(hours=1)
        assert await office.whose(token) == "anna"
    office.clock.advance(minutes=59, seconds=59)
    assert await office.whose(token) == "anna"
    office.clock.advance(seconds=1)
    assert await office.whose(token) is None


async def test_a_session_ends_when_nothing_was_asked_for_two_hours(office: Office) -> None:
    await office.add("anna")
    token = await office.token("anna")
    assert IDLE.total_seconds() == 2 * 3600
    office.clock.advance(hours=1, minutes=59)
    assert await office.whose(token) == "anna"
    office.clock.advance(hours=1, minutes=59, seconds=59)
    assert await office.whose(token) == "anna"
    office.clock.advance(hours=2)
    assert await office.whose(token) is None


async def test_it_is_known_to_the_minute_when_somebody_was_here(office: Office) -> None:
    anna = await office.add("anna")
    await office.add("jan")
    token = await office.token("anna")

    async def seen() -> Any:
        async with office.database.sessions() as session:
            return {user: (at - START).total_seconds() for user, at in (await sessions.last_seen(session)).items()}

    office.clock.advance(seconds=59)
    assert await office.whose(token) == "anna"
    assert await seen() == {anna.id: 0}
    office.clock.advance(seconds=1)
    assert await office.whose(token) == "anna"
    assert await seen() == {anna.id: 60}


@pytest.mark.parametrize("what", ["password", "role", "kept out"])
async def test_sessions_end_with_what_they_began_with(office: Office, what: str) -> None:
    await office.add("anna")
    await office.add("jan")
    here, there, other = await office.token("anna"), await office.token("anna"), await office.token("jan")
    async with office.database.transaction() as session:
        anna = await accounts.known(session, "anna")
        if what == "password":
            await accounts.set_password(session, anna, ANOTHER, must_change=False)
        elif what == "role":
            await accounts.set_role(session, anna, "supervisor")
        else:
            await accounts.set_active(session, anna, False)
    assert [await office.whose(token) for token in (here, there, other)] == [None, None, "jan"]


async def test_signing_out_ends_this_session_and_no_other(office: Office) -> None:
    await office.add("anna")
    here, there = await office.token("anna"), await office.token("anna")
    for _ in range(2):
        await sessions.sign_out(office.database, office.clock.now(), here, ADDRESS)
    assert [await office.whose(token) for token in (here, there)] == [None, "anna"]
    assert await office.log() == [("anna", "signed_in", "anna")] * 2 + [("anna", "signed_out", "anna")]


async def test_signing_out_of_two_pages_at_once_is_signing_out_once(office: Office) -> None:
    await office.add("anna")
    token = await office.token("anna")
    office.clock.advance(minutes=10)
    leaving = [sessions.sign_out(office.database, office.clock.now(), token, ADDRESS) for _ in range(2)]
    await asyncio.gather(*leaving, *(office.whose(token) for _ in range(4)))
    assert [action for _, action, _ in await office.log()] == ["signed_in", "signed_out"]


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "x" * 1000, "\x00", "\ud800", "żółć"])
async def test_a_token_that_was_made_up_opens_nothing(office: Office, token: str) -> None:
    await office.add("anna")
    assert await office.whose(token) is None
    await sessions.sign_out(office.database, office.clock.now(), token, ADDRESS)
    assert await office.log() == []


async def test_sessions_that_are_over_are_cleared_away(office: Office) -> None:
    await office.add("anna")
    await office.token("anna")
    office.clock.advance(seconds=LASTS.total_seconds())
    there = await office.token("anna")
    assert await office.whose(there) == "anna"
    assert await office.rows("SELECT count(*) FROM user_sessions") == [(1,)]


async def test_a_page_that_only_follows_keeps_no_session_alive(office: Office) -> None:
    await office.add("anna")
    token = await office.token("anna")
    for minutes in (50, 50):
        office.clock.advance(minutes=minutes)
        assert await sessions.user_of(office.database, office.clock.now(), token, used=False) is not None
    office.clock.advance(minutes=50)
    assert await sessions.user_of(office.database, office.clock.now(), token, used=False) is None
