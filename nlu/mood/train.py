"""Training the head on our native texts, the NLU's calm sentences and, where given, GoEmotions (Demszky et al. 2020).

python -m nlu.mood.train [goemotions/train.tsv] [--out nlu/mood/weights/words.npz]
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.embeddings import embed_questions
from nlu.examples import DataError
from nlu.mood.examples import DATA, MoodDataError, Text, read_everyday, read_goemotions, read_texts
from nlu.mood.features import BUCKETS, ngrams, surface
from nlu.mood.head import WEIGHTS, Head
from nlu.parsers.fold import fold_text

SEED = 4
FOLDS = 5
"""Cross-validation: the calibration and all choices come from texts that the head at hand did not learn from."""
EMBEDDING, NAMED = 3.0, 1.0
"""How loud the embedding and the named features are beside the n-grams, before the common penalty."""
PENALTY = 0.8
"""Half the weight of the squared weights against the sum of losses (1/C of scikit-learn)."""
VARIANT = 0.5
"""How much a variant of a text (a telephone's transcript, without diacritics) counts beside the text itself."""
USUAL, USUALLY = 900, 0.5
"""Calm sentences of every day, for each language, and what one counts beside a text of ours. Cross-validated with 6,800 texts of ours, 5.3%
of such sentences are taken for frustrated and F1 on our own, which are written to be hard, is 0.797; with 0.3 7.7% and 0.802, with 0.7 4.4%
and 0.795, with 1600 sentences of 0.3 4.8% and 0.795. Without any of them, on fewer texts, it was 23%."""
COMMENTS, COMMENT = 3000, 0.1
"""GoEmotions, where it is given: angry comments, and as many others, and what one counts beside a text of ours. The packaged head was
trained without: Reddit's anger is not impatience with a service, and cross-validated F1 falls from 0.808 to 0.797 (0.785 at 0.3)."""
SENTENCES = DATA.parent
"""The sentences that the NLU is trained on."""
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sample:
    """One text to learn from, how much it counts, and the fold of cross-validation it belongs to (-1: always learned from)."""

    text: Text
    weight: float
    fold: int


@dataclass(frozen=True, slots=True)
class Features:
    """Of many texts: ``embedding`` (n, 384), ``named`` (n, len(surface_names())), n-grams of text i from ``offsets[i]`` on."""

    embedding: Floats
    named: Floats
    places: NDArray[np.int64]
    values: Floats
    offsets: NDArray[np.int64]

    def rows(self, chosen: NDArray[np.int64]) -> Features:
        """Those of some texts."""
        ends = np.append(self.offsets[1:], len(self.places))
        parts = [np.arange(self.offsets[row], ends[row]) for row in chosen]
        lengths = [len(part) for part in parts]
        taken = np.concatenate(parts) if parts else np.zeros(0, np.int64)
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
        return Features(self.embedding[chosen], self.named[chosen], self.places[taken], self.values[taken], starts)


def telephone(text: str) -> str:
    """How a transcript of a call writes it: lower case, no punctuation."""
    return " ".join(re.sub(r"[^\w\s']", " ", text.lower()).split())


def samples_of(texts: Iterable[Text], seed: int = SEED) -> list[Sample]:
    """Every text with its variants, all in the same fold. Shouting has no variant: what shouts is the way it is written."""
    by_kind: Counter[tuple[str, str]] = Counter()
    shuffled = sorted(texts, key=lambda each: (each.language, each.kind, each.text))
    random.Random(seed).shuffle(shuffled)
    samples: list[Sample] = []
    for each in shuffled:
        fold = by_kind[each.language, each.kind] % FOLDS
        by_kind[each.language, each.kind] += 1
        samples.append(Sample(each, 1.0, fold))
        if each.kind != "shouting":
            others = dict.fromkeys(other for other in (telephone(each.text), fold_text(each.text)) if other and other != each.text)
            samples += [Sample(replace(each, text=other), VARIANT, fold) for other in others]
    return samples


def usual_of(texts: Iterable[Text]) -> list[Sample]:
    """Texts of every day, with their variants, of which each counts less than ours."""
    return [replace(sample, weight=sample.weight * USUALLY) for sample in samples_of(texts)]


def comments_of(texts: Iterable[Text]) -> list[Sample]:
    """Texts that are learned from in every fold and never judged."""
    return [Sample(each, COMMENT, -1) for each in texts]


def features_of(texts: Sequence[Text], advance: Any = None) -> Features:
    """Features of many texts; ``advance`` is called with how many more are done."""
    vectors, named, places, values = [], [], [], []
    for start in range(0, len(texts), 64):
        some = texts[start : start + 64]
        vectors.append(embed_questions([each.text for each in some]))
        for each in some:
            named.append(surface(each.text, each.language))
            found, weights = ngrams(each.text)
            places.append(found)
            values.append(weights)
        if advance:
            advance(len(some))
    offsets = np.cumsum([0, *(len(each) for each in places[:-1])])
    return Features(np.concatenate(vectors), np.array(named), np.concatenate(places), np.concatenate(values), offsets.astype(np.int64))


def targets_of(texts: Sequence[Text]) -> Floats:
    """What each output should say (0 or 1). Shape (n, 2): an abusive text is frustrated, too."""
    return np.array([[each.label != "calm", each.label == "abusive"] for each in texts], dtype=np.float32)


def fit(features: Features, targets: Floats, weights: Floats) -> Head:
    """Both regressions at once, by L-BFGS in torch on one thread: the same numbers every time on the same machine."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits, embedding_bag

    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    middle = np.average(features.embedding, axis=0, weights=weights)
    rarity = _rarity(features)
    embedding = torch.from_numpy((features.embedding - middle) * EMBEDDING).float()
    named = torch.from_numpy(features.named * NAMED)
    places, offsets = torch.from_numpy(features.places), torch.from_numpy(features.offsets)
    values = torch.from_numpy(features.values * rarity[features.places])
    wanted, counts = torch.from_numpy(targets), torch.from_numpy(weights)[:, None]
    learned = [torch.zeros(size, 2, requires_grad=True) for size in (embedding.shape[1], named.shape[1], BUCKETS)]
    bias = torch.zeros(2, requires_grad=True)
    optimizer = torch.optim.LBFGS([*learned, bias], max_iter=200, history_size=10, tolerance_grad=1e-4, line_search_fn="strong_wolfe")

    def loss() -> Any:
        optimizer.zero_grad()
        grams = embedding_bag(places, learned[2], offsets, mode="sum", per_sample_weights=values)
        logits = embedding @ learned[0] + named @ learned[1] + grams + bias
        total = (counts * binary_cross_entropy_with_logits(logits, wanted, reduction="none")).sum()
        total = total + PENALTY * sum((each**2).sum() for each in learned)
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    on_embedding, on_named, on_grams = (each.detach().numpy() for each in learned)
    moved = bias.detach().numpy() - middle @ (on_embedding * EMBEDDING)
    columns = (on_embedding * EMBEDDING, on_named * NAMED, on_grams * rarity[:, None], moved)
    return Head(*(column.astype(np.float32) for column in columns))


def logits_of(head: Head, features: Features) -> Floats:
    """The head's log odds of many texts. Shape (n, 2)."""
    grams = np.add.reduceat(features.values[:, None] * head.ngrams[features.places], features.offsets, axis=0)
    out = features.embedding @ head.embedding + features.named @ head.surface + grams + head.bias
    return out.astype(np.float32)  # reduceat counts in double precision


def calibrated(head: Head, logits: Floats, targets: Floats, weights: Floats) -> Head:
    """The head with its logits stretched and moved so that its probabilities are shares (Platt 1999).

    ``logits`` are of texts that the heads which gave them had not seen. Newton's method on two numbers an output.
    """
    stretch, shift = np.ones(2), np.zeros(2)
    for output in range(2):
        design = np.stack([logits[:, output], np.ones(len(logits))], axis=1).astype(np.float64)
        numbers = np.zeros(2)  # from 1 Newton flies off where the logits are far too sure
        for _ in range(50):
            chance = 1 / (1 + np.exp(-np.clip(design @ numbers, -30, 30)))
            gradient = design.T @ (weights * (chance - targets[:, output]))
            curvature = (design * (weights * chance * (1 - chance))[:, None]).T @ design + 1e-6 * np.eye(2)
            numbers -= np.linalg.solve(curvature, gradient)
        stretch[output], shift[output] = numbers
    scale = stretch.astype(np.float32)
    return Head(head.embedding * scale, head.surface * scale, head.ngrams * scale, head.bias * scale + shift.astype(np.float32))


def _rarity(features: Features) -> Floats:
    """1 + log of how rare each place is among the texts (scikit-learn's smoothed idf). Shape (BUCKETS,)."""
    in_texts = np.bincount(features.places, minlength=BUCKETS)
    rarity: Floats = (1 + np.log((1 + len(features.offsets)) / (1 + in_texts))).astype(np.float32)
    return rarity / np.float32(6)  # of the order of 1, so that one penalty fits all


def out_of_fold(samples: Sequence[Sample], features: Features, advance: Any = None) -> Floats:
    """Log odds of every sample by the head that did not see its fold. Shape (n, 2)."""
    targets, weights, folds = _arrays(samples)
    logits = np.zeros((len(samples), 2), dtype=np.float32)
    for fold in range(FOLDS):
        seen, unseen = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        logits[unseen] = logits_of(fit(features.rows(seen), targets[seen], weights[seen]), features.rows(unseen))
        if advance:
            advance(1)
    return logits


def train_mood(out: Path = WEIGHTS, folder: Path = DATA, goemotions: Path | None = None, sentences: Path = SENTENCES) -> None:
    """Train on the texts of ``folder``, the NLU's calm ``sentences`` (and GoEmotions' train.tsv); write the weights to ``out``. Progress
    goes to standard error.

    Raises:
        MoodDataError, nlu.examples.DataError: texts that cannot be read.
    """
    from rich.console import Console
    from rich.progress import Progress

    comments = comments_of(read_goemotions(goemotions, COMMENTS, SEED)) if goemotions else []
    own = read_texts(folder)
    known = {each.text.casefold() for each in own}
    usual = [each for each in read_everyday(sentences, USUAL, SEED) if each.text.casefold() not in known]
    own_samples = samples_of(own)
    samples = [*own_samples, *usual_of(usual), *comments]
    targets, weights, _ = _arrays(samples)
    # A calibration on those of every day, too, would make it shy: F1 0.778 instead of 0.788.
    ours = np.arange(len(samples)) < len(own_samples)
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("Embedding", total=len(samples))
        features = features_of([sample.text for sample in samples], lambda done: bar.advance(task, done))
        task = bar.add_task("Fitting", total=FOLDS + 1)
        unseen = out_of_fold(samples, features, lambda done: bar.advance(task, done))
        head = fit(features, targets, weights)
        bar.advance(task, 1)
    calibrated(head, unseen[ours], targets[ours], weights[ours]).save(out)


def _arrays(samples: Sequence[Sample]) -> tuple[Floats, Floats, NDArray[np.int64]]:
    weights = np.array([sample.weight for sample in samples], dtype=np.float32)
    return targets_of([sample.text for sample in samples]), weights, np.array([sample.fold for sample in samples])


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("goemotions", nargs="?", type=Path, help="GoEmotions' train.tsv, with labels.txt beside it")
    arguments.add_argument("--out", type=Path, default=WEIGHTS)
    chosen = arguments.parse_args()
    try:
        train_mood(chosen.out, goemotions=chosen.goemotions)
    except (MoodDataError, DataError) as error:
        sys.exit(str(error))
