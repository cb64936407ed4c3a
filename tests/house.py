"""The service as tests use it: in this process, on a database of its own, with a clock, an NLU and a Twilio in the test's hands."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import itertools
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psycopg
import uvicorn
from fastapi import FastAPI
from psycopg.rows import dict_row

from bot.service import Service
from bot.settings import Settings
from bot.users import accounts
from dialogs.scene import Answer
from integrations.twilio.standin import Standin, create_standin
from integrations.twilio.standin_calls import Calls
from integrations.twilio.standin_messages import Messages
from nlu.keywords import understand_by_keywords
from nlu.types import Intent, Understanding

START = datetime(2035, 11, 14, 9, 0, tzinfo=UTC)
"""A Wednesday, 10:00 in Warsaw: far ahead, so that nothing the queue is given for later is due by the database's own clock."""
KEY = "the-test-key"
PASSWORD = "the test's own password"
SID, TOKEN, NUMBER = "AC" + "5" * 32, "the-twilio-token", "+48111222333"

T = TypeVar("T")
_numbers, _addresses = itertools.count(500_000), itertools.count(1)
"""Of the process, not of a house: several may stand on one database."""


class ManualClock:
    """A clock that moves when told to."""

    def __init__(self, moment: datetime = START) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """The moment, in UTC."""
        return self.moment

    def advance(self, **delta: float) -> None:
        """Move on by a timedelta's arguments."""
        self.moment += timedelta(**delta)


class ScriptedNlu:
    """Understands what it was told (text → intent) and the fixed phrases; ``gate`` holds a message back in mid-turn."""

    def __init__(self) -> None:
        self.intents: dict[str, str] = {}
        self.asked: list[str] = []
        self.gate: asyncio.Event | None = None

    async def parse(self, text: str, language: str) -> Understanding:
        """What a trained NLU server would say."""
        self.asked.append(text)
        if self.gate is not None:
            await self.gate.wait()
        if text in self.intents:
            intent = Intent(self.intents[text], 0.97)
            return Understanding(text, language, intent, (intent,))
        return dataclasses.replace(understand_by_keywords(text, language), source="rasa")


class NoKnowledge:
    """A knowledge base that knows nothing: embedding the demo's takes half a minute."""

    async def load(self, database: Any) -> None:
        """Ready at once."""

    async def search(self, question: str, language: str) -> list[Answer]:
        """Nothing."""
        return []


class Queue:
    """The durable queue, seen from its tables."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def jobs(self, task: str = "", status: str = "todo") -> list[dict[str, Any]]:
        """The jobs of a status, oldest first, without the periodic ones."""
        found = await self.rows("SELECT * FROM procrastinate_jobs WHERE status::text = %s ORDER BY id", status)
        return [job for job in found if (job["task_name"] == task if task else job["task_name"] not in ("take_up_stalled", "forget_files"))]

    async def hurry(self) -> None:
        """Make everything that waits for its time due now, and wake the worker."""
        await self.rows("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo' RETURNING id")
        await self.rows("""SELECT pg_notify('procrastinate_any_queue_v1', '{"type": "job_inserted", "job_id": 0}')""")

    async def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Any query's rows."""
        async with await psycopg.AsyncConnection.connect(self._url, autocommit=True, row_factory=dict_row) as connection:
            return await (await connection.execute(query, values)).fetchall()


async def become(true: Callable[[], Awaitable[T]], seconds: float = 20.0) -> T:
    """What the question answers as soon as that is truthy; AssertionError at the deadline."""
    deadline = time.monotonic() + seconds
    while not (found := await true()):
        assert time.monotonic() < deadline, f"still {found!r} after {seconds} s"
        await asyncio.sleep(0.03)
    return found


@asynccontextmanager
async def served(app: Any, listener: socket.socket, lifespan: str = "off") -> AsyncIterator[str]:
    """The application behind a real socket, in this loop; its address."""
    server = uvicorn.Server(uvicorn.Config(app, lifespan=lifespan, log_config=None, access_log=False, timeout_graceful_shutdown=2))
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment] # Ctrl-C stays pytest's
    task = asyncio.create_task(server.serve([listener]))
    try:
        while not server.started:
            assert not task.done(), "the application did not start"
            await asyncio.sleep(0.01)
        yield address(listener)
    finally:
        server.should_exit = True
        await task


def listener() -> socket.socket:
    """A socket on a free port."""
    found = socket.socket()
    found.bind(("127.0.0.1", 0))
    return found


def address(of: socket.socket) -> str:
    """Where the socket listens."""
    return f"http://127.0.0.1:{of.getsockname()[1]}"


