"""Hearing beside faster-whisper as Pipecat calls it: word errors, CPU and waiting on the same human clips at telephone band.

    python -m benchmarks.hearing [--data /work/shared/data/speech] [--every 1] [--noise DB] [--show]

Both have the same weights (whisper base, int8) and hear each clip in turn, in alternating order. Ours is the whole path of a call:
voice activity, short window, language check, filter. Theirs is what pipecat 1.14.0 runs (services/whisper/stt.py):
``WhisperModel.transcribe(audio, language=...)`` with faster-whisper's defaults, segments with no_speech_prob >= 0.4 dropped; its
errors are also counted with nothing dropped, which is how shared/bench's peer sets it.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import os
import re
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from num2words import num2words
from rapidfuzz.distance import Levenshtein

from speech.audio import from_mulaw, read_audio, resample, to_mulaw
from speech.transcription import WhisperTranscriber
from speech.types import RATE, Samples
from speech.weights import whisper_folder

PIPECAT_NO_SPEECH = 0.4


@dataclass(frozen=True, slots=True)
class Clip:
    """A human clip at telephone band, with what is said in it."""

    path: str
    language: str
    text: str
    samples: Samples


@dataclass(slots=True)
class Tally:
    """What one side did: errors (with and without its filter) and words by language; CPU seconds and milliseconds of waiting by clip."""

    errors: dict[str, int] = field(default_factory=dict)
    unfiltered: dict[str, int] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)
    cpu_s: list[float] = field(default_factory=list)
    wall_ms: list[float] = field(default_factory=list)


def clips(data: Path, every: int = 1, noise_db: float | None = None) -> list[Clip]:
    """The clips of the manifest (every nth), through 8 kHz and mu-law; with white noise so many dB below the voice if asked."""
    random = np.random.default_rng(0)
    found = []
    with (data / "manifest.tsv").open(encoding="utf-8") as file:
        for row in list(csv.DictReader(file, delimiter="\t"))[::every]:
            samples = read_audio(data / row["path"])
            if noise_db is not None:
                level = float(np.sqrt(np.mean(np.square(samples.astype(float))))) / 10 ** (noise_db / 20)
                samples = np.clip(samples + random.normal(0, level, len(samples)), -32768, 32767).astype(np.int16)
            found.append(Clip(row["path"], row["language"], row["text"], from_mulaw(to_mulaw(samples))))
    return found


def words(text: str, language: str) -> list[str]:
    """The words to compare: lower case, no punctuation, each digit as its word, so that "4, 5" and "45" are "four five"."""
    spelled = re.sub(r"\d", lambda digit: f" {num2words(int(digit[0]), lang=language)} ", text.lower().replace("’", "'"))
    return re.findall(r"[\w']+", spelled)


def word_errors(said: str, heard: str, language: str) -> tuple[int, int]:
    """Words inserted, dropped or changed, and words said."""
    return Levenshtein.distance(words(said, language), words(heard, language)), len(words(said, language))


def pipecat(folder: str) -> Callable[[Samples, str], tuple[str, str]]:
    """Transcription as Pipecat does it: the text it hands on, and all that faster-whisper gave."""
    from faster_whisper import WhisperModel

    model: Any = WhisperModel(folder, device="auto", compute_type="int8")

    def hear(samples: Samples, language: str) -> tuple[str, str]:
        audio = resample(samples, RATE, 16000).astype(np.float32) / 32768
        segments, _ = model.transcribe(audio, language=language)
        heard = list(segments)
        return "".join(one.text for one in heard if one.no_speech_prob < PIPECAT_NO_SPEECH), "".join(one.text for one in heard)

    return hear


async def compare(found: list[Clip], data_dir: Path, show: bool) -> dict[str, Tally]:
    """Both sides over all clips, in alternating order."""
    transcriber = WhisperTranscriber("base", data_dir, workers=1)
    await asyncio.to_thread(transcriber.load)
    theirs = pipecat(whisper_folder("base", data_dir))

    async def ours(samples: Samples, language: str) -> tuple[str, str]:
        text = (await transcriber.transcribe(samples, language)).text
        return text, text

    async def peer(samples: Samples, language: str) -> tuple[str, str]:
        return await asyncio.to_thread(theirs, samples, language)

    sides: dict[str, Callable[[Samples, str], Awaitable[tuple[str, str]]]] = {"ours": ours, "pipecat": peer}
    tallies = {name: Tally() for name in sides}
    for name in sides:
        await sides[name](found[0].samples, found[0].language)
    for number, clip in enumerate(found):
        for name in list(sides) if number % 2 else list(sides)[::-1]:
            cpu, wall = time.process_time(), time.perf_counter()
            heard, everything = await sides[name](clip.samples, clip.language)
            tally = tallies[name]
            tally.cpu_s.append(time.process_time() - cpu)
            tally.wall_ms.append((time.perf_counter() - wall) * 1000)
            errors, count = word_errors(clip.text, heard, clip.language)
            unfiltered, _ = word_errors(clip.text, everything, clip.language)
            for kept, number_of in ((tally.errors, errors), (tally.unfiltered, unfiltered), (tally.words, count)):
                kept[clip.language] = kept.get(clip.language, 0) + number_of
            if show and errors:
                print(f"{name:8} {errors} {clip.text!r} heard as {heard.strip()!r}")
    transcriber.close()
    return tallies


def table(tallies: dict[str, Tally], found: list[Clip]) -> str:
    """The comparison as a Markdown table."""
    languages = sorted({clip.language for clip in found}, reverse=True)
    lines = [f"| | {' | '.join(f'{one}: errors / words (WER)' for one in languages)} | CPU s p50 / p95 | wall ms p50 / p95 |"]
    lines.append("|---" * (len(languages) + 3) + "|")
    for name, tally in tallies.items():
        cpu, wall = (statistics.quantiles(values, n=20) for values in (tally.cpu_s, tally.wall_ms))
        times = f"{cpu[9]:.2f} / {cpu[18]:.2f} | {wall[9]:.0f} / {wall[18]:.0f}"
        lines.append(f"| {name} | {_rates(tally.errors, tally.words, languages)} | {times} |")
        if tally.unfiltered != tally.errors:
            lines.append(f"| {name}, nothing dropped | {_rates(tally.unfiltered, tally.words, languages)} | | |")
    cpu_ratio, wall_ratio = (
        statistics.median(getattr(tallies["ours"], kind)) / statistics.median(getattr(tallies["pipecat"], kind))
        for kind in ("cpu_s", "wall_ms")
    )
    lines.append(f"\nours / pipecat, medians: CPU {cpu_ratio:.2f}, wall {wall_ratio:.2f}; {len(found)} clips, {os.cpu_count()} processors")
    return "\n".join(lines)


def _rates(errors: dict[str, int], said: dict[str, int], languages: list[str]) -> str:
    return " | ".join(f"{errors[one]} / {said[one]} ({errors[one] / said[one]:.1%})" for one in languages)


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--data", type=Path, default=Path("/work/shared/data/speech"))
    options.add_argument("--data-dir", type=Path, default=Path(os.environ.get("DATA_DIR", "var")))
    options.add_argument("--every", type=int, default=1, help="every nth clip only")
    options.add_argument("--noise", type=float, default=None, help="add white noise so many dB below the voice")
    options.add_argument("--show", action="store_true", help="print each clip with errors")
    chosen = options.parse_args()
    found = clips(chosen.data, chosen.every, chosen.noise)
    print(table(asyncio.run(compare(found, chosen.data_dir, chosen.show)), found))


if __name__ == "__main__":
    main()
