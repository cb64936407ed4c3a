"""The queue before Whisper, long audio, and what is made of its answers; with a model that is told what to say."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from speech import transcription
from speech.audio import AudioError, write_wav
from speech.transcription import WhisperTranscriber, hear_file
from speech.types import RATE, Samples, TranscriptionError
from speech.whisper import LONGEST_S, Decoded, NotWanted

SAID = Decoded("tak", "pl", -0.1, 0.05, 0.8, {"pl": 0.9, "en": 0.05, "ro": 0.05})


def sound(number: int, seconds: float = 1.0) -> Samples:
    """Audio that can be told from other audio."""
    return np.full(int(seconds * RATE), number, np.int16)


class Model:
    """Says the number it hears; ``gate`` holds it back."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.began: list[int] = []
        self.given_up: list[int] = []
        self.asked: list[tuple[str, tuple[str, ...], tuple[str, ...], float]] = []
        self.answer: Decoded | Exception = SAID

    def knows(self, language: str) -> bool:
        return language in {"pl", "en", "ro"}

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
        self.began.append(int(samples[0]))
        self.asked.append((language, tuple(hints), tuple(allowed), believed))
        assert self.gate.wait(10)
        if not wanted():
            self.given_up.append(int(samples[0]))
            raise NotWanted
        if isinstance(self.answer, Exception):
            raise self.answer
        found = replace(self.answer, text=f"{self.answer.text} {samples[0]}", language=language or self.answer.language)
        early(replace(found, mark=0.0, languages={}))
        return found


@pytest.fixture(autouse=True)
def voice(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """All audio is voice, or as much as is said here."""
    monkeypatch.setattr(transcription, "voiced_s", lambda samples: len(samples) / RATE)
    return lambda seconds: monkeypatch.setattr(transcription, "voiced_s", lambda samples: seconds)


@pytest.fixture
def model() -> Model:
    return Model()


@asynccontextmanager
async def hearing(model: Model, folder: Path, *, workers: int = 1, patience_s: float = 5.0) -> AsyncIterator[WhisperTranscriber]:
    (folder / "model.bin").touch()
    made = WhisperTranscriber(str(folder), folder, workers, patience_s=patience_s, open_model=lambda *_: model)
    made.load()
    try:
        yield made
    finally:
        model.gate.set()
        made.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.001)


async def test_text_and_numbers(model: Model, tmp_path: Path) -> None:
    async with hearing(model, tmp_path) as made:
        heard = await made.transcribe(sound(7, 1.5), "pl-PL", hints=("Bytom",), allowed=("pl", "en"))
    assert (heard.text, heard.language, heard.seconds, heard.invented, heard.heard_language) == ("tak 7", "pl", 1.5, "", "")
    assert heard.confidence == pytest.approx(np.exp(-0.1))
    assert heard.no_speech == pytest.approx(0.05)
    assert heard.took_ms > 0
    assert model.asked == [("pl", ("Bytom",), ("pl", "en"), 0.0)]


async def test_nothing_before_load_nor_after_close(model: Model, tmp_path: Path) -> None:
    made = WhisperTranscriber(str(tmp_path), tmp_path, 1, open_model=lambda *_: model)
    assert not made.ready
    with pytest.raises(TranscriptionError, match="not loaded"):
        await made.transcribe(sound(1))
    async with hearing(model, tmp_path) as made:
        assert made.ready
    assert not made.ready
    with pytest.raises(TranscriptionError):
        await made.transcribe(sound(1))


async def test_weights_that_are_not_there_are_an_error_of_load(tmp_path: Path) -> None:
    made = WhisperTranscriber(str(tmp_path), tmp_path, 1)
    with pytest.raises(TranscriptionError, match="missing"):
        made.load()
    assert not made.ready


async def test_a_broken_model_is_an_error_and_the_next_call_is_served(model: Model, tmp_path: Path) -> None:
    async with hearing(model, tmp_path) as made:
        model.answer = RuntimeError("out of memory")
        with pytest.raises(TranscriptionError, match="out of memory"):
            await made.transcribe(sound(1))
        model.answer = SAID
        assert (await made.transcribe(sound(2))).text == "tak 2"


async def test_answers_of_many_calls_do_not_mix(model: Model, tmp_path: Path) -> None:
    async with hearing(model, tmp_path, workers=4) as made:
        heard = await asyncio.gather(*(made.transcribe(sound(number)) for number in range(1, 60)))
    assert [one.text for one in heard] == [f"tak {number}" for number in range(1, 60)]


async def test_as_many_at_once_as_there_are_workers(model: Model, tmp_path: Path) -> None:
    async with hearing(model, tmp_path, workers=2) as made:
        model.gate.clear()
        tasks = [asyncio.create_task(made.transcribe(sound(number))) for number in (1, 2, 3)]
        await until(lambda: len(model.began) == 2)
        await asyncio.sleep(0)
        assert sorted(model.began) == [1, 2]
        assert made.busy
        model.gate.set()
        await asyncio.gather(*tasks)
        await until(lambda: not made.busy)
    assert sorted(model.began) == [1, 2, 3]