class House:
    """The running service with everything a test holds in its hands."""

    def __init__(self, app: FastAPI, service: Service, clock: ManualClock, nlu: ScriptedNlu, standin: Standin, url: str) -> None:
        self.app, self.service, self.clock, self.nlu, self.standin, self.url = app, service, clock, nlu, standin, url
        self.queue = Queue(service.url)
        self.http = self.client(KEY)

    def client(self, token: str = "", host: str = "127.0.0.1") -> httpx.AsyncClient:
        """A client with a token, from an address; no socket between."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False, client=(host, 40_000))
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(transport=transport, base_url=self.url, headers=headers, timeout=30)

    def visitor(self, token: str = "") -> httpx.AsyncClient:
        """A client without the key, from an address that nobody else has."""
        number = next(_addresses)
        return self.client(token, f"10.9.{number // 250}.{number % 250 + 1}")

    def phone(self) -> str:
        """A number nobody has."""
        return f"+48600{next(_numbers)}"

    async def user(self, role: str = "agent", *, must_change: bool = False, **more: Any) -> str:
        """Somebody new who works here, with PASSWORD: the login."""
        login = f"user{next(_numbers)}"
        async with self.service.database.transaction() as session:
            await accounts.add(session, self.clock.now(), login, PASSWORD, role, must_change=must_change, **more)
        return login

    async def signed_in(self, role: str = "agent", login: str = "") -> httpx.AsyncClient:
        """A browser in which somebody (of this role, or with this login) is signed in."""
        browser = self.visitor()
        answer = await browser.post("/sign-in", data={"login": login or await self.user(role), "password": PASSWORD})
        assert "set-cookie" in answer.headers, answer.headers
        return browser

    async def begin(self, **body: Any) -> dict[str, Any]:
        """A new conversation, in English unless said otherwise."""
        answer = await self.http.post("/v1/conversations", json={"language": "en", **body})
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def say(self, conversation: str, text: str, **more: Any) -> dict[str, Any]:
        """One message and its answer."""
        answer = await self.http.post(f"/v1/conversations/{conversation}/messages", json={"text": text, **more})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def read(self, conversation: str) -> dict[str, Any]:
        """The conversation as the API shows it to the company."""
        return (await self.http.get(f"/v1/conversations/{conversation}")).json()

    async def met(self, language: str = "en", **person: Any) -> tuple[str, str]:
        """A conversation with a person who has a phone number: the ids of both."""
        found = await self.begin(language=language, person={"phone": self.phone(), **person})
        return found["id"], (await self.read(found["id"]))["person"]

    async def escalated(self, agent: str = "", **body: Any) -> tuple[str, str]:
        """A conversation that waits for a person, or is with an agent: its id and its escalation's."""
        conversation = (await self.begin(**body))["id"]
        await self.say(conversation, "human")
        escalation = (await self.read(conversation))["escalation"]["id"]
        if agent:
            taken = await self.http.post(f"/v1/escalations/{escalation}/take", json={"agent": agent})
            assert taken.status_code == 200, taken.text
        return conversation, escalation


@asynccontextmanager
async def house(database_url: str, data_dir: Path, **settings: Any) -> AsyncIterator[House]:
    """The service and its Twilio, started and stopped."""
    with listener() as own, listener() as twilio:
        async with _furnished(database_url, data_dir, own, twilio, settings) as found:
            yield found


@asynccontextmanager
async def _furnished(
    database_url: str, data_dir: Path, own: socket.socket, twilio: socket.socket, settings: dict[str, Any]
) -> AsyncIterator[House]:
    from bot.app import create_app

    clock = ManualClock()
    values: dict[str, Any] = {
        "api_key": KEY, "nlu_replicas": 0, "nlu_deadline": 5.0, "calls": False, "public_url": address(own), "twilio_base_url": address(twilio),
        "twilio_account_sid": SID, "twilio_auth_token": TOKEN, "twilio_number": NUMBER, **settings,
    }  # fmt: skip
    configured = Settings(_env_file=None, database_url=database_url, data_dir=data_dir, **values)
    service, nlu = Service(configured, clock), ScriptedNlu()
    service.knowledge = service.conversations._knowledge = NoKnowledge()  # type: ignore[assignment]
    service.conversations._nlu = nlu
    standin = create_standin(SID, TOKEN, f"{address(own)}/twilio/sms", pace=0.01)
    standin.messages = Messages(SID, clock.now)
    standin.phones.calls = Calls(SID, clock.now, own=[NUMBER])
    standin.phones.voice_url, standin.phones.status_url = f"{address(own)}/twilio/voice", f"{address(own)}/twilio/status"
    from nicegui import app as pages

    before = list(pages.user_middleware)
    app = create_app(configured, service=service)
    async with served(standin, twilio), served(app, own, "on"):
        yield House(app, service, clock, nlu, standin, address(own))
    # The pages' app is one for the process: the next house mounts its pages anew, on what was there before this one.
    pages.user_middleware[:] = before
    pages.middleware_stack = None
