"""One engine's process under supervision."""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from speech.synthesis.engine import Engine, Timing, VoiceMissingError
from speech.types import SynthesisError
from tests.unit.speech.synthesis.parrots import PARROT, requests

QUICK = Timing(start=10, load=5, sentence=1.0, character=0.0, first_back_off=0.05, longest_back_off=0.1)
PATIENT = Timing(start=10, load=5, sentence=10, first_back_off=0.05, longest_back_off=0.1)
Make = Callable[..., Engine]


@pytest.fixture
async def make(tmp_path: Path) -> AsyncIterator[Make]:
    engines: list[Engine] = []

    def engine(timing: Timing = PATIENT, most: int = 64) -> Engine:
        command = [sys.executable, "-I", str(PARROT), "espeak", str(tmp_path / "voices"), "0"]
        engines.append(Engine("espeak", command, tmp_path / "logs" / "espeak.log", most=most, timing=timing))
        return engines[-1]

    yield engine
    await asyncio.gather(*(engine.aclose() for engine in engines))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


def alive(process: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


async def test_it_speaks(make: Make) -> None:
    engine = make()
    engine.start()
    sound = await engine.speak("abc", "pl")
    assert (len(sound.samples), sound.rate) == (1200, 8000)
    assert engine.up


async def test_requests_are_served_in_order(make: Make, tmp_path: Path) -> None:
    engine = make()
    engine.start()
    await asyncio.gather(*(engine.speak(text, "pl") for text in "abcdef"))
    assert [seen.text for seen in requests(tmp_path)] == list("abcdef")


async def test_before_the_start_and_after_the_end_it_is_down(make: Make) -> None:
    engine = make()
    with pytest.raises(SynthesisError, match="down"):
        await engine.speak("a", "pl")
    engine.start()
    await engine.speak("a", "pl")
    await engine.aclose()
    await engine.aclose()
    with pytest.raises(SynthesisError, match="down"):
        await engine.speak("a", "pl")


async def test_a_sentence_that_fails_is_an_error_of_its_own(make: Make) -> None:
    engine = make()
    engine.start()
    with pytest.raises(SynthesisError, match="cannot"):
        await engine.speak("bad", "pl")
    with pytest.raises(VoiceMissingError):
        await engine.load("gone")
    await engine.speak("good", "pl")
    assert engine.restarts == 0


async def test_a_stuck_process_is_killed_and_started_again(make: Make, tmp_path: Path) -> None:
    engine = make(QUICK)
    engine.start()
    await until(lambda: engine.up)
    with pytest.raises(SynthesisError, match="in time"):
        await engine.speak("stuck", "pl")
    await until(lambda: engine.restarts == 1 and engine.up)
    await engine.speak("a", "pl")
    stuck, fresh = (seen.process for seen in requests(tmp_path))
    assert not alive(stuck)
    assert alive(fresh)


@pytest.mark.parametrize("text", ["die", "noise"])
async def test_a_process_that_dies_or_talks_nonsense_is_started_again(make: Make, text: str) -> None:
    engine = make()
    engine.start()
    with pytest.raises(SynthesisError, match="died"):
        await engine.speak(text, "pl")
    await until(lambda: engine.restarts >= 1 and engine.up)
    await engine.speak("a", "pl")


async def test_a_death_in_silence_is_noticed_and_its_voices_are_loaded_again(make: Make, tmp_path: Path) -> None:
    engine = make()
    engine.start()
    await engine.load("pl")
    os.kill(requests(tmp_path)[0].process, 9)
    await until(lambda: engine.restarts == 1 and engine.up)
    first, second = requests(tmp_path)
    assert (first.text, second.text, second.voice) == ("", "", "pl")
    assert first.process != second.process


async def test_what_waits_fails_at_once_while_it_cannot_start(make: Make, tmp_path: Path) -> None:
    (tmp_path / "orders").write_text("exit espeak")
    engine = make()
    engine.start()
    with pytest.raises(SynthesisError, match="down"):
        await engine.speak("a", "pl")
    (tmp_path / "orders").unlink()
    await until(lambda: engine.up)
    await engine.speak("a", "pl")
    assert "ordered to exit" in (tmp_path / "logs" / "espeak.log").read_text()


async def test_a_missing_python_is_down(tmp_path: Path) -> None:
    engine = Engine("espeak", [str(tmp_path / "python")], tmp_path / "log", timing=QUICK)
    engine.start()
    with pytest.raises(SynthesisError):
        await engine.speak("a", "pl")
    await engine.aclose()


async def test_one_that_never_gets_ready_is_given_up(make: Make, tmp_path: Path) -> None:
    (tmp_path / "orders").write_text("mute espeak")
    engine = make(Timing(start=0.2, sentence=5))
    engine.start()
    with pytest.raises(SynthesisError):
        await engine.speak("a", "pl")


async def test_what_nobody_waits_for_is_not_spoken(make: Make, tmp_path: Path) -> None:
    engine = make()
    engine.start()
    tasks = [asyncio.create_task(engine.speak(text, "pl")) for text in "abc"]
    await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert [seen.text for seen in requests(tmp_path)] == ["a", "c"]


async def test_too_many_waiting_are_refused(make: Make) -> None:
    engine = make(most=2)
    engine.start()
    results = await asyncio.gather(*(engine.speak(text, "pl") for text in "abcd"), return_exceptions=True)
    assert [isinstance(result, SynthesisError) for result in results] == [False, False, True, True]


async def test_closing_ends_the_process_and_what_is_being_spoken(make: Make, tmp_path: Path) -> None:
    engine = make()
    engine.start()
    stuck, waiting = (asyncio.create_task(engine.speak(text, "pl")) for text in ("stuck", "b"))
    await until(lambda: bool(requests(tmp_path)))
    await engine.aclose()
    for task in (stuck, waiting):
        with pytest.raises(SynthesisError, match="closed"):
            await task
    assert not alive(requests(tmp_path)[0].process)


async def test_the_log_begins_anew_when_it_is_long(make: Make, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "espeak.log").write_bytes(b"x" * 1_000_001)
    engine = make()
    engine.start()
    await engine.speak("a", "pl")
    assert (tmp_path / "logs" / "espeak.log").stat().st_size < 1000


def test_the_real_worker_dies_with_the_service(tmp_path: Path) -> None:
    """A service that is killed leaves no worker behind, even one that is busy and reads nothing."""
    worker = PARROT.parents[4] / "speech" / "synthesis" / "worker.py"
    busy = tmp_path / "busy.py"
    busy.write_text(
        f"import pathlib, runpy, sys, time\nmain = runpy.run_path({str(worker)!r})['main']\nsys.argv = ['w', 'espeak', '.', '0']\n"
        "def load():\n    pathlib.Path('here').touch()\n    time.sleep(60)\nmain.__globals__['Espeak'] = load\nmain()"
    )
    service = "import subprocess, sys; print(subprocess.Popen([sys.executable, 'busy.py'], stdin=-1).pid, flush=True); input()"
    command = [sys.executable, "-c", service]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        while not (tmp_path / "here").exists():
            assert alive(child)
            time.sleep(0.01)
        process.kill()
    deadline = time.monotonic() + 10
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not alive(child)
