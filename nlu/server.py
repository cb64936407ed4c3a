"""Rasa servers under supervision: started, health-checked, restarted with back-off, and never left behind."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import httpx

from nlu.client import Endpoint
from nlu.train import PROJECT, rasa_environment

log = logging.getLogger(__name__)

State = Literal["stopped", "starting", "ready", "failing", "waiting"]
"""``failing``: it ran and now misses health checks; ``waiting``: it died and is started again after the back-off."""


class ServerError(Exception):
    """The servers cannot be started; the message is one plain sentence."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How patient the supervisor is, in seconds (``allowed_failures`` is a count of health checks)."""

    check_every: float = 2.0
    check_deadline: float = 2.0
    allowed_failures: int = 3
    start_limit: float = 180.0
    stop_limit: float = 3.0
    first_back_off: float = 1.0
    longest_back_off: float = 30.0
    back_off_reset: float = 60.0
    check_while_starting: float = 0.25


@dataclass(slots=True)
class Replica:
    """One Rasa server: its place in the row, its port and process, and how it is doing.

    ``healthy_at`` is the monotonic second at which the last health check that passed was begun.
    """

    number: int
    port: int = 0
    pid: int | None = None
    state: State = "stopped"
    restarts: int = 0
    healthy_at: float = 0.0
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Base address of its HTTP API, on loopback."""
        return f"http://127.0.0.1:{self.port}"


class RasaServers:
    """Keeps ``count`` Rasa servers of one model alive.

    ``rasa_python`` is the interpreter of Rasa's environment; ``data_dir`` takes logs (``logs/rasa-N.log``) and scratch.
    """

    def __init__(
        self,
        model: Path,
        rasa_python: Path,
        data_dir: Path,
        count: int = 1,
        *,
        project: Path = PROJECT,
        timing: Timing | None = None,
        log_limit: int = 5_000_000,
    ) -> None:
        # Rasa runs in a folder of its own. Not resolve(): the link .venv-rasa/bin/python is what makes it that environment.
        self._model = model.absolute()
        self._rasa_python = rasa_python.absolute()
        self._data_dir = data_dir.absolute()
        self._project = project.absolute()
        self._timing = timing or Timing()
        self._log_limit = log_limit
        self._tasks: list[asyncio.Task[None]] = []
        self._replicas = [Replica(number) for number in range(1, count + 1)]
        self._http: httpx.AsyncClient | None = None

    @property
    def replicas(self) -> Sequence[Replica]:
        """Every replica, ready or not: number, port, pid, state, restarts."""
        return tuple(self._replicas)

    @property
    def ready(self) -> bool:
        """Whether at least one replica answers."""
        return any(replica.state == "ready" for replica in self._replicas)

    def endpoints(self) -> list[Endpoint]:
        """Where to send a parse now; hand this method to ``NluClient``."""
        return [Endpoint(replica.url, replica.healthy_at) for replica in self._replicas if replica.state == "ready"]

    async def start(self) -> None:
        """Start every replica and return at once; ``wait_ready`` waits for the first that answers.

        Raises:
            ServerError: the model or Rasa's Python is missing.
        """
        for file, advice in ((self._model, "train it"), (self._rasa_python, "create Rasa's environment")):
            if not file.exists():
                raise ServerError(f"{file} is missing: {advice} with `make run`.")
        # A fresh connection for every check: a kept one could fail for reasons of its own.
        limits = httpx.Limits(max_keepalive_connections=0)
        await asyncio.to_thread(_sweep, self._data_dir / "tmp")
        self._http = httpx.AsyncClient(timeout=self._timing.check_deadline, limits=limits, trust_env=False)
        self._tasks = [asyncio.create_task(self._keep(replica)) for replica in self._replicas]

    async def wait_ready(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds until a replica answers; says whether one does."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while not self.ready:
                    await asyncio.sleep(0.05)
        return self.ready

    async def stop(self) -> None:
        """Stop every replica: politely, then with force; never raises."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await asyncio.gather(*(self._end(replica) for replica in self._replicas))
        if self._http is not None:
            await self._http.aclose()

    async def _keep(self, replica: Replica) -> None:
        """The life of one replica: start, watch, back off, and again."""
        back_off = self._timing.first_back_off
        while True:
            started = time.monotonic()
            try:
                await self._launch(replica)
                await self._watch(replica)
            except OSError as error:  # no memory, no process left, full disk: try again later like any other death
                log.error("Rasa server %d could not be started: %s", replica.number, error.strerror)
            await self._kill(replica)
            if time.monotonic() - started >= self._timing.back_off_reset and replica.healthy_at > started:
                back_off = self._timing.first_back_off
            replica.state = "waiting"
            log.warning("Rasa server %d is started again in %.0f s", replica.number, back_off)
            await asyncio.sleep(back_off)
            back_off = min(back_off * 2, self._timing.longest_back_off)
            replica.restarts += 1

    async def _launch(self, replica: Replica) -> None:
        scratch = self._scratch(replica)
        await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)  # a killed Rasa leaves its unpacked model
        scratch.mkdir(parents=True, exist_ok=True)
        replica.port, replica.state = free_port(), "starting"
        command = [
            *(str(self._rasa_python), "-m", "nlu.rasa_launch", str(os.getpid())),
            *("run", "--quiet", "--enable-api", "--model", str(self._model)),
            *("-i", "127.0.0.1", "-p", str(replica.port)),
        ]
        with self._log_file(replica).open("ab") as output:
            replica.process = await asyncio.create_subprocess_exec(
                *command,
                cwd=scratch,
                env=rasa_environment(self._project, scratch) | {"TMPDIR": str(scratch)},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        replica.pid = replica.process.pid

    async def _watch(self, replica: Replica) -> None:
        """Return when the replica has exited, does not come up, or hangs."""
        timing, started, failures = self._timing, time.monotonic(), 0
        while not await self._exited(replica):
            self._limit_log(replica)
            begun = time.monotonic()
            if await self._answers(replica):
                replica.state, replica.healthy_at, failures = "ready", begun, 0
            elif replica.state == "starting":
                if begun - started > timing.start_limit:
                    log.error("Rasa server %d did not come up in %.0f s", replica.number, timing.start_limit)
                    return
            else:
                replica.state, failures = "failing", failures + 1
                if failures >= timing.allowed_failures:
                    log.error("Rasa server %d hangs and is killed", replica.number)
                    return
        code = replica.process.returncode if replica.process else None
        log.error("Rasa server %d exited with %s; see %s", replica.number, code, self._log_file(replica))

    async def _exited(self, replica: Replica) -> bool:
        """Sleep until the next check is due; true as soon as the process is gone."""
        assert replica.process is not None
        pause = self._timing.check_while_starting if replica.state == "starting" else self._timing.check_every
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(replica.process.wait(), pause)
        return replica.process.returncode is not None

    async def _answers(self, replica: Replica) -> bool:
        """Whether a tiny parse works: ``/status`` would also pass with a model that fails on every sentence."""
        assert self._http is not None
        try:
            async with asyncio.timeout(self._timing.check_deadline):
                answer = await self._http.post(f"{replica.url}/model/parse", json={"text": "ok"})
                return answer.status_code == 200
        except (httpx.HTTPError, TimeoutError):
            return False

    async def _end(self, replica: Replica) -> None:
        process = replica.process
        if process is not None and process.returncode is None:
            _signal(process.pid, signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), self._timing.stop_limit)
        await self._kill(replica)
        replica.state = "stopped"
        await asyncio.to_thread(shutil.rmtree, self._scratch(replica), ignore_errors=True)

    async def _kill(self, replica: Replica) -> None:
        if replica.process is not None:
            _signal(replica.process.pid, signal.SIGKILL)  # the whole group, also after its leader has exited
            await replica.process.wait()
        replica.process, replica.pid = None, None

    def _scratch(self, replica: Replica) -> Path:
        """Named by our process too: a service and a command of the same DATA_DIR may each have a first replica."""
        return self._data_dir / "tmp" / f"rasa-{os.getpid()}-{replica.number}"

    def _log_file(self, replica: Replica) -> Path:
        folder = self._data_dir / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"rasa-{replica.number}.log"

    def _limit_log(self, replica: Replica) -> None:
        """Copy and truncate: Rasa holds the file open in append mode and goes on writing into the emptied one."""
        file = self._log_file(replica)
        with contextlib.suppress(OSError):
            if file.stat().st_size > self._log_limit:
                shutil.copyfile(file, file.with_suffix(".log.1"))
                os.truncate(file, 0)


def free_port() -> int:
    """A TCP port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _sweep(folder: Path) -> None:
    """Remove what the servers of a killed service left behind."""
    for scratch in folder.glob("rasa-*-*"):
        if not _alive(int(scratch.name.split("-")[1])):
            shutil.rmtree(scratch, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _signal(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
