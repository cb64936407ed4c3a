"""One call: listens, decides when the caller's turn is over, lets the dialog answer, speaks, and is never silent for long.

The line (Twilio, a browser, a file) and the dialog are ports: this module knows neither a wire format nor a flow. Everything
of one call runs on one event loop; transcription and synthesis are shared with other calls and live elsewhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from speech.floor import Floor
from speech.guessing import Guesser, Utterance
from speech.interruption import BARGE_IN_MS, is_backchannel, is_nod
from speech.keypad import Keypad
from speech.listener import Listener
from speech.patience import WATCH_LIMIT_S, Patience
from speech.playback import Piece
from speech.ports import Answer, Audio, Dialog, DialogError, EndOfTurn, Key, Left, Line, Played, Sentence, Spoken
from speech.speaking import Speaker
from speech.timings import Clock, TimedTurn, Timings
from speech.tone.caller import CallerTone
from speech.tone.types import ToneJudge
from speech.types import FRAME, RATE, Samples, SpeechError, Synthesizer, Transcriber, Transcript, Vad
from speech.waiting import BRIDGE_S, awaited

logger = logging.getLogger(__name__)

OPENING_S = 1.5
"""Seconds more that the first words may take: the line has just opened."""
STALLED_S = 0.3
"""Seconds without audio from the line after which silence is assumed: a muted microphone, a stalled network."""
TICK_S = 0.1
"""How often what is due is looked at, in s."""
UNCLEAR_MS = 700
"""Voiced audio, in ms, that must have been meant for us although no word was understood."""
MOST_FAILURES = 3
"""Failed parts in a row after which the call says goodbye instead of trying on."""
LAST_TURNS_S = 8.0
"""Longest time that turns already spoken are worked on after the caller has hung up, in s."""
ENDLESS_GAP_MS = 1000
"""Silence, in ms, after a voice without an end that makes the next one a caller's again."""
WENT_ON_S = 1.0
"""A caller who speaks over the bot within this of what was taken for the end of their turn, in s, had not finished: it was the bot that cut
in, and that is no impatience."""
UNKNOWN_KEY_S = 5.0
"""How often a caller is told that a key means nothing, in s."""
LAST_WORDS_S = 12.0
"""Longest time the goodbye may take to be played before the line is closed, in s."""


