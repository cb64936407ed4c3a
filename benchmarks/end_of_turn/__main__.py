"""How often hesitating callers are cut off, beside how long finished ones wait: ours, fixed thresholds, Pipecat's smart-turn.

    python -m benchmarks.end_of_turn [--set held|dev|all] [--weights FOLDER] [--pipecat site-packages/pipecat] [--verbose]

Clips are read from ../shared/data/speech; Romanian, and yes and no, are spoken by espeak-ng and Piper from `.venv-voices`.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.end_of_turn.hearing import Hearing, SmartTurn
from benchmarks.end_of_turn.rules import Ours, Outcome, Rule, Smart, fixed, simulate
from benchmarks.end_of_turn.utterances import SHARED, Utterance, utterances, written
from bot.settings import ROOT, Settings
from speech.endpoint import EndOfTurn
from speech.synthesis import VoiceChoice, Voices

console = Console(width=150)
VAD_MS = 120
"""How much longer than it is Silero hears a pause."""


def main() -> None:
    """Build the set, run every rule over it, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--set", default="held", choices=("held", "dev", "all"))
    parser.add_argument("--weights", default="", help="folder of faster-whisper weights (default: the installed ones)")
    parser.add_argument("--pipecat", type=Path, help="folder of an installed pipecat package, for smart-turn v3.2")
    parser.add_argument("--verbose", action="store_true", help="every outcome of ours")
    asked = parser.parse_args()
    if not SHARED.is_dir():
        raise SystemExit(f"{SHARED} is not there: nothing to measure")
    work = Settings().run_dir / "bench"
    work.mkdir(parents=True, exist_ok=True)
    hearing = Hearing(asked.weights or _installed(), work / "end_of_turn_heard.json")
    spoken = asyncio.run(_build(asked.set, work))
    rules: dict[str, Callable[[], Rule]] = {
        "ours": lambda: Ours(hearing),
        "ours, words only": lambda: Ours(hearing, marks=False),
        **{f"{threshold} ms": lambda threshold=threshold: fixed(threshold) for threshold in (320, 600, 1000)},  # type: ignore[misc]
    }
    if asked.pipecat:
        model = SmartTurn(asked.pipecat)
        rules["smart-turn v3.2"] = lambda: Smart(model)
    outcomes = {name: [simulate(one, rule()) for one in spoken] for name, rule in rules.items()}
    hearing.save()
    console.print(_table(outcomes))
    console.print(_texts(asked.set))
    if asked.verbose:
        for one in outcomes["ours"]:
            state = "CUT" if one.cut else ""
            console.print(f"{state:4}{one.latency_ms:6d} {one.utterance.kind:10} {one.utterance.name} → {one.text}")


async def _build(which: str, work: Path) -> list[Utterance]:
    python = ROOT / ".venv-voices" / "bin" / "python"
    if not python.exists():
        console.print("No .venv-voices: Romanian, and yes and no, are left out.")
        return await utterances(None, which)
    voices = Voices(python, work, {language: VoiceChoice(f"espeak:{language}") for language in ("pl", "en", "ro")})
    await voices.start()
    try:
        async with asyncio.timeout(60):
            while not voices.ready:
                await asyncio.sleep(0.2)
        return await utterances(voices, which)
    finally:
        await voices.aclose()


def _installed() -> str:
    from speech.weights import whisper_folder

    return str(whisper_folder("base", Settings().data_dir))


def _table(outcomes: dict[str, list[Outcome]]) -> Table:
    table = Table(
        "rule", "language", "asked", "cut off in hesitations", "where it could end", "plain cut off", "latency p50", "p95 (ms)", "n"
    )
    some = next(iter(outcomes.values()))
    groups = sorted({(one.utterance.language, one.utterance.expectation.listen) for one in some})
    for rule, results in outcomes.items():
        for language, listen in [*groups, ("human", "voices")]:
            chosen = [one for one in results if _belongs(one.utterance, language, listen)]
            waits = [one.latency_ms for one in chosen if not one.cut and one.utterance.kind == "plain"]
            halves = (f"{np.percentile(waits, 50):.0f}", f"{np.percentile(waits, 95):.0f}") if waits else ("", "")
            table.add_row(
                rule,
                language,
                listen,
                _cut(chosen, "hesitation"),
                _cut(chosen, "could end"),
                _cut(chosen, "plain"),
                *halves,
                str(len(waits)),
            )
        table.add_section()
    return table


def _belongs(utterance: Utterance, language: str, listen: str) -> bool:
    if language == "human":
        return not utterance.name.startswith("say:")
    return (utterance.language, utterance.expectation.listen) == (language, listen)


def _texts(which: str) -> str:
    """Romanian as perfectly heard text: pauses outlasted, and waits after whole sentences."""
    policy = EndOfTurn()
    judged = [
        (pause, policy.wait_ms(expectation, language=language, text=text, speech_ms=1500, pauses=()))
        for language, expectation, text, pause in written(which)
        if language == "ro"
    ]
    cut = [wait < pause + VAD_MS for pause, wait in judged if pause]
    waits = [wait for pause, wait in judged if not pause]
    return (
        f"Romanian by text, without the sureness of the full stop: {sum(cut)} of {len(cut)} pauses cut off; "
        f"wait after the end p50 {np.percentile(waits, 50):.0f}, p95 {np.percentile(waits, 95):.0f} ms"
    )


def _cut(outcomes: Sequence[Outcome], kind: str) -> str:
    of = [one for one in outcomes if one.utterance.kind == kind]
    return f"{sum(one.cut for one in of)} of {len(of)}" if of else ""


if __name__ == "__main__":
    main()
