"""Calls with an angry second half, and their calm twins: which of them would be handed over.

    python -m benchmarks.mood_twins [--data manifest.csv] [--json]

Each caller is an actor of RAVDESS, on whose voice nothing was trained: three neutral sentences, then four angry ones (the twin: four
neutral ones), over telephone lines of their own, while both say the same to the bot. The tone, the words and the fusion are those of the
service; of what happens only the voice that turns counts (nobody repeats, interrupts or is misunderstood), so it is the voice that makes
the difference.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.progress import track

from bot.mood.fusion import judge as fuse
from bot.mood.happenings import voice_turned
from bot.mood.types import Happening, Mood, Signals, Thresholds
from nlu.mood.judge import scorer
from speech.audio import read_audio
from speech.tone.augment import Line
from speech.tone.evaluate import MANIFEST, UNSEEN
from speech.tone.judge import Judge
from speech.tone.train import POSITIVE, read_manifest
from speech.types import Samples

START = ["hello", "what are your opening hours", "where is my order"]
WORDS = {
    "neutral words": ["it is one zero four two three three", "can you change the address", "and the invoice", "so when does it come"],
    "impatient words": ["I said that already", "that is not what I asked", "how much longer will this take", "no, that's wrong again"],
}
"""What is said in the second half. The bot hears the same from both twins."""


def actors(manifest: Path) -> dict[str, dict[str, list[Samples]]]:
    """Samples by actor and emotion."""
    found: dict[str, dict[str, list[Samples]]] = {}
    for clip in read_manifest(manifest):
        if clip.dataset == UNSEEN and clip.emotion in ("neutral", POSITIVE):
            found.setdefault(clip.speaker, {}).setdefault(clip.emotion, []).append(read_audio(clip.path))
    return found


async def levels(judge: Judge, utterances: Sequence[Samples], words: Sequence[float | None]) -> list[int]:
    """The level of mood after each utterance of one call."""
    caller, mood, tones, found = judge.caller(), Mood(), list[float](), []
    for samples, score in zip(utterances, words, strict=True):
        tone = await judge.judge(samples, caller)
        judge.learn(caller, tone)
        if tone.frustration is not None:
            tones.append(tone.frustration)
        turned: tuple[Happening, ...] = ("voice_turned",) if tone.frustration is not None and voice_turned(tones) else ()
        found.append(fuse(mood, Signals(tone=tone.frustration, words=score, happened=turned), Thresholds()).level)
    return found


async def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--data", type=Path, default=MANIFEST, help="manifest of the clips")
    options.add_argument("--json", action="store_true", help="a line for each call instead of the table")
    chosen = options.parse_args()
    judge, score, random = Judge(), scorer(), np.random.default_rng(0)
    chances = {words: [score(text, "en").frustration for text in (*START, *texts)] for words, texts in WORDS.items()}
    rows = []
    for actor, clips in track(sorted(actors(chosen.data).items()), "Calling", transient=True):
        line = Line(low_hz=300, high_hz=3400, snr_db=30)
        neutral, angry = ([line.heard(each, random) for each in clips[name]] for name in ("neutral", POSITIVE))
        halves = {"angry": angry[:4], "calm": [neutral[3], *neutral[:3]]}
        for half, second in halves.items():
            for words, said in chances.items():
                rows.append((words, half, actor, await levels(judge, [*neutral[:3], *second], said)))
    judge.close()
    if chosen.json:
        for words, half, actor, found in rows:
            print(json.dumps({"actor": actor, "second_half": half, "words": words, "levels": found}))
        return
    print("| second half | words | calls | level 1 reached | handed over | in the first half |\n|---|---|---:|---:|---:|---:|")
    for words in WORDS:
        for half in ("angry", "calm"):
            calls = [found for text, name, _, found in rows if (text, name) == (words, half)]
            shares = (sum(max(each[3:]) >= level for each in calls) for level in (1, 2))
            early = sum(max(each[:3]) >= 2 for each in calls)
            print(f"| {half} | {words} | {len(calls)} | {' | '.join(map(str, shares))} | {early} |")


if __name__ == "__main__":
    asyncio.run(main())