async def test_a_cancelled_task_that_waits_never_runs_and_its_place_is_free(model: Model, tmp_path: Path) -> None:
    async with hearing(model, tmp_path) as made:
        model.gate.clear()
        running, waiting, last = (asyncio.create_task(made.transcribe(sound(number))) for number in (1, 2, 3))
        await until(lambda: model.began == [1])
        waiting.cancel()
        running.cancel()  # has begun: its thread goes on to the next step, and gives up there
        await asyncio.wait([waiting, running])
        assert model.began == [1]
        model.gate.set()
        assert (await last).text == "tak 3"
    assert (model.began, model.given_up) == ([1, 3], [1])


async def test_too_long_a_wait_is_refused(model: Model, tmp_path: Path) -> None:
    async with hearing(model, tmp_path, patience_s=0.05) as made:
        model.gate.clear()
        running = asyncio.create_task(made.transcribe(sound(1)))
        await until(lambda: model.began == [1])
        with pytest.raises(TranscriptionError, match="busy"):
            await made.transcribe(sound(2))
        model.gate.set()
        assert (await running).text == "tak 1"
    assert model.began == [1]


async def test_whisper_is_not_asked_where_nobody_speaks(model: Model, tmp_path: Path, voice: Callable[[float], None]) -> None:
    voice(0.06)
    async with hearing(model, tmp_path) as made:
        heard = await made.transcribe(sound(1), "en")
        empty = await made.transcribe(np.zeros(0, np.int16))
    assert (heard.text, heard.language, heard.invented, heard.no_speech) == ("", "en", "silence", 1.0)
    assert (empty.text, empty.seconds) == ("", 0.0)
    assert model.began == []


async def test_the_text_is_told_before_the_rest_is_known(model: Model, tmp_path: Path) -> None:
    told: list[tuple[str, str]] = []
    async with hearing(model, tmp_path) as hear:
        found = await hear.transcribe(sound(1), "pl", early=lambda text, language: told.append((text, language)))
    assert told == [(found.text, "pl")]


async def test_invented_text_is_not_told_early(model: Model, tmp_path: Path) -> None:
    told: list[str] = []
    model.answer = replace(SAID, compression=9.0)
    async with hearing(model, tmp_path) as hear:
        found = await hear.transcribe(sound(1), "pl", early=lambda text, language: told.append(text))
    assert (found.text, told) == ("", [])


async def test_invented_text_is_dropped_with_the_reason(model: Model, tmp_path: Path) -> None:
    model.answer = replace(SAID, no_speech=0.9, logprob=-1.4)
    async with hearing(model, tmp_path) as made:
        heard = await made.transcribe(sound(1), "pl")
    assert (heard.text, heard.invented) == ("", "noise")


@pytest.mark.parametrize(
    ("english", "voiced", "reported"), [(0.95, 1.5, "en"), (0.95, 0.5, ""), (0.85, 1.5, "")], ids=["sure", "too short", "unsure"]
)
async def test_another_language_is_reported_when_it_is_sure(
    model: Model, tmp_path: Path, voice: Callable[[float], None], english: float, voiced: float, reported: str
) -> None:
    voice(voiced)
    model.answer = replace(SAID, languages={"pl": 1 - english, "en": english})
    async with hearing(model, tmp_path) as made:
        heard = await made.transcribe(sound(1), "pl", allowed=("pl", "en"))
    assert (heard.language, heard.heard_language) == ("pl", reported)


async def test_a_language_whisper_does_not_know_is_detected_and_short_speech_needs_proof(
    model: Model, tmp_path: Path, voice: Callable[[float], None]
) -> None:
    async with hearing(model, tmp_path) as made:
        await made.transcribe(sound(1), "tlh")
        voice(0.4)
        await made.transcribe(sound(2))
    assert [(asked[0], asked[2], asked[3]) for asked in model.asked] == [("", ("pl", "en", "ro"), 0.0), ("", ("pl", "en", "ro"), 0.9)]


async def test_long_audio_is_heard_in_pieces_in_the_language_of_the_first(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcription, "pieces", lambda samples, longest: [sound(1, 20), sound(2, 20)])
    model.answer = replace(SAID, language="ro")
    async with hearing(model, tmp_path) as made:
        heard = await made.transcribe(sound(1, LONGEST_S + 12))
    assert (heard.text, heard.language, heard.seconds) == ("tak 1 tak 2", "ro", 40)
    assert [asked[0] for asked in model.asked] == ["", "ro"]


async def test_a_file_is_heard(model: Model, tmp_path: Path) -> None:
    write_wav(tmp_path / "one.wav", sound(5))
    (tmp_path / "broken.wav").write_text("no audio")
    async with hearing(model, tmp_path) as made:
        assert (await hear_file(made, tmp_path / "one.wav", "en")).text == "tak 5"
        with pytest.raises(AudioError, match=r"broken\.wav"):
            await hear_file(made, tmp_path / "broken.wav")
