"""Calls on Twilio's line: who may, how they begin, what is kept of them, how they end."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import websockets

from dialogs.runtime import Decision
from dialogs.scene import Effect, Reply
from tests.house import KEY, become
from tests.integration.calling import CallingHouse, call_sid, calling, connected, ended, ring, row, stream, turns
from tests.twilio_caller import TwilioCaller


@pytest.fixture(scope="module")
async def phone(database_url: str, data_dir: Path, _flows_read_once: None) -> AsyncIterator[CallingHouse]:
    with pytest.MonkeyPatch.context() as patch:
        async with calling(database_url, data_dir, patch, calls_most=3) as found:
            yield found


# ---- a call


async def test_a_call_is_a_conversation(phone: CallingHouse) -> None:
    async with await connected(phone, 1) as caller:
        await caller.quiet()
        await caller.say(phone.ears.sound("where is my order"))
        assert await caller.answer() < 2
        await caller.quiet()
    await become(lambda: ended(phone, 1))
    said = await turns(phone, 1)
    assert [m["text"] for m in said if m["direction"] == "in"] == ["where is my order"]
    heard = next(m["voice"] for m in said if m["direction"] == "in")
    assert {"endpoint_ms", "reply_ms", "first_audio_ms", "confidence", "speech_ms", "words_per_minute", "pauses_ms"} <= heard.keys()
    kept = await row(phone, 1)
    assert (kept["reason"], kept["measures"]["turns"]) == ("hung_up", 1)
    (touchpoint,) = (await phone.house.queue.rows("SELECT * FROM touchpoints WHERE conversation_id = %s", kept["conversation_id"]))[-1:]
    assert {"call_s", "interruptions", "silences", "first_audio_ms"} <= touchpoint["measures"].keys()


async def test_keys_are_heard(phone: CallingHouse) -> None:
    async with await connected(phone, 2) as caller:
        await caller.quiet()
        await caller.press("0")
        await caller.quiet()
    conversation = (await row(phone, 2))["conversation_id"]
    assert (await phone.house.read(conversation))["owner"] == "queue"


async def test_the_transcript_holds_what_was_heard(phone: CallingHouse) -> None:
    async with await connected(phone, 3) as caller:
        await caller.quiet()
        await caller.say(phone.ears.sound("help"))
        await caller.answer()
        await asyncio.sleep(0.3)
        await caller.say(phone.ears.sound("no, I want something else entirely"))
        assert await caller.cleared() < 0.3
        await caller.answer()
        await caller.quiet()
    await become(lambda: ended(phone, 3))
    cut = [m for m in await turns(phone, 3) if (m.get("voice") or {}).get("planned")]
    assert cut, "the message that was interrupted"
    assert cut[0]["voice"]["planned"].startswith(cut[0]["text"].rstrip("…"))
    assert len(cut[0]["text"]) < len(cut[0]["voice"]["planned"])


async def test_the_caller_who_is_known_is_greeted_in_their_language(phone: CallingHouse) -> None:
    number = phone.house.phone()
    begun = await phone.house.http.post("/v1/conversations", json={"language": "ro", "person": {"phone": number}})
    assert begun.status_code == 201
    phone.mouth.said.clear()
    async with await connected(phone, 4, From=number) as caller:
        await caller.quiet()
    assert any("asistentul automat" in said for said in phone.mouth.said)


async def test_an_unknown_callers_first_words_decide_the_language(phone: CallingHouse) -> None:
    async with await connected(phone, 5) as caller:
        await caller.quiet()
        phone.ears.language = "en"
        try:
            await caller.say(phone.ears.sound("hello, I have a question"))
            await caller.answer()
            await caller.quiet()
        finally:
            phone.ears.language = ""
    assert (await phone.house.read((await row(phone, 5))["conversation_id"]))["language"] == "en"


# ---- a line that breaks


async def test_a_dropped_line_goes_on_with_the_same_conversation(phone: CallingHouse) -> None:
    caller = await connected(phone, 6)
    async with caller:
        await caller.quiet()
        await caller.say(phone.ears.sound("where is my order"))
        await caller.answer()
        await caller.drop()
    await become(lambda: ended(phone, 6))
    assert (await row(phone, 6))["status"] == "broken"
    conversation = (await row(phone, 6))["conversation_id"]
    phone.mouth.said.clear()
    async with await connected(phone, 6, path="/twilio/voice?resume=1") as again:
        await again.quiet()
    assert (await row(phone, 6))["conversation_id"] == conversation
    assert any("przerwało" in said or "cut off" in said for said in phone.mouth.said)


async def test_a_call_that_is_over_is_hung_up(phone: CallingHouse) -> None:
    async with await connected(phone, 7) as caller:
        await caller.quiet()
    await become(lambda: ended(phone, 7))
    answer = await ring(phone, 7, path="/twilio/voice?resume=1")
    assert "<Hangup" in answer.text


async def test_a_mouth_that_fails_leaves_the_apology_to_twilio(phone: CallingHouse) -> None:
    phone.mouth.broken = True
    try:
        async with await connected(phone, 8) as caller:
            await caller.ended()
    finally:
        phone.mouth.broken = False
    await become(lambda: ended(phone, 8))
    answer = await ring(phone, 8, path="/twilio/voice?resume=1")
    assert "<Say" in answer.text
    assert "<Hangup" in answer.text


# ---- who may


async def test_an_unsigned_call_is_refused(phone: CallingHouse) -> None:
    for signature in ("", "forged"):
        answer = await ring(phone, 20, signature=signature)
        assert (answer.status_code, answer.json()["code"]) == (403, "signature_wrong")
    assert await phone.house.queue.rows("SELECT 1 FROM calls WHERE call_id = %s", call_sid(20)) == []


@pytest.mark.parametrize("parameters", [{}, {"conversation": "x", "pass": "y"}, {"key": "not the key"}])
async def test_a_stream_for_an_unknown_call_is_closed(phone: CallingHouse, parameters: dict[str, str]) -> None:
    caller = TwilioCaller(phone.media, parameters=parameters, call_sid=call_sid(21))
    async with caller:
        await caller.ended(5)
    assert not caller.line.playback.pieces


async def test_a_pass_is_for_one_call(phone: CallingHouse) -> None:
    parameters = stream((await ring(phone, 22)).text)
    caller = TwilioCaller(phone.media, parameters=parameters, call_sid=call_sid(23))
    async with caller:
        await caller.ended(5)


async def test_a_stream_with_the_api_key_begins_a_call_by_itself(phone: CallingHouse) -> None:
    async with TwilioCaller(phone.media, parameters={"key": KEY, "language": "en", "flow": "support"}, call_sid=call_sid(24)) as caller:
        await caller.quiet()
    assert (await row(phone, 24))["line"] == "twilio"


async def test_more_calls_than_lines_hear_so_and_get_a_text(phone: CallingHouse) -> None:
    callers = [await connected(phone, 30 + index) for index in range(3)]
    for caller in callers:
        await caller.__aenter__()
    number = phone.house.phone()
    answer = await ring(phone, 40, From=number)
    assert "<Say" in answer.text
    assert "SMS" in answer.text
    await become(lambda: texted(phone, number))
    for caller in callers:
        await caller.__aexit__(None, None, None)


async def texted(phone: CallingHouse, number: str) -> bool:
    return bool(await phone.house.queue.rows("SELECT 1 FROM deliveries WHERE recipient = %s AND status IN ('sent', 'delivered')", number))


# ---- bad input


async def start(phone: CallingHouse, number: int) -> Any:
    """A raw socket of a call that was let in."""
    parameters = stream((await ring(phone, number)).text)
    socket = await websockets.connect(phone.media)
    await socket.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
    form = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
    body = {
        "accountSid": "AC",
        "streamSid": "MZ1",
        "callSid": call_sid(number),
        "tracks": ["inbound"],
        "mediaFormat": form,
        "customParameters": parameters,
    }
    await socket.send(json.dumps({"event": "start", "sequenceNumber": "1", "streamSid": "MZ1", "start": body}))
    return socket


@pytest.mark.parametrize(
    "first",
    [
        "{",
        "[]",
        '{"event": "media", "media": {"payload": "AAAA"}}',
        '{"event": "start", "start": {"callSid": "CA1"}}',
        '{"no": "event"}',
        "x" * 40_000,
    ],
)
async def test_nonsense_before_the_start_closes_the_socket(phone: CallingHouse, first: str) -> None:
    async with websockets.connect(phone.media) as socket:
        await socket.send(first)
        with pytest.raises(websockets.ConnectionClosed):
            await asyncio.wait_for(socket.recv(), 8)


async def test_nonsense_in_mid_call_harms_neither_it_nor_others(phone: CallingHouse) -> None:
    async with await connected(phone, 50) as other:
        socket = await start(phone, 51)
        for nonsense in ("{", '{"event": "media"}', '{"event": "media", "media": {"payload": "%%%"}}', '{"event": "dance"}', b"\x00\x01"):
            await socket.send(nonsense)
        message = json.loads(await asyncio.wait_for(socket.recv(), 5))
        assert message["event"] == "media", "the greeting plays"
        await other.quiet()
        await other.say(phone.ears.sound("where is my order"))
        assert await other.answer() < 2
        await socket.close()


async def test_a_flood_of_nonsense_closes_the_socket(phone: CallingHouse) -> None:
    socket = await start(phone, 52)
    for _ in range(60):
        await socket.send("nonsense")
    with pytest.raises(websockets.ConnectionClosed):
        await asyncio.wait_for(drained(socket), 8)
    assert socket.close_code == 1008


async def drained(socket: Any) -> None:
    """Read until the socket is closed."""
    while True:
        await socket.recv()


async def test_a_message_of_megabytes_closes_only_its_own_socket(phone: CallingHouse) -> None:
    async with await connected(phone, 53) as other:
        async with websockets.connect(phone.media) as socket:
            with contextlib.suppress(websockets.ConnectionClosed):
                await socket.send("x" * 20_000_000)
            with pytest.raises(websockets.ConnectionClosed):
                await asyncio.wait_for(drained(socket), 8)
        await other.quiet()


async def test_a_call_status_ends_what_never_began(phone: CallingHouse) -> None:
    await ring(phone, 60)
    answer = await ring(phone, 60, path="/twilio/status", CallStatus="no-answer")
    assert answer.status_code == 204
    kept = await row(phone, 60)
    assert (kept["status"], kept["reason"]) == ("ended", "no-answer")
    assert stream((await ring(phone, 61)).text)


async def test_what_must_be_read_goes_out_as_a_text(phone: CallingHouse) -> None:
    """Two links in one turn: two text messages, in the transaction of the turn."""
    number = phone.house.phone()
    async with TwilioCaller(phone.media, parameters={"key": KEY, "language": "en", "phone": number}, call_sid=call_sid(70)) as caller:
        await caller.quiet()
    conversation = (await row(phone, 70))["conversation_id"]
    async with phone.house.service.database.transaction() as session:
        talk = phone.house.service.conversations
        turn = await talk._lock(session, conversation, "phone", 0.0)
        assert turn.has_phone
        effects = [
            Effect("text", {"text": "Pay here: https://bryza.example/1"}),
            Effect("text", {"text": "And here: https://bryza.example/2"}),
        ]
        await talk._record(turn, None, None, Decision([Reply("I am texting you two links.", "")], effects))
    await become(lambda: both(phone, number))


async def both(phone: CallingHouse, number: str) -> bool:
    return (
        len(await phone.house.queue.rows("SELECT 1 FROM deliveries WHERE recipient = %s AND status IN ('sent','delivered')", number)) == 2
    )
