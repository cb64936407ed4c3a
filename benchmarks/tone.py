"""What judging the mood of a turn costs: CPU time of the tone by length, the wait for it, and the words beside it.

python -m benchmarks.tone [--clip clip.flac] [--times 50]
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from nlu.mood.judge import scorer
from speech.audio import read_audio
from speech.tone.encoder import Encoder, mel_spectrogram
from speech.tone.judge import Judge
from speech.tone.prosody import measure
from speech.tone.quality import check
from speech.types import RATE, Samples

CLIP = Path("/work/shared/data/speech/pl/KD0_neutral_1.flac")
SECONDS = (1.0, 2.0, 4.0, 8.0)
TURN_S = 4.0
SAID = {
    "pl": "dzień dobry, trzeci raz dzwonię w sprawie tej paczki i dalej nic nie wiem",
    "en": "hello, this is the third time I'm calling about that parcel and I still know nothing",
    "ro": "bună ziua, sun a treia oară pentru coletul ăsta și tot nu știu nimic",
}
"""What is said in a turn of TURN_S seconds."""


def main() -> None:
    """Print a table: each part's CPU time by seconds of speech, all of it, and the wait for it; then a whole turn's, with its words."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip", type=Path, default=CLIP)
    parser.add_argument("--times", type=int, default=50)
    chosen = parser.parse_args()
    speech = read_audio(chosen.clip)
    judge, encoder = Judge(), Encoder()
    judge.load()
    print("| speech | quality ms | prosody ms | encoder ms | judge: CPU ms | CPU ms a second | wait p50 ms | wait p95 ms |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    for seconds in SECONDS:
        samples = np.resize(speech, int(seconds * RATE))
        print(_row(seconds, samples, judge, encoder, chosen.times))
    tone, _ = asyncio.run(_judged(judge, np.resize(speech, int(TURN_S * RATE)), chosen.times))
    judge.close()
    score = scorer()
    words = {language: _cpu_ms(partial(score, text, language), chosen.times) for language, text in SAID.items()}
    each = ", ".join(f"{language} {ms:.1f}" for language, ms in words.items())
    print(f"\nA turn of {TURN_S:g} s: tone {tone:.1f} ms of CPU, words {each}, together at most {tone + max(words.values()):.1f} ms")


def _row(seconds: float, samples: Samples, judge: Judge, encoder: Encoder, times: int) -> str:
    parts = (
        lambda: check(samples, RATE),
        lambda: measure(_other(samples)),  # its pitch is remembered for audio that it saw before
        lambda: encoder.states(mel_spectrogram(samples)),
    )
    cpu, waits = asyncio.run(_judged(judge, samples, times))
    quality, prosody, network = (_cpu_ms(part, times) for part in parts)
    p95 = sorted(waits)[int(0.95 * times)]
    return (
        f"| {seconds:.0f} s | {quality:.1f} | {prosody:.1f} | {network:.1f} | {cpu:.1f} | {cpu / seconds:.1f} "
        f"| {statistics.median(waits):.0f} | {p95:.0f} |"
    )


def _other(samples: Samples) -> Samples:
    """The same sound as other bytes."""
    return np.concatenate([samples, np.random.default_rng().integers(-1, 2, 2, np.int16)])


def _cpu_ms(work: Callable[[], object], times: int) -> float:
    """Median CPU time of the whole process, so that threads which spin are counted."""
    work()
    took = []
    for _ in range(times):
        began = time.process_time()
        work()
        took.append((time.process_time() - began) * 1000)
    return statistics.median(took)


async def _judged(judge: Judge, samples: Samples, times: int) -> tuple[float, list[float]]:
    """Median CPU time of the whole process (ms), and every wait (ms)."""
    cpu, waits = [], []
    caller = judge.caller()
    await judge.judge(samples, caller)
    for _ in range(times):
        began, busy = time.perf_counter(), time.process_time()
        await judge.judge(_other(samples), caller)
        waits.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - busy) * 1000)
    return statistics.median(cpu), waits


if __name__ == "__main__":
    main()
