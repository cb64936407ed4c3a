"""What is said is understood while the rest of its transcript is still being found out, and only what counts is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import numpy as np

from speech.guessing import AGAIN_MS, BUSY_MS, SPECULATE_MS, Guesser
from speech.listener import Listener
from speech.tone.types import Tone
from speech.types import Early, Expectation, Meaning, Samples, Transcript
from tests.unit.speech.room import LOUD, FixedWait, LoudnessVad

SOUND = np.zeros(8000, np.int16)


class Slow:
    """Tells "tak" early and needs a while for the rest; ``heard`` may turn out to be in another language."""

    def __init__(self, heard: str = "") -> None:
        self.heard = heard
        self.busy = False
        self.asked: list[str] = []

    async def transcribe(
        self, samples: Samples, language: str = "", *, hints: Sequence[str] = (), allowed: Sequence[str] = (),
        voiced_s: float | None = None, early: Early | None = None, reading: Callable[[], None] | None = None,
    ) -> Transcript:  # fmt: skip
        self.asked.append(language)
        if early is not None:
            early("tak", language)
            early("tak", language)
        try:
            await asyncio.sleep(0.05)
            if reading is not None:
                reading()
                reading()
        except asyncio.CancelledError:  # a worker's thread does not stop when nobody waits for it any more
            if early is not None:
                asyncio.get_running_loop().call_later(0.05, early, "tak tak", language)
            raise
        return Transcript("tak" if language != self.heard else "yes", language, heard_language=self.heard if language != self.heard else "")


class Nlu:
    """Notes what it is asked, what it finished, and how many it worked on at once."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.done: list[tuple[str, str]] = []

    async def understand(self, text: str, language: str) -> Meaning:
        self.asked.append((text, language))
        await asyncio.sleep(0.2)
        self.done.append((text, language))
        return Meaning(text, language)


def guesser(ears: Slow, nlu: Nlu, judged: list[int] | None = None) -> Guesser:
    async def nothing(anything: object) -> None:
        """Not shown."""

    async def tone(samples: Samples) -> Tone | None:
        if judged is not None:
            judged.append(len(samples))
        return Tone(0.5, "", len(samples) / 8000)

    return Guesser(
        Listener(LoudnessVad()), ears, nlu.understand, FixedWait(), ("pl", "en"), detect=False, again=lambda: None, shown=nothing,
        tone=tone, observe=lambda part, seconds: None, now=asyncio.get_running_loop().time,
    )  # fmt: skip


async def test_the_meaning_is_sought_once_and_beside_the_rest_of_the_transcript() -> None:
    nlu = Nlu()
    begun = asyncio.get_running_loop().time()
    heard = await guesser(Slow(), nlu).transcribe(SOUND, Expectation(), "pl")
    assert heard.meaning == Meaning("tak", "pl")
    assert nlu.asked == [("tak", "pl")]
    assert asyncio.get_running_loop().time() - begun < 0.245, "0.05 s and 0.2 s one after the other would be 0.25"


async def test_what_turns_out_to_be_another_language_is_understood_anew_and_the_first_is_dropped() -> None:
    nlu = Nlu()
    heard = await guesser(Slow(heard="en"), nlu).transcribe(SOUND, Expectation(), "pl")
    assert heard.transcript.text == "yes"
    assert heard.meaning == Meaning("yes", "en")
    await asyncio.sleep(0.3)
    assert nlu.done == [("yes", "en")]


async def test_dropped_work_is_dropped_whole() -> None:
    nlu = Nlu()
    task = asyncio.create_task(guesser(Slow(), nlu).transcribe(SOUND, Expectation(), "pl"))
    await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.sleep(0.3)
    assert nlu.asked == [("tak", "pl")], "nothing begins after that"
    assert nlu.done == []


async def test_the_tone_is_judged_once_and_not_in_vain() -> None:
    judged: list[int] = []
    heard = await guesser(Slow(), Nlu(), judged).transcribe(SOUND, Expectation(), "pl")
    assert heard.tone is not None
    assert judged == [len(SOUND)]
    task = asyncio.create_task(guesser(Slow(), Nlu(), judged).transcribe(SOUND, Expectation(), "pl"))
    await asyncio.sleep(0.02)
    task.cancel()  # speech goes on while the audio is being encoded
    await asyncio.sleep(0.1)
    assert judged == [len(SOUND)]


async def test_the_tone_is_judged_where_a_transcriber_tells_nothing_on_its_way() -> None:
    class Plain(Slow):
        async def transcribe(self, samples: Samples, language: str = "", **more: object) -> Transcript:
            return Transcript("tak", language)

    judged: list[int] = []
    assert (await guesser(Plain(), Nlu(), judged).transcribe(SOUND, Expectation(), "pl")).tone is not None
    assert judged == [len(SOUND)]


async def began_after_ms(ears: Slow, *pauses_ms: int) -> int:
    """How long the silence had lasted when the last word's transcription began, after so many words with pauses between."""
    ears_of = guesser(ears, Nlu())
    listener, chunk = ears_of._listener, 256
    for pause in pauses_ms:
        for samples, count in ((np.full(chunk, LOUD, np.int16), 8), (np.zeros(chunk, np.int16), pause // 32)):
            for _ in range(count):
                listener.feed(samples)
                ears_of.judge(Expectation(), "pl")
                await asyncio.sleep(0)
    for _ in range(8):
        listener.feed(np.full(chunk, LOUD, np.int16))
        ears_of.judge(Expectation(), "pl")
    await asyncio.sleep(0)
    before = len(ears.asked)
    for _ in range(20):
        listener.feed(np.zeros(chunk, np.int16))
        ears_of.judge(Expectation(), "pl")
        await asyncio.sleep(0)
        if len(ears.asked) > before:
            break
    began = listener.silence_ms
    for task in ears_of.drop():
        await asyncio.wait([task])
    return began


async def test_transcription_begins_sooner_where_it_costs_nobody_else_anything() -> None:
    ears = Slow()
    assert await began_after_ms(ears) == SPECULATE_MS
    assert await began_after_ms(ears, 64) == AGAIN_MS
    ears.busy = True
    assert await began_after_ms(ears) == BUSY_MS
    assert await began_after_ms(ears, 128) == BUSY_MS
