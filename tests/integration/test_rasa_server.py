"""The trained model on a real Rasa: it understands, it comes back, it holds nobody up, it leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from nlu.client import NluClient, NluUnavailable
from nlu.rasa_lean import is_lean
from nlu.server import RasaServers
from nlu.train import PROJECT, model_path, train
from nlu.types import FALLBACK

RASA = Path(os.environ.get("RASA_PYTHON") or PROJECT / ".venv-rasa" / "bin" / "python")
pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(not RASA.exists(), reason=f"Rasa is not installed at {RASA}: run `make setup`, or set RASA_PYTHON"),
]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of today's data: DATA_DIR's if it is there, else trained now."""
    for folder in (Path(os.environ.get("DATA_DIR") or "var").resolve(), PROJECT / "var"):
        if model_path(folder).exists():
            return model_path(folder)
    return train(tmp_path_factory.mktemp("trained"), RASA)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rasa")


@pytest.fixture(scope="module")
async def servers(trained: Path, folder: Path) -> AsyncIterator[RasaServers]:
    servers = RasaServers(trained, RASA, folder)
    await servers.start()
    assert await servers.wait_ready(120)
    yield servers
    await servers.stop()


@pytest.fixture
async def client(servers: RasaServers) -> AsyncIterator[NluClient]:
    assert await servers.wait_ready(120)
    async with NluClient(servers.endpoints) as client:
        yield client


async def until(condition: Callable[[], bool], seconds: float = 90.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("language", "text", "intent"),
    [
        ("pl", "gdzie jest moja paczka", "order_status"),
        ("pl", "chcialbym przelozyc wizyte", "reschedule"),
        ("pl", "ile można u was zarobić", "ask_salary"),
        ("en", "where is my parcel", "order_status"),
        ("en", "I would like to move my appointment", "reschedule"),
        ("en", "is it a permanent contract", "ask_contract"),
        ("ro", "unde este coletul meu", "order_status"),
        ("ro", "vreau sa vorbesc cu un om", "speak_to_human"),
        ("ro", "nu mă mai sunați", "opt_out"),
        ("pl", "jaka będzie jutro pogoda w Gdańsku", FALLBACK),
        ("en", "tell me a joke about cats", FALLBACK),
        ("ro", "cum se face mămăliga", FALLBACK),
    ],
)
async def test_understands(client: NluClient, language: str, text: str, intent: str) -> None:
    understood = await client.parse(text, language)
    assert understood.intent.name == intent
    assert 0.0 <= understood.intent.confidence <= 1.0
    assert 1 <= len(understood.ranking) <= 5
    assert understood.ranking == tuple(sorted(understood.ranking, key=lambda guess: -guess.confidence))


@pytest.mark.parametrize("text", ["", " ", "🙂🙂🙂", "<script>alert(1)</script>", "a" * 20_000, "\x00\ud800", "/greet", "123", "?!"])
async def test_bad_input_is_understood_or_refused(client: NluClient, text: str) -> None:
    understood = await client.parse(text, "pl")
    assert understood.text == text


async def test_the_model_is_served_lean(trained: Path, servers: RasaServers, client: NluClient) -> None:
    assert is_lean(str(trained))
    pid = servers.replicas[0].pid
    assert psutil.Process(pid).memory_info().rss < 400e6


async def test_a_killed_server_comes_back(servers: RasaServers, client: NluClient) -> None:
    (replica,) = servers.replicas
    restarts = replica.restarts
    assert replica.pid
    os.kill(replica.pid, signal.SIGKILL)
    with pytest.raises(NluUnavailable):
        await client.parse("gdzie jest moja paczka", "pl")
    await until(lambda: replica.state == "ready" and replica.restarts == restarts + 1)
    assert (await client.parse("gdzie jest moja paczka", "pl")).intent.name == "order_status"


async def test_a_hung_server_is_not_waited_for_and_comes_back(servers: RasaServers, client: NluClient) -> None:
    (replica,) = servers.replicas
    restarts = replica.restarts
    assert replica.pid
    os.kill(replica.pid, signal.SIGSTOP)
    for _ in range(3):
        with pytest.raises(NluUnavailable):
            await client.parse("where is my parcel", "en")
    await until(lambda: replica.state == "ready" and replica.restarts == restarts + 1)
    assert (await client.parse("where is my parcel", "en")).intent.name == "order_status"


async def test_no_sentence_is_logged(client: NluClient, folder: Path) -> None:
    await client.parse("Nazywam się Zenobia Krzywonos, mój numer to 600700800", "pl")
    written = b"".join(file.read_bytes() for file in (folder / "logs").iterdir())
    assert b"Zenobia" not in written
    assert b"600700800" not in written


async def test_no_server_outlives_its_service(trained: Path, tmp_path: Path) -> None:
    """The service is killed with -9: nothing of it can clean up, so the kernel must."""
    script = f"""
import asyncio, pathlib
from nlu.server import RasaServers
async def main():
    servers = RasaServers(pathlib.Path({str(trained)!r}), pathlib.Path({str(RASA)!r}), pathlib.Path({str(tmp_path)!r}))
    await servers.start()
    assert await servers.wait_ready(120)
    print(servers.replicas[0].pid, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""
    service = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=PROJECT)
    try:
        assert service.stdout
        rasa = int(await asyncio.to_thread(service.stdout.readline))
        assert psutil.pid_exists(rasa)
    finally:
        service.kill()
        service.communicate()
    await until(lambda: not psutil.pid_exists(rasa) or psutil.Process(rasa).status() == psutil.STATUS_ZOMBIE, 10)
