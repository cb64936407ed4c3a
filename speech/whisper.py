"""Whisper on CTranslate2: one piece of audio in, text out, through a short encoder window. Blocks; safe from many threads.

faster-whisper's own ``transcribe`` always encodes 30 s. Here the encoder sees the audio and a little silence after it. The numbers were
measured on human clips at telephone band (docs/decisions/0005-hearing.md).
"""

from __future__ import annotations

import logging
import math
import re
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speech.audio import resample
from speech.mark import final_mark
from speech.types import RATE, Samples, TranscriptionError

log = logging.getLogger(__name__)

WINDOW, AFTER, FULL = 1200, 200, 3000
"""Encoder window in frames of 10 ms: never shorter than WINDOW (short words are lost or invented below), at least AFTER longer than
the audio (else its last word repeats), never longer than FULL, for which Whisper is made."""
LONGEST_S = 28.0
"""Longest piece in seconds: FULL frames less AFTER."""
BEAM = 3
"""As good as faster-whisper's 5 on human clips and 28 ms shorter; 2 and less make a tenth to a fifth more word errors in Polish."""
TOKENS_A_SECOND, TOKENS_AT_LEAST = 10, 16
"""Most tokens a second of audio, and for the shortest: fast Polish needs 7. Ends a loop early."""
HINT_TOKENS = 80
"""Longest prompt of hints in tokens; Whisper's limit is 223, and each costs time."""
COMPRESSION = 2.4
"""Text that zlib shortens by more than this factor repeats itself (Whisper's own number)."""
_REPEATED = re.compile(r"\b(\w+(?:\W+\w+){0,2})\W+\1\b", re.IGNORECASE)
_RATE = 16000
_FLOOR = 2.0
"""Silence in Whisper's features lies this far below the loudest (8 decades, divided by 4)."""
_TICK = 0.02
"""Seconds of one timestamp token."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What Whisper made of one piece: mean ``logprob`` of a token, ``no_speech`` probability, ``compression`` of the text by zlib,
    ``languages``: probability of each allowed language, together 1 (empty for a model of one language), ``mark``: of a final full stop."""

    text: str
    language: str
    logprob: float
    no_speech: float
    compression: float
    languages: dict[str, float]
    mark: float = 0.0

    @property
    def confidence(self) -> float:
        """Mean probability of a token, 0..1."""
        return math.exp(min(self.logprob, 0.0))


class NotWanted(Exception):  # noqa: N818 - no error: the caller spoke on
    """Nobody waits any more for what was being read."""


