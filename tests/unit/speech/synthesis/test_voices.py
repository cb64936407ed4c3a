"""Voices of every language: choice of engine, cache, what happens when a part fails."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest

from speech.synthesis import Timing, VoiceChoice, Voices, voices
from speech.types import RATE, SynthesisError
from tests.unit.speech.synthesis.parrots import PARROT, requests

QUICK = Timing(start=10, load=5, sentence=0.5, character=0.0, first_back_off=0.05, longest_back_off=0.1)
PATIENT = Timing(start=10, load=5, sentence=10, first_back_off=0.05, longest_back_off=0.1)
Make = Callable[..., Voices]


@pytest.fixture(autouse=True)
def no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    async def download(python: Path, voice: str, folder: Path) -> None:
        raise SynthesisError("no hub in a test")

    monkeypatch.setattr(voices, "download", download)


@pytest.fixture
async def make(tmp_path: Path) -> AsyncIterator[Make]:
    made: list[Voices] = []

    def one(choices: dict[str, VoiceChoice] | None = None, timing: Timing = PATIENT) -> Voices:
        made.append(Voices(Path(sys.executable), tmp_path, choices, 1, worker=PARROT, timing=timing))
        return made[-1]

    yield one
    await asyncio.gather(*(each.aclose() for each in made))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


async def started(one: Voices) -> Voices:
    await one.start()
    await until(lambda: one.ready)
    return one


def said(place: Path, nice: int = 0) -> list[tuple[str, str]]:
    """(engine:voice, text) of every sentence, loading left out."""
    return [(f"{seen.engine}:{seen.voice}", seen.text) for seen in requests(place) if seen.text and seen.nice == nice]


async def test_each_language_has_its_voice(make: Make, tmp_path: Path) -> None:
    one = await started(make({"pl": VoiceChoice("piper:/v/pl.onnx"), "uk": VoiceChoice("espeak:uk+f2")}))
    for language in ("en", "pl", "ro", "uk", "de"):
        assert len(await one.synthesize("Aaa", language)) > 0
    assert [voice for voice, _ in said(tmp_path)] == [
        "piper:en_US-joe-medium", "piper:/v/pl.onnx", "espeak:ro", "espeak:uk+f2", "espeak:de",
    ]  # fmt: skip


async def test_no_voice_is_the_usual_one(make: Make, tmp_path: Path) -> None:
    one = await started(make({"en": VoiceChoice(volume_db=3), "de": VoiceChoice(rate=1.1)}))
    for language in ("en", "de"):
        await one.synthesize("Aaa", language)
    assert [voice for voice, _ in said(tmp_path)] == ["piper:en_US-joe-medium", "espeak:de"]


async def test_a_sentence_is_spoken_once(make: Make, tmp_path: Path) -> None:
    one = await started(make())
    first = await one.synthesize("Dobrze", "pl")
    again = await one.synthesize("Dobrze", "pl")
    together = await asyncio.gather(*(one.synthesize("Razem", "pl") for _ in range(5)))
    assert np.array_equal(first, again)
    assert all(np.array_equal(together[0], other) for other in together)
    assert [text for _, text in said(tmp_path)] == ["Dobrze", "Razem"]


async def test_what_a_caller_hears_stays_off_the_disk(make: Make, tmp_path: Path) -> None:
    one = await started(make())
    await one.synthesize("Pani Anna Nowak", "pl")
    assert not (tmp_path / "cache").exists()


async def test_fixed_sentences_are_rendered_ahead_by_processes_of_low_priority(make: Make, tmp_path: Path) -> None:
    one = await started(make())
    fixed = [("Witamy. Proszę poczekać.", "pl"), ("Hello there.", "en"), ("…", "pl")]
    assert await one.prerender(fixed) == 3
    assert len(said(tmp_path, voices.NICE)) == 3
    assert said(tmp_path) == []
    names = [file.name for file in (tmp_path / "cache" / "voices").iterdir()]
    assert len(names) == 3
    assert all(len(name) == 64 + len(".pcm") for name in names)
    # Another service, or the next one, has them at once: only the pause after the first is put on.
    other = await started(make())
    assert await other.prerender(fixed) == 0
    await other.synthesize("Witamy. ", "pl")
    await other.synthesize("Proszę poczekać.", "pl")
    assert said(tmp_path) == []


async def test_what_was_just_spoken_is_not_rendered_again(make: Make, tmp_path: Path) -> None:
    one = await started(make())
    await one.synthesize("Witamy", "pl")
    assert await one.prerender([("Witamy", "pl")]) == 1
    assert said(tmp_path, voices.NICE) == []


async def test_rendering_ahead_goes_on_after_a_sentence_that_fails(make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    one = await started(make())
    assert await one.prerender([("Jeden", "pl"), ("bad", "pl"), ("Dwa", "pl")]) == 2
    assert "1 sentences" in caplog.text


async def test_a_cancelled_prerender_leaves_no_process(make: Make, tmp_path: Path) -> None:
    one = await started(make())
    task = asyncio.create_task(one.prerender([("stuck", "pl")]))
    await until(lambda: bool(said(tmp_path, voices.NICE)))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    process = next(seen.process for seen in requests(tmp_path) if seen.nice)
    assert not Path(f"/proc/{process}").exists()


async def test_closing_stops_what_is_rendered_ahead(make: Make, tmp_path: Path) -> None:
    one = await started(make())
    task = asyncio.create_task(one.prerender([(f"Zdanie {'a' * number}", "pl") for number in range(1, 200)]))
    await until(lambda: bool(said(tmp_path, voices.NICE)))
    await one.aclose()
    assert await task < 199
    with pytest.raises(SynthesisError):
        await one.synthesize("Dobrze", "pl")


async def test_the_key_knows_all_that_can_be_heard(make: Make, tmp_path: Path) -> None:
    for choice in (
        VoiceChoice("espeak:pl"),
        VoiceChoice("espeak:pl", rate=1.2),
        VoiceChoice("espeak:pl", volume_db=3),
        VoiceChoice("espeak:pl+f2"),
    ):
        one = await started(make({"pl": choice}))
        assert await one.prerender([("Witamy", "pl")]) == 1


async def test_a_sentence_followed_by_another_ends_in_a_pause(make: Make) -> None:
    one = await started(make())
    last, sentence = [len(await one.synthesize(text, "pl")) for text in ("Tak.", "Tak. ")]
    assert sentence - last == voices.PAUSE_MS * RATE // 1000


async def test_a_clause_that_goes_on_keeps_its_melody(make: Make, tmp_path: Path) -> None:
    one = await started(make())
    for text in ("Tak, ", "Tak ", "Tak", "Tak; "):
        await one.synthesize(text, "pl")
    assert [text for _, text in said(tmp_path)] == ["Tak,", "Tak"]


@pytest.mark.parametrize("text", ["", "   ", "…", "--", "\n", "\x00", "🙂"])
async def test_nothing_to_say_is_no_sound(make: Make, tmp_path: Path, text: str) -> None:
    assert len(await make().synthesize(text, "de")) == 0
    assert said(tmp_path) == []


async def test_odd_characters_reach_no_engine(make: Make, tmp_path: Path) -> None:
    one = await started(make())
    await one.synthesize("A\x00b\n\tc\u202ed \udcff", "de")
    assert said(tmp_path) == [("espeak:de", "Ab. cd")]


async def test_espeak_takes_over_from_a_voice_that_fails(make: Make, tmp_path: Path) -> None:
    (tmp_path / "orders").write_text("bad piper")
    one = make()
    await one.start()
    await until(lambda: one.ready)
    assert len(await one.synthesize("Hello", "en")) > 0
    assert said(tmp_path) == [("piper:en_US-joe-medium", "Hello"), ("espeak:en", "Hello")]


async def test_espeak_takes_over_from_an_engine_that_cannot_start(make: Make, tmp_path: Path) -> None:
    (tmp_path / "orders").write_text("exit piper")
    one = await started(make())
    assert len(await one.synthesize("Hello", "en")) > 0
    assert said(tmp_path) == [("espeak:en", "Hello")]


async def test_espeak_takes_over_from_a_stuck_engine(make: Make, tmp_path: Path) -> None:
    one = await started(make(timing=QUICK))
    with pytest.raises(SynthesisError, match="nothing speaks en"):
        await one.synthesize("stuck", "en")
    assert said(tmp_path) == [("piper:en_US-joe-medium", "stuck"), ("espeak:en", "stuck")]


async def test_when_nothing_speaks_it_is_an_error_and_not_ready(make: Make, tmp_path: Path) -> None:
    (tmp_path / "orders").write_text("exit piper exit espeak")
    one = make()
    await one.start()
    with pytest.raises(SynthesisError, match="nothing speaks pl"):
        await one.synthesize("Dobrze", "pl")
    assert not one.ready


async def test_a_fixed_sentence_is_heard_while_the_engine_is_down(make: Make, tmp_path: Path) -> None:
    one = await started(make())
    await one.prerender([("Przepraszamy", "pl")])
    await one.aclose()
    (tmp_path / "orders").write_text("exit piper exit espeak")
    other = make()
    await other.start()
    assert len(await other.synthesize("Przepraszamy", "pl")) > 0


async def test_one_who_hangs_up_does_not_silence_another(make: Make, tmp_path: Path) -> None:
    one = await started(make())
    first, second = (asyncio.create_task(one.synthesize("Dobrze", "pl")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert len(await second) > 0


async def test_after_all_hung_up_the_sentence_can_be_spoken_again(make: Make) -> None:
    one = await started(make())
    task = asyncio.create_task(one.synthesize("Dobrze", "pl"))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    assert len(await one.synthesize("Dobrze", "pl")) > 0


async def test_a_missing_voice_is_downloaded_and_espeak_speaks_meanwhile(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    reached, there = asyncio.Event(), asyncio.Event()

    async def download(python: Path, voice: str, folder: Path) -> None:
        asked.append(f"{voice} {folder.relative_to(tmp_path)}")
        reached.set()
        await there.wait()

    monkeypatch.setattr(voices, "download", download)
    one = make({"pl": VoiceChoice("piper:gone", rate=1.1)})
    await started(one)
    await reached.wait()
    await one.synthesize("Dobrze", "pl")
    assert said(tmp_path) == [("espeak:pl", "Dobrze")]
    there.set()
    await until(lambda: sum(seen.voice == "gone" for seen in requests(tmp_path)) == 2)
    assert asked == ["gone voices"]


async def test_without_a_hub_a_missing_voice_is_a_warning(make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    one = await started(make({"pl": VoiceChoice("piper:gone")}))
    assert len(await one.synthesize("Dobrze", "pl")) > 0
    assert said(tmp_path) == [("espeak:pl", "Dobrze")]
    await until(lambda: "espeak-ng speaks instead" in caplog.text)


async def test_texts_are_not_logged(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "speech")
    one = await started(make())
    with pytest.raises(SynthesisError):
        await one.synthesize("bad Anna Nowak", "pl")
    await one.prerender([("bad Anna Nowak", "pl")])
    assert "Nowak" not in caplog.text
