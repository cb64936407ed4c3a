"""The head's weights: read, checked, half precision."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlu.mood.features import BUCKETS, surface_names
from nlu.mood.head import WEIGHTS, Head, WeightsError, packaged_head, read_head


def some_head() -> Head:
    chance = np.random.default_rng(1)
    shapes = ((384, 2), (len(surface_names()), 2), (BUCKETS, 2), (2,))
    return Head(*(chance.normal(0, 0.1, shape).astype(np.float32) for shape in shapes))


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    head, file = some_head(), tmp_path / "deep" / "words.npz"
    head.save(file)
    embedding = np.ones(384, dtype=np.float32) / 20
    before, after = head.probabilities(embedding, "where is it", "en"), read_head(file).probabilities(embedding, "where is it", "en")
    assert after == pytest.approx(before, abs=0.01)


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 not a zip"])
def test_a_missing_or_broken_file_is_one_plain_sentence(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "words.npz"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(WeightsError, match="cannot be read"):
        read_head(file)


def test_weights_for_other_features_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "words.npz"
    head = some_head()
    halves = {name: getattr(head, name) for name in ("embedding", "surface", "ngrams", "bias")}
    np.savez_compressed(file, **halves, names=np.array(["something", "else"]))
    with pytest.raises(WeightsError, match="make train-mood"):
        read_head(file)


def test_the_packaged_weights_fit_the_code_and_are_small() -> None:
    assert packaged_head().embedding.shape == (384, 2)
    assert WEIGHTS.stat().st_size < 3_000_000
