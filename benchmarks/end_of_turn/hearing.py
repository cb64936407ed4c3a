"""What a call would hear of an utterance, without waiting for real time; and smart-turn for comparison."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np

import speech.whisper
from speech.audio import resample
from speech.types import RATE, Samples


class Hearing:
    """What the service hears in an utterance; kept in a file between runs."""

    def __init__(self, weights: str, kept: Path) -> None:
        self._whisper = speech.whisper.Whisper(weights, "cpu")
        self._kept = kept
        self._known: dict[str, tuple[str, float]] = json.loads(kept.read_text()) if kept.exists() else {}

    def save(self) -> None:
        """Write down what was heard."""
        self._kept.write_text(json.dumps(self._known, ensure_ascii=False))

    def hear(self, audio: Samples, language: str) -> tuple[str, float]:
        """The text, and the probability (0..1) of its final mark: see speech.mark."""
        key = hashlib.sha1(language.encode() + audio.tobytes(), usedforsecurity=False).hexdigest()
        if key not in self._known:
            found = self._whisper.decode(audio, language)
            self._known[key] = found.text, found.mark
        text, mark = self._known[key]
        return text, mark


class SmartTurn:
    """Pipecat's smart-turn v3.2 from an installed pipecat-ai, for comparison only."""

    def __init__(self, pipecat: Path) -> None:
        onnxruntime: Any = importlib.import_module("onnxruntime")
        folder = pipecat / "audio" / "turn" / "smart_turn"
        spec = importlib.util.spec_from_file_location("smart_turn_features", folder / "_whisper_features.py")
        assert spec
        assert spec.loader
        features: Any = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(features)
        self._features = features.compute_whisper_log_mel_features
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(folder / "data" / "smart-turn-v3.2-cpu.onnx"), options)

    def finished(self, audio: Samples) -> bool:
        """Whether it takes the turn for over."""
        sound = (resample(audio, RATE, 16000).astype(np.float32) / 32768)[-8 * 16000 :]
        sound = np.pad(sound, (8 * 16000 - len(sound), 0))
        features = self._features(sound, do_normalize=True)[None]
        return float(np.ravel(self._session.run(None, {"input_features": features})[0])[0]) > 0.5
