"""The sockets of open pages, spoken to by a real client: a page belongs to the session that opened it, and to nobody else's socket."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx
import pytest
import socketio
from nicegui import Client
from socketio.exceptions import ConnectionError as NotConnectedError

from bot.desk.session import COOKIE
from tests.house import House, become


async def opened(browser: httpx.AsyncClient, path: str = "/journey") -> str:
    """A page that is open in this browser: its id."""
    answer = await browser.get(path)
    found = re.search(r"['\"]client_id['\"]: ['\"]([0-9a-f-]{36})", answer.text)
    assert found, answer.text[:2000]
    return found[1]


@asynccontextmanager
async def socket(home: House, browser: httpx.AsyncClient, page: str = "", tab: str = "") -> AsyncIterator[socketio.AsyncClient]:
    """A socket of this browser, which says that it shows the page. Raises NotConnectedError where it is refused."""
    client = socketio.AsyncClient(reconnection=False)
    query = {
        "implicit_handshake": "true",
        "client_id": page,
        "tab_id": tab or str(uuid4()),
        "document_id": str(uuid4()),
        "next_message_id": 0,
    }
    cookie = {"Cookie": f"{COOKIE}={browser.cookies[COOKIE]}"} if COOKIE in browser.cookies else {}
    url = f"{home.url}?{urlencode(query)}" if page else home.url
    try:
        await client.connect(url, headers=cookie, transports=["websocket"], socketio_path="/_nicegui_ws/socket.io", retry=False)
        yield client
    finally:
        await client.disconnect()
        await client.eio.disconnect()


async def refusals(home: House) -> list[tuple[str, str, str]]:
    """What was refused: who, why, what."""
    found = await home.queue.rows(
        "SELECT who, about, detail FROM audit WHERE action = 'refused' AND detail->>'why' = 'foreign_page' ORDER BY id"
    )
    return [(row["who"], row["detail"]["why"], row["about"]) for row in found]


async def test_a_page_is_shown_to_the_browser_that_opened_it(at_home: House) -> None:
    browser = await at_home.signed_in("agent")
    page = await opened(browser)
    async with socket(at_home, browser, page) as own:
        assert own.connected
        assert Client.instances[page].has_socket_connection
    assert await refusals(at_home) == []


@pytest.mark.parametrize("thief", ["agent", "admin", ""])
async def test_nobody_else_sees_a_page_whose_id_they_know(at_home: House, thief: str) -> None:
    browser = await at_home.signed_in("agent")
    page = await opened(browser)
    other = await at_home.signed_in(thief) if thief else at_home.visitor()
    before = len(await refusals(at_home))
    with pytest.raises(NotConnectedError):
        async with socket(at_home, other, page):
            pass
    assert not Client.instances[page].has_socket_connection
    [refused] = (await refusals(at_home))[before:]
    assert refused[1:] == ("foreign_page", "/journey")
    assert (refused[0] == "stranger") is (not thief)


async def test_nobody_joins_a_page_by_a_later_handshake(at_home: House) -> None:
    browser, other = await at_home.signed_in("agent"), await at_home.signed_in("agent")
    page, tab = await opened(browser), str(uuid4())
    words = {"client_id": page, "tab_id": tab, "document_id": str(uuid4()), "next_message_id": 0}
    async with socket(at_home, browser, page, tab), socket(at_home, other) as thief:
        assert await thief.call("handshake", words) is False
        heard: list[Any] = []
        thief.on("update", heard.append)
        thief.on("run_javascript", heard.append)
        Client.instances[page].run_javascript("1")
        await asyncio.sleep(0.3)
        assert heard == []
    for odd in ("", None, 7, {}, {"client_id": 7}):
        async with socket(at_home, other) as thief:
            assert await thief.call("handshake", odd) is False


async def test_nobody_sends_events_to_a_page_of_another(at_home: House) -> None:
    browser, other = await at_home.signed_in("agent"), await at_home.signed_in("agent")
    page, own = await opened(browser), await opened(other)
    came: list[Any] = []
    Client.instances[page].handle_event = came.append  # type: ignore[method-assign]
    event = {"client_id": page, "id": 0, "listener_id": "x", "args": []}
    before = len(await refusals(at_home))
    async with socket(at_home, browser, page) as victim:
        async with socket(at_home, other, own) as thief:
            await thief.emit("event", event)

            async def cut_off() -> bool:
                return not thief.connected

            await become(cut_off)
        assert came == []
        assert len(await refusals(at_home)) == before + 1
        await victim.emit("event", event)

        async def arrived() -> bool:
            return bool(came)

        await become(arrived)
        assert victim.connected
    assert len(came) == 1


async def test_a_page_of_a_session_that_is_over_is_not_shown_again(at_home: House) -> None:
    browser = await at_home.signed_in("agent")
    page, before = await opened(browser), await refusals(at_home)
    cookie = browser.cookies[COOKIE]
    await browser.post("/sign-out")
    browser.cookies.set(COOKIE, cookie)
    for _ in range(2):
        with pytest.raises(NotConnectedError):
            async with socket(at_home, browser, page):
                pass
        browser.cookies.clear()
    assert await refusals(at_home) == before  # an honest browser that comes too late


async def test_a_made_up_page_is_shown_to_nobody(at_home: House) -> None:
    browser = await at_home.signed_in("agent")
    for page in (str(uuid4()), "x"):
        with pytest.raises(NotConnectedError):
            async with socket(at_home, browser, page):
                pass


async def test_another_site_opens_no_socket_even_with_the_cookie(at_home: House) -> None:
    browser = await at_home.signed_in("agent")
    page = await opened(browser)
    client = socketio.AsyncClient(reconnection=False)
    headers = {"Cookie": f"{COOKIE}={browser.cookies[COOKIE]}", "Origin": "https://evil.example"}
    for transport in ("websocket", "polling"):
        with pytest.raises(NotConnectedError):
            await client.connect(
                f"{at_home.url}?{urlencode({'implicit_handshake': 'true', 'client_id': page})}", headers=headers, transports=[transport],
                socketio_path="/_nicegui_ws/socket.io", retry=False,
            )  # fmt: skip
    await client.eio.disconnect()
    found = await at_home.queue.rows("SELECT who, about FROM audit WHERE detail->>'why' = 'foreign_origin' ORDER BY id")
    assert [row["about"].split()[0] for row in found] == ["WS", "GET"]
    assert found[0]["who"] not in ("stranger", "")
