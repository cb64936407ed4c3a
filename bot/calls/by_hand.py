"""Calls and transcriptions from the command line."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from bot.calls import store
from bot.calls.wav_line import WavLine
from bot.settings import Settings
from bot.start import StartError, train_nlu
from bot.store import people
from speech.audio import AudioError
from speech.types import SpeechError, Transcript

console = Console(stderr=True)
READY_S = 240.0
"""Seconds everything may take to start, weights and voices included."""


async def call(
    settings: Settings, turns: Sequence[str], *, language: str, flow: str, person: str, context: dict[str, Any], keep: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Call the bot with audio files for a voice: the whole path in this process, in real time."""
    from bot.service import Service

    def tell(event: dict[str, Any]) -> None:
        if as_json:
            print(json.dumps(event, ensure_ascii=False), flush=True)
        else:
            _show(event)

    try:
        line = WavLine(turns, tell, keep)
    except (AudioError, ValueError) as error:
        raise StartError(str(error)) from error
    if not settings.calls:
        raise StartError("calls are off: VOXTRAIL_CALLS is false.")
    train_nlu(settings)
    service = Service(settings)
    if flow not in service.conversations.flows or not service.conversations.flows[flow].opens:
        raise StartError(f"there is no conversation {flow!r}.")
    try:
        with console.status("Starting …"):
            await service.start()
            await _ready(service)
        call_id = f"file-{secrets.token_urlsafe(9)}"
        async with service.database.transaction() as session:
            contacts = {"external": person} if person else {}
            somebody = await people.meet(session, service.clock.now(), language, contacts=contacts)
            conversation, _, _ = await service.conversations.begin(
                session, somebody, channel="phone", flow=flow, language=language, context=context,
                first="phone_recording" if settings.recording else "",
            )  # fmt: skip
            (await store.begin(session, call_id, conversation.id, "file", service.clock.now())).status = "live"
        reason = await service.calls.take(
            line, call_id=call_id, conversation_id=conversation.id, language=language, channel="phone", opening="new"
        )
        async with service.database.sessions() as session:
            row = await store.find(session, call_id)
        tell({"event": "ended", "reason": reason, "conversation": conversation.id, "measures": row.measures if row else {}})
    finally:
        await service.stop()


async def _ready(service: Any) -> None:
    deadline = time.monotonic() + READY_S
    while not all((await service.readiness()).values()):
        if time.monotonic() > deadline:
            missing = [name for name, ready in (await service.readiness()).items() if not ready]
            raise StartError(f"this does not become ready: {', '.join(missing)}; the log says why.")
        await asyncio.sleep(0.2)


def _show(event: dict[str, Any]) -> None:
    out = Console(soft_wrap=True, highlight=False)
    match event["event"]:
        case "said":
            mark = {"bot": "[bold green]bot[/]   ", "caller": "[bold cyan]caller[/]", "agent": "[bold magenta]agent[/] "}[event["who"]]
            out.print(mark, event["text"])
        case "answered":
            shown = f"answered after {event['latency_ms']} ms" if event["latency_ms"] is not None else "no answer"
            out.print(f"       [dim]{Path(event['said']).name}: {shown}[/]")
        case "interrupted":
            out.print("       [dim]the bot stopped[/]")
        case "ended":
            out.print(f"[dim]{event['reason']}, {event['measures'].get('call_s', 0)} s, conversation {event['conversation']}[/]")


async def hear(settings: Settings, files: Sequence[str], language: str, *, as_json: bool) -> None:
    """Transcribe audio files, a line each; one that cannot be read is told and the others go on."""
    from speech.transcription import WhisperTranscriber, hear_file

    logging.getLogger("faster_whisper").setLevel(logging.WARNING)
    transcriber = WhisperTranscriber(settings.stt_model, settings.run_dir, settings.stt_workers, settings.stt_device)
    failed = 0
    try:
        with console.status("Loading the weights …"):
            await asyncio.to_thread(transcriber.load)
        for file in files:
            try:
                heard = await hear_file(transcriber, Path(file), language)
            except AudioError as error:
                failed += 1
                console.print(f"[yellow]{error}[/]", highlight=False)
                if as_json:
                    print(json.dumps({"path": file, "error": error.code}, ensure_ascii=False), flush=True)
                continue
            _print(file, heard, as_json=as_json)
    except SpeechError as error:
        raise StartError(str(error)) from error
    finally:
        transcriber.close()
    if failed == len(files):
        raise StartError("none of the files could be read.")


def _print(file: str, heard: Transcript, *, as_json: bool) -> None:
    if as_json:
        line = {"path": file, "text": heard.text, "language": heard.language, "seconds": round(heard.seconds, 2)}
        print(json.dumps(line, ensure_ascii=False), flush=True)
    else:
        Console(soft_wrap=True, highlight=False).print(f"{Path(file).name}  [dim]{heard.language} {heard.seconds:.1f} s[/]  {heard.text}")
