"""What speech.tone.quality lets through and what it refuses: real voices over telephone lines, and what is no caller's voice.

    python -m benchmarks.tone_quality [--data /work/shared/data] [--every 1] [--music FOLDER] [--show]

Real voices are all clips of Emo-DB and RAVDESS (acted, all emotions, screams among them) and of the Polish and English speech. They should
pass, those with less than 0.8 s of speech apart. Noises, signals and music come from benchmarks/tone_sounds.py; with --music real
recordings are heard too, 4 s at four places of each file (Debian's packages asterisk-moh-opsound-wav and supertux-data have some).
Two voices are pairs of speakers of one corpus at levels at most 4 dB apart. The last line is the CPU of check and measure together.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.tone_sounds import MUSIC, NOISES
from speech.audio import AudioError, dbfs, from_mulaw, read_audio, resample, to_mulaw
from speech.tone.augment import Line
from speech.tone.prosody import measure
from speech.tone.quality import check
from speech.types import RATE, Samples

TELEPHONE = Line(low_hz=300, high_hz=3400)
SOUND_S, SOUNDS = 4.0, 25
"""Seconds of each made sound, and how many of each kind."""
PAIRS = 100
"""Pairs of speakers of each corpus."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One utterance of one person."""

    corpus: str
    path: str
    speaker: str
    samples: Samples


def clips(data: Path, every: int = 1) -> list[Clip]:
    """The clips of both manifests (every nth), at RATE."""
    found = []
    for manifest, delimiter in ((data / "emotion" / "manifest.csv", ","), (data / "speech" / "manifest.tsv", "\t")):
        with manifest.open(encoding="utf-8") as file:
            for row in list(csv.DictReader(file, delimiter=delimiter))[::every]:
                corpus = row.get("dataset") or f"speech/{row['language']}"
                found.append(Clip(corpus, row["path"], row["speaker"], read_audio(manifest.parent / row["path"])))
    return found


def levelled(samples: Samples, level: float) -> NDArray[np.float64]:
    """The samples at this level (dBFS, root mean square)."""
    return np.asarray(samples.astype(np.float64) * 10 ** ((level - dbfs(samples)) / 20))


def at_peak(samples: NDArray[np.float64] | Samples, peak_db: float) -> Samples:
    """The samples with their peak so many dB over full scale; what is over is cut off."""
    highest = float(np.abs(samples.astype(np.float64)).max()) or 1.0
    return (samples / highest * 32768 * 10 ** (peak_db / 20)).clip(-32768, 32767).astype(np.int16)


def _int16(samples: NDArray[np.float64]) -> Samples:
    return samples.clip(-32768, 32767).astype(np.int16)


def _coded(samples: Samples) -> Samples:
    return from_mulaw(to_mulaw(samples))


def lines(random: np.random.Generator) -> dict[str, Callable[[Samples], Samples]]:
    """What a call does to a voice that must still pass."""
    band = Line(low_hz=300, high_hz=3400)
    return {
        "mu-law": _coded,
        "300-3400 Hz": lambda samples: TELEPHONE.heard(samples, random),
        "300-3400 Hz, -45 dBFS": lambda samples: band.heard(_int16(levelled(samples, -45)), random),
        "300-3400 Hz, peak -3 dBFS": lambda samples: _coded(at_peak(band.heard(samples, random), -3)),
        "300-3400 Hz, white noise 15 dB": lambda samples: Line(low_hz=300, high_hz=3400, snr_db=15).heard(samples, random),
        "300-3400 Hz, pink noise 15 dB": lambda samples: Line(low_hz=300, high_hz=3400, snr_db=15, slope=-1).heard(samples, random),
    }


