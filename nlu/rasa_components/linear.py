"""Logistic regression over all sentence features: few sums at parse time, and no scikit-learn to load."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.rasa_components.cascade import undecided

Floats = NDArray[np.float32]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(IntentClassifier, GraphComponent):  # type: ignore[misc]  # Rasa has no types here
    """Multinomial logistic regression on the sparse and dense sentence features together.

    Rasa's ``LogisticRegressionClassifier`` fixes C = 1 and balances the classes, which lets six more of a hundred
    out-of-scope sentences through, and spends some milliseconds a parse on building matrices.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """Some featurizer must come first."""
        return [Featurizer]

    @staticmethod
    def required_packages() -> list[str]:
        """For training only."""
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``C`` is scikit-learn's (larger: trusts the data more); ``ranking_length`` 0 reports every intent.

        ``unless_sure``: leave alone what a classifier further up named with at least this confidence.
        """
        return {"C": 20.0, "max_iter": 60, "tol": 1e-4, "ranking_length": 10, "unless_sure": None}

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> LinearIntentClassifier:
        """An untrained classifier."""
        return cls(config, model_storage, resource)

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        """Know nothing yet."""
        self._config, self._storage, self._resource = config, model_storage, resource
        self._intents: list[str] = []
        self._sparse = self._dense = self._bias = np.zeros(0, dtype=np.float32)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the weights."""
        from scipy.sparse import csr_matrix, hstack, vstack  # type: ignore[import-untyped]
        from sklearn.linear_model import LogisticRegression  # type: ignore[import-not-found]

        given = [message for message in training_data.intent_examples if message.get(TEXT) and message.get(INTENT)]
        nothing = csr_matrix((1, 0))
        sparse = vstack([nothing if _sparse(each) is None else _sparse(each) for each in given], format="csr")
        dense = np.array([_dense(message) for message in given])
        # Embeddings all point one way; without their mean the solver converges in a tenth of the steps. The mean goes
        # into the bias afterwards, so that nothing needs to be subtracted at parse time.
        mean = dense.mean(axis=0)
        regression = LogisticRegression(
            C=self._config["C"], max_iter=self._config["max_iter"], tol=self._config["tol"], multi_class="multinomial"
        )
        regression.fit(hstack([sparse, csr_matrix(dense - mean)], format="csr"), [each.get(INTENT) for each in given])
        weights = regression.coef_.T if len(regression.classes_) > 2 else np.hstack([-regression.coef_.T, regression.coef_.T])
        bias = regression.intercept_ if len(regression.classes_) > 2 else np.array([-1, 1]) * regression.intercept_
        self._intents = [str(name) for name in regression.classes_]
        self._sparse = np.ascontiguousarray(weights[: sparse.shape[1]], dtype=np.float32)
        self._dense = np.ascontiguousarray(weights[sparse.shape[1] :], dtype=np.float32)
        self._bias = (bias - mean @ weights[sparse.shape[1] :]).astype(np.float32)
        self._persist()
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Name the intent of every message and rank the runners-up."""
        for message in undecided(messages, self._config["unless_sure"]):
            chances = self._chances(message)
            best = np.argsort(-chances)[: self._config["ranking_length"] or None]
            ranking = [{INTENT_NAME_KEY: self._intents[index], PREDICTED_CONFIDENCE_KEY: float(chances[index])} for index in best]
            message.set(INTENT, ranking[0] if ranking else None, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _chances(self, message: Message) -> Floats:
        row = _sparse(message)
        scores = self._bias + _dense(message).astype(np.float32) @ self._dense
        if row is not None and row.nnz:
            scores = scores + row.data.astype(np.float32) @ self._sparse[row.indices]
        powers: Floats = np.exp(scores - scores.max()) if len(scores) else scores
        shares: Floats = powers / powers.sum()
        return shares

    def _persist(self) -> None:
        with self._storage.write_to(self._resource) as folder:
            np.savez(folder / "weights.npz", sparse=self._sparse, dense=self._dense, bias=self._bias)
            (folder / "intents.txt").write_text("\n".join(self._intents), encoding="utf-8")

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> LinearIntentClassifier:
        """A trained classifier from its folder."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._intents = (folder / "intents.txt").read_text(encoding="utf-8").split("\n")
            with np.load(folder / "weights.npz", allow_pickle=False) as stored:
                component._sparse, component._dense, component._bias = (stored[key] for key in ("sparse", "dense", "bias"))
        return component


def _sparse(message: Message) -> Any:
    """The sparse sentence features (one CSR row), or None; Rasa gives them as (sequence, sentence)."""
    features = message.get_sparse_features(attribute=TEXT)[1]
    return features.features if features else None


def _dense(message: Message) -> Any:
    features = message.get_dense_features(attribute=TEXT)[1]
    return features.features[0] if features else np.zeros(0)
