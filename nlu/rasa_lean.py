"""Serves a model without loading what it does not use. Runs in Rasa's environment.

``rasa run`` imports TensorFlow, matplotlib, scikit-learn and the SDKs of a dozen chat channels whatever the pipeline:
7 s of CPU and 390 MB a server, for nothing when the pipeline is ours. Here those packages are stood in for by empty ones,
but only for a model whose every component is known to work without them; any other model gets the real ones.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import json
import sys
import tarfile
import types
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

UNUSED = frozenset(
    {
        *("tensorflow", "keras", "matplotlib", "sklearn", "skops"),
        *("boto3", "botocore", "pymongo", "redis", "aio_pika", "sentry_sdk"),
        *("aiogram", "fbmessenger", "slack_sdk", "twilio", "webexteamssdk"),
    }
)
"""Top-level packages that Rasa imports when it starts and that parsing with the components below never calls."""

LEAN = frozenset(
    {
        "rasa.graph_components.converters.nlu_message_converter.NLUMessageConverter",
        "rasa.nlu.classifiers.fallback_classifier.FallbackClassifier",
        "rasa.nlu.classifiers.regex_message_handler.RegexMessageHandler",
        "nlu.rasa_components.ngrams.NgramFeaturizer",
        "nlu.rasa_components.sentences.SentenceFeaturizer",
        "nlu.rasa_components.linear.LinearIntentClassifier",
    }
)
"""Components that were tried without those packages."""


def is_lean(model: str) -> bool:
    """Whether every component that parses in this model (a ``.tar.gz``) does without the unused packages."""
    try:
        with tarfile.open(model) as archive:
            metadata = archive.extractfile("metadata.json")
            nodes = json.load(metadata)["predict_schema"]["nodes"] if metadata else {}
    except (OSError, EOFError, KeyError, ValueError, TypeError, zlib.error, tarfile.TarError):
        return False
    return bool(nodes) and all(node["uses"] in LEAN for node in nodes.values())


def leave_out_unused() -> None:
    """From now on importing an unused package gives an empty one."""
    sys.meta_path.insert(0, _Finder())


class _Anything(type):
    """Lets a placeholder be subclassed, subscripted, iterated and asked for attributes, as modules do while loading."""

    def __getattr__(cls, name: str) -> type[Placeholder]:
        if name.startswith("__"):
            raise AttributeError(name)
        return Placeholder

    def __getitem__(cls, _: object) -> type[Placeholder]:
        return Placeholder

    def __iter__(cls) -> Iterator[Any]:
        return iter(())

    def __or__(cls, _: object) -> Any:
        return cls

    __ror__ = __or__


class Placeholder(metaclass=_Anything):
    """Stands for any class, function or decorator of a package that was left out."""

    def __new__(cls, *given: Any, **_: Any) -> Any:
        if len(given) == 1 and callable(given[0]):  # @decorator
            return given[0]
        return super().__new__(cls)

    def __init__(self, *_: Any, **__: Any) -> None:
        """Whatever it was asked for, there is nothing to do."""

    def __call__(self, *given: Any, **_: Any) -> Any:
        return given[0] if given else None  # @decorator(with arguments)


class _Empty(types.ModuleType):
    __path__: list[str] = []  # noqa: RUF012 - what makes the import system take it for a package

    def __getattr__(self, name: str) -> Any:
        if name == "__version__":
            return "2.12.0"
        if name.startswith("__"):
            raise AttributeError(name)
        return Placeholder


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.split(".")[0] in UNUSED:
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Empty(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """An empty package has nothing to run."""
