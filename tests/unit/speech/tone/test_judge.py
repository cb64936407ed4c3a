"""The judge: off the event loop, changes nothing, never raises, the caller's start and not the level decides."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from speech.audio import read_audio
from speech.tone.encoder import Encoder, weights_file
from speech.tone.head import load_head
from speech.tone.judge import Judge
from speech.tone.types import ToneError, ToneJudge
from speech.types import RATE, Samples

EMOTION = Path("/work/shared/data/emotion/emodb")
CALM = ("03a01Nc", "03a05Nd", "03b02Na")
ANGRY = ("03a01Wa", "03a02Wb", "03a05Wa")


def clip(name: str) -> Samples:
    file = EMOTION / f"{name}.flac"
    if not file.exists():
        pytest.skip(f"{file} is not here")
    return read_audio(file)


@pytest.fixture(scope="module")
async def judge() -> AsyncIterator[Judge]:
    try:
        weights_file()
    except ToneError as error:
        pytest.skip(str(error))
    judge = Judge()
    judge.load()
    yield judge
    judge.close()


def test_it_is_a_tone_judge() -> None:
    judge: ToneJudge = Judge()
    assert judge.caller() is not judge.caller()


async def test_an_angry_voice_is_more_frustrated_than_a_calm_one(judge: Judge) -> None:
    caller = judge.caller()
    for name in CALM:
        calm = await judge.judge(clip(name), caller)
        assert calm.frustration is not None
        assert calm.frustration < 0.5
        judge.learn(caller, calm)
    for name in ANGRY:
        angry = await judge.judge(clip(name), caller)
        assert angry.frustration is not None
        assert angry.frustration > 0.5


async def test_what_changed_is_told_against_the_start(judge: Judge) -> None:
    caller = judge.caller()
    first = await judge.judge((clip(CALM[0]) / 8).astype(np.int16), caller)
    assert first.prosody is not None
    assert first.changes == ()
    judge.learn(caller, first)
    louder = await judge.judge(clip(CALM[0]), caller)
    assert "loudness" in [change.what for change in louder.changes]


async def test_judging_changes_nothing(judge: Judge) -> None:
    caller = judge.caller()
    judge.learn(caller, await judge.judge(clip(CALM[0]), caller))
    once = await judge.judge(clip(ANGRY[0]), caller)
    again = await judge.judge(clip(ANGRY[0]), caller)
    assert replace(once, took_ms=0) == replace(again, took_ms=0)
    judge.learn(caller, again)
    assert (await judge.judge(clip(CALM[1]), caller)).frustration is not None


async def test_the_level_of_the_line_does_not_matter(judge: Judge) -> None:
    for name in (CALM[0], ANGRY[0]):
        loud = await judge.judge(clip(name), judge.caller())
        quiet = await judge.judge((clip(name) / 16).astype(np.int16), judge.caller())
        assert loud.frustration is not None
        assert quiet.frustration == pytest.approx(loud.frustration, abs=0.05)


async def test_the_start_decides(judge: Judge) -> None:
    """Who began angrily is less frustrated by the same words than who began calmly."""
    scores = []
    for names in (CALM, ANGRY):
        caller = judge.caller()
        for name in names:
            judge.learn(caller, replace(await judge.judge(clip(name), caller), frustration=0.0))
        scores.append((await judge.judge(clip("03a04Wc"), caller)).frustration)
    calm_start, angry_start = scores
    assert calm_start is not None
    assert angry_start is not None
    assert calm_start > angry_start + 0.05


@pytest.mark.parametrize(
    ("samples", "why"),
    [
        (np.zeros(0, np.int16), "broken"),
        (np.full(RATE, np.nan), "broken"),
        (np.zeros(4 * RATE, np.int16), "silence"),
        (np.zeros(60 * RATE, np.int16), "long"),
        (np.zeros((2, RATE), np.int16), "broken"),
    ],
)
async def test_bad_audio_has_a_reason_and_no_score(judge: Judge, samples: Samples, why: str) -> None:
    tone = await judge.judge(samples, judge.caller())
    assert (tone.frustration, tone.unscored, tone.voice) == (None, why, None)


async def test_what_has_no_score_is_not_learnt(judge: Judge) -> None:
    caller = judge.caller()
    judge.learn(caller, await judge.judge(np.zeros(RATE, np.int16), caller))
    assert caller.baseline.count == 0


async def test_the_work_is_off_the_event_loop(judge: Judge) -> None:
    here, seen = threading.get_ident(), []

    def slowly() -> Encoder:
        seen.append(threading.get_ident())
        return Encoder()

    other = Judge(encoder=slowly)
    assert not seen
    await other.judge(clip(CALM[0]), other.caller())
    other.close()
    assert seen
    assert here not in seen


async def test_many_at_once_are_each_their_own(judge: Judge) -> None:
    names = [*CALM, *ANGRY]
    alone = [(await judge.judge(clip(name), judge.caller())).frustration for name in names]
    together = await asyncio.gather(*(judge.judge(clip(name), judge.caller()) for name in names))
    assert [tone.frustration for tone in together] == alone


def _none() -> Encoder:
    raise ToneError("no weights here")


async def test_without_weights_there_is_prosody_and_no_score(caplog: pytest.LogCaptureFixture) -> None:
    judge = Judge(encoder=_none)
    for _ in range(2):
        tone = await judge.judge(clip(CALM[0]), judge.caller())
        assert (tone.frustration, tone.unscored, tone.voice) == (None, "unavailable", None)
        assert tone.prosody is not None
    assert caplog.text.count("no weights here") == 1
    judge.close()


def test_loading_without_weights_says_why() -> None:
    with pytest.raises(ToneError, match="no weights here"):
        Judge(encoder=_none).load()


async def test_it_is_loaded_once() -> None:
    loads = []

    def head() -> object:
        loads.append(1)
        return load_head()

    judge = Judge(workers=3, encoder=lambda: Encoder.__new__(Encoder), head=head)  # type: ignore[arg-type]
    await asyncio.gather(*(asyncio.to_thread(judge.load) for _ in range(3)))
    judge.close()
    assert len(loads) == 1
