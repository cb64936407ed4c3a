"""Supervision with a stand-in for Rasa: it answers, dies, hangs or never comes up, as a file beside it says."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from nlu.server import RasaServers, ServerError, Timing, free_port

FAST = Timing(
    check_every=0.1,
    check_deadline=0.3,
    start_limit=3.0,
    stop_limit=0.5,
    first_back_off=0.2,
    longest_back_off=0.8,
    check_while_starting=0.05,
)
STAND_IN = """#!{python}
import http.server, pathlib, sys
mode = pathlib.Path({mode!r})
if mode.read_text() == "broken":
    sys.exit("no model")
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(500 if mode.read_text() == "failing" else 200)
        self.end_headers()
        self.wfile.write(b"{{}}")
    def log_message(self, *_):
        print("x" * 1000, flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("-p") + 1])), Handler).serve_forever()
"""


class Place:
    """A data directory with a stand-in for Rasa's Python."""

    def __init__(self, root: Path) -> None:
        self.root, self.mode = root, root / "mode"
        self.python, self.model = root / "python", root / "model.tar.gz"
        self.python.write_text(STAND_IN.format(python=sys.executable, mode=str(self.mode)))
        self.python.chmod(0o755)
        self.model.touch()
        self.mode.write_text("answering")

    @asynccontextmanager
    async def servers(self, count: int = 1, timing: Timing = FAST, log_limit: int = 5_000_000) -> AsyncIterator[RasaServers]:
        servers = RasaServers(self.model, self.python, self.root, count, timing=timing, log_limit=log_limit)
        await servers.start()
        try:
            yield servers
        finally:
            await servers.stop()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_starts_every_replica_and_stops_them(place: Place) -> None:
    async with place.servers(2) as servers:
        assert not servers.ready
        assert await servers.wait_ready(10)
        await until(lambda: len(servers.endpoints()) == 2)
        pids = [replica.pid for replica in servers.replicas]
        ports = {replica.port for replica in servers.replicas}
        assert len(ports) == 2
        assert {endpoint.url for endpoint in servers.endpoints()} == {f"http://127.0.0.1:{port}" for port in ports}
    assert not servers.ready
    assert servers.endpoints() == []
    assert [replica.state for replica in servers.replicas] == ["stopped", "stopped"]
    assert not any(alive(pid) for pid in pids if pid)


async def test_a_killed_server_is_started_again(place: Place) -> None:
    async with place.servers() as servers:
        await servers.wait_ready(10)
        (replica,) = servers.replicas
        assert replica.pid
        os.kill(replica.pid, signal.SIGKILL)
        await until(lambda: replica.state == "waiting")
        assert servers.endpoints() == []
        await until(lambda: replica.state == "ready")
        assert replica.restarts == 1


async def test_a_hung_server_is_killed_and_started_again(place: Place) -> None:
    async with place.servers() as servers:
        await servers.wait_ready(10)
        (replica,) = servers.replicas
        hung = replica.pid
        assert hung
        os.kill(hung, signal.SIGSTOP)
        await until(lambda: replica.state == "failing")
        assert servers.endpoints() == []
        await until(lambda: replica.state == "ready" and replica.restarts == 1)
        assert not alive(hung)


async def test_one_missed_check_is_forgiven(place: Place) -> None:
    async with place.servers() as servers:
        await servers.wait_ready(10)
        (replica,) = servers.replicas
        pid = replica.pid
        assert pid
        os.kill(pid, signal.SIGSTOP)
        await until(lambda: replica.state == "failing")
        os.kill(pid, signal.SIGCONT)
        await until(lambda: replica.state == "ready")
        assert (replica.pid, replica.restarts) == (pid, 0)


async def test_a_server_that_fails_every_sentence_is_replaced(place: Place) -> None:
    async with place.servers() as servers:
        await servers.wait_ready(10)
        place.mode.write_text("failing")
        await until(lambda: servers.replicas[0].restarts == 1)
        place.mode.write_text("answering")
        await until(lambda: servers.ready)


async def test_the_back_off_doubles_up_to_its_limit(place: Place) -> None:
    place.mode.write_text("broken")
    started: list[float] = []
    async with place.servers() as servers:
        (replica,) = servers.replicas
        for count in range(1, 7):
            await until(lambda count=count: replica.restarts == count)  # type: ignore[misc]
            started.append(time.monotonic())
    waits = [later - earlier for earlier, later in itertools.pairwise(started)]
    assert waits[0] >= 0.4
    assert waits[1] >= 0.8
    assert 0.8 <= waits[4] < 5, "without an end of growing it would be 6.4"


async def test_health_resets_the_back_off(place: Place) -> None:
    forgiving = Timing(check_every=0.05, first_back_off=0.2, longest_back_off=30.0, back_off_reset=0.3, check_while_starting=0.02)
    async with place.servers(timing=forgiving) as servers:
        (replica,) = servers.replicas
        for count in range(6):
            await until(lambda count=count: replica.state == "ready" and replica.restarts == count)  # type: ignore[misc]
            await asyncio.sleep(0.4)
            assert replica.pid
            os.kill(replica.pid, signal.SIGKILL)
            await until(lambda: replica.state == "waiting")
        started = time.monotonic()
        await until(lambda: replica.state == "ready")
        assert time.monotonic() - started < 10, "it would be 12.8 without"


async def test_a_server_that_never_comes_up_is_given_up(place: Place) -> None:
    place.mode.write_text("failing")
    impatient = Timing(check_every=0.05, start_limit=0.3, first_back_off=0.1, check_while_starting=0.02)
    async with place.servers(timing=impatient) as servers:
        assert not await servers.wait_ready(0.2)
        await until(lambda: servers.replicas[0].restarts >= 2)


async def test_logs_are_limited(place: Place) -> None:
    async with place.servers(log_limit=3000) as servers:
        log = place.root / "logs" / "rasa-1.log"
        await until(lambda: log.with_suffix(".log.1").exists())
        await asyncio.sleep(0.5)
        assert log.stat().st_size < 10_000
        assert servers.ready


async def test_leaves_no_scratch_behind_and_sweeps_what_a_killed_service_left(place: Place) -> None:
    left, foreign = place.root / "tmp" / "rasa-4194305-1", place.root / "tmp" / f"rasa-{os.getppid()}-1"
    left.mkdir(parents=True)
    foreign.mkdir()
    async with place.servers() as servers:
        await servers.wait_ready(10)
        assert (place.root / "tmp" / f"rasa-{os.getpid()}-1").is_dir()
    assert list((place.root / "tmp").iterdir()) == [foreign]


async def test_what_is_missing_is_said(place: Place) -> None:
    place.model.unlink()
    with pytest.raises(ServerError, match="make run"):
        await RasaServers(place.model, place.python, place.root).start()


async def test_stopping_what_never_started_is_fine(place: Place) -> None:
    await RasaServers(place.model, place.python, place.root).stop()


def test_free_ports_differ() -> None:
    assert free_port() > 1023
