"""A call on Twilio's line against the service as people run it: real Whisper, real voices, real Rasa; the caller speaks
with the service's own English voice, and what the bot says is transcribed back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.settings import Settings
from speech.synthesis import Voices
from speech.transcription import WhisperTranscriber
from speech.types import RATE, Samples, SpeechError
from tests.acceptance.running import KEY, Running, until
from tests.twilio_caller import TwilioCaller

SLOW = 8.0
"""Longest wait for an answer on a busy machine, in s; how fast it is stands in docs/benchmarks.md."""
Say = Callable[[str], Any]


@pytest.fixture(scope="module")
async def phoned(make: Callable[..., Running]) -> AsyncIterator[Running]:
    """A service that takes calls, and whose Rasa may be hurt."""
    if not Settings().voices_python.exists():
        pytest.skip(f"there are no voices at {Settings().voices_python}: run `make setup`")
    running = make(VOXTRAIL_CALLS="true", VOXTRAIL_CALL_HOLD="8")
    running.start()
    await running.ready(240)
    yield running
    await running.http.aclose()
    running.stop()


@pytest.fixture(scope="module")
async def voice(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Say]:
    """What a caller says, as audio without silence around it."""
    voices = Voices(Settings().voices_python, tmp_path_factory.mktemp("voice"))
    await voices.start()

    async def say(text: str, language: str = "en") -> Samples:
        async with asyncio.timeout(90):
            while True:
                try:
                    samples = await voices.synthesize(text, language)
                    break
                except SpeechError:  # it is still loading
                    await asyncio.sleep(0.5)
        loud = np.flatnonzero(np.abs(samples) > 300)
        return samples[loud[0] : loud[-1] + 1]

    await say("Warm up.")
    yield say
    await voices.aclose()


@pytest.fixture(scope="module")
def ears(phoned: Running) -> WhisperTranscriber:
    """Hears what the bot said; its weights are those the service has joined."""
    found = WhisperTranscriber("base", phoned.data_dir)
    found.load()
    return found


def line(phoned: Running, language: str = "en", **more: str) -> TwilioCaller:
    """A caller whose stream shows the API key."""
    url = phoned.url.replace("http", "ws", 1) + "/twilio/media"
    return TwilioCaller(url, parameters={"key": KEY, "language": language, **more})


async def said(ears: WhisperTranscriber, caller: TwilioCaller) -> str:
    """What was heard in the caller's last turn, in small letters."""
    return (await ears.transcribe(caller.turn.heard(), "en")).text.lower()


def turns(phoned: Running) -> list[tuple[str, str]]:
    """The newest conversation: who said what."""
    query = "SELECT direction, text FROM messages WHERE conversation_id = (SELECT id FROM conversations ORDER BY created DESC LIMIT 1) ORDER BY seq"
    return [(row[0], row[1]) for row in phoned.rows(query)]


def owner(running: Running) -> str:
    """Who has the latest conversation."""
    return str(running.rows("SELECT owner FROM conversations ORDER BY created DESC LIMIT 1")[0][0])


async def left(running: Running) -> bool:
    """Whether nobody waits in it any more."""
    return owner(running) == "bot"


async def test_an_order_is_asked_about_by_voice(phoned: Running, voice: Say, ears: WhisperTranscriber) -> None:
    async with line(phoned, phone="+447700900104") as caller:
        await caller.quiet()
        greeting = await said(ears, caller)
        assert "automated assistant" in greeting
        await caller.say(await voice("Where is my order?"))
        assert await caller.answer() < SLOW
        await caller.quiet()
        assert any("my order" in text for direction, text in turns(phoned) if direction == "in")
        assert "order" in await said(ears, caller)
        assert not caller.turn.gaps


async def test_a_caller_interrupts_and_the_transcript_holds_what_they_heard(phoned: Running, voice: Say) -> None:
    async with line(phoned) as caller:
        await caller.quiet()
        await caller.say(await voice("What can you do for me?"))
        await caller.answer()
        await asyncio.sleep(0.6)
        await caller.say(await voice("Stop. I want to talk to a human."))
        assert await caller.cleared() < 3  # the bot would have spoken for longer
        await caller.quiet()
        assert owner(phoned) == "queue"
    await asyncio.sleep(0.5)
    assert [text for direction, text in turns(phoned) if direction == "in"][-1].lower().rstrip(".").endswith("human")
    await until(lambda: left(phoned))  # who hangs up waits no more


