"""Calls when things go wrong around them: broken lines, closed chats, strangers, too many at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import websockets

from bot.calls import store
from tests.house import KEY, become
from tests.integration.calling import CallingHouse, call_sid, calling, connected, ended, free, ring, row, turns
from tests.twilio_caller import TwilioCaller


@pytest.fixture(scope="module")
async def phone(database_url: str, data_dir: Path, _flows_read_once: None) -> AsyncIterator[CallingHouse]:
    with pytest.MonkeyPatch.context() as patch:
        async with calling(database_url, data_dir, patch, calls_most=3) as found:
            yield found


def browser(phone: CallingHouse) -> str:
    """The address of the browser phone's socket."""
    return phone.house.url.replace("http", "ws", 1) + "/v1/calls"


async def first_word(phone: CallingHouse, **start: Any) -> dict[str, Any]:
    """What the browser phone is told first."""
    async with websockets.connect(browser(phone)) as socket:
        await socket.send(json.dumps({"event": "start", **start}))
        found: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 5))
        return found


async def test_a_turn_after_a_broken_line_is_a_new_one(phone: CallingHouse) -> None:
    async with await connected(phone, 106) as caller:
        await caller.quiet()
        await caller.say(phone.ears.sound("where is my order"))
        await caller.answer()
        await caller.drop()
    await become(lambda: ended(phone, 106))
    async with await connected(phone, 106, path="/twilio/voice?resume=1") as again:
        await again.quiet()
        await again.say(phone.ears.sound("are you a robot"))
        await again.answer()
        await again.quiet()
    await become(lambda: ended(phone, 106))
    said = [turn["text"] for turn in await turns(phone, 106) if turn["direction"] == "in"]
    assert said == ["where is my order", "are you a robot"]
    assert (await row(phone, 106))["measures"]["turns"] == 2, "both lines count"


async def test_a_call_that_failed_with_a_goodbye_is_not_connected_again(phone: CallingHouse) -> None:
    phone.ears.broken = True
    try:
        async with await connected(phone, 107) as caller:
            await caller.quiet()
            for n in range(3):
                await caller.say(phone.ears.sound("hello there now"))
                if n < 2:
                    await caller.answer()
                    await caller.quiet()
            await caller.ended()
    finally:
        phone.ears.broken = False
    await become(lambda: ended(phone, 107))
    assert "<Hangup" in (await ring(phone, 107, path="/twilio/voice?resume=1")).text


async def test_a_call_that_always_breaks_hears_an_apology_in_the_end(phone: CallingHouse) -> None:
    async with await connected(phone, 108) as caller:
        await caller.quiet()
        await caller.drop()
    await become(lambda: ended(phone, 108))
    assert "<Connect" in (await ring(phone, 108, path="/twilio/voice?resume=3")).text
    assert "<Say" in (await ring(phone, 108, path="/twilio/voice?resume=4")).text


async def test_a_redirect_that_is_faster_than_the_end_is_written_waits_for_it(phone: CallingHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    real = store.ended

    async def slow(*given: Any, **more: Any) -> None:
        await asyncio.sleep(0.5)
        await real(*given, **more)

    monkeypatch.setattr(store, "ended", slow)
    object.__setattr__(phone.calls.settings, "call_limit", 0.5)
    try:
        async with await connected(phone, 120) as caller:
            await caller.ended()
        answer = await ring(phone, 120, path="/twilio/voice?resume=1")
    finally:
        object.__setattr__(phone.calls.settings, "call_limit", 1800.0)
    assert "<Hangup" in answer.text


async def test_wrong_tokens_take_no_lines(phone: CallingHouse) -> None:
    await become(lambda: free(phone))
    for _ in range(4):
        assert (await first_word(phone, token="nonsense"))["code"] == "conversation_not_found"
    assert (await first_word(phone, flow="support", language="en"))["event"] == "started"


async def test_before_speech_is_ready_every_call_is_told_so(phone: CallingHouse) -> None:
    await become(lambda: free(phone))
    calls: Any = phone.calls
    kept, calls._transcriber = calls._transcriber, None
    try:
        assert (await first_word(phone, flow="support", language="en", resume=True))["event"] == "busy"
    finally:
        calls._transcriber = kept


async def collect(socket: Any, told: list[dict[str, Any]]) -> None:
    """Note what the page is told, until the socket closes."""
    while True:
        message = await socket.recv()
        told += [json.loads(message)] if isinstance(message, str) else []


async def test_a_chat_that_was_over_goes_on_by_voice(phone: CallingHouse) -> None:
    await become(lambda: free(phone))
    visitor = phone.house.visitor()
    begun = (await visitor.post("/v1/conversations", json={"flow": "support", "language": "en"})).json()
    said = await phone.house.say(begun["id"], "goodbye")
    assert said["state"]["status"] == "closed"
    told: list[dict[str, Any]] = []
    async with websockets.connect(browser(phone)) as socket:
        await socket.send(json.dumps({"event": "start", "token": begun["token"]}))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(collect(socket, told), 4)
    assert not [one for one in told if one["event"] == "ended"]
    assert [one["text"] for one in told if one["event"] == "caption"]


async def test_streams_that_come_at_once_take_no_more_than_the_lines_there_are(phone: CallingHouse) -> None:
    await become(lambda: free(phone))
    most = 0

    async def one(number: int) -> None:
        nonlocal most
        async with TwilioCaller(phone.media, parameters={"key": KEY, "language": "en"}, call_sid=call_sid(number)):
            for _ in range(10):
                await asyncio.sleep(0.1)
                most = max(most, len(phone.calls._live))

    await asyncio.gather(*(one(300 + number) for number in range(8)), return_exceptions=True)
    assert 1 <= most <= 3
