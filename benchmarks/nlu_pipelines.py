"""Trains and measures the NLU pipelines that were tried, side by side: ``python -m benchmarks.nlu_pipelines``.

Every ``benchmarks/nlu/*.yml`` and the repository's own ``config.yml`` is trained on ``nlu/data`` by ``rasa train nlu``,
served as the product serves it, and asked the whole test split over HTTP, one sentence at a time. Prints a markdown table.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from rich.console import Console

from nlu.client import NluClient
from nlu.evaluate import Evaluation, evaluate, read_test_split
from nlu.examples import Example, plain, read_folder
from nlu.server import RasaServers
from nlu.train import PROJECT, rasa_environment
from nlu.types import LANGUAGES

console = Console(stderr=True)
HEADINGS = (
    *("pipeline", "accuracy pl / en / ro", "unseen pl / en / ro", "caught pl / en / ro", "refused pl / en / ro"),
    *("p50 / p95 ms", "CPU ms", "RSS MB", "ready s", "training s"),
)


@dataclass(frozen=True)
class Row:
    """One pipeline's figures: rates 0..1 per language, parse times in ms, memory in MB, the rest in seconds."""

    name: str
    accuracy: list[float]
    unseen: list[float]
    caught: list[float]
    refused: list[float]
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    rss_mb: float
    ready_s: float
    training_s: float

    def markdown(self) -> str:
        """One line of the table."""
        rates = (self.accuracy, self.unseen, self.caught, self.refused)
        cells = [" / ".join(f"{100 * rate:.1f}" for rate in group) for group in rates]
        times = [f"{self.p50_ms:.1f} / {self.p95_ms:.1f}", f"{self.cpu_ms:.1f}", f"{self.rss_mb:.0f}"]
        return "| " + " | ".join([self.name, *cells, *times, f"{self.ready_s:.1f}", f"{self.training_s:.0f}"]) + " |"


def main() -> None:
    """Measure what is asked for and print the table of everything measured in this work folder so far."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="pipelines by file name without .yml, or 'config'; all by default")
    parser.add_argument("--rasa-python", type=Path, default=os.environ.get("RASA_PYTHON", PROJECT / ".venv-rasa/bin/python"))
    parser.add_argument("--work", type=Path, default=PROJECT / "var" / "bench-nlu", help="models, logs and results")
    parser.add_argument("--retrain", action="store_true", help="train again even where this folder has the model")
    arguments = parser.parse_args()
    configs = {file.stem: file for file in sorted((PROJECT / "benchmarks" / "nlu").glob("*.yml"))}
    configs["config"] = PROJECT / "config.yml"
    results = arguments.work / "results"
    results.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or configs:
        model, seconds = _train(name, configs[name], arguments.work, Path(arguments.rasa_python), arguments.retrain)
        row = asyncio.run(_measure(name, model, seconds, arguments.work, Path(arguments.rasa_python)))
        (results / f"{name}.json").write_text(json.dumps(asdict(row)))
        console.print(row.markdown())
    print("| " + " | ".join(HEADINGS) + " |\n|" + "---|" * len(HEADINGS))
    for file in sorted(results.glob("*.json")):
        print(Row(**json.loads(file.read_text())).markdown())


def _train(name: str, config: Path, work: Path, rasa_python: Path, again: bool) -> tuple[Path, float]:
    model, timing = work / f"{name}.tar.gz", work / f"{name}.seconds"
    if model.exists() and not again:
        return model, float(timing.read_text())
    command = [
        *(str(rasa_python), "-m", "nlu.rasa_launch", str(os.getpid()), "train", "nlu", "--config", str(config)),
        *("--nlu", str(PROJECT / "nlu" / "data"), "--out", str(work), "--fixed-model-name", name),
    ]
    # A cache of its own for each run: nothing but the embeddings is carried over from one pipeline to the next.
    scratch = work / f"scratch-{name}-{os.getpid()}"
    scratch.mkdir()
    environment = rasa_environment(PROJECT, scratch) | {"VOXTRAIL_EMBEDDINGS": str(work / "embeddings.npz")}
    started = time.monotonic()
    with console.status(f"Training {name}"), (work / f"{name}.log").open("wb") as log:
        if subprocess.run(command, cwd=scratch, env=environment, stdout=log, stderr=log, check=False).returncode != 0:
            sys.exit(f"Training {name} failed; see {log.name}")
    timing.write_text(f"{time.monotonic() - started:.1f}")
    return model, float(timing.read_text())


async def _measure(name: str, model: Path, training_s: float, work: Path, rasa_python: Path) -> Row:
    servers = RasaServers(model, rasa_python, work)
    started = time.monotonic()
    await servers.start()
    try:
        if not await servers.wait_ready(180):
            sys.exit(f"{name} does not come up; see {work}/logs")
        ready_s = time.monotonic() - started
        process = psutil.Process(servers.replicas[0].pid)
        async with NluClient(servers.endpoints, deadline=10.0) as client:
            await client.parse("warm up", "en")
            before = _cpu_s(process)
            with console.status(f"Measuring {name}"):
                everything = await evaluate(client)
            cpu_ms = 1000 * (_cpu_s(process) - before) / _sentences(everything)
            unseen = await evaluate(client, _unseen())
        rss = process.memory_info().rss / 1e6
    finally:
        await servers.stop()
    rows = everything.languages
    return Row(
        name=name,
        accuracy=[row.accuracy for row in rows],
        unseen=[row.accuracy for row in unseen.languages],
        caught=[row.caught for row in rows],
        refused=[row.refused for row in rows],
        p50_ms=sum(row.p50_ms for row in rows) / len(rows),
        p95_ms=max(row.p95_ms for row in rows),
        cpu_ms=cpu_ms,
        rss_mb=rss,
        ready_s=ready_s,
        training_s=training_s,
    )


def _unseen() -> list[Example]:
    """The test sentences that do not also stand, word for word, in the training data (short answers often do)."""
    trained = {(example.language, plain(example.text)) for example in read_folder(PROJECT / "nlu" / "data")}
    return [each for each in read_test_split(languages=LANGUAGES) if (each.language, plain(each.text)) not in trained]


def _sentences(evaluation: Evaluation) -> int:
    return sum(row.sentences + row.out_of_scope for row in evaluation.languages)


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    main()