async def test_a_number_is_typed(phoned: Running, voice: Say) -> None:
    async with line(phoned) as caller:
        await caller.quiet()
        await caller.say(await voice("Where is my order?"))
        await caller.quiet()
        await caller.press("104233")
        await caller.quiet()
    assert ("in", "104233") in turns(phoned)
    assert "postcode" in turns(phoned)[-1][1]


async def test_a_hesitating_caller_is_not_cut_off(phoned: Running, voice: Say) -> None:
    async with line(phoned) as caller:
        await caller.quiet()
        pause = np.zeros(int(0.9 * RATE), np.int16)
        await caller.say(np.concatenate((await voice("I would like to"), pause, await voice("return a kettle."))))
        await caller.answer()
        await caller.quiet()
    heard = [text for direction, text in turns(phoned) if direction == "in"]
    assert len(heard) == 1
    assert "like to" in heard[0].lower()
    assert "return" in heard[0].lower()


async def test_noise_is_not_taken_for_words(phoned: Running) -> None:
    noise = np.random.default_rng(1).normal(0, 900, 3 * RATE).astype(np.int16)
    async with line(phoned) as caller:
        await caller.quiet()
        await caller.say(noise)
        await caller.silence(2.0)
    assert [text for direction, text in turns(phoned) if direction == "in"] == []


async def test_silence_is_asked_about(phoned: Running, ears: WhisperTranscriber) -> None:
    async with line(phoned) as caller:
        await caller.quiet()
        await caller.silence(9.5)
        assert "hear you" in await said(ears, caller) or "there" in await said(ears, caller)


async def test_a_caller_who_waits_for_a_person_is_called_back(phoned: Running, voice: Say, ears: WhisperTranscriber) -> None:
    async with line(phoned, phone="+48600700800") as caller:
        await caller.quiet()
        await caller.say(await voice("I want to talk to a human."))
        await caller.quiet()
        await caller.silence(1.0)
        await caller.ended(40)
        assert "call you back" in await said(ears, caller)
    contact = "SELECT person_id FROM contacts WHERE value = '+48600700800'"
    assert phoned.rows(f"SELECT kind, status FROM tasks WHERE person_id = ({contact})") == [("callback", "open")]


async def test_an_agents_message_is_spoken(phoned: Running, voice: Say, ears: WhisperTranscriber) -> None:
    async with line(phoned) as caller:
        await caller.quiet()
        await caller.say(await voice("I want to talk to a human."))
        await caller.quiet()
        (escalation,) = phoned.rows("SELECT id FROM escalations ORDER BY created DESC LIMIT 1")[0]
        assert (await phoned.http.post(f"/v1/escalations/{escalation}/take", json={"agent": "Ewa"})).status_code == 200
        await caller.silence(0.2)
        sent = await phoned.http.post(
            f"/v1/escalations/{escalation}/messages", json={"agent": "Ewa", "text": "Good morning, this is Eva from the warehouse."}
        )
        assert sent.status_code in (200, 201), sent.text
        await caller.quiet()
        assert "warehouse" in await said(ears, caller)


async def test_a_call_goes_on_while_rasa_is_dead(phoned: Running, voice: Say) -> None:
    async with line(phoned) as caller:
        await caller.quiet()
        phoned.rasa().kill()
        await caller.say(await voice("I want to talk to a human."))
        assert await caller.answer() < SLOW
        await caller.quiet()
        assert owner(phoned) == "queue"
    await phoned.ready()


async def test_a_killed_service_finds_the_call_again(phoned: Running, voice: Say, ears: WhisperTranscriber) -> None:
    caller = line(phoned)
    async with caller:
        await caller.quiet()
        await caller.say(await voice("Where is my order?"))
        await caller.quiet()
        phoned.kill()
    phoned.start()
    await phoned.ready(240)
    url = phoned.url.replace("http", "ws", 1) + "/twilio/media"
    parameters = {"key": KEY, "language": "en"}
    async with TwilioCaller(url, parameters=parameters, call_sid=caller.line.call_sid) as again:
        await again.quiet()
        assert "cut off" in await said(ears, again)
    inbound = [text for direction, text in turns(phoned) if direction == "in"]
    assert len(inbound) == 1
    assert "my order" in inbound[0]


def test_weights_are_where_the_service_left_them(phoned: Running) -> None:
    assert (Path(phoned.data_dir) / "models" / "whisper-base" / "model.bin").exists()
