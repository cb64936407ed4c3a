"""Signing in to the pages, and what may be seen without."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from bot.api.access import Throttle, signature
from bot.desk.session import COOKIE, LASTS_S
from tests.house import House


async def sign_in(client: httpx.AsyncClient, key: str, following: str = "/journey") -> httpx.Response:
    """What the form does."""
    return await client.post("/sign-in", params={"next": following}, data={"key": key})


async def test_the_key_opens_the_pages_for_a_while(at_home: House) -> None:
    browser = at_home.visitor()
    asked = await browser.get("/journey?person=P-1001")
    assert asked.status_code == 303
    where = urlsplit(asked.headers["location"])
    assert (where.path, parse_qs(where.query)["next"]) == ("/sign-in", ["/journey?person=P-1001"])
    form = await browser.get(asked.headers["location"])
    assert (form.status_code, form.headers["content-type"]) == (200, "text/html; charset=utf-8")
    answer = await sign_in(browser, f" {at_home.service.key} ", "/journey?person=P-1001")
    assert (answer.status_code, answer.headers["location"]) == (303, "/journey?person=P-1001")
    cookie = answer.headers["set-cookie"]
    assert COOKIE in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert at_home.service.key not in cookie
    assert (await browser.get("/journey")).status_code == 200
    at_home.clock.advance(seconds=LASTS_S - 10)
    assert (await browser.get("/journey")).status_code == 200
    at_home.clock.advance(seconds=20)
    assert (await browser.get("/journey")).status_code == 303


@pytest.mark.parametrize("key", ["wrong", "ünïcode", "", " "])
async def test_a_wrong_key_opens_nothing(at_home: House, key: str) -> None:
    browser = at_home.visitor()
    answer = await sign_in(browser, key)
    assert "set-cookie" not in answer.headers
    assert (await browser.get("/journey")).status_code == 303
    if answer.status_code == 303:
        again = await browser.get(answer.headers["location"])
        assert again.status_code == 401
        assert 'role="alert"' in again.text
    else:
        assert answer.status_code == 422


@pytest.mark.parametrize("cookie", ["", "x", "9999999999", "9999999999.", "9999999999.abc", "-1.abc", "٣٣٣٣٣٣٣٣٣٣.x", f"{'9' * 500}.x"])
async def test_a_forged_cookie_opens_nothing(at_home: House, cookie: str) -> None:
    header = {"Cookie": f"{COOKIE}={cookie}".encode()}
    assert (await at_home.visitor().get("/journey", headers=header)).status_code == 303


@pytest.mark.parametrize(
    "following",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "evil",
        "",
        "/\t/evil.example",
        "\\\\evil.example",
    ],
)
async def test_nobody_is_sent_elsewhere(at_home: House, following: str) -> None:
    for answer in (await sign_in(at_home.visitor(), at_home.service.key, following), await sign_in(at_home.visitor(), "wrong", following)):
        where = answer.headers["location"]
        assert where.startswith("/")
        assert not where.startswith(("//", "/\\", "/\t"))
        assert not urlsplit(where).netloc
        for value in parse_qs(urlsplit(where).query).get("next", []):
            assert value.startswith("/")
            assert not value.startswith(("//", "/\\"))


async def test_the_form_repeats_nothing_unescaped(at_home: House) -> None:
    page = await at_home.visitor().get("/sign-in", params={"next": '/"><script>alert(1)</script>'})
    assert "<script>" not in page.text


async def test_guessing_is_slowed(at_home: House) -> None:
    usual = at_home.app.state.throttle
    at_home.app.state.throttle = Throttle("100/hour", "3/hour")
    try:
        guesser = at_home.client("", "203.0.113.50")
        assert [(await sign_in(guesser, f"guess {n}")).status_code for n in range(5)] == [303] * 3 + [429] * 2
        assert (await sign_in(at_home.client("", "203.0.113.51"), at_home.service.key)).status_code == 303
    finally:
        at_home.app.state.throttle = usual


async def test_the_site_and_its_widget_are_for_everybody(at_home: House) -> None:
    site = await at_home.visitor().get("/")
    assert site.status_code == 200
    assert "widget.js" in site.text
    assert json.dumps(signature(at_home.service, "P-1001")) in site.text
    assert at_home.service.key not in site.text
    widget = await at_home.visitor().get("/widget.js")
    assert (widget.status_code, widget.headers["access-control-allow-origin"]) == (200, "*")
