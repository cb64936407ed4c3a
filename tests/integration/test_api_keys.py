"""Keys of other systems: each opens its scope and nothing else, is shown once, and can be taken back; what is done with it is audited."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from websockets.exceptions import ConnectionClosed

from bot.problems import Problem
from bot.users import audit, keys
from bot.users.keys import SCOPES, Keyring
from tests.house import House
from tests.integration.test_api_events import watching
from tests.integration.test_people import traces

SECRET = "x" * 43
_NUMBERS = itertools.count(1)


async def made(house: House, *scopes: str, name: str = "") -> tuple[str, str]:
    """A new key: its id, and itself."""
    async with house.service.database.transaction() as session:
        key, text = await keys.make(session, house.clock.now(), name or f"key {next(_NUMBERS)}", scopes)
        return key.id, text


async def revoke(house: House, key_id: str) -> None:
    """Take a key back."""
    async with house.service.database.transaction() as session:
        await keys.revoke(session, house.clock.now(), key_id)


async def kept(house: House, key_id: str) -> dict[str, Any]:
    """The key's row."""
    return (await house.queue.rows("SELECT * FROM api_keys WHERE id = %s", key_id))[0]


async def noted(house: House, about: str) -> list[tuple[str, str, str, dict[str, Any]]]:
    """The audit's entries about something, oldest first: who, action, address, detail."""
    async with house.service.database.sessions() as session:
        found = await audit.entries(session, about=about)
    return [(entry.who, entry.action, entry.address, entry.detail) for entry in found[::-1]]


def shown(key: str) -> dict[bytes, bytes]:
    """The header that shows a key, whatever is in it."""
    return {b"Authorization": f"Bearer {key}".encode()}


@contextmanager
def counted(house: House) -> Iterator[list[str]]:
    """What the service asks the database about keys meanwhile."""
    engine, seen = house.service.database.engine.sync_engine, list[str]()

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "api_keys" in statement:
            seen.append(statement.split(maxsplit=1)[0])

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture(scope="module")
async def by_scope(at_home: House) -> dict[str, str]:
    """One key of every scope."""
    return {scope: (await made(at_home, scope))[1] for scope in SCOPES}


# ---- what opens what


@pytest.mark.parametrize(
    ("scope", "method", "path", "body", "status"),
    [
        ("conversations", "POST", "/v1/conversations", {}, 201),
        ("conversations", "GET", "/v1/conversations/{conversation}", None, 200),
        ("conversations", "GET", "/v1/conversations/nothing", None, 404),
        ("conversations", "POST", "/v1/conversations/{conversation}/messages", {"text": "hello"}, 200),
        ("touchpoints", "GET", "/v1/touchpoints", None, 200),
        ("touchpoints", "POST", "/v1/touchpoints", {}, 422),
        ("touchpoints", "GET", "/v1/journey?person={person}", None, 200),
        ("people", "GET", "/v1/people/{person}/thread", None, 200),
        ("people", "POST", "/v1/people/{person}/consent", {"state": "granted", "reason": "by letter"}, 200),
        ("people", "POST", "/v1/people/nobody/erase", None, 404),
        ("escalations", "GET", "/v1/escalations", None, 200),
        ("escalations", "POST", "/v1/escalations/E-nothing/take", {"agent": "Ada"}, 404),
        ("outreach", "POST", "/v1/campaigns", {}, 422),
        ("outreach", "GET", "/v1/campaigns/C-nothing", None, 404),
        ("outreach", "POST", "/v1/applications", {"job_id": "J-nothing", "person": {}}, 422),
    ],
)
async def test_a_key_opens_its_scope_and_no_other(
    at_home: House, by_scope: dict[str, str], scope: str, method: str, path: str, body: Any, status: int
) -> None:
    conversation, person = await at_home.met()
    for held, key in by_scope.items():
        answer = await at_home.client(key).request(method, path.format(conversation=conversation, person=person), json=body)
        if held == scope:
            assert answer.status_code == status, answer.text
            continue
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing"), (held, answer.text)
        assert repr(scope) in answer.json()["detail"]
        assert f'scope="{scope}"' in answer.headers["www-authenticate"]


