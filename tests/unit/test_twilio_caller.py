"""The simulated caller: its playback in virtual time, and itself against a toy bot."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.twilio.media_streams import Dtmf, Stop
from integrations.twilio.standin_stream import LineClosed, Playback
from speech.audio import from_mulaw, to_mulaw
from speech.types import Samples
from tests.house import listener
from tests.toy_bot import GREETING, REPLY, ToyBot, tone, toy_bot
from tests.twilio_caller import TwilioCaller, seconds

calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine is shared
FRAME = to_mulaw(tone(0.02))
QUIET = b"\xff" * 160
SPEED = 5.0


@pytest.fixture
async def bot() -> AsyncIterator[ToyBot]:
    async with toy_bot() as bot:
        yield bot


def loud(sound: Samples) -> Samples:
    """The sound without its silence: a busy machine makes holes."""
    return sound[sound != 0]


def played(*frames: bytes, at: float = 0.0) -> Playback:
    playback = Playback()
    for frame in frames:
        playback.media(frame, at)
    return playback


def test_audio_is_played_one_after_the_other() -> None:
    playback = played(FRAME, QUIET, FRAME, at=1.0)
    assert [round(piece.start, 3) for piece in playback.pieces] == [1.0, 1.02, 1.04]
    assert [piece.audible for piece in playback.pieces] == [True, False, True]
    assert playback.ends == pytest.approx(1.06)


def test_marks_wait_for_what_is_before_them() -> None:
    playback = Playback()
    playback.mark("nothing queued", 0.5)
    assert playback.due(0.5) == ["nothing queued"]
    playback.media(FRAME * 10, 1.0)
    playback.mark("a", 1.0)
    assert playback.due(1.19) == []
    assert playback.due(1.21) == ["a"]
    assert playback.due(9.0) == []


def test_clear_drops_what_was_not_played() -> None:
    playback = played(FRAME * 5, FRAME * 5, at=1.0)
    playback.mark("a", 1.0)
    playback.clear(1.15)
    assert playback.due(1.15) == ["a"]
    assert playback.ends == 1.15
    assert playback.clears == [1.15]
    assert len(playback.heard(1.0, 1.3).rstrip(b"\xff")) <= round(0.15 * 8000)
    playback.clear(9.0)
    assert playback.ends == 1.15
    assert playback.media(FRAME, 2.0).start == 2.0


def test_a_hole_in_a_sentence_is_a_gap() -> None:
    playback = played(FRAME * 5, at=0.0)
    playback.media(FRAME, 0.11)  # 10 ms late: evened out
    playback.media(FRAME, 0.30)
    playback.media(FRAME, 3.00)  # another sentence
    playback.clear(3.01)
    playback.media(FRAME, 3.20)  # after an interruption
    assert [(at, round(gap, 2)) for at, gap in playback.gaps] == [(0.30, 0.18)]


@calm
@given(st.lists(st.tuples(st.floats(0, 0.5), st.sampled_from(["media", "mark", "clear"])), max_size=30))
def test_any_order_of_events(steps: list[tuple[float, str]]) -> None:
    playback, now, names, back = Playback(), 0.0, 0, 0
    for wait, what in steps:
        now += wait
        if what == "media":
            playback.media(FRAME * 5, now)
        elif what == "mark":
            playback.mark("m", now)
            names += 1
        else:
            playback.clear(now)
            assert playback.ends <= now
        back += len(playback.due(now))
    assert back + len(playback.due(playback.ends + now)) == names
    assert all(first.end <= second.start + 1e-9 for first, second in zip(playback.pieces, playback.pieces[1:], strict=False))
    assert len(playback.heard(0.0, now)) == round(now * 8000)


async def test_greeting_turn_and_answer(bot: ToyBot) -> None:
    async with TwilioCaller(bot.socket, parameters={"token": "abc"}, speed=SPEED) as caller:
        await caller.quiet()
        spoken = await caller.say(tone(0.5))
        assert await caller.answer() == spoken.latency
        await caller.quiet()
    opening, turn = caller.turns
    assert np.array_equal(loud(opening.heard()), loud(from_mulaw(to_mulaw(GREETING))))
    assert np.array_equal(loud(turn.heard()), loud(from_mulaw(to_mulaw(REPLY))))
    assert turn.latency is not None
    assert turn.cleared is None
    assert turn.ended - turn.began > 0.4
    assert bot.starts[0].parameters == {"token": "abc"}
    assert bot.starts[0].call_sid == caller.line.call_sid
    assert bot.marks() == ["greeting", "reply"]
    assert isinstance(bot.events[-1], Stop)
    assert caller.line.end == "hung up"


async def test_an_interruption(bot: ToyBot) -> None:
    async with TwilioCaller(bot.socket) as caller:
        await caller.quiet()
        await caller.say(tone(0.2))
        await caller.answer()
        await caller.press("1")
        assert await caller.cleared() == caller.turn.cleared
        await caller.silence(0.5)
    reply, keys, _ = caller.turns[1:]
    assert len(reply.heard()) < len(REPLY)
    assert keys.kind == "keys"
    assert bot.marks() == ["greeting", "reply"]  # a cleared mark comes back too
    assert [event.digit for event in bot.events if isinstance(event, Dtmf)] == ["1"]


async def test_the_service_hangs_up(bot: ToyBot) -> None:
    async with TwilioCaller(bot.socket, speed=SPEED) as caller:
        await caller.press("9")
        assert await caller.ended() == "closed by the service"
        with pytest.raises(LineClosed):
            await caller.say(tone(0.1))


async def test_the_network_fails_and_the_call_comes_back(bot: ToyBot) -> None:
    async with TwilioCaller(bot.socket, speed=SPEED) as caller:
        await caller.quiet()
        speaking = asyncio.create_task(caller.say(tone(5.0)))
        await caller.line.until(lambda: caller.turn.kind == "speech", 1.0)
        await caller.drop()
        with pytest.raises(LineClosed):
            await speaking
    async with TwilioCaller(bot.socket, call_sid=caller.line.call_sid, speed=SPEED) as again:
        await again.quiet()
    assert [start.call_sid for start in bot.starts] == [caller.line.call_sid] * 2
    assert [event for event in bot.events if isinstance(event, Stop)] != []


async def test_a_caller_whose_network_is_stuck(bot: ToyBot) -> None:
    async with TwilioCaller(bot.socket, speed=SPEED) as caller:
        caller.line.reading.clear()
        await caller.silence(1.0)
        assert caller.line.playback.pieces == []
        caller.line.reading.set()
        await caller.quiet()
        assert np.array_equal(loud(caller.turns[0].heard()), [])  # it came in the next turn, late
        assert np.array_equal(loud(caller.turn.heard()), loud(from_mulaw(to_mulaw(GREETING))))


async def test_waiting_in_vain_fails_the_test(bot: ToyBot) -> None:
    async with TwilioCaller(bot.socket, speed=SPEED) as caller:
        await caller.quiet()
        await caller.silence(0.1)
        for wait in (caller.quiet(within=0.2), caller.answer(within=0.2), caller.cleared(within=0.2), caller.ended(within=0.2)):
            with pytest.raises(AssertionError, match="within"):
                await wait


async def test_a_bot_that_breaks_the_protocol_fails_the_test(bot: ToyBot) -> None:
    caller = await TwilioCaller(bot.socket, speed=SPEED).__aenter__()
    caller.line._take('{"event":"hello","streamSid":"x"}')
    caller.line._take("nonsense")
    with pytest.raises(AssertionError, match="protocol"):
        await caller.__aexit__(None, None, None)


async def test_nobody_there() -> None:
    with listener() as nobody, pytest.raises(LineClosed, match="did not take"):
        await TwilioCaller(f"ws://127.0.0.1:{nobody.getsockname()[1]}/x").line.open()


async def test_everything_heard(bot: ToyBot) -> None:
    async with TwilioCaller(bot.socket, speed=SPEED) as caller:
        await caller.quiet()
        whole = caller.heard()
        assert seconds(whole) >= seconds(GREETING)
        assert np.count_nonzero(whole) >= np.count_nonzero(from_mulaw(to_mulaw(GREETING)))
    with contextlib.suppress(LineClosed):
        await caller.press("1")
