"""How well the tone of voice is judged: speakers left out in turn, another language and corpus, worse lines, by gender and speaker.

All of it at 8 kHz mu-law, anger against everything else, at the probability 0.5, which training fixed on speakers left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speech.audio import read_audio
from speech.tone.augment import PLAIN, Line
from speech.tone.baseline import Baseline
from speech.tone.encoder import Encoder
from speech.tone.head import Head
from speech.tone.prosody import measure
from speech.tone.quality import check
from speech.tone.train import SEED, Clip, ManifestError, Voices, hear, read_manifest, train
from speech.tone.types import Tone
from speech.tone.voice import voice
from speech.types import RATE

MANIFEST = Path(__file__).resolve().parents[3] / "shared" / "data" / "emotion" / "manifest.csv"
"""Where the data lies beside the project; none of it is in it."""
TRAINED, UNSEEN = "emodb", "ravdess"
THRESHOLD = 0.5
LINES = {
    "mu-law": PLAIN,
    "20 dB quieter": Line(gain_db=-20),
    "noise at 15 dB": Line(snr_db=15, slope=-0.5),
    "300-3000 Hz": Line(low_hz=300, high_hz=3000),
    "3 % packets lost": Line(loss=0.03),
}
"""What the tested speakers are heard over."""
MALE = frozenset({f"emodb_{number}" for number in ("03", "10", "11", "12", "15")} | {f"ravdess_{number:02d}" for number in range(1, 25, 2)})
"""The speakers who are men, by the corpora's own lists; the others are women."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How well one group was judged. Rates are 0..1; None where the group has not both kinds.

    ``uar``: mean of recall and of the share of the rest that is left alone. ``recall_at_5``: recall where 5 % of this group's neutral
    clips are false alarms. ``unscored``: clips without a score.
    """

    name: str
    clips: int
    angry: int
    unscored: int
    auc: float | None
    uar: float | None
    recall: float | None
    false_alarms: float | None
    recall_at_5: float | None


@dataclass(frozen=True, slots=True)
class Table:
    """Figures under one heading."""

    title: str
    rows: tuple[Figures, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All tables."""

    tables: tuple[Table, ...]

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self))

    def markdown(self) -> str:
        """The tables as docs/mood.md has them."""
        heads = ("", "clips", "angry", "unscored", "AUC", "UAR", "recall", "false alarms", "recall at 5 % on neutral")
        lines: list[str] = []
        for table in self.tables:
            lines += [f"### {table.title}", "", f"| {' | '.join(heads)} |", "|---" + "|---:" * (len(heads) - 1) + "|"]
            for row in table.rows:
                rates = (row.auc, row.uar, row.recall, row.false_alarms, row.recall_at_5)
                shown = ("-" if one is None else f"{one:.3f}" for one in rates)
                cells = (row.name, str(row.clips), str(row.angry), str(row.unscored), *shown)
                lines.append(f"| {' | '.join(cells)} |")
            lines.append("")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Scores:
    """Probabilities of anger, NaN where a clip has none, and what the clips are."""

    frustration: NDArray[np.float64]
    speakers: NDArray[np.str_]
    emotions: NDArray[np.str_]

    def of(self, chosen: NDArray[np.bool_]) -> Scores:
        """Only these clips."""
        return Scores(self.frustration[chosen], self.speakers[chosen], self.emotions[chosen])

    def figures(self, name: str) -> Figures:
        """How well they are judged."""
        scored = np.isfinite(self.frustration)
        chance, emotions = self.frustration[scored], self.emotions[scored]
        angry, neutral = emotions == "anger", emotions == "neutral"
        both = bool(angry.any() and (~angry).any())
        recall = float((chance[angry] > THRESHOLD).mean()) if angry.any() else None
        alarms = float((chance[~angry] > THRESHOLD).mean()) if (~angry).any() else None
        return Figures(
            name,
            len(chance),
            int(angry.sum()),
            int((~scored).sum()),
            auc(chance, angry) if both else None,
            (recall + 1 - alarms) / 2 if recall is not None and alarms is not None else None,
            recall,
            alarms,
            float((chance[angry] > np.quantile(chance[neutral], 0.95)).mean()) if angry.any() and neutral.any() else None,
        )


def auc(chance: NDArray[np.float64], angry: NDArray[np.bool_]) -> float:
    """The probability that an angry clip has more than another (ties count half): the area under the ROC curve."""
    ordered = np.sort(chance[~angry])
    below = np.searchsorted(ordered, chance[angry], "left") + np.searchsorted(ordered, chance[angry], "right")
    return float(below.mean() / 2 / len(ordered))


def evaluate(manifest: Path = MANIFEST, progress: Callable[[str, int, int], None] | None = None) -> Evaluation:
    """Train and test as the tables say; a quarter of an hour on one thread. ``progress``: what, done, of how many.

    Raises ManifestError, AudioError and ToneError.
    """
    told = progress or (lambda what, done, total: None)
    clips = read_manifest(manifest)
    known, unseen = ([clip for clip in clips if clip.dataset == name] for name in (TRAINED, UNSEEN))
    if not known or not unseen:
        raise ManifestError(f"{manifest} must have clips of {TRAINED} and of {UNSEEN}.")
    encoder = Encoder()
    voices = hear(known, encoder, progress=partial(told, f"{TRAINED}, over many lines"))
    heads = _without(voices, partial(told, "training without each speaker"))
    all_of_it = train(voices)
    there = {
        name: (
            _over(known, line, encoder, partial(told, f"{TRAINED}, {name}")),
            _over(unseen, line, encoder, partial(told, f"{UNSEEN}, {name}")),
        )
        for name, line in LINES.items()
    }
    left, other = there["mu-law"]
    return Evaluation((*_known(heads, left), *_unseen(all_of_it, other), *_lines(heads, all_of_it, there)))


