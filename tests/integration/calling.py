"""Calls against the service in this process: the line, the store and the dialog are real, ears and mouth are scripted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import numpy as np

from bot.calls.calls import Calls
from integrations.twilio.signature import HEADER, sign
from integrations.twilio.standin_stream import Line, LineClosed
from speech.audio import from_mulaw, to_mulaw
from speech.types import FRAME, RATE, Early, Samples, SynthesisError, Transcript, TranscriptionError, Vad
from tests.house import NUMBER, TOKEN, House, become, house
from tests.twilio_caller import TwilioCaller
from tests.unit.speech.room import LoudnessVad

LOUDEST = 0x90
"""The mu-law code of the first sentence; each further one has the next code, a little softer."""


class Ears:
    """Hears the sentence that the amplitude stands for."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.ready = True
        self.broken = self.busy = False
        self.language = ""

    def sound(self, text: str, seconds: float = 0.8) -> Samples:
        """Audio that is heard as this text."""
        if text not in self.sentences:
            self.sentences.append(text)
        code = LOUDEST + self.sentences.index(text)
        return from_mulaw(bytes([code]) * (round(seconds * 50) * FRAME))

    async def transcribe(
        self, samples: Samples, language: str = "", *, hints: Sequence[str] = (), allowed: Sequence[str] = (),
        voiced_s: float | None = None, early: Early | None = None, reading: Callable[[], None] | None = None,
    ) -> Transcript:  # fmt: skip
        await asyncio.sleep(0.01)
        if self.broken:
            raise TranscriptionError("no weights")
        codes = dict.fromkeys(to_mulaw(samples))
        text = " ".join(self.sentences[code - LOUDEST] for code in codes if LOUDEST <= code < LOUDEST + len(self.sentences))
        heard = self.language or language or "en"
        if early is not None and text:
            early(text, language or heard)
        return Transcript(text, language or heard, 0.9, heard_language=heard if language and heard != language else "")

    def close(self) -> None:
        """Nothing to give back."""


class Mouth:
    """Speaks 8 ms a character: tests need not be long."""

    def __init__(self) -> None:
        self.ready = True
        self.broken = False
        self.said: list[str] = []

    async def synthesize(self, text: str, language: str) -> Samples:
        if self.broken:
            raise SynthesisError("no engine")
        self.said.append(text)
        return np.full(max(20, len(text) * 8) * RATE // 1000, 4000, np.int16)

    async def aclose(self) -> None:
        """Nothing to give back."""


class CallingHouse:
    """A house that takes calls."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.ears, self.mouth = Ears(), Mouth()
        calls: Any = house.service.calls
        calls._transcriber, calls._voices = self.ears, self.mouth

    @property
    def calls(self) -> Calls:
        """The service's calls."""
        return self.house.service.calls

    @property
    def media(self) -> str:
        """The address of Twilio's socket."""
        return self.house.url.replace("http", "ws", 1) + "/twilio/media"


@asynccontextmanager
async def calling(
    database_url: str, data_dir: Path, patch: Any, *, vad: Callable[[], Vad] = LoudnessVad, **settings: Any
) -> AsyncIterator[CallingHouse]:
    """The service, taking calls with scripted ears and mouth."""
    import speech.vad

    patch.setattr(speech.vad, "SileroVad", vad)
    async with house(database_url, data_dir, **settings) as found:
        yield CallingHouse(found)


def call_sid(number: int) -> str:
    return f"CA{number:032x}"


async def ring(
    phone: CallingHouse, number: int, *, signature: str | None = None, path: str = "/twilio/voice", **more: str
) -> httpx.Response:
    """Twilio's webhook for a call."""
    fields = {
        "AccountSid": "AC" + "5" * 32,
        "CallSid": call_sid(number),
        "To": NUMBER,
        "From": phone.house.phone(),
        "Direction": "inbound",
        "CallStatus": "ringing",
        **more,
    }
    header = sign(TOKEN, phone.house.url + path, fields) if signature is None else signature
    return await phone.house.visitor().post(path, data=fields, headers={HEADER: header} if header else {})


def stream(twiml: str) -> dict[str, str]:
    """The parameters of the stream that the TwiML connects to."""
    found = ElementTree.fromstring(twiml).find("Connect/Stream")
    assert found is not None, twiml
    return {parameter.get("name", ""): parameter.get("value", "") for parameter in found}


async def connected(phone: CallingHouse, number: int, **more: str) -> TwilioCaller:
    """A caller whose call was announced."""
    await become(lambda: free(phone))
    answer = await ring(phone, number, **more)
    assert answer.status_code == 200, answer.text
    return TwilioCaller(phone.media, parameters=stream(answer.text), call_sid=call_sid(number))


async def free(phone: CallingHouse) -> bool:
    """Whether the calls of earlier tests are over; places kept for calls that never came are given up."""
    if not phone.calls._live:
        phone.calls._coming.clear()
    return phone.calls.room()


async def row(phone: CallingHouse, number: int) -> dict[str, Any]:
    """What is kept of a call."""
    return (await phone.house.queue.rows("SELECT * FROM calls WHERE call_id = %s", call_sid(number)))[0]


async def turns(phone: CallingHouse, number: int) -> list[dict[str, Any]]:
    """The conversation of a call."""
    return (await phone.house.read((await row(phone, number))["conversation_id"]))["turns"]


async def ended(phone: CallingHouse, number: int) -> bool:
    return (await row(phone, number))["status"] in ("ended", "broken")


async def spoken(line: Line, since: float = 0.0, within: float = 30.0) -> None:
    """Wait until somebody has said something to this line after ``since`` and is silent again. Raises `LineClosed` where the other side
    hangs up before: then there is nobody left to talk with."""

    def over() -> bool:
        sounds = [piece for piece in line.playback.pieces if piece.audible and piece.received > since]
        return bool(sounds) and line.now() > sounds[-1].end + 0.5

    if not await line.until(over, within):
        if line.end:
            raise LineClosed(f"the line was {line.end}")
        raise AssertionError(f"nothing was said within {within} s")