def troubles(random: np.random.Generator) -> dict[str, Callable[[Samples], Samples]]:
    """What makes a voice one that may not be scored."""
    return {
        "10 dB too loud": lambda samples: _coded(at_peak(TELEPHONE.heard(samples, random), 10)),
        "15 dB too loud": lambda samples: _coded(at_peak(TELEPHONE.heard(samples, random), 15)),
        "white noise 5 dB": lambda samples: Line(low_hz=300, high_hz=3400, snr_db=5).heard(samples, random),
        "white noise 0 dB": lambda samples: Line(low_hz=300, high_hz=3400, snr_db=0).heard(samples, random),
        "half speed": lambda samples: _coded(resample(samples, RATE, 2 * RATE)),
        "double speed": lambda samples: _coded(resample(np.concatenate([samples, samples]), 2 * RATE, RATE)),
        "the first 0.5 s": lambda samples: _coded(samples[: RATE // 2]),
    }


def pairs(found: list[Clip], random: np.random.Generator) -> Iterator[tuple[str, Samples, Samples]]:
    """The corpus and an utterance each of two of its speakers, as loud as one another within 4 dB."""
    for corpus in sorted({clip.corpus for clip in found}):
        inside = [clip for clip in found if clip.corpus == corpus]
        for _ in range(PAIRS if len({clip.speaker for clip in inside}) > 1 else 0):
            one, other = random.choice(len(inside), 2, replace=False)
            while inside[one].speaker == inside[other].speaker:
                other = random.choice(len(inside))
            voices = (inside[each].samples for each in (one, other))
            first, second = (_int16(levelled(voice, -23 + random.uniform(-2, 2))) for voice in voices)
            yield corpus, first, second


def together(first: Samples, second: Samples) -> Samples:
    """Both at once, as long as the shorter."""
    length = min(len(first), len(second))
    return _int16(first[:length].astype(np.float64) + second[:length])


def in_turns(first: Samples, second: Samples) -> Samples:
    """One after the other, with 0.2 s between."""
    return np.concatenate([first, np.zeros(RATE // 5, np.int16), second])


class Tally:
    """The reasons by row of the table."""

    def __init__(self, show: bool) -> None:
        self.rows: dict[str, Counter[str]] = {}
        self._show = show

    def add(self, row: str, samples: Samples, name: str = "", expected: str = "") -> None:
        """Check one piece of audio."""
        why, _ = check(samples, RATE)
        self.rows.setdefault(row, Counter())[why] += 1
        if self._show and why != expected and name:
            print(f"{row}: {name}: {why or 'passed'}")

    def __str__(self) -> str:
        lines = ["| | clips | passed | refused as |", "|---|---|---|---|"]
        for row, counter in self.rows.items():
            refused = ", ".join(f"{why} {count}" for why, count in counter.most_common() if why)
            lines.append(f"| {row} | {counter.total()} | {counter[''] / counter.total():.1%} | {refused} |")
        return "\n".join(lines)


def recordings(folder: Path, random: np.random.Generator) -> Iterator[tuple[str, Samples]]:
    """4 s at four places of each audio file of a folder."""
    for path in sorted(each for each in folder.rglob("*") if each.suffix in (".wav", ".ogg", ".mp3", ".flac")):
        try:
            samples = read_audio(path)
        except AudioError:
            continue
        length = round(SOUND_S * RATE)
        for _ in range(4 if len(samples) > 2 * length else 0):
            start = int(random.integers(0, len(samples) - length))
            yield path.name, samples[start : start + length]


def milliseconds(found: list[Clip]) -> tuple[float, float]:
    """CPU (ms) of check, and of measure after it, by second of audio: utterances of about 4 s, one thread."""
    audio = [in_turns(one.samples, other.samples) for one, other in zip(found[::2], found[1::2], strict=False)][:40]
    took = [0.0, 0.0]
    for samples in audio:
        began = time.thread_time()
        check(samples, RATE)
        between = time.thread_time()
        measure(samples)
        took[0] += between - began
        took[1] += time.thread_time() - between
    seconds = sum(map(len, audio)) / RATE
    return took[0] / seconds * 1000, took[1] / seconds * 1000


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--data", type=Path, default=Path("/work/shared/data"))
    options.add_argument("--every", type=int, default=1, help="every nth clip only")
    options.add_argument("--music", type=Path, default=None, help="a folder with recordings of music")
    options.add_argument("--show", action="store_true", help="print each real voice that is refused")
    chosen = options.parse_args()
    found, random, tally = clips(chosen.data, chosen.every), np.random.default_rng(0), Tally(chosen.show)
    for name, line in lines(random).items():
        for clip in found:
            tally.add(f"{clip.corpus}, {name}", line(clip.samples), clip.path)
    for name, trouble in troubles(random).items():
        for clip in islice(found, 0, None, 4):
            tally.add(name, trouble(clip.samples))
    for clip in found:
        if clip.corpus.startswith("speech"):
            tally.add("16 kHz as if it were 8", _coded(read_audio(chosen.data / "speech" / clip.path, 2 * RATE)))
    for name, maker in {**NOISES, **MUSIC}.items():
        for _ in range(SOUNDS):
            sound = at_peak(maker(SOUND_S, random), random.uniform(-20, -3))
            tally.add(name, TELEPHONE.heard(sound, random))
    for name, piece in recordings(chosen.music, random) if chosen.music else ():
        tally.add("music, recorded", TELEPHONE.heard(piece, random), name)
    for corpus, first, second in pairs(found, random):
        tally.add(f"two voices at once, {corpus}", TELEPHONE.heard(together(first, second), random))
        tally.add(f"two voices in turns, {corpus}", TELEPHONE.heard(in_turns(first, second), random))
    print(tally)
    print("\nCPU: check {:.2f}, measure {:.2f} ms a second of audio".format(*milliseconds(found)))


if __name__ == "__main__":
    main()