def _without(voices: Voices, told: Callable[[int, int], None]) -> dict[str, Head]:
    """For each speaker the head, with its calibration, that never heard them."""
    speakers = sorted(set(voices.speakers))
    heads = {}
    for done, speaker in enumerate(speakers, start=1):
        heads[str(speaker)] = train(voices.of(voices.speakers != speaker))
        told(done, len(speakers))
    return heads


def _over(clips: Sequence[Clip], line: Line, encoder: Encoder, told: Callable[[int, int], None]) -> list[tuple[Clip, Tone]]:
    """The clips in order with what is heard of them over this line, not yet judged."""
    heard = []
    for done, clip in enumerate(clips, start=1):
        samples = line.heard(read_audio(clip.path), np.random.default_rng([SEED, done]))
        why, speech = check(samples, RATE)
        prosody = measure(samples)
        numbers = None if why else voice(samples, speech, prosody, encoder)
        tone = Tone(None if why else 0.0, why, len(speech) / RATE, prosody, voice=numbers)
        heard.append((clip, tone))
        told(done, len(clips))
    return heard


def judged(head: Callable[[str], Head], heard: Sequence[tuple[Clip, Tone]], start: int, *, learn_all: bool = False) -> Scores:
    """The scores where each speaker's first ``start`` neutral clips are their start, which is not scored. With ``learn_all`` every
    clip is scored in order, the start's too, and learnt from as in a call."""
    rows: list[tuple[float, str, str]] = []
    for speaker in sorted({clip.speaker for clip, _ in heard}):
        baseline, model = Baseline(), head(speaker)
        opening, rest = _opening([pair for pair in heard if pair[0].speaker == speaker], start)
        if not learn_all:
            for _, tone in opening:
                baseline.learn(tone)
        for clip, tone in [*opening, *rest] if learn_all else rest:
            chance = model.frustration(tone.voice, baseline.start(model.everybody)) if tone.voice is not None else np.nan
            rows.append((chance, speaker, clip.emotion))
            if learn_all and tone.voice is not None:
                baseline.learn(Tone(chance, seconds=tone.seconds, voice=tone.voice))
    chances, speakers, emotions = zip(*rows, strict=True)
    return Scores(np.array(chances), np.array(speakers), np.array(emotions))


def _opening(pairs: Sequence[tuple[Clip, Tone]], start: int) -> tuple[list[tuple[Clip, Tone]], list[tuple[Clip, Tone]]]:
    """The first neutral clips, and all others, in order."""
    neutral = [pair for pair in pairs if pair[0].emotion == "neutral"]
    return neutral[:start], [pair for pair in pairs if pair[0].emotion != "neutral"] + neutral[start:]


def _known(heads: dict[str, Head], heard: Sequence[tuple[Clip, Tone]]) -> Iterator[Table]:
    every = {start: judged(heads.__getitem__, heard, start) for start in (0, 1, 3)}
    every_row = [scores.figures(f"start of {start} neutral clips") for start, scores in every.items()]
    in_order = judged(heads.__getitem__, heard, 3, learn_all=True).figures("as in calls, three neutral first")
    yield Table("Emo-DB (German), each speaker left out in turn", (*every_row, in_order))
    yield from _groups("Emo-DB, start of 3 neutral clips", every[3])


def _unseen(head: Head, heard: Sequence[tuple[Clip, Tone]]) -> Iterator[Table]:
    every = {start: judged(lambda _: head, heard, start) for start in (0, 1, 3)}
    every_row = [scores.figures(f"start of {start} neutral clips") for start, scores in every.items()]
    in_order = judged(lambda _: head, heard, 3, learn_all=True).figures("as in calls, three neutral first")
    yield Table("RAVDESS (English), trained on Emo-DB alone", (*every_row, in_order))
    yield from _groups("RAVDESS, start of 3 neutral clips", every[3])


def _groups(title: str, scores: Scores) -> Iterator[Table]:
    male = np.isin(scores.speakers, sorted(MALE))
    yield Table(f"{title}, by gender", (scores.of(male).figures("men"), scores.of(~male).figures("women")))
    others = sorted(set(scores.emotions) - {"anger"})
    rows = tuple(scores.of(np.isin(scores.emotions, ["anger", other])).figures(f"anger against {other}") for other in others)
    yield Table(f"{title}, by the other feeling", rows)
    yield Table(f"{title}, by speaker", tuple(scores.of(scores.speakers == one).figures(str(one)) for one in sorted(set(scores.speakers))))


def _lines(heads: dict[str, Head], head: Head, there: dict[str, Any]) -> Iterator[Table]:
    known = tuple(judged(heads.__getitem__, pair[0], 3).figures(name) for name, pair in there.items())
    unseen = tuple(judged(lambda _: head, pair[1], 3).figures(name) for name, pair in there.items())
    yield Table("Emo-DB over other lines, start of 3 neutral clips", known)
    yield Table("RAVDESS over other lines, start of 3 neutral clips", unseen)
