"""The first admin: made once where there is nobody, with a password that waits until it is changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.start import show_pages
from bot.users import accounts, first
from bot.users.sessions import SignedIn
from tests.house import START, house
from tests.office import ANOTHER, Office, empty_office


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    """Nobody is there yet."""
    async with empty_office(database_url) as found:
        yield found


def settings(folder: Path) -> Settings:
    """Settings with this DATA_DIR."""
    return Settings(_env_file=None, data_dir=folder)


async def test_of_services_that_start_at_once_one_makes_the_admin(office: Office, tmp_path: Path) -> None:
    own = settings(tmp_path)
    await asyncio.gather(*(first.make(office.database, own, START) for _ in range(4)))
    assert await office.rows("SELECT login, role, must_change FROM users") == [("admin", "admin", True)]
    assert await office.log() == [("service", "made_user", "admin")]
    assert (first.path(own).stat().st_mode & 0o777, [file.name for file in tmp_path.iterdir()]) == (0o600, ["admin_password"])
    written = first.password(own)
    assert len(written) >= 16
    assert written not in await office.everything()
    found = await office.sign_in("admin", written)
    assert isinstance(found, SignedIn)
    assert found.must_change


async def test_where_there_are_users_nobody_is_made(office: Office, tmp_path: Path) -> None:
    await office.add("anna")
    await first.make(office.database, settings(tmp_path), START)
    assert await office.rows("SELECT login FROM users") == [("anna",)]
    assert list(tmp_path.iterdir()) == []


async def test_a_password_of_another_database_is_overwritten(office: Office, tmp_path: Path) -> None:
    own = settings(tmp_path)
    first.path(own).write_text("of an earlier database")
    first.path(own).with_suffix(".tmp").write_text("half")
    await first.make(office.database, own, START)
    assert isinstance(await office.sign_in("admin", first.password(own)), SignedIn)
    assert first.path(own).stat().st_mode & 0o777 == 0o600


async def test_the_password_waits_until_it_is_changed(office: Office, tmp_path: Path) -> None:
    own = settings(tmp_path)
    for _ in range(3):
        await first.make(office.database, own, START)
    written = first.password(own)
    assert isinstance(await office.sign_in("admin", written), SignedIn)
    async with office.database.transaction() as session:
        await accounts.set_password(session, await accounts.known(session, "admin"), ANOTHER, must_change=False)
    await first.make(office.database, own, START)
    assert first.password(own) == ""
    assert list(tmp_path.iterdir()) == []


async def test_a_password_that_opens_nothing_does_not_wait(office: Office, tmp_path: Path) -> None:
    own = settings(tmp_path)
    await first.make(office.database, own, START)
    async with office.database.transaction() as session:  # somebody reset it elsewhere
        await accounts.set_password(session, await accounts.known(session, "admin"), ANOTHER, must_change=True)
    await first.make(office.database, own, START)
    assert first.password(own) == ""
    first.forget(own)
    first.forget(own)


@pytest.mark.usefixtures("_flows_read_once")
async def test_a_service_that_starts_says_how_to_sign_in(
    office: Office, database_url: str, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with house(database_url, data_dir) as found:
        own = found.service.settings
        browser = found.visitor()
        answer = await browser.post("/sign-in", data={"login": "admin", "password": first.password(own)})
        assert answer.headers["location"].startswith("/password")
        show_pages(own, "the-key")
        shown = capsys.readouterr().err
        assert f"  Sign in     admin with the password {first.password(own)}" in shown
        assert "  API key     the-key" in shown
        first.forget(own)
        show_pages(own, "the-key")
        assert "Sign in" not in capsys.readouterr().err
