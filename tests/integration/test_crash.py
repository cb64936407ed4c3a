"""kill -9 of the service and of its database, at any moment: no acknowledged turn is lost, none is taken twice."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import psutil
from websockets.asyncio.client import connect

from tests.house import KEY, become
from tests.process import Serving

TEXTS = ("hello", "thank you", "repeat", "qwx zzyx", "help", "are you a robot")
MOST_LOST = 4
"""Requests of one customer that may fail in a row before the test gives up on the service."""


async def begin(server: Serving) -> str:
    """A conversation's id."""
    answer = await server.http.post("/v1/conversations", json={"language": "en"})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def say(server: Serving, conversation: str, text: str, message_id: str) -> httpx.Response:
    """One message."""
    return await server.http.post(f"/v1/conversations/{conversation}/messages", json={"text": text, "message_id": message_id})


class Customer:
    """Somebody who writes on and on, and remembers every answer."""

    def __init__(self, server: Serving, conversation: str) -> None:
        self.server, self.conversation = server, conversation
        self.answers: dict[str, Any] = {}
        self.lost: list[tuple[str, str]] = []
        self.statuses: set[int] = set()

    async def write(self) -> None:
        """Write until cancelled; a message without an answer is remembered as lost."""
        for number, text in enumerate(itertools.cycle(TEXTS)):
            message_id = f"m-{number}"
            try:
                answer = await say(self.server, self.conversation, text, message_id)
            except httpx.HTTPError:
                self.lost.append((message_id, text))
                await asyncio.sleep(0.05)
                continue
            self.statuses.add(answer.status_code)
            if answer.status_code == 200:
                self.answers[message_id] = answer.json()
            else:
                self.lost.append((message_id, text))
                await asyncio.sleep(0.05)

    async def check(self) -> None:
        """Everything answered is there, once, and is answered the same again; what was lost may be said again."""
        for message_id, text in self.lost[:MOST_LOST]:
            first = await say(self.server, self.conversation, text, message_id)
            assert first.status_code == 200
            self.answers[message_id] = first.json()
        for message_id, known in self.answers.items():
            again = await say(self.server, self.conversation, "said again", message_id)
            assert again.status_code == 200, again.text
            assert again.json() == known
        turns: list[dict[str, Any]] = []
        while page := (await self.server.http.get(f"/v1/conversations/{self.conversation}?since={len(turns)}")).json()["turns"]:
            turns += page
        assert [turn["seq"] for turn in turns] == list(range(1, len(turns) + 1))
        heard = [turn["message_id"] for turn in turns if turn["direction"] == "in"]
        assert len(heard) == len(set(heard))
        assert set(self.answers) <= set(heard)
        said = [turn["text"] for turn in turns if turn["direction"] == "out"]
        for known in self.answers.values():
            assert all(reply["text"] in said for reply in known["replies"])


@asynccontextmanager
async def busy(server: Serving, customers: int = 4) -> AsyncIterator[list[Customer]]:
    """Customers who write while the block runs, once each has had some answers."""
    found = [Customer(server, await begin(server)) for _ in range(customers)]
    tasks = [asyncio.create_task(customer.write()) for customer in found]

    async def answered() -> bool:
        return all(len(customer.answers) >= 3 for customer in found)

    try:
        await become(answered)
        yield found
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_killed_in_mid_turn_the_turn_is_taken_once_after_the_restart(server: Serving) -> None:
    conversation = await begin(server)
    known = (await say(server, conversation, "hello", "m-1")).json()
    before = (await server.http.get(f"/v1/conversations/{conversation}")).json()["turns"]
    connection = await server.connect()
    await connection.execute("SELECT 1 FROM conversations WHERE id = %s FOR UPDATE", (conversation,))
    waiting = asyncio.create_task(say(server, conversation, "thank you", "m-2"))

    async def in_the_turn() -> bool:
        rows = await connection.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return bool(await rows.fetchall())

    await become(in_the_turn)
    await server.kill()
    assert isinstance((await asyncio.gather(waiting, return_exceptions=True))[0], httpx.HTTPError)
    await connection.close()
    await server.start()
    assert (await server.http.get(f"/v1/conversations/{conversation}")).json()["turns"] == before
    answer = await say(server, conversation, "thank you", "m-2")
    assert answer.status_code == 200
    assert (await say(server, conversation, "thank you", "m-2")).json() == answer.json()
    assert (await say(server, conversation, "anything", "m-1")).json() == known
    after = (await server.http.get(f"/v1/conversations/{conversation}")).json()["turns"]
    assert [turn["text"] for turn in after if turn["direction"] == "in"] == ["hello", "thank you"]


async def test_killed_under_load_nothing_acknowledged_is_lost_and_nothing_is_said_twice(server: Serving) -> None:
    async with busy(server) as customers:
        await server.kill()
    await server.start()
    for customer in customers:
        await customer.check()


async def test_its_database_killed_the_service_comes_back_by_itself(server: Serving) -> None:
    async with busy(server) as customers:
        killed = server.postmaster()
        os.kill(killed, signal.SIGKILL)

        async def noticed() -> bool:
            return any(customer.statuses - {200} for customer in customers)

        await become(noticed, 30)

        async def back() -> bool:
            return await server.ready() and server.postmaster() != killed

        await become(back, 60)
        counts = [len(customer.answers) for customer in customers]

        async def going_on() -> bool:
            return all(len(customer.answers) > count + 2 for customer, count in zip(customers, counts, strict=True))

        await become(going_on, 30)
    assert set.union(*(customer.statuses for customer in customers)) == {200, 503}
    for customer in customers:
        await customer.check()
    assert server.process is not None
    assert server.process.poll() is None


async def test_live_events_and_the_queue_come_back_with_the_database(server: Serving) -> None:
    conversation = await begin(server)
    address = server.url.replace("http", "ws") + f"/v1/conversations/{conversation}/events?token={KEY}"
    async with connect(address, proxy=None) as socket, asyncio.timeout(30):
        await say(server, conversation, "hello", "m-1")
        while json.loads(await socket.recv()).get("message_id") != "m-1":
            pass
    connection = await server.connect()
    await connection.set_autocommit(True)
    job = "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('default', 'contact_again', %s) RETURNING id"
    added = await (await connection.execute(job, ('{"conversation_id": "nobody"}',))).fetchone()

    async def done() -> bool:
        rows = await connection.execute("SELECT 1 FROM procrastinate_jobs WHERE id = %s", added)
        return not await rows.fetchall()

    await become(done, 40)
    await connection.close()


async def test_the_log_of_all_this_holds_no_words_and_no_token(server: Serving) -> None:
    written = (server.data_dir / "logs" / "voxtrail.log").read_text(encoding="utf-8") + (server.data_dir / "output").read_text(
        encoding="utf-8"
    )
    assert "the database is away" in written
    for text in ("qwx zzyx", "are you a robot", "said again", "Bearer the"):
        assert text not in written


async def test_told_to_stop_it_stops_every_child(server: Serving) -> None:
    assert server.process is not None
    family = [
        server.process.pid,
        server.postmaster(),
        *(child.pid for child in psutil.Process(server.process.pid).children(recursive=True)),
    ]
    assert await server.stop() == 0

    async def gone() -> bool:
        return not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in family)

    await become(gone, 20)
    assert "Stopped." in (server.data_dir / "output").read_text(encoding="utf-8")