async def test_every_route_of_the_api_is_of_one_scope(at_home: House, by_scope: dict[str, str]) -> None:
    found = set()
    for path, methods in at_home.app.openapi()["paths"].items():
        if not path.startswith("/v1/") or path == "/v1/calls/ready":
            continue
        for method in methods:
            address = path.replace("{", "").replace("}", "")
            answers = {scope: (await at_home.client(key).request(method, address)).status_code for scope, key in by_scope.items()}
            opened = [scope for scope, status in answers.items() if status != 403]
            assert len(opened) == 1, (method, path, answers)
            found.update(opened)
    assert found == set(SCOPES)


async def test_a_key_of_two_scopes_opens_both(at_home: House) -> None:
    client = at_home.client((await made(at_home, "people", "escalations"))[1])
    _, person = await at_home.met()
    assert (await client.get(f"/v1/people/{person}/thread")).status_code == 200
    assert (await client.get("/v1/escalations")).status_code == 200
    assert (await client.get("/v1/touchpoints")).status_code == 403


async def test_who_may_begin_conversations_may_for_anybody(at_home: House, by_scope: dict[str, str]) -> None:
    phone = at_home.phone()
    _, person = await at_home.met(phone=phone)
    client = at_home.client(by_scope["conversations"])
    begun = (await client.post("/v1/conversations", json={"person": {"phone": phone}})).json()
    found = (await client.get(f"/v1/conversations/{begun['id']}")).json()
    assert found["person"] == person
    assert "slots" in found


async def test_events_open_to_the_keys_scope(at_home: House, by_scope: dict[str, str]) -> None:
    begun = await at_home.begin()
    async with watching(at_home, begun, token=by_scope["conversations"]) as watcher:
        assert await watcher.until("state")
    for token in (by_scope["people"], f"vt_00000000_{SECRET}"):
        async with watching(at_home, begun, token=token) as watcher:
            with pytest.raises(ConnectionClosed) as closed:
                await watcher.socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4404


# ---- what opens nothing


@pytest.mark.parametrize(
    ("key", "queries"),
    [
        ("vt_", 0), ("vt_{id}", 0), ("vt_{id}_", 0), ("vt_{id}_" + "x" * 42, 0), ("vt_{id}_" + "x" * 44, 0), ("{text}x", 0), ("VT_{id}_" + SECRET, 0),
        ("vt_{id}_" + "x" * 50_000, 0), ("vt_" + "0" * 50_000, 0), ("vt_{id}_" + "ż" * 43, 0), ("vt_{id}_" + "😀" * 11, 0), ("vt_00000000_" + "x" * 42 + "\x00", 0),
        ("vt_00000000_" + SECRET, 1), ("vt_{id}_" + SECRET, 1), ("vt_{id}_'; DROP TABLE api_keys; --", 0),
    ],
)  # fmt: skip
async def test_what_is_no_key_opens_nothing_and_costs_little(at_home: House, key: str, queries: int) -> None:
    key_id, text = await made(at_home, *SCOPES)
    header = shown(key.format(id=key_id, text=text))
    with counted(at_home) as asked:
        answer = await at_home.visitor().get("/v1/escalations", headers=header)
    assert (answer.status_code, answer.json()["code"]) == (401, "api_key_needed")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert len(asked) == queries
    stranger = await at_home.visitor().post("/v1/conversations", headers=header, json={"person": {"phone": at_home.phone()}})
    assert stranger.status_code == 201
    assert (await at_home.visitor().get(f"/v1/conversations/{stranger.json()['id']}", headers=header)).status_code == 404
    assert (await at_home.client(text).get("/v1/escalations")).status_code == 200  # and harms not the right one


async def test_a_wrong_secret_beside_a_remembered_key_is_refused_without_a_query(at_home: House) -> None:
    key_id, text = await made(at_home, "escalations")
    assert (await at_home.client(text).get("/v1/escalations")).status_code == 200
    with counted(at_home) as asked:
        assert (await at_home.client(f"vt_{key_id}_{SECRET}").get("/v1/escalations")).status_code == 401
    assert asked == []


@settings(deadline=None)
@given(
    st.text(st.characters())
    | st.text(st.characters()).map(lambda text: f"vt_{text}")
    | st.from_regex(r"vt_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", fullmatch=True)
)
async def test_any_text_may_be_shown_and_opens_nothing(at_home: House, key: str) -> None:
    assert await Keyring(at_home.service.database, at_home.clock).scopes(key) == frozenset()


# ---- made, kept, taken back


