"""Live events of a conversation over a real WebSocket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bot.store import conversations as store
from tests.house import House, become


class Watcher:
    """One browser that watches a conversation."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.seen: list[dict[str, Any]] = []

    async def until(self, kind: str, count: int = 1) -> list[dict[str, Any]]:
        """The events of a kind, once there are so many."""
        async with asyncio.timeout(20):
            while len(found := [event for event in self.seen if event["type"] == kind]) < count:
                self.seen.append(json.loads(await self.socket.recv()))
        return found


@asynccontextmanager
async def watching(house: House, begun: dict[str, Any], since: int = 0, token: str | None = None) -> AsyncIterator[Watcher]:
    """A watcher of the conversation."""
    address = (
        house.url.replace("http", "ws")
        + f"/v1/conversations/{begun['id']}/events?since={since}&token={begun['token'] if token is None else token}"
    )
    async with connect(address, proxy=None) as socket:
        yield Watcher(socket)


async def test_a_watcher_sees_what_was_said_and_what_is_said(at_home: House) -> None:
    begun = await at_home.begin()
    async with watching(at_home, begun) as watcher:
        before = await watcher.until("message", len(begun["replies"]))
        assert [event["text"] for event in before] == [reply["text"] for reply in begun["replies"]]
        state = (await watcher.until("state"))[0]["state"]
        assert state == begun["state"]
        answer = await at_home.say(begun["id"], "hello")
        messages = await watcher.until("message", len(before) + 1 + len(answer["replies"]))
        assert [event["seq"] for event in messages] == list(range(1, len(messages) + 1))
        assert [event["direction"] for event in messages[len(before) :]] == ["in"] + ["out"] * len(answer["replies"])
        assert {"seq", "direction", "author", "text", "buttons", "at", "message_id", "channel"} <= set(messages[0])


async def test_an_agents_message_arrives_live(at_home: House) -> None:
    begun = await at_home.begin()
    async with watching(at_home, begun) as watcher:
        await at_home.say(begun["id"], "human")
        escalation = (await at_home.read(begun["id"]))["escalation"]["id"]
        await at_home.http.post(f"/v1/escalations/{escalation}/take", json={"agent": "Ada"})
        await at_home.http.post(f"/v1/escalations/{escalation}/messages", json={"agent": "Ada", "text": "Hello, Ada here"})

        async def from_ada() -> bool:
            await watcher.until("message", len([e for e in watcher.seen if e["type"] == "message"]) + 1)
            return watcher.seen[-1].get("author") == "Ada"

        await become(from_ada)
        assert watcher.seen[-1]["text"] == "Hello, Ada here"
        await watcher.until("state", len([e for e in watcher.seen if e["type"] == "state"]) + 1)
        assert watcher.seen[-1]["state"]["owner"] == "Ada"


async def test_a_watcher_that_comes_back_gets_what_it_missed(at_home: House) -> None:
    begun = await at_home.begin()
    async with watching(at_home, begun) as watcher:
        last = (await watcher.until("message", len(begun["replies"])))[-1]["seq"]
    answer = await at_home.say(begun["id"], "hello")
    async with watching(at_home, begun, since=last) as watcher:
        missed = await watcher.until("message", 1 + len(answer["replies"]))
        await watcher.until("state")
        assert [event["seq"] for event in missed] == list(range(last + 1, last + 2 + len(answer["replies"])))


async def test_a_watcher_misses_nothing_of_a_very_long_conversation(at_home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = await at_home.begin()
    for _ in range(4):
        await at_home.say(begun["id"], "hello")
    usual = store.messages_since
    monkeypatch.setattr(store, "messages_since", lambda session, conversation, seq: usual(session, conversation, seq, 2))
    async with watching(at_home, begun) as watcher:
        await watcher.until("state")
    monkeypatch.undo()
    seqs = [event["seq"] for event in watcher.seen if event["type"] == "message"]
    assert seqs == [turn["seq"] for turn in (await at_home.read(begun["id"]))["turns"]]


async def test_many_watchers_see_the_same(at_home: House) -> None:
    begun = await at_home.begin()
    async with watching(at_home, begun) as one, watching(at_home, begun) as two, watching(at_home, await at_home.begin()) as other:
        await other.until("state")
        answer = await at_home.say(begun["id"], "hello")
        count = len(begun["replies"]) + 1 + len(answer["replies"])
        assert await one.until("message", count) == await two.until("message", count)
        assert "hello" not in str(other.seen)


async def test_only_the_token_and_the_key_may_watch(at_home: House) -> None:
    begun, other = await at_home.begin(), await at_home.begin()
    for token in ("", "wrong", other["token"]):
        async with watching(at_home, begun, token=token) as watcher:
            with pytest.raises(ConnectionClosed) as closed:
                await watcher.socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4404
    async with watching(at_home, {"id": "nothing", "token": begun["token"]}) as watcher:
        with pytest.raises(ConnectionClosed) as closed:
            await watcher.socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4404
    async with watching(at_home, begun, token=at_home.service.key) as watcher:
        assert await watcher.until("state")


async def test_what_a_watcher_sends_is_ignored(at_home: House) -> None:
    begun = await at_home.begin()
    async with watching(at_home, begun) as watcher:
        for text in ("hello?", "{}", "x" * 60_000):
            await watcher.socket.send(text)
        await at_home.say(begun["id"], "hello")
        assert await watcher.until("message", len(begun["replies"]) + 1)


async def test_an_idle_watcher_is_pinged(at_home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.api.conversations.PING_S", 0.05)
    begun = await at_home.begin()
    async with watching(at_home, begun) as watcher:
        assert len(await watcher.until("ping", 2)) == 2


async def test_a_watcher_that_leaves_is_forgotten(at_home: House) -> None:
    begun = await at_home.begin()
    async with watching(at_home, begun) as watcher:
        await watcher.until("state")
        assert begun["id"] in at_home.service.hub._listeners

    async def forgotten() -> bool:
        return begun["id"] not in at_home.service.hub._listeners

    await become(forgotten)


async def test_events_go_on_when_the_listening_connection_was_lost(at_home: House) -> None:
    begun = await at_home.begin()
    async with watching(at_home, begun) as watcher:
        await watcher.until("state")
        killed = await at_home.queue.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'listen voxtrail%%'"
        )
        assert len(killed) == 1
        answer = await at_home.say(begun["id"], "hello")
        assert await watcher.until("message", len(begun["replies"]) + 1 + len(answer["replies"]))
