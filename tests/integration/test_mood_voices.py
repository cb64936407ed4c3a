"""Calls with real voices: whose second half is angry gets a person, and the calm twin, who says the same, does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest

from nlu.mood.judge import WordsJudge
from speech.audio import read_audio
from speech.tone import judge
from speech.tone.evaluate import MANIFEST
from speech.tone.train import POSITIVE, read_manifest
from speech.types import Transcript
from speech.vad import SileroVad
from tests.house import KEY, become
from tests.integration.calling import CallingHouse, Ears, call_sid, calling, ended, row, turns
from tests.twilio_caller import TwilioCaller

SAID = {
    "hello": "greet",
    "what are your opening hours": "opening_hours",
    "where is my parcel": "order_status",
    "I would like an invoice": "invoice_request",
    "change the delivery": "change_delivery",
    "and my refund": "refund_status",
    "is the tent in stock": "product_question",
}
"""What both twins are heard to say, and what it means."""


class Prompted(Ears):
    """Whatever is said is heard as what the test says it is: only the voice differs between the twins."""

    async def transcribe(
        self, samples: np.ndarray[Any, Any], language: str = "", *, hints: Any = (), allowed: Any = (), **more: Any
    ) -> Transcript:
        return Transcript(self.sentences[-1], language or "en", 0.9)


def voices(actor: str) -> dict[str, list[Any]]:
    """The neutral and the angry clips of an actor on whom nothing was trained."""
    if not MANIFEST.exists():
        pytest.skip(f"{MANIFEST} is not here")
    clips = [clip for clip in read_manifest(MANIFEST) if clip.speaker == actor]
    return {name: [read_audio(clip.path) for clip in clips if clip.emotion == name] for name in ("neutral", POSITIVE)}


@pytest.fixture(scope="module")
async def hearing(database_url: str, data_dir: Any, _flows_read_once: None) -> AsyncIterator[CallingHouse]:
    """Calls with a real voice activity detector and a real judge of tone."""
    real = judge.Judge()
    await asyncio.to_thread(real.load)
    with pytest.MonkeyPatch.context() as patch:
        async with calling(database_url, data_dir, patch, vad=SileroVad, calls_most=3) as found:
            assert isinstance(found.house.service.words, WordsJudge)
            await found.house.service.words.ready()
            patch.setattr(found.calls, "_transcriber", Prompted())
            patch.setattr(found.calls, "_tone", real)
            patch.setattr(found.house.service.conversations.watch, "tone_ready", True)
            found.house.nlu.intents |= SAID
            yield found
    real.close()


async def called(phone: CallingHouse, number: int, utterances: list[Any]) -> tuple[list[float], list[str]]:
    """Have these utterances said in a call: the frustration after each, and why the conversation was handed over, if it was."""
    ears: Any = phone.calls._transcriber
    parameters = {"key": KEY, "language": "en", "phone": phone.house.phone(), "flow": "support"}
    async with TwilioCaller(phone.media, parameters=parameters, call_sid=call_sid(number)) as caller:
        await caller.quiet()
        for text, samples in zip(SAID, utterances, strict=True):
            ears.sentences.append(text)
            await caller.say(samples)
            await caller.answer()
            await caller.quiet()
    await become(lambda: ended(phone, number))
    moods = [turn["mood"] for turn in await turns(phone, number) if turn["direction"] == "in" and "mood" in turn]
    assert len(moods) == len(utterances)
    assert all("tone" in mood["parts"] for mood in moods), "every utterance had its tone judged"
    conversation = (await row(phone, number))["conversation_id"]
    handed = await phone.house.queue.rows("SELECT summary FROM escalations WHERE conversation_id = %s", conversation)
    return [mood["frustration"] for mood in moods], [each["summary"]["reason"] for each in handed]


@pytest.mark.parametrize(("number", "actor"), [(11, "ravdess_15"), (13, "ravdess_24")])
async def test_a_call_with_an_angry_second_half_is_handed_over_and_its_calm_twin_is_not(
    hearing: CallingHouse, number: int, actor: str
) -> None:
    """A man and a woman, saying the same in both calls; `python -m benchmarks.mood_twins` tells of how many voices this is true."""
    clips = voices(actor)
    start = clips["neutral"][:3]
    angry, reasons = await called(hearing, number, [*start, *clips[POSITIVE][:4]])
    calm, none = await called(hearing, number + 1, [*start, clips["neutral"][3], *clips["neutral"][:3]])
    assert (reasons, none) == (["frustration"], []), (angry, calm)
    assert max(calm) < 0.5 < max(angry)
    assert max(angry[:3]) < 0.5, "the first half was calm"
