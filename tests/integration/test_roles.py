"""Who may open what: every route of the service is in one of these tables, and each is tried by everybody. A route in no table fails."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute, APIWebSocketRoute
from nicegui import app as nicegui_app

from bot.users import keys
from bot.users.accounts import ROLES
from tests.house import House

PAGES = {"/desk": "agent", "/board": "supervisor", "/journey": "agent", "/replies": "supervisor", "/users": "admin", "/audit": "admin"}
"""Pages, by the least role that sees them."""
SCOPED = {
    "GET /v1/escalations": "escalations",
    "POST /v1/escalations/{}/take": "escalations",
    "POST /v1/escalations/{}/messages": "escalations",
    "POST /v1/escalations/{}/return": "escalations",
    "POST /v1/escalations/{}/close": "escalations",
    "POST /v1/escalations/{}/transfer": "escalations",
    "GET /v1/tasks": "escalations",
    "POST /v1/tasks": "escalations",
    "POST /v1/tasks/{}/claim": "escalations",
    "POST /v1/tasks/{}/done": "escalations",
    "POST /v1/tasks/{}/cancel": "escalations",
    "POST /v1/tasks/{}/postpone": "escalations",
    "POST /v1/touchpoints": "touchpoints",
    "GET /v1/touchpoints": "touchpoints",
    "GET /v1/journey": "touchpoints",
    "GET /v1/people/{}/thread": "people",
    "POST /v1/people/{}/consent": "people",
    "POST /v1/people/{}/erase": "people",
    "POST /v1/applications": "outreach",
    "POST /v1/campaigns": "outreach",
    "GET /v1/campaigns/{}": "outreach",
}
"""Calls, by the scope that a key needs."""
FROM_PAGES = {"POST /desk/files/{}": "agent"}
"""Calls that a page of ours makes for whoever is signed in, by the least role."""
OWN_TOKEN = {
    "POST /v1/conversations/{}/messages", "GET /v1/conversations/{}", "WS /v1/conversations/{}/events",
    "POST /v1/conversations/{}/attachments", "GET /v1/conversations/{}/attachments/{}",
}  # fmt: skip
"""Calls for a conversation's own token, and keys with the scope "conversations"."""
SIGNED = {
    "POST /twilio/voice", "POST /twilio/sms", "POST /twilio/status", "WS /twilio/media",
    "POST /twilio/transfer/summary", "POST /twilio/transfer/accept", "POST /twilio/transfer/ended",
}  # fmt: skip
"""What Twilio signs."""
SESSION = {"WS /desk/voice/{}"}
"""Sockets for whoever is signed in and may (test_voice.py tries them)."""
ANYBODY = {
    "GET /", "GET /widget.js", "GET /call", "GET /call.js", "GET /microphone.js", "GET /call-worklet.js", "GET /desk/voice.js", "GET /v1/calls/ready", "WS /v1/calls",
    "POST /v1/conversations", "GET /healthz", "GET /readyz", "GET /metrics",
    "GET /sign-in", "POST /sign-in", "POST /sign-out", "GET /password", "POST /password", "POST /interface", "GET /invite/{}",
    "POST /invite/{}", "GET /sign-in/oidc", "GET /sign-in/oidc/back",
}  # fmt: skip
"""What anybody may call: it is for customers, for monitoring, or it asks for a password, an invite or a session itself."""


def routes(house: House) -> set[str]:
    """Every route that we made, as "METHOD /path/{}"."""
    found = set()
    for prefix, route in [*_flat(house.app.routes), *_flat(nicegui_app.routes)]:
        if isinstance(route, APIWebSocketRoute):
            found.add(f"WS {_plain(prefix + route.path)}")
        elif isinstance(route, APIRoute) and not route.path.startswith("/_nicegui") and "{_:path}" not in route.path:
            found |= {f"{method} {_plain(prefix + route.path)}" for method in route.methods - {"HEAD"}}
    return found


