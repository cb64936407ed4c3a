"""Hearing with the real weights: people are understood, noise is not, and many calls do not disturb one another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.hearing import Clip, clips, word_errors
from speech import transcription
from speech.audio import write_wav
from speech.transcription import WhisperTranscriber, hear_file
from speech.types import RATE, Samples
from speech.weights import _packages

DATA = Path("/work/shared/data/speech")
pytestmark = pytest.mark.skipif(_packages() is None, reason="the packaged Whisper weights are not installed")


@pytest.fixture(scope="module")
def hearing(data_dir: Path) -> Iterator[WhisperTranscriber]:
    made = WhisperTranscriber("base", data_dir, 2, device="cpu", patience_s=60)
    made.load()
    yield made
    made.close()


@pytest.fixture(scope="module")
def people() -> list[Clip]:
    """Every sixth human clip: Polish and English."""
    if not DATA.exists():
        pytest.skip(f"{DATA} is not here")
    return clips(DATA, every=6)


def spread(seconds: float = 2.0) -> NDArray[np.float64]:
    return np.arange(int(seconds * RATE)) / RATE


def pink() -> NDArray[np.float64]:
    spectrum = np.fft.rfft(np.random.default_rng(2).normal(0, 1, len(spread())))
    found = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), len(spread()))
    return found / found.std()


SOUNDS: dict[str, Callable[[], NDArray[np.float64]]] = {
    "silence": lambda: spread() * 0,
    "white noise": lambda: np.random.default_rng(1).normal(0, 1, len(spread())),
    "pink noise": pink,
    "mains hum": lambda: np.sign(np.sin(2 * np.pi * 50 * spread())),
    "key tones": lambda: (np.sin(2 * np.pi * 770 * spread()) + np.sin(2 * np.pi * 1336 * spread())) * (spread() % 0.3 < 0.15),
    "ringing": lambda: np.sin(2 * np.pi * 425 * spread()) * (spread() % 2 < 1),
    "music": lambda: sum(np.sin(2 * np.pi * tone * spread()) for tone in (262, 330, 392, 523)) * np.exp(-3 * (spread() % 0.5)),
    "cough": lambda: 3 * pink() * np.exp(-((spread() - 0.5) % 2) / 0.07),
}


@pytest.mark.parametrize("level_db", [-60, -40, -20])
@pytest.mark.parametrize("sound", SOUNDS)
async def test_no_text_comes_of_noise(hearing: WhisperTranscriber, sound: str, level_db: int) -> None:
    samples = np.clip(SOUNDS[sound]() * 32768 * 10 ** (level_db / 20), -32768, 32767).astype(np.int16)
    for language, hints in (("pl", ("Bydgoszcz", "Kowalski", "Warszawa")), ("", ())):
        assert (await hearing.transcribe(samples, language, hints=hints)).text == ""


@pytest.mark.parametrize("sound", ["silence", "white noise", "music"])
async def test_no_text_comes_of_noise_that_passes_for_voice(
    hearing: WhisperTranscriber, sound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcription, "voiced_s", lambda samples: 1.0)
    heard = await hearing.transcribe((SOUNDS[sound]() * 300).astype(np.int16), "pl")
    assert heard.text == ""
    assert heard.invented in {"noise", "repetition"}


async def test_people_are_understood_and_nothing_they_say_is_dropped(hearing: WhisperTranscriber, people: list[Clip]) -> None:
    errors = {"pl": 0, "en": 0}
    words = {"pl": 0, "en": 0}
    for clip in people:
        heard = await hearing.transcribe(clip.samples, clip.language, allowed=("pl", "en", "ro"))
        assert heard.invented == "", clip.path
        assert heard.heard_language == "", clip.path
        assert heard.confidence > 0.3
        wrong, said = word_errors(clip.text, heard.text, clip.language)
        errors[clip.language] += wrong
        words[clip.language] += said
    assert errors["pl"] / words["pl"] < 0.33
    assert errors["en"] / words["en"] < 0.2


async def test_calls_at_once_hear_what_each_hears_alone(hearing: WhisperTranscriber, people: list[Clip]) -> None:
    some = people[:3] + people[-3:]
    alone = [await hearing.transcribe(clip.samples, clip.language) for clip in some]
    together = await asyncio.gather(*(hearing.transcribe(clip.samples, clip.language) for clip in some * 2))
    assert [one.text for one in together] == [one.text for one in alone] * 2


async def test_the_language_is_found_and_a_wrong_one_noticed(hearing: WhisperTranscriber, people: list[Clip]) -> None:
    for clip in people[:3] + people[-3:]:
        assert (await hearing.transcribe(clip.samples, "")).language == clip.language
    english = next(clip for clip in people if clip.language == "en" and len(clip.samples) > 2 * RATE)
    assert (await hearing.transcribe(english.samples, "pl", allowed=("pl", "en"))).heard_language == "en"


async def test_a_hint_helps_with_a_rare_word(hearing: WhisperTranscriber) -> None:
    if not DATA.exists():
        pytest.skip(f"{DATA} is not here")
    clip = next(clip for clip in clips(DATA) if "Rtęć" in clip.text)
    hinted = await hearing.transcribe(clip.samples, "pl", hints=("faktura", "Bydgoszcz", "rtęć"))
    assert "rtęć" in hinted.text.lower()


async def test_a_long_file_is_heard_to_its_end(hearing: WhisperTranscriber, people: list[Clip], tmp_path: Path) -> None:
    polish = [clip for clip in people if clip.language == "pl"]
    pause: Samples = np.zeros(RATE // 2, np.int16)
    write_wav(tmp_path / "long.wav", np.concatenate([part for clip in polish for part in (clip.samples, pause)]))
    heard = await hear_file(hearing, tmp_path / "long.wav", "pl")
    assert heard.seconds > 30
    wrong, said = word_errors(" ".join(clip.text for clip in polish), heard.text, "pl")
    assert wrong / said < 0.35
