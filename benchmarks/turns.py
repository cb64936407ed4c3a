"""`make bench`: the same support dialogue through our HTTP API and through a plain Rasa 3.6 server, side by side in one run.

Ours is the whole service as `voxtrail serve` starts it (Rasa for NLU, flows, PostgreSQL). Theirs is `rasa run --enable-api` with the same
pipeline, rules, a form, an action server that reads the same records, and its SQL tracker store, on the same PostgreSQL. The two
alternate, level by level; CPU counts every process of each side, PostgreSQL included.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import yaml
from rich.console import Console
from rich.table import Table

from benchmarks.load import Begin, Figures, Processes, Say, long_conversation, run
from bot.settings import ROOT, Settings
from bot.store.database import embedded
from nlu.server import free_port
from nlu.train import fingerprint, rasa_environment

DIALOGUE = ("dzień dobry", "gdzie jest moja paczka", "VX-104233", "anna.nowak@example.com", "dziękuję")
LEVELS = (1, 8, 32)
ROUNDS = 3
TURNS = int(os.environ.get("BENCH_TURNS", "150"))
LONG = 200
console = Console()


def main() -> None:
    """Start both sides, measure, print, stop."""
    settings = Settings()
    work = settings.run_dir / "bench"
    shutil.rmtree(work, ignore_errors=True)
    (work / "logs").mkdir(parents=True)
    url = embedded(work)
    for name in ("ours", "theirs"):
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}".encode())
    with our_service(settings, work, _database(url, "ours"), {"VOXTRAIL_CALLS": "false"}) as ours, _theirs(settings, work, url) as theirs:
        asyncio.run(_measure(ours, theirs, _postmaster(work)))


def _database(url: str, name: str) -> str:
    return url.replace("/postgres?", f"/{name}?")


def _postmaster(work: Path) -> int:
    return int((work / "postgres" / "postmaster.pid").read_text().splitlines()[0])


@contextlib.contextmanager
def started(name: str, command: list[str], work: Path, env: dict[str, str], url: str) -> Iterator[tuple[str, int]]:
    with (work / "logs" / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **env}, stdout=log, stderr=log, start_new_session=True)
        try:
            with console.status(f"Starting {name} …"):
                _wait(url, process, log.name)
            yield url.rsplit("/", 1)[0], process.pid
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def _wait(url: str, process: subprocess.Popen[bytes], log: str) -> None:
    said = ""
    for _ in range(600):
        if process.poll() is not None:
            sys.exit(f"It ended at once; its log is {log}")
        with contextlib.suppress(httpx.HTTPError):
            answer = httpx.get(url, timeout=2)
            if answer.status_code == 200:
                return
            said = answer.text
        time.sleep(0.3)
    sys.exit(f"It does not become ready ({said}); its log is {log}")


@contextlib.contextmanager
def our_service(settings: Settings, work: Path, database: str, more: dict[str, str] | None = None) -> Iterator[tuple[str, int]]:
    port = free_port()
    shutil.copytree(settings.run_dir / "models", work / "models")
    env = {"PORT": str(port), "DATA_DIR": str(work), "DATABASE_URL": database, "API_KEY": "bench", **(more or {})}
    command = [sys.executable, "-m", "bot", "serve"]
    with started("voxtrail", command, work, env, f"http://127.0.0.1:{port}/readyz") as found:
        yield found


@contextlib.contextmanager
def _theirs(settings: Settings, work: Path, url: str) -> Iterator[tuple[str, list[int]]]:
    """Train the plain bot (same pipeline, same sentences, rules on top) and serve it."""
    project = work / "rasa"
    shutil.copytree(ROOT / "benchmarks" / "rasa_support", project)
    config = yaml.safe_load((ROOT / "config.yml").read_text())
    config["policies"] = [{"name": "RulePolicy"}]
    (project / "config.yml").write_text(yaml.safe_dump(config))
    domain = yaml.safe_load((project / "domain.yml").read_text())
    domain["intents"] = sorted(
        {item["intent"] for path in (ROOT / "nlu" / "data").glob("*/*.yml") for item in yaml.safe_load(path.read_text())["nlu"]}
    )
    (project / "domain.yml").write_text(yaml.safe_dump(domain, allow_unicode=True))
    # Rasa speaks to PostgreSQL through psycopg2, which only this comparison needs.
    subprocess.run([settings.rasa_python, "-m", "pip", "install", "-q", "--target", str(work / "psycopg2"), "psycopg2-binary"], check=True)
    socket_dir = url.partition("host=")[2]
    store = {"type": "SQL", "dialect": "postgresql", "url": "", "db": "theirs", "username": "postgres", "query": {"host": socket_dir}}
    actions_port = free_port()
    actions = {"url": f"http://127.0.0.1:{actions_port}/webhook"}
    (project / "endpoints.yml").write_text(yaml.safe_dump({"tracker_store": store, "action_endpoint": actions}))
    paths = f"{ROOT}:{project}:{work / 'psycopg2'}"
    env = {**rasa_environment(ROOT, work), "PYTHONPATH": paths, "BENCH_RECORDS": _database(url, "ours")}
    model = _their_model(settings, project, work, env)
    port = free_port()
    command = [str(settings.rasa_python), "-m", "rasa", "run", "--enable-api", "-i", "127.0.0.1", "-p", str(port),
               "--model", str(model), "--endpoints", str(project / "endpoints.yml")]  # fmt: skip
    action_server = [str(settings.rasa_python), "-m", "rasa_sdk", "--actions", "actions", "--port", str(actions_port)]
    with (
        started("actions", action_server, work, env, f"http://127.0.0.1:{actions_port}/health") as (_, actions_pid),
        started("rasa", command, work, env, f"http://127.0.0.1:{port}/status") as (base, pid),
    ):
        yield base, [pid, actions_pid]


def _their_model(settings: Settings, project: Path, work: Path, env: dict[str, str]) -> Path:
    """The plain bot, trained once for the same sentences, pipeline and rules."""
    rules = b"".join((project / name).read_bytes() for name in ("config.yml", "domain.yml", "rules.yml"))
    model = settings.run_dir / "bench-models" / f"{fingerprint()}-{hashlib.sha256(rules).hexdigest()[:12]}.tar.gz"
    if model.exists():
        return model
    train = [str(settings.rasa_python), "-m", "rasa", "train", "--config", "config.yml", "--domain", "domain.yml",
             "--fixed-model-name", "bot", "--data", "rules.yml", str(ROOT / "nlu" / "data"), "--out", "models"]  # fmt: skip
    with console.status("Training the plain Rasa bot …"), (work / "logs" / "rasa-train.log").open("wb") as log:
        subprocess.run(train, cwd=project, env={**os.environ, **env}, stdout=log, stderr=log, check=True)
    model.parent.mkdir(exist_ok=True)
    shutil.move(project / "models" / "bot.tar.gz", model)
    return model


def _our_begin(http: httpx.AsyncClient, base: str) -> Begin:
    headers = {"Authorization": "Bearer bench"}

    async def begin() -> Say:
        body = {"channel": "api", "language": "pl", "flow": "support"}
        begun = (await http.post(f"{base}/v1/conversations", json=body, headers=headers)).raise_for_status().json()

        async def say(text: str) -> None:
            answer = await http.post(
                f"{base}/v1/conversations/{begun['id']}/messages", json={"text": text, "message_id": str(uuid.uuid4())}, headers=headers
            )
            assert answer.raise_for_status().json()["replies"]

        return say

    return begin


def _their_begin(http: httpx.AsyncClient, base: str) -> Begin:
    async def begin() -> Say:
        sender = str(uuid.uuid4())

        async def say(text: str) -> None:
            answer = await http.post(f"{base}/webhooks/rest/webhook", json={"sender": sender, "message": text})
            assert answer.raise_for_status().json(), text

        return say

    return begin


async def _measure(ours: tuple[str, int], theirs: tuple[str, list[int]], postmaster: int) -> None:
    limits = httpx.Limits(max_connections=64, keepalive_expiry=3)
    async with httpx.AsyncClient(timeout=120, limits=limits, trust_env=False) as http:
        sides = {
            "ours": (_our_begin(http, ours[0]), Processes([ours[1], postmaster])),
            "Rasa": (_their_begin(http, theirs[0]), Processes([*theirs[1], postmaster])),
        }
        for begin, processes in sides.values():
            await run(begin, DIALOGUE, 2, 20, processes)  # warm-up
        results: dict[tuple[str, int], list[Figures]] = {}
        for level in LEVELS:
            for _ in range(ROUNDS):
                for name, (begin, processes) in sides.items():
                    with console.status(f"{level} at once: {name} …"):
                        results.setdefault((name, level), []).append(await run(begin, DIALOGUE, level, TURNS, processes))
        _print(results)
        for name, (begin, processes) in sides.items():
            with console.status(f"One conversation of {LONG} turns: {name} …"):
                turns = await long_conversation(begin, DIALOGUE, LONG, processes)
            # whole dialogues, so that like is compared with like: turns 1-10 (around turn 5) and 191-200
            early, late = turns[:10], turns[-10:]
            console.print(
                f"{name}: around turn 5 {_mean(early, 0):.1f} ms, {_mean(early, 1):.1f} ms CPU; "
                f"around turn {LONG} {_mean(late, 0):.1f} ms, {_mean(late, 1):.1f} ms CPU; "
                f"ratio {_mean(late, 0) / _mean(early, 0):.2f} in time, {_mean(late, 1) / max(_mean(early, 1), 0.01):.2f} in CPU"
            )


def _mean(turns: list[tuple[float, float]], column: int) -> float:
    return statistics.mean(turn[column] for turn in turns)


def _print(results: dict[tuple[str, int], list[Figures]]) -> None:
    table = Table(title=f"Turns over HTTP, median of {ROUNDS} alternated rounds of {TURNS} turns")
    for heading in ("at once", "", "turns/s", "p50 ms", "p95 ms", "CPU ms/turn"):
        table.add_column(heading, justify="right")
    for level in LEVELS:
        medians = {}
        for name in ("ours", "Rasa"):
            rounds = results[name, level]
            medians[name] = [statistics.median(getattr(r, field) for r in rounds) for field in Figures.__slots__]
            table.add_row(str(level), name, *(f"{value:.1f}" for value in medians[name]))
        ratios = [f"{mine / other:.2f}x" for mine, other in zip(medians["ours"], medians["Rasa"], strict=True)]
        table.add_row(str(level), "ratio", *ratios, end_section=True)
    console.print(table)
    console.print_json(json.dumps({"cores": os.cpu_count(), "python": sys.version.split()[0]}))


if __name__ == "__main__":
    main()