def _flat(routes: Iterable[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The routes with what stands before their paths, and those of the routers that were included."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield prefix, route
        else:
            yield from _flat(included.routes, prefix + route.include_context.prefix)


def _plain(path: str) -> str:
    return re.sub(r"{[^}]*}", "{}", path)


async def ask(client: httpx.AsyncClient, call: str) -> httpx.Response:
    """Call a route with something for each parameter, and no body that could do anything."""
    method, path = call.split()
    return await client.request(method, path.replace("{}", "nothing"), json={} if method == "POST" else None)


async def test_every_route_is_in_a_table(at_home: House) -> None:
    known = {f"GET {path}" for path in PAGES} | set(FROM_PAGES) | set(SCOPED) | OWN_TOKEN | SIGNED | SESSION | ANYBODY
    assert routes(at_home) == known


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_for_its_role_and_those_above(at_home: House, path: str) -> None:
    stranger = await at_home.visitor().get(path)
    assert (stranger.status_code, stranger.headers["location"].partition("?")[0]) == (303, "/sign-in")
    with_key = await at_home.http.get(path)
    assert with_key.status_code == 303  # a key is for systems, not for pages
    least = ROLES.index(PAGES[path])
    for place, role in enumerate(ROLES):
        browser = await at_home.signed_in(role)
        answer = await browser.get(path)
        assert answer.status_code == (200 if place >= least else 403), role


@pytest.mark.parametrize("call", FROM_PAGES)
async def test_a_call_of_a_page_is_for_whoever_is_signed_in(at_home: House, call: str) -> None:
    for nobody in (at_home.visitor(), at_home.http):  # a key is for systems
        assert (await ask(nobody, call)).json()["code"] == "signed_out"
    for role in ROLES:
        answer = await ask(await at_home.signed_in(role), call)
        assert (answer.status_code, answer.json()["code"]) == (404, "escalation_not_found"), role
        elsewhere = await (await at_home.signed_in(role)).post("/desk/files/nothing", headers={"Origin": "https://evil.example"})
        assert elsewhere.status_code == 403


async def test_a_page_that_was_refused_is_in_the_log(at_home: House) -> None:
    login = await at_home.user("agent")
    await (await at_home.signed_in(login=login)).get("/users")
    found = await at_home.queue.rows("SELECT action, about FROM audit WHERE who = %s ORDER BY id DESC LIMIT 1", login)
    assert found == [{"action": "refused", "about": "/users"}]


@pytest.mark.parametrize("call", SCOPED)
async def test_a_call_needs_a_key_of_its_scope(at_home: House, call: str) -> None:
    assert (await ask(at_home.visitor(), call)).json()["code"] == "api_key_needed"
    browser = await at_home.signed_in("admin")
    assert (await ask(browser, call)).json()["code"] == "api_key_needed"  # a session is for pages, not for systems
    for scope in keys.SCOPES:
        async with at_home.service.database.transaction() as session:
            _, key = await keys.make(session, at_home.clock.now(), f"{scope} for {call}", [scope])
        answer = await ask(at_home.visitor(key), call)
        if scope == SCOPED[call]:
            assert answer.status_code not in (401, 403), answer.text
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing"), scope


@pytest.mark.parametrize("call", sorted(call for call in OWN_TOKEN if not call.startswith("WS")))
async def test_a_conversation_opens_to_its_token_and_to_keys_only(at_home: House, call: str) -> None:
    begun = (await at_home.visitor().post("/v1/conversations", json={"language": "en"})).json()
    method, path = call.split()
    file = (await at_home.http.post(f"/v1/conversations/{begun['id']}/attachments?name=a.txt", content=b"a file")).json()
    path = path.replace("{}", begun["id"], 1).replace("{}", file["id"])
    async with at_home.service.database.transaction() as session:
        _, fitting = await keys.make(session, at_home.clock.now(), f"for {call}", ["conversations"])
        _, other = await keys.make(session, at_home.clock.now(), f"not for {call}", ["people", "escalations"])
    body = {"text": "hello"} if method == "POST" else None
    for token, opens in ((begun["token"], True), (fitting, True), ("", False), ("x" * 43, False), (other, False)):
        answer = await at_home.visitor(token).request(method, path, json=body)
        assert answer.is_success is opens, (token[:3], answer.text)


@pytest.mark.parametrize("call", sorted(call for call in SIGNED if not call.startswith("WS")))
async def test_twilio_must_sign(at_home: House, call: str) -> None:
    for client in (at_home.visitor(), at_home.http, await at_home.signed_in("admin")):
        answer = await client.post(call.split()[1], data={"CallSid": "CA1", "MessageSid": "SM1"})
        assert answer.status_code == 403, answer.text