class Whisper:
    """One model in memory, shared by all calls; ``workers`` pieces at once, one thread each."""

    def __init__(self, folder: str, device: str = "auto", workers: int = 1) -> None:
        """Loads the weights in ``folder`` (0.5 s) and tries them once. ``device``: "cpu", "cuda" or "auto": a GPU where there is one that
        works. Raises TranscriptionError."""
        import ctranslate2

        if device == "auto" and ctranslate2.get_cuda_device_count() > 0:
            try:
                self._open(folder, "cuda", workers)
                return
            except TranscriptionError as error:
                log.warning("The GPU is there and cannot be used, the processor is: %s", error)
        self._open(folder, "cpu" if device == "auto" else device, workers)

    def _open(self, folder: str, device: str, workers: int) -> None:
        from faster_whisper import WhisperModel
        from faster_whisper.transcribe import get_suppressed_tokens

        try:
            # cpu_threads=1: a second thread a call shortens it by a third and costs the machine half of its calls
            self._model = WhisperModel(
                folder,
                device=device,
                compute_type="int8" if device == "cpu" else "int8_float16",
                cpu_threads=1,
                num_workers=workers,
                local_files_only=True,
            )
            self._tokenizers: dict[str, Any] = {}
            self._suppressed = list(get_suppressed_tokens(self._tokenizer("en"), [-1]))
            self.decode(np.zeros(RATE, np.int16), "en")
        except (RuntimeError, ValueError, OSError) as error:
            raise TranscriptionError(f"Whisper cannot be loaded from {folder} on {device}: {error}") from error

    def knows(self, language: str) -> bool:
        """Whether the model was trained on this language."""
        return language in self._model.supported_languages

    def decode(
        self,
        samples: Samples,
        language: str = "",
        hints: Sequence[str] = (),
        allowed: Sequence[str] = (),
        believed: float = 0.0,
        early: Callable[[Decoded], None] = lambda found: None,
        wanted: Callable[[], bool] = lambda: True,
        reading: Callable[[], None] = lambda: None,
    ) -> Decoded:
        """The text of at most LONGEST_S seconds. Without a language it is the likeliest of ``allowed`` if it is likelier than
        ``believed``, else the first of them. ``early`` gets the text before its mark (some 20 ms). Raises NotWanted where ``wanted`` says
        so between two steps of the work; ``reading`` is told when the longest of them begins."""
        sound = resample(samples, RATE, _RATE).astype(np.float32) / 32768
        features = self._model.feature_extractor(sound)
        seconds = len(samples) / RATE
        encoded = self._encoded(features, max(WINDOW, features.shape[-1] + AFTER))
        _go_on(wanted)  # in half of the cases in which speech goes on it has by now, and the words are most of the work
        reading()
        begun = self._begin(encoded, seconds, language, hints) if language else None  # on another worker, if one is free
        languages = self._languages(encoded, allowed)
        if not language:
            language = max(languages, key=lambda one: languages[one], default="en")
            if languages and languages[language] < believed:
                language = next(iter(languages))
        found = self._read(encoded, seconds, language, hints, begun)
        if hints and _REPEATED.search(found.text):  # hints make it say a short word twice
            found = self._read(encoded, seconds, language, ())
        if found.compression > COMPRESSION and features.shape[-1] + AFTER < FULL:
            whole = self._encoded(features, FULL)
            wide = self._read(whole, seconds, language, ())
            if wide.compression < found.compression:
                found, encoded = wide, whole
        early(found)
        _go_on(wanted)
        mark = final_mark(self._model.model, self._tokenizer(language), encoded, found.text)
        return replace(found, mark=mark, languages=languages)

    def _encoded(self, features: NDArray[np.float32], frames: int) -> Any:
        frames = min(frames + frames % 2, FULL)
        features = features[:, :frames]
        padded = np.pad(features, ((0, 0), (0, frames - features.shape[-1])), constant_values=features.max() - _FLOOR)
        return self._model.encode(padded)

    def _languages(self, encoded: Any, allowed: Iterable[str]) -> dict[str, float]:
        if not self._model.model.is_multilingual:
            return {}
        every = {token[2:-2]: chance for token, chance in self._model.model.detect_language(encoded)[0]}
        some = {one: every[one] for one in allowed if one in every}
        total = sum(some.values()) or 1.0
        return {one: chance / total for one, chance in some.items()}

    def _begin(self, encoded: Any, seconds: float, language: str, hints: Sequence[str]) -> Any:
        """The reading of the encoded audio, begun: a future of CTranslate2."""
        tokenizer = self._tokenizer(language)
        prompt = [*self._prompt(tokenizer, hints), tokenizer.timestamp_begin]  # given, it need not be found: the errors are the same
        return self._model.model.generate(
            encoded,
            [prompt],
            beam_size=BEAM,
            max_length=2 * (len(prompt) + TOKENS_AT_LEAST + math.ceil(TOKENS_A_SECOND * seconds)),  # CTranslate2 halves it for Whisper
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=self._suppressed,
            asynchronous=True,
        )[0]

    def _read(self, encoded: Any, seconds: float, language: str, hints: Sequence[str], begun: Any = None) -> Decoded:
        """What the encoded audio says: the reading that was ``begun``, or one from the start."""
        tokenizer = self._tokenizer(language)
        result = (begun or self._begin(encoded, seconds, language, hints)).result()
        tokens = result.sequences_ids[0]
        text = tokenizer.decode(_spoken(tokens, tokenizer.timestamp_begin, seconds)).strip()
        packed = text.encode()
        return Decoded(
            text=text,
            language=language,
            logprob=result.scores[0] * len(tokens) / (len(tokens) + 1),  # the score leaves out the end token
            no_speech=result.no_speech_prob,
            compression=len(packed) / len(zlib.compress(packed)),
            languages={},
        )

    def _tokenizer(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        if language not in self._tokenizers:
            self._tokenizers[language] = Tokenizer(
                self._model.hf_tokenizer, self._model.model.is_multilingual, task="transcribe", language=language
            )
        return self._tokenizers[language]

    def _prompt(self, tokenizer: Any, hints: Sequence[str]) -> list[int]:
        """The hints, as many as fit, as if each had been a sentence before; the best last, since what is near counts most."""
        words: list[int] = []
        for hint in hints:
            more = tokenizer.encode(f" {hint}.")
            if len(words) + len(more) > HINT_TOKENS:
                break
            words = more + words
        return [*([tokenizer.sot_prev, *words] if words else []), *tokenizer.sot_sequence]


def _go_on(wanted: Callable[[], bool]) -> None:
    if not wanted():
        raise NotWanted


def _spoken(tokens: Sequence[int], first_time: int, seconds: float) -> list[int]:
    """The tokens up to the end of the audio. Timestamps are asked for because with them Whisper knows where it is: what it says past
    the end is invented."""
    spoken: list[int] = []
    for token in tokens:
        if token < first_time:
            spoken.append(token)
        elif spoken and (token - first_time) * _TICK >= seconds - 0.3:
            break
    return spoken