class Call:
    """One call from its first word to its last. `run` returns when the line is closed; it never raises for a bad line."""

    def __init__(
        self, line: Line, dialog: Dialog, *, vad: Vad, transcriber: Transcriber, synthesizer: Synthesizer, end_of_turn: EndOfTurn,
        clauses: Callable[[str, str], list[str]], language: str, allowed: tuple[str, ...] = ("pl", "en", "ro"),
        detect: bool = False, tone: ToneJudge | None = None, limit_s: float = 1800.0, now: Callable[[], float] = time.monotonic,
        observe: Callable[[str, float], None] | None = None,
    ) -> None:  # fmt: skip
        self.line, self.dialog = line, dialog
        self.language = language
        self._limit_s, self._now = limit_s, now
        self.on_audio: Callable[[Samples], None] | None = None
        """Where the caller's audio goes besides (a recording)."""
        self._observe = observe or (lambda part, seconds: None)
        self._timings = Timings(dialog.measured, self._observe, now)
        self.listener = Listener(vad)
        self._tone = CallerTone(tone, lambda: self.answer.tone, self._observe)
        self._guesser = Guesser(
            self.listener, transcriber, dialog.understand, end_of_turn, allowed, detect=detect, again=lambda: self._soon(self._judge()),
            shown=self._show_partly, tone=self._tone.of, observe=self._observe, now=now,
        )  # fmt: skip
        self.speaker = Speaker(
            line, self.listener, synthesizer, clauses, now=now, on_first=self._timings.first_audio, observe=self._observe,
            mute=self._cannot_speak,
        )  # fmt: skip
        self.playback = self.speaker.playback
        self.floor = Floor(line, dialog, self.speaker, now=now, language=lambda: self.language, say=self._say, ending=lambda: self._ending)
        self.bridge = self.floor.bridge
        self.keypad = Keypad()
        self.answer = Answer((), language=language)
        self.counts = {"turns": 0, "interruptions": 0, "false_interruptions": 0, "unclear": 0, "keys": 0, "failures": 0}
        self.reason = ""
        self._began = now()
        self._last_audio = now()
        self._patience = Patience(dialog, now())
        self._turns: asyncio.Queue[tuple[Spoken, Clock]] = asyncio.Queue()
        self._thinking = False
        self._over_voice = False  # the utterance in progress began over the bot's voice
        self._went_on = False  # and it goes on with the one before
        self._failures: Counter[str] = Counter()
        self._number = 0
        self._endless = False  # the last utterance had no end: something in the room speaks
        self._unknown_key = -UNKNOWN_KEY_S
        self._bridged_at = -1  # the utterance whose slow transcription was bridged
        self._ending = False
        self._tasks: set[asyncio.Task[Any]] = set()

    # ---- the life of a call

    async def run(self) -> str:
        """Take the call to its end; the reason is returned.

        ``hung_up`` by the caller, ``lost`` with the line, ``finished``, ``limit`` and ``failure`` by us with a goodbye, ``mute`` when
        nothing could be spoken, ``error`` when it broke off; or what `leave` was given.
        """
        jobs = [
            asyncio.create_task(self.playback.run(), name="playback"),
            asyncio.create_task(self._take_turns(), name="turns"),
            asyncio.create_task(self._watch(), name="watch"),
            asyncio.create_task(self._hear(), name="hear"),
        ]
        try:
            await self._open()
            await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
            for job in jobs:
                if job.done() and (error := job.exception()) is not None:
                    logger.error("a call broke off", exc_info=error)
                    self.reason = "error"
            await self.bridge.close(self.reason or "lost")
            await self._last_turns()
        finally:
            self.reason = self.reason or "lost"
            await self.bridge.close(self.reason)
            pending = [*jobs, *self._tasks, *self.speaker.stop(), *self._guesser.drop()]
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)
            self._report(self.playback.left())
            with contextlib.suppress(Exception):
                await self.line.hang_up(self.reason)
        return self.reason

    async def _last_turns(self) -> None:
        """What the caller said before they hung up still counts ("yes, cancel it" and gone)."""
        with contextlib.suppress(SpeechError, TimeoutError, DialogError):
            async with asyncio.timeout(LAST_TURNS_S):
                if self.listener.speaking and not self._ending:
                    heard = await self._guesser.transcribe(self.listener.take(), self.answer.expectation, self.language)
                    text = heard.transcript.text
                    if text and not is_nod(text):
                        now = self._now()
                        await self._turn(Spoken(text, 0, heard.transcript, heard.meaning, tone=heard.tone), Clock(now, now))
                await self._turns.join()

    async def announce(self, answer: Answer) -> None:
        """Say something that comes from outside a turn: an agent's words."""
        await self._say(answer)

    def caption(self, text: str) -> None:
        """Show on the caller's screen what an agent has said to them."""
        self._soon(self.floor.caption(text))

    async def leave(self, reason: str) -> None:
        """Close the line at once: another one has taken the call, or the service stops."""
        self.reason = self.reason or reason
        await self.line.hang_up(reason)

    async def _open(self) -> None:
        try:
            await self._say(await self._awaited(self.dialog.open(), self._began + OPENING_S))
        except Exception as error:  # whatever it was, the caller hears of it
            _log("a call could not be opened", error)
            await self._phrase("technical")
            await self._end("failure")

    async def _hear(self) -> None:
        """What comes in from the line, until it is gone."""
        async for event in self.line.events():
            match event:
                case Audio(samples):
                    self._last_audio = self._now()
                    self.bridge.caller(samples)
                    await self._audio(samples)
                case Key(digit):
                    await self._key(digit)
                case Played(mark):
                    self.playback.marked(mark)
                    await self.bridge.played(mark)
                case Left(hung_up):
                    self.reason = self.reason or ("hung_up" if hung_up else "lost")
                    return

    async def _watch(self) -> None:
        """Look at what is due: stalled audio, silence, a wait that is too long, the end."""
        while True:
            await asyncio.sleep(TICK_S)
            now = self._now()
            if now - self._last_audio > STALLED_S:
                missed = min(now - self._last_audio, 1.0)
                self._last_audio = now
                await self._audio(np.zeros(int(missed * RATE) // FRAME * FRAME, np.int16))
            self._report(self.playback.finished())
            if self._ending:
                continue
            await self.bridge.tick()
            if now - self._began > self._limit_s and not self.bridge.present:
                await self._end("limit")
            elif self._guesser.late and self.listener.silence_ms > BRIDGE_S * 1000 and self._bridged_at != self.listener.version:
                self._bridged_at = self.listener.version
                await self._phrase("bridge")
            elif typed := self.keypad.due(now):
                await self._typed(typed)
            elif self.playback.paused and not self.listener.speaking and not self.keypad.typing:
                self.playback.resume()
            else:
                await self._wait_for_caller(now)

    # ---- hearing

    async def _audio(self, samples: Samples) -> None:
        was_speaking = self.listener.speaking
        self.listener.feed(samples)
        if self.on_audio:
            self.on_audio(samples)
        if self._ending or not self.listener.speaking:
            return
        now = self._now()
        if not was_speaking:
            self._over_voice = self.playback.busy and not self.bridge.engaged
            self._went_on = now - self._patience.spoke < WENT_ON_S
        self._patience.sound(now)
        if self.playback.busy and not self.playback.paused and not self.playback.firm and self._may_interrupt():
            self._over_voice = True
            await self.playback.pause()
        await self._judge()

    def _may_interrupt(self) -> bool:
        """Whether the voice on the line stops the bot: not one that has been going on for ever (a radio in the room)."""
        if self._endless and self.listener.silence_ms > ENDLESS_GAP_MS:
            self._endless = False
        return not self._endless and not self.bridge.engaged and self.listener.speech_ms >= BARGE_IN_MS

    async def _judge(self) -> None:
        """Whether the caller's turn is over."""
        utterance = self._guesser.judge(self.answer.expectation, self.language)
        if utterance is not None:
            await self._utterance(utterance)

    async def _utterance(self, said: Utterance) -> None:
        """An utterance is over: an answer, a sound that lets the bot go on, or nothing."""
        now, voiced = self._now(), said.speech_ms
        self._endless = said.endless
        clock = Clock(speech_end=now - said.silence_ms / 1000, endpoint=now)
        over_voice, self._over_voice = self._over_voice, False
        if said.heard is None:
            await self._deaf(said.error)
            return
        transcript, meaning = said.heard.transcript, said.heard.meaning
        del self._failures["deaf"]
        if over_voice and self.playback.paused:
            asked = not self.speaker.preparing  # else the question itself is still to come
            answerable = asked and self.answer.expectation.listen == "yes_no" and self.playback.left_s < 1.5
            if is_backchannel(transcript.text, self.language, answerable=answerable):
                self.counts["false_interruptions"] += 1
                await self.line.caption("caller", "", final=True, key=f"c{self._number + 1}")
                self.playback.resume()
                return
        if not transcript.text or (is_nod(transcript.text) and self.answer.expectation.listen != "yes_no"):
            await self._nothing(voiced, transcript)
            return
        if over_voice:
            self.counts["interruptions"] += 1
        self.speaker.give_up()
        self._guesser.detect = False
        measures: dict[str, Any] = {
            "speech_ms": voiced, "pauses_ms": list(said.pauses), "endpoint_ms": said.silence_ms,
            "confidence": round(transcript.confidence, 3), "transcribe_ms": round(transcript.took_ms),
            "interrupted": over_voice and not self._went_on,
        }  # fmt: skip
        self._tone.learn(said.heard.tone)
        await self._turn(Spoken(transcript.text, 0, transcript, meaning, tone=said.heard.tone, measures=measures), clock)

    async def _show_partly(self, text: str) -> None:
        self.dialog.partly("caller", text, attended=self.bridge.attended)
        await self.line.caption("caller", text, final=False, key=f"c{self._number + 1}")

    async def _nothing(self, voiced_ms: int, transcript: Transcript) -> None:
        """A sound without words. The bot goes on; if it was long, the caller is told that nothing was understood."""
        self.dialog.partly("caller", "", attended=self.bridge.attended)
        await self.line.caption("caller", "", final=True, key=f"c{self._number + 1}")
        if transcript.invented:
            logger.info("a sound was not taken for words: %s", transcript.invented)
        if self.playback.paused:
            self.playback.resume()
        elif voiced_ms >= UNCLEAR_MS and not self.playback.busy and not self._thinking:
            self.counts["unclear"] += 1
            await self._phrase("unclear")

    async def _deaf(self, error: BaseException | None) -> None:
        """Transcription failed: say so, and offer the keypad; after a while, say goodbye."""
        logger.error("an utterance could not be transcribed: %s", error)
        self.speaker.give_up()
        await self._fail("deaf")

    async def _key(self, digit: str) -> None:
        """A key: stops the bot and whatever was being said, and may already be the answer."""
        if self._ending:
            return
        self.counts["keys"] += 1
        self._patience.sound(self._now())
        if self.playback.busy and not self.playback.firm and not self.bridge.engaged:
            await self.playback.pause()
        typed = self.keypad.press(digit, self.answer.expectation, self._now())
        if typed is not None:
            await self._typed(typed)

    async def _typed(self, typed: tuple[str, str]) -> None:
        """Keys that mean something: ``(keys, text)``; without a text, keys that mean nothing here."""
        keys, text = typed
        self._drop_utterance()
        del self._failures["deaf"]
        if not text:
            self.playback.resume()
            if self._now() - self._unknown_key > UNKNOWN_KEY_S:
                self._unknown_key = self._now()
                await self._phrase("key_unknown")
            return
        self.speaker.give_up()
        now = self._now()
        await self._turn(Spoken(text, 0, keys=keys, measures={"keys": len(keys)}), Clock(now, now))

    # ---- a turn

    async def _turn(self, spoken: Spoken, clock: Clock) -> None:
        self._number += 1
        self._patience.turn()
        self.counts["turns"] += 1
        spoken.number = self._number
        await self.line.caption("caller", spoken.keys or spoken.text, final=True, key=f"c{self._number}")
        self._turns.put_nowait((spoken, clock))

    async def _take_turns(self) -> None:
        """One turn after another: what is said while the dialog thinks waits for its answer."""
        while True:
            spoken, clock = await self._turns.get()
            self._thinking = True
            try:
                if not self.bridge.engaged:
                    await self.line.show("thinking")
                await self._take_turn(spoken, clock)
            finally:
                self._thinking = False
                self._patience.wait(self._now())
                self._turns.task_done()

    async def _take_turn(self, spoken: Spoken, clock: Clock) -> None:
        try:
            answer = await self._awaited(self.dialog.answer(spoken), max(clock.speech_end, self._now() - BRIDGE_S))
        except Exception as error:  # whatever it was, the caller hears of it
            _log("a turn of a call could not be taken", error)
            await self._fail("technical")
            return
        del self._failures["technical"]
        clock.reply = self._now()
        if self._ending:
            return
        if self._turns.empty() or answer.over or answer.hold:
            await self._say(answer, TimedTurn(spoken.number, clock, spoken.measures))
            return
        self._expect(answer)  # the caller went on meanwhile: this answer is never said

    def _awaited(self, answering: Coroutine[Any, Any, Answer], since: float) -> Coroutine[Any, Any, Answer]:
        return awaited(answering, since, self._phrase, self._now)

    # ---- speaking

    async def _say(self, answer: Answer, turn: TimedTurn | None = None) -> None:
        """Begin to say an answer; what was still being said before it goes first, unless the caller talks."""
        self._expect(answer)
        answer = await self.floor.beside_agent(answer)
        if not answer.hold:
            self._patience.go_on()
        if answer.sentences or not self.bridge.engaged:
            number = self.speaker.say(answer)
            if turn is not None:
                self._timings.answered(number, turn)
        if answer.over:
            await self._finish("finished")

    def _expect(self, answer: Answer) -> None:
        self.answer = answer
        self.language = answer.language or self.language
        self.keypad.clear()

    async def _cannot_speak(self) -> None:
        """Nothing can be said here any more: the line's own voice must take over, unless a person has the call."""
        self.counts["failures"] += 1
        if self.bridge.engaged:
            return
        self.reason = self.reason or "mute"
        await self.line.hang_up("mute")

    async def _phrase(self, name: str) -> None:
        """Say a sentence that is not part of the transcript, without changing what is waited for; nothing over a person's voice."""
        if not self.bridge.engaged:
            await self.floor.remark(name)
            self._patience.wait(self._now())

    def _drop_utterance(self) -> None:
        self._guesser.drop()
        self._over_voice = False

    def _report(self, pieces: list[Piece]) -> None:
        """Tell the dialog what the caller has heard of its messages."""
        for piece in pieces:
            if piece.seq:
                self.dialog.heard(piece.seq, piece.heard, whole=piece.confirmed)

    # ---- silence, failure, the end

    async def _wait_for_caller(self, now: float) -> None:
        if not self.speaker.said or self.listener.speaking or self._thinking or self.speaker.busy or self.bridge.engaged:
            if self.speaker.busy or self.bridge.engaged:
                self._patience.wait(now)
            return
        try:
            words = await self._patience.words(self.answer, now, self.playback.ends)
        except Exception as error:
            _log("the bot's own words failed", error)
            self._patience.wait(now)
            await self._fail("technical")
            return
        if words is not None:
            await self._say(words)

    async def _fail(self, phrase: Literal["technical", "deaf"]) -> None:
        """A part failed: say so in words that need none; after the third time in a row, say goodbye."""
        self.counts["failures"] += 1
        if self.bridge.engaged:  # whoever talks with the caller needs none of this
            return
        self._failures[phrase] += 1
        if self._failures[phrase] >= MOST_FAILURES:
            await self._end("failure")
        else:
            await self._phrase(phrase)

    async def _end(self, reason: Literal["limit", "failure"]) -> None:
        """End the call from our side, with a goodbye whatever works."""
        if self._ending:
            return
        self._ending = True
        try:
            async with asyncio.timeout(WATCH_LIMIT_S):
                farewell = await self.dialog.farewell(reason)
        except Exception as error:
            _log("the goodbye is said without the dialog", error)
            farewell = Answer((Sentence(self.dialog.phrase("goodbye"), firm=True),), language=self.language)
        await self._say(replace(farewell, over=True), None)
        self.reason = reason

    async def _finish(self, reason: str) -> None:
        """Close the line when the last words were heard: nothing the caller says holds them up any more."""
        self._ending = True
        await self.bridge.release("over")
        self._drop_utterance()
        self.playback.drop()
        self.reason = self.reason or reason
        self._soon(self._hang_up_after_words())

    async def _hang_up_after_words(self) -> None:
        deadline = self._now() + LAST_WORDS_S
        while self._now() < deadline and self.speaker.busy:
            await asyncio.sleep(TICK_S)
        await asyncio.sleep(0.3)  # the last mark is on its way
        await self.line.hang_up(self.reason)

    def now(self) -> float:
        """The call's clock, in s."""
        return self._now()

    def summary(self) -> dict[str, Any]:
        """The call's measures for its record: seconds, what was counted, and the medians of its turns."""
        agent = {"agent_s": round(self.bridge.talked_s, 1), "agent_late_frames": self.bridge.late_frames} if self.bridge.talked_s else {}
        counts = {**self.counts, "silences": self._patience.silences, **agent}
        return {"call_s": round(self._now() - self._began, 1), **counts, **self._timings.medians()}

    def _soon(self, job: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(job)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _log(what: str, error: Exception) -> None:
    """Foreseen failures in a line, all others with where they happened."""
    foreseen = isinstance(error, DialogError | SpeechError | TimeoutError)
    logger.error("%s: %s", what, error or type(error).__name__, exc_info=None if foreseen else error)
