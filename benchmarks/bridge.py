"""An agent's voice through our service, both ways: what we add between the socket of the desk and the line of the phone.

The whole service (`voxtrail serve`: Whisper hears and writes down both sides meanwhile) on loopback, with simulated phones and as many
agents' sockets. Every frame of speech carries a number in its first three samples; what is measured is from sending it at one socket to
its arrival at the other. What a browser and the telephone network buffer comes on top, and is printed beside.

    python -m benchmarks.bridge            # BENCH_BRIDGE_CALLS=1,8 BENCH_BRIDGE_S=30
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import csv
import json
import os
import shutil
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil
import psycopg
import websockets
from rich.console import Console
from rich.table import Table

from benchmarks.turns import our_service
from bot.desk.session import COOKIE
from bot.settings import ROOT, Settings
from bot.store.database import Database, embedded
from bot.users import accounts
from integrations.twilio.standin_stream import Line
from speech.audio import read_audio, to_mulaw
from speech.bridge import CUSHION_S, MOST_AHEAD_S
from speech.types import FRAME, FRAME_MS, RATE

SHARED = Path(os.environ.get("BENCH_SHARED", ROOT.parent / "shared"))
CALLS = [int(n) for n in os.environ.get("BENCH_BRIDGE_CALLS", "1,8").split(",")]
SECONDS = float(os.environ.get("BENCH_BRIDGE_S", "30"))
PASSWORD = "a password for the bench"
TARGET_MS = 150
PAGE_MS = 60
"""What the page gathers before it plays, without jitter (FIRST_WAIT in call-worklet.js)."""
SOFT = 0xE0
"""Mu-law codes from here on are nearly silent: a number in them disturbs nobody's ear. 5 bits each."""
HUM = bytes([0xFE, 0xFD]) * (FRAME // 2)
"""A frame of a side that says nothing."""
TURN_MS = 4000
"""How long one side speaks before the other does."""
console = Console()


@dataclass
class Way:
    """One direction of one call: when each numbered frame left and arrived, in s."""

    sent: dict[int, float] = field(default_factory=dict)
    arrived: dict[int, float] = field(default_factory=dict)

    def numbered(self, payload: bytes, number: int) -> bytes:
        """The frame with its number."""
        return bytes(SOFT | number >> shift & 31 for shift in (10, 5, 0)) + payload[3:]

    def note(self, times: dict[int, float], payload: bytes) -> None:
        """A frame passes by; what has no number is none of ours."""
        if len(payload) == FRAME and min(payload[:3]) >= SOFT and payload[3:] != payload[:1] * (FRAME - 3):
            number = (payload[0] & 31) << 10 | (payload[1] & 31) << 5 | payload[2] & 31
            times.setdefault(number, time.monotonic())

    def delays_ms(self) -> list[float]:
        """Of the frames that arrived."""
        return [(at - self.sent[number]) * 1000 for number, at in self.arrived.items() if number in self.sent]


class Phone(Line):
    """A simulated phone that tells when its frames leave and what arrives."""

    def __init__(self, url: str) -> None:
        super().__init__(url, parameters={"key": "bench", "language": "en", "flow": "support"})
        self.to_agent, self.to_caller = Way(), Way()
        taken = self.playback.media

        def media(payload: bytes, now: float) -> Any:
            self.to_caller.note(self.to_caller.arrived, payload)
            return taken(payload, now)

        self.playback.media = media  # type: ignore[method-assign]

    async def send_text(self, text: str | bytes) -> None:
        """Note when a frame leaves."""
        message = json.loads(text)
        if message.get("event") == "media":
            self.to_agent.note(self.to_agent.sent, base64.b64decode(message["media"]["payload"]))
        await super().send_text(text)


def main() -> None:
    """Start the service, bridge calls, print what we add."""
    settings = Settings()
    work = settings.run_dir / "bench-bridge"
    shutil.rmtree(work, ignore_errors=True)
    (work / "logs").mkdir(parents=True)
    url = embedded(work)
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(b"CREATE DATABASE ours")
    url = url.replace("/postgres?", "/ours?")
    env = {
        "VOXTRAIL_CALLS_MOST": str(max(CALLS)), "VOXTRAIL_VOICES_PYTHON": str(settings.voices_python), "VOXTRAIL_NLU_REPLICAS": "0",
        "VOXTRAIL_DEMO": "false",
    }  # fmt: skip
    with our_service(settings, work, url, env) as (base, pid):
        asyncio.run(_measure(base, pid, url))


async def _measure(base: str, pid: int, url: str) -> None:
    table = Table(title=f"{SECONDS:.0f} s of speech both ways; target: p95 <= {TARGET_MS} ms beyond the network")
    for column in ("calls", "way", "frames", "lost", "p50 ms", "p95 ms", "max ms", "+ buffers p95 ms", "CPU"):
        table.add_column(column, justify="right")
    speech = _speech()
    database = Database(url, 2)
    await asyncio.sleep(10)  # a first start speaks its fixed sentences in advance
    for count in CALLS:
        async with contextlib.AsyncExitStack() as stack:
            with console.status(f"{count} calls are being bridged …"):
                pairs = [await _bridged(stack, base, database, f"agent{count}x{index}") for index in range(count)]
            before, began = _cpu_s(pid), time.monotonic()
            with console.status(f"{count} calls, {SECONDS:.0f} s …"):
                await asyncio.gather(*(_talk(phone, socket, speech, index) for index, (phone, socket) in enumerate(pairs)))
            cpu = (_cpu_s(pid) - before) / (time.monotonic() - began)
            for name, buffers in (("caller → agent", FRAME_MS + PAGE_MS), ("agent → caller", FRAME_MS + CUSHION_S * 1000)):
                ways = [phone.to_agent if name.startswith("caller") else phone.to_caller for phone, _ in pairs]
                delays = [delay for way in ways for delay in way.delays_ms()]
                sent = sum(len(way.sent) for way in ways)
                p50, p95, most = np.percentile(delays, [50, 95, 100])
                table.add_row(
                    str(count), name, str(sent), f"{(sent - len(delays)) / sent:.1%}", f"{p50:.1f}", f"{p95:.1f}", f"{most:.0f}",
                    f"{p95 + buffers:.0f}", f"{cpu:.0%}",
                )  # fmt: skip
    await database.close()
    console.print(table)
    console.print(
        f"Buffers: a frame is {FRAME_MS} ms; the page gathers {PAGE_MS} ms before it plays (240 ms after a jittery network, and never more "
        f"than 160 ms beyond that); the line's far end holds {CUSHION_S * 1000:.0f} ms of the agent's voice, at most "
        f"{MOST_AHEAD_S * 1000 + FRAME_MS:.0f} ms."
    )


async def _bridged(stack: contextlib.AsyncExitStack, base: str, database: Database, login: str) -> tuple[Phone, Any]:
    """A call that a person was asked for in, and an agent's socket on it."""
    async with database.transaction() as session:
        await accounts.add(session, datetime.now(UTC), login, PASSWORD, "agent", must_change=False)
    phone = Phone(f"{base.replace('http', 'ws', 1)}/twilio/media")
    await phone.open()
    stack.push_async_callback(phone.hang_up)
    async with (
        httpx.AsyncClient(base_url=base, headers={"Authorization": "Bearer bench"}) as http,
        httpx.AsyncClient(base_url=base) as page,
    ):
        known = {entry["id"] for entry in (await http.get("/v1/escalations")).json()["escalations"]}
        await phone.until(lambda: phone.playback.ends > 0.5, 20)
        await phone.press("0")
        found: list[str] = []
        while not found:
            await asyncio.sleep(0.2)
            found = [e["id"] for e in (await http.get("/v1/escalations")).json()["escalations"] if e["id"] not in known]
        (await http.post(f"/v1/escalations/{found[0]}/take", json={"agent": login})).raise_for_status()
        await page.post("/sign-in", data={"login": login, "password": PASSWORD})
        headers = {"Cookie": f"{COOKIE}={page.cookies[COOKIE]}"}
    address = f"{base.replace('http', 'ws', 1)}/desk/voice/{found[0]}?mode=talk"
    socket = await stack.enter_async_context(websockets.connect(address, additional_headers=headers))
    while json.loads(await _text(socket)).get("state") != "talking":
        pass
    listening = asyncio.create_task(_listen(phone, socket))  # at once: frames that nobody reads would hold up the socket
    stack.callback(listening.cancel)
    return phone, socket


async def _text(socket: Any) -> str:
    while not isinstance(message := await socket.recv(), str):
        pass
    return message


async def _talk(phone: Phone, socket: Any, speech: bytes, index: int) -> None:
    """Both sides speak in turns, as people do, for SECONDS."""
    start = index * 97 * FRAME % (len(speech) // 2) // FRAME * FRAME
    count = int(SECONDS * 1000 / FRAME_MS)
    frames = [speech[start + n * FRAME : start + (n + 1) * FRAME] for n in range(count)]
    turns = [n * FRAME_MS // TURN_MS % 2 for n in range(count)]
    caller = b"".join(phone.to_agent.numbered(HUM if turns[n] else frames[n], n) for n in range(count))
    saying = asyncio.create_task(phone.say(caller))
    began = time.monotonic()
    for n in range(count):
        await asyncio.sleep(max(0.0, began + n * FRAME_MS / 1000 - time.monotonic()))
        payload = phone.to_caller.numbered(frames[n] if turns[n] else HUM, n)
        phone.to_caller.note(phone.to_caller.sent, payload)
        await socket.send(payload)
    await saying
    await asyncio.sleep(0.5)


async def _listen(phone: Phone, socket: Any) -> None:
    async for message in socket:
        if isinstance(message, bytes):
            phone.to_agent.note(phone.to_agent.arrived, message)


def _speech() -> bytes:
    """Human speech with its pauses, as mu-law, twice as long as it is needed."""
    manifest = SHARED / "data" / "speech" / "manifest.tsv"
    wanted, pieces = int(2 * SECONDS * RATE) + RATE, []
    if manifest.exists():
        with manifest.open(encoding="utf-8") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                if row["language"] == "en" and sum(map(len, pieces)) < wanted:
                    pieces += [read_audio(manifest.parent / row["path"]), np.zeros(RATE, np.int16)]
    if sum(map(len, pieces)) < wanted:
        console.print("[yellow]There is no human speech at hand: noise is sent in its place.[/]")
        pieces = [(np.random.default_rng(1).normal(0, 2000, wanted)).astype(np.int16)]
    return to_mulaw(np.concatenate(pieces)[: wanted // FRAME * FRAME])


def _cpu_s(pid: int) -> float:
    process = psutil.Process(pid)
    times = [one.cpu_times() for one in [process, *process.children(recursive=True)]]
    return sum(one.user + one.system for one in times)


if __name__ == "__main__":
    main()
