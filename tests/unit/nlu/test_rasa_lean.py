"""Which models are served without TensorFlow, and that leaving packages out does not stop modules from loading."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from nlu.rasa_lean import LEAN, is_lean
from nlu.train import PROJECT


def model(tmp_path: Path, *components: str) -> str:
    file = tmp_path / "model.tar.gz"
    metadata = json.dumps({"predict_schema": {"nodes": {str(n): {"uses": name} for n, name in enumerate(components)}}}).encode()
    with tarfile.open(file, "w:gz") as archive:
        entry = tarfile.TarInfo("metadata.json")
        entry.size = len(metadata)
        archive.addfile(entry, io.BytesIO(metadata))
    return str(file)


def test_our_components_are_lean(tmp_path: Path) -> None:
    assert is_lean(model(tmp_path, *sorted(LEAN)))


@pytest.mark.parametrize("other", ["rasa.nlu.classifiers.diet_classifier.DIETClassifier", "somebody.elses.Component"])
def test_any_other_component_gets_all_of_rasa(tmp_path: Path, other: str) -> None:
    assert not is_lean(model(tmp_path, *sorted(LEAN), other))


def test_what_cannot_be_read_gets_all_of_rasa(tmp_path: Path) -> None:
    assert not is_lean(model(tmp_path))
    assert not is_lean(str(tmp_path / "absent.tar.gz"))
    (tmp_path / "cut.tar.gz").write_bytes(b"\x1f\x8b\x08cut")
    assert not is_lean(str(tmp_path / "cut.tar.gz"))


def test_modules_that_use_a_left_out_package_still_load() -> None:
    script = """
from nlu.rasa_lean import leave_out_unused
leave_out_unused()
import tensorflow as tf
import tensorflow.keras.layers as layers
from tensorflow.python.ops import array_ops
from typing import Optional, Union
class Layer(tf.keras.layers.Layer):
    def call(self, x: Optional[Union[tf.Tensor, "tf.SparseTensor"]]) -> tf.Tensor: ...
@tf.function
def plain(): return 1
@tf.keras.utils.register_keras_serializable(package="x")
class Model(tf.keras.Model): ...
assert plain() == 1 and isinstance(Model, type) and Layer.__mro__
assert isinstance(tf.__version__, str)
"""
    subprocess.run([sys.executable, "-c", script], cwd=PROJECT, check=True, timeout=60)