async def test_a_key_is_shown_once_and_kept_as_a_hash(at_home: House) -> None:
    key_id, text = await made(at_home, "people", "escalations", "people", name="  CRM – sklep 😀 ")
    prefix, own, secret = text.split("_", 2)
    assert (prefix, own, len(own), len(secret)) == ("vt", key_id, 8, 43)
    assert (await at_home.client(text).get("/v1/escalations")).status_code == 200
    assert await traces(at_home, secret) == []
    row = await kept(at_home, key_id)
    assert row["secret_hash"] == hashlib.sha256(secret.encode()).hexdigest()
    assert (row["name"], row["scopes"]) == ("CRM – sklep 😀", ["people", "escalations"])
    assert (row["created"], row["revoked"]) == (at_home.clock.now(), None)


@pytest.mark.parametrize("name", ["", "   ", "n" * 101, "two\nlines", "nu\x00ll", "\ud800", "\u202eback", "API_KEY", "api_key"])
async def test_some_names_are_no_keys_names(at_home: House, name: str) -> None:
    async with at_home.service.database.sessions() as session:
        with pytest.raises(Problem) as refused:
            await keys.make(session, at_home.clock.now(), name, ["people"])
    assert (refused.value.status, refused.value.field) == (422, "name")


@pytest.mark.parametrize("scopes", [[], ["everything"], ["people", "everything"], ["People"], [""], ["peo\ud800ple"]])
async def test_a_key_needs_scopes_that_there_are(at_home: House, scopes: list[str]) -> None:
    async with at_home.service.database.sessions() as session:
        with pytest.raises(Problem) as refused:
            await keys.make(session, at_home.clock.now(), "good", scopes)
    assert (refused.value.status, refused.value.field) == (422, "scopes")


async def test_a_name_is_one_keys_until_that_is_revoked(at_home: House) -> None:
    key_id, _ = await made(at_home, "people", name="n" * 100)
    with pytest.raises(Problem) as refused:
        await made(at_home, "outreach", name="n" * 100)
    assert (refused.value.status, refused.value.code, refused.value.field) == (409, "name_taken", "name")
    await revoke(at_home, key_id)
    again, _ = await made(at_home, "outreach", name="n" * 100)
    async with at_home.service.database.sessions() as session:
        found = [(key.id, key.revoked is not None) for key in await keys.every(session) if key.name == "n" * 100]
    assert sorted(found) == sorted([(key_id, True), (again, False)])


async def test_a_revoked_key_works_ten_seconds_longer_at_most(at_home: House) -> None:
    key_id, text = await made(at_home, "escalations")
    client = at_home.client(text)
    assert (await client.get("/v1/escalations")).status_code == 200
    at_home.clock.advance(seconds=1)
    first = at_home.clock.now()
    await revoke(at_home, key_id)
    at_home.clock.advance(seconds=8)
    assert (await client.get("/v1/escalations")).status_code == 200
    at_home.clock.advance(seconds=1)
    for _ in range(2):
        answer = await client.get("/v1/escalations")
        assert (answer.status_code, answer.json()["code"]) == (401, "api_key_needed")
    await revoke(at_home, key_id)
    assert (await kept(at_home, key_id))["revoked"] == first


async def test_a_key_revoked_before_it_was_used_never_works(at_home: House) -> None:
    key_id, text = await made(at_home, "escalations")
    await revoke(at_home, key_id)
    assert (await at_home.client(text).get("/v1/escalations")).status_code == 401
    assert (await kept(at_home, key_id))["used"] is None


@pytest.mark.parametrize("key_id", ["", "nothing", "00000000", "\x00", "\ud800", "0" * 10_000])
async def test_an_unknown_key_cannot_be_revoked(at_home: House, key_id: str) -> None:
    with pytest.raises(Problem) as refused:
        await revoke(at_home, key_id)
    assert (refused.value.status, refused.value.code) == (404, "key_not_found")


# ---- what it costs


async def test_a_key_is_read_once_in_ten_seconds_and_noted_once_a_minute(at_home: House) -> None:
    key_id, text = await made(at_home, "escalations")
    client, begun = at_home.client(text), at_home.clock.now()
    expected = {0: ["SELECT", "UPDATE"], 9: [], 10: ["SELECT"], 55: ["SELECT"], 65: ["SELECT", "UPDATE"]}
    for seconds, queries in expected.items():
        at_home.clock.moment = begun
        at_home.clock.advance(seconds=seconds)
        with counted(at_home) as asked:
            for _ in range(3):
                assert (await client.get("/v1/escalations")).status_code == 200
        assert asked == queries, seconds
    assert (await kept(at_home, key_id))["used"] == at_home.clock.now()


