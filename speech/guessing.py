"""What the caller is saying, made out ahead of the end of their turn: begun at a short silence, dropped when speech goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, TypeVarTuple

from speech.listener import Listener
from speech.ports import EndOfTurn
from speech.tone.types import Tone
from speech.types import Expectation, Meaning, Samples, Transcriber, Transcript

SPECULATE_MS, AGAIN_MS, BUSY_MS = 32, 64, 96
"""Silence after which transcription starts on the chance that the turn is over, after which it does once that was in vain in the same
utterance (digits have many small gaps), and after which at least while other callers are being transcribed. DESIGN.md says 130; on human
clips 32 means 1.73 transcriptions an utterance instead of 1.11, most of which stop after their encoder, and an answer 100 ms sooner
(docs/decisions/0005-hearing.md)."""
LONGEST_MS = 20_000
"""Longest utterance: a voice without an end (a radio in the room, a story) is cut there and answered."""
HEARING_LIMIT_S = 10.0
"""Longest time a transcription may take, in s."""

T = TypeVar("T")
Told = TypeVarTuple("Told")


@dataclass(frozen=True, slots=True)
class Heard:
    """A text with what it means; without a text there is no meaning. ``tone``: how it sounded, where that may be judged."""

    transcript: Transcript
    meaning: Meaning | None = None
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class Utterance:
    """What was said until a silence that ended the turn. ``heard`` is None when it could not be transcribed (``error``).

    ``speech_ms``: voiced audio. ``silence_ms``: since its end. ``pauses``: within it, in ms.
    ``endless``: it was cut, the voice goes on.
    """

    heard: Heard | None
    error: BaseException | None
    speech_ms: int
    silence_ms: int
    pauses: tuple[int, ...]
    endless: bool = False


@dataclass(slots=True)
class _Guess:
    """A transcription of the utterance as it was at a ``version``; ``wait_ms`` is known when the text is; a ``last`` one ends an
    utterance that has no end."""

    version: int
    task: asyncio.Task[Heard]
    wait_ms: int | None = None
    last: bool = False


class _Ahead(Generic[T, *Told]):
    """Work begun on what a transcription tells on its way, at most once, and not any more when it was dropped: a transcriber's thread
    may go on telling when nobody waits."""

    def __init__(self, work: Callable[[*Told], Coroutine[Any, Any, T]]) -> None:
        self._work = work
        self._begun: tuple[tuple[*Told], asyncio.Task[T]] | None = None
        self._over = False

    def begin(self, *told: *Told) -> None:
        """Begin with what was told first."""
        if not self._over and self._begun is None:
            self._begun = told, asyncio.create_task(self._work(*told))

    async def result(self, *told: *Told) -> T:
        """The result for what is true in the end, which need not be what was told."""
        if self._begun is not None and self._begun[0] == told:
            return await self._begun[1]
        return await self._work(*told)

    def drop(self) -> None:
        """It is not wanted any more."""
        self._over = True
        if self._begun is not None:
            self._begun[1].cancel()


class Guesser:
    """Transcribes and understands one caller's utterance as soon as it may be over, and says when it is.

    ``again`` is called when a result is there between two frames; ``shown`` gets the text so far. With ``detect`` the language
    is found in what is said, among ``allowed``. ``tone`` judges how an utterance sounds, or answers None where that may not be.
    """

    def __init__(
        self, listener: Listener, transcriber: Transcriber, understand: Callable[[str, str], Awaitable[Meaning]],
        end_of_turn: EndOfTurn, allowed: tuple[str, ...], *, detect: bool, again: Callable[[], None],
        shown: Callable[[str], Awaitable[None]], tone: Callable[[Samples], Coroutine[Any, Any, Tone | None]],
        observe: Callable[[str, float], None], now: Callable[[], float],
    ) -> None:  # fmt: skip
        self._listener, self._transcriber, self._understand, self._end_of_turn = listener, transcriber, understand, end_of_turn
        self._allowed, self._again, self._shown, self._observe, self._now = allowed, again, shown, observe, now
        self._tone = tone
        self.detect = detect
        self._guess: _Guess | None = None
        self._habit: list[int] = []
        self._vain = False  # a transcription of this utterance was dropped

    def judge(self, expectation: Expectation, language: str) -> Utterance | None:
        """The utterance, once it is over; to be asked at every frame while the caller speaks."""
        listener, guess = self._listener, self._guess
        endless = listener.length_ms >= LONGEST_MS
        if guess is not None and guess.version != listener.version and not (endless and guess.last):
            guess.task.cancel()
            self._guess = guess = None
            self._vain = True
        if not listener.speaking:
            return None
        if guess is None:
            if listener.silence_ms < self._early_ms and not endless:
                return None
            work = self.transcribe(listener.utterance(), expectation, language, listener.speech_ms / 1000)
            self._guess = guess = _Guess(listener.version, asyncio.create_task(work), last=endless)
            guess.task.add_done_callback(lambda task: None if task.cancelled() else self._again())
        if not guess.task.done():
            return None
        heard = guess.task.result() if not guess.task.cancelled() and guess.task.exception() is None else None
        said = heard.transcript if heard else None
        if guess.wait_ms is None:
            guess.wait_ms = self._end_of_turn.wait_ms(
                expectation, language=said.language if said else language, text=said.text if said else None,
                speech_ms=listener.speech_ms, pauses=[*self._habit, *listener.pauses], mark=said.mark if said else None,
            )  # fmt: skip
        return self._over(heard, guess) if endless or listener.silence_ms >= guess.wait_ms else None

    @property
    def _early_ms(self) -> int:
        """The silence at which to begin."""
        early = AGAIN_MS if self._vain else SPECULATE_MS
        return max(early, BUSY_MS) if self._transcriber.busy else early

    @property
    def late(self) -> bool:
        """Whether the caller has stopped and it is not known yet what they said."""
        return self._guess is not None and not self._guess.task.done()

    def _over(self, heard: Heard | None, guess: _Guess) -> Utterance:
        listener = self._listener
        error = guess.task.exception() if heard is None and not guess.task.cancelled() else None
        found = Utterance(heard, error, listener.speech_ms, listener.silence_ms, tuple(listener.pauses), guess.last)
        self._habit = [*self._habit, *listener.pauses][-8:]
        self._guess, self._vain = None, False
        listener.drop()
        return found

    def drop(self) -> list[asyncio.Task[Heard]]:
        """Forget the utterance in progress; the work that is still to end is returned."""
        guess, self._guess, self._vain = self._guess, None, False
        self._listener.drop()
        if guess is None:
            return []
        guess.task.cancel()
        return [guess.task]

    async def transcribe(self, audio: Samples, expectation: Expectation, language: str, voiced_s: float | None = None) -> Heard:
        """The text, its meaning and its tone. ``voiced_s``: as for a Transcriber. Raises SpeechError, TimeoutError."""
        meaning = _Ahead(self._meaning)
        tone = _Ahead(lambda: self._tone(audio))  # when the words are being read: not in the way before, nor in vain where speech goes on
        try:
            transcript = await self._words(audio, expectation, language, voiced_s, meaning, tone)
            if not transcript.text:
                return Heard(transcript)
            return Heard(transcript, await meaning.result(transcript.text, transcript.language), await tone.result())
        finally:
            meaning.drop()
            tone.drop()

    async def _words(
        self, audio: Samples, expectation: Expectation, language: str, voiced_s: float | None,
        meaning: _Ahead[Meaning, str, str], tone: _Ahead[Tone | None],
    ) -> Transcript:  # fmt: skip
        began, hints = self._now(), expectation.hints
        async with asyncio.timeout(HEARING_LIMIT_S):
            transcript = await self._transcriber.transcribe(
                audio, "" if self.detect else language, hints=hints, allowed=self._allowed, voiced_s=voiced_s, early=meaning.begin,
                reading=tone.begin,
            )  # fmt: skip
            other = transcript.heard_language
            if not self.detect and other and other != language and other in self._allowed:
                meaning.drop()
                transcript = await self._transcriber.transcribe(audio, other, hints=hints, allowed=self._allowed)
        self._observe("transcription", self._now() - began)
        return transcript

    async def _meaning(self, text: str, language: str) -> Meaning:
        await self._shown(text)
        return await self._understand(text, language)
