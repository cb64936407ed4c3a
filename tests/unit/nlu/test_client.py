"""The client against a real HTTP server on loopback that answers, fails, hangs or talks nonsense."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from nlu.client import Endpoint, NluClient, NluUnavailable, clean, fixed, read_answer
from nlu.types import FALLBACK, Intent

Guess = tuple[str | None, float]


def answer(*guesses: Guess, **more: Any) -> dict[str, Any]:
    ranking = [{"name": name, "confidence": confidence} for name, confidence in guesses]
    return {"intent": ranking[0], "intent_ranking": ranking, "entities": [], **more}


@dataclass
class FakeRasa:
    """A tiny HTTP/1.1 server: ``mode`` says how it behaves from now on."""

    mode: str = "answer"
    body: Any = field(default_factory=lambda: answer(("greet", 0.9), ("goodbye", 0.1)))
    texts: list[str] = field(default_factory=list)
    connections: int = 0
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length: ")[1].split("\r\n")[0])
        self.texts.append(json.loads(await reader.readexactly(length))["text"])
        if self.mode == "hang":
            await asyncio.sleep(30)
        if self.mode == "drop" and len(self.texts) % 2 == 0:
            return False
        status = "500 Oops" if self.mode == "fail" else "200 OK"
        body = b"<html>" if self.mode == "nonsense" else json.dumps(self.body).encode()
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        return True


@asynccontextmanager
async def rasa(mode: str = "answer") -> AsyncIterator[FakeRasa]:
    fake = FakeRasa(mode)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(fake.serve(reader, writer))
        tasks.add(task)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    fake.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield fake
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def checked(*fakes: FakeRasa, at: float | None = None) -> Callable[[], list[Endpoint]]:
    """Servers whose last good health check was at a fixed moment (now by default)."""
    healthy_at = time.monotonic() if at is None else at
    return lambda: [Endpoint(fake.url, healthy_at) for fake in fakes]


async def test_says_what_a_sentence_means() -> None:
    async with rasa() as fake, NluClient(checked(fake)) as client:
        understood = await client.parse("dzień dobry", "pl")
    assert (understood.text, understood.language, understood.source) == ("dzień dobry", "pl", "rasa")
    assert understood.intent == Intent("greet", 0.9)
    assert understood.ranking == (Intent("greet", 0.9), Intent("goodbye", 0.1))


async def test_keeps_its_connection() -> None:
    async with rasa() as fake, NluClient(checked(fake)) as client:
        for _ in range(5):
            await client.parse("hello", "en")
    assert fake.connections == 1


async def test_a_hung_server_costs_the_deadline_and_then_nothing() -> None:
    async with rasa("hang") as fake, NluClient(checked(fake), deadline=0.3) as client:
        for _ in range(2):
            with pytest.raises(NluUnavailable):
                await client.parse("hello", "en")
    assert len(fake.texts) == 1, "it is not asked again"


async def test_another_replica_answers_within_the_same_deadline() -> None:
    async with rasa("hang") as hung, rasa() as good, NluClient(checked(hung, good)) as client:
        for _ in range(2):
            assert (await client.parse("hello", "en")).intent.name == "greet"
    assert (len(hung.texts), len(good.texts)) == (1, 2), "the hung replica is skipped"


@pytest.mark.parametrize("mode", ["fail", "nonsense"])
async def test_a_failing_replica_is_skipped_until_its_health_check_passes(mode: str) -> None:
    async with rasa(mode) as fake:
        healthy = [time.monotonic()]
        async with NluClient(lambda: [Endpoint(fake.url, healthy[0])]) as client:
            for _ in range(3):
                with pytest.raises(NluUnavailable):
                    await client.parse("hello", "en")
            assert len(fake.texts) == 1
            fake.mode, healthy[0] = "answer", time.monotonic()
            assert (await client.parse("hello", "en")).intent.name == "greet"


@pytest.mark.parametrize("body", [[], {}, {"intent": None}, {"intent": {"name": "x"}, "intent_ranking": [{}]}, 7])
async def test_a_strange_body_never_raises_anything_else(body: Any) -> None:
    async with rasa() as fake, NluClient(checked(fake)) as client:
        fake.body = body
        with suppress(NluUnavailable):
            assert (await client.parse("hello", "en")).intent.name == FALLBACK


async def test_a_connection_closed_while_idle_is_no_failure() -> None:
    async with rasa("drop") as fake, NluClient(checked(fake)) as client:
        for _ in range(4):
            await client.parse("hello", "en")


async def test_nobody_listens() -> None:
    async with rasa() as fake:
        url = fake.url
    async with NluClient(fixed(url)) as client:
        with pytest.raises(NluUnavailable, match="in time"):
            await client.parse("hello", "en")
    async with NluClient(fixed()) as client:
        with pytest.raises(NluUnavailable, match="is ready"):
            await client.parse("hello", "en")


async def test_the_load_is_shared() -> None:
    async with rasa() as one, rasa() as two, NluClient(checked(one, two)) as client:
        await asyncio.gather(*(client.parse("hello", "en") for _ in range(10)))
    assert len(one.texts) == len(two.texts) == 5


async def test_bad_input_is_cleaned_and_cut() -> None:
    async with rasa() as fake, NluClient(checked(fake)) as client:
        await client.parse("a" * 20_000, "en")
        await client.parse("x\x00y\ud800z\n", "en")
        empty = await client.parse("  \x00\n ", "en")
    assert fake.texts == ["a" * 500, "x y?z"]
    assert empty.intent == Intent(FALLBACK, 1.0)


async def test_a_bare_yes_or_no_is_read_in_the_language_of_the_conversation() -> None:
    async with rasa() as fake, NluClient(checked(fake)) as client:
        fake.body = answer(("deny", 0.8), ("affirm", 0.2))
        assert (await client.parse("No", "pl")).intent == Intent("affirm", 1.0)
        assert (await client.parse("no, nie wiem", "pl")).intent == Intent("deny", 0.8)
        assert (await client.parse("no", "en")).intent == Intent("deny", 1.0)


def test_clean_keeps_what_people_write() -> None:
    assert clean("Zażółć gęślą jaźń 🙂") == "Zażółć gęślą jaźń 🙂"


@pytest.mark.parametrize("best", ["out_of_scope", FALLBACK, None])
def test_refusals_become_the_fallback_and_keep_the_ranking(best: str | None) -> None:
    guesses = [(best, 0.6), *((f"intent_{number}", 0.3 / (number + 1)) for number in range(7))]
    intent, ranking, _ = read_answer(answer(*guesses))
    assert intent == Intent(FALLBACK, 0.7)
    assert [guess.name for guess in ranking] == [f"intent_{number}" for number in range(5)]


def test_guesses_below_the_threshold_are_refused() -> None:
    assert read_answer(answer(("greet", 0.4)), threshold=0.5)[0] == Intent(FALLBACK, 0.6)
    assert read_answer(answer(("greet", 0.5)), threshold=0.5)[0] == Intent("greet", 0.5)


def test_entities_are_read() -> None:
    found = {"entity": "city", "value": "Gdańsk", "start": 3, "end": 9, "confidence_entity": 0.7}
    (entity,) = read_answer(answer(("greet", 0.9), entities=[found]))[2]
    assert (entity.name, entity.value, entity.start, entity.end, entity.confidence) == ("city", "Gdańsk", 3, 9, 0.7)
