"""A call in a room of its own: a scripted caller, dialog and ears, in virtual time.

What somebody says is audio of one amplitude; the amplitude is the number of the sentence, so that the ears can tell it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import numpy as np

from speech.call import Call
from speech.ports import Answer, Audio, DialogError, Key, Left, LineEvent, Played, Sentence, Spoken
from speech.types import FRAME, RATE, Early, Expectation, Meaning, Samples, SynthesisError, Transcript, TranscriptionError
from tests.virtual import now

LOUD = 1000
MS_A_CHARACTER = 50


class LoudnessVad:
    """Everything louder than silence is speech."""

    def probability(self, samples: Samples) -> float:
        return 1.0 if np.abs(samples).mean() > LOUD / 2 else 0.0


class Ears:
    """Hears the sentence whose number the audio carries; several in one utterance are joined."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.took_s = 0.2
        self.broken = self.busy = False
        self.asked: list[tuple[str, str]] = []
        self.language = ""

    async def transcribe(
        self, samples: Samples, language: str = "", *, hints: Sequence[str] = (), allowed: Sequence[str] = (),
        voiced_s: float | None = None, early: Early | None = None, reading: Callable[[], None] | None = None,
    ) -> Transcript:  # fmt: skip
        await asyncio.sleep(self.took_s)
        if self.broken:
            raise TranscriptionError("no weights")
        numbers = [int(n) - LOUD for n in dict.fromkeys(np.abs(samples).tolist()) if n >= LOUD]
        text = " ".join(self.sentences[n] for n in numbers)
        self.asked.append((text, language))
        heard = self.language if language and self.language != language else ""
        if early is not None and text:
            early(text, language or self.language or "en")
        return Transcript(text, language or self.language or "en", 0.9, heard_language=heard)


