"""The service as people run it: `voxtrail serve` in a process of its own, with its Rasa and its PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil
import psycopg
from psycopg.types.json import Jsonb

from bot.demo.data import demo_records

ROOT = Path(__file__).parents[2]
KEY = "the-acceptance-key"
T = TypeVar("T")


async def until(true: Callable[[], Awaitable[T]], seconds: float = 20.0) -> T:
    """What the question answers as soon as that is truthy; AssertionError at the deadline."""
    deadline = time.monotonic() + seconds
    while not (found := await true()):
        assert time.monotonic() < deadline, f"still {found!r} after {seconds} s"
        await asyncio.sleep(0.05)
    return found


class Running:
    """One service process on a port and a data directory of its own."""

    def __init__(self, data_dir: Path, port: int, environment: Mapping[str, str]) -> None:
        self.data_dir, self.port = data_dir, port
        self.url = f"http://127.0.0.1:{port}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("VOXTRAIL_", "TWILIO_"))},
            "DATA_DIR": str(data_dir), "PORT": str(port), "API_KEY": KEY, "DATABASE_URL": "", "PYTHONWARNINGS": "ignore",
            "VOXTRAIL_CALLS": "false",
            "VOXTRAIL_NLU_DEADLINE": "5",  # what is understood must not hang on how busy this machine is
            "VOXTRAIL_RATE_LIMIT_START": "1000/minute", "VOXTRAIL_RATE_LIMIT": "500/second",
            "VOXTRAIL_QUIET_FROM": "00:00", "VOXTRAIL_QUIET_UNTIL": "00:00", **environment,
        }  # fmt: skip
        self.http = httpx.AsyncClient(
            base_url=self.url, headers={"Authorization": f"Bearer {KEY}"}, timeout=30, trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        )  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None
        self._screen = data_dir / "screen.log"

    def start(self) -> None:
        """Start the process; `ready` waits for it."""
        with self._screen.open("ab") as screen:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"], cwd=ROOT, env=self.environment, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=screen, stderr=subprocess.STDOUT,
            )  # fmt: skip

    async def ready(self, seconds: float = 120) -> None:
        """Wait until everything is ready."""
        deadline, missing = time.monotonic() + seconds, "no answer"
        while missing:
            assert self.process is not None
            assert self.process.poll() is None, f"the service ended:\n{self._screen.read_text()[-3000:]}"
            assert time.monotonic() < deadline, f"after {seconds} s still not ready: {missing}"
            await asyncio.sleep(0.1)
            try:
                missing = ", ".join((await self.http.get("/readyz", timeout=2)).json()["missing"])
            except httpx.HTTPError:
                missing = "no answer"

    def kill(self) -> None:
        """The process dies as if the power failed."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> None:
        """Ctrl-C; with force when that takes too long."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(25)
        except subprocess.TimeoutExpired:
            self.kill()

    def rasa(self) -> psutil.Process:
        """The process that answers as Rasa now."""
        assert self.process is not None
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if "nlu.rasa_launch" in child.cmdline())

    # ---- what a company's own systems see

    async def get(self, path: str, **query: Any) -> Any:
        """A GET with the API key."""
        answer = await self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def touchpoints(self, person: str, goal: str) -> list[dict[str, Any]]:
        """A person's touchpoints of one goal, newest first."""
        found: list[dict[str, Any]] = (await self.get("/v1/touchpoints", person=person, goal=goal))["touchpoints"]
        return found

    async def conversation(self, conversation: str) -> dict[str, Any]:
        """The whole conversation."""
        found: dict[str, Any] = await self.get(f"/v1/conversations/{conversation}")
        return found

    # ---- the database

    def rows(self, query: str, *values: Any) -> list[Any]:
        """A query's rows."""
        with psycopg.connect(self._database(), autocommit=True) as connection:
            cursor = connection.execute(query.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def record(self, kind: str, record_id: str) -> dict[str, Any]:
        """One of the company's records."""
        found: dict[str, Any] = self.rows("SELECT data FROM records WHERE kind = %s AND id = %s", kind, record_id)[0][0]
        return found

    def records(self, kind: str, **equals: str) -> list[dict[str, Any]]:
        """The records of a kind whose fields have these values, oldest id first."""
        found = self.rows("SELECT data FROM records WHERE kind = %s AND data @> %s ORDER BY id", kind, Jsonb(equals))
        return [row[0] for row in found]

    def renew(self) -> None:
        """The demo company's records as on its first day; the questions and answers stay."""
        with psycopg.connect(self._database()) as connection:
            connection.execute("DELETE FROM records WHERE kind <> 'faq'")
            for kind, records in demo_records(datetime.now(UTC)).items():
                for record_id, data in records.items():
                    connection.execute("INSERT INTO records (kind, id, data) VALUES (%s, %s, %s)", (kind, record_id, Jsonb(data)))

    def _database(self) -> str:
        """The embedded server's address, as its own pid file has it."""
        lines = (self.data_dir / "postgres" / "postmaster.pid").read_text().splitlines()
        return f"postgresql://postgres@/postgres?host={lines[4]}&port={lines[3]}"