async def test_a_clock_that_was_set_back_makes_no_key_last(at_home: House) -> None:
    key_id, text = await made(at_home, "escalations")
    keyring = Keyring(at_home.service.database, at_home.clock)
    assert await keyring.scopes(text) == {"escalations"}
    await revoke(at_home, key_id)
    at_home.clock.advance(hours=-1)
    try:
        assert await keyring.scopes(text) == frozenset()
    finally:
        at_home.clock.advance(hours=1)


async def test_no_more_keys_are_remembered_than_fit(at_home: House) -> None:
    texts = [(await made(at_home, "people"))[1] for _ in range(3)]
    keyring = Keyring(at_home.service.database, at_home.clock, most=2)
    for text in texts:
        assert await keyring.scopes(text) == {"people"}
    with counted(at_home) as asked:
        assert await keyring.scopes(texts[2]) == await keyring.scopes(texts[1]) == {"people"}
        assert asked == []
        assert await keyring.scopes(texts[0]) == {"people"}
    assert asked == ["SELECT"]


async def test_many_at_once_with_a_new_key_get_in(at_home: House) -> None:
    _, text = await made(at_home, "escalations")
    answers = await asyncio.gather(*(at_home.client(text).get("/v1/escalations") for _ in range(30)))
    assert {answer.status_code for answer in answers} == {200}


async def test_a_conversations_own_token_works_and_costs_no_query_about_keys(at_home: House) -> None:
    visitor = at_home.visitor()
    begun = (await visitor.post("/v1/conversations", json={"language": "en"})).json()
    own = at_home.visitor(begun["token"])
    with counted(at_home) as asked:
        for _ in range(2):
            assert (await own.post(f"/v1/conversations/{begun['id']}/messages", json={"text": "hello"})).status_code == 200
        found = await own.get(f"/v1/conversations/{begun['id']}")
        async with watching(at_home, begun) as watcher:
            assert await watcher.until("state")
        assert (await own.get("/v1/escalations")).status_code == 401
        assert (await at_home.http.get("/v1/escalations")).status_code == 200  # nor does the environment's key
    assert found.status_code == 200
    assert "slots" not in found.json()
    assert asked == []


# ---- what is noted


async def act(client: httpx.AsyncClient, escalation: str, what: str, agent: str) -> int:
    """An agent's request; its status."""
    return (await client.post(f"/v1/escalations/{escalation}/{what}", json={"agent": agent})).status_code


async def test_what_is_done_to_escalations_is_noted_with_the_keys_name(at_home: House) -> None:
    desk = at_home.client((await made(at_home, "escalations", name="desk system"))[1], "10.1.2.3")
    _, escalation = await at_home.escalated()
    assert await act(desk, escalation, "take", "Ada") == 200
    at_home.clock.advance(seconds=1)
    assert await act(desk, escalation, "take", "Ada") == 200  # again: nothing changes
    for what in ("take", "return", "close"):
        assert await act(desk, escalation, what, "Bo") == 409
    assert await act(desk, escalation, "return", "Ada") == 200
    who, detail = "key:desk system", {"agent": "Ada"}
    assert await noted(at_home, escalation) == [(who, "took", "10.1.2.3", detail), (who, "returned", "10.1.2.3", detail)]


async def test_what_is_done_with_the_environments_key_is_noted_as_such(at_home: House) -> None:
    _, escalation = await at_home.escalated("Ada")
    assert await act(at_home.http, escalation, "close", "Ada") == 200
    who, detail = "key:API_KEY", {"agent": "Ada"}
    assert await noted(at_home, escalation) == [(who, "took", "127.0.0.1", detail), (who, "closed", "127.0.0.1", detail)]


async def test_an_erasure_is_noted_without_a_word_of_the_person(at_home: House) -> None:
    phone = at_home.phone()
    _, person = await at_home.met(phone=phone)
    shop = at_home.client((await made(at_home, "people", name="shop"))[1], "10.1.2.4")
    assert (await shop.post(f"/v1/people/{phone}/erase")).status_code == 200
    assert await noted(at_home, person) == [("key:shop", "erased", "10.1.2.4", {})]
    assert await traces(at_home, phone) == []
    assert (await shop.post(f"/v1/people/{phone}/erase")).status_code == 404