class Mouth:
    """Speaks 50 ms a character."""

    def __init__(self) -> None:
        self.took_s = 0.01
        self.broken = False

    async def synthesize(self, text: str, language: str) -> Samples:
        await asyncio.sleep(self.took_s)
        if self.broken:
            raise SynthesisError("no engine")
        return np.full(max(1, len(text)) * MS_A_CHARACTER * RATE // 1000, 500, np.int16)


class FixedWait:
    """Ends every turn after the same silence."""

    def __init__(self, ms: int = 400) -> None:
        self.ms = ms

    def wait_ms(
        self, expectation: Expectation, *, language: str, text: str | None, speech_ms: int, pauses: Sequence[int], mark: float | None = None
    ) -> int:
        return self.ms


class Room:
    """One call: the line, the dialog and the caller's script in one."""

    def __init__(self, *answers: Answer, **options: Any) -> None:
        self.ears, self.mouth, self.wait = Ears(), Mouth(), FixedWait()
        self.answers = deque(answers)
        self.greeting = options.pop("greeting", say("Hello there."))
        self.log: list[tuple[float, str, Any]] = []
        self.think_s: deque[float] = deque()
        self.away = 0
        self.spoken: list[Spoken] = []
        self.heard_of: dict[int, list[tuple[str, bool]]] = {}
        self.timings: dict[int, dict[str, Any]] = {}
        self.silences: list[int] = []
        self.played_ms = 0
        self.notices, self.held_ = 0, False
        self.partial: list[tuple[str, str, bool]] = []
        self._script: list[Callable[[], Any]] = []
        self._until = 0.0
        self._marks: list[tuple[float, str]] = []
        self._closed = False
        self._began = 0.0
        self.options = options

    # ---- the caller's script

    def listen(self, seconds: float) -> Room:
        """The caller says nothing for a while."""
        self._script.append(lambda: [Audio(np.zeros(FRAME, np.int16))] * round(seconds * 50))
        return self

    def say(self, text: str, seconds: float = 1.0) -> Room:
        """The caller says a sentence; an empty one is a noise."""
        number = LOUD + len(self.ears.sentences)
        self.ears.sentences.append(text)
        self._script.append(lambda: [Audio(np.full(FRAME, number, np.int16))] * round(seconds * 50))
        return self

    def press(self, keys: str) -> Room:
        """The caller presses keys, 0.2 s apart."""
        for key in keys:
            self._script.append(lambda key=key: [Key(key)])
            self.listen(0.2)
        return self

    def stall(self, seconds: float) -> Room:
        """No audio comes at all."""
        self._script.append(lambda: seconds)
        return self

    def do(self, action: Callable[[], Any]) -> Room:
        """Something happens outside the call."""
        self._script.append(lambda: action() or [])
        return self

    async def call(self, *, stay: bool = True) -> Room:
        """Play the script; then the caller hangs up, or (``stay``) listens until the bot does, for at most a minute."""
        self._began = now()
        self._stay = stay
        self.call_ = Call(
            self, self, vad=LoudnessVad(), transcriber=self.ears, synthesizer=self.mouth, end_of_turn=self.wait,
            clauses=lambda text, language: [text], language=self.options.pop("language", "en"), now=now, **self.options,
        )  # fmt: skip
        self.reason = await self.call_.run()
        return self

    # ---- the line

    async def events(self) -> AsyncIterator[LineEvent]:
        for step in self._script:
            found = step()
            if isinstance(found, float):
                await asyncio.sleep(found)
                continue
            for event in found:
                if self._closed:
                    break
                async for played in self._due():
                    yield played
                if isinstance(event, Audio):
                    await asyncio.sleep(0.02)
                yield event
        for _ in range(3000 if self._stay else 0):
            if self._closed:
                break
            async for played in self._due():
                yield played
            await asyncio.sleep(0.02)
            yield Audio(np.zeros(FRAME, np.int16))
        yield Left(hung_up=True)

    async def _due(self) -> AsyncIterator[LineEvent]:
        for at, name in list(self._marks):
            if at <= now():
                self._marks.remove((at, name))
                yield Played(name)

    async def play(self, frame: Samples) -> None:
        if self._until < now():
            self._note("audio", None)
        self._until = max(self._until, now()) + len(frame) / RATE
        self.played_ms += 20

    async def mark(self, name: str) -> None:
        self._marks.append((self._until, name))

    async def clear(self) -> None:
        self._until = now()
        self._marks = [(now(), name) for _, name in self._marks]
        self._note("clear", None)

    async def hang_up(self, reason: str) -> None:
        if not self._closed:
            self._closed = True
            self._note("hang_up", reason)

    async def caption(self, who: str, text: str, *, final: bool, key: str) -> None:
        if final and text:
            self._note(who, text)

    async def show(self, state: str) -> None:
        self._note("state", state)

    def _note(self, what: str, value: Any) -> None:
        self.log.append((round(now() - self._began, 3), what, value))

    # ---- the dialog

    async def open(self) -> Answer:
        return self.greeting

    async def understand(self, text: str, language: str) -> Meaning:
        return Meaning(text, language)

    async def answer(self, spoken: Spoken) -> Answer:
        self.spoken.append(spoken)
        if self.think_s:
            await asyncio.sleep(self.think_s.popleft())
        if self.away:
            self.away -= 1
            raise DialogError("the database is away")
        return self.answers.popleft() if self.answers else say(f"Answer {len(self.spoken)}.", first=100 + len(self.spoken))

    async def silence(self, times: int) -> Answer:
        self.silences.append(times)
        return say(f"Are you there {times}?", over=times >= 4)

    async def held(self, waited_s: float) -> Answer | None:
        return None

    async def farewell(self, reason: str) -> Answer:
        if self.away:
            raise DialogError("the database is away")
        return say(f"Goodbye, {reason}.")

    async def listened(self) -> Answer:
        self.notices += 1
        return say("Somebody listens.", first=900 + self.notices, firm=True, hold=self.held_)

    def phrase(self, name: str) -> str:
        return f"[{name}]"

    def partly(self, who: str, text: str, *, attended: bool) -> None:
        self.partial.append((who, text, attended))

    def heard(self, seq: int, text: str, *, whole: bool) -> None:
        self.heard_of.setdefault(seq, []).append((text, whole))

    def measured(self, number: int, measures: Any) -> None:
        self.timings[number] = dict(measures)

    # ---- what a test asks

    def said(self, who: str = "bot") -> list[str]:
        """What was captioned of one side."""
        return [value for _, what, value in self.log if what == who]

    def at(self, what: str, value: Any = None, after: float = 0.0) -> float:
        """When something first happened, in s of the call."""
        return next(at for at, w, v in self.log if w == what and at >= after and (value is None or v == value))

    @property
    def turns(self) -> list[str]:
        """What the dialog was told."""
        return [spoken.text for spoken in self.spoken]


def say(*texts: str, first: int = 1, **more: Any) -> Answer:
    """An answer of these sentences, numbered from ``first``."""
    firm = more.pop("firm", False)
    return Answer(
        tuple(Sentence(text, first + index, firm=firm) for index, text in enumerate(texts)), language=more.pop("language", "en"), **more
    )
