"""All calls of this process: the parts of speech they share, how many there may be, and each one's life."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from bot.calls import store
from bot.calls.dialog import CallDialog
from bot.calls.recording import Recording
from bot.clock import Clock
from bot.conversation import Conversations
from bot.events import Hub
from bot.metrics import CALL_PARTS, CALLS, CALLS_ENDED
from bot.settings import Settings
from bot.store.database import UNREACHABLE, Database
from nlu.types import LANGUAGES
from speech.bridge import Bridge, Person
from speech.call import Call
from speech.ports import Line
from speech.scribe import Scribe
from speech.types import Samples, SpeechError

if TYPE_CHECKING:
    from speech.synthesis import Voices
    from speech.tone.judge import Judge
    from speech.transcription import WhisperTranscriber

logger = logging.getLogger(__name__)
COMING_S = 30.0
"""Seconds a place is kept for a call that was announced (a webhook) until its line opens."""
Opening = Literal["new", "resumed", "joined", "busy", "no_answer", "failed"]
"""With what a call's line opens: its first words, those after a broken line, a chat that goes on by voice, or why nobody on another phone
could be reached for the caller (`bot.calls.transfer`)."""


class Calls:
    """Takes calls. What is slow to load becomes ready behind; until then there is no room for a call."""

    def __init__(
        self, conversations: Conversations, database: Database, hub: Hub, clock: Clock, settings: Settings, key: str
    ) -> None:  # fmt: skip
        self._conversations, self._database, self._hub, self._clock = conversations, database, hub, clock
        self.settings, self._key = settings, key
        self._transcriber: WhisperTranscriber | None = None
        self._voices: Voices | None = None
        self._tone: Judge | None = None
        self._live: dict[str, Call] = {}
        self._talks: dict[str, tuple[Call, CallDialog]] = {}  # by conversation
        self._coming: dict[str, float] = {}
        self._closing = False
        self._leaving: asyncio.Task[None] | None = None

    # ---- getting ready

    async def start(self) -> None:
        """Load the weights, start the voices, and say fixed sentences in advance. Failures are logged; calls are refused then."""
        if not self.settings.calls:
            return
        from speech.synthesis import VoiceChoice, Voices
        from speech.transcription import WhisperTranscriber
        from speech.vad import SileroVad

        given = {language: VoiceChoice(v.voice, v.rate, v.volume) for language, v in self.settings.voices.items()}
        folder = self.settings.run_dir
        self._voices = Voices(self.settings.voices_python, folder, given, self.settings.voice_cache)
        transcriber = WhisperTranscriber(self.settings.stt_model, folder, self.settings.stt_workers, self.settings.stt_device)
        try:
            await self._voices.start()
            await asyncio.to_thread(transcriber.load)
            await asyncio.to_thread(SileroVad)  # the network of all calls: loading it would hold up the first one
        except SpeechError as error:
            logger.error("calls cannot be taken: %s", error)
            return
        except Exception:
            logger.exception("calls cannot be taken")
            return
        await self._listen_to_tone()  # before the first call: importing torch holds up everything else
        self._transcriber = transcriber
        await self._voices.prerender(self._conversations.fixed_sentences())

    async def _listen_to_tone(self) -> None:
        """Load what judges the tone of voice; without it calls are taken all the same, and nobody is told of it."""
        if not (self.settings.mood and self.settings.tone):
            return
        from speech.tone.judge import Judge
        from speech.tone.types import ToneError

        judge = Judge()
        try:
            await asyncio.to_thread(judge.load)
        except ToneError as error:
            logger.error("the tone of voice is not judged: %s", error)
            return
        self._tone = judge
        self._conversations.watch.tone_ready = True

    async def stop(self) -> None:
        """End every call with the line told so, and give everything back."""
        self._closing = True
        for call in list(self._live.values()):
            with contextlib.suppress(Exception):
                await call.leave("restart")
        deadline = time.monotonic() + 5
        while self._live and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        if self._transcriber is not None:
            self._transcriber.close()
        if self._voices is not None:
            await self._voices.aclose()
        if self._tone is not None:
            await asyncio.to_thread(self._tone.close)

    @property
    def ready(self) -> bool:
        """Whether calls can be heard and answered."""
        return self._transcriber is not None and self._transcriber.ready and self._voices is not None and self._voices.ready

    # ---- room

    def room(self, call_id: str = "") -> bool:
        """Whether one more call can be served; a call that was announced has its place kept for a while."""
        now = time.monotonic()
        self._coming = {name: until for name, until in self._coming.items() if until > now}
        taken = len(self._live) + len(self._coming.keys() - self._live.keys() - {call_id})
        return self.ready and not self._closing and (call_id in self._live or taken < self.settings.calls_most)

    def reserve(self, call_id: str) -> bool:
        """Keep a place for a call whose line will open in a moment; False when there is none."""
        if not self.room(call_id):
            return False
        self.announce(call_id)
        return True

    def announce(self, call_id: str) -> None:
        """Keep a place for a call that we have placed ourselves, room or not."""
        self._coming[call_id] = time.monotonic() + COMING_S

    def release(self, call_id: str) -> None:
        """Give back the place of a call that does not come."""
        self._coming.pop(call_id, None)

    def has(self, call_id: str) -> bool:
        """Whether this call is in progress here."""
        return call_id in self._live

    async def heard(self, call_id: str, seq: int, within_s: float) -> bool:
        """Wait until the caller has heard a message to its end; False when that has not come to pass, or the call is not here."""
        deadline = time.monotonic() + within_s
        while (call := self._live.get(call_id)) is not None and time.monotonic() < deadline:
            if isinstance(call.dialog, CallDialog) and call.dialog.has_said(seq):
                return True
            await asyncio.sleep(0.05)
        return False

    async def gone(self, call_id: str, within_s: float) -> bool:
        """Wait until a call whose line is closing has been written down; False when it is still there after that time."""
        deadline = time.monotonic() + within_s
        while call_id in self._live and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        return call_id not in self._live

    def pass_for(self, call_id: str, conversation_id: str) -> str:
        """What a line must show to be this call."""
        return hmac.new(self._key.encode(), f"call:{call_id}:{conversation_id}".encode(), hashlib.sha256).hexdigest()

    def admits(self, call_id: str, conversation_id: str, given: str) -> bool:
        """Whether a line showed the right pass; constant time."""
        return hmac.compare_digest(self.pass_for(call_id, conversation_id), given)

    # ---- a call

    async def take(
        self, line: Line, *, call_id: str, conversation_id: str, language: str, channel: str, opening: Opening, detect: bool = False
    ) -> str:  # fmt: skip
        """Take a call from its line's opening to its end; the reason of the end is returned. There must be `room`."""
        dialog = CallDialog(
            self._conversations, self._database, self._hub, self._clock, self.settings, conversation_id=conversation_id,
            call_id=call_id, language=language, channel=channel, opening=opening,
        )  # fmt: skip
        call = self._call(line, dialog, language, detect=detect)
        reason = "error"
        self._talks[conversation_id] = call, dialog
        with self._counted(call_id, call, channel):
            try:
                with self._recorded(call, dialog, call_id) as recording:
                    following = asyncio.create_task(dialog.follow(call))
                    try:
                        reason = await call.run()
                    finally:
                        following.cancel()
                        await dialog.close()
            finally:
                if self._talks.get(conversation_id) == (call, dialog):
                    del self._talks[conversation_id]
                reason = await self._ended(call_id, reason, call.summary(), recording)
                CALLS_ENDED.labels(channel, reason).inc()
        return reason

    # ---- the people on a call

    def bridge(self, conversation_id: str) -> Bridge | None:
        """The people on the call that this conversation is held on here, now."""
        found = self._talks.get(conversation_id)
        return found[0].bridge if found else None

    async def join(self, conversation_id: str, person: Person, *, login: str, name: str, since: int) -> bool:
        """An agent talks with the caller from now on, as ``name``; ``since``: the conversation's last message then. False where there is
        no such call here any more."""
        from speech.endpoint import EndOfTurn
        from speech.vad import SileroVad

        found = self._talks.get(conversation_id)
        if found is None or self._transcriber is None:
            return False
        call, dialog = found

        def said(text: str, voice: dict[str, Any]) -> None:
            dialog.agent_said(name, text, voice)
            call.caption(text)

        scribe = Scribe(
            SileroVad(), self._transcriber, EndOfTurn(), language=lambda: call.language, allowed=LANGUAGES,
            partly=lambda text: dialog.partly("agent", text, attended=True), said=said, observe=_observe, now=call.now,
        )  # fmt: skip
        return await call.bridge.join(person, scribe, login, since)

    def _call(self, line: Line, dialog: CallDialog, language: str, *, detect: bool) -> Call:
        from speech.endpoint import EndOfTurn
        from speech.synthesis import clauses
        from speech.vad import SileroVad

        assert self._transcriber is not None
        assert self._voices is not None
        return Call(
            line, dialog, vad=SileroVad(), transcriber=self._transcriber, synthesizer=self._voices, end_of_turn=EndOfTurn(),
            clauses=clauses, language=language, allowed=LANGUAGES, detect=detect, limit_s=self.settings.call_limit,
            tone=self._tone, observe=_observe,
        )  # fmt: skip

    @contextmanager
    def _counted(self, call_id: str, call: Call, channel: str) -> Iterator[None]:
        before = self._live.get(call_id)
        self._live[call_id] = call
        self._coming.pop(call_id, None)
        CALLS.labels(channel).inc()
        if before is not None:  # the same call on a new line: the old one is dead and does not know it yet
            self._leaving = asyncio.create_task(before.leave("replaced"))
        try:
            yield
        finally:
            CALLS.labels(channel).dec()
            if self._live.get(call_id) is call:
                del self._live[call_id]

    @contextmanager
    def _recorded(self, call: Call, dialog: CallDialog, call_id: str) -> Iterator[Recording | None]:
        """A recording of the call, if they are on; it holds nothing until the caller has agreed."""
        if not self.settings.recording:
            yield None
            return
        recording = Recording(self.settings.run_dir / "recordings", call_id, lambda: dialog.recording)

        def caller(samples: Samples) -> None:
            recording.caller(samples, call.now())

        call.on_audio = caller
        call.playback.taps.append(recording.bot)
        try:
            yield recording
        finally:
            recording.close()

    async def _ended(self, call_id: str, reason: str, measures: dict[str, Any], recording: Recording | None) -> str:
        try:
            async with self._database.transaction() as session:
                reason = await store.ended(session, call_id, reason, measures, self._clock.now())
                if recording is not None and recording.name:
                    row = await store.find(session, call_id)
                    if row is not None:
                        row.recording = recording.name
        except UNREACHABLE as error:
            logger.warning("the end of a call was not written: %s", type(error).__name__)
        return reason


def _observe(part: str, seconds: float) -> None:
    CALL_PARTS.labels(part).observe(seconds)
