"""Signing in to the pages, a password of one's own, and what another site cannot make a browser do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from bot.api.access import Throttle
from bot.desk.session import COOKIE
from bot.users.sessions import IDLE, LASTS, MOST_WRONG
from tests.house import PASSWORD, House


async def sign_in(client: httpx.AsyncClient, login: str, password: str = PASSWORD, following: str = "/journey") -> httpx.Response:
    """What the form does."""
    return await client.post("/sign-in", params={"next": following}, data={"login": login, "password": password})


async def test_a_password_opens_the_pages_for_a_while(at_home: House) -> None:
    login = await at_home.user("agent")
    browser = at_home.visitor()
    asked = await browser.get("/journey?person=P-1001")
    assert asked.status_code == 303
    where = urlsplit(asked.headers["location"])
    assert (where.path, parse_qs(where.query)["next"]) == ("/sign-in", ["/journey?person=P-1001"])
    form = await browser.get(asked.headers["location"])
    assert (form.status_code, form.headers["content-type"]) == (200, "text/html; charset=utf-8")
    answer = await sign_in(browser, f" {login.upper()} ", following="/journey?person=P-1001")
    assert (answer.status_code, answer.headers["location"]) == (303, "/journey?person=P-1001")
    cookie = answer.headers["set-cookie"]
    assert COOKIE in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert (await browser.get("/journey")).status_code == 200
    at_home.clock.advance(seconds=(IDLE - timedelta(minutes=1)).total_seconds())
    assert (await browser.get("/journey")).status_code == 200  # it was used meanwhile
    at_home.clock.advance(seconds=(IDLE + timedelta(minutes=1)).total_seconds())
    assert (await browser.get("/journey")).status_code == 303


async def test_a_session_ends_though_it_is_used(at_home: House) -> None:
    browser = await at_home.signed_in("agent")
    step = timedelta(hours=1)
    for _ in range(int(LASTS / step) - 1):
        at_home.clock.advance(seconds=step.total_seconds())
        assert (await browser.get("/journey")).status_code == 200
    at_home.clock.advance(seconds=step.total_seconds())
    assert (await browser.get("/journey")).status_code == 303


@pytest.mark.parametrize("password", ["wrong password", "ünïcode", " "])
async def test_a_wrong_password_opens_nothing(at_home: House, password: str) -> None:
    login = await at_home.user("admin")
    for name in (login, "nobody-here", "'; DROP TABLE users; --"):
        browser = at_home.visitor()
        answer = await sign_in(browser, name, password)
        assert answer.status_code == 303
        assert "set-cookie" not in answer.headers
        again = await browser.get(answer.headers["location"])
        assert again.status_code == 401
        assert 'role="alert"' in again.text
        assert (await browser.get("/journey")).status_code == 303


async def test_the_api_key_is_no_password(at_home: House) -> None:
    browser = at_home.visitor()
    for login in ("admin", await at_home.user("admin")):
        assert "set-cookie" not in (await sign_in(browser, login, at_home.service.key)).headers


async def test_too_many_wrong_passwords_lock_the_login(at_home: House) -> None:
    login = await at_home.user("agent")
    answers = [await sign_in(at_home.visitor(), login, f"wrong {number}") for number in range(MOST_WRONG)]
    assert ["wrong=locked" in answer.headers["location"] for answer in answers] == [False] * (MOST_WRONG - 1) + [True]
    refused = await sign_in(at_home.visitor(), login)
    assert "set-cookie" not in refused.headers
    assert "Too many wrong passwords" in (await at_home.visitor().get(refused.headers["location"])).text
    at_home.clock.advance(minutes=16)
    assert "set-cookie" in (await sign_in(at_home.visitor(), login)).headers


async def test_a_made_up_session_is_in_the_log_and_forgotten(at_home: House) -> None:
    thief = at_home.client("", "203.0.113.62")
    thief.cookies.set(COOKIE, "a" * 43)
    for path in ("/users", "/password"):
        answer = await thief.get(path, headers={"Cookie": f"{COOKIE}={'a' * 43}"})
        assert answer.status_code == 303
        assert f'{COOKIE}=""' in answer.headers["set-cookie"]
        refused = await last_refusal(at_home)
        assert (refused["who"], refused["detail"], refused["address"]) == ("stranger", {"why": "forged_session"}, "203.0.113.62")
        assert refused["about"].startswith(path)


async def test_a_session_that_ended_by_itself_is_no_forged_one(at_home: House) -> None:
    browser, before = await at_home.signed_in("agent"), await last_refusal(at_home)
    at_home.clock.advance(hours=13)
    assert (await browser.get("/journey")).status_code == 303
    assert await last_refusal(at_home) == before


@pytest.mark.parametrize("cookie", ["", "x", "9999999999.abc", "٣٣٣٣٣.x", "a" * 43, "9" * 5000])
async def test_a_forged_cookie_opens_nothing(at_home: House, cookie: str) -> None:
    header = {"Cookie": f"{COOKIE}={cookie}".encode()}
    assert (await at_home.visitor().get("/journey", headers=header)).status_code == 303


async def test_signing_out_ends_the_session_itself(at_home: House) -> None:
    browser = await at_home.signed_in("agent")
    kept = browser.cookies[COOKIE]
    answer = await browser.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    thief = at_home.visitor()
    thief.cookies.set(COOKIE, kept)
    assert (await thief.get("/journey")).status_code == 303


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
    login = await at_home.user("agent")
    for answer in (
        await sign_in(at_home.visitor(), login, following=following),
        await sign_in(at_home.visitor(), login, "wrong", following),
    ):
        where = answer.headers["location"]
        assert where.startswith("/")
        assert not where.startswith(("//", "/\\", "/\t"))
        assert not urlsplit(where).netloc
        for value in parse_qs(urlsplit(where).query).get("next", []):
            assert value.startswith("/")
            assert not value.startswith(("//", "/\\"))


async def test_the_form_repeats_nothing_unescaped(at_home: House) -> None:
    for given in ('/"><script>alert(1)</script>', "/x"):
        page = await at_home.visitor().get("/sign-in", params={"next": given, "wrong": "<script>alert(1)</script>"})
        assert "<script>" not in page.text
        assert 'role="alert"' not in page.text  # only what we say ourselves is shown


async def test_guessing_is_slowed(at_home: House) -> None:
    login, usual = await at_home.user("agent"), at_home.app.state.throttle
    at_home.app.state.throttle = Throttle("100/hour", "3/hour")
    try:
        guesser = at_home.client("", "203.0.113.50")
        assert [(await sign_in(guesser, f"guess{n}")).status_code for n in range(5)] == [303] * 3 + [429] * 2
        assert (await sign_in(at_home.client("", "203.0.113.51"), login)).status_code == 303
    finally:
        at_home.app.state.throttle = usual


# ---- a password of one's own


async def test_a_password_set_by_somebody_else_is_changed_first(at_home: House) -> None:
    login = await at_home.user("agent", must_change=True)
    browser = at_home.visitor()
    answer = await sign_in(browser, login, following="/journey?person=P-1001")
    assert answer.headers["location"].startswith("/password?next=")
    assert (await browser.get("/journey")).headers["location"].startswith("/password")
    form = await browser.get(answer.headers["location"])
    assert "Choose a password of your own first." in form.text
    changed = await browser.post(answer.headers["location"], data={"old": PASSWORD, "new": "a better one 7", "again": "a better one 7"})
    assert (changed.status_code, changed.headers["location"]) == (303, "/journey?person=P-1001")
    assert (await browser.get("/journey")).status_code == 200
    assert "set-cookie" not in (await sign_in(at_home.visitor(), login)).headers
    assert "set-cookie" in (await sign_in(at_home.visitor(), login, "a better one 7")).headers


async def test_a_new_password_ends_the_other_sessions(at_home: House) -> None:
    login = await at_home.user("agent")
    here, elsewhere = at_home.visitor(), at_home.visitor()
    for browser in (here, elsewhere):
        await sign_in(browser, login)
    await here.post("/password", data={"old": PASSWORD, "new": "a better one 7", "again": "a better one 7"})
    assert (await here.get("/journey")).status_code == 200
    assert (await elsewhere.get("/journey")).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("not it at all", "a better one 7", "a better one 7", "That is not your password."),
        (PASSWORD, "a better one 7", "a better one 8", "not the same"),
        (PASSWORD, PASSWORD, PASSWORD, "is the old one"),
        (PASSWORD, "short", "short", "too short"),
        (PASSWORD, "aaaaaaaaaaaa", "aaaaaaaaaaaa", "repeats itself"),
    ],
)
async def test_a_bad_new_password_changes_nothing(at_home: House, old: str, new: str, again: str, said: str) -> None:
    login = await at_home.user("agent")
    browser = at_home.visitor()
    await sign_in(browser, login)
    answer = await browser.post("/password", data={"old": old, "new": new, "again": again})
    form = await browser.get(answer.headers["location"])
    assert form.status_code == 422
    assert said in form.text
    assert "set-cookie" in (await sign_in(at_home.visitor(), login)).headers


async def test_nobody_changes_a_password_without_a_session(at_home: House) -> None:
    for answer in (
        await at_home.visitor().get("/password"),
        await at_home.visitor().post("/password", data={"old": "x", "new": "y", "again": "y"}),
    ):
        assert (answer.status_code, urlsplit(answer.headers["location"]).path) == (303, "/sign-in")


# ---- other sites


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example", "http://127.0.0.1:1"])
async def test_another_site_posts_nothing(at_home: House, origin: str) -> None:
    browser = await at_home.signed_in("admin")
    for path in ("/sign-out", "/sign-in", "/password"):
        answer = await browser.post(path, headers={"Origin": origin}, data={"login": "x", "password": "y"})
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
    assert (await browser.get("/journey")).status_code == 200
    own = f"{urlsplit(at_home.url).scheme}://{urlsplit(at_home.url).netloc}"
    assert (await browser.post("/sign-out", headers={"Origin": own})).status_code == 303


async def test_another_site_opens_no_socket_to_a_page(at_home: House) -> None:
    address = at_home.url.replace("http", "ws") + "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
    with pytest.raises(InvalidStatus) as refused:
        async with connect(address, origin=Origin("https://evil.example"), proxy=None):
            pass
    assert refused.value.response.status_code == 403
    assert (await last_refusal(at_home))["about"] == "WS /_nicegui_ws/socket.io/"


async def last_refusal(home: House) -> dict[str, Any]:
    """The newest refusal in the log."""
    found = await home.queue.rows("SELECT who, about, detail, address FROM audit WHERE action = 'refused' ORDER BY id DESC LIMIT 1")
    return found[0] if found else {}


async def test_what_another_site_wanted_is_in_the_log(at_home: House) -> None:
    login = await at_home.user("agent")
    browser = await at_home.signed_in(login=login)
    evil = {"Origin": "https://evil.example"}
    await browser.post("/sign-out", headers=evil)
    refused = await last_refusal(at_home)
    assert (refused["who"], refused["about"], refused["detail"]) == (login, "POST /sign-out", {"why": "foreign_origin"})
    stranger = at_home.client("", "203.0.113.60")
    await stranger.post("/sign-in", headers={"Origin": "http://["}, data={"login": "x", "password": "y"})
    refused = await last_refusal(at_home)
    assert (refused["who"], refused["address"], refused["detail"]) == ("stranger", "203.0.113.60", {"why": "foreign_origin"})
    await stranger.post("/a%00b%ff", headers=evil)
    assert (await last_refusal(at_home))["about"] == "POST /a?b\ufffd"


async def test_nobody_fills_the_log_with_refusals(at_home: House) -> None:
    flood = at_home.client("", "203.0.113.61")
    for _ in range(30):
        assert (await flood.post("/sign-out", headers={"Origin": "https://evil.example"})).status_code == 403
    query = "SELECT detail FROM audit WHERE address = '203.0.113.61' AND action = 'refused' ORDER BY id"
    written = await at_home.queue.rows(query)
    assert len(written) == 20
    assert written[-1]["detail"]["more"] == "not written down for a minute"
    at_home.clock.advance(minutes=1)
    await flood.post("/sign-out", headers={"Origin": "https://evil.example"})
    assert len(await at_home.queue.rows(query)) == 21


async def test_the_api_and_the_widget_are_still_for_other_sites(at_home: House) -> None:
    begun = await at_home.visitor().post("/v1/conversations", json={"language": "en"}, headers={"Origin": "https://shop.example"})
    assert begun.status_code == 201


# ---- languages


async def test_the_form_speaks_as_the_browser_or_as_somebody_has_chosen(at_home: House) -> None:
    browser = at_home.visitor()
    in_polish = {"Accept-Language": "pl-PL,pl;q=0.9,en;q=0.8"}
    assert "Zaloguj się" in (await browser.get("/sign-in", headers=in_polish)).text
    for others in ("de-DE", "", "*", ";;;q=x,,", "pl" * 500):
        assert ">Sign in<" in (await browser.get("/sign-in", headers={"Accept-Language": others})).text
    chosen = await browser.get("/sign-in?lang=pl&next=/journey%3Fperson%3DP-1001")
    assert '<html lang="pl">' in chosen.text
    assert 'href="/sign-in?next=%2Fjourney%3Fperson%3DP-1001&amp;lang=en"' in chosen.text
    assert "Zaloguj się" in (await browser.get("/sign-in")).text  # remembered
    assert ">Sign in<" in (await browser.get("/sign-in?lang=en", headers=in_polish)).text
    assert "<script>" not in (await browser.get("/sign-in?lang=<script>")).text


async def test_a_user_chooses_the_language_of_their_pages(at_home: House) -> None:
    login = await at_home.user("agent")
    browser = await at_home.signed_in(login=login)
    answer = await browser.post("/interface", data={"language": "pl", "next": "/journey?person=P-1001"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/journey?person=P-1001")
    assert await at_home.queue.rows("SELECT interface FROM users WHERE login = %s", login) == [{"interface": "pl"}]
    assert "Nowe hasło" in (await browser.get("/password")).text
    refused = await browser.get("/users")
    assert (refused.status_code, "Ta strona jest" in refused.text) == (403, True)
    answer = await browser.post("/interface", data={"language": "en"}, headers={"Referer": f"{at_home.url}/journey?x=1"})
    assert answer.headers["location"] == "/journey?x=1"
    await browser.post("/interface", data={"language": "klingon"})
    assert await at_home.queue.rows("SELECT interface FROM users WHERE login = %s", login) == [{"interface": ""}]


@pytest.mark.parametrize("came", ["https://evil.example//evil.example", "http://[", "//evil.example", "javascript:alert(1)", ""])
async def test_choosing_a_language_leads_nowhere_else(at_home: House, came: str) -> None:
    browser = await at_home.signed_in("agent")
    for data, headers in (({"next": came}, {}), ({}, {"Referer": came})):
        answer = await browser.post("/interface", data={"language": "pl", **data}, headers=headers)
        assert answer.headers["location"] == "/journey"
    assert (await at_home.visitor().post("/interface", data={"language": "pl"})).headers["location"].startswith("/sign-in")
    assert (await browser.post("/interface", data={"language": "pl"}, headers={"Origin": "https://evil.example"})).status_code == 403


async def test_plain_pages_are_in_no_frame_and_in_no_cache(at_home: House) -> None:
    headers = (await at_home.visitor().get("/sign-in")).headers
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
