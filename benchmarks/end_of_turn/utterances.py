"""The test set: human clips with silences put in where people hesitate, built at run time from utterances.tsv.

Columns: ``set`` (dev: tuned on; held: reported), ``language``, ``listen`` and ``digits`` of the question, ``kind`` (hesitation: what
was said before the pause cannot be a whole sentence; could end: it could; plain: no pause), ``clip`` (a file of the shared speech
folder, or ``say:`` and a text for espeak-ng, "|" where its pauses are), ``pauses`` ("second:length", or lengths for a text).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from speech.audio import from_mulaw, read_audio, to_mulaw
from speech.types import RATE, Expectation, Samples, Synthesizer

SPEC = Path(__file__).with_name("utterances.tsv")
SHARED = Path(__file__).parents[3] / "shared" / "data" / "speech"
TAIL_S = 3.2
"""Silence after every utterance: longer than any rule waits."""
FADE = RATE * 15 // 1000
"""Samples that a cut fades over."""
QUIET = 0.03
"""Share of an utterance's loudest frame under which a frame is silence; the simulated caller of shared/bench uses the same."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One utterance as the line delivers it; ``end_ms``: when its last sound ends."""

    name: str
    held: bool
    language: str
    kind: str
    expectation: Expectation
    audio: Samples
    end_ms: int


async def utterances(voices: Synthesizer | None, which: str) -> list[Utterance]:
    """The set's utterances (``which``: dev, held or all); spoken ones only where there are voices."""
    made = []
    for row in _rows(which):
        said = row["clip"].startswith("say:")
        if said and voices is None:
            continue
        audio = from_mulaw(to_mulaw(await _spoken(voices, row) if said and voices else _human(row)))
        whole = np.concatenate([audio, np.zeros(int(TAIL_S * RATE), np.int16)])
        name = f"{row['clip']} {row['pauses']}"
        made.append(Utterance(name, row["set"] == "held", row["language"], row["kind"], _asked(row), whole, _end(audio)))
    return made


def written(which: str) -> list[tuple[str, Expectation, str, int]]:
    """The texts that are spoken, as if perfectly heard, a full stop after every piece: language, question, what was said before
    each pause or the end, and the pause in ms (0 at the end). For Romanian, which espeak-ng speaks too badly for Whisper to hear."""
    found = []
    for row in _rows(which):
        if row["clip"].startswith("say:"):
            texts = row["clip"].removeprefix("say:").split("|")
            pauses = [round(float(pause) * 1000) for pause in row["pauses"].split()]
            found += [
                (row["language"], _asked(row), " ".join(texts[: at + 1]).rstrip(".?") + ".", pause) for at, pause in enumerate([*pauses, 0])
            ]
    return found


def _rows(which: str) -> list[dict[str, str]]:
    with SPEC.open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file, delimiter="\t") if which in (row["set"], "all")]


def _asked(row: dict[str, str]) -> Expectation:
    return Expectation(listen=row["listen"], digits=int(row["digits"]))  # type: ignore[arg-type]


def _human(row: dict[str, str]) -> Samples:
    clip = read_audio(SHARED / row["clip"])
    pieces, since = [], 0
    for pause in row["pauses"].split():
        at, length = pause.split(":")
        until = int(float(at) * RATE)
        pieces += [_faded(clip[since:until]), np.zeros(int(float(length) * RATE), np.int16)]
        since = until
    return np.concatenate([*pieces, clip[since:]])


def _faded(samples: Samples) -> Samples:
    """The end faded out, so that the cut makes no click."""
    faded = samples.copy()
    faded[-FADE:] = faded[-FADE:] * np.linspace(1, 0, len(faded[-FADE:]))
    return faded


async def _spoken(voices: Synthesizer, row: dict[str, str]) -> Samples:
    texts, pauses = row["clip"].removeprefix("say:").split("|"), row["pauses"].split()
    pieces: list[Samples] = []
    for number, text in enumerate(texts):
        going_on = number < len(texts) - 1
        sound = await voices.synthesize(text + "," * going_on, row["language"])
        pieces.append(_trimmed(sound))
        if going_on:
            pieces.append(np.zeros(int(float(pauses[number]) * RATE), np.int16))
    return np.concatenate(pieces)


def _trimmed(samples: Samples) -> Samples:
    loud = _loud(samples)
    return samples[loud[0] * 160 : (loud[-1] + 1) * 160]


def _end(audio: Samples) -> int:
    return int((_loud(audio)[-1] + 1) * 20)


def _loud(samples: Samples) -> list[int]:
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160).astype(np.float64)
    levels = np.sqrt(np.mean(np.square(frames), axis=1))
    return [int(at) for at in np.nonzero(levels > max(60.0, float(levels.max()) * QUIET))[0]]
