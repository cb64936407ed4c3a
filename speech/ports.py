"""What a call needs around it: the line the caller is on, and the dialog that answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from speech.playback import Outlet
from speech.tone.types import Tone
from speech.types import Expectation, Meaning, Samples, Transcript


class DialogError(Exception):
    """The dialog cannot answer now (the database is away); nothing was recorded."""


@dataclass(frozen=True, slots=True)
class Audio:
    """Some audio from the caller, any length."""

    samples: Samples


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the keypad: 0-9, * or #."""

    digit: str


@dataclass(frozen=True, slots=True)
class Played:
    """Everything before this mark was played."""

    mark: str


@dataclass(frozen=True, slots=True)
class Left:
    """The line is gone: ``hung_up`` on purpose, or lost and perhaps coming back."""

    hung_up: bool


LineEvent = Audio | Key | Played | Left


class Line(Outlet, Protocol):
    """Where the caller is."""

    def events(self) -> AsyncIterator[LineEvent]:
        """What comes in, until the line is gone."""
        ...

    async def caption(self, who: Literal["caller", "bot", "agent"], text: str, *, final: bool, key: str) -> None:
        """Show what is said, where the line has a screen; a later caption with the same key replaces the earlier."""

    async def show(self, state: Literal["listening", "thinking", "speaking", "hold"]) -> None:
        """Show what the call is doing, where the line has a screen."""

    async def hang_up(self, reason: str) -> None:
        """Close the line; may be called twice."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Something the bot says: ``seq`` is its message in the transcript (0: none), ``firm`` that it is not interrupted."""

    text: str
    seq: int = 0
    firm: bool = False
    who: Literal["bot", "agent"] = "bot"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the dialog wants said, and what it waits for then. ``patience_s``: silence before the caller is asked whether they
    are there. ``hold``: a person has the conversation, or will. ``over``: the call ends with these words. ``tone``: how the
    caller sounds may be judged from here on; else no feature of their voice is computed."""

    sentences: tuple[Sentence, ...]
    expectation: Expectation = field(default_factory=Expectation)
    language: str = "en"
    patience_s: float = 8.0
    hold: bool = False
    over: bool = False
    tone: bool = False


@dataclass(slots=True)
class Spoken:
    """One turn of the caller, as the dialog gets it. ``meaning`` is what it understood ahead of time. ``keys``: typed.
    ``tone``: how it sounded, where the dialog lets that be judged."""

    text: str
    number: int
    transcript: Transcript | None = None
    meaning: Meaning | None = None
    keys: str = ""
    tone: Tone | None = None
    measures: dict[str, Any] = field(default_factory=dict)


class Dialog(Protocol):
    """The conversation behind a call. Everything that reaches the database may raise DialogError."""

    async def open(self) -> Answer:
        """The first words, or where a broken call goes on."""
        ...

    async def understand(self, text: str, language: str) -> Meaning:
        """What a text probably means; nothing is recorded."""
        ...

    async def answer(self, spoken: Spoken) -> Answer:
        """Take a turn. The same ``number`` twice is answered once."""
        ...

    async def silence(self, times: int) -> Answer:
        """The caller has said nothing, for the ``times``-th time in a row."""
        ...

    async def held(self, waited_s: float) -> Answer | None:
        """A person is awaited: something to say meanwhile, or nothing."""
        ...

    async def farewell(self, reason: Literal["limit", "failure"]) -> Answer:
        """The call ends from our side."""
        ...

    async def listened(self) -> Answer:
        """Somebody will listen in: what the caller must hear before."""
        ...

    def phrase(self, name: str) -> str:
        """A sentence that needs no database: bridge, bridge_long, unclear, deaf, technical, key_unknown, goodbye, agent_hold,
        agent_lost."""
        ...

    def partly(self, who: Literal["caller", "agent"], text: str, *, attended: bool) -> None:
        """What is being recognised of somebody's words, for whoever follows live; nothing is kept. ``attended``: people of ours are on
        the call."""

    def heard(self, seq: int, text: str, *, whole: bool) -> None:
        """What the caller has heard of a message."""

    def measured(self, number: int, measures: Mapping[str, Any]) -> None:
        """What a turn measured, once it is known."""


class EndOfTurn(Protocol):
    """Says how much silence ends a turn."""

    def wait_ms(
        self, expectation: Expectation, *, language: str, text: str | None, speech_ms: int, pauses: Sequence[int], mark: float | None = None
    ) -> int:
        """Silence in ms, given what was asked and what was heard so far. ``mark``: probability (0..1) of the final full stop."""
        ...
